// SPDX-License-Identifier: MIT
// The harness's analysis, on damage of known size.

#include "jack_analyse.h"
#include "jack_signal.h"

#include <check.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE 48000.0
#define FRAMES 288000U // 6 s
#define DELAY 400U

static float* ref;
static float* rec;
static Take   take;

static void setup(void)
{
  ref = (float*)calloc(FRAMES, sizeof(float));
  rec = (float*)calloc(FRAMES, sizeof(float));
  ck_assert(ref && rec);
  signal_make(ref, FRAMES, RATE, 7U);
  memcpy(rec + DELAY, ref, (FRAMES - DELAY) * sizeof(float));
  memset(&take, 0, sizeof(take));
  take.ref        = ref;
  take.rec        = rec;
  take.ref_frames = take.rec_frames = FRAMES;
  take.skip_frames                  = 24000U;
  take.max_lag                      = 1500L;
  take.rate_hz                      = RATE;
  take.ref_clock.rate_hz = take.rec_clock.rate_hz = RATE;
}

static void teardown(void)
{
  free(ref);
  free(rec);
}

START_TEST(a_clean_copy_is_exact_with_its_delay)
{
  ExactReport report;
  analyse_exact(&take, &report);
  ck_assert(report.found && report.locked);
  ck_assert_int_eq(report.delay_frames, DELAY);
  ck_assert_double_eq(report.exact_share, 1.0);
  ck_assert_uint_eq(report.slips, 0U);
  ck_assert_uint_eq(report.dropouts, 0U);
}

END_TEST

START_TEST(another_signal_is_not_found)
{
  ExactReport report;
  DriftReport drift;
  signal_make(rec, FRAMES, RATE, 8U);
  analyse_exact(&take, &report);
  analyse_drift(&take, &drift);
  ck_assert(!report.found);
  ck_assert(!drift.found);
}

END_TEST

START_TEST(silence_is_counted_as_one_dropout_of_its_length)
{
  ExactReport report;
  memset(rec + 150000, 0, 640U * sizeof(float));
  analyse_exact(&take, &report);
  ck_assert_uint_eq(report.dropouts, 1U);
  ck_assert_uint_ge(report.longest_gap_frames, 640U);
  ck_assert_uint_le(report.longest_gap_frames, 700U);
  ck_assert_int_eq(report.delay_max, DELAY);
}

END_TEST

START_TEST(a_jump_of_the_delay_is_one_slip)
{
  ExactReport report;
  memmove(rec + 150064, rec + 150000, (FRAMES - 150064U) * sizeof(float));
  analyse_exact(&take, &report);
  ck_assert_uint_eq(report.slips, 1U);
  ck_assert_int_eq(report.delay_min, DELAY);
  ck_assert_int_eq(report.delay_max, DELAY + 64);
  ck_assert_double_ge(report.exact_share, 0.99);
}

END_TEST

START_TEST(what_is_masked_is_not_judged)
{
  ExactReport    report;
  uint8_t* const mask = (uint8_t*)calloc(FRAMES / ANALYSE_WINDOW + 1U, 1U);
  memset(rec + 150000, 0, 640U * sizeof(float));
  memset(mask + 150000 / ANALYSE_WINDOW, 1, 12U);
  take.masked = mask;
  analyse_exact(&take, &report);
  ck_assert_uint_eq(report.dropouts, 0U);
  ck_assert_uint_eq(report.longest_gap_frames, 0U);
  ck_assert_double_eq(report.exact_share, 1.0);
  free(mask);
}

END_TEST

START_TEST(a_mask_follows_a_clock_that_lost_time)
{
  // Frames pass at half speed: the server had gaps
  static const ClockPoint points[]   = {{0, 0}, {96000, 4000000}};
  const ClockMap          map        = {points, 2U, RATE};
  uint8_t                 mask[1500] = {0};
  mask_span(&map, 2000000.0, 2100000.0, mask, 1500U);
  ck_assert_uint_eq(mask[48000U / ANALYSE_WINDOW - 2U], 0U);
  ck_assert_uint_eq(mask[48000U / ANALYSE_WINDOW], 1U);
  ck_assert_uint_eq(mask[50300U / ANALYSE_WINDOW], 1U);
  ck_assert_uint_eq(mask[50400U / ANALYSE_WINDOW + 2U], 0U);
}

END_TEST

START_TEST(a_gain_is_heard_but_not_exact)
{
  ExactReport report;
  for (size_t i = 0U; i < FRAMES; ++i) {
    rec[i] *= 0.999F;
  }
  analyse_exact(&take, &report);
  ck_assert(report.found && !report.locked);
  ck_assert_double_le(report.exact_share, 0.01);
  ck_assert_double_eq(report.damaged_share, 0.0);
}

END_TEST

// A recorder whose clock is 200 ppm fast, playing at the right pitch.
static void stretch(const double ppm)
{
  for (size_t i = DELAY; i + 2U < FRAMES; ++i) {
    const double place = (double)(i - DELAY) / (1.0 + ppm * 1e-6);
    const size_t whole = (size_t)place;
    const float  part  = (float)(place - (double)whole);
    rec[i]             = ref[whole] + part * (ref[whole + 1U] - ref[whole]);
  }
}

START_TEST(a_steady_delay_in_true_time_has_no_trend)
{
  DriftReport report;
  stretch(200.0);
  take.rec_clock.rate_hz = RATE * (1.0 + 200e-6);
  analyse_drift(&take, &report);
  ck_assert(report.found);
  ck_assert_double_eq_tol(report.rate_ppm, 200.0, 5.0);
  ck_assert_double_le(fabs(report.trend_us_per_min), 300.0);
  ck_assert_double_eq_tol(report.delay_ms_p50, (double)DELAY / 48.0, 0.05);
  ck_assert_uint_eq(report.jumps, 0U);
  ck_assert_uint_eq(report.dropouts, 0U);
}

END_TEST

START_TEST(a_delay_that_grows_shows_as_trend)
{
  DriftReport report;
  stretch(200.0); // Both clocks are told to be alike: 12 ms a minute
  analyse_drift(&take, &report);
  ck_assert_double_eq_tol(report.trend_us_per_min, 12000.0, 300.0);
}

END_TEST

START_TEST(a_jump_among_fractions_is_seen)
{
  DriftReport report;
  stretch(200.0);
  take.rec_clock.rate_hz = RATE * (1.0 + 200e-6);
  memmove(rec + 150003, rec + 150000, (FRAMES - 150003U) * sizeof(float));
  analyse_drift(&take, &report);
  ck_assert_uint_ge(report.jumps, 1U);
  ck_assert_double_ge(report.jump_us_max, 25.0);
}

END_TEST

static NoteEvent events[400];
static double    times_us[400];

START_TEST(every_note_arrives_once_and_in_order)
{
  NoteReport   report;
  const size_t count = notes_make(events, 200U, 0, 480);
  ck_assert_uint_eq(count, 400U);
  for (size_t i = 0U; i < count; ++i) {
    times_us[i] = (double)events[i].frame / 0.048;
  }
  notes_compare(times_us, count, events, times_us, count, &report);
  ck_assert_uint_eq(report.sent, 200U);
  ck_assert_uint_eq(report.received, 200U);
  ck_assert_uint_eq(report.offs_received, 200U);
  ck_assert_uint_eq(report.lost + report.duplicates + report.out_of_order, 0U);
}

END_TEST

START_TEST(lost_doubled_and_swapped_notes_are_told_apart)
{
  NoteReport      report;
  const size_t    count = notes_make(events, 200U, 0, 480);
  const NoteEvent first = events[20];
  events[20]            = events[22]; // Two ons swapped
  events[22]            = first;
  events[40]            = events[42]; // One lost, one doubled
  memset(times_us, 0, sizeof(times_us));
  notes_compare(times_us, count, events, times_us, count, &report);
  ck_assert_uint_eq(report.lost, 1U);
  ck_assert_uint_eq(report.duplicates, 1U);
  ck_assert_uint_eq(report.out_of_order, 1U);
}

END_TEST

int main(void)
{
  TCase* const sound = tcase_create("sound");
  TCase* const notes = tcase_create("notes");
  Suite* const suite = suite_create("jack");
  tcase_add_checked_fixture(sound, setup, teardown);
  tcase_set_timeout(sound, 60.0);
  tcase_add_test(sound, a_clean_copy_is_exact_with_its_delay);
  tcase_add_test(sound, another_signal_is_not_found);
  tcase_add_test(sound, silence_is_counted_as_one_dropout_of_its_length);
  tcase_add_test(sound, a_jump_of_the_delay_is_one_slip);
  tcase_add_test(sound, what_is_masked_is_not_judged);
  tcase_add_test(sound, a_mask_follows_a_clock_that_lost_time);
  tcase_add_test(sound, a_gain_is_heard_but_not_exact);
  tcase_add_test(sound, a_steady_delay_in_true_time_has_no_trend);
  tcase_add_test(sound, a_delay_that_grows_shows_as_trend);
  tcase_add_test(sound, a_jump_among_fractions_is_seen);
  tcase_add_test(notes, every_note_arrives_once_and_in_order);
  tcase_add_test(notes, lost_doubled_and_swapped_notes_are_told_apart);
  suite_add_tcase(suite, sound);
  suite_add_tcase(suite, notes);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? 0 : 1;
}
