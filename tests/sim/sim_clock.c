// SPDX-License-Identifier: MIT
// Clocks and their inverse.

#include "sim/sim_clock.h"

#include <math.h>

#define TURN 6.283185307179586

// Only the small deviation is computed in floating point: exact to far below a
// nanosecond for weeks
static JamTime deviation(const SimClock* const clock, const JamTime true_time)
{
  double ns = (double)true_time * clock->skew;
  if (clock->wander_cycle > 0) {
    const double scale = (double)clock->wander_cycle / TURN;
    const double phase = (double)(true_time % clock->wander_cycle) / scale;
    ns += clock->wander_skew * scale * sin(phase);
  }
  return llrint(ns);
}

JamTime sim_clock_read(const SimClock* const clock, const JamTime true_time)
{
  return clock->offset + true_time + deviation(clock, true_time);
}

JamTime sim_clock_when(const SimClock* const clock, const JamTime shown)
{
  if (shown == JAM_NEVER) {
    return JAM_NEVER;
  }
  // Each round leaves the error times the skew: three are below 1 ns in a day
  JamTime when = shown - clock->offset;
  for (unsigned i = 0U; i < 3U; ++i) {
    when = shown - clock->offset - deviation(clock, when);
  }
  while (sim_clock_read(clock, when) < shown) {
    ++when;
  }
  while (sim_clock_read(clock, when - 1) >= shown) {
    --when;
  }
  return when;
}
