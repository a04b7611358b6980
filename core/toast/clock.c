// SPDX-License-Identifier: MIT
// The clock estimator: block minima in, slewed offset and skew out.

#include "toast/clock.h"

#include <base/seq.h>

#include <math.h>
#include <string.h>

#define BLOCK_US INT64_C(100000)
#define BLOCK_STEP_US 400
#define WINDOW_US 60000000U
#define SETTLE_US INT64_C(5000000)
#define FAST_FIT_US INT64_C(100000)
#define SLOW_FIT_US INT64_C(250000)
#define CHANGE_US 1000.0   // Path change: one envelope lifts by this ...
#define CHANGE_SPREADS 5.0 // ... and this many mean delays above the least ...
#define CHANGE_SPAN_US 5000000U // ... for this long
#define CHANGE_POINTS 10U
#define MAX_BIAS_US 1e7
#define STEP_US 2000.0
#define FOLLOW_RATE 0.7 // Rad/s
#define FOLLOW_DAMPING 0.9
#define FOLLOW_LIMIT_PPM 300.0
#define MAX_RTT_US 10000000
#define LEAST_ERROR_US 8.0
#define FEW_POINTS 64.0 // Up to so many, the floor may not have been seen yet
#define FLOOR_SHARE 0.3 // ... and lies so much of `low` below the least

static int64_t floor_block(const int64_t us)
{
  return us >= 0 ? us / BLOCK_US : -((-us + BLOCK_US - 1) / BLOCK_US);
}

void toast_clock_init(ToastEstimator* const estimator,
                      const int64_t         own_us,
                      const int64_t         peer_us)
{
  memset(estimator, 0, sizeof(*estimator));
  estimator->difference  = own_us - peer_us;
  estimator->block_begin = INT64_MAX; // No block is open
  estimator->block_end   = INT64_MIN;
  estimator->floor       = INT64_MAX;
  estimator->returned    = INT64_MIN;
  estimator->best_rtt    = INT64_MAX;
  estimator->first_us    = own_us;
  estimator->fit_at      = own_us + FAST_FIT_US;
}

static void block_close(ToastEstimator* const estimator)
{
  const ToastBlock* const block = &estimator->block;
  toast_points_add(&estimator->dn,
                   (uint32_t)block->own,
                   (int32_t)(block->least - estimator->difference));
  estimator->reports[estimator->report_count % TOAST_WIRE_BLOCKMIN_COUNT] =
    *block;
  ++estimator->report_count;
  estimator->report_due = true;
}

static void block_take(ToastEstimator* const estimator,
                       const int64_t         own_us,
                       const int64_t         peer_us)
{
  ToastBlock* const block = &estimator->block;
  if (peer_us >= estimator->block_end) {
    if (estimator->block_end != INT64_MIN) {
      block_close(estimator);
    }
    block->number          = floor_block(peer_us);
    block->least           = INT64_MAX;
    estimator->block_begin = block->number * BLOCK_US;
    estimator->block_end   = estimator->block_begin + BLOCK_US;
  }
  if (peer_us >= estimator->block_begin && own_us - peer_us < block->least) {
    block->least = own_us - peer_us;
    block->own   = own_us;
    block->at = (uint8_t)((peer_us - estimator->block_begin) / BLOCK_STEP_US);
  }
}

int64_t toast_clock_arrival(ToastEstimator* const estimator,
                            const int64_t         own_us,
                            const uint32_t        stamp)
{
  const int64_t difference =
    jam_seq_unwrap(estimator->difference, (uint32_t)own_us - stamp, 32U);
  block_take(estimator, own_us, own_us - difference);
  if (difference < estimator->floor) {
    estimator->floor = difference;
  }
  return difference - estimator->floor;
}

void toast_clock_returned(ToastEstimator* const estimator,
                          const int64_t         sent_us,
                          const uint32_t        difference)
{
  const int64_t full = jam_seq_unwrap(-estimator->difference, difference, 32U);
  toast_points_add(&estimator->up,
                   (uint32_t)sent_us,
                   (int32_t)(full + estimator->difference));
}

void toast_clock_echo(ToastEstimator* const estimator,
                      const int64_t         own_us,
                      const uint32_t        sent,
                      const uint32_t        heard,
                      const uint32_t        answered)
{
  const int64_t up = jam_seq_unwrap(-estimator->difference, heard - sent, 32U);
  const int64_t dn =
    jam_seq_unwrap(estimator->difference, (uint32_t)own_us - answered, 32U);
  if (up + dn < 0 || up + dn > MAX_RTT_US) {
    return;
  }
  estimator->rtt = up + dn;
  if (up + dn <= estimator->best_rtt) {
    estimator->best_rtt    = up + dn;
    estimator->best_offset = (up - dn) / 2;
  }
  if (!estimator->valid || estimator->fit.span_s <= 0.0) {
    estimator->offset =
      (double)(estimator->best_offset + estimator->difference);
    estimator->at    = own_us;
    estimator->valid = true;
  }
}

// Least height of the newest points above a line; negative without enough
static double newest_lift(const ToastPoints* const points,
                          const uint32_t           now,
                          const double             line,
                          const double             slope_ppm)
{
  double   least = -1.0;
  unsigned found = 0U;
  for (unsigned i = points->count; i-- > 0U;) {
    const ToastPoint* const point =
      &points->ring[(points->first + i) % TOAST_ENVELOPE_POINTS];
    if (now - point->time > CHANGE_SPAN_US) {
      break;
    }
    const double t = (int32_t)(point->time - now) * 1e-6;
    const double v = point->value - (line + slope_ppm * t);
    least          = (found == 0U || v < least) ? v : least;
    ++found;
  }
  return found >= CHANGE_POINTS ? least : -1.0;
}

static bool is_change(const double lift, const double mean)
{
  return lift > CHANGE_US && lift > CHANGE_SPREADS * mean;
}

// A route changed: the old envelope of a direction is never touched again. If
// only one direction lifted, the clocks did not move: remember the asymmetry.
static bool follow_path(ToastEstimator* const estimator, const uint32_t now)
{
  const ToastFit* const fit = &estimator->fit;

  const double dn = newest_lift(&estimator->dn, now, fit->dn, -fit->skew_ppm);
  const double up = newest_lift(&estimator->up, now, fit->up, fit->skew_ppm);
  const bool   dn_rose = is_change(dn, fit->dn_mean);
  const bool   up_rose = is_change(up, fit->up_mean);
  if (dn < 0.0 || up < 0.0 || (!dn_rose && !up_rose)) {
    return false;
  }
  if (dn_rose) {
    toast_points_expire(&estimator->dn, now, CHANGE_SPAN_US);
  }
  if (up_rose) {
    toast_points_expire(&estimator->up, now, CHANGE_SPAN_US);
  }
  if (!up_rose) {
    estimator->bias += dn / 2.0;
  } else if (!dn_rose) {
    estimator->bias -= up / 2.0;
  }
  // No path is that lopsided: only a peer that makes up its stamps gets there
  estimator->bias = fmin(fmax(estimator->bias, -MAX_BIAS_US), MAX_BIAS_US);
  return true;
}

// Second-order follower, so that readers see nudges and never jumps
static void slew(ToastEstimator* const estimator,
                 const double          target,
                 const double          skew,
                 const double          dt)
{
  const double error = target - (estimator->offset + estimator->rate * dt);
  double speed = estimator->rate + 2.0 * FOLLOW_DAMPING * FOLLOW_RATE * error;
  speed = fmin(fmax(speed, skew - FOLLOW_LIMIT_PPM), skew + FOLLOW_LIMIT_PPM);
  estimator->offset += speed * dt;
  estimator->rate += FOLLOW_RATE * FOLLOW_RATE * error * dt;
}

// A path that has been busy all the time has not shown its floor: without any
// packet near the least of all, it probably lies lower. Fades with time.
static double floor_below(const double low, const ToastPoints* const points)
{
  const double few = fmin(FEW_POINTS / (points->count + 1.0), 1.0);
  return FLOOR_SHARE * low * few * few;
}

static void publish(ToastEstimator* const estimator, const int64_t own_us)
{
  const ToastFit* const fit = &estimator->fit;
  const double          dn = fit->dn - floor_below(fit->dn_low, &estimator->dn);
  const double          up = fit->up - floor_below(fit->up_low, &estimator->up);
  const double          target = (up - dn) / 2.0 + estimator->bias;
  const double          dt     = (double)(own_us - estimator->at) * 1e-6;

  const bool   settled = own_us - estimator->first_us > SETTLE_US;
  const double there   = estimator->offset + estimator->skew * dt;
  if (estimator->locked && fabs(target - there) <= STEP_US) {
    slew(estimator, target, fit->skew_ppm, dt);
  } else {
    estimator->offset = target;
    estimator->rate   = fit->skew_ppm;
  }
  estimator->skew   = fit->skew_ppm;
  estimator->at     = own_us;
  estimator->locked = settled;
  estimator->valid  = true;
}

void toast_clock_update(ToastEstimator* const estimator, const int64_t own_us)
{
  if (own_us < estimator->fit_at) {
    return;
  }
  const bool settled = own_us - estimator->first_us > SETTLE_US;
  estimator->fit_at  = own_us + (settled ? SLOW_FIT_US : FAST_FIT_US);

  const uint32_t now = (uint32_t)own_us;
  toast_points_expire(&estimator->dn, now, WINDOW_US);
  toast_points_expire(&estimator->up, now, WINDOW_US);
  if (!toast_envelope_fit(&estimator->dn,
                          &estimator->up,
                          now,
                          &estimator->fit)) {
    return;
  }
  if (follow_path(estimator, now) && !toast_envelope_fit(&estimator->dn,
                                                         &estimator->up,
                                                         now,
                                                         &estimator->fit)) {
    return;
  }
  estimator->floor = estimator->difference + (int64_t)floor(estimator->fit.dn);
  publish(estimator, own_us);
}

// How far the least of n heights above the floor is above it, when half of them
// are below `half` and a tenth below `low`: their density near the floor goes
// with a power that these two tell.
static double least_error(const double low, const double half, const unsigned n)
{
  const double power =
    low > 0.0 && half > low ? log(5.0) / log(half / low) : 1.0;
  return half * pow(2.0 / fmax(n, 2.0), 1.0 / fmin(fmax(power, 0.6), 5.0));
}

// One sigma, us: what the least of many delays leaves, queues that may have
// been there from the beginning, and what a wandering crystal leaves of a
// straight line. Of simulated wired, cable and wireless paths, 95 of 100 are
// within two and 99 within five of it at any age.
static double fit_error(const ToastEstimator* const estimator)
{
  const ToastFit* const fit = &estimator->fit;

  const double dn = least_error(fit->dn_low, fit->dn_half, estimator->dn.count);
  const double up = least_error(fit->up_low, fit->up_half, estimator->up.count);
  const double queue = (fit->dn_half + fit->up_half) / (1.0 + fit->span_s);
  return hypot(LEAST_ERROR_US, hypot(queue, hypot(dn, up)));
}

static JamTime to_ns(const double us)
{
  return (JamTime)(us * 1000.0);
}

void toast_clock_read(const ToastEstimator* const estimator,
                      ToastClock* const           out)
{
  memset(out, 0, sizeof(*out));
  out->valid = estimator->valid;
  if (!estimator->valid) {
    return;
  }
  out->at     = estimator->at * JAM_US;
  out->offset = to_ns(estimator->offset) - estimator->difference * JAM_US;
  out->skew   = estimator->skew * 1e-6;
  out->min_rtt =
    estimator->best_rtt == INT64_MAX ? 0 : estimator->best_rtt * JAM_US;

  const ToastFit* const fit   = &estimator->fit;
  const bool            fresh = fit->span_s <= 0.0;
  const double          sigma = fresh
                                  ? hypot(LEAST_ERROR_US, (double)estimator->rtt / 4.0)
                                  : fit_error(estimator);
  out->error                  = to_ns(sigma);
  out->skew_error =
    1e-6 * (fresh ? 50.0 : fmin(0.4 + 2.0 * sigma / fit->span_s, 50.0));
}
