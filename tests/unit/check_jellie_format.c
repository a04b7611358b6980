// SPDX-License-Identifier: MIT
// Formats, the head, and the counter.

#include "jellie/jellie.h"
#include "unit/jellie_formats.h"

#include <check.h>

#include <stdlib.h>
#include <string.h>

#define COUNTER_END (UINT32_C(1) << JELLIE_COUNTER_BITS)

START_TEST(a_unit_is_about_a_millisecond_and_a_third)
{
  ck_assert_uint_eq(jellie_unit(44100U), 64U);
  ck_assert_uint_eq(jellie_unit(48000U), 64U);
  ck_assert_uint_eq(jellie_unit(96000U), 128U);
  ck_assert_uint_eq(jellie_unit(192000U), 256U);
  ck_assert_uint_eq(jellie_unit(0U), 0U);
  ck_assert_uint_eq(jellie_unit(88200U), 0U);
}

END_TEST

START_TEST(every_listed_format_is_valid)
{
  const JellieFormat format = format_number((unsigned)_i);
  ck_assert(jellie_format_valid(&format));
}

END_TEST

START_TEST(other_formats_are_refused)
{
  static const JellieFormat wrong[] = {
    {48001U, 64U, 16U, 4U, 0U, 0U},
    {0U, 64U, 16U, 4U, 0U, 0U},
    {48000U, 0U, 16U, 4U, 0U, 0U},
    {48000U, 16U, 16U, 4U, 0U, 0U},
    {48000U, 63U, 16U, 4U, 0U, 0U},
    {48000U, 512U, 16U, 4U, 0U, 0U},
    {192000U, 64U, 16U, 4U, 0U, 0U},
    {48000U, 64U, 8U, 4U, 0U, 0U},
    {48000U, 64U, 20U, 4U, 0U, 0U},
    {48000U, 64U, 32U, 4U, 0U, 0U},
    {48000U, 64U, 16U, 0U, 0U, 0U},
    {48000U, 64U, 16U, 2U, 0U, 0U},
    {48000U, 64U, 16U, 4U, 128U, 0U},
    {48000U, 64U, 16U, 4U, 0U, 9U},
  };
  static const int32_t samples[JELLIE_MAX_FRAMES];
  char                 text[16384];
  for (size_t i = 0U; i < sizeof(wrong) / sizeof(wrong[0]); ++i) {
    ck_assert(!jellie_format_valid(&wrong[i]));
    ck_assert_uint_eq(format_encode(&wrong[i], 0U, samples, text, sizeof(text)),
                      0U);
    ck_assert_uint_eq(
      jellie_encode_plain(&wrong[i], 0U, samples, text, sizeof(text)),
      0U);
  }
}

END_TEST

static void assert_peek(const JellieFormat* const format,
                        const uint32_t            counter,
                        const uint32_t            expected)
{
  static JellieBlock   block;
  static const int32_t samples[JELLIE_MAX_FRAMES];
  char                 text[JELLIE_MAX_TEXT];
  const size_t         size =
    format_encode(format, counter, samples, text, sizeof(text));
  ck_assert_uint_gt(size, 0U);
  ck_assert_int_eq(jellie_peek(text, size, &block), JAM_OK);
  ck_assert_uint_eq(block.counter, expected);
  ck_assert_uint_eq(block.division, 1U);
  ck_assert_uint_eq(block.frames, format->frames);
  ck_assert_uint_eq(block.format.rate_hz, format->rate_hz);
  ck_assert_uint_eq(block.format.frames, format->frames);
  ck_assert_uint_eq(block.format.bits, format->bits);
  ck_assert_uint_eq(block.format.lanes, format->lanes);
  ck_assert_uint_eq(block.format.stream, format->stream);
}

START_TEST(the_head_carries_format_and_counter)
{
  const JellieFormat format = format_number((unsigned)_i);
  assert_peek(&format, 0U, 0U);
  assert_peek(&format, 12345U, 12345U);
  assert_peek(&format, 0x2AAAAAAU, 0x2AAAAAAU);
}

END_TEST

START_TEST(the_counter_wraps)
{
  const JellieFormat format = format_number(1U);
  assert_peek(&format, COUNTER_END - 2U, COUNTER_END - 2U);
  assert_peek(&format, COUNTER_END - 1U, COUNTER_END - 1U);
  assert_peek(&format, COUNTER_END, 0U);
  assert_peek(&format, COUNTER_END + 1U, 1U);
  assert_peek(&format, UINT32_MAX, COUNTER_END - 1U);
}

END_TEST

START_TEST(silence_is_written_as_empty_lanes)
{
  static const int32_t samples[64];
  JellieFormat         format = {48000U, 64U, 16U, 4U, 0U, 0U};
  char                 text[JELLIE_MAX_TEXT + 1U];
  size_t size = format_encode(&format, 0U, samples, text, JELLIE_MAX_TEXT);
  text[size]  = '\0';
  ck_assert_str_eq(text, "{\"J\":[\"'W%.!!!!\",\"\",\"\",\"\"]}");
  format.lanes = 1U;
  size         = format_encode(&format, 0U, samples, text, JELLIE_MAX_TEXT);
  text[size]   = '\0';
  ck_assert_str_eq(text, "{\"J\":[\"'W$k!!!!\"]}");
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("jellie format");
  TCase* const tests = tcase_create("format");
  tcase_add_test(tests, a_unit_is_about_a_millisecond_and_a_third);
  tcase_add_loop_test(tests, every_listed_format_is_valid, 0, FORMAT_COUNT);
  tcase_add_test(tests, other_formats_are_refused);
  tcase_add_loop_test(tests,
                      the_head_carries_format_and_counter,
                      0,
                      FORMAT_COUNT);
  tcase_add_test(tests, the_counter_wraps);
  tcase_add_test(tests, silence_is_written_as_empty_lanes);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
