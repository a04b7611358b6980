// SPDX-License-Identifier: MIT
// Rounding for thin lines: exact multiples, in range, under the music.

#include "jellie/shape.h"
#include "lab/nmr.h"
#include "lab/signals.h"

#include "base/rand.h"

#include <check.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE 48000U
#define FRAMES 128U
#define SECONDS 2U
#define LENGTH (RATE * SECONDS)
#define PI 3.14159265358979323846

static JellieShaper shaper;

static void start(const uint32_t rate_hz, const unsigned bits)
{
  const JellieFormat format =
    {rate_hz, (uint16_t)jellie_unit(rate_hz), (uint8_t)bits, 1U, 0U, 0U};
  jellie_shaper_init(&shaper, &format);
}

static void shape(const int32_t* const in,
                  const unsigned       frames,
                  const unsigned       shift,
                  int32_t* const       out)
{
  jellie_shaper_hear(&shaper, in, frames);
  jellie_shaper_round(&shaper, in, frames, shift, out);
}

static void assert_rounded(const int32_t* const samples,
                           const unsigned       frames,
                           const unsigned       shift,
                           const unsigned       bits)
{
  const int32_t top   = (int32_t)(UINT32_C(1) << (bits - 1U)) - 1;
  unsigned      wrong = 0U;
  for (unsigned i = 0U; i < frames; ++i) {
    wrong += samples[i] % (1 << shift) != 0;
    wrong += samples[i] > top || samples[i] < -top - 1;
  }
  ck_assert_uint_eq(wrong, 0U);
}

// A sung note: harmonics of 220 Hz with a formant, a little breath, vibrato.
static void sing(int32_t* const out, const size_t frames)
{
  JamRand rand;
  double  phase = 0.0;
  jam_rand_init(&rand, 5U, 0U);
  for (size_t i = 0U; i < frames; ++i) {
    const double t = (double)i / RATE;
    phase += 2.0 * PI * 220.0 * (1.0 + 0.01 * sin(2.0 * PI * 5.0 * t)) / RATE;
    double sum = 0.0;
    for (unsigned h = 1U; h <= 20U; ++h) {
      const double from = (h * 220.0 - 900.0) / 700.0;
      sum += (0.05 + exp(-from * from)) * sin(h * phase) / sqrt(h);
    }
    sum += 0.01 * jam_rand_normal(&rand);
    out[i] = (int32_t)lrint(4000.0 * sum);
  }
}

START_TEST(without_a_shift_samples_are_untouched)
{
  int32_t in[FRAMES];
  int32_t out[FRAMES];
  start(RATE, 24U);
  for (unsigned signal = 0U; signal < SIGNAL_COUNT; ++signal) {
    signal_fill((Signal)signal, 24U, 1U, in, FRAMES);
    shape(in, FRAMES, 5U, out);
    shape(in, FRAMES, 0U, out);
    ck_assert_mem_eq(in, out, sizeof(in));
  }
}

END_TEST

START_TEST(any_signal_becomes_multiples_within_its_range)
{
  static const uint32_t rates[] = {44100U, 48000U, 96000U, 192000U};
  static int32_t        in[16U * FRAMES];
  static int32_t        out[16U * FRAMES];
  const unsigned        bits = _i % 2 ? 24U : 16U;
  for (unsigned signal = 0U; signal < SIGNAL_COUNT; ++signal) {
    start(rates[_i / 2], bits);
    for (unsigned shift = 1U; shift <= JELLIE_MAX_SHIFT; ++shift) {
      signal_fill((Signal)signal, bits, shift, in, 16U * FRAMES);
      for (unsigned at = 0U; at < 16U * FRAMES; at += FRAMES) {
        shape(in + at, FRAMES, shift, out + at);
      }
      assert_rounded(out, 16U * FRAMES, shift, bits);
    }
  }
}

END_TEST

START_TEST(silence_stays_silence_at_once)
{
  static int32_t in[FRAMES];
  int32_t        out[FRAMES];
  start(RATE, 16U);
  for (unsigned block = 0U; block < 20U; ++block) {
    signal_fill(SIGNAL_CHORD, 16U, block, in, FRAMES);
    shape(in, FRAMES, 8U, out);
  }
  memset(in, 0, sizeof(in));
  for (unsigned block = 0U; block < 20U; ++block) {
    shape(in, FRAMES, 8U, out);
    ck_assert_mem_eq(in, out, sizeof(in));
  }
}

END_TEST

START_TEST(full_scale_is_cut_off_and_does_not_turn_over)
{
  static int32_t in[FRAMES];
  int32_t        out[FRAMES];
  start(RATE, 16U);
  for (unsigned block = 0U; block < 200U; ++block) {
    const Signal signal = block % 3U ? SIGNAL_SQUARE : SIGNAL_RAILS;
    signal_fill(signal, 16U, block, in, FRAMES);
    shape(in, FRAMES, 8U, out);
    for (unsigned i = 0U; i < FRAMES; ++i) {
      ck_assert_int_lt(abs(out[i] - in[i]), 1 << 14);
    }
  }
}

END_TEST

// Plays bursts, silence and shifts at random, and returns the largest error in
// steps of the largest shift of late.
static double worst_error(const unsigned bits, const unsigned blocks)
{
  JamRand  rand;
  int32_t  in[FRAMES];
  int32_t  out[FRAMES];
  double   worst = 0.0;
  unsigned late  = 0U;
  jam_rand_init(&rand, 7U, bits);
  start(RATE, bits);
  for (unsigned block = 0U; block < blocks; ++block) {
    const unsigned shift  = jam_rand_u32(&rand) % (JELLIE_MAX_SHIFT + 1U);
    const unsigned softer = jam_rand_u32(&rand) % bits;
    signal_fill((Signal)(jam_rand_u32(&rand) % SIGNAL_COUNT),
                bits,
                block,
                in,
                FRAMES);
    for (unsigned i = 0U; i < FRAMES; ++i) {
      in[i] /= 1 << softer;
    }
    shape(in, FRAMES, shift, out);
    late = shift > late || block % 8U == 0U ? shift : late;
    for (unsigned i = 0U; i < FRAMES; ++i) {
      worst = fmax(worst, abs(out[i] - in[i]) / (double)(1 << late));
    }
    for (unsigned i = 0U; i < JELLIE_SHAPE_POLES; ++i) {
      ck_assert(isfinite(shaper.state.errors[i]));
    }
  }
  return worst;
}

START_TEST(the_error_stays_bounded_whatever_comes)
{
  ck_assert_double_lt(worst_error(16U, 8000U), 3000.0);
  ck_assert_double_lt(worst_error(24U, 8000U), 3000.0);
}

END_TEST

static NmrResult measure(const int32_t* const in, const int32_t* const out)
{
  static double reference[LENGTH];
  static double test[LENGTH];
  NmrResult     result = {0.0, 0.0, 0U};
  for (size_t i = 0U; i < LENGTH; ++i) {
    reference[i] = in[i] / 32768.0;
    test[i]      = out[i] / 32768.0;
  }
  ck_assert(nmr_measure(reference, test, LENGTH, RATE, &result));
  return result;
}

START_TEST(the_error_is_where_the_music_covers_it)
{
  static int32_t in[LENGTH];
  static int32_t flat[LENGTH];
  static int32_t out[LENGTH];
  const unsigned shift = 6U;
  double         power = 0.0;
  sing(in, LENGTH);
  start(RATE, 16U);
  for (size_t at = 0U; at < LENGTH; at += FRAMES) {
    shape(in + at, FRAMES, shift, out + at);
  }
  for (size_t i = 0U; i < LENGTH; ++i) {
    flat[i] = (int32_t)lrint(in[i] / (double)(1 << shift)) * (1 << shift);
    power += (double)(out[i] - in[i]) * (out[i] - in[i]) / LENGTH;
  }
  const NmrResult plain  = measure(in, flat);
  const NmrResult shaped = measure(in, out);
  ck_assert_double_lt(shaped.mean_db, plain.mean_db - 9.0);
  ck_assert_double_lt(shaped.p95_db, plain.p95_db - 9.0);
  // Louder in all, but not by much
  ck_assert_double_lt(sqrt(power * 12.0), 20.0 * (1 << shift));
}

END_TEST

// Power of the error of the second half at a frequency.
static double
line_at(const int32_t* const in, const int32_t* const out, const double hz)
{
  double real = 0.0;
  double imag = 0.0;
  for (size_t i = LENGTH / 2U; i < LENGTH; ++i) {
    const double at = 2.0 * PI * hz * (double)i / RATE;
    real += (out[i] - in[i]) * cos(at);
    imag += (out[i] - in[i]) * sin(at);
  }
  return real * real + imag * imag;
}

START_TEST(a_clean_tone_makes_no_others)
{
  static int32_t in[LENGTH];
  static int32_t out[LENGTH];
  start(RATE, 16U);
  for (size_t i = 0U; i < LENGTH; ++i) {
    in[i] = (int32_t)lrint(1000.0 * sin(2.0 * PI * 220.0 * (double)i / RATE));
  }
  for (size_t at = 0U; at < LENGTH; at += FRAMES) {
    shape(in + at, FRAMES, 4U, out + at);
  }
  double harmonics = 0.0;
  double between   = 0.0;
  for (unsigned k = 1U; k <= 100U; ++k) {
    harmonics += line_at(in, out, 220.0 * k);
    between += line_at(in, out, 220.0 * k + 70.0);
    between += line_at(in, out, 220.0 * k + 150.0);
  }
  ck_assert_double_lt(harmonics, 4.0 * between / 2.0);
}

END_TEST

START_TEST(what_is_decoded_is_what_was_rounded)
{
  static JellieEncoder encoder;
  static JellieBlock   block;
  JellieFormat         format = {RATE, FRAMES, 16U, 1U, 3U, 0U};
  int32_t              in[FRAMES];
  int32_t              out[FRAMES];
  char                 text[JELLIE_MAX_TEXT];
  start(RATE, 16U);
  jellie_encoder_init(&encoder);
  for (unsigned number = 0U; number < 400U; ++number) {
    format.shift = (uint8_t)(number % (JELLIE_MAX_SHIFT + 1U));
    format.lanes = number % 4U < 2U ? 1U : 4U;
    signal_fill((Signal)(number / 9U % SIGNAL_COUNT), 16U, number, in, FRAMES);
    shape(in, FRAMES, format.shift, out);
    const size_t size =
      jellie_encode(&encoder, &format, number, out, text, sizeof(text));
    ck_assert_uint_gt(size, 0U);
    ck_assert_int_eq(jellie_decode(text, size, &block), JAM_OK);
    ck_assert_mem_eq(block.samples, out, sizeof(out));
    ck_assert_uint_eq(block.format.shift, format.shift);
  }
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("jellie shape");
  TCase* const tests = tcase_create("shape");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, without_a_shift_samples_are_untouched);
  tcase_add_loop_test(tests,
                      any_signal_becomes_multiples_within_its_range,
                      0,
                      8);
  tcase_add_test(tests, silence_stays_silence_at_once);
  tcase_add_test(tests, full_scale_is_cut_off_and_does_not_turn_over);
  tcase_add_test(tests, the_error_stays_bounded_whatever_comes);
  tcase_add_test(tests, the_error_is_where_the_music_covers_it);
  tcase_add_test(tests, a_clean_tone_makes_no_others);
  tcase_add_test(tests, what_is_decoded_is_what_was_rounded);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
