// SPDX-License-Identifier: MIT
// jamnet-lab jdat and thin as their users run them: files in, a JSON line each
// out.

#include "lab/signals.h"
#include "wire/wire.h"

#include <check.h>
#include <sndfile.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// pclose and its status are POSIX
#include <sys/wait.h>

#define FRAMES 6400
#define WAV "check_lab_jdat.wav"
#define THIN "check_lab_thin.wav"

static const char* program;

static void write_wav(const int rate, const int channels, const int frames)
{
  static int32_t samples[FRAMES];
  SF_INFO        info;
  memset(&info, 0, sizeof(info));
  info.samplerate = rate;
  info.channels   = channels;
  info.format     = SF_FORMAT_WAV | SF_FORMAT_PCM_24;
  signal_fill(SIGNAL_CHORD, 24U, 1U, samples, FRAMES);
  for (int i = 0; i < FRAMES; ++i) {
    samples[i] *= 256; // libsndfile takes 32 bits
  }
  SNDFILE* const file = sf_open(WAV, SFM_WRITE, &info);
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(sf_write_int(file, samples, frames), frames);
  ck_assert_int_eq(sf_close(file), 0);
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

static int64_t number(const struct cJSON* const json, const char* const key)
{
  int64_t value = -1;
  ck_assert_msg(wire_get_int(json, key, 0, 1000000000, &value), "%s", key);
  return value;
}

static void assert_run(const char* const options,
                       const int64_t     bits,
                       const int64_t     frames,
                       const int64_t     lanes)
{
  char arguments[256];
  char out[4096];
  (void)snprintf(arguments, sizeof(arguments), "jdat %s " WAV, options);
  ck_assert_msg(run(arguments, out, sizeof(out)) == 0, "%s", out);
  ck_assert_ptr_nonnull(strstr(out, "\"exact\":true"));
  ck_assert_ptr_nonnull(strstr(out, "\"ratio\":"));
  struct cJSON* const json = wire_parse(out, strlen(out), 2U);
  ck_assert_ptr_nonnull(json);
  char file[64];
  ck_assert(wire_get_string(json, "file", file, sizeof(file)));
  ck_assert_str_eq(file, WAV);
  ck_assert_int_eq(number(json, "bits"), bits);
  ck_assert_int_eq(number(json, "frames"), frames);
  ck_assert_int_eq(number(json, "lanes"), lanes);
  ck_assert_int_eq(number(json, "packets"), FRAMES / frames);
  ck_assert_int_eq(number(json, "jacktrip_bytes"),
                   FRAMES / frames * (16 + frames * bits / 8));
  ck_assert_int_gt(number(json, "payload_bytes"), 0);
  (void)number(json, "encode_ns");
  (void)number(json, "decode_ns");
  wire_free(json);
}

START_TEST(a_file_is_coded_exactly_in_every_way)
{
  write_wav(48000, 1, FRAMES);
  assert_run("", 16, 64, 4);
  assert_run("--bits 24", 24, 64, 4);
  assert_run("--frames 32 --lanes 1", 16, 32, 1);
  assert_run("--profile plain --bits 24", 24, 64, 4);
  assert_run("--profile token --frames 256", 16, 256, 4);
}

END_TEST

START_TEST(every_rate_has_its_unit)
{
  write_wav(44100, 1, FRAMES);
  assert_run("", 16, 64, 4);
  write_wav(96000, 1, FRAMES);
  assert_run("", 16, 128, 4);
  write_wav(192000, 1, FRAMES);
  assert_run("--bits 24", 24, 256, 4);
}

END_TEST

static void
assert_thin(const char* const options, const int rate, const int64_t keep)
{
  char arguments[256];
  char out[4096];
  (void)snprintf(arguments,
                 sizeof(arguments),
                 "thin " WAV " --out " THIN " --keep %d %s",
                 (int)keep,
                 options);
  ck_assert_msg(run(arguments, out, sizeof(out)) == 0, "%s", out);
  struct cJSON* const json = wire_parse(out, strlen(out), 2U);
  ck_assert_ptr_nonnull(json);
  ck_assert_int_eq(number(json, "keep"), keep);
  ck_assert_int_eq(number(json, "rate"), rate);
  ck_assert_int_lt(number(json, "kept_bytes"), number(json, "audio_bytes"));
  ck_assert_int_lt(number(json, "thinned_bytes"),
                   number(json, "payload_bytes"));
  const int64_t frames = number(json, "packets") * number(json, "frames");
  wire_free(json);

  SF_INFO info;
  memset(&info, 0, sizeof(info));
  SNDFILE* const file = sf_open(THIN, SFM_READ, &info);
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(info.frames, frames * keep / 4);
  ck_assert_int_eq(info.samplerate, rate * (int)keep / 4);
  ck_assert_int_eq(sf_close(file), 0);
}

START_TEST(a_thinned_file_is_shorter_in_bytes_and_rate)
{
  write_wav(48000, 1, FRAMES);
  assert_thin("", 48000, 2);
  assert_thin("--rate 192000 --floor 105 --seed 3", 192000, 1);
  assert_thin("--rate 96000 --bits 16 --frames 64", 96000, 2);
}

END_TEST

START_TEST(tones_are_measured_without_a_file)
{
  char out[4096];
  ck_assert_int_eq(run("thin --keep 1", out, sizeof(out)), 0);
  unsigned lines = 0U;
  for (const char* at = strchr(out, '\n'); at; at = strchr(at + 1, '\n')) {
    ++lines;
  }
  ck_assert_uint_eq(lines, 6U);
}

END_TEST

static void assert_fault(const char* const arguments)
{
  char out[4096];
  ck_assert_int_eq(run(arguments, out, sizeof(out)), 2);
  const char* const end = strchr(out, '\n');
  ck_assert_msg(end && end > out && end[1] == '\0', "%s: %s", arguments, out);
}

START_TEST(a_thin_line_is_measured)
{
  char out[4096];
  write_wav(96000, 1, FRAMES);
  ck_assert_int_eq(run("lossy --frames 512 --kbit 700 " WAV, out, sizeof(out)),
                   0);
  struct cJSON* const json = wire_parse(out, strlen(out), 2U);
  ck_assert_ptr_nonnull(json);
  ck_assert_int_eq(number(json, "target_kbit"), 700);
  ck_assert_int_eq(number(json, "frames"), 512);
  ck_assert_ptr_nonnull(strstr(out, "\"nmr_p95_db\":"));
  ck_assert_ptr_nonnull(strstr(out, "\"wire_kbit\":"));
  wire_free(json);
  write_wav(48000, 1, FRAMES);
  ck_assert_int_eq(run("nmr " WAV " " WAV, out, sizeof(out)), 0);
  ck_assert_str_eq(out,
                   "{\"file\":\"" WAV "\",\"nmr_mean_db\":null,"
                   "\"nmr_p95_db\":null}\n");
}

END_TEST

START_TEST(a_fault_is_one_sentence_and_status_2)
{
  write_wav(48000, 1, FRAMES);
  assert_fault("nmr " WAV);
  assert_fault("nmr " WAV " missing.wav");
  assert_fault("lossy");
  assert_fault("lossy --frames 65 " WAV);
  assert_fault("lossy --speed 1 " WAV);
  assert_fault("jdat");
  assert_fault("jdat missing.wav");
  assert_fault("jdat --bits 20 " WAV);
  assert_fault("jdat --bits 16x " WAV);
  assert_fault("jdat --lanes 2 " WAV);
  assert_fault("jdat --frames 512 " WAV);
  assert_fault("jdat --profile binary " WAV);
  assert_fault("jdat --speed 1 " WAV);
  assert_fault("unheard-of");
  assert_fault("thin " WAV);
  assert_fault("thin --keep 3 " WAV);
  assert_fault("thin --keep 2 --floor much " WAV);
  assert_fault("thin --keep 2 " WAV " " WAV);
  assert_fault("thin --keep 2 --frames 1024 " WAV);
  write_wav(48000, 1, 10);
  assert_fault("jdat " WAV);
  write_wav(32000, 1, FRAMES);
  assert_fault("jdat " WAV);
  write_wav(48000, 2, FRAMES);
  assert_fault("jdat " WAV);
}

END_TEST

int main(const int argc, char** const argv)
{
  if (argc != 2) {
    return EXIT_FAILURE;
  }
  program            = argv[1];
  Suite* const suite = suite_create("lab jdat");
  TCase* const tests = tcase_create("jdat");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, a_file_is_coded_exactly_in_every_way);
  tcase_add_test(tests, every_rate_has_its_unit);
  tcase_add_test(tests, a_thin_line_is_measured);
  tcase_add_test(tests, a_thinned_file_is_shorter_in_bytes_and_rate);
  tcase_add_test(tests, tones_are_measured_without_a_file);
  tcase_add_test(tests, a_fault_is_one_sentence_and_status_2);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  (void)remove(WAV);
  (void)remove(THIN);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
