// SPDX-License-Identifier: MIT
// Device clock: a second-order loop on callback times that wake-ups which come
// too late do not pull.
//
// It starts as a least-squares line through all callbacks so far, whose gains
// fall with time, and stops falling at its final bandwidth. Method: F.
// Adriaensen, "Using a DLL to filter time", LAC 2005, for the loop; the
// alpha-beta form of recursive least squares for its start.

#include "playout/playout.h"

#include <math.h>
#include <string.h>

#include "base/rt_poison.h"

#define NANOS 1e9
#define BANDWIDTH_HZ 0.06
#define TWO_PI 6.283185307179586
#define SQRT_2 1.4142135623730951
#define SPREAD_SECONDS 2.0   // Memory of how far callbacks usually stray
#define FIRST_SPREAD 50e-6   // Seconds, before that is known
#define LEAST_SPREAD 10e-6   // Seconds
#define TRUSTED 4.0          // Times the spread: further out is an outlier
#define OUTSIDE_SECONDS 0.03 // Outside for this long ...
#define OUTSIDE_CALLBACKS 8U // ... and so often: the phase has changed
#define YOUNG_SECONDS 1.0    // Before this, being early means we began late
#define MATURE_SECONDS 2.0   // From here on a new phase keeps the rate
#define BLIND_SECONDS 0.1    // Too short to tell a rate from
#define WARM_SECONDS 0.3     // Callbacks of a starting device tell nothing
#define SUSPEND_SECONDS 1.0  // An error like this is no wake-up
#define MOST_SKEW 5e-4       // No sound card is further off

static void
restart(PlayoutDll* const dll, const JamTime now, const int64_t position)
{
  dll->started       = true;
  dll->position      = position;
  dll->time          = now;
  dll->fraction      = 0.0;
  dll->age           = (dll->age >= MATURE_SECONDS) ? dll->age : 0.0;
  dll->phase_age     = 0.0;
  dll->outside       = 0.0;
  dll->outside_count = 0U;
}

void playout_dll_init(PlayoutDll* const dll, const double rate_hz)
{
  memset(dll, 0, sizeof(*dll));
  dll->rate_hz = rate_hz;
  dll->period  = NANOS / rate_hz;
  dll->spread  = FIRST_SPREAD;
}

/// Moves the phase by `nanos`, which may be large or a fraction.
static void shift(PlayoutDll* const dll, const double nanos)
{
  const double sum   = dll->fraction + nanos;
  const double whole = floor(sum);
  dll->time += (JamTime)whole;
  dll->fraction = sum - whole;
}

/// Corrects phase and rate by a trusted error, in seconds.
static void correct(PlayoutDll* const dll,
                    const double      error,
                    const double      frames,
                    const double      seconds)
{
  const double steps   = dll->age / seconds + 1.0;
  const double visits  = dll->phase_age / seconds + 1.0;
  const double omega   = TWO_PI * BANDWIDTH_HZ * seconds;
  const double line_a  = 2.0 * (2.0 * steps - 1.0) / (steps * (steps + 1.0));
  const double line_b  = 6.0 / (steps * (steps + 1.0));
  const double alpha   = fmax(fmax(line_a, 1.0 / visits), SQRT_2 * omega);
  const double beta    = fmax(line_b, omega * omega);
  const double nominal = NANOS / dll->rate_hz;
  const double learnt  = dll->age < BLIND_SECONDS ? 0.0 : fmin(beta, 0.5);
  const double period  = dll->period + learnt * error * NANOS / frames;
  shift(dll, fmin(alpha, 1.0) * error * NANOS);
  dll->period = fmax(nominal * (1.0 - MOST_SKEW),
                     fmin(nominal * (1.0 + MOST_SKEW), period));
}

/// Learns how far wake-ups stray, and how long they have all been too late.
static void watch(PlayoutDll* const dll,
                  const double      error,
                  const double      bound,
                  const double      seconds)
{
  const double share = fmin(1.0, seconds / SPREAD_SECONDS);
  const double size  = fmin(fabs(error), 2.0 * bound);
  dll->spread = fmax(dll->spread + share * (size - dll->spread), LEAST_SPREAD);
  if (error <= bound) {
    dll->outside_count = 0U;
    dll->outside       = 0.0;
    return;
  }
  dll->outside_least =
    dll->outside_count ? fmin(dll->outside_least, error) : error;
  dll->outside += seconds;
  ++dll->outside_count;
}

/// After a gap in the device all callbacks are late by as much: moves the phase
/// by that, and leaves the rate, which has not changed.
static void accept_gap(PlayoutDll* const dll)
{
  shift(dll, dll->outside_least * NANOS);
  dll->outside       = 0.0;
  dll->outside_count = 0U;
  dll->phase_age     = 0.0;
}

void playout_dll_update(PlayoutDll* const dll,
                        const JamTime     now,
                        const int64_t     position)
{
  const int64_t count = position - dll->position;
  const double  most  = SUSPEND_SECONDS * dll->rate_hz;
  if (!dll->started || count <= 0 || (double)count > most) {
    restart(dll, now, position);
    return;
  }
  const double frames  = (double)count;
  const double seconds = frames / dll->rate_hz;
  shift(dll, frames * dll->period);
  dll->position      = position;
  const double error = ((double)(now - dll->time) - dll->fraction) / NANOS;
  const double bound = TRUSTED * dll->spread;
  const bool   early = error < -bound && dll->phase_age < YOUNG_SECONDS;
  watch(dll, error, bound, seconds);
  if (early || fabs(error) > SUSPEND_SECONDS) {
    restart(dll, now, position);
    return;
  }
  if (dll->outside > OUTSIDE_SECONDS &&
      dll->outside_count >= OUTSIDE_CALLBACKS) {
    accept_gap(dll);
    return;
  }
  if (error > bound) {
    return; // A late wake-up tells nothing of the clock
  }
  dll->age += seconds;
  dll->phase_age += seconds;
  if (!dll->warm && dll->age > WARM_SECONDS) {
    dll->warm   = true;
    dll->period = NANOS / dll->rate_hz;
    dll->age    = 0.0;
    restart(dll, now, position);
    return;
  }
  correct(dll, fmax(-bound, error), frames, seconds);
}

double playout_dll_position(const PlayoutDll* const dll, const JamTime time)
{
  const double nanos = (double)(time - dll->time) - dll->fraction;
  return (double)dll->position + nanos / dll->period;
}

JamTime playout_dll_time(const PlayoutDll* const dll, const int64_t position)
{
  const double frames = (double)(position - dll->position);
  return dll->time + (JamTime)floor(frames * dll->period + dll->fraction + 0.5);
}
