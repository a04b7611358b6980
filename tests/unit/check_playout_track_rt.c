// SPDX-License-Identifier: MIT
// TRACKING: follows the clock and not its noise, changes the delay within the
// stated speeds, and jumps only where it must.

#include "unit/playout_rig.h"
#include "unit/playout_suite.h"

#define RATE 48000.0

START_TEST(any_pair_of_rates_with_any_drift_is_read_where_it_should)
{
  static const struct {
    uint32_t device, stream;
    unsigned frames;
    double   ppm;
  } cases[] = {
    {48000U, 48000U, 64U, 100.0},
    {48000U, 48000U, 64U, -208.0},
    {48000U, 44100U, 64U, 50.0},
    {44100U, 48000U, 128U, 50.0},
    {48000U, 96000U, 256U, -30.0},
    {96000U, 48000U, 1024U, 30.0},
    {44100U, 192000U, 64U, 10.0},
    {48000U, 48000U, 1U, 100.0},
    {48000U, 48000U, 4096U, 100.0},
  };

  for (size_t i = 0U; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    Rig* const rig =
      rig_new(cases[i].device, cases[i].stream, cases[i].frames, true);
    rig_set_ratio(rig, rig->ratio * (1.0 + 1e-6 * cases[i].ppm));
    const double delay = 200.0 + rig->ratio * rig->frames;
    playout_set_delay(rig->playout, delay);
    rig_run(rig, 0.3, cases[i].device);
    const double present = rig->report.delay_frames;
    ck_assert_double_ge(present, delay);
    ck_assert_double_le(present, delay + 130.0);
    const int64_t end = rig->device + (int64_t)cases[i].device * 2;
    while (rig->device < end) {
      rig_step(rig);
      ck_assert_double_lt(rig_error(rig), 1e-3);
      ck_assert_double_eq_tol(rig->report.delay_frames, present, 0.01);
    }
    ck_assert_uint_eq(rig->report.concealed, 0U);
    rig_free(rig);
  }
}

END_TEST

START_TEST(noise_of_the_clock_is_not_heard_as_pitch)
{
  Rig* const rig = rig_new(48000U, 48000U, 64U, false);
  rig->noise     = 1.0; // 21 us
  rig_set_ratio(rig, 1.0 + 50e-6);
  playout_set_delay(rig->playout, 300.0);
  rig_run(rig, 20.0, RATE);
  const double lag = rig_clock(rig, rig->device) - rig->to;
  for (unsigned i = 0U; i < 30000U; ++i) {
    rig_step(rig);
    const double step = (rig->to - rig->from) / rig->frames;
    ck_assert_double_eq_tol(step, rig->ratio, 31e-6);
    ck_assert_double_eq_tol(rig_clock(rig, rig->device) - rig->to, lag, 0.7);
  }
  rig_free(rig);
}

END_TEST

START_TEST(the_delay_changes_within_the_stated_speeds)
{
  static const double delays[] = {1500.0, 300.0, 400.0, 250.0, 2000.0};
  Rig* const          rig      = rig_new(48000U, 48000U, 64U, true);
  rig_set_ratio(rig, 1.0 + 50e-6);
  playout_set_delay(rig->playout, 200.0);
  rig_run(rig, 0.3, RATE);
  const double look = rig->report.delay_frames - 200.0;
  for (size_t i = 0U; i < sizeof(delays) / sizeof(delays[0]); ++i) {
    playout_set_delay(rig->playout, delays[i]);
    const int64_t end = rig->device + (int64_t)(3.0 * RATE);
    while (rig->device < end) {
      rig_step(rig);
      const double step = (rig->to - rig->from) / rig->frames / rig->ratio;
      ck_assert_double_gt(step, 1.0 - 0.0801);
      ck_assert_double_lt(step, 1.0 + 0.0301);
      ck_assert_double_lt(rig_error(rig), 1e-3);
    }
    ck_assert_double_eq_tol(rig->report.delay_frames, delays[i] + look, 0.01);
  }
  ck_assert_uint_eq(rig->report.jumps, 0U);
  ck_assert_uint_eq(rig->report.concealed, 0U);
  rig_free(rig);
}

END_TEST

/// Returns the largest jump between neighbouring samples.
static double roughness(Rig* const rig, const unsigned blocks)
{
  double worst = 0.0;
  double last  = (double)rig->out[rig->frames - 1U];
  for (unsigned i = 0U; i < blocks; ++i) {
    rig_step(rig);
    for (unsigned k = 0U; k < rig->frames; ++k) {
      worst = fmax(worst, fabs((double)rig->out[k] - last));
      last  = (double)rig->out[k];
    }
  }
  return worst;
}

START_TEST(a_large_change_of_delay_is_one_smooth_jump)
{
  static const double delays[] = {5000.0, 400.0};
  Rig* const          rig      = rig_new(48000U, 48000U, 128U, true);
  rig_set_ratio(rig, 1.0 + 50e-6);
  playout_set_delay(rig->playout, 300.0);
  rig_run(rig, 0.3, RATE);
  const double smooth = roughness(rig, 100U);
  for (unsigned i = 0U; i < 2U; ++i) {
    playout_set_delay(rig->playout, delays[i]);
    ck_assert_double_lt(roughness(rig, 100U), 1.5 * smooth);
    ck_assert_uint_eq(rig->report.jumps, i + 1U);
    ck_assert_double_eq_tol(rig->report.delay_frames, delays[i], 30.0);
    ck_assert_double_lt(rig_error(rig), 1e-3);
  }
  rig_free(rig);
}

END_TEST

START_TEST(frames_lost_by_the_device_do_not_change_the_delay)
{
  static const int64_t slips[] = {64, 1000, -64, 20000};
  Rig* const           rig     = rig_new(48000U, 48000U, 64U, true);
  rig_set_ratio(rig, 1.0 + 50e-6);
  playout_set_delay(rig->playout, 300.0);
  rig_run(rig, 0.3, RATE);
  const double delay = rig->report.delay_frames;
  for (size_t i = 0U; i < sizeof(slips) / sizeof(slips[0]); ++i) {
    rig->device += slips[i];
    rig_run(rig, 0.3, RATE);
    ck_assert_double_eq_tol(rig->report.delay_frames, delay, 0.01);
    ck_assert_double_lt(rig_error(rig), 1e-3);
    ck_assert_uint_eq(rig->report.jumps, i + 1U);
  }
  rig_free(rig);
}

END_TEST

START_TEST(a_small_step_of_the_clock_is_made_up_for_by_gliding)
{
  Rig* const rig = rig_new(48000U, 48000U, 64U, true);
  rig_set_ratio(rig, 1.0 + 50e-6);
  playout_set_delay(rig->playout, 600.0);
  rig_run(rig, 1.0, RATE);
  const double delay = rig->report.delay_frames;
  rig->base_stream += 120.0; // 2.5 ms
  rig->published = 0U;       // Seen at once
  for (unsigned i = 0U; i < 3000U; ++i) {
    rig_step(rig);
    const double step = (rig->to - rig->from) / rig->frames;
    ck_assert(i == 0U || (step > 0.919 && step < 1.0302));
  }
  ck_assert_double_eq_tol(rig->report.delay_frames, delay, 0.01);
  ck_assert_uint_eq(rig->report.jumps, 0U);
  rig_free(rig);
}

END_TEST

START_TEST(a_device_that_lost_time_is_made_up_for_at_once)
{
  static const double lost[] = {480.0, -1440.0};
  Rig* const          rig    = rig_new(48000U, 48000U, 64U, true);
  rig_set_ratio(rig, 1.0 + 50e-6);
  playout_set_delay(rig->playout, 2000.0);
  rig_run(rig, 1.0, RATE);
  const double delay = rig->report.delay_frames;
  for (size_t i = 0U; i < sizeof(lost) / sizeof(lost[0]); ++i) {
    rig->base_stream += lost[i];
    rig->published = 0U;
    rig_run(rig, 0.05, RATE);
    ck_assert_double_eq_tol(rig->report.delay_frames, delay, 0.01);
    ck_assert_uint_eq(rig->report.jumps, i + 1U);
  }
  rig_free(rig);
}

END_TEST

int main(void)
{
  const TTest* const tests[] = {
    any_pair_of_rates_with_any_drift_is_read_where_it_should,
    noise_of_the_clock_is_not_heard_as_pitch,
    the_delay_changes_within_the_stated_speeds,
    a_large_change_of_delay_is_one_smooth_jump,
    frames_lost_by_the_device_do_not_change_the_delay,
    a_small_step_of_the_clock_is_made_up_for_by_gliding,
    a_device_that_lost_time_is_made_up_for_at_once,
  };
  return SUITE_RUN("playout track", tests);
}
