// SPDX-License-Identifier: MIT
// Mixing and metering: unity is exact, changes do not click, figures are right.

#include "playout/playout.h"
#include "unit/playout_suite.h"

#include <math.h>
#include <string.h>

#define FRAMES 1000U

static float in[FRAMES];
static float left[FRAMES];
static float right[FRAMES];

static void fill(const float value)
{
  for (unsigned i = 0U; i < FRAMES; ++i) {
    in[i] = value;
  }
  memset(left, 0, sizeof(left));
  memset(right, 0, sizeof(right));
}

static void noise(void)
{
  for (unsigned i = 0U; i < FRAMES; ++i) {
    in[i] = (float)sin(12.9898 * i * i);
  }
  memset(left, 0, sizeof(left));
  memset(right, 0, sizeof(right));
}

START_TEST(an_untouched_stream_is_bit_exact)
{
  PlayoutGain gain;
  playout_gain_init(&gain, 48000.0);
  noise();
  playout_mix(&gain, in, left, right, FRAMES);
  ck_assert_int_eq(memcmp(in, left, sizeof(in)), 0);
  ck_assert_int_eq(memcmp(in, right, sizeof(in)), 0);

  // Also after it was changed and set back, and in mono
  playout_gain_set(&gain, 0.3F, -0.4F, false);
  playout_mix(&gain, in, left, right, FRAMES);
  playout_gain_set(&gain, 1.0F, 0.0F, false);
  playout_mix(&gain, in, left, right, FRAMES);
  noise();
  playout_mix(&gain, in, left, right, FRAMES);
  ck_assert_int_eq(memcmp(in, left, sizeof(in)), 0);
  ck_assert_int_eq(memcmp(in, right, sizeof(in)), 0);
  noise();
  playout_mix(&gain, in, left, NULL, FRAMES);
  ck_assert_int_eq(memcmp(in, left, sizeof(in)), 0);
}

END_TEST

START_TEST(levels_and_pans_come_out_as_asked)
{
  static const struct {
    float  level, pan;
    bool   muted;
    double left, right;
  } cases[] = {
    {1.0F, 0.0F, false, 1.0, 1.0},
    {0.5F, 0.0F, false, 0.5, 0.5},
    {2.0F, 0.0F, false, 2.0, 2.0},
    {9.0F, 0.0F, false, 2.0, 2.0},
    {INFINITY, 0.0F, false, 2.0, 2.0},
    {-1.0F, 0.0F, false, 0.0, 0.0},
    {NAN, 0.0F, false, 0.0, 0.0},
    {1.0F, NAN, false, 1.0, 1.0},
    {1.0F, 0.0F, true, 0.0, 0.0},
    {1.0F, -1.0F, false, 1.41421356, 0.0},
    {1.0F, 1.0F, false, 0.0, 1.41421356},
    {1.0F, 50.0F, false, 0.0, 1.41421356},
    {1.0F, 0.5F, false, 0.5411961, 1.3065630},
  };

  for (size_t i = 0U; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    PlayoutGain gain;
    playout_gain_init(&gain, 48000.0);
    playout_gain_set(&gain, cases[i].level, cases[i].pan, cases[i].muted);
    fill(1.0F);
    playout_mix(&gain, in, left, right, FRAMES);
    const double l = (double)left[FRAMES - 1U];
    const double r = (double)right[FRAMES - 1U];
    ck_assert_double_eq_tol(l, cases[i].left, 1e-6);
    ck_assert_double_eq_tol(r, cases[i].right, 1e-6);
    // In mono, pan is ignored
    fill(1.0F);
    playout_mix(&gain, in, left, NULL, FRAMES);
    ck_assert_double_eq_tol((double)left[0], sqrt(0.5 * (l * l + r * r)), 1e-6);
  }
}

END_TEST

START_TEST(a_change_is_a_ramp_of_fifteen_milliseconds)
{
  PlayoutGain gain;
  playout_gain_init(&gain, 48000.0);
  playout_gain_set(&gain, 0.0F, 0.0F, false);
  fill(1.0F);
  for (unsigned at = 0U; at < FRAMES; at += 50U) {
    playout_mix(&gain, in, left + at, right + at, 50U);
  }
  for (unsigned i = 0U; i < FRAMES; ++i) {
    const double wanted = fmax(0.0, 1.0 - (i + 1.0) / 720.0);
    ck_assert_double_eq_tol((double)left[i], wanted, 1e-4);
  }
  ck_assert(fabs((double)left[720]) <= 0.0);
}

END_TEST

START_TEST(streams_add_up)
{
  PlayoutGain gain;
  playout_gain_init(&gain, 48000.0);
  fill(0.25F);
  playout_mix(&gain, in, left, right, FRAMES);
  playout_mix(&gain, in, left, right, FRAMES);
  ck_assert_double_eq((double)left[77], 0.5);
}

END_TEST

START_TEST(a_meter_shows_peak_and_mean_square_and_falls)
{
  PlayoutMeter meter;
  playout_meter_init(&meter, 48000.0);
  for (unsigned block = 0U; block < 150U; ++block) {
    for (unsigned i = 0U; i < FRAMES; ++i) {
      in[i] = (float)(0.5 * sin(0.1 * (block * FRAMES + i)));
    }
    playout_meter_update(&meter, in, FRAMES);
  }
  ck_assert_double_eq_tol((double)meter.peak, 0.5, 0.005);
  ck_assert_double_eq_tol((double)meter.mean_square, 0.125, 0.002);
  ck_assert_uint_eq(meter.clips, 0U);
  fill(0.0F);
  const double peak = (double)meter.peak;
  for (unsigned i = 0U; i < 48U; ++i) {
    playout_meter_update(&meter, in, FRAMES);
  }
  ck_assert_double_eq_tol((double)meter.peak, 0.1 * peak, 0.001);
}

END_TEST

START_TEST(three_full_samples_in_a_row_are_one_clip)
{
  PlayoutMeter meter;
  playout_meter_init(&meter, 48000.0);
  fill(0.0F);
  in[10] = in[11] = 1.0F;
  for (unsigned i = 20U; i < 30U; ++i) {
    in[i] = -0.99F;
  }
  in[FRAMES - 1U] = 1.0F; // Goes on in the next block
  playout_meter_update(&meter, in, FRAMES);
  ck_assert_uint_eq(meter.clips, 1U);
  in[0] = in[1] = 1.0F;
  playout_meter_update(&meter, in, FRAMES);
  ck_assert_uint_eq(meter.clips, 3U);
}

END_TEST

START_TEST(undefined_samples_do_not_stick_in_a_meter)
{
  PlayoutMeter meter;
  playout_meter_init(&meter, 48000.0);
  fill(0.1F);
  in[3] = NAN;
  in[4] = INFINITY;
  playout_meter_update(&meter, in, FRAMES);
  ck_assert(isfinite(meter.peak) && isfinite(meter.mean_square));
}

END_TEST

int main(void)
{
  const TTest* const tests[] = {
    an_untouched_stream_is_bit_exact,
    levels_and_pans_come_out_as_asked,
    a_change_is_a_ramp_of_fifteen_milliseconds,
    streams_add_up,
    a_meter_shows_peak_and_mean_square_and_falls,
    three_full_samples_in_a_row_are_one_clip,
    undefined_samples_do_not_stick_in_a_meter,
  };
  return SUITE_RUN("playout mix", tests);
}
