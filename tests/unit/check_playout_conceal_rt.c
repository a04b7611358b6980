// SPDX-License-Identifier: MIT
// Concealment: what is missing is guessed, counted exactly, and truth returns
// without a seam.

#include "unit/playout_rig.h"
#include "unit/playout_suite.h"

#define RATE 48000.0

static Rig* started_rig(const bool dsp, const bool model)
{
  Rig* const rig = rig_new(48000U, 48000U, 64U, dsp);
  if (model) {
    rig_model(rig);
  }
  playout_set_delay(rig->playout, 200.0);
  rig_run(rig, 1.0, RATE);
  ck_assert_uint_eq(rig->report.concealed, 0U);
  return rig;
}

/// Loses `packets` packets that are still to be sent.
static void lose(Rig* const rig, const unsigned packets)
{
  rig->lost_from = rig->sent + 64;
  rig->lost_to   = rig->lost_from + 64 * (int64_t)packets;
}

static double worst_error(Rig* const rig, const double seconds)
{
  const int64_t end   = rig->device + (int64_t)(seconds * RATE);
  double        worst = 0.0;
  while (rig->device < end) {
    rig_step(rig);
    worst = fmax(worst, rig_error(rig));
  }
  return worst;
}

START_TEST(a_lost_packet_of_a_steady_tone_is_not_heard_but_counted)
{
  Rig* const rig = started_rig(true, true);
  lose(rig, 1U);
  ck_assert_double_lt(worst_error(rig, 0.5), 2e-3);
  ck_assert_uint_eq(rig->report.concealed, 64U);
  ck_assert_uint_eq(rig->report.longest_gap, 64U);
  ck_assert_uint_eq(rig->report.late, 0U);
  lose(rig, 10U);
  ck_assert_double_lt(worst_error(rig, 0.5), 5e-3);
  ck_assert_uint_eq(rig->report.concealed, 11U * 64U);
  ck_assert_uint_eq(rig->report.longest_gap, 640U);
  rig_free(rig);
}

END_TEST

START_TEST(a_locked_stream_conceals_and_is_exact_again_after_the_crossfade)
{
  Rig* const rig = started_rig(true, true);
  rig_run(rig, 6.0, RATE);
  ck_assert_int_eq(rig->report.state, PLAYOUT_LOCKED);
  lose(rig, 2U);
  ck_assert_double_lt(worst_error(rig, 0.1), 2e-3);
  ck_assert_uint_eq(rig->report.concealed, 128U);
  for (unsigned i = 0U; i < 64U; ++i) {
    const float truth = (float)rig_signal(rig, floor(rig->from + 0.5) + i);
    ck_assert(rig->out[i] >= truth && rig->out[i] <= truth);
  }
  rig_free(rig);
}

END_TEST

START_TEST(late_truth_is_taken_for_what_is_not_yet_played)
{
  Rig* const rig = started_rig(true, true);
  // Four packets arrive together when two and a half have been missed
  rig->held_from  = rig->sent + 64;
  rig->held_to    = rig->held_from + 256;
  rig->held_until = (double)rig->held_from + 200.0 + 23.0 + 160.0;
  ck_assert_double_lt(worst_error(rig, 0.5), 3e-3);
  ck_assert(rig->delivered_held);
  ck_assert_uint_ge(rig->report.concealed, 128U);
  ck_assert_uint_le(rig->report.concealed, 224U);
  ck_assert_uint_eq(rig->report.late, (rig->report.concealed + 63U) / 64U);
  rig_free(rig);
}

END_TEST

START_TEST(a_gap_of_over_sixty_milliseconds_is_silent_and_ends_with_a_fade)
{
  Rig* const rig = started_rig(true, true);
  lose(rig, 120U); // 160 ms
  const double start = (double)rig->lost_from;
  const double end   = (double)rig->lost_to;
  bool         quiet = false;
  double       last  = 0.0;
  double       rough = 0.0;
  while (rig->from < end + 1000.0) {
    rig_step(rig);
    for (unsigned i = 0U; i < 64U; ++i) {
      rough = fmax(rough, fabs((double)rig->out[i] - last));
      last  = (double)rig->out[i];
    }
    if (rig->from > start + 3000.0 && rig->to < end - 64.0) {
      quiet = true;
      for (unsigned i = 0U; i < 64U; ++i) {
        ck_assert_double_lt(fabs((double)rig->out[i]), 1e-6);
      }
    }
    if (rig->from > end + 200.0 || rig->to < start + 2400.0) {
      ck_assert_double_lt(rig_error(rig), 0.02);
    }
  }
  ck_assert(quiet);
  // A sine of this period and level moves by 0.0313 a sample
  ck_assert_double_lt(rough, 0.034);
  ck_assert_uint_eq(rig->report.longest_gap, 120U * 64U);
  rig_free(rig);
}

END_TEST

START_TEST(without_a_model_a_gap_does_not_click)
{
  Rig* const rig   = started_rig(true, false);
  double     last  = (double)rig->out[63];
  double     rough = 0.0;
  lose(rig, 5U);
  for (unsigned i = 0U; i < 200U; ++i) {
    rig_step(rig);
    for (unsigned k = 0U; k < 64U; ++k) {
      rough = fmax(rough, fabs((double)rig->out[k] - last));
      last  = (double)rig->out[k];
    }
  }
  ck_assert_double_lt(rough, 0.05);
  rig_free(rig);
}

END_TEST

START_TEST(a_stream_that_ends_falls_silent_and_may_come_back)
{
  Rig* const rig = started_rig(true, true);
  lose(rig, 750U); // One second
  rig_run(rig, 0.5, RATE);
  ck_assert_int_eq(rig->report.state, PLAYOUT_IDLE);
  const uint64_t concealed = rig->report.concealed;
  for (unsigned i = 0U; i < 64U; ++i) {
    ck_assert(fabs((double)rig->out[i]) <= 0.0);
  }
  rig_run(rig, 0.2, RATE);
  ck_assert_uint_eq(rig->report.concealed, concealed);
  rig_run(rig, 0.5, RATE);
  ck_assert_int_eq(rig->report.state, PLAYOUT_TRACKING);
  ck_assert_double_lt(worst_error(rig, 0.5), 1e-3);
  // An outage that is over was a gap, all of it
  ck_assert_uint_eq(rig->report.longest_gap, 48000U);
  ck_assert_uint_eq(rig->report.concealed, 48000U);
  rig_free(rig);
}

END_TEST

START_TEST(a_stream_begins_with_a_fade)
{
  Rig* const rig  = rig_new(48000U, 48000U, 64U, true);
  double     last = 0.0;
  playout_set_delay(rig->playout, 200.0);
  rig->sent = 25; // Where the sine is at its peak
  for (unsigned i = 0U; i < 100U; ++i) {
    rig_step(rig);
    for (unsigned k = 0U; k < 64U; ++k) {
      ck_assert_double_lt(fabs((double)rig->out[k] - last), 0.034);
      last = (double)rig->out[k];
    }
  }
  ck_assert_uint_eq(rig->report.concealed, 0U);
  rig_free(rig);
}

END_TEST

START_TEST(counters_are_the_same_without_samples)
{
  Rig*    rigs[2];
  JamRand rand;
  jam_rand_init(&rand, 4U, 4U);
  for (unsigned i = 0U; i < 2U; ++i) {
    rigs[i] = started_rig(i == 0U, true);
    rig_set_ratio(rigs[i], 1.0 + 100e-6);
  }
  for (unsigned round = 0U; round < 100U; ++round) {
    const unsigned packets = 1U + jam_rand_below(&rand, 30U);
    const double   delay   = 100.0 + jam_rand_below(&rand, 300U);
    for (unsigned i = 0U; i < 2U; ++i) {
      lose(rigs[i], packets);
      playout_set_delay(rigs[i]->playout, delay);
      rig_run(rigs[i], 0.1, RATE);
    }
    const PlayoutReport* const a = &rigs[0]->report;
    const PlayoutReport* const b = &rigs[1]->report;
    ck_assert_uint_eq(a->played, b->played);
    ck_assert_uint_eq(a->concealed, b->concealed);
    ck_assert_uint_eq(a->longest_gap, b->longest_gap);
    ck_assert_uint_eq(a->late, b->late);
    ck_assert_uint_eq(a->jumps, b->jumps);
    ck_assert_int_eq(a->state, b->state);
    ck_assert_double_eq(a->delay_frames, b->delay_frames);
  }
  ck_assert_uint_gt(rigs[0]->report.concealed, 10000U);
  rig_free(rigs[0]);
  rig_free(rigs[1]);
}

END_TEST

START_TEST(nothing_plays_before_clock_delay_and_packet_are_there)
{
  for (unsigned missing = 0U; missing < 3U; ++missing) {
    Rig* const rig = rig_new(48000U, 48000U, 64U, true);
    if (missing == 0U) {
      rig->published = 1U; // The first clock comes in the eighth callback
    } else if (missing == 1U) {
      rig->sent = 100000;
    }
    if (missing != 2U) {
      playout_set_delay(rig->playout, 200.0);
    }
    for (unsigned i = 0U; i < 7U; ++i) {
      rig_step(rig);
      ck_assert_int_eq(rig->report.state, PLAYOUT_IDLE);
      ck_assert_uint_eq(rig->report.played, 0U);
      ck_assert(fabs((double)rig->out[63]) <= 0.0);
    }
    rig_free(rig);
  }
}

END_TEST

int main(void)
{
  const TTest* const tests[] = {
    a_lost_packet_of_a_steady_tone_is_not_heard_but_counted,
    a_locked_stream_conceals_and_is_exact_again_after_the_crossfade,
    late_truth_is_taken_for_what_is_not_yet_played,
    a_gap_of_over_sixty_milliseconds_is_silent_and_ends_with_a_fade,
    without_a_model_a_gap_does_not_click,
    a_stream_that_ends_falls_silent_and_may_come_back,
    a_stream_begins_with_a_fade,
    counters_are_the_same_without_samples,
    nothing_plays_before_clock_delay_and_packet_are_there,
  };
  return SUITE_RUN("playout conceal", tests);
}
