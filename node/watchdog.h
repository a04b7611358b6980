// SPDX-License-Identifier: MIT
// Ends a process whose relay is stuck, so that whoever started it starts it
// again: Fly.io, systemd and Docker look at exit statuses, not at health.

#ifndef JAM_NODE_WATCHDOG_H
#define JAM_NODE_WATCHDOG_H

#include <jamnet/types.h>

#include <stdbool.h>

#define WATCHDOG_STATUS 3

typedef struct Watchdog {
  JamTime limit;     ///< Silence that is too long; 0: never
  JamTime heartbeat; ///< As last seen
  JamTime looked;    ///< When
  JamTime silent;    ///< How long it has not moved while we looked
} Watchdog;

/// Looks at a heartbeat; call about once per second. Returns whether it has
/// stood still for too long. Time in which nobody looked counts as 2 s at
/// most: then the whole process was paused, which is no fault of the relay.
bool watchdog_due(Watchdog* watchdog, JamTime now, JamTime heartbeat);

/// Says so in one sentence and ends the process with WATCHDOG_STATUS.
void watchdog_bite(const Watchdog* watchdog);

#endif // JAM_NODE_WATCHDOG_H
