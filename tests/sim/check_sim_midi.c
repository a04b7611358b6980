// SPDX-License-Identifier: MIT
// The ledger of MIDI events, and MIDI files.

#include "sim/sim_midi.h"
#include "support/smf.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

// Type 0, 96 ticks a quarter: 60 beats a minute, note on at 0, off 96 ticks on
// by running status with velocity 0, then 120 beats, sysex, program 48 ticks on
static const uint8_t file[] = {
  'M', 'T', 'h',  'd', 0,   0,   0,    6,  0,    0,    0,  1,    0,  96,
  'M', 'T', 'r',  'k', 0,   0,   0,    34, 0,    0xFF, 81, 3,    15, 66,
  64,  0,   0x90, 60,  100, 96,  60,   0,  0,    0xFF, 81, 3,    7,  0xA1,
  32,  0,   0xF0, 3,   126, 127, 0xF7, 48, 0xC1, 5,    0,  0xFF, 47, 0};

START_TEST(a_midi_file_gives_its_messages_with_their_times)
{
  size_t          count  = 0U;
  SmfEvent* const events = smf_read(file, sizeof(file), &count);
  ck_assert(events != NULL);
  ck_assert_uint_eq(count, 3U);
  ck_assert_int_eq(events[0].time_ns, 0);
  ck_assert_int_eq(events[1].time_ns, JAM_SECOND);
  ck_assert_int_eq(events[2].time_ns, JAM_SECOND + JAM_SECOND / 4);
  ck_assert_uint_eq(events[1].bytes[0], 0x90U);
  ck_assert_uint_eq(events[1].bytes[2], 0U);
  ck_assert_uint_eq(events[2].size, 2U);
  ck_assert_uint_eq(events[2].bytes[1], 5U);
  free(events);
}

END_TEST

START_TEST(a_damaged_midi_file_does_no_harm)
{
  for (size_t size = 0U; size < sizeof(file); ++size) {
    uint8_t* const copy  = (uint8_t*)malloc(size + 1U);
    size_t         count = 0U;
    memcpy(copy, file, size);
    ck_assert(smf_read(copy, size, &count) == NULL);
    free(copy);
  }
  for (size_t at = 0U; at < sizeof(file); ++at) {
    for (unsigned byte = 0U; byte < 256U; ++byte) {
      uint8_t copy[sizeof(file)];
      size_t  count = 0U;
      memcpy(copy, file, sizeof(file));
      copy[at] = (uint8_t)byte;
      free(smf_read(copy, sizeof(copy), &count));
    }
  }
}

END_TEST

static SimSong song_of(const unsigned count)
{
  SimSong song = {0};
  for (unsigned i = 0U; i < count; ++i) {
    const SimNote note = {i * JAM_MS, 3U, {0x90U, (uint8_t)i, 64U}};
    sim_song_add(&song, &note);
  }
  return song;
}

static const SimNote*
hear(SimMidiHeard* const heard, const SimSong* const song, const unsigned key)
{
  const uint8_t bytes[] = {0x90U, (uint8_t)key, 64U};
  return sim_midi_heard(heard, song, bytes, 3U);
}

START_TEST(the_ledger_tells_lost_from_doubled_from_disordered)
{
  SimSong      song  = song_of(100U);
  SimMidiHeard heard = {0};
  ck_assert(hear(&heard, &song, 10U) == &song.notes[10]); // Came late: no loss
  ck_assert(hear(&heard, &song, 11U) != NULL);
  ck_assert(hear(&heard, &song, 11U) == NULL); // Doubled
  ck_assert(hear(&heard, &song, 14U) != NULL); // 12 and 13 are missing
  ck_assert(hear(&heard, &song, 13U) == NULL); // Too late
  ck_assert_uint_eq(heard.sent, 5U);
  ck_assert_uint_eq(heard.received, 3U);
  ck_assert_uint_eq(heard.lost, 2U);
  ck_assert_uint_eq(heard.extra, 2U);
  sim_midi_restart(&heard);
  ck_assert(hear(&heard, &song, 50U) != NULL); // After a pause: no loss
  ck_assert_uint_eq(heard.lost, 2U);
  sim_midi_close(&heard, &song, 60 * JAM_MS);
  ck_assert_uint_eq(heard.lost, 11U);
  sim_song_free(&song);
}

END_TEST

START_TEST(synthesised_notes_come_in_pairs_in_time_order)
{
  SimSong song;
  char    error[100];
  ck_assert(
    sim_song_load(&song, "synth:notes", 3U, 60.0, error, sizeof(error)));
  ck_assert_uint_gt(song.count, 500U);
  for (size_t i = 0U; i < song.count; i += 2U) {
    ck_assert_uint_eq(song.notes[i].bytes[0], 0x90U);
    ck_assert_uint_eq(song.notes[i + 1U].bytes[0], 0x80U);
    ck_assert_uint_eq(song.notes[i].bytes[1], song.notes[i + 1U].bytes[1]);
    ck_assert(song.notes[i].time < song.notes[i + 1U].time);
    ck_assert(i == 0U || song.notes[i - 1U].time <= song.notes[i].time);
  }
  sim_song_free(&song);
  ck_assert(!sim_song_load(&song, "none.mid", 3U, 1.0, error, sizeof(error)));
  ck_assert_str_eq(error, "none.mid is not a list of MIDI events.");
}

END_TEST

static Suite* suite(void)
{
  Suite* const s     = suite_create("sim midi");
  TCase* const tests = tcase_create("midi");
  tcase_add_test(tests, a_midi_file_gives_its_messages_with_their_times);
  tcase_add_test(tests, a_damaged_midi_file_does_no_harm);
  tcase_add_test(tests, the_ledger_tells_lost_from_doubled_from_disordered);
  tcase_add_test(tests, synthesised_notes_come_in_pairs_in_time_order);
  suite_add_tcase(s, tests);
  return s;
}

int main(void)
{
  SRunner* const runner = srunner_create(suite());
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
