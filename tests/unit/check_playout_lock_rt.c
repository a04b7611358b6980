// SPDX-License-Identifier: MIT
// LOCKED: when it comes, that it is bit-exact, when it ends, and that neither
// is heard.

#include "unit/playout_rig.h"
#include "unit/playout_suite.h"

#define RATE 48000.0
#define INAUDIBLE 1e-3 // -60 dBFS

/// Runs, and checks that the output follows the sine all the time.
static void run_inaudibly(Rig* const rig, const double seconds)
{
  const int64_t end = rig->device + (int64_t)(seconds * RATE);
  while (rig->device < end) {
    rig_step(rig);
    ck_assert_double_lt(rig_error(rig), INAUDIBLE);
  }
}

static Rig* locked_rig(const double delay)
{
  Rig* const rig = rig_new(48000U, 48000U, 64U, true);
  rig_model(rig);
  playout_set_delay(rig->playout, delay);
  rig_run(rig, 0.1, RATE);
  run_inaudibly(rig, 7.0);
  ck_assert_int_eq(rig->report.state, PLAYOUT_LOCKED);
  return rig;
}

static void check_exact(Rig* const rig, const double seconds)
{
  const int64_t end = rig->device + (int64_t)(seconds * RATE);
  while (rig->device < end) {
    rig_step(rig);
    const int64_t from = (int64_t)floor(rig->from + 0.5);
    ck_assert_double_eq_tol(rig->from, (double)from, 1e-6);
    for (unsigned i = 0U; i < rig->frames; ++i) {
      const float truth = (float)rig_signal(rig, (double)(from + (int64_t)i));
      ck_assert(rig->out[i] >= truth && rig->out[i] <= truth);
    }
  }
}

START_TEST(a_lockstep_stream_is_bit_exact_at_the_least_possible_delay)
{
  // What arrives within a callback can be played by it: 64 samples it is
  Rig* const rig = locked_rig(64.0);
  check_exact(rig, 3.0);
  ck_assert_double_eq_tol(rig->report.delay_frames, 64.0, 1e-6);
  ck_assert_uint_eq(rig->report.concealed, 0U);
  ck_assert_uint_eq(rig->report.late, 0U);
  ck_assert_uint_eq(rig->report.jumps, 0U);
  rig_free(rig);
}

END_TEST

START_TEST(arrivals_tell_the_least_delay_exactly)
{
  Rig* const     rig = rig_new(48000U, 48000U, 64U, true);
  PlayoutArrival arrival;
  rig->transit = 200.0;
  playout_set_delay(rig->playout, 500.0);
  rig_run(rig, 0.5, RATE);
  while (playout_arrival(rig->playout, &arrival)) {
  }
  rig_run(rig, 0.1, RATE);
  ck_assert(playout_arrival(rig->playout, &arrival));
  // 64 to be recorded, 200 on the way, up to the next callback
  ck_assert_double_eq_tol(arrival.needed_frames, 320.0, 1e-6);
  ck_assert(!arrival.late);

  // With this delay nothing is late, with less everything is
  playout_set_delay(rig->playout, 320.0);
  rig_run(rig, 8.0, RATE);
  const uint64_t late = rig->report.late;
  rig_run(rig, 1.0, RATE);
  ck_assert_uint_eq(rig->report.late, late);
  ck_assert_double_eq_tol(rig->report.delay_frames, 320.0, 1e-6);
  playout_set_delay(rig->playout, 250.0);
  rig_run(rig, 30.0, RATE);
  ck_assert_uint_gt(rig->report.late, late + 1000U);
  rig_free(rig);
}

END_TEST

START_TEST(a_fraction_of_delay_is_rounded_up)
{
  Rig* const rig = locked_rig(70.6);
  check_exact(rig, 0.5);
  ck_assert_double_eq_tol(rig->report.delay_frames, 71.0, 1e-6);
  rig_free(rig);
}

END_TEST

START_TEST(noise_of_the_clock_does_not_break_a_lock)
{
  static const double noises[] = {0.3, 1.0, 3.0};
  for (size_t i = 0U; i < 3U; ++i) {
    Rig* const rig = rig_new(48000U, 48000U, 64U, false);
    rig->noise     = noises[i];
    playout_set_delay(rig->playout, 80.0);
    rig_run(rig, 7.0, RATE);
    const double lead = rig->to - (double)rig->device;
    for (unsigned second = 0U; second < 120U; ++second) {
      rig_run(rig, 1.0, RATE);
      ck_assert_int_eq(rig->report.state, PLAYOUT_LOCKED);
      ck_assert_double_eq_tol(rig->to - (double)rig->device, lead, 1e-6);
    }
    rig_free(rig);
  }
}

END_TEST

START_TEST(drift_ends_a_lock_unheard)
{
  Rig* const rig = locked_rig(200.0);
  rig_set_ratio(rig, 1.0 + 20e-6);
  run_inaudibly(rig, 5.0);
  ck_assert_int_eq(rig->report.state, PLAYOUT_TRACKING);
  run_inaudibly(rig, 10.0);
  ck_assert_int_eq(rig->report.state, PLAYOUT_TRACKING);
  ck_assert_uint_eq(rig->report.jumps, 0U);
  rig_free(rig);
}

END_TEST

START_TEST(a_longer_delay_is_reached_and_locked_unheard)
{
  Rig* const rig = locked_rig(64.0);
  playout_set_delay(rig->playout, 90.0);
  run_inaudibly(rig, 0.6); // A moment's wish is not followed
  ck_assert_int_eq(rig->report.state, PLAYOUT_TRACKING);
  run_inaudibly(rig, 8.0);
  ck_assert_int_eq(rig->report.state, PLAYOUT_LOCKED);
  ck_assert_double_eq_tol(rig->report.delay_frames, 90.0, 1e-6);
  check_exact(rig, 0.5);
  ck_assert_uint_eq(rig->report.concealed, 0U);
  rig_free(rig);
}

END_TEST

START_TEST(much_spare_delay_is_given_back_after_ten_seconds)
{
  Rig* const rig = locked_rig(200.0);
  playout_set_delay(rig->playout, 64.0);
  run_inaudibly(rig, 9.5);
  ck_assert_int_eq(rig->report.state, PLAYOUT_LOCKED);
  run_inaudibly(rig, 9.5);
  ck_assert_int_eq(rig->report.state, PLAYOUT_LOCKED);
  ck_assert_double_eq_tol(rig->report.delay_frames, 64.0, 1e-6);
  ck_assert_uint_eq(rig->report.concealed, 0U);
  rig_free(rig);
}

END_TEST

START_TEST(locks_that_do_not_last_become_rare)
{
  Rig* const   rig     = rig_new(48000U, 48000U, 64U, false);
  unsigned     changes = 0U;
  PlayoutState state   = PLAYOUT_IDLE;
  rig->ratio           = 1.0 + 8e-6;
  rig->claimed_error   = 1e-5; // So it may be the same rate, but is not
  playout_set_delay(rig->playout, 300.0);
  while (rig->device < (int64_t)(600.0 * RATE)) {
    rig_step(rig);
    changes += rig->report.state != state ? 1U : 0U;
    state = rig->report.state;
  }
  ck_assert_uint_ge(changes, 4U);
  ck_assert_uint_le(changes, 24U);
  rig_free(rig);
}

END_TEST

START_TEST(other_rates_are_never_locked)
{
  static const struct {
    uint32_t device, stream;
    double   ppm;
  } cases[] = {
    {48000U, 96000U, 0.0},
    {48000U, 44100U, 0.0},
    {48000U, 48000U, 5.0},
    {48000U, 48000U, -200.0},
  };

  for (size_t i = 0U; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    Rig* const rig = rig_new(cases[i].device, cases[i].stream, 64U, false);
    rig_set_ratio(rig, rig->ratio * (1.0 + 1e-6 * cases[i].ppm));
    playout_set_delay(rig->playout, 500.0);
    rig_run(rig, 20.0, RATE);
    ck_assert_int_eq(rig->report.state, PLAYOUT_TRACKING);
    rig_free(rig);
  }
}

END_TEST

int main(void)
{
  const TTest* const tests[] = {
    a_lockstep_stream_is_bit_exact_at_the_least_possible_delay,
    arrivals_tell_the_least_delay_exactly,
    a_fraction_of_delay_is_rounded_up,
    noise_of_the_clock_does_not_break_a_lock,
    drift_ends_a_lock_unheard,
    a_longer_delay_is_reached_and_locked_unheard,
    much_spare_delay_is_given_back_after_ten_seconds,
    locks_that_do_not_last_become_rare,
    other_rates_are_never_locked,
  };
  return SUITE_RUN("playout lock", tests);
}
