// SPDX-License-Identifier: MIT
// Setup: what is refused, and that no failed allocation leaks.

#include "playout/playout.h"
#include "support/test_allocator.h"
#include "unit/playout_suite.h"

#include <math.h>

START_TEST(every_failed_allocation_is_survived_without_a_leak)
{
  for (unsigned dsp = 0U; dsp < 2U; ++dsp) {
    const PlayoutConfig config = {48000U, 48000U, dsp != 0U};
    TestAllocator       memory;
    unsigned            n = 0U;
    do {
      const JamAllocator allocator = test_allocator_init(&memory, n++);
      Playout*           playout   = NULL;
      const JamStatus    status    = playout_new(&allocator, &config, &playout);
      ck_assert_int_eq(status, memory.failed ? JAM_ERR_MEMORY : JAM_OK);
      ck_assert_int_eq(playout == NULL, memory.failed);
      playout_free(playout);
      ck_assert(test_allocator_is_clean(&memory));
    } while (memory.failed);
    ck_assert_uint_gt(n, 6U);
  }
}

END_TEST

START_TEST(rates_out_of_range_are_refused)
{
  static const PlayoutConfig cases[] = {
    {0U, 48000U, true},
    {48000U, 0U, true},
    {48000U, 4000000000U, true},
    {4000000000U, 48000U, true},
    {192000U, 8000U, true},
    {8000U, 192000U, true},
  };
  for (size_t i = 0U; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    Playout* playout = NULL;
    ck_assert_int_eq(playout_new(NULL, &cases[i], &playout), JAM_ERR_ARGUMENT);
    ck_assert_ptr_null(playout);
  }
}

END_TEST

START_TEST(all_pairs_of_our_rates_are_taken)
{
  static const uint32_t rates[] = {44100U, 48000U, 96000U, 192000U};
  for (unsigned i = 0U; i < 16U; ++i) {
    const PlayoutConfig config  = {rates[i / 4U], rates[i % 4U], true};
    Playout*            playout = NULL;
    ck_assert_int_eq(playout_new(NULL, &config, &playout), JAM_OK);
    playout_free(playout);
  }
}

END_TEST

START_TEST(blocks_that_make_no_sense_are_not_pushed)
{
  static float        samples[PLAYOUT_MAX_FRAMES + 1U];
  const PlayoutConfig config  = {48000U, 48000U, true};
  Playout*            playout = NULL;
  ck_assert_int_eq(playout_new(NULL, &config, &playout), JAM_OK);
  ck_assert(!playout_push(playout, 0, samples, 0U));
  ck_assert(!playout_push(playout, 0, samples, PLAYOUT_MAX_FRAMES + 1U));
  ck_assert(!playout_push(playout, 0, NULL, 64U));
  ck_assert(!playout_push(playout, INT64_MAX, samples, 64U));
  ck_assert(!playout_push(playout, INT64_MIN, samples, 64U));
  ck_assert(playout_push(playout, 0, samples, PLAYOUT_MAX_FRAMES));
  playout_free(playout);
}

END_TEST

START_TEST(a_full_ring_refuses_blocks)
{
  static const float  samples[64] = {0.0F};
  const PlayoutConfig config      = {48000U, 48000U, true};
  Playout*            playout     = NULL;
  unsigned            pushed      = 0U;
  ck_assert_int_eq(playout_new(NULL, &config, &playout), JAM_OK);
  while (playout_push(playout, 64 * (int64_t)pushed, samples, 64U)) {
    ++pushed;
    ck_assert_uint_lt(pushed, 10000U);
  }
  ck_assert_uint_gt(pushed, 100U);
  playout_free(playout);
}

END_TEST

START_TEST(a_null_playout_is_released_without_harm)
{
  playout_free(NULL);
}

END_TEST

int main(void)
{
  const TTest* const tests[] = {
    every_failed_allocation_is_survived_without_a_leak,
    rates_out_of_range_are_refused,
    all_pairs_of_our_rates_are_taken,
    blocks_that_make_no_sense_are_not_pushed,
    a_full_ring_refuses_blocks,
    a_null_playout_is_released_without_harm,
  };
  return SUITE_RUN("playout new", tests);
}
