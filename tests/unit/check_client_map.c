// SPDX-License-Identifier: MIT
// Maps of MIDI ports: what their texts mean, and what they do.

#include "midi_map.h"

#include <check.h>

#include <stdlib.h>
#include <string.h>

static MidiMap map;

// The message after the map, or 0 if it is left out
static unsigned mapped(const unsigned status, const unsigned data)
{
  uint8_t bytes[3] = {(uint8_t)status, (uint8_t)data, 100U};
  return midi_map_apply(&map, bytes) ? (unsigned)bytes[0] << 8U | bytes[1] : 0U;
}

START_TEST(an_empty_map_changes_nothing)
{
  ck_assert(midi_map_read("", &map));
  for (unsigned status = 0U; status < 256U; ++status) {
    ck_assert_uint_eq(mapped(status, 60U), status << 8U | 60U);
  }
}

END_TEST

START_TEST(channels_move_and_notes_are_transposed)
{
  ck_assert(midi_map_read("-12,1>16,2>-,3>10", &map));
  ck_assert_uint_eq(mapped(0x90U, 60U), 0x9F30U);
  ck_assert_uint_eq(mapped(0x80U, 60U), 0x8F30U);
  ck_assert_uint_eq(mapped(0xA0U, 60U), 0xAF30U);
  ck_assert_uint_eq(mapped(0xB0U, 7U), 0xBF07U);
  ck_assert_uint_eq(mapped(0xE1U, 0U), 0U);
  ck_assert_uint_eq(mapped(0x92U, 36U), 0x9924U); // Drums are not transposed
  ck_assert_uint_eq(mapped(0x93U, 11U), 0U);      // Below the lowest key
  ck_assert_uint_eq(mapped(0xF8U, 0U), 0xF800U);
  ck_assert(midi_map_read("*>1,+60", &map));
  ck_assert_uint_eq(mapped(0x97U, 67U), 0x907FU);
  ck_assert_uint_eq(mapped(0x97U, 68U), 0U);
}

END_TEST

START_TEST(other_texts_are_refused)
{
  static const char* const texts[] = {"12",
                                      "1>17",
                                      "0>1",
                                      "1>0",
                                      ",",
                                      "1>2,",
                                      "+",
                                      "+61",
                                      "-61",
                                      "1>2 ",
                                      "1-2",
                                      "x",
                                      "1>",
                                      ">1",
                                      "+1+1",
                                      "+ 1",
                                      "**>1",
                                      "1>*",
                                      "1>2>3"};
  for (size_t i = 0U; i < sizeof(texts) / sizeof(texts[0]); ++i) {
    ck_assert_msg(!midi_map_read(texts[i], &map), "accepted: %s", texts[i]);
  }
}

END_TEST

int main(void)
{
  Suite* const s = suite_create("client map");
  TCase* const t = tcase_create("map");
  tcase_add_test(t, an_empty_map_changes_nothing);
  tcase_add_test(t, channels_move_and_notes_are_transposed);
  tcase_add_test(t, other_texts_are_refused);
  suite_add_tcase(s, t);
  SRunner* const r = srunner_create(s);
  srunner_run_all(r, CK_NORMAL);
  const int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
