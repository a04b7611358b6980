// SPDX-License-Identifier: MIT
// A stream within a rate, over any half second.

#include "jellie/thrift.h"
#include "lab/signals.h"

#include <check.h>

#include <stdlib.h>
#include <string.h>

#define RATE 48000U
#define FRAMES 256U
#define PACKETS 1500U // 8 s
#define HALF (RATE / 2U / FRAMES)
#define CHORD 180U // Packets
#define RATE_BPS 200000U

static JellieThrift thrift;
static char         text[JELLIE_MAX_TEXT];
static size_t       sizes[PACKETS];

static void start(const unsigned lanes)
{
  const JellieFormat format = {RATE, FRAMES, 16U, (uint8_t)lanes, 0U, 0U};
  jellie_thrift_init(&thrift, &format);
}

// A chord that starts anew again and again, loud and soft, and pauses.
static void play(const unsigned number, int32_t* const out)
{
  static int32_t chord[CHORD * FRAMES];
  const unsigned turn = number / CHORD;
  if (number % CHORD == 0U) {
    signal_fill(SIGNAL_CHORD, 16U, turn, chord, CHORD * FRAMES);
    for (size_t i = 0U; i < (size_t)CHORD * FRAMES; ++i) {
      chord[i] /= turn % 2U ? 30 : 1;
      chord[i] = turn % 4U == 2U ? 0 : chord[i];
    }
  }
  memcpy(out, chord + (size_t)number % CHORD * FRAMES, FRAMES * sizeof(*out));
}

static size_t largest_half(const unsigned from)
{
  size_t largest = 0U;
  for (unsigned first = from; first + HALF <= PACKETS; ++first) {
    size_t sum = 0U;
    for (unsigned i = first; i < first + HALF; ++i) {
      sum += sizes[i];
    }
    largest = sum > largest ? sum : largest;
  }
  return largest;
}

static void code(const unsigned number, const int32_t* const samples)
{
  sizes[number] =
    jellie_thrift_encode(&thrift, number, samples, text, sizeof(text));
  ck_assert_uint_gt(sizes[number], 0U);
}

START_TEST(no_half_second_takes_more_than_the_rate)
{
  int32_t samples[FRAMES];
  start(1U);
  jellie_thrift_set(&thrift, RATE_BPS);
  unsigned plain = 0U;
  for (unsigned number = 0U; number < PACKETS; ++number) {
    play(number, samples);
    code(number, samples);
    plain += thrift.format.shift == 0U;
  }
  ck_assert_uint_le(largest_half(0U), RATE_BPS / 16U);
  ck_assert_uint_eq(thrift.over, 0U);
  ck_assert_uint_gt(plain, PACKETS / 4U); // What is soft is not rounded
  ck_assert_uint_lt(plain, PACKETS * 3U / 4U);
}

END_TEST

START_TEST(a_rate_that_is_needed_is_used)
{
  int32_t samples[FRAMES];
  start(1U);
  jellie_thrift_set(&thrift, RATE_BPS);
  size_t sum = 0U;
  for (unsigned number = 0U; number < PACKETS; ++number) {
    signal_fill(SIGNAL_SINE, 16U, 1U, samples, FRAMES);
    for (unsigned i = 0U; i < FRAMES; ++i) {
      samples[i] += (int32_t)(number * 7919U + i * i * 31U) % 601 - 300;
    }
    code(number, samples);
    sum += sizes[number];
  }
  ck_assert_uint_le(largest_half(0U), RATE_BPS / 16U);
  ck_assert_uint_ge(sum, RATE_BPS / 8U * PACKETS / RATE * FRAMES * 95U / 100U);
}

END_TEST

START_TEST(without_a_rate_it_is_the_plain_encoder)
{
  static JellieEncoder encoder;
  static char          plain[JELLIE_MAX_TEXT];
  const JellieFormat   format = {RATE, FRAMES, 16U, 4U, 0U, 0U};
  int32_t              samples[RATE];
  jellie_encoder_init(&encoder);
  start(4U);
  for (unsigned number = 0U; number < 300U; ++number) {
    play(number, samples);
    code(number, samples);
    const size_t size =
      jellie_encode(&encoder, &format, number, samples, plain, sizeof(plain));
    ck_assert_uint_eq(size, sizes[number]);
    ck_assert_mem_eq(plain, text, size);
  }
}

END_TEST

START_TEST(a_rate_may_change_while_playing)
{
  static JellieBlock block;
  int32_t            samples[RATE];
  start(1U);
  for (unsigned number = 0U; number < PACKETS; ++number) {
    if (number % 300U == 0U) {
      jellie_thrift_set(&thrift, number / 300U % 2U ? RATE_BPS : 0U);
    }
    play(number, samples);
    code(number, samples);
    ck_assert_int_eq(jellie_decode(text, sizes[number], &block), JAM_OK);
    if (thrift.rate_bps == 0U) {
      ck_assert_mem_eq(block.samples, samples, FRAMES * sizeof(int32_t));
    }
  }
}

END_TEST

START_TEST(an_impossible_rate_is_counted_and_forgiven)
{
  int32_t samples[FRAMES];
  start(1U);
  jellie_thrift_set(&thrift, 1U);
  for (unsigned number = 0U; number < 100U; ++number) {
    signal_fill(SIGNAL_NOISE, 16U, number, samples, FRAMES);
    code(number, samples);
    ck_assert_uint_eq(thrift.format.shift, JELLIE_MAX_SHIFT);
  }
  ck_assert_uint_eq(thrift.over, 100U);
  jellie_thrift_set(&thrift, UINT32_MAX);
  for (unsigned number = 0U; number < 100U; ++number) {
    signal_fill(SIGNAL_NOISE, 16U, number, samples, FRAMES);
    code(number, samples);
    ck_assert_uint_eq(thrift.format.shift, 0U);
  }
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("jellie thrift");
  TCase* const tests = tcase_create("thrift");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, no_half_second_takes_more_than_the_rate);
  tcase_add_test(tests, a_rate_that_is_needed_is_used);
  tcase_add_test(tests, without_a_rate_it_is_the_plain_encoder);
  tcase_add_test(tests, a_rate_may_change_while_playing);
  tcase_add_test(tests, an_impossible_rate_is_counted_and_forgiven);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
