// SPDX-License-Identifier: MIT
// What the MIDI recorder writes can be read again, byte for byte.

#include "midi_recorder.h"
#include "support/smf.h"

#include <check.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// mkdtemp is POSIX
#include <unistd.h>

#define START (5 * JAM_SECOND)
#define EVENTS 3000U

static char folder[64];

static void setup(void)
{
  (void)snprintf(folder, sizeof(folder), "/tmp/check_client_XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
}

static const char* path_of(const char* const name)
{
  static char path[128];
  (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
  return path;
}

static void teardown(void)
{
  (void)remove(path_of("midi.jsonl"));
  (void)remove(path_of("sent.mid"));
  (void)remove(path_of("player-7.mid"));
  (void)remove(folder);
}

static size_t read_all(const char* const name, uint8_t* out, const size_t room)
{
  FILE* const file = fopen(path_of(name), "rb");
  ck_assert_ptr_nonnull(file);
  const size_t size = fread(out, 1U, room, file);
  (void)fclose(file);
  return size;
}

static uint8_t data[1U << 20U];

START_TEST(what_was_sent_and_heard_is_written)
{
  static const uint8_t sysex[] = {0xF0, 0x7E, 1, 0xF7};
  char                 error[100];
  MidiRecorder* const  recorder =
    midi_recorder_start(folder, START, error, sizeof(error));
  ck_assert_ptr_nonnull(recorder);
  const uint8_t note[]  = {0x90, 60, 100};
  const uint8_t clock[] = {0xF8};
  ck_assert(midi_recorder_sent(recorder, START + JAM_MS, note, 3U));
  ck_assert(midi_recorder_sent(recorder, START + 2 * JAM_MS, clock, 1U));
  ck_assert(midi_recorder_sent(recorder, START + 3 * JAM_MS, sysex, 4U));
  for (unsigned i = 0U; i < EVENTS; ++i) {
    const uint8_t bytes[] = {0xB3, (uint8_t)(i % 128U), (uint8_t)(i / 128U)};
    ck_assert(midi_recorder_heard(recorder, START + i * JAM_MS, 7U, bytes, 3U));
  }
  ck_assert(midi_recorder_stop(recorder));

  size_t          count  = 0U;
  size_t          size   = read_all("player-7.mid", data, sizeof(data));
  SmfEvent* const events = smf_read_all(data, size, &count);
  ck_assert_uint_eq(count, EVENTS);
  for (unsigned i = 0U; i < EVENTS; ++i) {
    ck_assert_int_le(llabs(events[i].time_ns - i * JAM_MS), 20 * JAM_US);
    ck_assert_uint_eq(events[i].bytes[0], 0xB3U);
    ck_assert_uint_eq(events[i].bytes[1], i % 128U);
    ck_assert_uint_eq(events[i].bytes[2], i / 128U);
  }
  free(events);
  size                 = read_all("sent.mid", data, sizeof(data));
  SmfEvent* const sent = smf_read_all(data, size, &count);
  ck_assert_uint_eq(count, 2U); // Files know no clock
  ck_assert_uint_eq(sent[1].tail_size, 3U);
  ck_assert_mem_eq(sent[1].tail, sysex + 1, 3U);
  free(sent);
  size       = read_all("midi.jsonl", data, sizeof(data) - 1U);
  data[size] = '\0';
  ck_assert(strstr((char*)data, "{\"t\":1000,\"who\":0,\"m\":[144,60,100]}\n"));
  ck_assert(strstr((char*)data, "{\"t\":2000,\"who\":0,\"m\":[248]}\n"));
  ck_assert(strstr((char*)data, "{\"t\":3000,\"who\":0,\"x\":\"f07e01f7\"}\n"));
  ck_assert(strstr((char*)data, "{\"t\":9000,\"who\":7,\"m\":[179,9,0]}\n"));
}

END_TEST

START_TEST(a_folder_that_is_not_there_is_said)
{
  char error[100] = "";
  ck_assert_ptr_null(
    midi_recorder_start("/none/such", START, error, sizeof(error)));
  ck_assert_str_eq(error, "MIDI cannot be recorded in \"/none/such\".");
  ck_assert(midi_recorder_stop(NULL));
}

END_TEST

int main(void)
{
  Suite* const s = suite_create("client recorder");
  TCase* const t = tcase_create("recorder");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, what_was_sent_and_heard_is_written);
  tcase_add_test(t, a_folder_that_is_not_there_is_said);
  suite_add_tcase(s, t);
  SRunner* const r = srunner_create(s);
  srunner_run_all(r, CK_NORMAL);
  const int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
