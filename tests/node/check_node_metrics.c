// SPDX-License-Identifier: MIT
// The page of metrics fits its room, whatever the numbers are.

#include "metrics.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static JamNodeView largest_view(void)
{
  JamNodeView view;
  memset(&view, 0xFF, sizeof(view));
  view.draining     = true;
  view.heartbeat    = -JAM_NEVER;
  view.longest_turn = JAM_NEVER;
  return view;
}

START_TEST(the_largest_numbers_fit)
{
  static char       page[METRICS_SIZE];
  const JamNodeView view  = largest_view();
  const NodeMetrics facts = {&view,
                             "0.0.0-a-rather-long-version",
                             "fifteen-letters",
                             1.7976931348623157e308,
                             0};
  const size_t      size  = node_metrics_write(&facts, page);
  ck_assert_uint_eq(size, strlen(page));
  ck_assert_uint_lt(size, METRICS_SIZE / 2U);
  ck_assert_ptr_nonnull(strstr(page,
                               "jamnet_rejected_datagrams_total{cause="
                               "\"misplaced\"} 18446744073709551615\n"));
  ck_assert_ptr_nonnull(strstr(page, "region=\"fifteen-letters\"} 1\n"));
}

END_TEST

START_TEST(spans_are_in_seconds)
{
  static char       page[METRICS_SIZE];
  const JamNodeView view  = {.heartbeat    = 8 * JAM_SECOND,
                             .longest_turn = 250 * JAM_US};
  const NodeMetrics facts = {&view, "1", "", 1.5, 10500 * JAM_MS};
  (void)node_metrics_write(&facts, page);
  ck_assert_ptr_nonnull(
    strstr(page, "\njamnet_loop_heartbeat_age_seconds 2.5\n"));
  ck_assert_ptr_nonnull(
    strstr(page, "\njamnet_loop_longest_turn_seconds 0.00025\n"));
  ck_assert_ptr_nonnull(strstr(page, "\njamnet_start_time_seconds 1.5\n"));
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("node_metrics");
  TCase* const tests = tcase_create("metrics");
  tcase_add_test(tests, the_largest_numbers_fit);
  tcase_add_test(tests, spans_are_in_seconds);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
