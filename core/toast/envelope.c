// SPDX-License-Identifier: MIT
// The two-sided envelope fit. The mean of the points is linear in the slope
// and their minimum only depends on the lower convex hull, so one pass over
// the points leaves a search over a handful of hull points: a few thousand
// operations in all, and no approximation.

#include "toast/envelope.h"

#define MAX_SKEW_PPM 500.0
#define PRIOR_PPM 50.0 // Standard deviation of clock rates
#define MIN_SPAN_S 0.3 // Below, the slope is noise: none is assumed
#define GOLDEN 0.6180339887498949
#define STEPS 29
#define SAMPLE 64U // Points of which heights are sorted

// Slopes are in ppm and times in seconds, so that values stay microseconds
typedef struct Hull {
  double   time[TOAST_ENVELOPE_POINTS];
  double   value[TOAST_ENVELOPE_POINTS];
  unsigned count;
  double   mean_time;
  double   mean_value;
  double   span;
} Hull;

void toast_points_add(ToastPoints* const points,
                      const uint32_t     time,
                      const int32_t      value)
{
  if (points->count == TOAST_ENVELOPE_POINTS) {
    points->first = (uint16_t)((points->first + 1U) % TOAST_ENVELOPE_POINTS);
    --points->count;
  }
  const unsigned at = (points->first + points->count) % TOAST_ENVELOPE_POINTS;
  points->ring[at].time  = time;
  points->ring[at].value = value;
  ++points->count;
}

void toast_points_expire(ToastPoints* const points,
                         const uint32_t     now,
                         const uint32_t     age_us)
{
  while (points->count > 0U &&
         now - points->ring[points->first].time > age_us) {
    points->first = (uint16_t)((points->first + 1U) % TOAST_ENVELOPE_POINTS);
    --points->count;
  }
}

// Whether the middle of three points lies on or above the line of the others
static bool is_above(const Hull* const hull, const double t, const double v)
{
  const unsigned last = hull->count - 1U;
  const double   t0   = hull->time[last - 1U];
  const double   v0   = hull->value[last - 1U];
  return (hull->value[last] - v0) * (t - t0) >=
         (v - v0) * (hull->time[last] - t0);
}

static void hull_build(Hull* const              hull,
                       const ToastPoints* const points,
                       const uint32_t           now)
{
  double   sum_time  = 0.0;
  double   sum_value = 0.0;
  unsigned at        = points->first;

  hull->count = 0U;
  for (unsigned i = 0U; i < points->count; ++i) {
    const double t = (int32_t)(points->ring[at].time - now) * 1e-6;
    const double v = points->ring[at].value;
    at             = at + 1U < TOAST_ENVELOPE_POINTS ? at + 1U : 0U;
    sum_time += t;
    sum_value += v;
    while (hull->count >= 2U && is_above(hull, t, v)) {
      --hull->count;
    }
    hull->time[hull->count]  = t;
    hull->value[hull->count] = v;
    ++hull->count;
  }
  hull->mean_time  = sum_time / points->count;
  hull->mean_value = sum_value / points->count;
  hull->span       = hull->time[hull->count - 1U] - hull->time[0];
}

// Least of value + slope * time
static double hull_min(const Hull* const hull, const double slope)
{
  double least = hull->value[0] + slope * hull->time[0];
  for (unsigned i = 1U; i < hull->count; ++i) {
    const double v = hull->value[i] + slope * hull->time[i];
    least          = v < least ? v : least;
  }
  return least;
}

static double hull_mean(const Hull* const hull, const double slope)
{
  return hull->mean_value + slope * hull->mean_time;
}

static double cost(const Hull* const dn, const Hull* const up, const double s)
{
  return hull_mean(dn, s) - hull_min(dn, s) + hull_mean(up, -s) -
         hull_min(up, -s);
}

static double
search(const Hull* const dn, const Hull* const up, const double prior)
{
  double low  = -MAX_SKEW_PPM;
  double high = MAX_SKEW_PPM;
  double s1   = high - GOLDEN * (high - low);
  double s2   = low + GOLDEN * (high - low);
  double f1   = cost(dn, up, s1) + prior * s1 * s1;
  double f2   = cost(dn, up, s2) + prior * s2 * s2;
  for (int i = 0; i < STEPS; ++i) {
    if (f1 < f2) {
      high = s2;
      s2   = s1;
      f2   = f1;
      s1   = high - GOLDEN * (high - low);
      f1   = cost(dn, up, s1) + prior * s1 * s1;
    } else {
      low = s1;
      s1  = s2;
      f1  = f2;
      s2  = low + GOLDEN * (high - low);
      f2  = cost(dn, up, s2) + prior * s2 * s2;
    }
  }
  return (low + high) / 2.0;
}

// Sorted heights above the line `env - slope * time` of all points, or of every
// second, third ... if there are many. Returns how many.
static unsigned heights(const ToastPoints* const points,
                        const uint32_t           now,
                        const double             slope,
                        const double             env,
                        double                   out[SAMPLE])
{
  const unsigned step  = (points->count + SAMPLE - 1U) / SAMPLE;
  unsigned       count = 0U;
  for (unsigned i = 0U; i < points->count; i += step) {
    const ToastPoint* const point =
      &points->ring[(points->first + i) % TOAST_ENVELOPE_POINTS];
    const double t = (int32_t)(point->time - now) * 1e-6;
    const double v = point->value + slope * t - env;
    unsigned     k = count++;
    for (; k > 0U && out[k - 1U] > v; --k) {
      out[k] = out[k - 1U];
    }
    out[k] = v;
  }
  return count;
}

static void measure(const ToastPoints* const dn,
                    const ToastPoints* const up,
                    const uint32_t           now,
                    ToastFit* const          fit)
{
  double         sorted[SAMPLE];
  const unsigned down = heights(dn, now, fit->skew_ppm, fit->dn, sorted);
  fit->dn_low         = sorted[down / 10U];
  fit->dn_half        = sorted[down / 2U];
  const unsigned back = heights(up, now, -fit->skew_ppm, fit->up, sorted);
  fit->up_low         = sorted[back / 10U];
  fit->up_half        = sorted[back / 2U];
}

bool toast_envelope_fit(const ToastPoints* const dn,
                        const ToastPoints* const up,
                        const uint32_t           now,
                        ToastFit* const          fit)
{
  if (dn->count < 2U || up->count < 2U) {
    return false;
  }
  Hull down;
  Hull back;
  hull_build(&down, dn, now);
  hull_build(&back, up, now);
  fit->span_s = down.span < back.span ? down.span : back.span;

  double s = 0.0;
  if (fit->span_s >= MIN_SPAN_S) {
    // Weigh the prior by the residuals: both are log-likelihoods per point
    const double residual = cost(&down, &back, fit->skew_ppm) / 2.0;
    const double weight   = residual / (dn->count + up->count);
    s = search(&down, &back, weight / (PRIOR_PPM * PRIOR_PPM));
  }
  fit->skew_ppm = s;
  fit->dn       = hull_min(&down, s);
  fit->up       = hull_min(&back, -s);
  fit->dn_mean  = hull_mean(&down, s) - fit->dn;
  fit->up_mean  = hull_mean(&back, -s) - fit->up;
  measure(dn, up, now, fit);
  return true;
}
