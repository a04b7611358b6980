// SPDX-License-Identifier: MIT
// Delay control on synthetic paths: few enough late packets, little more delay
// than that takes, and no jumps.

#include "base/rand.h"
#include "playout/playout.h"
#include "unit/playout_suite.h"

#include <math.h>

#define PACKET (JAM_SECOND / 750)
#define TRANSIT_US 20000.0

typedef enum PathKind {
  CONSTANT,
  UNIFORM,
  GAMMA,
  STALLS,
  STEP,
  OUTLIERS
} PathKind;

typedef struct Outcome {
  double late;                       // Share of packets
  double mean_us;                    // Of the target beyond the transit
  double fastest_rise, fastest_fall; // Of the target, per time
  double final_us;
} Outcome;

static JamRand  rand_state;
static JamTime  stalled_until;
static unsigned sent;

/// Returns the delay of a packet beyond the transit.
static double extra_us(const PathKind kind, const JamTime now)
{
  const double unit = jam_rand_unit(&rand_state);
  switch (kind) {
  case CONSTANT:
    return 0.0;
  case UNIFORM:
    return 2000.0 * unit;
  case GAMMA: // Of shape 3
    return -500.0 * log((1.0 - unit) * (1.0 - jam_rand_unit(&rand_state)) *
                        (1.0 - jam_rand_unit(&rand_state)));
  case STALLS: // 15 ms, about every two seconds
    if (jam_rand_below(&rand_state, 1500U) == 0U) {
      stalled_until = now + 15 * JAM_MS;
    }
    return 300.0 * unit +
           (now < stalled_until ? (double)(stalled_until - now) / 1e3 : 0.0);
  case STEP:
    return 500.0 * unit + (now > 60 * JAM_SECOND ? 4000.0 : 0.0);
  case OUTLIERS:
    return jam_rand_below(&rand_state, 500U) == 0U ? 3000.0 : 0.0;
  }
  return 0.0;
}

/// Plays two minutes; the first five seconds do not count.
static Outcome
play(const PathKind kind, const PlayoutMode mode, const double late_target)
{
  PlayoutDelay delay;
  Outcome      outcome = {0.0, 0.0, 0.0, 0.0, 0.0};
  unsigned     counted = 0U;
  double       last    = 0.0;
  jam_rand_init(&rand_state, 7U, (uint64_t)kind);
  stalled_until = 0;
  playout_delay_init(&delay, mode, late_target);
  for (sent = 0U; sent < 90000U; ++sent) {
    const JamTime now    = JAM_SECOND + PACKET * (JamTime)sent;
    const double  needed = TRANSIT_US + extra_us(kind, now);
    const double  target = playout_delay_target(&delay, now);
    if (sent > 3750U) {
      const double change  = (target - last) / ((double)PACKET / 1e3);
      outcome.fastest_rise = fmax(outcome.fastest_rise, change);
      outcome.fastest_fall = fmax(outcome.fastest_fall, -change);
      outcome.late += needed > target ? 1.0 : 0.0;
      outcome.mean_us += target - TRANSIT_US;
      ++counted;
    }
    last = target;
    playout_delay_add(&delay, now, needed);
  }
  outcome.late /= counted;
  outcome.mean_us /= counted;
  outcome.final_us = last - TRANSIT_US;
  return outcome;
}

START_TEST(late_packets_stay_within_the_target_on_every_path)
{
  static const struct {
    PathKind kind;
    double   late, most_us; // Mean delay beyond the transit
  } cases[] = {
    {CONSTANT, 0.01, 60.0},
    {UNIFORM, 0.01, 2060.0},
    {UNIFORM, 0.001, 2450.0}, // Starts on the safe side
    {GAMMA, 0.01, 4900.0},
    {GAMMA, 0.001, 6800.0},
    {STALLS, 0.01, 4500.0},
    {STEP, 0.01, 2800.0},
    {OUTLIERS, 0.01, 60.0},
  };

  for (size_t i = 0U; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    const Outcome outcome = play(cases[i].kind, PLAYOUT_NORMAL, cases[i].late);
    ck_assert_double_le(outcome.late, 1.5 * cases[i].late);
    ck_assert_double_le(outcome.mean_us, cases[i].most_us);
    ck_assert_double_le(outcome.fastest_rise, 0.0801);
    ck_assert_double_le(outcome.fastest_fall, 0.0301);
  }
}

END_TEST

START_TEST(a_quiet_path_costs_no_more_than_it_needs)
{
  const Outcome outcome = play(OUTLIERS, PLAYOUT_TIGHT, 0.0);
  ck_assert_double_ge(outcome.final_us, 0.0);
  ck_assert_double_le(outcome.final_us, 100.0);
}

END_TEST

START_TEST(a_path_that_gets_longer_is_followed_at_once)
{
  PlayoutDelay delay;
  playout_delay_init(&delay, PLAYOUT_NORMAL, 0.0);
  JamTime now = 0;
  for (; now < 30 * JAM_SECOND; now += PACKET) {
    playout_delay_add(&delay, now, 1000.0);
    (void)playout_delay_target(&delay, now);
  }
  const JamTime begin = now;
  while (playout_delay_target(&delay, now) < 9000.0) {
    playout_delay_add(&delay, now, 9000.0);
    now += PACKET;
    ck_assert_int_lt(now - begin, 200 * JAM_MS);
  }
}

END_TEST

START_TEST(a_path_that_gets_shorter_is_believed_after_the_memory)
{
  PlayoutDelay delay;
  playout_delay_init(&delay, PLAYOUT_NORMAL, 0.0);
  JamTime now = 0;
  for (; now < 60 * JAM_SECOND; now += PACKET) {
    playout_delay_add(&delay, now, 500000.0);
    (void)playout_delay_target(&delay, now);
  }
  for (; now < 360 * JAM_SECOND; now += PACKET) {
    playout_delay_add(&delay, now, 2000.0);
    (void)playout_delay_target(&delay, now);
  }
  ck_assert_double_le(playout_delay_target(&delay, now), 2100.0);
  ck_assert_double_ge(playout_delay_target(&delay, now), 2000.0);
}

END_TEST

START_TEST(the_mode_caps_the_delay)
{
  static const struct {
    PlayoutMode mode;
    double      cap_us;
  } cases[] = {
    {PLAYOUT_TIGHT, 10000.0},
    {PLAYOUT_NORMAL, 30000.0},
    {PLAYOUT_SAFE, 80000.0},
    {PLAYOUT_NO_CAP, 150000.0},
  };

  for (size_t i = 0U; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    PlayoutDelay delay;
    playout_delay_init(&delay, cases[i].mode, 0.0);
    for (unsigned n = 0U; n < 45000U; ++n) {
      const JamTime now = PACKET * (JamTime)n;
      playout_delay_add(&delay, now, n % 2U ? 150000.0 : 0.0);
      (void)playout_delay_target(&delay, now);
    }
    const double target = playout_delay_target(&delay, 61 * JAM_SECOND);
    ck_assert_double_eq_tol(target, cases[i].cap_us, 600.0);
  }
}

END_TEST

START_TEST(what_a_wrong_clock_measured_is_taken_back)
{
  static const double wrong[] = {-30000.0, 9000.0};
  for (size_t i = 0U; i < sizeof(wrong) / sizeof(wrong[0]); ++i) {
    PlayoutDelay delay;
    JamTime      now = JAM_SECOND;
    playout_delay_init(&delay, PLAYOUT_TIGHT, 0.0);
    for (; now < 30 * JAM_SECOND; now += PACKET) {
      playout_delay_add(&delay, now, TRANSIT_US);
      (void)playout_delay_target(&delay, now);
    }
    const double  before = playout_delay_target(&delay, now);
    const JamTime since  = now;
    for (; now < since + 140 * JAM_MS; now += PACKET) {
      playout_delay_add(&delay, now, TRANSIT_US + wrong[i]);
      (void)playout_delay_target(&delay, now);
    }
    playout_delay_forget(&delay, now, since);
    ck_assert_double_eq_tol(playout_delay_target(&delay, now), before, 1.0);
  }
}

END_TEST

START_TEST(a_path_longer_than_the_cap_is_taken_as_another)
{
  PlayoutDelay delay;
  JamTime      now = JAM_SECOND;
  playout_delay_init(&delay, PLAYOUT_TIGHT, 0.0);
  for (; now < 60 * JAM_SECOND; now += PACKET) {
    const bool longer = now > 30 * JAM_SECOND;
    playout_delay_add(&delay, now, TRANSIT_US + (longer ? 40000.0 : 0.0));
    const double target = playout_delay_target(&delay, now);
    if (now > 32 * JAM_SECOND) {
      ck_assert_double_ge(target, TRANSIT_US + 40000.0);
      ck_assert_double_le(target, TRANSIT_US + 50000.0);
    }
  }
}

END_TEST

START_TEST(absurd_needs_and_times_do_no_harm)
{
  static const double needs[] = {0.0,
                                 -1e11,
                                 1e11,
                                 5.0,
                                 (double)INFINITY,
                                 -(double)INFINITY,
                                 (double)NAN,
                                 1e300,
                                 -3.0};
  PlayoutDelay        delay;
  jam_rand_init(&rand_state, 1U, 0U);
  playout_delay_init(&delay, PLAYOUT_TIGHT, 0.0);
  ck_assert_double_eq(playout_delay_target(&delay, 5), 0.0);
  for (unsigned i = 0U; i < 20000U; ++i) {
    const JamTime now = (JamTime)(jam_rand_u32(&rand_state) / 2U) *
                        (JamTime)jam_rand_u32(&rand_state);
    playout_delay_add(&delay, now, needs[jam_rand_below(&rand_state, 9U)]);
    ck_assert(isfinite(playout_delay_target(&delay, now)));
  }
}

END_TEST

int main(void)
{
  const TTest* const tests[] = {
    late_packets_stay_within_the_target_on_every_path,
    a_quiet_path_costs_no_more_than_it_needs,
    a_path_that_gets_longer_is_followed_at_once,
    a_path_that_gets_shorter_is_believed_after_the_memory,
    the_mode_caps_the_delay,
    what_a_wrong_clock_measured_is_taken_back,
    a_path_longer_than_the_cap_is_taken_as_another,
    absurd_needs_and_times_do_no_harm,
  };
  return SUITE_RUN("playout delay", tests);
}
