// SPDX-License-Identifier: MIT
// Scenarios: what is read, and what is refused with which sentence.

#include "sim/report.h"
#include "sim/scenario.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Scenario scenario;

START_TEST(an_empty_scenario_has_one_node_and_defaults)
{
  char error[SCENARIO_ERROR_SIZE];
  ck_assert(scenario_parse("{}", 2U, &scenario, error));
  ck_assert_uint_eq(scenario.node_count, 1U);
  ck_assert_uint_eq(scenario.client_count, 0U);
  ck_assert_int_eq(scenario.rate, 48000);
  ck_assert_int_eq(scenario.frames, 64);
  ck_assert_int_eq(scenario.seed, 1);
}

END_TEST

START_TEST(every_key_lands_where_it_belongs)
{
  static const char text[] =
    "{\"seed\":42,\"seconds\":2.5,\"rate\":96000,\"frames\":256,\"bits\":16,"
    "\"nodes\":[{\"id\":\"n\",\"ppm\":-3}],"
    "\"clients\":[{\"name\":\"a\",\"node\":\"n\",\"in\":\"x.wav\","
    "\"midi\":\"y.csv\",\"ppm\":7,\"clock_ppm\":8,\"wander_ppm\":1,"
    "\"wake_us\":90,\"block\":100,\"mode\":\"safe\"},{\"name\":\"b\"}],"
    "\"links\":[{\"a\":\"a\",\"b\":\"n\",\"delay_ms\":5.5,"
    "\"jitter\":{\"kind\":\"wifi\",\"ms\":20},\"loss\":0.1,\"burst\":3,"
    "\"kbit\":1000,\"queue_ms\":50,\"duplicate\":0.2,\"reorder\":0.3,"
    "\"mask\":\"8000000000000001\",\"one_way\":true}],"
    "\"events\":[{\"t\":1,\"do\":\"outage\",\"a\":\"a\",\"b\":\"n\","
    "\"seconds\":0.5},{\"t\":2,\"do\":\"gain\",\"client\":\"a\","
    "\"user\":\"b\",\"value\":0.5}]}";
  char error[SCENARIO_ERROR_SIZE] = "";
  ck_assert_msg(scenario_parse(text, sizeof(text) - 1U, &scenario, error),
                "%s",
                error);
  const ScenarioClient* const a    = &scenario.clients[0];
  const ScenarioLink* const   link = &scenario.links[0];
  ck_assert_int_eq(scenario.seed, 42);
  ck_assert_double_eq(scenario.seconds, 2.5);
  ck_assert_int_eq(scenario.frames, 256);
  ck_assert_double_eq(scenario.nodes[0].ppm, -3.0);
  ck_assert_str_eq(a->in, "x.wav");
  ck_assert_str_eq(a->midi, "y.csv");
  ck_assert_double_eq(a->clock_ppm, 8.0);
  ck_assert_int_eq(a->block, 100);
  ck_assert_int_eq(a->mode, 2);
  ck_assert_str_eq(scenario.clients[1].node, "n");
  ck_assert_double_eq(scenario.clients[1].clock_ppm, SCENARIO_SAME_PPM);
  ck_assert(link->one_way);
  ck_assert_int_eq(link->config.delay, 5500 * JAM_US);
  ck_assert_int_eq(link->config.jitter, SIM_JITTER_WIFI);
  ck_assert_int_eq(link->config.span, 20 * JAM_MS);
  ck_assert(link->config.mask == UINT64_C(0x8000000000000001));
  ck_assert_int_eq(link->config.queue, 50 * JAM_MS);
  ck_assert_int_eq(scenario.events[0].what, SCENARIO_OUTAGE);
  ck_assert_double_eq(scenario.events[0].seconds, 0.5);
  ck_assert_double_eq(scenario.events[1].value, 0.5);
}

END_TEST

static const char* const bad[][2] = {
  {"", "The scenario is not valid JSON."},
  {"[]", "The scenario must be an object."},
  {"{\"frobs\":1}", "The scenario: unknown key \"frobs\"."},
  {"{\"seed\":1,\"seed\":2}", "The scenario: repeated key \"seed\"."},
  {"{\"seed\":1.5}",
   "The scenario: seed must be an integer from 0 to 9.0072e+15."},
  {"{\"seconds\":\"3\"}",
   "The scenario: seconds must be a number from 0.01 to 864000."},
  {"{\"nodes\":[]}", "A jam needs a node."},
  {"{\"nodes\":{}}", "nodes must be an array of at most 8."},
  {"{\"clients\":[{}]}", "clients[0]: name is missing."},
  {"{\"clients\":[{\"name\":\"a\",\"mode\":\"wild\"}]}",
   "clients[0]: mode must be one of tight normal safe none."},
  {"{\"clients\":[{\"name\":\"a\",\"node\":\"x\"}]}",
   "a: there is no node \"x\"."},
  {"{\"clients\":[{\"name\":\"a\"},{\"name\":\"a\"}]}",
   "The name \"a\" is used twice."},
  {"{\"clients\":[{\"name\":\"node\"}]}", "The name \"node\" is used twice."},
  {"{\"links\":[{\"a\":\"node\",\"b\":\"x\"}]}",
   "links: there is no client or node \"x\"."},
  {"{\"links\":[{\"a\":\"node\",\"b\":\"node\",\"mask\":\"xyz\"}]}",
   "links[0]: mask must be hexadecimal."},
  {"{\"links\":[{\"a\":\"node\",\"b\":\"node\",\"jitter\":{\"ms\":1}}]}",
   "links[0]: kind is missing."},
  {"{\"events\":[{\"t\":1}]}", "events[0]: do is missing."},
  {"{\"events\":[{\"t\":1,\"do\":\"leave\",\"client\":\"x\"}]}",
   "leave: there is no client \"x\"."},
  {"{\"events\":[{\"t\":1,\"do\":\"crash\",\"node\":\"x\"}]}",
   "crash: there is no node \"x\"."},
};

START_TEST(what_is_wrong_is_refused_with_one_sentence)
{
  char error[SCENARIO_ERROR_SIZE] = "";
  ck_assert(!scenario_parse(bad[_i][0], strlen(bad[_i][0]), &scenario, error));
  ck_assert_str_eq(error, bad[_i][1]);
}

END_TEST

START_TEST(a_missing_file_is_named)
{
  char error[SCENARIO_ERROR_SIZE] = "";
  ck_assert(!scenario_load("no-such-scenario.json", &scenario, error));
  ck_assert_str_eq(error, "no-such-scenario.json cannot be read.");
}

END_TEST

START_TEST(a_report_is_one_line_with_exactly_its_keys)
{
  ReportListener listener =
    {"b", "a\"x", 1.0, 2.0, 3U, 4.0, 5.0, 6.0, 7.0, 0.0};
  ReportNode  node  = {"n", 2U, 1U, 3U, 10U, 11U, 12U, 13U, 14U};
  ReportClock clock = {"b", "n", 1.0, 2.0, -3.0, 4.0};
  ReportMidi  midi  = {"b", "a", 4U, 3U, 1U, 0U, 1.5, 2.5};
  listener.snr_db   = (double)NAN;
  const Report report =
    {1, 0xABCU, 1U, 1U, 1U, 1U, &listener, &clock, &midi, &node};
  char        text[1000] = "";
  FILE* const file       = tmpfile();
  ck_assert(file != NULL);
  report_write(&report, file);
  rewind(file);
  ck_assert(fgets(text, sizeof(text), file) != NULL);
  (void)fclose(file);
  ck_assert_str_eq(
    text,
    "{\"seed\":1,\"hash\":\"0000000000000abc\",\"listeners\":[{\"at\":\"b\","
    "\"from\":\"a\\\"x\",\"delay_ms_p50\":1.000,\"delay_ms_p99\":2.000,"
    "\"lost\":3,\"concealed_ms\":4.000,\"longest_gap_ms\":5.000,"
    "\"bytes_per_s\":6.000,\"back_ms\":7.000,\"snr_db\":null}],\"clocks\":[{"
    "\"client\":\"b\","
    "\"node\":\"n\",\"error_us_p50\":1.000,\"error_us_p99\":2.000,"
    "\"last_us\":-3.000,\"sigma_us\":4.000}],\"midi\":[{\"at\":\"b\","
    "\"from\":\"a\",\"sent\":4,\"received\":3,\"lost\":1,\"extra\":0,"
    "\"delay_ms_p50\":1.500,\"delay_ms_p99\":2.500}],"
    "\"nodes\":[{\"node\":\"n\",\"users\":2,\"elsewhere\":1,\"siblings\":3,"
    "\"media_in\":10,\"to_siblings\":11,\"from_siblings\":12,"
    "\"unwanted\":13,\"to_users\":14}]}\n");
}

END_TEST

static Suite* suite(void)
{
  Suite* const s     = suite_create("sim scenario");
  TCase* const tests = tcase_create("scenario");
  tcase_add_test(tests, an_empty_scenario_has_one_node_and_defaults);
  tcase_add_test(tests, every_key_lands_where_it_belongs);
  tcase_add_loop_test(tests,
                      what_is_wrong_is_refused_with_one_sentence,
                      0,
                      (int)(sizeof(bad) / sizeof(bad[0])));
  tcase_add_test(tests, a_missing_file_is_named);
  tcase_add_test(tests, a_report_is_one_line_with_exactly_its_keys);
  suite_add_tcase(s, tests);
  return s;
}

int main(void)
{
  SRunner* const runner = srunner_create(suite());
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
