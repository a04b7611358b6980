// SPDX-License-Identifier: MIT
// A MIDI clock over a link: ticks in, snapshots across, the same ticks out.

#include "base/rand.h"
#include "midip2p/clock.h"

#include <check.h>

#include <math.h>
#include <stdlib.h>

static Midip2pTicks      ticks;
static Midip2pTickPlayer player;
static JamRand           rand_;

static void setup(void)
{
  midip2p_ticks_init(&ticks);
  player = (Midip2pTickPlayer){.known = false};
  jam_rand_init(&rand_, 5U, 0U);
}

static void tick_at(const double time_us)
{
  const Midip2pEvent event = {(int64_t)llround(time_us),
                              1U,
                              {0xF8U, 0U, 0U},
                              MIDIP2P_PLAYED};
  ck_assert(midip2p_ticks_follow(&ticks, event.time_us * JAM_US, &event));
}

static void say(const double time_us, const uint8_t status)
{
  const Midip2pEvent event = {(int64_t)time_us,
                              1U,
                              {status, 0U, 0U},
                              MIDIP2P_PLAYED};
  ck_assert(!midip2p_ticks_follow(&ticks, event.time_us * JAM_US, &event));
}

// Snapshots cross the path but for `outage`, and the ticks come out again
START_TEST(no_tick_is_lost_or_doubled_and_phase_is_kept)
{
  const double period  = 60e6 / 24.0 / (97.0 + 13.0 * _i);
  int64_t      out     = 0;
  double       worst   = 0.0;
  const int    count   = 2000;
  int64_t      time_us = 0;
  for (int i = 0; i < count; ++i) {
    const double at     = 5000.0 + period * i;
    const bool   outage = at > 20e6 && at < 20.5e6;
    Midip2pClock clock;
    tick_at(at);
    if (midip2p_ticks_due(&ticks, (JamTime)at * JAM_US) &&
        midip2p_ticks_tell(&ticks, (JamTime)at * JAM_US, &clock) && !outage) {
      midip2p_player_tell(&player, &clock);
    }
    while (midip2p_player_tick(&player, (int64_t)at, &time_us)) {
      const double n    = ((double)time_us - 5000.0) / period;
      const double miss = fabs(n - round(n)) * period;
      worst             = miss > worst ? miss : worst;
      ++out;
    }
  }
  ck_assert_double_le(worst, 20.0);
  // All but those before the first snapshot
  ck_assert_int_ge(out, count - 5);
  ck_assert_int_le(out, count);
}

END_TEST

START_TEST(a_jittery_clock_is_smoothed)
{
  const double period = 60e6 / 24.0 / 120.0;
  double       square = 0.0;
  unsigned     count  = 0U;
  for (int i = 0; i < 4000; ++i) {
    tick_at(1e6 + period * i + 8000.0 * jam_rand_unit(&rand_) - 4000.0);
    if (i > 200) {
      const double bpm = 60e6 / (double)ticks.clock.quarter_us;
      square += (bpm - 120.0) * (bpm - 120.0);
      ++count;
    }
  }
  ck_assert_double_le(sqrt(square / count), 0.05);
}

END_TEST

START_TEST(a_step_is_followed_within_a_beat)
{
  double at = 1e6;
  for (int i = 0; i < 400; ++i) {
    tick_at(at += 60e6 / 24.0 / 120.0);
  }
  for (int i = 0; i < 24; ++i) {
    tick_at(at += 60e6 / 24.0 / 140.0);
  }
  ck_assert_double_eq_tol(60e6 / (double)ticks.clock.quarter_us, 140.0, 1.0);
  ck_assert_double_eq_tol((double)ticks.clock.time_us, at, 1000.0);
}

END_TEST

START_TEST(a_start_counts_anew_and_no_tick_comes_twice)
{
  double       at      = 1e6;
  const double period  = 20000.0;
  int64_t      last    = 0;
  int64_t      time_us = 0;
  unsigned     out     = 0U;
  for (int i = 0; i < 500; ++i) {
    Midip2pClock clock;
    if (i == 200) {
      say(at, 0xFAU);
    }
    tick_at(at += period);
    if (midip2p_ticks_tell(&ticks, (JamTime)at * JAM_US, &clock)) {
      midip2p_player_tell(&player, &clock);
    }
    while (midip2p_player_tick(&player, (int64_t)at, &time_us)) {
      ck_assert_int_ge(time_us - last, (int64_t)period - 100);
      last = time_us;
      ++out;
    }
  }
  ck_assert_uint_ge(out, 496U);
  ck_assert_int_eq(ticks.clock.tick, 299);
}

END_TEST

START_TEST(a_clock_that_stops_is_let_go)
{
  Midip2pClock clock;
  for (int i = 0; i < 100; ++i) {
    tick_at(20000.0 * i);
  }
  unsigned told = 0U;
  JamTime  now  = 2 * JAM_SECOND;
  while (midip2p_ticks_deadline(&ticks) != JAM_NEVER && told < 100U) {
    now = midip2p_ticks_deadline(&ticks) > now ? midip2p_ticks_deadline(&ticks)
                                               : now;
    ck_assert(midip2p_ticks_tell(&ticks, now, &clock));
    midip2p_player_tell(&player, &clock);
    ++told;
  }
  ck_assert(!clock.running);
  ck_assert_uint_lt(told, 15U);
  int64_t time_us = 0;
  ck_assert(!midip2p_player_tick(&player, INT64_MAX, &time_us));
}

END_TEST

int main(void)
{
  Suite* const s = suite_create("midip2p clock");
  TCase* const t = tcase_create("clock");
  tcase_add_checked_fixture(t, setup, NULL);
  tcase_add_loop_test(t, no_tick_is_lost_or_doubled_and_phase_is_kept, 0, 5);
  tcase_add_test(t, a_jittery_clock_is_smoothed);
  tcase_add_test(t, a_step_is_followed_within_a_beat);
  tcase_add_test(t, a_start_counts_anew_and_no_tick_comes_twice);
  tcase_add_test(t, a_clock_that_stops_is_let_go);
  suite_add_tcase(s, t);
  SRunner* const r = srunner_create(s);
  srunner_run_all(r, CK_NORMAL);
  const int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
