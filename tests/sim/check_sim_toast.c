// SPDX-License-Identifier: MIT
// Control messages and repair over paths that lose packets in bursts.

#include "sim/sim_toast.h"

#include <check.h>
#include <stdlib.h>

#define PACKET_GAP (1333 * JAM_US)

static SimToastConfig config_of(const double loss, const uint64_t seed)
{
  const SimToastConfig config = {
    .seed        = seed,
    .path        = {.delay = 20 * JAM_MS, .loss = loss, .burst = 2.0},
    .packets     = 120000U,
    .packet_gap  = PACKET_GAP,
    .packet_size = 200U,
    .streams     = 1U,
  };
  return config;
}

START_TEST(events_are_usable_in_time_in_order_and_once)
{
  uint64_t events = 0U;
  uint64_t late   = 0U;
  for (uint64_t seed = 1U; seed <= 4U; ++seed) {
    SimToastResult result;
    SimToastConfig config = config_of(0.05, seed);
    config.event_every    = 30U;
    ck_assert(sim_toast_run(&config, &result));
    ck_assert_uint_eq(result.events, 4000U);
    ck_assert_uint_eq(result.events_delivered, result.events);
    ck_assert(result.events_intact);
    ck_assert_uint_gt(result.frames_lost, 5000U);
    events += result.events;
    late += result.events_late;
  }
  ck_assert_uint_le(late * 1000U, events); // 99.9 % within one-way + 12 ms
}

END_TEST

START_TEST(repair_four_frames_later_mends_bursts_of_two)
{
  uint64_t frames  = 0U;
  uint64_t missing = 0U;
  for (uint64_t seed = 1U; seed <= 4U; ++seed) {
    SimToastResult result;
    SimToastConfig config = config_of(0.01, seed);
    config.repair         = 4U;
    ck_assert(sim_toast_run(&config, &result));
    ck_assert_uint_ge(result.frames_lost, 1000U);
    ck_assert_uint_ge(result.repairs_sent, config.packets - 4U);
    ck_assert_uint_eq(result.repairs_unsent, 0U);
    frames += result.frames;
    missing += result.frames_missing;
  }
  ck_assert_uint_le(missing * 10000U, frames * 8U); // 0.08 %
}

END_TEST

START_TEST(every_stream_of_a_bundle_is_repaired)
{
  SimToastResult result;
  SimToastConfig config = config_of(0.01, 5U);
  config.packets        = 20000U;
  config.streams        = 7U;
  config.repair         = 4U;
  ck_assert(sim_toast_run(&config, &result));
  ck_assert_uint_ge(result.frames_lost, 1000U);
  ck_assert_uint_ge(result.repairs_sent, 7U * (config.packets - 4U));
  ck_assert_uint_le(result.frames_missing * 1000U, result.frames * 2U);
}

END_TEST

// 750 packets of 235 bytes a second, 176 kB/s; repair would double it
START_TEST(repair_takes_what_the_budget_leaves)
{
  SimToastResult result;
  SimToastConfig config = config_of(0.0, 6U);
  config.packets        = 15000U;
  config.repair         = 4U;
  config.budget         = 265000U;
  ck_assert(sim_toast_run(&config, &result));
  const double seconds = 1e-9 * (double)(config.packets * PACKET_GAP);
  const double rate    = (double)result.bytes / seconds;
  ck_assert_double_ge(rate, 255000.0);
  ck_assert_double_le(rate, 267000.0);
  ck_assert_uint_gt(result.repairs_sent, config.packets / 3U);
  ck_assert_uint_gt(result.repairs_unsent, config.packets / 3U);
  ck_assert_uint_eq(result.frames_missing, 0U); // Media is never held back

  config.budget = 100000U;
  ck_assert(sim_toast_run(&config, &result));
  ck_assert_uint_le(result.repairs_sent, 20U);
  ck_assert_uint_eq(result.frames_missing, 0U);
}

END_TEST

START_TEST(reports_come_fifty_times_a_second)
{
  SimToastResult result;
  SimToastConfig config = config_of(0.0, 7U);
  config.packets        = 7500U; // 10 s
  ck_assert(sim_toast_run(&config, &result));
  ck_assert_uint_ge(result.reports, 495U);
  ck_assert_uint_le(result.reports, 505U);
  // While the delay is above its least it is twice as often
  config.path.kbit  = 1500.0; // Less than what is sent
  config.path.queue = 30 * JAM_MS;
  ck_assert(sim_toast_run(&config, &result));
  ck_assert_uint_ge(result.reports, 900U);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("sim_toast");
  TCase* const tcase = tcase_create("toast");
  tcase_set_timeout(tcase, 120.0);
  tcase_add_test(tcase, events_are_usable_in_time_in_order_and_once);
  tcase_add_test(tcase, repair_four_frames_later_mends_bursts_of_two);
  tcase_add_test(tcase, every_stream_of_a_bundle_is_repaired);
  tcase_add_test(tcase, repair_takes_what_the_budget_leaves);
  tcase_add_test(tcase, reports_come_fifty_times_a_second);
  suite_add_tcase(suite, tcase);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
