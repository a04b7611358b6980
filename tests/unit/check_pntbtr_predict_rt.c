// SPDX-License-Identifier: MIT
// The extrapolation: continues what can be continued, and never grows,
// whatever the model.

#include "base/rand.h"
#include "pntbtr/pntbtr.h"

#include <check.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846
#define AHEAD 2400U

static PntbtrFit   fit;
static PntbtrModel model;
static float       line[PNTBTR_MAX_HISTORY + AHEAD];
static JamRand     rand_state;

static float* const end = line + PNTBTR_HISTORY;

static double peak_of(const float* const samples, const unsigned frames)
{
  double peak = 0.0;
  for (unsigned i = 0U; i < frames; ++i) {
    ck_assert(isfinite(samples[i]));
    peak = fmax(peak, fabs((double)samples[i]));
  }
  return peak;
}

static void fit_line(const unsigned order)
{
  pntbtr_fit_begin(&fit, line, PNTBTR_HISTORY, order);
  ck_assert(pntbtr_fit_step(&fit, 1U << 30U));
  pntbtr_fit_model(&fit, &model);
}

static double chord(const unsigned i)
{
  return 0.3 * sin(2.0 * PI * 220.0 * i / 48000.0) +
         0.2 * sin(2.0 * PI * 277.18 * i / 48000.0 + 1.0) +
         0.1 * sin(2.0 * PI * 329.63 * i / 48000.0 + 2.0);
}

START_TEST(a_chord_goes_on_for_fifty_milliseconds)
{
  double error  = 0.0;
  double signal = 0.0;
  for (unsigned i = 0U; i < PNTBTR_HISTORY; ++i) {
    line[i] = (float)(chord(i) + 1e-4 * (jam_rand_unit(&rand_state) - 0.5));
  }
  fit_line(PNTBTR_ORDER);
  pntbtr_extrapolate(&model, end, end, AHEAD);
  for (unsigned i = 0U; i < AHEAD; ++i) {
    const double truth = chord(PNTBTR_HISTORY + i);
    error += ((double)end[i] - truth) * ((double)end[i] - truth);
    signal += truth * truth;
  }
  ck_assert_double_lt(error, 0.1 * signal);
}

END_TEST

/// Fills the history with one of several kinds of difficult material.
static void make_material(const unsigned kind)
{
  for (unsigned i = 0U; i < PNTBTR_HISTORY; ++i) {
    const double noise = jam_rand_normal(&rand_state);
    const double past  = (double)i / (double)PNTBTR_HISTORY;
    double       value = 0.0;
    switch (kind % 6U) {
    case 0U: // Noise
      value = 0.1 * noise;
      break;
    case 1U: // Swells
      value = 1e-3 * exp(6.0 * past) * sin(0.05 * i);
      break;
    case 2U: // Dies away
      value = exp(-9.0 * past) * sin(0.11 * i) + 1e-5 * noise;
      break;
    case 3U: // Struck at the very end
      value = i > PNTBTR_HISTORY - 40U ? 0.3 * noise : 1e-4 * noise;
      break;
    case 4U: // Pulses
      value = i % 211U == 0U ? 0.9 : 0.0;
      break;
    default: // Clipped
      value = fmax(-0.5, fmin(0.5, 2.0 * sin(0.02 * i) + 0.01 * noise));
      break;
    }
    line[i] = (float)value;
  }
}

START_TEST(fifty_milliseconds_never_get_louder_than_what_they_continue)
{
  for (unsigned kind = 0U; kind < 24U; ++kind) {
    make_material(kind);
    fit_line(kind < 12U ? PNTBTR_ORDER : PNTBTR_MAX_ORDER);
    const double level = peak_of(end - PNTBTR_LEVEL_SPAN, PNTBTR_LEVEL_SPAN);
    pntbtr_extrapolate(&model, end, end, AHEAD);
    ck_assert_double_le(peak_of(end, AHEAD), level);
  }
}

END_TEST

START_TEST(even_an_unstable_model_fades_instead_of_growing)
{
  static const float taps[] = {1.01F, 2.0F, -3.0F, 1e20F, -1e38F};
  for (size_t i = 0U; i < sizeof(taps) / sizeof(taps[0]); ++i) {
    make_material(0U);
    memset(&model, 0, sizeof(model));
    model.order   = 1U;
    model.taps[0] = taps[i];
    pntbtr_extrapolate(&model, end, end, AHEAD);
    ck_assert_double_le(peak_of(end, AHEAD),
                        peak_of(end - PNTBTR_LEVEL_SPAN, PNTBTR_LEVEL_SPAN));
  }
}

END_TEST

START_TEST(undefined_models_and_histories_give_silence)
{
  make_material(0U);
  memset(&model, 0, sizeof(model));
  model.order   = 1U;
  model.taps[0] = NAN;
  pntbtr_extrapolate(&model, end, end, AHEAD);
  ck_assert_double_eq(peak_of(end, AHEAD), 0.0);

  model.taps[0] = 0.5F;
  end[-5]       = NAN;
  pntbtr_extrapolate(&model, end, end, AHEAD);
  ck_assert_double_eq(peak_of(end, AHEAD), 0.0);

  end[-5]     = INFINITY;
  model.order = 1000000U;
  pntbtr_extrapolate(&model, end, end, AHEAD);
  ck_assert_double_eq(peak_of(end, AHEAD), 0.0);
}

END_TEST

START_TEST(no_model_predicts_silence)
{
  make_material(0U);
  memset(&model, 0, sizeof(model));
  pntbtr_extrapolate(&model, end, end, 100U);
  ck_assert_double_eq(peak_of(end, 100U), 0.0);
}

END_TEST

START_TEST(the_result_may_go_elsewhere)
{
  static float elsewhere[AHEAD];
  make_material(1U);
  fit_line(100U);
  pntbtr_extrapolate(&model, end, elsewhere, 1000U);
  pntbtr_extrapolate(&model, end, end, 1000U);
  ck_assert_int_eq(memcmp(elsewhere, end, 1000U * sizeof(float)), 0);
}

END_TEST

START_TEST(a_crossfade_is_a_raised_cosine_in_any_pieces)
{
  float truth[128];
  float guess[128];
  for (unsigned i = 0U; i < 128U; ++i) {
    truth[i] = 1.0F;
    guess[i] = 0.0F;
  }
  pntbtr_crossfade(truth, guess, 0U, 50U, 100U);
  pntbtr_crossfade(truth + 50, guess + 50, 50U, 78U, 100U);
  for (unsigned i = 0U; i < 100U; ++i) {
    const double share = 0.5 - 0.5 * cos(PI * (i + 0.5) / 100.0);
    ck_assert_double_eq_tol((double)truth[i], share, 1e-6);
  }
  for (unsigned i = 100U; i < 128U; ++i) {
    ck_assert_double_eq((double)truth[i], 1.0);
  }
}

END_TEST

int main(void)
{
  jam_rand_init(&rand_state, 3U, 3U);
  Suite* const suite = suite_create("pntbtr predict");
  TCase* const tests = tcase_create("all");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, a_chord_goes_on_for_fifty_milliseconds);
  tcase_add_test(tests,
                 fifty_milliseconds_never_get_louder_than_what_they_continue);
  tcase_add_test(tests, even_an_unstable_model_fades_instead_of_growing);
  tcase_add_test(tests, undefined_models_and_histories_give_silence);
  tcase_add_test(tests, no_model_predicts_silence);
  tcase_add_test(tests, the_result_may_go_elsewhere);
  tcase_add_test(tests, a_crossfade_is_a_raised_cosine_in_any_pieces);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
