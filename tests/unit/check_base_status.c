// SPDX-License-Identifier: MIT
// Every status has a sentence of its own.

#include "base/status.h"

#include <check.h>

#include <stdlib.h>
#include <string.h>

START_TEST(every_status_has_a_sentence_of_its_own)
{
  for (int i = 0; i < JAM_STATUS_COUNT; ++i) {
    const char* const text = jam_strerror((JamStatus)i);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_gt(strlen(text), 0U);
    ck_assert_int_ne(text[strlen(text) - 1U], '.');
    ck_assert_str_ne(text, jam_strerror(JAM_STATUS_COUNT));
    for (int j = 0; j < i; ++j) {
      ck_assert_str_ne(text, jam_strerror((JamStatus)j));
    }
  }
}

END_TEST

START_TEST(a_status_that_does_not_exist_has_a_sentence_too)
{
  ck_assert_str_eq(jam_strerror(JAM_STATUS_COUNT), "Unknown status");
  ck_assert_str_eq(jam_strerror((JamStatus)1000), "Unknown status");
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("base status");
  TCase* const tests = tcase_create("all");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, every_status_has_a_sentence_of_its_own);
  tcase_add_test(tests, a_status_that_does_not_exist_has_a_sentence_too);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
