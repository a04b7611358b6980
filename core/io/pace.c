// SPDX-License-Identifier: MIT
// From backlog to wait, with hysteresis.

#include "io/pace.h"

#define MEMORY 2e8        // ns
#define MOST (1 * JAM_MS) // One stalled turn is no load
#define SHORT_WAIT (200 * JAM_US)
#define LONG_WAIT (500 * JAM_US)

// Smoothed backlog at which each wait begins and ends, ns. Waiting itself makes
// turns longer and with them the backlog, hence the distance.
#define SHORT_BEGIN 50e3
#define SHORT_END 25e3
#define LONG_BEGIN 400e3
#define LONG_END 200e3

void io_pace_turn(IoPace* const pace, const JamTime now, const JamTime backlog)
{
  const double span   = (double)(now - pace->at);
  const double weight = span < MEMORY ? span / MEMORY : 1.0;
  const double age    = (double)(backlog < MOST ? backlog : MOST);
  pace->backlog += weight * (age - pace->backlog);
  pace->at = now;
  if (pace->backlog >= LONG_BEGIN ||
      (pace->wait == LONG_WAIT && pace->backlog >= LONG_END)) {
    pace->wait = LONG_WAIT;
  } else if (pace->backlog >= SHORT_BEGIN ||
             (pace->wait > 0 && pace->backlog >= SHORT_END)) {
    pace->wait = SHORT_WAIT;
  } else {
    pace->wait = 0;
  }
}
