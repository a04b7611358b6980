// SPDX-License-Identifier: MIT
// Key files: made once, kept private, refused when they are not.

#include "io/io.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[256];

static void make_path(void)
{
  const char* const folder = getenv("TMPDIR");
  (void)
    snprintf(path, sizeof(path), "%s/jam-key-XXXXXX", folder ? folder : "/tmp");
  const int fd = mkstemp(path);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(close(fd), 0);
}

static void remove_path(void)
{
  (void)unlink(path);
}

static void fill(const char* const text)
{
  FILE* const file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  ck_assert_int_ge(fputs(text, file), 0);
  ck_assert_int_eq(fclose(file), 0);
}

START_TEST(a_missing_file_is_made_private_and_read_back)
{
  uint8_t     made[TOAST_KEY_SIZE];
  uint8_t     read[TOAST_KEY_SIZE];
  struct stat facts;
  ck_assert_int_eq(unlink(path), 0);
  ck_assert_int_eq(io_key_file(path, made), JAM_OK);
  ck_assert_int_eq(io_key_file(path, read), JAM_OK);
  ck_assert_mem_eq(made, read, TOAST_KEY_SIZE);
  ck_assert_int_eq(stat(path, &facts), 0);
  ck_assert_uint_eq(facts.st_mode & 0777U, 0600U);
}

END_TEST

START_TEST(a_file_that_others_can_read_is_refused)
{
  uint8_t key[TOAST_KEY_SIZE];
  ck_assert_int_eq(unlink(path), 0);
  ck_assert_int_eq(io_key_file(path, key), JAM_OK);
  ck_assert_int_eq(chmod(path, 0640), 0);
  ck_assert_int_eq(io_key_file(path, key), JAM_ERR_FILE);
}

END_TEST

static const char* const not_keys[] = {
  "",
  "\n",
  "hello\n",
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!\n",
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\n",
};

START_TEST(a_file_without_a_key_is_refused)
{
  uint8_t key[TOAST_KEY_SIZE];
  fill(not_keys[_i]);
  ck_assert_int_eq(io_key_file(path, key), JAM_ERR_CRYPTO);
}

END_TEST

START_TEST(a_folder_is_no_key_file)
{
  uint8_t key[TOAST_KEY_SIZE];
  ck_assert_int_eq(io_key_file("/", key), JAM_ERR_FILE);
  ck_assert_int_eq(io_key_file("/nowhere/at/all", key), JAM_ERR_FILE);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("io_files");
  TCase* const tests = tcase_create("key file");
  tcase_add_checked_fixture(tests, make_path, remove_path);
  tcase_add_test(tests, a_missing_file_is_made_private_and_read_back);
  tcase_add_test(tests, a_file_that_others_can_read_is_refused);
  tcase_add_loop_test(tests,
                      a_file_without_a_key_is_refused,
                      0,
                      sizeof(not_keys) / sizeof(not_keys[0]));
  tcase_add_test(tests, a_folder_is_no_key_file);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
