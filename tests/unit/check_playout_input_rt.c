// SPDX-License-Identifier: MIT
// Whatever a peer sends and a clock says, playout neither crashes nor hangs,
// and its output stays finite.

#include "unit/playout_rig.h"
#include "unit/playout_suite.h"

#define RATE 48000.0

START_TEST(duplicates_and_any_order_change_nothing)
{
  Rig* const rig = rig_new(48000U, 48000U, 64U, true);
  playout_set_delay(rig->playout, 600.0);
  rig_set_ratio(rig, 1.0 + 50e-6);
  rig_run(rig, 0.3, RATE);
  for (unsigned i = 0U; i < 3000U; ++i) {
    // The four newest packets again, and the next two ahead of their time
    for (int64_t k = -4; k < 2; ++k) {
      rig_push(rig, rig->sent + 64 * ((k * 5 + (int64_t)i) % 6 - 4));
    }
    rig_step(rig);
    ck_assert_double_lt(rig_error(rig), 1e-3);
  }
  ck_assert_uint_eq(rig->report.concealed, 0U);
  ck_assert_uint_eq(rig->report.late, 0U);
  rig_free(rig);
}

END_TEST

START_TEST(a_stream_that_starts_over_is_followed)
{
  static const int64_t jumps[] = {100000, -100000, INT64_C(1) << 40U, 20000};
  Rig* const           rig     = rig_new(48000U, 48000U, 64U, true);
  playout_set_delay(rig->playout, 300.0);
  for (size_t i = 0U; i < sizeof(jumps) / sizeof(jumps[0]); ++i) {
    rig_run(rig, 0.5, RATE);
    ck_assert_int_eq(rig->report.state, PLAYOUT_TRACKING);
    ck_assert_double_lt(rig_error(rig), 2e-3);
    rig->base_stream += (double)jumps[i];
    rig->sent += jumps[i];
    rig->published = 0U;
  }
  rig_free(rig);
}

END_TEST

static int64_t any_position(JamRand* const rand, const int64_t around)
{
  static const int64_t reach[] = {100,
                                  5000,
                                  40000,
                                  10000000,
                                  INT64_C(1) << 48U};
  const int64_t        most    = reach[jam_rand_below(rand, 5U)];
  const int64_t        bits =
    (int64_t)jam_rand_u32(rand) * 65536 + (int64_t)jam_rand_below(rand, 65536U);
  return around + bits % most - most / 2;
}

static void push_anything(Rig* const rig)
{
  static float   samples[PLAYOUT_MAX_FRAMES];
  const unsigned frames = 1U + jam_rand_below(&rig->rand, 300U);
  for (unsigned i = 0U; i < frames; ++i) {
    samples[i] = (float)jam_rand_unit(&rig->rand) - 0.5F;
  }
  (void)playout_push(rig->playout,
                     any_position(&rig->rand, rig->device),
                     samples,
                     frames);
}

static void publish_anything(Rig* const rig)
{
  static const double odd[] =
    {(double)NAN, (double)INFINITY, -1.0, 0.0, 1e300, 1.0, 1.01, 1.0};
  const PlayoutClock clock = {
    jam_rand_below(&rig->rand, 8U) > 0U,
    any_position(&rig->rand, rig->device),
    (double)any_position(&rig->rand, rig->device),
    odd[jam_rand_below(&rig->rand, 8U)],
    odd[jam_rand_below(&rig->rand, 8U)],
    odd[jam_rand_below(&rig->rand, 8U)],
  };
  playout_set_clock(rig->playout, &clock);
  playout_set_delay(rig->playout, 1e4 * odd[jam_rand_below(&rig->rand, 8U)]);
}

START_TEST(random_packets_clocks_and_delays_do_no_harm)
{
  for (unsigned dsp = 0U; dsp < 2U; ++dsp) {
    Rig* const rig = rig_new(48000U, 48000U, 64U, dsp != 0U);
    rig_model(rig);
    for (unsigned i = 0U; i < 20000U; ++i) {
      if (jam_rand_below(&rig->rand, 50U) == 0U) {
        publish_anything(rig);
      }
      if (jam_rand_below(&rig->rand, 2U) == 0U) {
        push_anything(rig);
      }
      if (jam_rand_below(&rig->rand, 200U) == 0U) {
        rig->device = any_position(&rig->rand, rig->device) % 1000000000;
      }
      const unsigned frames = 1U + jam_rand_below(&rig->rand, 256U);
      playout_render(rig->playout, rig->device, rig->out, frames);
      rig->device += frames;
      for (unsigned k = 0U; k < frames; ++k) {
        ck_assert(fabsf(rig->out[k]) < 4.0F);
      }
    }
    rig_free(rig);
  }
}

END_TEST

START_TEST(samples_that_are_no_numbers_do_not_outlive_their_packet)
{
  Rig* const rig = rig_new(48000U, 48000U, 64U, true);
  float      bad[64];
  for (unsigned i = 0U; i < 64U; ++i) {
    bad[i] = i % 2U ? NAN : INFINITY;
  }
  playout_set_delay(rig->playout, 300.0);
  rig_set_ratio(rig, 1.0 + 50e-6);
  rig_run(rig, 0.5, RATE);
  (void)playout_push(rig->playout, rig->sent, bad, 64U);
  rig_run(rig, 0.5, RATE);
  ck_assert_double_lt(rig_error(rig), 1e-3);
  rig_free(rig);
}

END_TEST

START_TEST(a_callback_larger_than_agreed_is_cut)
{
  static float out[PLAYOUT_MAX_FRAMES + 64U];
  Rig* const   rig        = rig_new(48000U, 48000U, 64U, true);
  out[PLAYOUT_MAX_FRAMES] = 7.0F;
  playout_set_delay(rig->playout, 300.0);
  rig_run(rig, 0.2, RATE);
  playout_render(rig->playout, rig->device, out, PLAYOUT_MAX_FRAMES + 64U);
  ck_assert(out[PLAYOUT_MAX_FRAMES] > 6.0F);
  rig_free(rig);
}

END_TEST

int main(void)
{
  const TTest* const tests[] = {
    duplicates_and_any_order_change_nothing,
    a_stream_that_starts_over_is_followed,
    random_packets_clocks_and_delays_do_no_harm,
    samples_that_are_no_numbers_do_not_outlive_their_packet,
    a_callback_larger_than_agreed_is_cut,
  };
  return SUITE_RUN("playout input", tests);
}
