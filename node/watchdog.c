// SPDX-License-Identifier: MIT
// Ends a process whose relay is stuck.

#include "watchdog.h"

#include <stdio.h>
#include <unistd.h>

#define LONGEST_LOOK (2 * JAM_SECOND)

bool watchdog_due(Watchdog* const watchdog,
                  const JamTime   now,
                  const JamTime   heartbeat)
{
  const JamTime since = now - watchdog->looked;
  const bool    moved = heartbeat != watchdog->heartbeat || !watchdog->looked;
  watchdog->silent =
    moved ? 0
          : watchdog->silent + (since < LONGEST_LOOK ? since : LONGEST_LOOK);
  watchdog->heartbeat = heartbeat;
  watchdog->looked    = now;
  return watchdog->limit > 0 && watchdog->silent >= watchdog->limit;
}

void watchdog_bite(const Watchdog* const watchdog)
{
  (void)fprintf(stderr,
                "jamnet-node: The relay has been stuck for %lld seconds; "
                "ending so that it can be started again.\n",
                (long long)(watchdog->silent / JAM_SECOND));
  (void)fflush(stderr);
  _exit(WATCHDOG_STATUS); // No clean-up: it would wait for what is stuck
}
