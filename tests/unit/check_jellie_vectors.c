// SPDX-License-Identifier: MIT
// The public vectors decode to the samples they list.

#include "jellie/jellie.h"
#include "wire/wire.h"

#include <cjson/cJSON.h>
#include <check.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINE 65536U

static int64_t number(const cJSON* const json, const char* const key)
{
  int64_t value = 0;
  ck_assert_msg(wire_get_int(json, key, 0, INT32_MAX, &value), "%s", key);
  return value;
}

static void assert_vector(const cJSON* const json)
{
  static JellieBlock block;
  char               text[2U * JELLIE_MAX_TEXT];
  ck_assert(wire_get_string(json, "text", text, sizeof(text)));
  ck_assert_int_eq(jellie_decode(text, strlen(text), &block), JAM_OK);
  ck_assert_int_eq(block.format.stream, number(json, "stream"));
  ck_assert_int_eq(block.counter, number(json, "seq"));
  ck_assert_int_eq(block.format.rate_hz, number(json, "rate"));
  ck_assert_int_eq(block.format.bits, number(json, "bits"));
  ck_assert_int_eq(block.format.frames, number(json, "frames"));
  ck_assert_int_eq(block.format.shift, number(json, "shift"));
  ck_assert_int_eq(block.format.lanes, number(json, "lanes"));
  ck_assert_int_eq(block.division, number(json, "division"));

  const cJSON* const samples = wire_get(json, "samples");
  ck_assert_int_eq(cJSON_GetArraySize(samples), block.frames);
  const cJSON* item = NULL;
  unsigned     i    = 0U;
  cJSON_ArrayForEach(item, samples)
  {
    int64_t value = 0;
    ck_assert(wire_int(item, -8388608, 8388607, &value));
    ck_assert_int_eq(block.samples[i++], value);
  }
}

START_TEST(all_public_vectors_decode_exactly)
{
  static char line[MAX_LINE];
  unsigned    count = 0U;
  FILE* const file  = fopen(JAM_VECTORS "/jdat.jsonl", "r");
  ck_assert_ptr_nonnull(file);
  while (fgets(line, (int)sizeof(line), file)) {
    cJSON* const json = wire_parse(line, strlen(line), 4U);
    ck_assert_ptr_nonnull(json);
    assert_vector(json);
    wire_free(json);
    ++count;
  }
  ck_assert_int_eq(fclose(file), 0);
  ck_assert_uint_ge(count, 58U);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("jellie vectors");
  TCase* const tests = tcase_create("vectors");
  tcase_add_test(tests, all_public_vectors_decode_exactly);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
