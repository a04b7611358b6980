// SPDX-License-Identifier: MIT
// The fit: learns a known process as well as it can be learnt, in slices as at
// once, at every rate, and survives anything a history can hold.

#include "base/memory.h"
#include "base/rand.h"
#include "pntbtr/pntbtr.h"

#include <check.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static PntbtrFit*    fit;
static PntbtrBands   bands;
static PntbtrHistory history;
static JamRand       rand_state;

/// Fills the history with noise of deviation 0.05 through a known resonance.
static void make_process(void)
{
  double old  = 0.0;
  double last = 0.0;
  jam_rand_init(&rand_state, 5U, 1U);
  for (unsigned i = 0U; i < PNTBTR_HISTORY; ++i) {
    const double next =
      1.6 * last - 0.81 * old + 0.05 * jam_rand_normal(&rand_state);
    history.samples[i] = (float)next;
    old                = last;
    last               = next;
  }
}

static PntbtrModel fit_at_once(const int64_t end)
{
  pntbtr_fit_begin(fit, &bands, &history, end);
  ck_assert(pntbtr_fit_step(fit, 1U << 30U));
  ck_assert(pntbtr_fit_model(fit)->ready);
  return *pntbtr_fit_model(fit);
}

static bool is_finite(const PntbtrModel* const model)
{
  bool finite = true;
  for (unsigned i = 0U; i < PNTBTR_LOW_ORDER; ++i) {
    finite = finite && isfinite(model->low[i]);
  }
  for (unsigned i = 0U; i < PNTBTR_HIGH_ORDER; ++i) {
    finite = finite && isfinite(model->high[i]) && isfinite(model->edge[i]);
  }
  for (unsigned i = 0U; i < PNTBTR_PULSE; ++i) {
    finite =
      finite && isfinite(model->low_pulse[i]) && isfinite(model->high_pulse[i]);
  }
  return finite;
}

START_TEST(the_next_sample_of_a_known_process_is_known_as_well_as_can_be)
{
  static const uint32_t rates[] = {44100U, 48000U, 96000U, 192000U};
  for (size_t r = 0U; r < sizeof(rates) / sizeof(rates[0]); ++r) {
    pntbtr_bands_init(&bands, rates[r]);
    make_process();
    const PntbtrModel model = fit_at_once(PNTBTR_HISTORY);
    double            error = 0.0;
    for (unsigned n = 0U; n < 400U; ++n) {
      PntbtrPrediction   prediction;
      float              next = 0.0F;
      const float* const end  = history.samples + PNTBTR_HISTORY - 1U - n;
      pntbtr_predict_begin(&prediction, &bands, &model, end);
      pntbtr_predict(&prediction, &bands, &model, &next, 1U);
      error += pow((double)(next - *end), 2.0);
    }
    ck_assert_double_lt(sqrt(error / 400.0), 1.15 * 0.05);
  }
}

END_TEST

START_TEST(a_fit_in_slices_equals_a_fit_at_once)
{
  static const unsigned budgets[] = {1U, 100000U, 400000U};
  pntbtr_bands_init(&bands, 48000U);
  make_process();
  const PntbtrModel whole = fit_at_once(PNTBTR_HISTORY);
  for (size_t i = 0U; i < sizeof(budgets) / sizeof(budgets[0]); ++i) {
    unsigned turns = 1U;
    pntbtr_fit_begin(fit, &bands, &history, PNTBTR_HISTORY);
    while (!pntbtr_fit_step(fit, budgets[i])) {
      ck_assert(!pntbtr_fit_model(fit)->ready);
      ++turns;
    }
    ck_assert_uint_ge(turns, 5U);
    ck_assert_mem_eq(&whole, pntbtr_fit_model(fit), sizeof(whole));
  }
}

END_TEST

START_TEST(newer_samples_count_more)
{
  // The second half of what is learnt from sounds otherwise
  pntbtr_bands_init(&bands, 48000U);
  const unsigned change = PNTBTR_HISTORY - 3600U;
  for (unsigned i = 0U; i < PNTBTR_HISTORY; ++i) {
    const double turn = i < change ? 0.05 : 0.083;
    history.samples[i] =
      (float)(0.3 * sin(turn * i) + 1e-4 * jam_rand_normal(&rand_state));
  }
  const PntbtrModel model = fit_at_once(PNTBTR_HISTORY);
  PntbtrPrediction  prediction;
  float             next[PNTBTR_BLOCK];
  pntbtr_predict_begin(&prediction,
                       &bands,
                       &model,
                       history.samples + PNTBTR_HISTORY);
  pntbtr_predict(&prediction, &bands, &model, next, PNTBTR_BLOCK);
  for (unsigned i = 0U; i < PNTBTR_BLOCK; ++i) {
    ck_assert_double_eq_tol((double)next[i],
                            0.3 * sin(0.083 * (PNTBTR_HISTORY + i)),
                            0.02);
  }
}

END_TEST

START_TEST(silence_and_constants_are_learnt_without_harm)
{
  pntbtr_bands_init(&bands, 48000U);
  for (unsigned kind = 0U; kind < 2U; ++kind) {
    for (unsigned i = 0U; i < PNTBTR_HISTORY; ++i) {
      history.samples[i] = kind ? 0.25F : 0.0F;
    }
    const PntbtrModel model = fit_at_once(PNTBTR_HISTORY);
    ck_assert(is_finite(&model));
  }
}

END_TEST

START_TEST(infinite_and_undefined_samples_do_not_hang_the_fit)
{
  static const float bad[] = {INFINITY, -INFINITY, NAN, 3e38F};
  pntbtr_bands_init(&bands, 48000U);
  for (size_t i = 0U; i < sizeof(bad) / sizeof(bad[0]); ++i) {
    make_process();
    history.samples[PNTBTR_HISTORY - 1000U] = bad[i];
    (void)fit_at_once(PNTBTR_HISTORY);
  }
}

END_TEST

START_TEST(a_history_keeps_what_came_and_guesses_what_did_not)
{
  float block[PNTBTR_BLOCK];
  pntbtr_bands_init(&bands, 48000U);
  for (unsigned i = 0U; i < PNTBTR_HISTORY; ++i) {
    history.samples[i] =
      (float)(0.3 * sin(0.03 * i) + 1e-5 * jam_rand_normal(&rand_state));
  }
  const PntbtrModel model = fit_at_once(PNTBTR_HISTORY);
  const int64_t     from  = 5 * (int64_t)PNTBTR_HISTORY;
  // The ring wraps, and a sine of this period does not: start anew behind it
  for (int64_t at = from - 8192; at < from + 4096; at += PNTBTR_BLOCK) {
    for (unsigned i = 0U; i < PNTBTR_BLOCK; ++i) {
      block[i] = (float)(0.3 * sin(0.03 * (double)(at + i)));
    }
    if (at == from) {
      at += 3 * (int64_t)PNTBTR_BLOCK; // Lost
      pntbtr_history_guess(&history, &bands, &model, from, at);
      break;
    }
    pntbtr_history_add(&history, at, block, PNTBTR_BLOCK);
  }
  for (unsigned i = 0U; i < 3U * PNTBTR_BLOCK; ++i) {
    const uint64_t slot = (uint64_t)(from + i) % PNTBTR_HISTORY;
    ck_assert_double_eq_tol((double)history.samples[slot],
                            0.3 * sin(0.03 * (double)(from + i)),
                            0.02);
  }
}

END_TEST

int main(void)
{
  fit                = pntbtr_fit_new(NULL);
  Suite* const suite = suite_create("pntbtr fit");
  TCase* const tests = tcase_create("all");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests,
                 the_next_sample_of_a_known_process_is_known_as_well_as_can_be);
  tcase_add_test(tests, a_fit_in_slices_equals_a_fit_at_once);
  tcase_add_test(tests, newer_samples_count_more);
  tcase_add_test(tests, silence_and_constants_are_learnt_without_harm);
  tcase_add_test(tests, infinite_and_undefined_samples_do_not_hang_the_fit);
  tcase_add_test(tests, a_history_keeps_what_came_and_guesses_what_did_not);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  jam_mem_free(NULL, fit);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
