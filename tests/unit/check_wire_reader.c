// SPDX-License-Identifier: MIT
// The checked reader: every text here ends where memory ends, as a datagram
// may, so that one byte read too many ends the test.

#include "support/guarded.h"
#include "wire/wire.h"

#include <cjson/cJSON.h>

#include <check.h>

#include <stdlib.h>
#include <string.h>

#define LONGEST 65536U

static Guarded memory;

static void set_up(void)
{
  memory = guarded_new(LONGEST + 1U);
}

static void tear_down(void)
{
  guarded_free(&memory);
}

static cJSON* parse(const char* const text, const unsigned depth)
{
  const size_t size = strlen(text);
  return wire_parse(guarded_copy(&memory, text, size), size, depth);
}

START_TEST(valid_texts_are_accepted)
{
  static const char* const texts[] = {
    "0",
    "-1",
    "1.5e3",
    "true",
    "false",
    "null",
    "\"\"",
    "[]",
    "{}",
    " \t\r\n[1] \t\r\n",
    "{\"a\":{\"b\":[1,2,{\"c\":null}]}}",
    "[\"[[[[[[\"]",
    "[\"}]\\\"]\"]",
    "\"\\\\\"",
    "\"\\\\u0000\"",
    "\"\\u0001\"",
    "\"\x7F\"",
    "\"\\ud83c\\udfb8\"",
    "\"\xC3\xA9\xE2\x99\xAA\xF0\x9F\x8E\xB8\"",
    "[0.1,-0,1E+2]",
    "{\"a\" : 1 , \"b\" : [ ] }",
  };
  for (size_t i = 0U; i < sizeof(texts) / sizeof(texts[0]); ++i) {
    cJSON* const json = parse(texts[i], 8U);
    ck_assert_msg(json != NULL, "refused: %s", texts[i]);
    wire_free(json);
  }
}

END_TEST

START_TEST(malformed_texts_are_refused)
{
  static const char* const texts[] = {
    // Nothing, or not all of it
    "",
    " ",
    "[",
    "{",
    "\"",
    "\"\\",
    "\"\\u",
    "\"\\u00",
    "[1",
    "[1,",
    "{\"a\"",
    "{\"a\":",
    "{\"a\":1",
    "{\"a\":1,",
    "[\"a",
    "tru",
    "-",
    "nul",
    "\"\\\"",
    // More than one value, or something after it
    "1 2",
    "[] []",
    "{}x",
    "[],",
    "null\x01",
    "1 \x0B",
    "1\x0C",
    "{}}",
    "[]]",
    // Brackets that do not pair
    "[}",
    "{]",
    "]",
    "}",
    "][",
    "{\"a\":1]",
    "[1}",
    "[[]",
    "[\"a]\"",
    // Grammar
    "{1:2}",
    "{\"a\"}",
    "{\"a\" 1}",
    "{a:1}",
    "['a']",
    "[1 2]",
    "[,]",
    "[,1]",
    "{,}",
    "{\"a\":1,}",
    "[1,]",
    "TRUE",
    "None",
    "NaN",
    "Infinity",
    "+1",
    ".5",
    "0x10",
    "/**/1",
    "[1,,2]",
    "{\"a\"::1}",
    // Characters
    "[\x01]",
    "\x0B[]",
    "\xEF\xBB\xBF[]",
    "[\xC3\xA9]",
    "[\x7F]",
    "\xFF",
    // Inside strings
    "\"\n\"",
    "\"\x1F\"",
    "\"\\x\"",
    "\"\\u12G4\"",
    "\"\\u0000\"",
    "\"a\\u0000b\"",
    "{\"\\u0000\":1}",
    "\"\\ud83c\"",
    "\"\\udfb8\"",
    "\"\\ud83c\\u0041\"",
    "\"\x80\"",
    "\"\xC0\xAF\"",
    "\"\xED\xA0\x80\"",
    "\"\xF4\x90\x80\x80\"",
    "\"\xE2\x99\"",
    "\"\xFE\"",
    "[\"a\xC3\"]",
  };
  for (size_t i = 0U; i < sizeof(texts) / sizeof(texts[0]); ++i) {
    cJSON* const json = parse(texts[i], 8U);
    ck_assert_msg(json == NULL, "accepted: %s", texts[i]);
  }
}

END_TEST

START_TEST(every_cut_of_a_text_is_refused)
{
  static const char text[] = "{\"J\":[\"a\\u00e9\\n\",12,-3.5e2,true,null,"
                             "{\"x\":[false]}],\"S\":\"\xE2\x99\xAA\"}";
  for (size_t size = 0U; size < sizeof(text) - 1U; ++size) {
    ck_assert_ptr_null(wire_parse(guarded_copy(&memory, text, size), size, 8U));
  }
  cJSON* const json = parse(text, 8U);
  ck_assert_ptr_nonnull(json);
  wire_free(json);
}

END_TEST

START_TEST(a_nul_byte_is_refused_anywhere)
{
  static const char text[] = "{\"a\":[1,\"b\"]}";
  for (size_t at = 0U; at < sizeof(text); ++at) {
    char changed[sizeof(text)];
    memcpy(changed, text, sizeof(text));
    changed[at] = '\0';
    ck_assert_ptr_null(wire_parse(guarded_copy(&memory, changed, sizeof(text)),
                                  sizeof(text),
                                  8U));
  }
}

END_TEST

START_TEST(nesting_is_allowed_up_to_the_limit)
{
  for (unsigned depth = 0U; depth <= 40U; ++depth) {
    char text[96] = {0};
    memset(text, '[', depth);
    text[depth] = '1';
    memset(text + depth + 1U, ']', depth);
    cJSON* const json = parse(text, depth);
    ck_assert_ptr_nonnull(json);
    wire_free(json);
    if (depth > 0U) {
      ck_assert_ptr_null(parse(text, depth - 1U));
    }
  }
}

END_TEST

START_TEST(breadth_is_not_depth)
{
  cJSON* const json = parse("[[],[],{},{\"a\":[]},[]]", 3U);
  ck_assert_ptr_nonnull(json);
  wire_free(json);
  ck_assert_ptr_null(parse("[[],[],{},{\"a\":[]},[]]", 2U));
}

END_TEST

START_TEST(the_deepest_text_of_all_is_refused_and_not_recursed_into)
{
  char* const text = (char*)malloc(LONGEST);
  ck_assert_ptr_nonnull(text);
  memset(text, '[', LONGEST / 2U);
  memset(text + LONGEST / 2U, ']', LONGEST / 2U);
  ck_assert_ptr_null(
    wire_parse(guarded_copy(&memory, text, LONGEST), LONGEST, 16U));
  // Even a caller without a limit meets that of the parser
  ck_assert_ptr_null(
    wire_parse(guarded_copy(&memory, text, LONGEST), LONGEST, UINT32_MAX));
  free(text);
}

END_TEST

START_TEST(the_length_limit_is_65536_bytes)
{
  char* const text = (char*)malloc(LONGEST + 1U);
  ck_assert_ptr_nonnull(text);
  memset(text, ' ', LONGEST + 1U);
  text[0]           = '7';
  cJSON* const json = wire_parse(text, LONGEST, 1U);
  ck_assert_ptr_nonnull(json);
  wire_free(json);
  ck_assert_ptr_null(wire_parse(text, LONGEST + 1U, 1U));
  ck_assert_ptr_null(wire_parse(NULL, 0U, 1U));
  ck_assert_ptr_null(wire_parse(NULL, SIZE_MAX, 1U));
  free(text);
}

END_TEST

START_TEST(numbers_of_any_length_end_with_the_text)
{
  for (size_t digits = 1U; digits <= 400U; ++digits) {
    char text[400];
    memset(text, '9', digits);
    cJSON* const json =
      wire_parse(guarded_copy(&memory, text, digits), digits, 0U);
    int64_t number = 0;
    ck_assert_int_eq(wire_int(json, INT64_MIN, INT64_MAX, &number),
                     digits <= 15U);
    wire_free(json);
  }
}

END_TEST

START_TEST(exact_integers_are_read)
{
  static const struct {
    const char* text;
    int64_t     number;
  } cases[] = {
    {"0", 0},
    {"-0", 0},
    {"1", 1},
    {"-1", -1},
    {"1e3", 1000},
    {"12.0", 12},
    {"25e-1", INT64_MIN}, // Refused
    {"0.5", INT64_MIN},
    {"-0.5", INT64_MIN},
    {"1e-400", 0},
    {"9007199254740991", INT64_C(9007199254740991)},
    {"-9007199254740991", -INT64_C(9007199254740991)},
    {"9007199254740992", INT64_MIN}, // 2^53 could have been 2^53 + 1
    {"-9007199254740992", INT64_MIN},
    {"9007199254740993", INT64_MIN},
    {"9223372036854775807", INT64_MIN},
    {"9223372036854775808", INT64_MIN},
    {"1e300", INT64_MIN},
    {"1e999", INT64_MIN},
    {"-1e999", INT64_MIN},
    {"\"1\"", INT64_MIN},
    {"true", INT64_MIN},
    {"null", INT64_MIN},
    {"[1]", INT64_MIN},
  };

  for (size_t i = 0U; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    cJSON* const json   = parse(cases[i].text, 1U);
    int64_t      number = INT64_MIN;
    ck_assert_ptr_nonnull(json);
    ck_assert_int_eq(wire_int(json, INT64_MIN, INT64_MAX, &number),
                     cases[i].number != INT64_MIN);
    ck_assert_int_eq(number, cases[i].number);
    wire_free(json);
  }
}

END_TEST

START_TEST(integers_out_of_range_are_refused_and_leave_the_result_alone)
{
  cJSON* const json   = parse("{\"a\":10,\"b\":-10}", 1U);
  int64_t      number = 77;
  ck_assert(wire_get_int(json, "a", 10, 10, &number) && number == 10);
  ck_assert(wire_get_int(json, "b", -10, -10, &number) && number == -10);
  number = 77;
  ck_assert(!wire_get_int(json, "a", 11, 20, &number));
  ck_assert(!wire_get_int(json, "a", 0, 9, &number));
  ck_assert(!wire_get_int(json, "b", 0, 255, &number));
  ck_assert(!wire_get_int(json, "c", 0, 255, &number));
  ck_assert(!wire_int(NULL, 0, 255, &number));
  ck_assert_int_eq(number, 77);
  wire_free(json);
}

END_TEST

START_TEST(keys_are_case_sensitive)
{
  cJSON* const json = parse("{\"Abc\":1,\"abc\":2}", 1U);
  int64_t      number;
  ck_assert(wire_get_int(json, "abc", 0, 9, &number) && number == 2);
  ck_assert(wire_get_int(json, "Abc", 0, 9, &number) && number == 1);
  ck_assert_ptr_null(wire_get(json, "ABC"));
  wire_free(json);
}

END_TEST

START_TEST(the_first_of_equal_keys_counts)
{
  cJSON* const json = parse("{\"a\":1,\"a\":2}", 1U);
  int64_t      number;
  ck_assert(wire_get_int(json, "a", 0, 9, &number) && number == 1);
  wire_free(json);
}

END_TEST

START_TEST(only_objects_have_members)
{
  static const char* const texts[] =
    {"[1]", "\"a\"", "1", "null", "{}", "[{}]"};
  for (size_t i = 0U; i < sizeof(texts) / sizeof(texts[0]); ++i) {
    cJSON* const json = parse(texts[i], 4U);
    ck_assert_ptr_nonnull(json);
    ck_assert_ptr_null(wire_get(json, "a"));
    ck_assert_ptr_null(wire_get(json, ""));
    wire_free(json);
  }
  ck_assert_ptr_null(wire_get(NULL, "a"));
}

END_TEST

START_TEST(strings_are_copied_only_if_all_of_them_fits)
{
  cJSON* const json   = parse("{\"s\":\"caf\\u00e9\",\"n\":1,\"e\":\"\"}", 1U);
  char         out[8] = "before";
  for (size_t capacity = 0U; capacity < 6U; ++capacity) {
    ck_assert(!wire_get_string(json, "s", out, capacity));
  }
  ck_assert(!wire_get_string(json, "n", out, sizeof(out)));
  ck_assert(!wire_get_string(json, "x", out, sizeof(out)));
  ck_assert(!wire_get_string(NULL, "s", out, sizeof(out)));
  ck_assert_str_eq(out, "before");
  ck_assert(wire_get_string(json, "s", out, 6U));
  ck_assert_str_eq(out, "caf\xC3\xA9");
  ck_assert(!wire_get_string(json, "e", out, 0U));
  ck_assert(wire_get_string(json, "e", out, 1U));
  ck_assert_str_eq(out, "");
  wire_free(json);
}

END_TEST

START_TEST(freeing_nothing_is_allowed)
{
  wire_free(NULL);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("wire reader");
  TCase* const tests = tcase_create("all");
  tcase_set_timeout(tests, 60.0);
  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_test(tests, valid_texts_are_accepted);
  tcase_add_test(tests, malformed_texts_are_refused);
  tcase_add_test(tests, every_cut_of_a_text_is_refused);
  tcase_add_test(tests, a_nul_byte_is_refused_anywhere);
  tcase_add_test(tests, nesting_is_allowed_up_to_the_limit);
  tcase_add_test(tests, breadth_is_not_depth);
  tcase_add_test(tests,
                 the_deepest_text_of_all_is_refused_and_not_recursed_into);
  tcase_add_test(tests, the_length_limit_is_65536_bytes);
  tcase_add_test(tests, numbers_of_any_length_end_with_the_text);
  tcase_add_test(tests, exact_integers_are_read);
  tcase_add_test(tests,
                 integers_out_of_range_are_refused_and_leave_the_result_alone);
  tcase_add_test(tests, keys_are_case_sensitive);
  tcase_add_test(tests, the_first_of_equal_keys_counts);
  tcase_add_test(tests, only_objects_have_members);
  tcase_add_test(tests, strings_are_copied_only_if_all_of_them_fits);
  tcase_add_test(tests, freeing_nothing_is_allowed);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
