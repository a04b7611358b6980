// SPDX-License-Identifier: MIT
// When the watchdog bites, and when it must not.

#include "watchdog.h"

#include <check.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define START (100 * JAM_SECOND)

START_TEST(a_beating_heart_is_left_alone)
{
  Watchdog dog = {.limit = 10 * JAM_SECOND};
  for (JamTime t = 0; t < 1000; ++t) {
    const JamTime now = START + t * JAM_SECOND;
    ck_assert(!watchdog_due(&dog, now, now - JAM_MS));
  }
}

END_TEST

START_TEST(silence_is_due_at_the_limit)
{
  Watchdog dog = {.limit = 10 * JAM_SECOND};
  for (JamTime t = 0; t < 10; ++t) {
    ck_assert(!watchdog_due(&dog, START + t * JAM_SECOND, 1));
  }
  ck_assert(watchdog_due(&dog, START + 10 * JAM_SECOND, 1));
  ck_assert_int_eq(dog.silent, 10 * JAM_SECOND);
}

END_TEST

START_TEST(one_beat_begins_anew)
{
  Watchdog dog = {.limit = 10 * JAM_SECOND};
  for (JamTime t = 0; t < 100; ++t) {
    ck_assert(!watchdog_due(&dog, START + t * JAM_SECOND, 1 + t / 9));
  }
}

END_TEST

START_TEST(a_pause_of_the_whole_process_is_no_silence)
{
  Watchdog dog = {.limit = 10 * JAM_SECOND};
  ck_assert(!watchdog_due(&dog, START, 1));
  ck_assert(!watchdog_due(&dog, START + 3600 * JAM_SECOND, 1));
  ck_assert_int_eq(dog.silent, 2 * JAM_SECOND);
  ck_assert(!watchdog_due(&dog, START + 3601 * JAM_SECOND, 2));
  ck_assert_int_eq(dog.silent, 0);
}

END_TEST

START_TEST(looking_often_changes_nothing)
{
  Watchdog dog = {.limit = JAM_SECOND};
  JamTime  t   = 0;
  while (!watchdog_due(&dog, START + t, 1)) {
    t += 50 * JAM_MS;
  }
  ck_assert_int_eq(t, JAM_SECOND);
}

END_TEST

START_TEST(without_a_limit_it_never_bites)
{
  Watchdog dog = {.limit = 0};
  for (JamTime t = 0; t < 1000; ++t) {
    ck_assert(!watchdog_due(&dog, START + t * JAM_SECOND, 1));
  }
}

END_TEST

START_TEST(a_bite_ends_the_process_with_its_status)
{
  int  status = 0;
  int  words[2];
  char text[256] = "";
  ck_assert_int_eq(pipe(words), 0);
  const pid_t child = fork();
  if (child == 0) {
    const Watchdog dog = {.limit = JAM_SECOND, .silent = 12 * JAM_SECOND};
    (void)dup2(words[1], STDERR_FILENO);
    watchdog_bite(&dog);
    _exit(0);
  }
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert(WIFEXITED(status));
  ck_assert_int_eq(WEXITSTATUS(status), WATCHDOG_STATUS);
  ck_assert_int_gt(read(words[0], text, sizeof(text) - 1U), 0);
  ck_assert_str_eq(text,
                   "jamnet-node: The relay has been stuck for 12 seconds; "
                   "ending so that it can be started again.\n");
  (void)close(words[0]);
  (void)close(words[1]);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("node_watchdog");
  TCase* const tests = tcase_create("watchdog");
  tcase_add_test(tests, a_beating_heart_is_left_alone);
  tcase_add_test(tests, silence_is_due_at_the_limit);
  tcase_add_test(tests, one_beat_begins_anew);
  tcase_add_test(tests, a_pause_of_the_whole_process_is_no_silence);
  tcase_add_test(tests, looking_often_changes_nothing);
  tcase_add_test(tests, without_a_limit_it_never_bites);
  tcase_add_test(tests, a_bite_ends_the_process_with_its_status);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
