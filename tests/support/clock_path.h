// SPDX-License-Identifier: MIT
// What the hosts at both ends of an internet path see of each other's clocks:
// 750 packets a second each way, every 37th answered, over jitter, stalls, slow
// cross traffic and loss, between two crystals that warm up and wander.

#ifndef SUPPORT_CLOCK_PATH_H
#define SUPPORT_CLOCK_PATH_H

#include "support/clock_pair.h"

typedef enum ClockPathKind {
  CLOCK_PATH_WIRED, ///< 20 ms round trip, jitter of some 0.3 ms
  CLOCK_PATH_CABLE, ///< 40 ms, 1.5 ms up and 0.8 ms down, a queue up
  CLOCK_PATH_WIFI,  ///< 80 ms, 4 ms, stalls up to 80 ms, 5 % lost
  CLOCK_PATH_KINDS
} ClockPathKind;

#define CLOCK_PATH_STEP_S 0.1 ///< Between errors

/// What the client's estimate was worth at one instant.
typedef struct ClockError {
  double offset_us; ///< Estimate less truth
  double skew_ppm;
  double error_us; ///< One sigma, as published; 0: nothing published yet
} ClockError;

/// Plays `count` steps of a path through a pair of estimators, one error a
/// step, the first at 0.
void clock_path_play(ClockPathKind kind,
                     uint64_t      seed,
                     unsigned      count,
                     ClockError*   out);

#endif // SUPPORT_CLOCK_PATH_H
