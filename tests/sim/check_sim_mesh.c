// SPDX-License-Identifier: MIT
// One room over several nodes: it sounds as on one node, each stream crosses
// each link between nodes once, and nobody is lost when nodes come and go.

#include "sim/jam_fixture.h"

#include "sim/sim_probe.h"

#include <math.h>

#define NODES                                                                  \
  "\"nodes\":[{\"id\":\"n1\",\"ppm\":20},{\"id\":\"n2\",\"ppm\":-30},"         \
  "{\"id\":\"n3\"}],"
#define PEOPLE                                                                 \
  "\"clients\":[{\"name\":\"ann\",\"node\":\"n1\",\"ppm\":50,"                 \
  "\"midi\":\"synth:notes\"},{\"name\":\"bob\",\"node\":\"n2\",\"ppm\":-40},"  \
  "{\"name\":\"cy\",\"node\":\"n2\"},{\"name\":\"di\",\"node\":\"n3\"},"       \
  "{\"name\":\"ed\",\"node\":\"n1\",\"ppm\":-10}],"
#define LINK(a, b, ms, more)                                                   \
  "{\"a\":\"" a "\",\"b\":\"" b "\",\"delay_ms\":" ms more "}"
// 40 ms to the siblings and back
#define LINKS(more)                                                                                                           \
  "\"links\":[" LINK("ann", "n1", "10", more) "," LINK("ann", "n2", "20", more) "," LINK("ann", "n3", "20", more) "," LINK(   \
    "ed",                                                                                                                     \
    "n1",                                                                                                                     \
    "10",                                                                                                                     \
    more) "," LINK("ed",                                                                                                      \
                   "n2",                                                                                                      \
                   "20",                                                                                                      \
                   more) "," LINK("ed",                                                                                       \
                                  "n3",                                                                                       \
                                  "20",                                                                                       \
                                  more) "," LINK("bob",                                                                       \
                                                 "n2",                                                                        \
                                                 "10",                                                                        \
                                                 more) "," LINK("cy",                                                         \
                                                                "n2",                                                         \
                                                                "10",                                                         \
                                                                more) "," LINK("di",                                          \
                                                                               "n3",                                          \
                                                                               "10",                                          \
                                                                               more) "," LINK("n1",                           \
                                                                                              "n2",                           \
                                                                                              "10",                           \
                                                                                              "") "," LINK("n1",              \
                                                                                                           "n3",              \
                                                                                                           "10",              \
                                                                                                           "") "," LINK("n2", \
                                                                                                                        "n3", \
                                                                                                                        "10", \
                                                                                                                        "") "]"

static const char* const names[] = {"ann", "bob", "cy", "di", "ed"};

static void everybody_hears_everybody(const Report* const report)
{
  uint8_t first[SYNCHUB_MAX_MEMBERS][SYNCHUB_UID_SIZE];
  uint8_t uids[SYNCHUB_MAX_MEMBERS][SYNCHUB_UID_SIZE];
  for (unsigned i = 0U; i < 5U; ++i) {
    ck_assert_int_eq(stage_view(names[i]).state, JAM_STATE_JOINED);
    const unsigned count =
      sim_probe_uids(sim_jam_client(stage.jam, names[i]), i ? uids : first);
    ck_assert_uint_eq(count, 5U);
    ck_assert_mem_eq(i ? uids : first, first, 5U * SYNCHUB_UID_SIZE);
    for (unsigned k = 0U; k < 5U; ++k) {
      if (k != i) {
        (void)stage_heard(report, names[i], names[k]);
      }
    }
  }
}

START_TEST(two_nodes_sound_like_one)
{
  static const char one[] =
    "{\"seconds\":20,\"bits\":16,\"nodes\":[{\"id\":\"n1\"}],\"clients\":["
    "{\"name\":\"ann\",\"in\":\"synth:guitar\"},"
    "{\"name\":\"bob\",\"in\":\"synth:bass\"}],\"links\":[" LINK(
      "ann",
      "n1",
      "5",
      "") "," LINK("bob", "n1", "17", "") "]}";
  static const char two[] =
    "{\"seconds\":20,\"bits\":16,\"nodes\":[{\"id\":\"n1\"},{\"id\":\"n2\"}],"
    "\"clients\":[{\"name\":\"ann\",\"node\":\"n1\",\"in\":\"synth:guitar\"},"
    "{\"name\":\"bob\",\"node\":\"n2\",\"in\":\"synth:bass\"}],\"links\":"
    "[" LINK("ann", "n1", "5", "") "," LINK("bob", "n2", "7", "") "," LINK(
      "n1",
      "n2",
      "10",
      "") "]}";
  double delays[2][2];
  for (unsigned i = 0U; i < 2U; ++i) {
    Report report;
    stage_open(i ? two : one, true);
    sim_jam_run(stage.jam, 15.0);
    sim_jam_listen_anew(stage.jam);
    stage_play(&report);
    const ReportListener* const ann = stage_heard(&report, "ann", "bob");
    const ReportListener* const bob = stage_heard(&report, "bob", "ann");
    // Locked to each other, over either way: bit by bit
    ck_assert_double_ge(ann->snr_db, 149.9);
    ck_assert_double_ge(bob->snr_db, 149.9);
    ck_assert_uint_eq(ann->lost + bob->lost, 0U);
    delays[i][0] = ann->delay_ms_p50;
    delays[i][1] = bob->delay_ms_p50;
    stage_close(&report);
  }
  ck_assert_double_eq_tol(delays[0][0], delays[1][0], 0.5);
  ck_assert_double_eq_tol(delays[0][1], delays[1][1], 0.5);
}

END_TEST

START_TEST(clocks_of_all_kinds_are_followed_over_two_nodes)
{
  Report report;
  stage_open(
    "{\"seed\":21,\"seconds\":20,\"nodes\":["
    "{\"id\":\"n1\",\"ppm\":40},{\"id\":\"n2\",\"ppm\":-40}],"
    "\"clients\":[{\"name\":\"ann\",\"node\":\"n1\",\"ppm\":120,"
    "\"clock_ppm\":20,\"in\":\"synth:keys\"},{\"name\":\"bob\","
    "\"node\":\"n2\",\"ppm\":-80,\"clock_ppm\":-30,"
    "\"in\":\"synth:lead\"}],\"links\":[" LINK("ann", "n1", "5", "") "," LINK(
      "bob",
      "n2",
      "7",
      "") "," LINK("n1",
                   "n2",
                   "10",
                   ",\"jitter\":{\"kind\":\"gamma\",\"ms\":0.3}") "]}",
    true);
  sim_jam_run(stage.jam, 10.0);
  sim_jam_listen_anew(stage.jam);
  stage_play(&report);
  for (unsigned i = 0U; i < report.listener_count; ++i) {
    ck_assert_double_ge(report.listeners[i].snr_db, 45.0);
    ck_assert_double_lt(report.listeners[i].delay_ms_p50, 22.0 + 8.0);
  }
  stage_close(&report);
}

END_TEST

START_TEST(each_stream_crosses_each_link_between_nodes_once)
{
  static const char* const ids[] = {"n1", "n2", "n3"};
  Report                   report;
  SimNodeProbe             before[3];
  stage_open("{\"seed\":22,\"seconds\":12," NODES PEOPLE LINKS("") "}", false);
  sim_jam_run(stage.jam, 6.0);
  for (unsigned i = 0U; i < 3U; ++i) {
    sim_probe_node(sim_jam_node(stage.jam, ids[i]), &before[i]);
    ck_assert_uint_eq(before[i].siblings, 2U);
    ck_assert_uint_eq(before[i].here + before[i].elsewhere, 5U);
  }
  stage_play(&report);
  everybody_hears_everybody(&report);
  for (unsigned i = 0U; i < 3U; ++i) {
    SimNodeProbe now;
    sim_probe_node(sim_jam_node(stage.jam, ids[i]), &now);
    const uint64_t in    = now.media_in - before[i].media_in;
    const uint64_t other = now.from_siblings - before[i].from_siblings;
    ck_assert_uint_gt(in, 4000U);
    ck_assert_uint_eq(now.to_siblings - before[i].to_siblings, 2U * in);
    ck_assert_uint_eq(now.to_users - before[i].to_users,
                      in * (now.here - 1U) + other * now.here);
    ck_assert_uint_eq(now.unwanted, 0U);
  }
  for (unsigned i = 0U; i < report.midi_count; ++i) {
    ck_assert_uint_gt(report.midi[i].received, 80U);
    ck_assert_uint_eq(report.midi[i].lost + report.midi[i].extra, 0U);
  }
  stage_close(&report);
}

END_TEST

START_TEST(nodes_that_are_no_cluster_hear_nothing_of_each_other)
{
  Report report;
  stage_open(
    "{\"seed\":23,\"seconds\":6,\"cluster\":false," NODES PEOPLE LINKS("") "}",
    false);
  stage_play(&report);
  ck_assert_uint_eq(stage_view("ann").user_count, 2U);
  ck_assert_uint_eq(stage_view("di").user_count, 1U);
  stage_close(&report);
}

END_TEST

START_TEST(who_joins_or_leaves_is_known_everywhere_in_a_moment)
{
  Report report;
  stage_open("{\"seed\":24,\"seconds\":9," NODES PEOPLE LINKS(
               "") ",\"events\":[{\"t\":5,\"do\":\"join\",\"client\":\"ann\"},"
                   "{\"t\":7,\"do\":\"leave\",\"client\":\"ann\"}]}",
             false);
  sim_jam_run(stage.jam, 5.0);
  ck_assert_uint_eq(stage_view("di").user_count, 4U);
  sim_jam_run(stage.jam, 5.1);
  ck_assert_uint_eq(stage_view("di").user_count, 5U);
  ck_assert_uint_eq(stage_view("ann").user_count, 5U);
  sim_jam_run(stage.jam, 7.1);
  ck_assert_uint_eq(stage_view("di").user_count, 4U);
  stage_play(&report);
  (void)stage_heard(&report, "di", "ann");
  (void)stage_heard(&report, "ann", "di");
  stage_close(&report);
}

END_TEST

START_TEST(a_node_that_dies_cut_off_from_the_others_strands_nobody)
{
  Report report;
  stage_open(
    "{\"seed\":26,\"seconds\":30," NODES PEOPLE LINKS(
      "") ",\"events\":[{\"t\":4,\"do\":\"outage\",\"a\":\"n1\",\"b\":\"n2\","
          "\"seconds\":20},{\"t\":4,\"do\":\"outage\",\"a\":\"n1\",\"b\":"
          "\"n3\","
          "\"seconds\":20},{\"t\":10,\"do\":\"crash\",\"node\":\"n1\"}]}",
    false);
  stage_play(&report);
  ck_assert_int_eq(stage_view("ann").state, JAM_STATE_JOINED);
  ck_assert_uint_eq(stage_view("ann").user_count, 5U);
  ck_assert_uint_eq(stage_view("di").user_count, 5U);
  stage_close(&report);
}

END_TEST

START_TEST(a_dead_nodes_people_are_heard_again_at_once)
{
  Report report;
  stage_open(
    "{\"seed\":25,\"seconds\":25," NODES PEOPLE LINKS(
      ",\"loss\":0.02") ",\"events\":[{\"t\":10,\"do\":\"crash\","
                        "\"node\":\"n1\"},{\"t\":16,\"do\":\"restart\","
                        "\"node\":\"n1\"}]}",
    false);
  sim_jam_run(stage.jam, 11.0);
  ck_assert_uint_eq(stage_view("di").user_count, 5U); // Nobody was missed
  stage_play(&report);
  everybody_hears_everybody(&report);
  for (unsigned i = 0U; i < report.listener_count; ++i) {
    const ReportListener* const row = &report.listeners[i];
    const bool                  moved =
      strcmp(row->at, "ann") == 0 || strcmp(row->at, "ed") == 0 ||
      strcmp(row->from, "ann") == 0 || strcmp(row->from, "ed") == 0;
    ck_assert_double_lt(row->back_ms, moved ? 250.0 : 40.0);
  }
  for (unsigned i = 0U; i < report.midi_count; ++i) {
    // What a node has acknowledged and not yet passed on dies with it
    ck_assert_uint_le(report.midi[i].lost, 4U);
  }
  for (unsigned i = 0U; i < report.node_count; ++i) {
    ck_assert_uint_eq(report.nodes[i].siblings, 2U);
  }
  stage_close(&report);
}

END_TEST

START_TEST(a_node_is_drained_without_a_gap)
{
  Report report;
  stage_open("{\"seed\":26,\"seconds\":16," NODES PEOPLE LINKS(
               "") ",\"events\":[{\"t\":10,\"do\":\"drain\","
                   "\"node\":\"n1\"}]}",
             false);
  stage_play(&report);
  everybody_hears_everybody(&report);
  ck_assert(session_node_drained(sim_jam_node(stage.jam, "n1")));
  for (unsigned i = 0U; i < report.listener_count; ++i) {
    ck_assert_uint_eq(report.listeners[i].lost, 0U);
  }
  stage_close(&report);
}

END_TEST

START_TEST(both_halves_play_on_and_are_one_again)
{
  Report report;
  stage_open("{\"seed\":27,\"seconds\":26," NODES PEOPLE LINKS(
               "") ",\"events\":[{\"t\":8,\"do\":\"outage\",\"a\":\"n1\","
                   "\"b\":\"n2\",\"seconds\":8},{\"t\":8,\"do\":\"outage\","
                   "\"a\":\"n1\",\"b\":\"n3\",\"seconds\":8}]}",
             false);
  sim_jam_run(stage.jam, 14.0);
  ck_assert_uint_eq(stage_view("ann").user_count, 2U);
  ck_assert_uint_eq(stage_view("bob").user_count, 3U);
  stage_play(&report);
  everybody_hears_everybody(&report);
  ck_assert_uint_eq(stage_heard(&report, "ann", "ed")->lost, 0U);
  ck_assert_uint_eq(stage_heard(&report, "bob", "di")->lost, 0U);
  stage_close(&report);
}

END_TEST

START_TEST(nothing_allocates_once_all_nodes_know_each_other)
{
  Report report;
  stage_open(
    "{\"seed\":28,\"seconds\":60," NODES PEOPLE LINKS(",\"loss\":0.01") "}",
    false);
  sim_jam_run(stage.jam, 6.0);
  const unsigned count = stage.memory.count;
  const size_t   bytes = stage.memory.live_bytes;
  stage_play(&report);
  ck_assert_uint_eq(stage.memory.count, count);
  ck_assert_uint_eq(stage.memory.live_bytes, bytes);
  everybody_hears_everybody(&report);
  stage_close(&report);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("sim mesh");
  TCase* const tests = tcase_create("mesh");
  tcase_set_timeout(tests, 120.0);
  tcase_add_test(tests, two_nodes_sound_like_one);
  tcase_add_test(tests, clocks_of_all_kinds_are_followed_over_two_nodes);
  tcase_add_test(tests, each_stream_crosses_each_link_between_nodes_once);
  tcase_add_test(tests, nodes_that_are_no_cluster_hear_nothing_of_each_other);
  tcase_add_test(tests, who_joins_or_leaves_is_known_everywhere_in_a_moment);
  tcase_add_test(tests,
                 a_node_that_dies_cut_off_from_the_others_strands_nobody);
  tcase_add_test(tests, a_dead_nodes_people_are_heard_again_at_once);
  tcase_add_test(tests, a_node_is_drained_without_a_gap);
  tcase_add_test(tests, both_halves_play_on_and_are_one_again);
  tcase_add_test(tests, nothing_allocates_once_all_nodes_know_each_other);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
