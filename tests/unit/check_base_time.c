// SPDX-License-Identifier: MIT
// Arithmetic on times, up to the ends of their range.

#include "base/rand.h"
#include "base/time.h"

#include <check.h>

#include <stdlib.h>

START_TEST(the_earlier_time_is_the_minimum)
{
  ck_assert_int_eq(jam_time_min(1, 2), 1);
  ck_assert_int_eq(jam_time_min(2, 1), 1);
  ck_assert_int_eq(jam_time_min(-5, JAM_NEVER), -5);
  ck_assert_int_eq(jam_time_min(JAM_NEVER, JAM_NEVER), JAM_NEVER);
}

END_TEST

START_TEST(never_stays_never_and_sums_stop_at_the_ends)
{
  static const struct {
    JamTime time;
    JamTime span;
    JamTime sum;
  } cases[] = {
    {0, 0, 0},
    {JAM_SECOND, 5 * JAM_MS, 1005 * JAM_MS},
    {JAM_SECOND, -JAM_SECOND, 0},
    {-3, -4, -7},
    {JAM_NEVER, 0, JAM_NEVER},
    {JAM_NEVER, -1, JAM_NEVER},
    {JAM_NEVER, INT64_MIN, JAM_NEVER},
    {0, JAM_NEVER, JAM_NEVER},
    {-JAM_SECOND, JAM_NEVER, JAM_NEVER},
    {JAM_NEVER, JAM_NEVER, JAM_NEVER},
    {JAM_NEVER - 1, 1, JAM_NEVER},
    {JAM_NEVER - 1, 2, JAM_NEVER},
    {JAM_NEVER - 1, JAM_NEVER - 1, JAM_NEVER},
    {JAM_NEVER - 1, 0, JAM_NEVER - 1},
    {INT64_MIN, 0, INT64_MIN},
    {INT64_MIN, -1, INT64_MIN},
    {INT64_MIN, INT64_MIN, INT64_MIN},
    {INT64_MIN + 5, -5, INT64_MIN},
    {INT64_MIN, JAM_NEVER - 1, -2},
  };

  for (size_t i = 0U; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    ck_assert_int_eq(jam_time_add(cases[i].time, cases[i].span), cases[i].sum);
  }
}

END_TEST

START_TEST(microseconds_are_rounded_towards_minus_infinity)
{
  static const struct {
    JamTime time;
    int64_t us;
  } cases[] = {
    {0, 0},
    {1, 0},
    {999, 0},
    {1000, 1},
    {1999, 1},
    {-1, -1},
    {-999, -1},
    {-1000, -1},
    {-1001, -2},
    {JAM_SECOND, 1000000},
    {INT64_MAX, INT64_C(9223372036854775)},
    {INT64_MIN, -INT64_C(9223372036854776)},
  };

  for (size_t i = 0U; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    ck_assert_int_eq(jam_time_to_us(cases[i].time), cases[i].us);
  }
}

END_TEST

START_TEST(a_microsecond_holds_its_thousand_nanoseconds)
{
  JamRand rand;
  jam_rand_init(&rand, 1U, 0U);
  for (unsigned i = 0U; i < 10000U; ++i) {
    const int64_t us = (int64_t)jam_rand_u32(&rand) - INT64_C(2147483648);
    const JamTime ns = us * JAM_US + (JamTime)jam_rand_below(&rand, 1000U);
    ck_assert_int_eq(jam_time_to_us(ns), us);
  }
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("base time");
  TCase* const tests = tcase_create("all");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, the_earlier_time_is_the_minimum);
  tcase_add_test(tests, never_stays_never_and_sums_stop_at_the_ends);
  tcase_add_test(tests, microseconds_are_rounded_towards_minus_infinity);
  tcase_add_test(tests, a_microsecond_holds_its_thousand_nanoseconds);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
