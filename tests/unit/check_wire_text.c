// SPDX-License-Identifier: MIT
// Bits as text: against a slow reference, with every tail and count.

#include "base/rand.h"
#include "wire/wire.h"

#include <check.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BITS 4096U

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

// Packs bits (one per byte) the slow way.
static size_t
reference_pack(const uint8_t* const bits, const size_t count, char* const out)
{
  size_t length = 0U;
  for (size_t at = 0U; at < count; at += 13U) {
    const size_t   left  = count - at;
    const unsigned width = left > 6U ? 13U : 6U;
    unsigned       value = 0U;
    for (unsigned i = 0U; i < width; ++i) {
      value = value * 2U + (i < left ? bits[at + i] : 0U);
    }
    if (width > 6U) {
      out[length++] = letter(value / 92U);
    }
    out[length++] = letter(value % 92U);
  }
  return length;
}

static size_t random_bits(JamRand* const rand, uint8_t* const bits)
{
  const size_t   count  = jam_rand_below(rand, MAX_BITS + 1U);
  const uint32_t chance = 1U + jam_rand_below(rand, 8U);
  for (size_t i = 0U; i < count; ++i) {
    bits[i] = jam_rand_below(rand, chance) == 0U;
  }
  return count;
}

static size_t pack(JamRand* const       rand,
                   const uint8_t* const bits,
                   const size_t         count,
                   char* const          out,
                   const size_t         capacity)
{
  WireTextWriter writer;
  wire_text_writer_init(&writer, out, capacity);
  for (size_t at = 0U; at < count;) {
    const size_t   left = count - at;
    const unsigned take =
      jam_rand_below(rand, left < 32U ? (uint32_t)left + 1U : 33U);
    uint32_t value = 0U;
    for (unsigned i = 0U; i < take; ++i) {
      value = (value << 1U) | bits[at + i];
    }
    // What lies above the bits must not matter
    if (take < 32U) {
      value |= jam_rand_u32(rand) << take;
    }
    wire_text_put(&writer, value, take);
    at += take;
  }
  return wire_text_finish(&writer);
}

START_TEST(random_bits_are_packed_as_the_reference_packs_them)
{
  uint8_t bits[MAX_BITS];
  char    expected[MAX_BITS];
  char    text[MAX_BITS];
  for (unsigned seed = 0U; seed < 500U; ++seed) {
    JamRand rand;
    jam_rand_init(&rand, seed, 1U);
    const size_t count  = random_bits(&rand, bits);
    const size_t length = reference_pack(bits, count, expected);
    ck_assert_uint_eq(pack(&rand, bits, count, text, sizeof(text)), length);
    ck_assert_msg(memcmp(text, expected, length) == 0, "seed %u", seed);
  }
}

END_TEST

START_TEST(random_bits_come_back_in_any_portions)
{
  uint8_t bits[MAX_BITS];
  char    text[MAX_BITS];
  for (unsigned seed = 0U; seed < 500U; ++seed) {
    JamRand        rand;
    WireTextReader reader;
    jam_rand_init(&rand, seed, 2U);
    const size_t count = random_bits(&rand, bits);
    const size_t size  = reference_pack(bits, count, text);
    bool         same  = true;
    wire_text_reader_init(&reader, text, size);
    for (size_t at = 0U; at < count;) {
      const size_t   left = count - at;
      const unsigned take =
        jam_rand_below(&rand, left < 32U ? (uint32_t)left + 1U : 33U);
      uint32_t expected = 0U;
      for (unsigned i = 0U; i < take; ++i) {
        expected = (expected << 1U) | bits[at + i];
      }
      same = same && wire_text_get(&reader, take) == expected;
      at += take;
      if (at < count && memchr(bits + at, 1, count - at)) {
        same = same && !wire_text_at_end(&reader);
      }
    }
    ck_assert_msg(same && wire_text_at_end(&reader), "seed %u", seed);
    ck_assert(!reader.bad);
  }
}

END_TEST

START_TEST(runs_of_zeros_are_counted)
{
  uint8_t bits[MAX_BITS];
  char    text[MAX_BITS];
  for (unsigned seed = 0U; seed < 500U; ++seed) {
    JamRand        rand;
    WireTextReader reader;
    jam_rand_init(&rand, seed, 3U);
    const size_t count = random_bits(&rand, bits);
    const size_t size  = reference_pack(bits, count, text);
    bool         same  = true;
    wire_text_reader_init(&reader, text, size);
    for (size_t at = 0U; at < count && !reader.bad;) {
      const unsigned limit  = jam_rand_below(&rand, 33U);
      const uint8_t* one    = (const uint8_t*)memchr(bits + at, 1, count - at);
      const size_t   length = one ? (size_t)(one - (bits + at)) : MAX_BITS;
      const unsigned zeros  = wire_text_get_zeros(&reader, limit);
      same                  = same && reader.bad == (length > limit) &&
             zeros == (reader.bad ? 0U : length);
      at += length + 1U;
    }
    ck_assert_msg(same, "seed %u", seed);
  }
}

END_TEST

START_TEST(all_8192_pairs_go_both_ways)
{
  for (unsigned pair = 0U; pair < 8192U; ++pair) {
    char           text[2];
    WireTextWriter writer;
    WireTextReader reader;
    wire_text_writer_init(&writer, text, sizeof(text));
    wire_text_put(&writer, pair, 13U);
    ck_assert_uint_eq(wire_text_finish(&writer), 2U);
    ck_assert_int_eq(text[0], letter(pair / 92U));
    ck_assert_int_eq(text[1], letter(pair % 92U));
    wire_text_reader_init(&reader, text, 2U);
    ck_assert_uint_eq(wire_text_get(&reader, 13U), pair);
    ck_assert(wire_text_at_end(&reader));
  }
}

END_TEST

START_TEST(tails_of_1_to_13_bits_have_the_size_the_format_says)
{
  for (unsigned count = 0U; count <= 13U; ++count) {
    char           text[4];
    WireTextWriter writer;
    WireTextReader reader;
    const uint32_t ones = (1U << count) - 1U;
    wire_text_writer_init(&writer, text, sizeof(text));
    wire_text_put(&writer, ones, count);
    const size_t size = wire_text_finish(&writer);
    ck_assert_uint_eq(size, count == 0U ? 0U : count <= 6U ? 1U : 2U);
    wire_text_reader_init(&reader, text, size);
    ck_assert_int_eq(wire_text_at_end(&reader), count == 0U);
    ck_assert_uint_eq(wire_text_get(&reader, count), ones);
    ck_assert(wire_text_at_end(&reader));
    // The fill reads as zeros, then the text is over
    const unsigned fill = (unsigned)(size == 0U   ? 0U
                                     : size == 1U ? 6U
                                                  : 13U) -
                          count;
    ck_assert_uint_eq(wire_text_get(&reader, fill), 0U);
    ck_assert(wire_text_at_end(&reader));
    ck_assert_uint_eq(wire_text_get(&reader, 1U), 0U);
    ck_assert(reader.bad && !wire_text_at_end(&reader));
  }
}

END_TEST

START_TEST(every_too_small_buffer_is_full_and_never_overrun)
{
  uint8_t bits[MAX_BITS];
  char    expected[MAX_BITS];
  for (unsigned seed = 0U; seed < 40U; ++seed) {
    JamRand rand;
    jam_rand_init(&rand, seed, 4U);
    const size_t count = random_bits(&rand, bits) % 400U;
    const size_t size  = reference_pack(bits, count, expected);
    for (size_t capacity = 0U; capacity <= size; ++capacity) {
      char* const text = (char*)malloc(capacity + 1U);
      ck_assert_ptr_nonnull(text);
      text[capacity] = '\x01';
      ck_assert_uint_eq(pack(&rand, bits, count, text, capacity),
                        capacity < size ? SIZE_MAX : size);
      ck_assert_int_eq(text[capacity], '\x01');
      free(text);
    }
  }
}

END_TEST

START_TEST(finishing_twice_adds_nothing)
{
  char           text[8];
  WireTextWriter writer;
  wire_text_writer_init(&writer, text, sizeof(text));
  wire_text_put(&writer, 1U, 1U);
  ck_assert_uint_eq(wire_text_finish(&writer), 1U);
  ck_assert_uint_eq(wire_text_finish(&writer), 1U);
  wire_text_writer_init(&writer, text, sizeof(text));
  wire_text_put(&writer, 1U, 9U);
  ck_assert_uint_eq(wire_text_finish(&writer), 2U);
  ck_assert_uint_eq(wire_text_finish(&writer), 2U);
}

END_TEST

START_TEST(no_character_needs_an_escape_in_json)
{
  char           text[4096];
  WireTextWriter writer;
  wire_text_writer_init(&writer, text + 1, sizeof(text) - 2U);
  for (unsigned pair = 0U; pair < 8192U; pair += 5U) {
    wire_text_put(&writer, pair, 13U);
  }
  const size_t size = wire_text_finish(&writer);
  ck_assert_uint_ne(size, SIZE_MAX);
  text[0]                  = '"';
  text[size + 1U]          = '"';
  struct cJSON* const json = wire_parse(text, size + 2U, 0U);
  ck_assert_ptr_nonnull(json);
  wire_free(json);
  text[size + 1U] = '\0';
  char       again[4096];
  WireWriter json_writer;
  wire_writer_init(&json_writer, again, sizeof(again));
  wire_put_string(&json_writer, text + 1);
  ck_assert_uint_eq(wire_writer_size(&json_writer), size + 2U);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("wire text");
  TCase* const tests = tcase_create("all");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, random_bits_are_packed_as_the_reference_packs_them);
  tcase_add_test(tests, random_bits_come_back_in_any_portions);
  tcase_add_test(tests, runs_of_zeros_are_counted);
  tcase_add_test(tests, all_8192_pairs_go_both_ways);
  tcase_add_test(tests, tails_of_1_to_13_bits_have_the_size_the_format_says);
  tcase_add_test(tests, every_too_small_buffer_is_full_and_never_overrun);
  tcase_add_test(tests, finishing_twice_adds_nothing);
  tcase_add_test(tests, no_character_needs_an_escape_in_json);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
