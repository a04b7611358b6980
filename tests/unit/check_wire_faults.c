// SPDX-License-Identifier: MIT
// Bits as text that a peer got wrong: foreign characters, pairs out of range,
// texts that are too short or too long.

#include "wire/wire.h"

#include <check.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// The characters in order, found the slow way.
static char letter(const unsigned digit)
{
  unsigned seen = 0U;
  for (unsigned c = '!'; c <= '~'; ++c) {
    if (c != '"' && c != '\\' && seen++ == digit) {
      return (char)c;
    }
  }
  abort();
}

START_TEST(every_pair_of_bytes_is_read_or_refused)
{
  uint16_t digit[256];
  memset(digit, 0xFF, sizeof(digit));
  for (unsigned i = 0U; i < 92U; ++i) {
    digit[(uint8_t)letter(i)] = (uint16_t)i;
  }
  for (unsigned bytes = 0U; bytes < 65536U; ++bytes) {
    const char text[2]   = {(char)(uint8_t)(bytes >> 8U), (char)(uint8_t)bytes};
    const uint32_t high  = digit[bytes >> 8U];
    const uint32_t low   = digit[bytes & 255U];
    const uint32_t value = high * 92U + low;
    const bool     good  = high < 92U && low < 92U && value < 8192U;
    WireTextReader reader;
    wire_text_reader_init(&reader, text, 2U);
    const uint32_t pair = wire_text_get(&reader, 13U);
    if (pair != (good ? value : 0U) || reader.bad == good) {
      ck_abort_msg("bytes %04x", bytes);
    }
  }
}

END_TEST

START_TEST(every_single_byte_is_read_or_refused_as_a_tail)
{
  for (unsigned byte = 0U; byte < 256U; ++byte) {
    const char     text[1] = {(char)(uint8_t)byte};
    unsigned       value   = 64U;
    WireTextReader reader;
    for (unsigned i = 0U; i < 64U; ++i) {
      value = (uint8_t)letter(i) == byte ? i : value;
    }
    wire_text_reader_init(&reader, text, 1U);
    ck_assert_uint_eq(wire_text_get(&reader, 6U), value & 63U);
    ck_assert_int_eq(reader.bad, value == 64U);
  }
}

END_TEST

START_TEST(a_text_with_more_fill_than_a_tail_has_is_not_at_its_end)
{
  WireTextReader reader;
  wire_text_reader_init(&reader, "!!", 2U); // 13 zeros
  ck_assert_uint_eq(wire_text_get(&reader, 6U), 0U);
  ck_assert(!wire_text_at_end(&reader)); // Six bits would be one character
  ck_assert_uint_eq(wire_text_get(&reader, 1U), 0U);
  ck_assert(wire_text_at_end(&reader));
  wire_text_reader_init(&reader, "!", 1U);
  ck_assert(!wire_text_at_end(&reader));
  wire_text_reader_init(&reader, "!!!", 3U);
  ck_assert_uint_eq(wire_text_get(&reader, 13U), 0U);
  ck_assert(!wire_text_at_end(&reader));
  ck_assert_uint_eq(wire_text_get(&reader, 1U), 0U);
  ck_assert(wire_text_at_end(&reader));
}

END_TEST

START_TEST(fill_that_is_not_zero_is_not_an_end)
{
  WireTextReader reader;
  wire_text_reader_init(&reader, "!#", 2U); // Twelve zeros and a one
  ck_assert_uint_eq(wire_text_get(&reader, 8U), 0U);
  ck_assert(!wire_text_at_end(&reader));
}

END_TEST

START_TEST(a_fault_counts_only_when_its_bits_are_needed)
{
  WireTextReader reader;
  wire_text_reader_init(&reader, "#!#!\"!#!", 8U);
  ck_assert_uint_eq(wire_text_get(&reader, 13U), 92U);
  ck_assert_uint_eq(wire_text_get(&reader, 12U), 46U);
  ck_assert(!reader.bad && !wire_text_at_end(&reader));
  ck_assert_uint_eq(wire_text_get(&reader, 2U), 0U);
  ck_assert(reader.bad);
}

END_TEST

START_TEST(after_a_fault_everything_reads_as_zero)
{
  WireTextReader reader;
  wire_text_reader_init(&reader, "~~~~zzzz", 8U);
  ck_assert_uint_eq(wire_text_get(&reader, 1U), 0U);
  for (unsigned count = 0U; count <= 32U; ++count) {
    ck_assert_uint_eq(wire_text_get(&reader, count), 0U);
    ck_assert_uint_eq(wire_text_get_zeros(&reader, count), 0U);
    ck_assert(reader.bad && !wire_text_at_end(&reader));
  }
}

END_TEST

START_TEST(an_empty_text_holds_no_bits)
{
  WireTextReader reader;
  wire_text_reader_init(&reader, NULL, 0U);
  ck_assert(wire_text_at_end(&reader));
  ck_assert_uint_eq(wire_text_get(&reader, 0U), 0U);
  ck_assert(!reader.bad);
  ck_assert_uint_eq(wire_text_get_zeros(&reader, 32U), 0U);
  ck_assert(reader.bad);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("wire faults");
  TCase* const tests = tcase_create("all");
  tcase_add_test(tests, every_pair_of_bytes_is_read_or_refused);
  tcase_add_test(tests, every_single_byte_is_read_or_refused_as_a_tail);
  tcase_add_test(tests,
                 a_text_with_more_fill_than_a_tail_has_is_not_at_its_end);
  tcase_add_test(tests, fill_that_is_not_zero_is_not_an_end);
  tcase_add_test(tests, a_fault_counts_only_when_its_bits_are_needed);
  tcase_add_test(tests, after_a_fault_everything_reads_as_zero);
  tcase_add_test(tests, an_empty_text_holds_no_bits);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
