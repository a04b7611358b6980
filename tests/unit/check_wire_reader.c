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
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
