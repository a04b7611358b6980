// SPDX-License-Identifier: MIT
// The JSON writer: what it writes means what was put in, and nothing is ever
// written past the end of the buffer.

#include "base/rand.h"
#include "wire/wire.h"

#include <cjson/cJSON.h>

#include <check.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char* written_string(const char* const text)
{
  static char out[4096];
  WireWriter  writer;
  wire_writer_init(&writer, out, sizeof(out) - 1U);
  wire_put_string(&writer, text);
  out[wire_writer_size(&writer)] = '\0';
  return out;
}

START_TEST(integers_are_written_in_decimal)
{
  static const struct {
    int64_t     number;
    const char* text;
  } cases[] = {
    {0, "0"},
    {7, "7"},
    {-1, "-1"},
    {10, "10"},
    {-1234567890, "-1234567890"},
    {INT64_MAX, "9223372036854775807"},
    {INT64_MIN, "-9223372036854775808"},
  };

  for (size_t i = 0U; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    char       out[32];
    WireWriter writer;
    wire_writer_init(&writer, out, sizeof(out) - 1U);
    wire_put_int(&writer, cases[i].number);
    out[wire_writer_size(&writer)] = '\0';
    ck_assert_str_eq(out, cases[i].text);
  }
}

END_TEST

START_TEST(random_integers_are_written_as_printf_would)
{
  JamRand rand;
  jam_rand_init(&rand, 11U, 0U);
  for (unsigned i = 0U; i < 20000U; ++i) {
    const uint64_t high   = jam_rand_u32(&rand);
    const uint64_t bits   = (high << 32U) | jam_rand_u32(&rand);
    const int64_t  number = (int64_t)bits >> jam_rand_below(&rand, 64U);
    char           out[32];
    char           expected[32];
    WireWriter     writer;
    wire_writer_init(&writer, out, sizeof(out) - 1U);
    wire_put_int(&writer, number);
    out[wire_writer_size(&writer)] = '\0';
    (void)snprintf(expected, sizeof(expected), "%" PRId64, number);
    ck_assert_str_eq(out, expected);
  }
}

END_TEST

START_TEST(strings_are_escaped_where_json_demands_it)
{
  static const struct {
    const char* text;
    const char* json;
  } cases[] = {
    {"", "\"\""},
    {"plain / text", "\"plain / text\""},
    {"a\"b\\c", "\"a\\\"b\\\\c\""},
    {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
    {"\x01\x1F\x7F", "\"\\u0001\\u001f\x7F\""},
    {"\xC3\xA9 \xE2\x99\xAA \xF0\x9F\x8E\xB8",
     "\"\xC3\xA9 \xE2\x99\xAA \xF0\x9F\x8E\xB8\""},
  };

  for (size_t i = 0U; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    ck_assert_str_eq(written_string(cases[i].text), cases[i].json);
  }
}

END_TEST

#define BAD "\xEF\xBF\xBD"

START_TEST(malformed_utf8_is_replaced)
{
  static const struct {
    const char* text;
    const char* json;
  } cases[] = {
    {"\x80", "\"" BAD "\""},                         // Continuation alone
    {"a\xFFz", "\"a" BAD "z\""},                     // Never a byte of UTF-8
    {"\xC0\xAF", "\"" BAD BAD "\""},                 // Overlong '/'
    {"\xE0\x80\xAF", "\"" BAD BAD BAD "\""},         // Overlong '/'
    {"\xED\xA0\x80", "\"" BAD BAD BAD "\""},         // Surrogate
    {"\xF4\x90\x80\x80", "\"" BAD BAD BAD BAD "\""}, // Above U+10FFFF
    {"\xF5\x80\x80\x80", "\"" BAD BAD BAD BAD "\""},
    {"\xE2\x99", "\"" BAD "\""}, // Cut: one mark for all that is there
    {"\xF0\x9F\x8E", "\"" BAD "\""},
    {"\xE2\x99x", "\"" BAD "x\""},
    {"\xC3", "\"" BAD "\""},
    {"\xF4\x8F\xBF\xBF", "\"\xF4\x8F\xBF\xBF\""}, // The highest of all
    {"\xEE\x80\x80", "\"\xEE\x80\x80\""},
  };

  for (size_t i = 0U; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    ck_assert_str_eq(written_string(cases[i].text), cases[i].json);
  }
}

END_TEST

START_TEST(random_bytes_become_valid_json)
{
  JamRand rand;
  jam_rand_init(&rand, 5U, 0U);
  for (unsigned round = 0U; round < 20000U; ++round) {
    char           text[33];
    const uint32_t size = jam_rand_below(&rand, sizeof(text));
    for (uint32_t i = 0U; i < size; ++i) {
      // Half of them from the range where lead and continuation bytes are
      const uint32_t low = jam_rand_below(&rand, 2U) ? 0x80U : 1U;
      text[i] = (char)(uint8_t)(low + jam_rand_below(&rand, 256U - low));
    }
    text[size]               = '\0';
    const char* const   out  = written_string(text);
    struct cJSON* const json = wire_parse(out, strlen(out), 0U);
    ck_assert_msg(json != NULL, "round %u", round);
    // Written again it stays as it is: replacement left nothing to replace
    char again[256];
    ck_assert(cJSON_IsString(json));
    (void)snprintf(again, sizeof(again), "%s", json->valuestring);
    wire_free(json);
    char first[256];
    (void)snprintf(first, sizeof(first), "%s", out);
    ck_assert_str_eq(written_string(again), first);
  }
}

END_TEST

// Writes a random value, and builds the same value by cJSON.
static cJSON*
put_random(WireWriter* const writer, JamRand* const rand, const unsigned depth)
{
  static const char* const strings[] = {"",
                                        "a",
                                        "Gr\xC3\xBC\xC3\x9F",
                                        "\"\\/\b\f\n\r\t\x01",
                                        "\xF0\x9F\x8E\xB8"};
  const uint32_t           kind = jam_rand_below(rand, depth > 0U ? 5U : 3U);
  if (kind < 2U) {
    const int64_t number = (int64_t)jam_rand_u32(rand) * 1000 - 2000000000000;
    wire_put_int(writer, number);
    return cJSON_CreateNumber((double)number);
  }
  if (kind == 2U) {
    const char* const text = strings[jam_rand_below(rand, 5U)];
    wire_put_string(writer, text);
    return cJSON_CreateString(text);
  }
  const bool     object = kind == 3U;
  cJSON* const   json   = object ? cJSON_CreateObject() : cJSON_CreateArray();
  const uint32_t count  = jam_rand_below(rand, 5U);
  wire_put(writer, object ? "{" : "[");
  for (uint32_t i = 0U; i < count; ++i) {
    char key[16];
    (void)snprintf(key, sizeof(key), "k\"%u", i);
    wire_put(writer, i > 0U ? "," : "");
    if (object) {
      wire_put_string(writer, key);
      wire_put_bytes(writer, ":", 1U);
      cJSON_AddItemToObject(json, key, put_random(writer, rand, depth - 1U));
    } else {
      cJSON_AddItemToArray(json, put_random(writer, rand, depth - 1U));
    }
  }
  wire_put(writer, object ? "}" : "]");
  return json;
}

START_TEST(random_trees_parse_to_what_was_written)
{
  static char out[65536];
  for (unsigned seed = 0U; seed < 2000U; ++seed) {
    JamRand    rand;
    WireWriter writer;
    jam_rand_init(&rand, seed, 0U);
    wire_writer_init(&writer, out, sizeof(out));
    cJSON* const expected = put_random(&writer, &rand, 5U);
    const size_t size     = wire_writer_size(&writer);
    cJSON* const json     = cJSON_ParseWithLength(out, size);
    ck_assert_msg(cJSON_Compare(json, expected, true), "seed %u", seed);
    cJSON_Delete(json);
    cJSON* const checked = wire_parse(out, size, 5U);
    ck_assert_msg(cJSON_Compare(checked, expected, true), "seed %u", seed);
    wire_free(checked);
    cJSON_Delete(expected);
  }
}

END_TEST

static void put_sample(WireWriter* const writer)
{
  wire_put(writer, "{\"n\":");
  wire_put_int(writer, -123456);
  wire_put(writer, ",\"s\":");
  wire_put_string(writer, "t\x01\xE2\x99\xAA\xFF\"");
  wire_put_bytes(writer, "}", 1U);
}

START_TEST(every_too_small_buffer_is_full_and_never_overrun)
{
  char       whole[64];
  WireWriter writer;
  wire_writer_init(&writer, whole, sizeof(whole));
  put_sample(&writer);
  const size_t size = wire_writer_size(&writer);
  ck_assert_uint_gt(size, 0U);
  for (size_t capacity = 0U; capacity <= size; ++capacity) {
    // A block of its own, so that a sanitizer sees one byte too many
    char* const out = (char*)malloc(capacity + 1U);
    ck_assert_ptr_nonnull(out);
    out[capacity] = '#';
    wire_writer_init(&writer, out, capacity);
    put_sample(&writer);
    ck_assert_int_eq(writer.full, capacity < size);
    ck_assert_uint_eq(wire_writer_size(&writer), capacity < size ? 0U : size);
    ck_assert_int_eq(out[capacity], '#');
    free(out);
  }
}

END_TEST

START_TEST(a_full_writer_takes_nothing_more)
{
  char       out[4];
  WireWriter writer;
  wire_writer_init(&writer, out, sizeof(out));
  wire_put(&writer, "123");
  wire_put(&writer, "45");
  wire_put(&writer, "6");
  ck_assert(writer.full);
  ck_assert_uint_eq(writer.size, 3U);
  ck_assert_uint_eq(wire_writer_size(&writer), 0U);
}

END_TEST

START_TEST(nothing_fits_without_a_buffer)
{
  WireWriter writer;
  wire_writer_init(&writer, NULL, 0U);
  wire_put(&writer, "");
  ck_assert(!writer.full);
  wire_put(&writer, "x");
  ck_assert(writer.full);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("wire writer");
  TCase* const tests = tcase_create("all");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, integers_are_written_in_decimal);
  tcase_add_test(tests, random_integers_are_written_as_printf_would);
  tcase_add_test(tests, strings_are_escaped_where_json_demands_it);
  tcase_add_test(tests, malformed_utf8_is_replaced);
  tcase_add_test(tests, random_bytes_become_valid_json);
  tcase_add_test(tests, random_trees_parse_to_what_was_written);
  tcase_add_test(tests, every_too_small_buffer_is_full_and_never_overrun);
  tcase_add_test(tests, a_full_writer_takes_nothing_more);
  tcase_add_test(tests, nothing_fits_without_a_buffer);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
