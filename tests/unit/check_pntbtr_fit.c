// SPDX-License-Identifier: MIT
// The fit: finds the predictor of a known process, in slices as at once, and
// survives anything a history can hold.

#include "base/rand.h"
#include "pntbtr/pntbtr.h"

#include <check.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static PntbtrFit   fit;
static PntbtrModel model;
static float       history[8192];

/// Fills the history with noise through a known resonance.
static void make_process(const unsigned size)
{
  JamRand rand;
  jam_rand_init(&rand, 5U, 1U);
  double old  = 0.0;
  double last = 0.0;
  for (unsigned i = 0U; i < size; ++i) {
    const double next = 1.6 * last - 0.81 * old + jam_rand_normal(&rand);
    history[i]        = (float)(0.05 * next);
    old               = last;
    last              = next;
  }
}

static void fit_at_once(const unsigned size, const unsigned order)
{
  pntbtr_fit_begin(&fit, history, size, order);
  ck_assert(pntbtr_fit_step(&fit, 1U << 30U));
  pntbtr_fit_model(&fit, &model);
}

START_TEST(the_taps_of_a_known_process_are_found)
{
  make_process(PNTBTR_MAX_HISTORY);
  fit_at_once(PNTBTR_MAX_HISTORY, 2U);
  ck_assert_uint_eq(model.order, 2U);
  ck_assert_double_eq_tol((double)model.taps[0], 1.6, 0.03);
  ck_assert_double_eq_tol((double)model.taps[1], -0.81, 0.03);
  ck_assert_double_eq((double)model.taps[2], 0.0);
}

END_TEST

START_TEST(a_fit_in_slices_equals_a_fit_at_once)
{
  static const unsigned budgets[] = {1U, 1000U, 12345U, 400000U};
  make_process(PNTBTR_HISTORY);
  for (size_t i = 0U; i < sizeof(budgets) / sizeof(budgets[0]); ++i) {
    PntbtrModel whole;
    fit_at_once(PNTBTR_HISTORY, 200U);
    whole          = model;
    unsigned turns = 1U;
    pntbtr_fit_begin(&fit, history, PNTBTR_HISTORY, 200U);
    while (!pntbtr_fit_step(&fit, budgets[i])) {
      ++turns;
    }
    pntbtr_fit_model(&fit, &model);
    ck_assert_uint_ge(turns, 2U);
    ck_assert_uint_le(turns, 200U);
    ck_assert_int_eq(memcmp(&whole, &model, sizeof(model)), 0);
  }
}

END_TEST

START_TEST(an_unfinished_fit_gives_a_model_of_its_order_so_far)
{
  make_process(PNTBTR_HISTORY);
  pntbtr_fit_begin(&fit, history, PNTBTR_HISTORY, 200U);
  ck_assert(!pntbtr_fit_step(&fit, 1U));
  ck_assert(!pntbtr_fit_step(&fit, 1U));
  pntbtr_fit_model(&fit, &model);
  ck_assert_uint_eq(model.order, 2U);
}

END_TEST

START_TEST(only_the_newest_samples_are_used_when_there_are_too_many)
{
  make_process(8192U);
  fit_at_once(8192U, 8U);
  const PntbtrModel whole = model;
  pntbtr_fit_begin(&fit,
                   history + 8192U - PNTBTR_MAX_HISTORY,
                   PNTBTR_MAX_HISTORY,
                   8U);
  ck_assert(pntbtr_fit_step(&fit, 1U << 30U));
  pntbtr_fit_model(&fit, &model);
  ck_assert_int_eq(memcmp(&whole, &model, sizeof(model)), 0);
}

END_TEST

START_TEST(sizes_and_orders_out_of_range_are_clamped)
{
  static const struct {
    unsigned size, order, most;
  } cases[] = {
    {0U, 10U, 0U},
    {1U, 10U, 0U},
    {2U, 10U, 1U},
    {10U, 10U, 9U},
    {2400U, 0U, 0U},
    {2400U, 100000U, PNTBTR_MAX_ORDER},
    {8192U, 100000U, PNTBTR_MAX_ORDER},
  };

  make_process(8192U);
  for (size_t i = 0U; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    fit_at_once(cases[i].size, cases[i].order);
    ck_assert_uint_le(model.order, cases[i].most);
  }
}

END_TEST

START_TEST(silence_and_constants_end_the_fit_early)
{
  memset(history, 0, sizeof(history));
  fit_at_once(PNTBTR_HISTORY, PNTBTR_ORDER);
  ck_assert_uint_eq(model.order, 0U);
  for (unsigned i = 0U; i < PNTBTR_HISTORY; ++i) {
    history[i] = 0.25F;
  }
  fit_at_once(PNTBTR_HISTORY, PNTBTR_ORDER);
  ck_assert_uint_le(model.order, 4U);
}

END_TEST

START_TEST(infinite_and_undefined_samples_do_not_hang_the_fit)
{
  static const float bad[] = {INFINITY, -INFINITY, NAN, 3e38F};
  for (size_t i = 0U; i < sizeof(bad) / sizeof(bad[0]); ++i) {
    make_process(PNTBTR_HISTORY);
    history[1000] = bad[i];
    fit_at_once(PNTBTR_HISTORY, 64U);
    ck_assert_uint_le(model.order, 64U);
  }
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("pntbtr fit");
  TCase* const tests = tcase_create("all");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, the_taps_of_a_known_process_are_found);
  tcase_add_test(tests, a_fit_in_slices_equals_a_fit_at_once);
  tcase_add_test(tests, an_unfinished_fit_gives_a_model_of_its_order_so_far);
  tcase_add_test(tests,
                 only_the_newest_samples_are_used_when_there_are_too_many);
  tcase_add_test(tests, sizes_and_orders_out_of_range_are_clamped);
  tcase_add_test(tests, silence_and_constants_end_the_fit_early);
  tcase_add_test(tests, infinite_and_undefined_samples_do_not_hang_the_fit);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
