// SPDX-License-Identifier: MIT
// Values of a parsed text: exact integers, members, whole strings.

#include "wire/wire.h"

#include <cjson/cJSON.h>

#include <check.h>

#include <stdlib.h>
#include <string.h>

static cJSON* parse(const char* const text, const unsigned depth)
{
  return wire_parse(text, strlen(text), depth);
}

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
  Suite* const suite = suite_create("wire values");
  TCase* const tests = tcase_create("all");
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
