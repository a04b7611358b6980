// SPDX-License-Identifier: MIT
// How long a relay waits after waking before it looks what has come, so that
// more of it shares a turn and a datagram. Not for other modules.
//
// The measure is the backlog: how long the oldest datagram of a turn had been
// lying there when the turn before it ended. It is 0 while the thread keeps up,
// whatever waking costs, so nothing is ever delayed at light load.

#ifndef JAM_IO_PACE_H
#define JAM_IO_PACE_H

#include <jamnet/types.h>

typedef struct IoPace {
  double  backlog; ///< Smoothed over 0.2 s, ns
  JamTime at;
  JamTime wait; ///< 0, 200 or 500 us
} IoPace;

/// Notes a turn that ended now, with its backlog.
void io_pace_turn(IoPace* pace, JamTime now, JamTime backlog);

#endif // JAM_IO_PACE_H
