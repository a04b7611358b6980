// SPDX-License-Identifier: MIT
// Every format gives back every signal, bit for bit, or says it does not fit.

#include "jellie/jellie.h"
#include "lab/signals.h"
#include "unit/jellie_formats.h"

#include <check.h>

#include <stdlib.h>
#include <string.h>

#define SEEDS 12U

// Codes a block and compares. Returns the size of the text.
static size_t pass(const JellieFormat* const format,
                   const int32_t* const      samples)
{
  static JellieBlock block;
  static char        text[JELLIE_MAX_TEXT];
  const size_t size = format_encode(format, 7U, samples, text, sizeof(text));
  ck_assert_uint_le(size, JELLIE_MAX_TEXT);
  if (size > 0U) {
    memset(&block, 0xA5, sizeof(block));
    ck_assert_int_eq(jellie_decode(text, size, &block), JAM_OK);
    ck_assert_uint_eq(block.frames, format->frames);
    ck_assert_mem_eq(block.samples, samples, format->frames * sizeof(int32_t));
  }
  return size;
}

// What any block fits into: every lane as it is.
static size_t verbatim_size(const JellieFormat* const format)
{
  const size_t depth = (size_t)format->bits + (format->lanes == 4U ? 3U : 0U);
  const size_t bits  = (size_t)format->frames / format->lanes * depth;
  const size_t lane  = (bits + 21U + 12U) / 13U * 2U;
  return 21U + 3U * (format->lanes - 1U) + format->lanes * lane;
}

START_TEST(all_signals_come_back_exactly)
{
  static int32_t     samples[JELLIE_MAX_FRAMES];
  const JellieFormat format = format_number((unsigned)_i);
  const size_t       most   = verbatim_size(&format);
  for (unsigned signal = 0U; signal < SIGNAL_COUNT; ++signal) {
    for (uint64_t seed = 0U; seed < SEEDS; ++seed) {
      signal_fill((Signal)signal, format.bits, seed, samples, format.frames);
      const size_t size = pass(&format, samples);
      ck_assert_msg(size > 0U || most > JELLIE_MAX_TEXT,
                    "%s does not fit",
                    signal_name((Signal)signal));
      ck_assert_uint_le(size, most);
    }
  }
}

END_TEST

START_TEST(music_always_fits)
{
  static int32_t     samples[JELLIE_MAX_FRAMES];
  const JellieFormat format = format_number((unsigned)_i);
  signal_fill(SIGNAL_CHORD, 16U, 3U, samples, format.frames);
  if (format.frames <= 512U) {
    ck_assert_uint_gt(pass(&format, samples), 0U);
  }
}

END_TEST

START_TEST(noise_of_1024_frames_is_refused)
{
  static int32_t samples[JELLIE_MAX_FRAMES];
  char           text[4096];
  JellieFormat   format = {192000U, 1024U, 16U, 4U, 0U, 0U};
  for (unsigned lanes = 1U; lanes <= 4U; lanes += 3U) {
    format.lanes = (uint8_t)lanes;
    signal_fill(SIGNAL_NOISE, 16U, 1U, samples, 1024U);
    ck_assert_uint_eq(format_encode(&format, 0U, samples, text, sizeof(text)),
                      0U);
  }
}

END_TEST

START_TEST(deepest_noise_of_64_frames_fits)
{
  static int32_t samples[64];
  JellieFormat   format = {48000U, 64U, 24U, 4U, 0U, 0U};
  signal_fill(SIGNAL_NOISE, 24U, 1U, samples, 64U);
  ck_assert_uint_gt(pass(&format, samples), 0U);
  format.lanes = 1U;
  ck_assert_uint_gt(pass(&format, samples), 0U);
}

END_TEST

START_TEST(less_room_than_the_text_needs_is_refused)
{
  static int32_t     samples[64];
  char               text[JELLIE_MAX_TEXT];
  const JellieFormat format = {48000U, 64U, 16U, 4U, 0U, 0U};
  signal_fill(SIGNAL_CHORD, 16U, 1U, samples, 64U);
  const size_t size = format_encode(&format, 0U, samples, text, sizeof(text));
  for (size_t room = 0U; room < size; ++room) {
    char* const exact = (char*)malloc(room + 1U);
    ck_assert_ptr_nonnull(exact);
    exact[room] = '#';
    ck_assert_uint_eq(format_encode(&format, 0U, samples, exact, room), 0U);
    ck_assert_int_eq(exact[room], '#');
    free(exact);
  }
  ck_assert_uint_eq(format_encode(&format, 0U, samples, text, size), size);
}

END_TEST

START_TEST(samples_beyond_the_depth_are_clamped)
{
  static const int32_t wild[4] = {INT32_MAX, INT32_MIN, 32768, -32769};
  static const int32_t tame[4] = {32767, -32768, 32767, -32768};
  const JellieFormat   format  = {48000U, 32U, 16U, 4U, 0U, 0U};
  int32_t              in[32]  = {0};
  static JellieBlock   block;
  char                 text[JELLIE_MAX_TEXT];
  memcpy(in, wild, sizeof(wild));
  const size_t size = format_encode(&format, 0U, in, text, sizeof(text));
  ck_assert_int_eq(jellie_decode(text, size, &block), JAM_OK);
  ck_assert_mem_eq(block.samples, tame, sizeof(tame));
  for (unsigned i = 4U; i < 32U; ++i) {
    ck_assert_int_eq(block.samples[i], 0);
  }
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("jellie exact");
  TCase* const tests = tcase_create("exact");
  tcase_set_timeout(tests, 60.0);
  tcase_add_loop_test(tests, all_signals_come_back_exactly, 0, FORMAT_COUNT);
  tcase_add_loop_test(tests, music_always_fits, 0, FORMAT_COUNT);
  tcase_add_test(tests, noise_of_1024_frames_is_refused);
  tcase_add_test(tests, deepest_noise_of_64_frames_fits);
  tcase_add_test(tests, less_room_than_the_text_needs_is_refused);
  tcase_add_test(tests, samples_beyond_the_depth_are_clamped);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
