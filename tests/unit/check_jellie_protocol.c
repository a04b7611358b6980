// SPDX-License-Identifier: MIT
// PROTOCOL.md lists the tables that the codec uses, number by number.

#include "jellie/predict.h"

#include <check.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE JAM_VECTORS "/../../core/jellie/PROTOCOL.md"

static char page[65536];

static void load_page(void)
{
  FILE* const file = fopen(PAGE, "r");
  ck_assert_ptr_nonnull(file);
  const size_t size = fread(page, 1U, sizeof(page) - 1U, file);
  page[size]        = '\0';
  ck_assert_int_eq(fclose(file), 0);
}

// Returns what follows the next occurrence of `mark`.
static const char* after(const char* const text, const char* const mark)
{
  const char* const found = strstr(text, mark);
  ck_assert_msg(found, "%s is missing", mark);
  return found + strlen(mark);
}

static const char*
assert_row(const char* text, const int16_t* const row, const unsigned taps)
{
  for (unsigned t = 0U; t < JELLIE_TAPS; ++t) {
    if (t >= taps) {
      ck_assert_int_eq(row[t], 0);
      continue;
    }
    char* end = NULL;
    ck_assert_int_eq(strtol(text, &end, 10), row[t]);
    ck_assert_ptr_ne(end, text);
    text = end;
  }
  return text;
}

static void assert_table(const char* const name, const JellieRole* const role)
{
  char heading[64];
  (void)snprintf(heading, sizeof(heading), "### Table `%s`", name);
  const char* text = after(after(page, heading), "```\n");
  for (unsigned e = 0U; e < 1U << role->index_bits; ++e) {
    text = assert_row(text, role->rows[e], role->taps);
  }
  ck_assert(!strncmp(text, "\n```", 4U));
  text = after(text + 4U, "```\n");
  for (unsigned e = 0U; e < (unsigned)role->left + role->right; ++e) {
    const char* const colon = after(text, ":");
    ck_assert_int_eq(strtol(colon - 4, NULL, 10), role->widths[e]);
    text = assert_row(colon, role->edges[e], role->taps);
  }
  ck_assert(!strncmp(text, "\n```", 4U));
}

START_TEST(the_page_lists_the_tables_in_use)
{
  static const char* const names[] = {"lane0", "lane2", "lane1", "lane3"};
  load_page();
  assert_table("single", &jellie_role_single);
  for (unsigned string = 0U; string < 4U; ++string) {
    assert_table(names[string], &jellie_roles_tree[string]);
  }
}

END_TEST

// A tap that the decoder cannot know yet would read another value there.
START_TEST(no_row_uses_a_sample_that_is_not_there)
{
  const JellieRole* const role =
    _i == 4 ? &jellie_role_single : &jellie_roles_tree[_i];
  const int      frames = 32;
  const unsigned count  = (unsigned)frames / role->step;
  for (unsigned i = 0U; i < count; ++i) {
    const int16_t* const taps = jellie_row(role, 3U, i, count).taps;
    const int            at   = (int)(i * role->step + role->first);
    for (unsigned t = 0U; t < JELLIE_TAPS; ++t) {
      const int  from   = at + role->offsets[t];
      const bool exists = from >= 0 && from < frames && role->offsets[t] != 0;
      ck_assert(exists || taps[t] == 0);
      ck_assert_int_ge(from, -(int)JELLIE_MARGIN);
      ck_assert_int_lt(from, frames + (int)JELLIE_MARGIN);
    }
  }
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("jellie protocol");
  TCase* const tests = tcase_create("protocol");
  tcase_add_test(tests, the_page_lists_the_tables_in_use);
  tcase_add_loop_test(tests, no_row_uses_a_sample_that_is_not_there, 0, 5);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
