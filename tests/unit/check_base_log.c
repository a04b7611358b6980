// SPDX-License-Identifier: MIT
// Log lines: in order, counted when lost, cut at whole characters.

#include "base/log.h"

#include <check.h>

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES 20000U

static void open_log(JamLog* const log, const unsigned lines)
{
  ck_assert_int_eq(jam_log_init(log, NULL, lines), JAM_OK);
}

START_TEST(lines_come_out_in_order_as_they_went_in)
{
  JamLog     log;
  JamLogLine line;
  open_log(&log, 4U);
  jam_log_write(&log, 5 * JAM_MS, JAM_LOG_INFO, "user %d: %s", 3, "Ann");
  jam_log_write(&log, 6 * JAM_MS, JAM_LOG_ERROR, "100 %%");
  ck_assert(jam_log_read(&log, &line));
  ck_assert_int_eq(line.time, 5 * JAM_MS);
  ck_assert_int_eq(line.level, JAM_LOG_INFO);
  ck_assert_str_eq(line.text, "user 3: Ann");
  ck_assert(jam_log_read(&log, &line));
  ck_assert_int_eq(line.level, JAM_LOG_ERROR);
  ck_assert_str_eq(line.text, "100 %");
  ck_assert(!jam_log_read(&log, &line));
  jam_log_deinit(&log, NULL);
}

END_TEST

START_TEST(a_log_without_room_is_refused)
{
  JamLog log;
  ck_assert_int_eq(jam_log_init(&log, NULL, 0U), JAM_ERR_ARGUMENT);
  jam_log_deinit(&log, NULL);
}

END_TEST

START_TEST(the_room_asked_for_is_there_and_lost_lines_are_counted)
{
  JamLog     log;
  JamLogLine line;
  open_log(&log, 5U);
  unsigned kept = 0U;
  while (log.dropped < 3U) {
    jam_log_write(&log, 0, JAM_LOG_DEBUG, "%u", kept);
    kept += log.dropped == 0U ? 1U : 0U;
  }
  ck_assert_uint_ge(kept, 5U);
  for (unsigned i = 0U; i < kept; ++i) { // The oldest stay
    ck_assert(jam_log_read(&log, &line));
    ck_assert_uint_eq(strtoul(line.text, NULL, 10), i);
  }
  ck_assert(!jam_log_read(&log, &line));
  jam_log_deinit(&log, NULL);
}

END_TEST

START_TEST(long_lines_are_cut_at_whole_characters)
{
  static const char* const characters[] = {"x",
                                           "\xC3\xA9",
                                           "\xE2\x99\xAA",
                                           "\xF0\x9F\x8E\xB8"};
  JamLog                   log;
  JamLogLine               line;
  open_log(&log, 2U);
  for (size_t kind = 0U; kind < 4U; ++kind) {
    const size_t width = strlen(characters[kind]);
    for (size_t shift = 0U; shift < 4U; ++shift) {
      char text[4U * JAM_LOG_TEXT_SIZE + 8U] = {0};
      memset(text, '-', shift);
      for (size_t i = 0U; i < JAM_LOG_TEXT_SIZE; ++i) {
        memcpy(text + shift + i * width, characters[kind], width);
      }
      jam_log_write(&log, 0, JAM_LOG_INFO, "%s", text);
      ck_assert(jam_log_read(&log, &line));
      const size_t length = strlen(line.text);
      ck_assert_uint_le(length, JAM_LOG_TEXT_SIZE - 1U);
      ck_assert_uint_gt(length, JAM_LOG_TEXT_SIZE - 1U - 2U * width);
      ck_assert_uint_eq((length - shift) % width, 0U);
      ck_assert_mem_eq(line.text, text, length);
    }
  }
  jam_log_deinit(&log, NULL);
}

END_TEST

START_TEST(a_line_that_just_fits_is_whole)
{
  char       text[JAM_LOG_TEXT_SIZE];
  JamLog     log;
  JamLogLine line;
  open_log(&log, 1U);
  memset(text, 'a', sizeof(text));
  memcpy(text + sizeof(text) - 3U, "\xC3\xA9", 3U); // And its end
  jam_log_write(&log, 0, JAM_LOG_INFO, "%s", text);
  ck_assert(jam_log_read(&log, &line));
  ck_assert_str_eq(line.text, text);
  jam_log_deinit(&log, NULL);
}

END_TEST

START_TEST(bytes_that_are_no_text_do_no_harm)
{
  char       text[2U * JAM_LOG_TEXT_SIZE];
  JamLog     log;
  JamLogLine line;
  open_log(&log, 1U);
  memset(text, 0x80, sizeof(text) - 1U); // Nothing but continuations
  text[sizeof(text) - 1U] = '\0';
  jam_log_write(&log, 0, JAM_LOG_INFO, "%s", text);
  ck_assert(jam_log_read(&log, &line));
  ck_assert_str_eq(line.text, "");
  jam_log_deinit(&log, NULL);
}

END_TEST

static void* write_lines(void* const context)
{
  JamLog* const log = (JamLog*)context;
  for (unsigned i = 0U; i < LINES; ++i) {
    jam_log_write(log, (JamTime)i, JAM_LOG_INFO, "line %u", i);
  }
  // The reader waits for a last line, which must not be lost
  while (jam_ring_writable(&log->ring) < sizeof(JamLogLine)) {
    (void)sched_yield();
  }
  jam_log_write(log, (JamTime)LINES, JAM_LOG_INFO, "line %u", LINES);
  return NULL;
}

static bool is_line(const JamLogLine* const line)
{
  char text[32];
  (void)snprintf(text, sizeof(text), "line %u", (unsigned)line->time);
  return strcmp(line->text, text) == 0;
}

START_TEST(lines_between_threads_are_read_in_order_or_counted)
{
  JamLog    log;
  pthread_t writer;
  open_log(&log, 64U);
  ck_assert_int_eq(pthread_create(&writer, NULL, write_lines, &log), 0);
  unsigned read = 0U;
  JamTime  last = -1;
  while (last < (JamTime)LINES) {
    JamLogLine line;
    if (!jam_log_read(&log, &line)) {
      (void)sched_yield();
    } else if (line.time <= last || !is_line(&line)) {
      ck_abort_msg("line %u", read);
    } else {
      last = line.time;
      ++read;
    }
  }
  ck_assert_int_eq(pthread_join(writer, NULL), 0);
  ck_assert_uint_eq(read + log.dropped, LINES + 1U);
  jam_log_deinit(&log, NULL);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("base log");
  TCase* const tests = tcase_create("all");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, lines_come_out_in_order_as_they_went_in);
  tcase_add_test(tests, a_log_without_room_is_refused);
  tcase_add_test(tests, the_room_asked_for_is_there_and_lost_lines_are_counted);
  tcase_add_test(tests, long_lines_are_cut_at_whole_characters);
  tcase_add_test(tests, a_line_that_just_fits_is_whole);
  tcase_add_test(tests, bytes_that_are_no_text_do_no_harm);
  tcase_add_test(tests, lines_between_threads_are_read_in_order_or_counted);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
