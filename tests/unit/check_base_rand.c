// SPDX-License-Identifier: MIT
// Seeded random numbers: the published sequence, and a look at distributions.
// Seeds are fixed, so that a bound either holds for ever or never did.

#include "base/rand.h"

#include <check.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

START_TEST(the_published_sequence_is_reproduced)
{
  // Seed 42, stream 54: first line of the generator's own demonstration
  static const uint32_t expected[] = {0xA15C02B7U,
                                      0x7B47F409U,
                                      0xBA1D3330U,
                                      0x83D2F293U,
                                      0xBFA4784BU,
                                      0xCBED606EU};
  JamRand               rand;
  jam_rand_init(&rand, 42U, 54U);
  for (size_t i = 0U; i < sizeof(expected) / sizeof(expected[0]); ++i) {
    ck_assert_uint_eq(jam_rand_u32(&rand), expected[i]);
  }
}

END_TEST

static unsigned equal_of(const uint64_t seed_a,
                         const uint64_t stream_a,
                         const uint64_t seed_b,
                         const uint64_t stream_b)
{
  JamRand  a;
  JamRand  b;
  unsigned equal = 0U;
  jam_rand_init(&a, seed_a, stream_a);
  jam_rand_init(&b, seed_b, stream_b);
  for (unsigned i = 0U; i < 1000U; ++i) {
    equal += jam_rand_u32(&a) == jam_rand_u32(&b) ? 1U : 0U;
  }
  return equal;
}

START_TEST(seeds_and_streams_are_independent)
{
  ck_assert_uint_eq(equal_of(7U, 3U, 7U, 3U), 1000U);
  ck_assert_uint_le(equal_of(7U, 3U, 8U, 3U), 2U);
  ck_assert_uint_le(equal_of(7U, 3U, 7U, 4U), 2U);
  ck_assert_uint_le(equal_of(0U, 0U, 0U, 1U), 2U);
}

END_TEST

START_TEST(every_bit_is_set_half_the_time)
{
  JamRand  rand;
  unsigned set[32] = {0};
  jam_rand_init(&rand, 1U, 1U);
  for (unsigned i = 0U; i < 100000U; ++i) {
    const uint32_t bits = jam_rand_u32(&rand);
    for (unsigned bit = 0U; bit < 32U; ++bit) {
      set[bit] += (bits >> bit) & 1U;
    }
  }
  for (unsigned bit = 0U; bit < 32U; ++bit) { // Within 5 sigma
    ck_assert_uint_gt(set[bit], 49209U);
    ck_assert_uint_lt(set[bit], 50791U);
  }
}

END_TEST

START_TEST(bounded_numbers_are_uniform)
{
  static const uint32_t bounds[] = {1U, 2U, 3U, 7U, 10U, 64U, 100U};
  for (size_t i = 0U; i < sizeof(bounds) / sizeof(bounds[0]); ++i) {
    const uint32_t bound       = bounds[i];
    double         counts[100] = {0.0};
    JamRand        rand;
    jam_rand_init(&rand, 9U, i);
    for (unsigned n = 0U; n < 100000U; ++n) {
      const uint32_t number = jam_rand_below(&rand, bound);
      if (number >= bound) {
        ck_abort_msg("%u is not below %u", number, bound);
      }
      counts[number] += 1.0;
    }
    const double expected = 100000.0 / bound;
    double       chi      = 0.0;
    for (uint32_t n = 0U; n < bound; ++n) {
      chi += (counts[n] - expected) * (counts[n] - expected) / expected;
    }
    // The mean of chi square is bound - 1, its variance twice that
    ck_assert_double_lt(chi, bound - 1.0 + 5.0 * sqrt(2.0 * bound));
  }
}

END_TEST

START_TEST(large_bounds_are_not_biased)
{
  // Plain remainders would fall below 2^30 twice as often as above 2^31
  JamRand  rand;
  unsigned low = 0U;
  jam_rand_init(&rand, 2U, 0U);
  for (unsigned i = 0U; i < 30000U; ++i) {
    low += jam_rand_below(&rand, 0xC0000000U) < 0x40000000U ? 1U : 0U;
  }
  ck_assert_uint_gt(low, 9592U);
  ck_assert_uint_lt(low, 10408U);
}

END_TEST

START_TEST(unit_numbers_are_in_range_with_the_right_moments)
{
  JamRand rand;
  double  sum     = 0.0;
  double  squares = 0.0;
  jam_rand_init(&rand, 3U, 0U);
  for (unsigned i = 0U; i < 100000U; ++i) {
    const double number = jam_rand_unit(&rand);
    if (!(number >= 0.0 && number < 1.0)) {
      ck_abort_msg("%.17g is out of range", number);
    }
    sum += number;
    squares += number * number;
  }
  ck_assert_double_eq_tol(sum / 100000.0, 0.5, 0.005);
  ck_assert_double_eq_tol(squares / 100000.0, 1.0 / 3.0, 0.005);
}

END_TEST

START_TEST(normal_numbers_have_the_right_moments_and_are_finite)
{
  JamRand rand;
  double  moments[5] = {0.0};
  jam_rand_init(&rand, 4U, 0U);
  for (unsigned i = 0U; i < 200000U; ++i) {
    const double number = jam_rand_normal(&rand);
    double       power  = 1.0;
    for (unsigned n = 0U; n < 5U; ++n) {
      moments[n] += power / 200000.0;
      power *= number;
    }
  }
  ck_assert(isfinite(moments[4]) != 0);
  ck_assert_double_eq_tol(moments[1], 0.0, 0.012);
  ck_assert_double_eq_tol(moments[2], 1.0, 0.016);
  ck_assert_double_eq_tol(moments[3], 0.0, 0.05);
  ck_assert_double_eq_tol(moments[4], 3.0, 0.11);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("base rand");
  TCase* const tests = tcase_create("all");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, the_published_sequence_is_reproduced);
  tcase_add_test(tests, seeds_and_streams_are_independent);
  tcase_add_test(tests, every_bit_is_set_half_the_time);
  tcase_add_test(tests, bounded_numbers_are_uniform);
  tcase_add_test(tests, large_bounds_are_not_biased);
  tcase_add_test(tests, unit_numbers_are_in_range_with_the_right_moments);
  tcase_add_test(tests, normal_numbers_have_the_right_moments_and_are_finite);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
