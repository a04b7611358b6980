// SPDX-License-Identifier: MIT
// What is derived from the table: the same at every time, complete, in bounds.

#include "jellie/predict.h"

#include <check.h>

#include <stdlib.h>
#include <string.h>

static JellieTaps taps;

START_TEST(deriving_again_gives_what_is_built_in)
{
  uint32_t checksum = 0U;
  ck_assert(jellie_derive(jellie_table, &taps));
  ck_assert(!memcmp(&taps, &jellie_taps_low, sizeof(taps)));
  checksum = jellie_derive_checksum(&taps);
  ck_assert(jellie_derive(jellie_table_high, &taps));
  ck_assert(!memcmp(&taps, &jellie_taps_high, sizeof(taps)));
  checksum = checksum * 31U + jellie_derive_checksum(&taps);
  ck_assert_uint_eq(jellie_table_checksum(), checksum);
}

END_TEST

START_TEST(the_checksum_depends_on_every_row)
{
  static JellieTableRow table[JELLIE_ROWS];
  const uint32_t        checksum = jellie_derive_checksum(&jellie_taps_low);
  for (unsigned row = 0U; row < JELLIE_ROWS; row += 73U) {
    memcpy(table, jellie_table, sizeof(table));
    table[row].reflection[15] = (int16_t)(table[row].reflection[15] / 2 + 9);
    ck_assert(jellie_derive(table, &taps));
    ck_assert_uint_ne(jellie_derive_checksum(&taps), checksum);
  }
}

END_TEST

// A tap that the decoder cannot know yet would read another value there.
START_TEST(no_tap_reads_a_sample_that_is_not_there)
{
  static const unsigned sizes[] = {32U, 64U, 128U, 1024U};
  const unsigned        frames  = sizes[_i / 4];
  const unsigned        string  = (unsigned)_i % 4U;
  const JellieFormat    format  = {192000U, (uint16_t)frames, 16U, 4U, 0U, 0U};
  const JellieShape     shape   = jellie_shape(&format);
  unsigned              wrong   = 0U;
  for (unsigned i = 0U; i < frames / 4U; ++i) {
    const unsigned place = jellie_place(&shape, i, frames / 4U);
    const int      at    = (int)(4U * i + jellie_firsts[string]);
    for (unsigned t = 0U; t < JELLIE_TAPS; ++t) {
      const int from  = at + jellie_reach[string].at[t][place];
      bool      known = from < at && from % 4 == at % 4;
      ck_assert(from >= 0 && from < (int)frames);
      for (unsigned earlier = 0U; earlier < string; ++earlier) {
        known = known || from % 4 == jellie_firsts[earlier];
      }
      for (unsigned row = 0U; !known && row < JELLIE_ROWS; ++row) {
        wrong += jellie_taps_low.rows[row].lanes[string].taps[t][place] != 0;
      }
    }
  }
  ck_assert_uint_eq(wrong, 0U);
}

END_TEST

START_TEST(tables_with_impossible_rows_are_refused)
{
  static JellieTableRow table[JELLIE_ROWS];
  ck_assert(jellie_derive(table, &taps)); // Rows that predict nothing are fine
  for (unsigned i = 0U; i < JELLIE_ORDER; ++i) {
    table[7].reflection[i] = i % 2U ? -32767 : 32767;
  }
  ck_assert(!jellie_derive(table, &taps));
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("jellie derive");
  TCase* const tests = tcase_create("derive");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, deriving_again_gives_what_is_built_in);
  tcase_add_test(tests, the_checksum_depends_on_every_row);
  tcase_add_loop_test(tests, no_tap_reads_a_sample_that_is_not_there, 0, 16);
  tcase_add_test(tests, tables_with_impossible_rows_are_refused);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
