// SPDX-License-Identifier: MIT
// Allocation through the caller's allocator, and every failure of it.

#include "base/log.h"
#include "base/mailbox.h"
#include "base/memory.h"
#include "base/ring.h"
#include "support/test_allocator.h"

#include <check.h>

#include <stdlib.h>

START_TEST(memory_is_zeroed_whatever_the_allocator_returns)
{
  TestAllocator      memory;
  const JamAllocator allocator =
    test_allocator_init(&memory, TEST_ALLOCATOR_NEVER_FAIL);
  const JamAllocator* const sources[] = {NULL, &allocator};
  for (size_t i = 0U; i < 2U; ++i) {
    uint8_t* const bytes = (uint8_t*)jam_mem_new(sources[i], 1000U);
    ck_assert_ptr_nonnull(bytes);
    for (size_t n = 0U; n < 1000U; ++n) {
      ck_assert_uint_eq(bytes[n], 0U);
    }
    jam_mem_free(sources[i], bytes);
  }
  ck_assert_uint_eq(memory.count, 1U);
  ck_assert(test_allocator_is_clean(&memory));
}

END_TEST

START_TEST(a_refused_allocation_is_null)
{
  TestAllocator      memory;
  const JamAllocator allocator = test_allocator_init(&memory, 0U);
  ck_assert_ptr_null(jam_mem_new(&allocator, 8U));
  ck_assert(memory.failed && test_allocator_is_clean(&memory));
}

END_TEST

START_TEST(freeing_nothing_is_allowed)
{
  TestAllocator      memory;
  const JamAllocator allocator =
    test_allocator_init(&memory, TEST_ALLOCATOR_NEVER_FAIL);
  jam_mem_free(NULL, NULL);
  jam_mem_free(&allocator, NULL);
  ck_assert(test_allocator_is_clean(&memory));
}

END_TEST

START_TEST(a_ring_without_memory_says_so_and_can_be_released)
{
  TestAllocator memory;
  JamRing       ring;
  unsigned      n = 0U;
  do {
    const JamAllocator allocator = test_allocator_init(&memory, n++);
    const JamStatus    status    = jam_ring_init(&ring, &allocator, 100U);
    ck_assert_int_eq(status, memory.failed ? JAM_ERR_MEMORY : JAM_OK);
    jam_ring_deinit(&ring, &allocator);
    jam_ring_deinit(&ring, &allocator); // Twice is harmless
    ck_assert(test_allocator_is_clean(&memory));
  } while (memory.failed);
  ck_assert_uint_eq(n, 2U);
}

END_TEST

START_TEST(a_mailbox_without_memory_says_so_and_can_be_released)
{
  TestAllocator memory;
  JamMailbox    mailbox;
  unsigned      n = 0U;
  do {
    const JamAllocator allocator = test_allocator_init(&memory, n++);
    const JamStatus    status    = jam_mailbox_init(&mailbox, &allocator, 24U);
    ck_assert_int_eq(status, memory.failed ? JAM_ERR_MEMORY : JAM_OK);
    jam_mailbox_deinit(&mailbox, &allocator);
    jam_mailbox_deinit(&mailbox, &allocator);
    ck_assert(test_allocator_is_clean(&memory));
  } while (memory.failed);
  ck_assert_uint_eq(n, 2U);
}

END_TEST

START_TEST(a_log_without_memory_says_so_and_can_be_released)
{
  TestAllocator memory;
  JamLog        log;
  unsigned      n = 0U;
  do {
    const JamAllocator allocator = test_allocator_init(&memory, n++);
    const JamStatus    status    = jam_log_init(&log, &allocator, 4U);
    ck_assert_int_eq(status, memory.failed ? JAM_ERR_MEMORY : JAM_OK);
    jam_log_deinit(&log, &allocator);
    ck_assert(test_allocator_is_clean(&memory));
  } while (memory.failed);
  ck_assert_uint_eq(n, 2U);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("base memory");
  TCase* const tests = tcase_create("all");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, memory_is_zeroed_whatever_the_allocator_returns);
  tcase_add_test(tests, a_refused_allocation_is_null);
  tcase_add_test(tests, freeing_nothing_is_allowed);
  tcase_add_test(tests, a_ring_without_memory_says_so_and_can_be_released);
  tcase_add_test(tests, a_mailbox_without_memory_says_so_and_can_be_released);
  tcase_add_test(tests, a_log_without_memory_says_so_and_can_be_released);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
