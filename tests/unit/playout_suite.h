// SPDX-License-Identifier: MIT
// Runs a list of tests.

#ifndef JAM_TEST_PLAYOUT_SUITE_H
#define JAM_TEST_PLAYOUT_SUITE_H

#include <check.h>

#include <stdlib.h>

static int
suite_run(const char* const name, const TTest* const* tests, const size_t count)
{
  Suite* const suite = suite_create(name);
  TCase* const all   = tcase_create("all");
  tcase_set_timeout(all, 60.0);
  for (size_t i = 0U; i < count; ++i) {
    tcase_add_test(all, tests[i]);
  }
  suite_add_tcase(suite, all);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define SUITE_RUN(name, tests)                                                 \
  suite_run((name), (tests), sizeof(tests) / sizeof((tests)[0]))

#endif // JAM_TEST_PLAYOUT_SUITE_H
