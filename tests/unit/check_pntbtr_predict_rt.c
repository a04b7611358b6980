// SPDX-License-Identifier: MIT
// The extrapolation: continues what can be continued, and never grows,
// whatever the model.

#include "base/memory.h"
#include "base/rand.h"
#include "pntbtr/pntbtr.h"

#include <check.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846
#define AHEAD 2400U

static PntbtrFit*    fit;
static PntbtrBands   bands;
static PntbtrModel   model;
static PntbtrHistory history;
static float         out[AHEAD];
static JamRand       rand_state;

static float* const line = history.samples;
static float* const end  = history.samples + PNTBTR_HISTORY;

static double peak_of(const float* const samples, const unsigned frames)
{
  double peak = 0.0;
  for (unsigned i = 0U; i < frames; ++i) {
    ck_assert(isfinite(samples[i]));
    peak = fmax(peak, fabs((double)samples[i]));
  }
  return peak;
}

static void fit_line(void)
{
  pntbtr_fit_begin(fit, &bands, &history, PNTBTR_HISTORY);
  ck_assert(pntbtr_fit_step(fit, 1U << 30U));
  model = *pntbtr_fit_model(fit);
}

static void predict(const unsigned frames, const unsigned block)
{
  PntbtrPrediction prediction;
  pntbtr_predict_begin(&prediction, &bands, &model, end);
  for (unsigned at = 0U; at < frames; at += block) {
    pntbtr_predict(&prediction,
                   &bands,
                   &model,
                   out + at,
                   frames - at < block ? frames - at : block);
  }
}

static double level_of_past(void)
{
  return peak_of(end - PNTBTR_LEVEL_SPAN, PNTBTR_LEVEL_SPAN);
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
  fit_line();
  predict(AHEAD, PNTBTR_BLOCK);
  for (unsigned i = 0U; i < AHEAD; ++i) {
    const double truth = chord(PNTBTR_HISTORY + i);
    error += ((double)out[i] - truth) * ((double)out[i] - truth);
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
    fit_line();
    predict(AHEAD, PNTBTR_BLOCK);
    ck_assert_double_le(peak_of(out, AHEAD), level_of_past());
  }
}

END_TEST

START_TEST(even_an_unstable_model_fades_instead_of_growing)
{
  static const float taps[] = {1.01F, 2.0F, -3.0F, 1e20F, -1e38F};
  for (size_t i = 0U; i < sizeof(taps) / sizeof(taps[0]); ++i) {
    make_material(0U);
    fit_line();
    float* const tap = i % 2U ? model.low : model.high;
    tap[i % 2U ? PNTBTR_LOW_ORDER - 1U : PNTBTR_HIGH_ORDER - 1U] = taps[i];
    predict(AHEAD, PNTBTR_BLOCK);
    ck_assert_double_le(peak_of(out, AHEAD), level_of_past());
  }
}

END_TEST

START_TEST(undefined_models_and_histories_give_silence)
{
  make_material(0U);
  fit_line();
  model.high[5] = NAN;
  predict(AHEAD, PNTBTR_BLOCK);
  ck_assert_double_eq(peak_of(out, AHEAD), 0.0);

  fit_line();
  end[-5] = NAN;
  predict(AHEAD, PNTBTR_BLOCK);
  ck_assert_double_eq(peak_of(out, AHEAD), 0.0);

  end[-5] = INFINITY;
  predict(AHEAD, PNTBTR_BLOCK);
  ck_assert_double_eq(peak_of(out, AHEAD), 0.0);

  end[-5] = 0.0F;
  memset(&model, 0, sizeof(model));
  predict(AHEAD, PNTBTR_BLOCK);
  ck_assert_double_eq(peak_of(out, AHEAD), 0.0);
}

END_TEST

START_TEST(pieces_of_any_length_say_the_same)
{
  static float whole[AHEAD];
  make_material(2U);
  fit_line();
  predict(1000U, PNTBTR_BLOCK);
  memcpy(whole, out, sizeof(whole));
  for (unsigned block = 1U; block < PNTBTR_BLOCK; block += 7U) {
    predict(1000U, block);
    for (unsigned i = 0U; i < 1000U; ++i) {
      ck_assert_double_eq_tol((double)out[i], (double)whole[i], 1e-5);
    }
  }
}

END_TEST

// A gap in noise through a resonance: how far off the guess is, with `future`
// samples behind it known.
static double error_of(const unsigned frames, const unsigned future)
{
  static float truth[PNTBTR_PULSE];
  double       error = 0.0;
  double       old   = 0.0;
  double       last  = 0.0;
  for (unsigned i = 0U; i < PNTBTR_HISTORY + PNTBTR_PULSE; ++i) {
    const double next =
      1.95 * last - 0.98 * old + 0.01 * jam_rand_normal(&rand_state);
    *(i < PNTBTR_HISTORY ? line + i : truth + (i - PNTBTR_HISTORY)) =
      (float)next;
    old  = last;
    last = next;
  }
  fit_line();
  predict(frames + PNTBTR_FUTURE, PNTBTR_BLOCK);
  if (future > 0U) {
    ck_assert(
      pntbtr_bridge(&model, 10.0F, out, frames, truth + frames, future));
  }
  for (unsigned i = 0U; i < frames; ++i) {
    error += pow((double)out[i] - (double)truth[i], 2.0);
  }
  return sqrt(error / frames);
}

START_TEST(what_follows_a_gap_tells_what_was_in_it)
{
  static const unsigned gaps[] = {8U, 17U, 64U, 128U};
  for (size_t g = 0U; g < sizeof(gaps) / sizeof(gaps[0]); ++g) {
    double guessed = 0.0;
    double bent    = 0.0;
    for (unsigned n = 0U; n < 10U; ++n) {
      jam_rand_init(&rand_state, n, g);
      guessed += error_of(gaps[g], 0U);
      jam_rand_init(&rand_state, n, g);
      bent += error_of(gaps[g], 1U + 7U * n);
    }
    ck_assert_double_lt(bent, 0.9 * guessed);
  }
}

END_TEST

START_TEST(a_bridge_to_nonsense_is_not_built)
{
  static float truth[PNTBTR_FUTURE];
  make_material(0U);
  fit_line();
  predict(128U, PNTBTR_BLOCK);
  memset(model.low_pulse, 0, sizeof(model.low_pulse));
  memset(model.high_pulse, 0, sizeof(model.high_pulse));
  const float before = out[10];
  ck_assert(!pntbtr_bridge(&model, 1.0F, out, 64U, truth, PNTBTR_FUTURE));
  ck_assert_double_eq((double)out[10], (double)before);
  fit_line();
  ck_assert(!pntbtr_bridge(&model, 1e-6F, out, 64U, truth, PNTBTR_FUTURE));
  ck_assert_double_eq((double)out[10], (double)before);
  model.low_pulse[3] = NAN;
  ck_assert(!pntbtr_bridge(&model, 1.0F, out, 64U, truth, PNTBTR_FUTURE));
  ck_assert_double_eq((double)out[10], (double)before);
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
  pntbtr_bands_init(&bands, 48000U);
  fit                = pntbtr_fit_new(NULL);
  Suite* const suite = suite_create("pntbtr predict");
  TCase* const tests = tcase_create("all");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, a_chord_goes_on_for_fifty_milliseconds);
  tcase_add_test(tests,
                 fifty_milliseconds_never_get_louder_than_what_they_continue);
  tcase_add_test(tests, even_an_unstable_model_fades_instead_of_growing);
  tcase_add_test(tests, undefined_models_and_histories_give_silence);
  tcase_add_test(tests, pieces_of_any_length_say_the_same);
  tcase_add_test(tests, what_follows_a_gap_tells_what_was_in_it);
  tcase_add_test(tests, a_bridge_to_nonsense_is_not_built);
  tcase_add_test(tests, a_crossfade_is_a_raised_cosine_in_any_pieces);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  jam_mem_free(NULL, fit);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
