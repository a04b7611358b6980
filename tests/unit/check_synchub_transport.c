// SPDX-License-Identifier: MIT
// The tempo map: time to ticks and back, beats over changes, who wins, and that
// putting a transport on another clock steps nothing.

#include "synchub/synchub.h"

#include <check.h>

#include <math.h>
#include <stdlib.h>

#define BAR_TICKS (4 * SYNCHUB_QUARTER)

static SynchubTransport with_changes(void)
{
  SynchubTransport transport;
  synchub_transport_init(&transport);
  transport.count    = 3U;
  transport.tempi[1] = (SynchubTempo){2 * BAR_TICKS, 400000000, 3U, 8U, 0U, 2U};
  transport.tempi[2] =
    (SynchubTempo){2 * BAR_TICKS + 3 * 480, 600000000, 4U, 4U, 0U, 3U};
  transport.tick    = BAR_TICKS;
  transport.time    = 7 * JAM_SECOND;
  transport.rolling = true;
  return transport;
}

START_TEST(time_and_ticks_are_inverse)
{
  const SynchubTransport transport = with_changes();
  ck_assert_double_eq_tol(synchub_transport_ns(&transport, 0.0), -2e9, 1.0);
  ck_assert_double_eq_tol(synchub_transport_ns(&transport, 2.0 * BAR_TICKS),
                          2e9,
                          1.0);
  ck_assert_double_eq_tol(
    synchub_transport_ns(&transport, 2.0 * BAR_TICKS + 1440.0 + 960.0),
    2e9 + 0.6e9 + 0.6e9,
    1.0);
  for (double tick = -5000.0; tick < 20000.0; tick += 37.25) {
    const double ns = synchub_transport_ns(&transport, tick);
    ck_assert_double_eq_tol(synchub_transport_tick(&transport, ns), tick, 1e-6);
  }
}

END_TEST

START_TEST(beats_follow_the_metre)
{
  static const SynchubBeat wanted[]  = {{7 * 960, 1, 3},
                                        {7680, 2, 0},
                                        {8160, 2, 1},
                                        {8640, 2, 2},
                                        {9120, 3, 0},
                                        {10080, 3, 1}};
  const SynchubTransport   transport = with_changes();
  double                   tick      = 6.5 * 960.0;
  for (unsigned i = 0U; i < sizeof(wanted) / sizeof(wanted[0]); ++i) {
    SynchubBeat beat;
    synchub_transport_beat(&transport, tick, &beat);
    ck_assert_int_eq(beat.tick, wanted[i].tick);
    ck_assert_int_eq(beat.bar, wanted[i].bar);
    ck_assert_uint_eq(beat.beat, wanted[i].beat);
    tick = (double)beat.tick + 1.0;
  }
  SynchubBeat before; // Counting in
  synchub_transport_beat(&transport, -2.0 * 960.0, &before);
  ck_assert_int_eq(before.bar, -1);
  ck_assert_uint_eq(before.beat, 2U);
}

END_TEST

START_TEST(another_clock_steps_nothing)
{
  SynchubTransport transport = with_changes();
  transport.ruler      = (SynchubRuler){8 * JAM_SECOND, 3 * JAM_SECOND, 80e-6};
  SynchubTransport own = transport;
  synchub_transport_adopt(&own, 3 * JAM_SECOND + 123456789);
  ck_assert_double_eq_tol(own.ruler.skew, 0.0, 1e-15);
  for (JamTime at = 4 * JAM_SECOND; at < 1800 * JAM_SECOND; at += JAM_SECOND) {
    // 2 us in half an hour: quarters are whole nanoseconds
    ck_assert_double_eq_tol(synchub_transport_now(&own, at),
                            synchub_transport_now(&transport, at),
                            0.005);
  }
}

END_TEST

START_TEST(changes_lie_ahead_and_the_map_stays_in_bounds)
{
  SynchubTransport transport;
  synchub_transport_init(&transport);
  synchub_transport_start(&transport, 0, 2U);
  ck_assert_int_eq(synchub_transport_first(&transport), -2 * BAR_TICKS);
  ck_assert_int_eq(transport.time, SYNCHUB_LEAD + 4 * JAM_SECOND);
  for (unsigned i = 0U; i < 50U; ++i) {
    const JamTime now    = (6 + (JamTime)i) * JAM_SECOND;
    const double  before = synchub_transport_now(&transport, now);
    synchub_transport_tempo(&transport, now, 60.0 + 7.0 * i);
    ck_assert_double_eq_tol(synchub_transport_now(&transport, now),
                            before,
                            1.0); // Anchors are whole ticks
    ck_assert(synchub_transport_valid(&transport));
  }
  ck_assert_uint_eq(transport.count, SYNCHUB_MAX_TEMPI);
  synchub_transport_tempo(&transport, 60 * JAM_SECOND, 1e9);
  ck_assert_int_eq(transport.tempi[transport.count - 1U].quarter_ns, 150000000);
  synchub_transport_metre(&transport, 61 * JAM_SECOND, 5U, 3U);
  ck_assert_uint_eq(transport.tempi[transport.count - 1U].beats, 4U);
  synchub_transport_stop(&transport, 70 * JAM_SECOND);
  const double stopped = synchub_transport_now(&transport, 70 * JAM_SECOND);
  ck_assert_double_eq_tol(synchub_transport_now(&transport, 90 * JAM_SECOND),
                          stopped,
                          1e-9);
  synchub_transport_locate(&transport, 71 * JAM_SECOND, 0U);
  ck_assert_int_eq(transport.tick, 0);
}

END_TEST

START_TEST(the_last_in_logical_time_wins)
{
  SynchubTransport a;
  SynchubTransport b;
  synchub_transport_init(&a);
  synchub_transport_init(&b);
  ck_assert(!synchub_transport_is_later(&a, &b));
  a.stamp = 2U;
  b.stamp = 1U;
  b.node  = 9U;
  ck_assert(synchub_transport_is_later(&a, &b));
  b.stamp = 2U;
  ck_assert(synchub_transport_is_later(&b, &a));
  ck_assert(!synchub_transport_is_later(&a, &b));
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("synchub transport");
  TCase* const tcase = tcase_create("transport");
  tcase_add_test(tcase, time_and_ticks_are_inverse);
  tcase_add_test(tcase, beats_follow_the_metre);
  tcase_add_test(tcase, another_clock_steps_nothing);
  tcase_add_test(tcase, changes_lie_ahead_and_the_map_stays_in_bounds);
  tcase_add_test(tcase, the_last_in_logical_time_wins);
  suite_add_tcase(suite, tcase);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
