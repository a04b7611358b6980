// SPDX-License-Identifier: MIT
// The shared transport: everybody's click falls on the same instant, through
// tempo changes, for those who come late, over several nodes and after the
// death of the one that wrote it.

#include "sim/jam_fixture.h"

#include "session/client_internal.h"
#include "sim/sim_stage.h"

#include <math.h>
#include <stdlib.h>

#define MOST_CLICKS 8192U
#define STEP_S 0.02
#define SAMPLE_US (1e6 / 48000.0)
#define DEVICE_US 10.0 // What a device clock itself is off, with some reserve

typedef struct Clicks {
  uint64_t seen;
  unsigned count;
  double   at_us[MOST_CLICKS]; // True time
  double   worst_us;           // Error of the client's clock, since settled
} Clicks;

static Clicks clicks[SCENARIO_MAX_CLIENTS];

static SimPlayer* player(const unsigned number)
{
  return stage.jam->players[number];
}

static void wish(const unsigned who, const JamCommand command)
{
  ck_assert(session_client_command(player(who)->client, &command));
}

static void watch(const unsigned number, const double settled_s)
{
  Clicks* const      own    = &clicks[number];
  SimPlayer* const   one    = player(number);
  const Click* const click  = &one->client->rt.click;
  const double       now_us = 1e-3 * (double)stage.jam->world.now;
  if (click->started != own->seen) {
    ck_assert_uint_eq(click->started, own->seen + 1U);
    ck_assert_uint_lt(own->count, MOST_CLICKS);
    own->seen = click->started;
    own->at_us[own->count++] =
      1e-3 * sim_device_time(&one->device, (double)click->last);
  }
  if (now_us > 1e6 * settled_s) {
    own->worst_us = fmax(own->worst_us, fabs(one->clock_last_us));
  }
}

static void run_until(const double seconds, const double settled_s)
{
  while (1e-9 * (double)stage.jam->world.now < seconds - 1e-6) {
    sim_jam_run(stage.jam,
                fmin(seconds, 1e-9 * (double)stage.jam->world.now + STEP_S));
    for (unsigned i = 0U; i < stage.scenario.client_count; ++i) {
      watch(i, settled_s);
    }
  }
}

static double nearest(const Clicks* const of, const double at_us)
{
  double best = 1e12;
  for (unsigned i = 0U; i < of->count; ++i) {
    best =
      fabs(of->at_us[i] - at_us) < fabs(best) ? of->at_us[i] - at_us : best;
  }
  return best;
}

// Every click of `a` since `from` has one of `b` within what their clocks
// explain, and the one there is of `more`. Returns how many there were.
static unsigned compare(const unsigned a,
                        const unsigned b,
                        const double   from_s,
                        const double   more_us)
{
  const double bound_us =
    clicks[a].worst_us + clicks[b].worst_us + SAMPLE_US + DEVICE_US + more_us;
  const double last_us = 1e-3 * (double)stage.jam->world.now - 2e5;
  unsigned     count   = 0U;
  for (unsigned i = 0U; i < clicks[a].count; ++i) {
    const double at_us = clicks[a].at_us[i];
    if (at_us < 1e6 * from_s || at_us > last_us) {
      continue;
    }
    const double off_us = nearest(&clicks[b], at_us);
    ck_assert_msg(fabs(off_us) <= bound_us,
                  "Click of %u at %.3f s: %u is %.1f us off, %.1f us allowed",
                  a,
                  at_us * 1e-6,
                  b,
                  off_us,
                  bound_us);
    ++count;
  }
  return count;
}

static void everybody_clicks(void)
{
  memset(clicks, 0, sizeof(clicks));
  for (unsigned i = 0U; i < stage.scenario.client_count; ++i) {
    wish(i,
         (JamCommand){.kind = JAM_COMMAND_CLICK, .value = 0.5f, .flag = true});
  }
}

static void finish(void)
{
  Report report;
  sim_jam_report(stage.jam, &report);
  stage_close(&report);
}

#define LINK(a, b, ms)                                                         \
  "{\"a\":\"" a "\",\"b\":\"" b "\",\"delay_ms\":" ms                          \
  ",\"loss\":0.02,\"jitter\":{\"kind\":\"uniform\",\"ms\":1}}"

START_TEST(clicks_of_one_room_fall_together)
{
  stage_open(
    "{\"seed\":3,\"seconds\":40,\"clients\":[{\"name\":\"ann\","
    "\"ppm\":100},{\"name\":\"bob\",\"ppm\":-100,\"block\":256},"
    "{\"name\":\"cy\",\"ppm\":30}],\"links\":[" LINK(
      "ann",
      "node",
      "5") "," LINK("bob",
                    "node",
                    "25") "," LINK("cy",
                                   "node",
                                   "12") "],"
                                         "\"events\":[{\"t\":20,\"do\":"
                                         "\"join\",\"client\":\"cy\"}]}",
    false);
  everybody_clicks();
  run_until(10.0, 9.0);
  wish(0U, (JamCommand){.kind = JAM_COMMAND_TEMPO, .value = 96.0f});
  wish(0U, (JamCommand){.kind = JAM_COMMAND_START, .value = 1.0f});
  run_until(10.2, 9.0);
  ck_assert_uint_eq(clicks[0].count, 0U);
  run_until(12.0, 9.0);
  ck_assert(stage_view("bob").transport.counting);
  ck_assert_double_eq_tol(stage_view("bob").transport.bpm, 96.0, 0.01);
  run_until(15.0, 9.0);
  ck_assert(!stage_view("bob").transport.counting);
  wish(1U, (JamCommand){.kind = JAM_COMMAND_TEMPO, .value = 133.0f});
  run_until(17.0, 9.0);
  wish(0U, (JamCommand){.kind = JAM_COMMAND_METRE, .value = 7.0f, .unit = 8U});
  run_until(39.0, 9.0);
  const JamTransport early = stage_view("ann").transport;
  const JamTransport late  = stage_view("cy").transport;
  ck_assert(late.rolling);
  ck_assert_int_eq(early.beats, 7);
  ck_assert_int_eq(late.unit, 8);
  ck_assert_int_eq(early.bar, late.bar);
  ck_assert_double_eq_tol(early.beat, late.beat, 0.1);
  ck_assert_double_eq_tol(late.bpm, 133.0, 0.01);
  // Eight beats at 96, then 133 quarters, then twice as many eighths a minute
  ck_assert_uint_ge(compare(0U, 1U, 0.0, 0.0), 95U);
  ck_assert_uint_ge(compare(1U, 0U, 0.0, 0.0), 95U);
  clicks[2].worst_us += 300.0; // Its clock is young at first
  ck_assert_uint_ge(compare(2U, 0U, 22.0, 0.0), 70U);
  wish(2U, (JamCommand){.kind = JAM_COMMAND_STOP});
  run_until(39.5, 9.0);
  ck_assert(!stage_view("ann").transport.rolling);
  wish(1U, (JamCommand){.kind = JAM_COMMAND_LOCATE, .value = 2.0f});
  run_until(40.0, 9.0);
  ck_assert_int_eq(stage_view("cy").transport.bar, 2);
  ck_assert_double_eq_tol(stage_view("cy").transport.beat, 1.0, 1e-6);
  finish();
}

END_TEST

START_TEST(taps_set_the_tempo)
{
  stage_open("{\"seed\":4,\"seconds\":6,\"clients\":[{\"name\":\"ann\"},"
             "{\"name\":\"bob\"}]}",
             false);
  everybody_clicks();
  run_until(2.0, 2.0);
  for (unsigned i = 0U; i < 4U; ++i) {
    wish(0U,
         (JamCommand){.kind = JAM_COMMAND_TAP,
                      .time = JAM_SECOND + i * 400 * JAM_MS +
                              (i == 2U ? 15 * JAM_MS : 0)});
  }
  run_until(3.0, 2.0);
  ck_assert_double_eq_tol(stage_view("bob").transport.bpm, 150.0, 0.01);
  finish();
}

END_TEST

static double long_seconds(void)
{
  return getenv("JAM_LONG") ? 1800.0 : 150.0;
}

// Two nodes that are 100 ppm apart, the third in between; the writer dies half
// way, and its player goes on at one of the others
START_TEST(the_phase_holds_over_nodes_and_the_death_of_the_writer)
{
  char         text[2000];
  const double end  = long_seconds();
  const double dies = end / 2.0;
  (void)snprintf(
    text,
    sizeof(text),
    "{\"seed\":5,\"seconds\":%.0f,\"nodes\":[{\"id\":\"n1\","
    "\"ppm\":50},"
    "{\"id\":\"n2\",\"ppm\":-50},{\"id\":\"n3\"}],\"clients\":[{"
    "\"name\":"
    "\"ann\",\"node\":\"n1\",\"ppm\":80},{\"name\":\"bob\","
    "\"node\":\"n2\","
    "\"ppm\":-90},{\"name\":\"cy\",\"node\":\"n3\"}],\"links\":"
    "[" LINK("ann", "n1", "5") "," LINK("ann", "n2", "9") "," LINK("ann", "n3", "9") "," LINK(
      "bob",
      "n2",
      "7") "," LINK("cy",
                    "n3",
                    "7") "," LINK("n1",
                                  "n2",
                                  "6") "," LINK("n1",
                                                "n3",
                                                "6") "," LINK("n2",
                                                              "n3",
                                                              "6") "],"
                                                                   "\"events\":"
                                                                   "[{\"t\":%."
                                                                   "0f,\"do\":"
                                                                   "\"crash\","
                                                                   "\"node\":"
                                                                   "\"n1\"}]}",
    end,
    dies);
  stage_open(text, false);
  everybody_clicks();
  run_until(14.0, 13.0);
  wish(0U, (JamCommand){.kind = JAM_COMMAND_START});
  run_until(dies, 13.0);
  // The hop between the nodes has an error as well
  const double   hop_us = 60.0;
  const unsigned beats  = (unsigned)((dies - 20.0) * 2.0);
  ck_assert_uint_ge(compare(0U, 1U, 18.0, hop_us), beats);
  ck_assert_uint_ge(compare(2U, 1U, 18.0, hop_us), beats);
  run_until(end, 13.0);
  ck_assert_int_eq(stage_view("ann").state, JAM_STATE_JOINED);
  // No step: those whose nodes live go on without a beat too many or too few
  ck_assert_uint_ge(compare(2U, 1U, dies, hop_us), beats);
  for (unsigned who = 1U; who < 3U; ++who) {
    for (unsigned i = 1U; i < clicks[who].count; ++i) {
      const double gap = clicks[who].at_us[i] - clicks[who].at_us[i - 1U];
      ck_assert_double_eq_tol(gap, 500000.0, 300.0);
    }
  }
  ck_assert_uint_ge(compare(0U, 1U, dies + 12.0, hop_us), beats / 2U);
  finish();
}

END_TEST

// Whether a client knows who is there, on which clocks, and where the music is
static bool knows_it_all(const SessionClient* const client)
{
  ToastClock clock;
  session_client_clock(client, &clock);
  bool all = clock.valid && client->roster.count == 3U &&
             client->transport.stamp == player(0U)->client->transport.stamp;
  for (unsigned i = 0U; i < client->roster.count; ++i) {
    const SynchubUser* const user = &client->roster.users[i];
    all = all && (user->id == client->roster.self || user->row.map.valid);
  }
  return all;
}

// Returns how long after its JOIN the third client knew, in ms
static double join_late(const unsigned seed, double* const rtt_ms)
{
  char            text[900];
  const double    delay_ms = 2.0 + 3.7 * (seed % 17U);
  const double    join_s   = 4.0 + 0.0137 * (seed % 100U);
  SessionClient** late     = NULL;
  double          asked_ms = 0.0;
  (void)snprintf(
    text,
    sizeof(text),
    "{\"seed\":%u,\"seconds\":6,\"clients\":[{\"name\":\"ann\"},"
    "{\"name\":\"bob\",\"ppm\":60},{\"name\":\"cy\",\"ppm\":-60}],"
    "\"links\":[{\"a\":\"cy\",\"b\":\"node\",\"delay_ms\":%.1f,"
    "\"jitter\":{\"kind\":\"uniform\",\"ms\":1}}],\"events\":[{\"t\":%.4f,"
    "\"do\":\"join\",\"client\":\"cy\"}]}",
    seed,
    delay_ms,
    join_s);
  stage_open(text, false);
  everybody_clicks();
  run_until(3.0, 3.0);
  wish(0U, (JamCommand){.kind = JAM_COMMAND_TEMPO, .value = 87.0f});
  wish(0U, (JamCommand){.kind = JAM_COMMAND_START});
  late         = &player(2U)->client;
  *rtt_ms      = 2.0 * (delay_ms + 1.0);
  double now_s = join_s;
  for (;; now_s += 5e-4) {
    sim_jam_run(stage.jam, now_s);
    ck_assert(now_s < join_s + 1.0);
    asked_ms = asked_ms > 0.0 || !(*late)->session ? asked_ms : now_s * 1e3;
    if (asked_ms > 0.0 && knows_it_all(*late)) {
      break;
    }
  }
  sim_jam_run(stage.jam, now_s + 0.02); // For the view
  const JamTransport here  = stage_view("cy").transport;
  const JamTransport there = stage_view("ann").transport;
  ck_assert_uint_eq(stage_view("cy").user_count, 3U);
  ck_assert(here.rolling);
  ck_assert_double_eq_tol(here.bpm, 87.0, 0.01);
  ck_assert_int_eq(here.bar, there.bar);
  ck_assert_double_eq_tol(here.beat, there.beat, 0.06);
  finish();
  return now_s * 1e3 - asked_ms;
}

START_TEST(who_comes_late_knows_it_all_in_the_first_flight)
{
  const unsigned seeds = getenv("JAM_LONG") ? 1000U : 20U;
  for (unsigned seed = 1U; seed <= seeds; ++seed) {
    double       rtt_ms  = 0.0;
    const double late_ms = join_late(seed, &rtt_ms);
    ck_assert_msg(late_ms <= rtt_ms + 20.0,
                  "Seed %u: %.1f ms after the join, round trip %.1f ms",
                  seed,
                  late_ms,
                  rtt_ms);
  }
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("sim_transport");
  TCase* const tcase = tcase_create("transport");
  tcase_set_timeout(tcase, 1200.0);
  tcase_add_test(tcase, clicks_of_one_room_fall_together);
  tcase_add_test(tcase, taps_set_the_tempo);
  tcase_add_test(tcase, the_phase_holds_over_nodes_and_the_death_of_the_writer);
  tcase_add_test(tcase, who_comes_late_knows_it_all_in_the_first_flight);
  suite_add_tcase(suite, tcase);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
