// SPDX-License-Identifier: MIT
// Every beginning of every public vector: as it is, nothing is a packet; with
// the JSON closed early, just what thinning may leave is one.

#include "jellie/jellie.h"
#include "wire/wire.h"

#include <check.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINE 65536U
#define HEAD_END 15U // {"J":[" and eight characters

static JellieBlock whole;
static JellieBlock block;

// Decodes from a block of exactly the size, so that a sanitizer sees more.
static JamStatus decode(const char* const from, const size_t size)
{
  char* const exact = (char*)malloc(size + 1U);
  ck_assert_ptr_nonnull(exact);
  memcpy(exact, from, size);
  const JamStatus status = jellie_decode(exact, size, &block);
  free(exact);
  return status;
}

// Whether a packet may end with this many lane strings.
static bool may_end(const unsigned strings)
{
  return strings == whole.format.lanes ||
         (whole.format.lanes == 4U && (strings == 1U || strings == 2U));
}

// Decodes the beginning of a text with an ending of our own.
static JamStatus decode_closed(const char* const text,
                               const size_t      size,
                               const char* const ending)
{
  char         closed[JELLIE_MAX_TEXT + 8U];
  const size_t more = strlen(ending);
  memcpy(closed, text, size);
  memcpy(closed + size, ending, more);
  return decode(closed, size + more);
}

// Compares what was cut by hand with what thinning makes.
static void
assert_thinned(const char* const text, const size_t size, const unsigned keep)
{
  static JellieBlock thinned;
  char               copy[JELLIE_MAX_TEXT];
  memcpy(copy, text, size);
  const size_t left = jellie_thin(copy, size, keep);
  ck_assert_uint_gt(left, 0U);
  ck_assert_int_eq(jellie_decode(copy, left, &thinned), JAM_OK);
  ck_assert_uint_eq(thinned.frames, block.frames);
  ck_assert_uint_eq(thinned.division, block.division);
  ck_assert_mem_eq(thinned.samples,
                   block.samples,
                   block.frames * sizeof(int32_t));
}

// A lane that is whole may be the last one; so may an empty one, which is
// silence. One that breaks off between pairs of digits lacks bits. Two cuts may
// do either: within a pair, whose first digit alone means other bits, and
// before the last lane, without which samples may leave their range.
static void assert_lane(const char* const text,
                        const size_t      size,
                        const unsigned    number,
                        const size_t      start,
                        const size_t      end)
{
  for (size_t at = start; at <= end; ++at) {
    const bool whole_lane = at == start || at == end;
    const bool either     = (!whole_lane && (at - start) % 2U == 1U) ||
                        (number == 4U && at == start && at < end);
    const JamStatus status = decode_closed(text, at, "\"]}");
    const bool      good   = may_end(number) && whole_lane;
    ck_assert_msg(good == !status || (either && may_end(number)),
                  "%zu of %s",
                  at,
                  text);
  }
  ck_assert_int_eq(decode_closed(text, end + 2U, "]}"), JAM_ERR_FORMAT);
  const bool cut = may_end(number) && number < whole.format.lanes;
  if (cut && !decode_closed(text, end, "\"]}")) {
    assert_thinned(text, size, number);
  }
}

static void assert_closed_early(const char* const text, const size_t size)
{
  for (size_t at = 0U; at < HEAD_END; ++at) {
    ck_assert_int_eq(decode_closed(text, at, "\"]}"), JAM_ERR_FORMAT);
    ck_assert_int_eq(decode_closed(text, at, "]}"), JAM_ERR_FORMAT);
  }
  unsigned number = 0U;
  size_t   start  = HEAD_END;
  while (start < size) {
    const char* const quote = strchr(text + start, '"');
    ck_assert_ptr_nonnull(quote);
    const size_t end = (size_t)(quote - text);
    assert_lane(text, size, ++number, start, end);
    start = end + (text[end + 1U] == ',' ? 3U : size);
  }
}

static void assert_vector(const struct cJSON* const json)
{
  char text[JELLIE_MAX_TEXT + 1U];
  ck_assert(wire_get_string(json, "text", text, sizeof(text)));
  const size_t size = strlen(text);
  ck_assert_int_eq(decode(text, size), JAM_OK);
  whole = block;
  for (size_t cut = 0U; cut < size; ++cut) {
    ck_assert_int_eq(decode(text, cut), JAM_ERR_FORMAT);
  }
  assert_closed_early(text, size);
}

START_TEST(every_prefix_is_refused_or_decodes_as_specified)
{
  static char line[MAX_LINE];
  FILE* const file = fopen(JAM_VECTORS "/jdat.jsonl", "r");
  ck_assert_ptr_nonnull(file);
  while (fgets(line, (int)sizeof(line), file)) {
    struct cJSON* const json = wire_parse(line, strlen(line), 4U);
    ck_assert_ptr_nonnull(json);
    assert_vector(json);
    wire_free(json);
  }
  ck_assert_int_eq(fclose(file), 0);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("jellie prefix");
  TCase* const tests = tcase_create("prefix");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, every_prefix_is_refused_or_decodes_as_specified);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
