// SPDX-License-Identifier: MIT
// jamnet-lab midi as its users run it: a performance of every kind of message,
// over a good and a bad path.

#include "base/rand.h"
#include "wire/wire.h"

#include <check.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// pclose and its status are POSIX
#include <sys/wait.h>

#define SONG "check_lab_midi.mid"
#define EVENTS 2000U

static const char* program;

static void put(FILE* const file, const unsigned byte)
{
  ck_assert_int_ne(fputc((int)(byte & 255U), file), EOF);
}

static void put32(FILE* const file, const long value)
{
  for (unsigned shift = 32U; shift > 0U; shift -= 8U) {
    put(file, (unsigned)(value >> (shift - 8U)));
  }
}

// Type 0, 96 ticks a quarter: every kind of channel message in turn, some by
// running status, and long messages
static void write_song(void)
{
  FILE* const file = fopen(SONG, "wb");
  JamRand     rand;
  ck_assert_ptr_nonnull(file);
  jam_rand_init(&rand, 4U, 0U);
  (void)fputs("MThd", file);
  put32(file, 6);
  put32(file, 1);
  put(file, 0U);
  put(file, 96U);
  (void)fputs("MTrk", file);
  const long at = ftell(file);
  put32(file, 0);
  for (unsigned i = 0U; i < EVENTS; ++i) {
    const unsigned kind = 8U + i % 7U;
    put(file, jam_rand_below(&rand, 8U));
    put(file, kind << 4U | jam_rand_below(&rand, 16U));
    put(file, jam_rand_below(&rand, 120U));
    if (kind != 12U && kind != 13U) {
      put(file, jam_rand_below(&rand, 128U));
    }
    if (i % 100U == 0U) {
      (void)fputs("\001\360\004\176\177\001\367", file);
    }
  }
  put(file, 0U);
  put(file, 0xFFU);
  put(file, 0x2FU);
  put(file, 0U);
  const long end = ftell(file);
  (void)fseek(file, at, SEEK_SET);
  put32(file, end - at - 4);
  ck_assert_int_eq(fclose(file), 0);
}

static int run(const char* const arguments, char* const out, const size_t room)
{
  char command[1024];
  (void)snprintf(command, sizeof(command), "%s %s 2>&1", program, arguments);
  FILE* const pipe = popen(command, "r");
  ck_assert_ptr_nonnull(pipe);
  const size_t size = fread(out, 1U, room - 1U, pipe);
  out[size]         = '\0';
  const int status  = pclose(pipe);
  ck_assert(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static int64_t number(const char* const text, const char* const key)
{
  int64_t       value = -1;
  struct cJSON* json  = wire_parse(text, strlen(text), 2U);
  ck_assert_msg(json != NULL, "%s", text);
  ck_assert_msg(wire_get_int(json, key, 0, 1000000000, &value), "%s", key);
  wire_free(json);
  return value;
}

static unsigned lines(const char* const path)
{
  FILE* const file  = fopen(path, "r");
  unsigned    count = 0U;
  ck_assert_ptr_nonnull(file);
  for (int c = fgetc(file); c != EOF; c = fgetc(file)) {
    count += c == '\n' ? 1U : 0U;
  }
  (void)fclose(file);
  return count;
}

START_TEST(a_good_path_changes_no_byte)
{
  char text[2048];
  ck_assert_int_eq(
    run(_i ? "midi " SONG " --out . --compact 1" : "midi " SONG " --out .",
        text,
        sizeof(text)),
    0);
  ck_assert_int_eq(number(text, "events"), EVENTS);
  ck_assert_int_eq(number(text, "differences"), 0);
  ck_assert_int_eq(number(text, "mismatches"), 0);
  ck_assert_int_eq(number(text, "state_only"), 0);
  ck_assert_int_eq(number(text, "sysex"), EVENTS / 100U);
  ck_assert_int_le(number(text, "largest"), 1100);
  ck_assert_uint_eq(lines("sent.csv"), EVENTS + EVENTS / 100U);
  ck_assert_uint_eq(lines("recv.csv"), EVENTS + EVENTS / 100U);
  ck_assert_uint_eq(lines("outages.csv"), 0U);
}

END_TEST

START_TEST(a_bad_path_leaves_no_wrong_state)
{
  char text[2048];
  ck_assert_int_eq(run("midi " SONG
                       " --loss 40 --burst-ms 1500 --rtt 80 --seed 3 --out .",
                       text,
                       sizeof(text)),
                   0);
  ck_assert_int_eq(number(text, "mismatches"), 0);
  ck_assert_int_gt(number(text, "checked"), 100);
  ck_assert_int_ge(number(text, "repairs"), 1);
  ck_assert_int_le(number(text, "largest"), 1100);
  ck_assert_uint_gt(lines("outages.csv"), 5U);
}

END_TEST

START_TEST(what_is_wrong_is_said)
{
  char text[2048];
  ck_assert_int_eq(run("midi none.mid", text, sizeof(text)), 2);
  ck_assert_int_eq(run("midi", text, sizeof(text)), 2);
  ck_assert_int_eq(run("midi " SONG " --loss x", text, sizeof(text)), 2);
  ck_assert_int_eq(run("midi " SONG " --out none/such", text, sizeof(text)), 2);
}

END_TEST

int main(const int argc, char** const argv)
{
  program        = argc > 1 ? argv[1] : "jamnet-lab";
  Suite* const s = suite_create("lab midi");
  TCase* const t = tcase_create("midi");
  tcase_add_unchecked_fixture(t, write_song, NULL);
  tcase_add_loop_test(t, a_good_path_changes_no_byte, 0, 2);
  tcase_add_test(t, a_bad_path_leaves_no_wrong_state);
  tcase_add_test(t, what_is_wrong_is_said);
  suite_add_tcase(s, t);
  SRunner* const r = srunner_create(s);
  srunner_run_all(r, CK_NORMAL);
  const int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
