// SPDX-License-Identifier: MIT
// What comes out of a jam is what went in; and the band plays what it should.

#include "sim/jam_fixture.h"
#include "sim/sim_audio.h"
#include "support/band.h"

#include <math.h>
#include <stdlib.h>

#define PAIR(ppm_of_ann)                                                       \
  "\"clients\":[{\"name\":\"ann\",\"in\":\"synth:guitar\",\"ppm\":" ppm_of_ann \
  "},{\"name\":\"bob\",\"in\":\"synth:lead\"}],"                               \
  "\"links\":[{\"a\":\"ann\",\"b\":\"node\",\"delay_ms\":5},"                  \
  "{\"a\":\"bob\",\"b\":\"node\",\"delay_ms\":7}]"

static double snr_after(const char* const text, const double settled_s)
{
  Report report;
  stage_open(text, true);
  sim_jam_run(stage.jam, settled_s);
  sim_jam_listen_anew(stage.jam);
  stage_play(&report);
  const double one = stage_heard(&report, "ann", "bob")->snr_db;
  const double two = stage_heard(&report, "bob", "ann")->snr_db;
  stage_close(&report);
  return fmin(one, two);
}

static const char* const exact[] = {
  "{\"seconds\":20,\"bits\":24," PAIR("0") "}",
  "{\"seconds\":20,\"bits\":16," PAIR("0") "}",
  "{\"seconds\":20,\"bits\":24,\"rate\":96000," PAIR("0") "}",
};

START_TEST(equal_clocks_end_in_sound_that_is_exact_to_the_last_bit)
{
  ck_assert_double_ge(snr_after(exact[_i], 15.0), 149.9);
}

END_TEST

START_TEST(unequal_clocks_cost_the_resampler_only)
{
  const double snr =
    snr_after("{\"seconds\":16,\"bits\":24," PAIR("120") "}", 8.0);
  ck_assert_double_ge(snr, 45.0);
}

END_TEST

#define THIN_KBIT 300
#define QUOTE(number) #number
#define TEXT(number) QUOTE(number)

START_TEST(a_thin_line_gets_what_it_can_carry_and_sounds_nearly_alike)
{
  Report report;
  stage_open("{\"seconds\":12,\"bits\":16,\"frames\":256,\"clients\":["
             "{\"name\":\"ann\",\"in\":\"synth:guitar\",\"kbit\":" TEXT(
               THIN_KBIT) "},{\"name\":\"bob\",\"in\":\"synth:lead\"}]}",
             true);
  sim_jam_run(stage.jam, 8.0);
  sim_jam_listen_anew(stage.jam);
  stage_play(&report);
  const ReportListener* const thin = stage_heard(&report, "bob", "ann");
  ck_assert_double_le(thin->bytes_per_s, THIN_KBIT * 1e3 / 8.0);
  ck_assert_double_ge(thin->bytes_per_s, THIN_KBIT * 0.95e3 / 8.0);
  ck_assert_uint_eq(thin->lost, 0U);
  ck_assert_double_ge(thin->snr_db, 20.0);
  stage_close(&report);
}

END_TEST

static unsigned locked_users(const char* const name)
{
  const JamView view  = stage_view(name);
  unsigned      count = 0U;
  for (unsigned i = 0U; i < view.user_count; ++i) {
    count += view.users[i].locked;
  }
  return count;
}

START_TEST(a_muted_player_is_not_in_the_mix)
{
  Report report;
  stage_open("{\"seconds\":12," PAIR(
               "0") ",\"events\":[{\"t\":5,\"do\":\"mute\",\"client\":\"bob\","
                    "\"user\":\"ann\"}]}",
             true);
  stage_play(&report);
  const JamView view = stage_view("bob");
  bool          mute = false;
  for (unsigned i = 0U; i < view.user_count; ++i) {
    mute |= strcmp(view.users[i].name, "ann") == 0 && view.users[i].muted;
  }
  ck_assert(mute);
  ck_assert_uint_eq(locked_users("ann"), 1U);
  ck_assert(isnan(stage_heard(&report, "bob", "ann")->snr_db));
  stage_close(&report);
}

END_TEST

START_TEST(every_part_of_the_band_follows_its_seed_and_is_loud_and_clean)
{
  static float   first[48000 * 6], again[48000 * 6];
  const BandPart part  = (BandPart)(_i % BAND_PART_COUNT);
  const uint32_t rate  = _i < BAND_PART_COUNT ? 48000U : 44100U;
  const size_t   count = sizeof(first) / sizeof(first[0]);
  BandPart       found = BAND_PART_COUNT;
  ck_assert(band_find(band_name(part), &found) && found == part);
  band_play(part, rate, 3U, first, count);
  band_play(part, rate, 3U, again, count);
  ck_assert(memcmp(first, again, sizeof(first)) == 0);

  double peak = 0.0, power = 0.0, mean = 0.0;
  for (size_t i = 0U; i < count; ++i) {
    ck_assert(isfinite(first[i]));
    peak = fmax(peak, fabs((double)first[i]));
    power += (double)first[i] * (double)first[i] / (double)count;
    mean += (double)first[i] / (double)count;
  }
  ck_assert_double_eq_tol(peak, 0.7079, 1e-4);
  ck_assert_double_gt(sqrt(power), 0.04);
  ck_assert_double_lt(fabs(mean), 0.01);
  band_play(part, rate, 4U, again, count);
  ck_assert(memcmp(first, again, sizeof(first)) != 0);
}

END_TEST

START_TEST(rounding_leaves_the_grid_of_a_depth)
{
  float samples[] = {0.3f, -0.7f, 1.5f, -1.5f, 1e-9f};
  band_round(samples, 5U, 16U);
  for (unsigned i = 0U; i < 5U; ++i) {
    const double steps = (double)samples[i] * 32768.0;
    ck_assert_double_eq(steps, rint(steps));
    ck_assert_double_le(steps, 32767.0);
  }
  ck_assert_double_eq((double)samples[3], -1.0);
}

END_TEST

START_TEST(reading_between_samples_is_exact_to_90_db)
{
  SimSinc* const sinc = (SimSinc*)malloc(sizeof(SimSinc));
  sim_sinc_init(sinc);
  // 210 whole turns, so that the repetition does not show
  const size_t frames = 48000U;
  SimAudio     audio  = {(float*)malloc(frames * sizeof(float)), frames};
  const double turn   = 6.283185307179586 * 10500.0 / 48000.0;
  for (size_t i = 0U; i < frames; ++i) {
    audio.samples[i] = (float)(0.5 * sin(turn * (double)i));
  }
  float out[1000];
  sim_audio_between(&audio, sinc, 99.37, 1.00013, out, 1000U);
  double noise = 0.0;
  for (unsigned i = 0U; i < 1000U; ++i) {
    const double wanted = 0.5 * sin(turn * (99.37 + 1.00013 * (double)i));
    noise += ((double)out[i] - wanted) * ((double)out[i] - wanted);
  }
  ck_assert_double_lt(10.0 * log10(noise / (1000.0 * 0.125)), -90.0);
  sim_audio_between(&audio, sinc, 17.0, 1.0, out, 1000U);
  ck_assert(memcmp(out, audio.samples + 17, sizeof(out)) == 0);
  sim_audio_free(&audio);
  free(sinc);
}

END_TEST

static Suite* suite(void)
{
  Suite* const s     = suite_create("sim sound");
  TCase* const tests = tcase_create("sound");
  tcase_set_timeout(tests, 300.0);
  tcase_add_loop_test(tests,
                      equal_clocks_end_in_sound_that_is_exact_to_the_last_bit,
                      0,
                      (int)(sizeof(exact) / sizeof(exact[0])));
  tcase_add_test(tests, unequal_clocks_cost_the_resampler_only);
  tcase_add_test(tests,
                 a_thin_line_gets_what_it_can_carry_and_sounds_nearly_alike);
  tcase_add_test(tests, a_muted_player_is_not_in_the_mix);
  tcase_add_loop_test(
    tests,
    every_part_of_the_band_follows_its_seed_and_is_loud_and_clean,
    0,
    2 * BAND_PART_COUNT);
  tcase_add_test(tests, rounding_leaves_the_grid_of_a_depth);
  tcase_add_test(tests, reading_between_samples_is_exact_to_90_db);
  suite_add_tcase(s, tests);
  return s;
}

int main(void)
{
  SRunner* const runner = srunner_create(suite());
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
