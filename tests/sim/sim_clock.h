// SPDX-License-Identifier: MIT
// A crystal: how a host or a sound card sees true time.

#ifndef JAM_SIM_CLOCK_H
#define JAM_SIM_CLOCK_H

#include <jamnet/types.h>

/// shown = offset + true * (1 + skew) + a slow sine of the rate (temperature).
typedef struct SimClock {
  JamTime offset;
  double  skew;         ///< As a fraction: 1e-6 is 1 ppm
  double  wander_skew;  ///< Largest change of skew by the sine; 0: none
  JamTime wander_cycle; ///< Its period
} SimClock;

/// Returns what the clock shows at a true time.
JamTime sim_clock_read(const SimClock* clock, JamTime true_time);

/// Returns the first true time at which the clock shows `shown` or later.
/// JAM_NEVER stays JAM_NEVER.
JamTime sim_clock_when(const SimClock* clock, JamTime shown);

#endif // JAM_SIM_CLOCK_H
