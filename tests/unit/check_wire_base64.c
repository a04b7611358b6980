// SPDX-License-Identifier: MIT
// base64url: the vectors of RFC 4648, and one text only for each byte string.

#include "base/rand.h"
#include "wire/wire.h"

#include <check.h>

#include <stdlib.h>
#include <string.h>

START_TEST(rfc_4648_vectors_go_both_ways)
{
  static const struct {
    const char* bytes;
    const char* text;
  } cases[] = {
    {"", ""},
    {"f", "Zg"},
    {"fo", "Zm8"},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg"},
    {"fooba", "Zm9vYmE"},
    {"foobar", "Zm9vYmFy"},
    {"\xFB\xEF\xFF", "--__"},
  };

  for (size_t i = 0U; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    const size_t size = strlen(cases[i].bytes);
    uint8_t      bytes[8];
    char         text[16];
    memcpy(bytes, cases[i].bytes, size);
    ck_assert_uint_eq(wire_base64_encode(bytes, size, text, sizeof(text)),
                      strlen(cases[i].text));
    ck_assert_str_eq(text, cases[i].text);
    memset(bytes, 0, sizeof(bytes));
    ck_assert(wire_base64_decode(text, strlen(text), bytes, size));
    ck_assert_mem_eq(bytes, cases[i].bytes, size);
  }
}

END_TEST

START_TEST(random_bytes_come_back)
{
  JamRand rand;
  jam_rand_init(&rand, 3U, 0U);
  for (size_t size = 0U; size <= 300U; ++size) {
    uint8_t bytes[300];
    uint8_t back[300];
    char    text[401];
    for (size_t i = 0U; i < size; ++i) {
      bytes[i] = (uint8_t)jam_rand_u32(&rand);
    }
    const size_t length = wire_base64_encode(bytes, size, text, sizeof(text));
    ck_assert_uint_eq(length, (4U * size + 2U) / 3U);
    ck_assert(wire_base64_decode(text, length, back, size));
    ck_assert_mem_eq(bytes, back, size);
  }
}

END_TEST

START_TEST(text_that_does_not_fit_is_refused)
{
  const uint8_t bytes[5] = {1U, 2U, 3U, 4U, 5U};
  char          text[8];
  for (size_t capacity = 0U; capacity < 8U; ++capacity) {
    ck_assert_uint_eq(wire_base64_encode(bytes, 5U, text, capacity), 0U);
  }
  ck_assert_uint_eq(wire_base64_encode(bytes, 5U, text, 8U), 7U);
}

END_TEST

START_TEST(an_impossible_size_is_refused_before_any_byte_is_read)
{
  char text[8];
  ck_assert_uint_eq(wire_base64_encode(NULL, SIZE_MAX, text, sizeof(text)), 0U);
  ck_assert(!wire_base64_decode("AAAA", 4U, NULL, SIZE_MAX));
}

END_TEST

START_TEST(another_length_is_refused)
{
  uint8_t bytes[8];
  ck_assert(wire_base64_decode("Zm9v", 4U, bytes, 3U));
  ck_assert(!wire_base64_decode("Zm9v", 4U, bytes, 2U));
  ck_assert(!wire_base64_decode("Zm9v", 4U, bytes, 4U));
  ck_assert(!wire_base64_decode("Zm9v", 3U, bytes, 3U));
  ck_assert(!wire_base64_decode("Zm9vY", 5U, bytes, 3U));
  ck_assert(!wire_base64_decode("Zg==", 4U, bytes, 1U));
}

END_TEST

START_TEST(every_byte_outside_the_alphabet_is_refused)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789-_";
  for (unsigned byte = 0U; byte < 256U; ++byte) {
    const char        text[4] = {'A', (char)(uint8_t)byte, 'A', 'A'};
    const char* const letter  = strchr(alphabet, (int)byte);
    uint8_t           bytes[3];
    const bool        read = wire_base64_decode(text, 4U, bytes, 3U);
    ck_assert_int_eq(read, byte > 0U && letter != NULL);
    if (read) {
      const unsigned value = (unsigned)(letter - alphabet);
      ck_assert_uint_eq(((unsigned)bytes[0] << 4U) | (bytes[1] >> 4U), value);
    }
  }
}

END_TEST

START_TEST(spare_bits_must_be_zero)
{
  uint8_t bytes[2];
  ck_assert(wire_base64_decode("Zg", 2U, bytes, 1U));
  ck_assert(!wire_base64_decode("Zh", 2U, bytes, 1U));
  ck_assert(wire_base64_decode("Zm8", 3U, bytes, 2U));
  ck_assert(!wire_base64_decode("Zm9", 3U, bytes, 2U));
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("wire base64");
  TCase* const tests = tcase_create("all");
  tcase_add_test(tests, rfc_4648_vectors_go_both_ways);
  tcase_add_test(tests, random_bytes_come_back);
  tcase_add_test(tests, text_that_does_not_fit_is_refused);
  tcase_add_test(tests, an_impossible_size_is_refused_before_any_byte_is_read);
  tcase_add_test(tests, another_length_is_refused);
  tcase_add_test(tests, every_byte_outside_the_alphabet_is_refused);
  tcase_add_test(tests, spare_bits_must_be_zero);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
