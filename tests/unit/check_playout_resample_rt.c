// SPDX-License-Identifier: MIT
// The resampler's positions: output k is the stream at p0 + k * step, from the
// first output on, whatever the fraction, the step and the size of calls.

#include "playout/resample.h"
#include "unit/playout_suite.h"

#include <math.h>

#define PI 3.14159265358979323846
#define PERIOD 64.0

static PlayoutStore     store;
static float            memory[PLAYOUT_STORE];
static PlayoutResampler resampler;

static void set_up(const double period)
{
  int error       = 0;
  resampler.state = src_new(SRC_SINC_FASTEST, 1, &error);
  ck_assert_ptr_nonnull(resampler.state);
  resampler.primed = false;
  store.samples    = memory;
  playout_store_reset(&store, 0);
  playout_store_extend(&store, 30000);
  for (unsigned i = 0U; i < 30000U; ++i) {
    const float sample = (float)sin(2.0 * PI * i / period);
    playout_store_write(&store, i, &sample, 1U);
  }
}

/// Returns the position error of a block, in samples, from its phase.
static double phase_error(const float* const out,
                          const unsigned     frames,
                          const double       first,
                          const double       step)
{
  // Least squares of a sine and a cosine
  double ss = 0.0;
  double sc = 0.0;
  double cc = 0.0;
  double xs = 0.0;
  double xc = 0.0;
  for (unsigned i = 0U; i < frames; ++i) {
    const double angle = 2.0 * PI * (first + step * i) / PERIOD;
    const double value = (double)out[i];
    ss += sin(angle) * sin(angle);
    sc += sin(angle) * cos(angle);
    cc += cos(angle) * cos(angle);
    xs += value * sin(angle);
    xc += value * cos(angle);
  }
  return atan2(ss * xc - sc * xs, cc * xs - sc * xc) * PERIOD / (2.0 * PI);
}

START_TEST(outputs_lie_where_they_should)
{
  static const double steps[] =
    {1.0, 1.0001, 0.97, 1.03, 0.91875, 1.0885, 2.0, 0.5, 4.35, 0.2297};
  static const double fractions[] = {0.0, 0.25, 0.5, 0.999999};
  float               out[1024];
  set_up(PERIOD);
  for (size_t i = 0U; i < sizeof(steps) / sizeof(steps[0]); ++i) {
    for (size_t j = 0U; j < 4U; ++j) {
      resampler.primed = false;
      playout_resample(&resampler,
                       &store,
                       5000,
                       fractions[j],
                       steps[i],
                       out,
                       1024U);
      // The whole, and the first few alone: no transient at the start
      const double first = 5000.0 + fractions[j];
      ck_assert_double_lt(fabs(phase_error(out, 1024U, first, steps[i])), 0.01);
      for (unsigned k = 0U; k < 8U; ++k) {
        const double truth = sin(2.0 * PI * (first + steps[i] * k) / PERIOD);
        ck_assert_double_eq_tol((double)out[k], truth, 1e-3);
      }
    }
  }
  (void)src_delete(resampler.state);
}

END_TEST

START_TEST(an_impulse_comes_out_where_it_is)
{
  float        out[256];
  const double first = 1000.37;
  const double step  = 0.25; // Fine enough to see the peak
  set_up(1e9);
  playout_store_reset(&store, 0);
  playout_store_extend(&store, 4000);
  const float one = 1.0F;
  playout_store_write(&store, 1030, &one, 1U);
  playout_resample(&resampler, &store, 1000, 0.37, step, out, 256U);
  double sum    = 0.0;
  double moment = 0.0;
  for (unsigned i = 0U; i < 256U; ++i) {
    sum += (double)out[i];
    moment += (double)out[i] * (first + step * i);
  }
  ck_assert_double_eq_tol(moment / sum, 1030.0, 0.01);
  (void)src_delete(resampler.state);
}

END_TEST

START_TEST(small_calls_at_changing_steps_join_without_a_seam)
{
  double  fraction = 0.123;
  int64_t at       = 3000;
  set_up(PERIOD);
  for (unsigned i = 0U; i < 300U; ++i) {
    float          out[64];
    const unsigned frames = 1U + i % 64U;
    const double   step   = 1.0 + 0.03 * sin(0.1 * i);
    playout_resample(&resampler, &store, at, fraction, step, out, frames);
    for (unsigned k = 0U; k < frames; ++k) {
      const double position = (double)at + fraction + step * k;
      ck_assert_double_eq_tol((double)out[k],
                              sin(2.0 * PI * position / PERIOD),
                              3e-4);
    }
    const double sum = fraction + step * frames;
    at += (int64_t)floor(sum);
    fraction = sum - floor(sum);
  }
  (void)src_delete(resampler.state);
}

END_TEST

START_TEST(nothing_beyond_the_stated_look_ahead_is_used)
{
  static const double steps[] = {0.2297, 0.97, 1.0, 1.03, 2.0, 4.35, 5.15};
  const unsigned      frames  = 300U;
  set_up(PERIOD);
  for (size_t i = 0U; i < sizeof(steps) / sizeof(steps[0]); ++i) {
    float        out[300];
    const double last = 0.5 + steps[i] * (double)(frames - 1U);
    resampler.primed  = false;
    playout_resample(&resampler, &store, 2000, 0.5, steps[i], out, frames);
    ck_assert_int_le(resampler.fed,
                     2000 + (int64_t)last +
                       (int64_t)playout_resampler_ahead(steps[i]));
  }
  (void)src_delete(resampler.state);
}

END_TEST

int main(void)
{
  const TTest* const tests[] = {
    outputs_lie_where_they_should,
    an_impulse_comes_out_where_it_is,
    small_calls_at_changing_steps_join_without_a_seam,
    nothing_beyond_the_stated_look_ahead_is_used,
  };
  return SUITE_RUN("playout resample", tests);
}
