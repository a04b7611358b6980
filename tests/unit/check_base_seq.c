// SPDX-License-Identifier: MIT
// Counters that wrap: every width, both ways across the wrap.

#include "base/rand.h"
#include "base/seq.h"

#include <check.h>

#include <stdlib.h>

START_TEST(known_counters_are_unwrapped)
{
  static const struct {
    int64_t  reference;
    uint32_t low;
    unsigned bits;
    int64_t  full;
  } cases[] = {
    {0, 0U, 16U, 0},
    {0, 1U, 16U, 1},
    {0, 0xFFFFU, 16U, -1},
    {65535, 0U, 16U, 65536},
    {65536, 0xFFFFU, 16U, 65535},
    {65536, 0x8000U, 16U, 65536 + 32768}, // Half a cycle counts as ahead
    {65536, 0x8001U, 16U, 65536 - 32767},
    {7, 0U, 1U, 8},
    {8, 0U, 1U, 8},
    {INT64_C(1) << 40, 0xFFFFFFFFU, 32U, (INT64_C(1) << 40) - 1},
    {-1, 0U, 32U, 0},
    {-1, 0xFFFFFFFFU, 32U, -1},
    {(INT64_C(1) << 26) - 1, 0U, 26U, INT64_C(1) << 26},
  };

  for (size_t i = 0U; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    ck_assert_int_eq(
      jam_seq_unwrap(cases[i].reference, cases[i].low, cases[i].bits),
      cases[i].full);
  }
}

END_TEST

START_TEST(every_width_unwraps_what_is_within_half_a_cycle)
{
  JamRand rand;
  for (unsigned bits = 1U; bits <= 32U; ++bits) {
    jam_rand_init(&rand, bits, 0U);
    const int64_t cycle = INT64_C(1) << bits;
    for (unsigned i = 0U; i < 2000U; ++i) {
      const int64_t reference = (int64_t)jam_rand_u32(&rand) * 1024 -
                                (int64_t)jam_rand_u32(&rand) * 512;
      const int64_t offset = (int64_t)jam_rand_u32(&rand) % cycle;
      const int64_t full   = reference + offset - cycle / 2 + 1;
      const int64_t found =
        jam_seq_unwrap(reference, (uint32_t)(full & (cycle - 1)), bits);
      if (found != full) {
        ck_abort_msg("bits %u, round %u", bits, i);
      }
    }
  }
}

END_TEST

START_TEST(bits_above_the_width_are_ignored)
{
  ck_assert_int_eq(jam_seq_unwrap(1000, 0xABCD03E9U, 16U), 1001);
  ck_assert_int_eq(jam_seq_unwrap(4, 0xFFFFFFF5U, 3U), 5);
}

END_TEST

START_TEST(a_counter_is_followed_through_many_wraps)
{
  int64_t full = 0;
  for (int64_t i = 0; i < 100000; i += 37) {
    full = jam_seq_unwrap(full, (uint32_t)i & 255U, 8U);
    ck_assert_int_eq(full, i);
  }
}

END_TEST

START_TEST(the_ends_of_the_range_do_not_overflow)
{
  // Results there wrap; what counts is that the low bits are right
  for (unsigned bits = 1U; bits <= 32U; ++bits) {
    const uint64_t mask = (UINT64_C(1) << bits) - 1U;
    for (uint32_t low = 0U; low < 5U; ++low) {
      const uint64_t top = (uint64_t)jam_seq_unwrap(INT64_MAX, low, bits);
      const uint64_t end = (uint64_t)jam_seq_unwrap(INT64_MIN, ~low, bits);
      ck_assert_uint_eq(top & mask, low & mask);
      ck_assert_uint_eq(end & mask, ~low & mask);
    }
  }
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("base seq");
  TCase* const tests = tcase_create("all");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, known_counters_are_unwrapped);
  tcase_add_test(tests, every_width_unwraps_what_is_within_half_a_cycle);
  tcase_add_test(tests, bits_above_the_width_are_ignored);
  tcase_add_test(tests, a_counter_is_followed_through_many_wraps);
  tcase_add_test(tests, the_ends_of_the_range_do_not_overflow);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
