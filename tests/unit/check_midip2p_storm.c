// SPDX-License-Identifier: MIT
// The promise itself, in virtual time: whatever a path loses, delays, reorders
// or duplicates, and whoever starts anew, a packet that arrives makes all
// right. The first patterns of many; midip2p_storms plays the others.

#include "midip2p_storm.h"

#include <check.h>

#include <stdlib.h>

#define SLICES 10
#define PATTERNS 25U

START_TEST(every_packet_leaves_the_right_state)
{
  StormCounts counts = {0};
  for (uint64_t i = 0U; i < PATTERNS; ++i) {
    storm_play((uint64_t)_i * PATTERNS + i, STORM_NO_FAULT, &counts);
  }
  ck_assert_uint_eq(counts.mismatches, 0U);
  ck_assert_uint_eq(counts.internal, 0U);
  ck_assert_uint_eq(counts.stuck, 0U);
  ck_assert_uint_eq(counts.unfinished, 0U);
  ck_assert_uint_eq(counts.sysex_bad, 0U);
  ck_assert_uint_gt(counts.accepted, 1000U);
  ck_assert_uint_gt(counts.repairs, PATTERNS);
  ck_assert_uint_gt(counts.sysex, 0U);
  ck_assert_uint_le(counts.largest, MIDIP2P_MAX_TEXT);
}

END_TEST

// 75746: a receiver that began anew with a part of a whole state long past
START_TEST(what_went_wrong_once_goes_right)
{
  StormCounts counts = {0};
  storm_play(75746U, STORM_NO_FAULT, &counts);
  ck_assert_uint_eq(counts.mismatches + counts.internal, 0U);
  ck_assert_uint_eq(counts.stuck + counts.unfinished, 0U);
}

END_TEST

START_TEST(a_mistake_is_noticed)
{
  StormCounts counts = {0};
  for (uint64_t seed = 0U; seed < 15U; ++seed) {
    storm_play(seed, (StormFault)_i, &counts);
  }
  ck_assert_uint_gt(counts.mismatches, 50U);
  ck_assert_uint_gt(counts.internal, 0U);
}

END_TEST

int main(void)
{
  Suite* const s = suite_create("midip2p storm");
  TCase* const t = tcase_create("storm");
  tcase_set_timeout(t, 60);
  tcase_add_loop_test(t, every_packet_leaves_the_right_state, 0, SLICES);
  tcase_add_test(t, what_went_wrong_once_goes_right);
  tcase_add_loop_test(t,
                      a_mistake_is_noticed,
                      STORM_NO_FAULT + 1,
                      STORM_FAULTS);
  suite_add_tcase(s, t);
  SRunner* const r = srunner_create(s);
  srunner_run_all(r, CK_NORMAL);
  const int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
