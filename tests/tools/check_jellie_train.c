// SPDX-License-Identifier: MIT
// jellie_train on sound made here: the same in gives the same out, and what it
// learns helps with instruments that it has not heard.

#include "support/band.h"

#include <check.h>
#include <sndfile.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// mkdir, pclose and its status are POSIX
#include <sys/stat.h>
#include <sys/wait.h>

#define RATE_HZ 48000
#define FRAMES (3U * RATE_HZ)
#define FOLDER "check_jellie_train.sounds"
#define HEARD FOLDER "/heard"
#define ROWS 32

static const char* program;

static void write_sound(const BandPart part)
{
  static float samples[FRAMES];
  char         path[128];
  SF_INFO      info = {.samplerate = RATE_HZ,
                       .channels   = 1,
                       .format     = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
  band_play(part, RATE_HZ, 1U, samples, FRAMES);
  (void)snprintf(path,
                 sizeof(path),
                 "%s/%s.wav",
                 part == BAND_GUITAR || part == BAND_LEAD ? FOLDER : HEARD,
                 band_name(part));
  SNDFILE* const file = sf_open(path, SFM_WRITE, &info);
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(sf_writef_float(file, samples, FRAMES), FRAMES);
  ck_assert_int_eq(sf_close(file), 0);
}

static void write_sounds(void)
{
  (void)mkdir(FOLDER, 0777);
  (void)mkdir(HEARD, 0777);
  for (BandPart part = BAND_GUITAR; part < BAND_PART_COUNT; ++part) {
    write_sound(part);
  }
}

// Runs the program, keeps what it prints, and returns its exit status.
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

static void train(const char* const table, const char* const options)
{
  char arguments[512];
  char said[1024];
  (void)snprintf(arguments,
                 sizeof(arguments),
                 "--out %s --rows %d --items 4000 --passes 4 %s %s",
                 table,
                 ROWS,
                 options,
                 HEARD);
  ck_assert_msg(run(arguments, said, sizeof(said)) == 0, "%s", said);
}

static void
read_text(const char* const path, char* const out, const size_t room)
{
  FILE* const file = fopen(path, "r");
  ck_assert_ptr_nonnull(file);
  out[fread(out, 1U, room - 1U, file)] = '\0';
  (void)fclose(file);
}

// The share of a raw packet that packets of 64 samples need, both files' mean.
static double share(const char* const table)
{
  char arguments[512];
  char said[2048];
  (void)snprintf(arguments,
                 sizeof(arguments),
                 "--measure %s --every 4 %s/guitar.wav %s/lead.wav",
                 table,
                 FOLDER,
                 FOLDER);
  ck_assert_msg(run(arguments, said, sizeof(said)) == 0, "%s", said);
  double      sum = 0.0;
  const char* at  = said;
  for (unsigned i = 0U; i < 2U; ++i) {
    at = strstr(at, "\"64\": ");
    ck_assert_msg(at != NULL, "%s", said);
    at += 6;
    sum += strtod(at, NULL);
  }
  return sum / 2.0;
}

START_TEST(the_same_sound_gives_the_same_table)
{
  static char first[65536];
  static char second[65536];
  write_sounds();
  train("check_jellie_train.1", "");
  train("check_jellie_train.2", "");
  read_text("check_jellie_train.1", first, sizeof(first));
  read_text("check_jellie_train.2", second, sizeof(second));
  ck_assert_str_eq(first, second);

  train("check_jellie_train.2", "--seed 2");
  read_text("check_jellie_train.2", second, sizeof(second));
  ck_assert_str_ne(first, second);
}

END_TEST

START_TEST(what_it_learns_helps_with_instruments_it_never_heard)
{
  // A row for smooth sound and one for none
  FILE* const file = fopen("check_jellie_train.plain", "w");
  ck_assert_ptr_nonnull(file);
  (void)fputs("30000 -25000 0 0 0 0 0 0 0 0 0 0 0 0 0 0 "
              "6 3 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
              "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 "
              "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
              file);
  (void)fclose(file);
  write_sounds();
  train("check_jellie_train.1", "");
  const double plain   = share("check_jellie_train.plain");
  const double trained = share("check_jellie_train.1");
  ck_assert_msg(trained < 0.9 * plain, "%.3f against %.3f", trained, plain);

  // Clusters alone are not as good as rows that met the true cost
  train("check_jellie_train.2", "--passes 0");
  ck_assert(trained < share("check_jellie_train.2"));
}

END_TEST

START_TEST(it_also_learns_for_high_rates_and_writes_source)
{
  static char text[131072];
  char        said[1024];
  write_sounds();
  const char* const make =
    "--out check_jellie_train.512 --high --items 3000 --passes 1 " HEARD;
  ck_assert_int_eq(run(make, said, sizeof(said)), 0);
  const char* const write = "--source check_jellie_train.c --note "
                            "check_jellie_train.plain "
                            "check_jellie_train.512 check_jellie_train.512";
  ck_assert_msg(run(write, said, sizeof(said)) == 0, "%s", said);
  read_text("check_jellie_train.c", text, sizeof(text));
  ck_assert_ptr_nonnull(strstr(text, "// 30000 -25000"));
  ck_assert_ptr_nonnull(
    strstr(text, "const JellieTableRow jellie_table[JELLIE_ROWS] = {"));
}

END_TEST

START_TEST(mistakes_get_a_sentence)
{
  const char* const calls[] = {"",
                               "--out x",
                               "--rows 0 --out x .",
                               "--rows many --out x .",
                               "--bits 20 --measure x y",
                               "--strange 1 .",
                               "--out x no_such_folder",
                               "--measure no_such_table x.wav",
                               "--source x.c one_table",
                               "--out"};
  char              said[1024];
  for (size_t i = 0U; i < sizeof(calls) / sizeof(*calls); ++i) {
    ck_assert_int_eq(run(calls[i], said, sizeof(said)), 1);
    ck_assert_msg(strncmp(said, "jellie_train: ", 14U) == 0, "%s", said);
    ck_assert_msg(strchr(said, '\n') == said + strlen(said) - 1U, "%s", said);
  }
}

END_TEST

int main(int argc, char** argv)
{
  if (argc != 2) {
    return 2;
  }
  program            = argv[1];
  Suite* const suite = suite_create("jellie_train");
  TCase* const tcase = tcase_create("training");
  tcase_set_timeout(tcase, 100.0);
  tcase_add_test(tcase, the_same_sound_gives_the_same_table);
  tcase_add_test(tcase, what_it_learns_helps_with_instruments_it_never_heard);
  tcase_add_test(tcase, it_also_learns_for_high_rates_and_writes_source);
  tcase_add_test(tcase, mistakes_get_a_sentence);
  suite_add_tcase(suite, tcase);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? 0 : 1;
}
