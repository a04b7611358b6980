// SPDX-License-Identifier: MIT
// Invite links: what is written reads back, and nothing else is a link.

#include "session/session.h"

#include "base/rand.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static SessionLink sample(void)
{
  SessionLink link = {.host_count = 3U};
  strcpy(link.hosts[0].name, "jam.example.org");
  strcpy(link.hosts[1].name, "192.0.2.7");
  strcpy(link.hosts[2].name, "2001:db8::7");
  link.hosts[0].port = 4460U;
  link.hosts[1].port = 1U;
  link.hosts[2].port = 65535U;
  for (unsigned i = 0U; i < TOAST_KEY_SIZE; ++i) {
    link.node_key[i]    = (uint8_t)(i * 7U);
    link.room_secret[i] = (uint8_t)(255U - i);
  }
  return link;
}

START_TEST(a_written_link_reads_back)
{
  const SessionLink link = sample();
  SessionLink       read;
  char              text[JAM_LINK_SIZE];
  ck_assert_uint_gt(session_link_write(&link, text, sizeof(text)), 0U);
  ck_assert_int_eq(session_link_parse(text, &read), JAM_OK);
  ck_assert_uint_eq(read.host_count, 3U);
  for (unsigned i = 0U; i < 3U; ++i) {
    ck_assert_str_eq(read.hosts[i].name, link.hosts[i].name);
    ck_assert_uint_eq(read.hosts[i].port, link.hosts[i].port);
  }
  ck_assert_mem_eq(read.node_key, link.node_key, TOAST_KEY_SIZE);
  ck_assert_mem_eq(read.room_secret, link.room_secret, TOAST_KEY_SIZE);
}

END_TEST

START_TEST(white_space_around_a_link_is_allowed)
{
  const SessionLink link = sample();
  SessionLink       read;
  char              text[JAM_LINK_SIZE + 8U] = " \t";
  const size_t      size = session_link_write(&link, text + 2, JAM_LINK_SIZE);
  strcpy(text + 2U + size, "\r\n ");
  ck_assert_int_eq(session_link_parse(text, &read), JAM_OK);
}

END_TEST

START_TEST(a_small_buffer_gets_no_link)
{
  const SessionLink link = sample();
  char              text[JAM_LINK_SIZE];
  const size_t      size = session_link_write(&link, text, sizeof(text));
  for (size_t capacity = 0U; capacity <= size; ++capacity) {
    ck_assert_uint_eq(session_link_write(&link, text, capacity), 0U);
  }
  ck_assert_uint_eq(session_link_write(&link, text, size + 1U), size);
}

END_TEST

#define KEYS                                                                   \
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA."                               \
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const char* const not_links[] = {
  "",
  "jamnet://",
  "http://host:4460/#" KEYS,
  "jamnet://host:4460/" KEYS,
  "jamnet://host:4460#" KEYS,
  "jamnet://host/#" KEYS,
  "jamnet://:4460/#" KEYS,
  "jamnet:///#" KEYS,
  "jamnet://host:0/#" KEYS,
  "jamnet://host:65536/#" KEYS,
  "jamnet://host:4460x/#" KEYS,
  "jamnet://2001:db8::7:4460/#" KEYS,
  "jamnet://a b:4460/#" KEYS,
  "jamnet://host:4460,/#" KEYS "A",
  "jamnet://a:1,a:1,a:1,a:1,a:1,a:1,a:1,a:1,a:1/#" KEYS,
  "jamnet://host:4460/#AAAA.AAAA",
  "jamnet://host:4460/#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_"
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "jamnet://host:4460/#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+A."
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
};

START_TEST(what_is_not_quite_a_link_is_refused)
{
  SessionLink read;
  ck_assert_int_eq(session_link_parse(not_links[_i], &read), JAM_ERR_FORMAT);
}

END_TEST

START_TEST(damaged_links_never_do_harm)
{
  JamRand rand;
  jam_rand_init(&rand, 1U, 1U);
  const SessionLink link = sample();
  char              text[JAM_LINK_SIZE];
  SessionLink       read;
  const size_t      size = session_link_write(&link, text, sizeof(text));
  for (int i = 0; i < 20000; ++i) {
    char damaged[JAM_LINK_SIZE];
    memcpy(damaged, text, size + 1U);
    damaged[jam_rand_below(&rand, (uint32_t)size)] =
      (char)(1U + jam_rand_below(&rand, 255U));
    damaged[jam_rand_below(&rand, (uint32_t)size + 1U)] = '\0';
    const JamStatus status = session_link_parse(damaged, &read);
    ck_assert(status == JAM_OK || status == JAM_ERR_FORMAT);
  }
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("session_link");
  TCase* const tests = tcase_create("link");
  tcase_add_test(tests, a_written_link_reads_back);
  tcase_add_test(tests, white_space_around_a_link_is_allowed);
  tcase_add_test(tests, a_small_buffer_gets_no_link);
  tcase_add_loop_test(tests,
                      what_is_not_quite_a_link_is_refused,
                      0,
                      sizeof(not_links) / sizeof(not_links[0]));
  tcase_add_test(tests, damaged_links_never_do_harm);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
