// SPDX-License-Identifier: MIT
// The mailbox: the newest value wins, and none is torn between two threads.

#include "base/mailbox.h"

#include <check.h>

#include <pthread.h>
#include <sched.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 40U // Several cache lines
#define LAST 200000U

typedef struct Value {
  uint64_t words[WORDS];
} Value;

static void open_mailbox(JamMailbox* const mailbox)
{
  ck_assert_int_eq(jam_mailbox_init(mailbox, NULL, sizeof(Value)), JAM_OK);
}

static void fill(Value* const value, const uint64_t number)
{
  for (size_t i = 0U; i < WORDS; ++i) {
    value->words[i] = number + i;
  }
}

static bool is_whole(const Value* const value)
{
  for (size_t i = 1U; i < WORDS; ++i) {
    if (value->words[i] != value->words[0] + i) {
      return false;
    }
  }
  return true;
}

static void post(JamMailbox* const mailbox, const uint64_t number)
{
  Value value;
  fill(&value, number);
  jam_mailbox_write(mailbox, &value);
}

START_TEST(a_new_mailbox_is_empty)
{
  JamMailbox mailbox;
  Value      value;
  open_mailbox(&mailbox);
  fill(&value, 77U);
  ck_assert(!jam_mailbox_read(&mailbox, &value));
  ck_assert_ptr_null(jam_mailbox_take(&mailbox));
  ck_assert_uint_eq(value.words[0], 77U);
  jam_mailbox_deinit(&mailbox, NULL);
}

END_TEST

START_TEST(sizes_out_of_range_are_refused)
{
  JamMailbox mailbox;
  ck_assert_int_eq(jam_mailbox_init(&mailbox, NULL, 0U), JAM_ERR_ARGUMENT);
  jam_mailbox_deinit(&mailbox, NULL);
  ck_assert_int_eq(jam_mailbox_init(&mailbox, NULL, SIZE_MAX),
                   JAM_ERR_ARGUMENT);
  jam_mailbox_deinit(&mailbox, NULL);
}

END_TEST

START_TEST(a_value_is_read_once)
{
  JamMailbox mailbox;
  Value      value;
  open_mailbox(&mailbox);
  for (uint64_t number = 1U; number < 10U; ++number) {
    post(&mailbox, number);
    ck_assert(jam_mailbox_read(&mailbox, &value));
    ck_assert_uint_eq(value.words[0], number);
    ck_assert(!jam_mailbox_read(&mailbox, &value));
  }
  jam_mailbox_deinit(&mailbox, NULL);
}

END_TEST

START_TEST(the_newest_of_several_wins)
{
  JamMailbox mailbox;
  Value      value;
  open_mailbox(&mailbox);
  for (uint64_t count = 1U; count < 8U; ++count) {
    for (uint64_t i = 0U; i < count; ++i) {
      post(&mailbox, 100U * count + i);
    }
    ck_assert(jam_mailbox_read(&mailbox, &value));
    ck_assert_uint_eq(value.words[0], 100U * count + count - 1U);
    ck_assert(!jam_mailbox_read(&mailbox, &value));
  }
  jam_mailbox_deinit(&mailbox, NULL);
}

END_TEST

START_TEST(a_taken_value_stays_until_the_next_is_taken)
{
  JamMailbox mailbox;
  open_mailbox(&mailbox);
  post(&mailbox, 1U);
  const Value* const first = (const Value*)jam_mailbox_take(&mailbox);
  ck_assert_ptr_nonnull(first);
  for (uint64_t number = 2U; number < 10U; ++number) {
    post(&mailbox, number);
    ck_assert(is_whole(first));
    ck_assert_uint_eq(first->words[0], 1U);
  }
  const Value* const next = (const Value*)jam_mailbox_take(&mailbox);
  ck_assert_ptr_nonnull(next);
  ck_assert_uint_eq(next->words[0], 9U);
  jam_mailbox_deinit(&mailbox, NULL);
}

END_TEST

START_TEST(a_slot_filled_in_place_is_published)
{
  JamMailbox mailbox;
  Value      value;
  open_mailbox(&mailbox);
  fill((Value*)jam_mailbox_slot(&mailbox), 5U);
  ck_assert(!jam_mailbox_read(&mailbox, &value)); // Not before it is published
  jam_mailbox_publish(&mailbox);
  ck_assert(jam_mailbox_read(&mailbox, &value));
  ck_assert_uint_eq(value.words[0], 5U);
  jam_mailbox_deinit(&mailbox, NULL);
}

END_TEST

START_TEST(slots_of_any_size_are_aligned_and_apart)
{
  for (size_t size = 1U; size < 200U; size += 7U) {
    JamMailbox mailbox;
    ck_assert_int_eq(jam_mailbox_init(&mailbox, NULL, size), JAM_OK);
    for (unsigned i = 0U; i < 4U; ++i) {
      void* const slot = jam_mailbox_slot(&mailbox);
      ck_assert_uint_eq((uintptr_t)slot % alignof(max_align_t), 0U);
      memset(slot, (int)i, size); // A sanitizer watches the last one's end
      jam_mailbox_publish(&mailbox);
      const uint8_t* const value = (const uint8_t*)jam_mailbox_take(&mailbox);
      ck_assert_uint_eq(value[0], i);
      ck_assert_uint_eq(value[size - 1U], i);
    }
    jam_mailbox_deinit(&mailbox, NULL);
  }
}

END_TEST

static void* write_values(void* const context)
{
  JamMailbox* const mailbox = (JamMailbox*)context;
  for (uint64_t number = 1U; number <= LAST; ++number) {
    if (number % 2U) {
      post(mailbox, number);
    } else {
      fill((Value*)jam_mailbox_slot(mailbox), number);
      jam_mailbox_publish(mailbox);
    }
  }
  return NULL;
}

START_TEST(values_between_threads_are_whole_and_never_go_back)
{
  JamMailbox mailbox;
  pthread_t  writer;
  open_mailbox(&mailbox);
  ck_assert_int_eq(pthread_create(&writer, NULL, write_values, &mailbox), 0);
  uint64_t last = 0U;
  for (unsigned round = 0U; last < LAST; ++round) {
    Value        copy;
    const Value* value = NULL;
    if (round % 2U) {
      value = (const Value*)jam_mailbox_take(&mailbox);
    } else if (jam_mailbox_read(&mailbox, &copy)) {
      value = &copy;
    }
    if (!value) {
      (void)sched_yield();
    } else if (!is_whole(value) || value->words[0] <= last) {
      ck_abort_msg("after %llu", (unsigned long long)last);
    } else {
      last = value->words[0];
    }
  }
  ck_assert_int_eq(pthread_join(writer, NULL), 0);
  ck_assert_ptr_null(jam_mailbox_take(&mailbox));
  jam_mailbox_deinit(&mailbox, NULL);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("base mailbox");
  TCase* const tests = tcase_create("all");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, a_new_mailbox_is_empty);
  tcase_add_test(tests, sizes_out_of_range_are_refused);
  tcase_add_test(tests, a_value_is_read_once);
  tcase_add_test(tests, the_newest_of_several_wins);
  tcase_add_test(tests, a_taken_value_stays_until_the_next_is_taken);
  tcase_add_test(tests, a_slot_filled_in_place_is_published);
  tcase_add_test(tests, slots_of_any_size_are_aligned_and_apart);
  tcase_add_test(tests, values_between_threads_are_whole_and_never_go_back);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
