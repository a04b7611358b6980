// SPDX-License-Identifier: MIT
// The time of the host's blocks: when they begin, and whether it is real time.
//
// Method of the clock: F. Adriaensen, "Using a DLL to filter time", LAC 2005.

#include "shim.h"

#include <math.h>

#include "base/rt_poison.h"

#define BANDWIDTH_HZ 0.5
#define TWO_PI 6.283185307179586
#define SQRT_2 1.4142135623730951
#define LOST_SECONDS 0.05 // An error like this is no wake-up: begin anew
#define MOST_SKEW 2e-3    // Rates within 0.1 % are taken, and devices stray

// Nothing plays at 1.5 times real time for a second, however unevenly a host
// asks; nothing renders faster than real time at less than 1.25 times for long.
#define FAST_RATE 1.5
#define FAST_SECONDS 1.0
#define REAL_RATE 1.25
#define REAL_SPAN (JAM_SECOND / 2)

void shim_clock_init(ShimClock* const clock, const double rate_hz)
{
  clock->started  = false;
  clock->rate_hz  = rate_hz;
  clock->period   = 1e9 / rate_hz;
  clock->fraction = 0.0;
  clock->start    = 0;
  clock->last     = 0.0;
}

static void shift(ShimClock* const clock, const double nanos)
{
  const double sum   = clock->fraction + nanos;
  const double whole = floor(sum);
  clock->start += (JamTime)whole;
  clock->fraction = sum - whole;
}

void shim_clock_block(ShimClock* const clock,
                      const JamTime    now,
                      const uint32_t   frames)
{
  const double seconds = clock->last / clock->rate_hz;
  const double nominal = 1e9 / clock->rate_hz;
  double       error   = 0.0;
  if (clock->started) {
    shift(clock, clock->last * clock->period);
    error = (double)(now - clock->start) - clock->fraction;
  }
  if (!clock->started || fabs(error) > LOST_SECONDS * 1e9) {
    clock->started  = true;
    clock->start    = now;
    clock->fraction = 0.0;
    clock->period   = nominal;
  } else if (clock->last > 0.0) {
    const double omega = TWO_PI * BANDWIDTH_HZ * seconds;
    const double learnt =
      clock->period + fmin(omega * omega, 0.25) * error / clock->last;
    shift(clock, fmin(SQRT_2 * omega, 0.5) * error);
    clock->period = fmax(nominal * (1.0 - MOST_SKEW),
                         fmin(nominal * (1.0 + MOST_SKEW), learnt));
  }
  clock->last = (double)frames;
}

JamTime shim_clock_time(const ShimClock* const clock, const uint32_t frame)
{
  return clock->start +
         (JamTime)(clock->fraction + (double)frame * clock->period);
}

bool shim_pace_fast(ShimPace* const pace,
                    const JamTime   now,
                    const double    seconds)
{
  const double passed = pace->started ? (double)(now - pace->last) * 1e-9 : 0.0;
  pace->last          = now;
  if (!pace->started) {
    pace->started      = true;
    pace->window_start = now;
  }
  pace->ahead = fmax(0.0, pace->ahead - FAST_RATE * passed) + seconds;
  if (!pace->fast) {
    if (pace->ahead > FAST_SECONDS + seconds) {
      pace->fast         = true;
      pace->window_start = now;
      pace->window       = 0.0;
    }
    return pace->fast;
  }
  const double span = (double)(now - pace->window_start) * 1e-9;
  if (now - pace->window_start >= REAL_SPAN) {
    if (pace->window <= REAL_RATE * span) {
      pace->fast  = false;
      pace->ahead = 0.0;
    }
    pace->window_start = now;
    pace->window       = 0.0;
  }
  pace->window += seconds;
  return pace->fast;
}
