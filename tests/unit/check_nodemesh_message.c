// SPDX-License-Identifier: MIT
// What a mesh writes and reads, byte by byte, between two that know only what
// PROTOCOL.md says.

#include "nodemesh/mesh.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define PROFILE                                                                \
  {                                                                            \
    "Ana", 48000U, 64U, 24U, true, 0U                                          \
  }

typedef struct Example {
  NodemeshMessage message;
  const char*     text;
} Example;

static const Example examples[] = {
  {{.kind  = NODEMESH_HELLO,
    .hello = {.node_id       = 1023U,
              .life          = 1U,
              .since_us      = 1700000000000000,
              .dial          = 2U,
              .draining      = true,
              .load          = 1000U,
              .region        = "fra",
              .address_count = 1U,
              .addresses     = {{{[10] = 255, 255, 192, 0, 2, 1}, 4460U}}}},
   "{\"hello\":{\"v\":1,\"node\":1023,\"life\":\"AQAAAAAAAAA\","
   "\"since\":1700000000000000,\"dial\":2,\"drain\":1,\"load\":1000,"
   "\"region\":\"fra\",\"at\":[\"AAAAAAAAAAAAAP__wAACARFs\"]}}"},
  {{.kind = NODEMESH_ROOM, .room = {0, 1, 2, 3, 4, 5, 6, 7}, .on = true},
   "{\"room\":{\"r\":\"AAECAwQFBgc\",\"on\":1}}"},
  {{.kind = NODEMESH_USER,
    .room = {0, 1, 2, 3, 4, 5, 6, 7},
    .user = {.uid       = {7, 6, 5, 4, 3, 2, 1, 0},
             .epoch     = 4294967295U,
             .handle    = 32767U,
             .profile   = PROFILE,
             .joined_us = 1700000000000001}},
   "{\"user\":{\"user\":32767,\"uid\":\"BwYFBAMCAQA\",\"name\":\"Ana\","
   "\"rate\":48000,\"bits\":24,\"frames\":64,\"midi\":1,"
   "\"t\":1700000000000001,\"r\":\"AAECAwQFBgc\",\"epoch\":4294967295}}"},
  {{.kind = NODEMESH_GONE, .user = {.handle = 3U}, .moved = true},
   "{\"gone\":{\"user\":3,\"moved\":1}}"},
};

#define EXAMPLES (sizeof(examples) / sizeof(examples[0]))

START_TEST(messages_look_as_specified)
{
  const Example* const example = &examples[_i];
  const size_t         length  = strlen(example->text);
  char                 text[NODEMESH_MAX_MESSAGE];
  NodemeshMessage      read;
  ck_assert_uint_eq(
    nodemesh_message_write(&example->message, text, sizeof(text)),
    length);
  ck_assert_mem_eq(text, example->text, length);
  ck_assert_int_eq(nodemesh_message_read(text, length, &read), JAM_OK);
  ck_assert_int_eq(read.kind, example->message.kind);
  char again[NODEMESH_MAX_MESSAGE];
  ck_assert_uint_eq(nodemesh_message_write(&read, again, sizeof(again)),
                    length);
  ck_assert_mem_eq(again, text, length);
  for (size_t room = 0U; room < length; ++room) {
    ck_assert_uint_eq(nodemesh_message_write(&example->message, text, room),
                      0U);
    ck_assert_int_eq(nodemesh_message_read(example->text, room, &read),
                     JAM_ERR_FORMAT);
  }
}

END_TEST

#define R "\"r\":\"AAECAwQFBgc\""
#define USER                                                                   \
  "\"user\":3,\"name\":\"A\",\"rate\":48000,\"bits\":24,\"frames\":64,"        \
  "\"midi\":1,\"t\":0"
#define UID "\"uid\":\"BwYFBAMCAQA\""
#define HELLO "\"since\":0,\"dial\":0,\"drain\":0,\"load\":0,\"region\":\"\""
#define LIFE "\"life\":\"AQAAAAAAAAA\""
#define ADDRESS "\"AAAAAAAAAAAAAP__wAACARFs\""

static const char* const bad[] = {
  "",
  "[]",
  "{}",
  "{\"welcome\":{\"user\":3}}",
  "{\"room\":[]}",
  "{\"room\":{" R "}}",
  "{\"room\":{" R ",\"on\":2}}",
  "{\"room\":{\"r\":\"AAECAwQFBg\",\"on\":1}}",
  "{\"room\":{" R ",\"on\":1},\"x\":1}",
  "{\"user\":{" USER "," UID "," R "}}",
  "{\"user\":{" USER "," UID ",\"epoch\":0}}",
  "{\"user\":{" USER "," R ",\"epoch\":0}}", // Nobody
  "{\"user\":{" USER ",\"uid\":\"AAAAAAAAAAA\"," R ",\"epoch\":0}}",
  "{\"user\":{" USER "," UID "," R ",\"epoch\":4294967296}}",
  "{\"user\":{" USER "," UID "," R ",\"epoch\":-1}}",
  "{\"user\":{\"user\":32768,\"name\":\"A\",\"rate\":48000,\"bits\":24,"
  "\"frames\":64,\"midi\":1,\"t\":0," UID "," R ",\"epoch\":0}}",
  "{\"user\":{\"user\":3,\"name\":\"A\",\"rate\":48001,\"bits\":24,"
  "\"frames\":64,\"midi\":1,\"t\":0," UID "," R ",\"epoch\":0}}",
  "{\"gone\":{\"user\":3}}",
  "{\"gone\":{\"user\":0,\"moved\":0}}",
  "{\"hello\":{\"node\":1," LIFE "," HELLO ",\"at\":[]}}",
  "{\"hello\":{\"v\":1,\"node\":0," LIFE "," HELLO ",\"at\":[]}}",
  "{\"hello\":{\"v\":1,\"node\":1024," LIFE "," HELLO ",\"at\":[]}}",
  "{\"hello\":{\"v\":1,\"node\":1,\"life\":\"AAAAAAAAAAA\"," HELLO
  ",\"at\":[]}}",
  "{\"hello\":{\"v\":1,\"node\":1," LIFE "," HELLO "}}",
  "{\"hello\":{\"v\":1,\"node\":1," LIFE "," HELLO ",\"at\":[7]}}",
  "{\"hello\":{\"v\":1,\"node\":1," LIFE "," HELLO ",\"at\":[" ADDRESS
  "," ADDRESS "," ADDRESS "," ADDRESS "]}}",
  "{\"hello\":{\"v\":1,\"node\":1," LIFE
  ",\"since\":0,\"dial\":0,\"drain\":0,\"load\":1001,\"region\":\"\","
  "\"at\":[]}}",
  "{\"hello\":{\"v\":1,\"node\":1," LIFE
  ",\"since\":0,\"dial\":0,\"drain\":0,\"load\":0,"
  "\"region\":\"0123456789abcdef\",\"at\":[]}}",
};

START_TEST(what_is_not_a_message_is_refused)
{
  NodemeshMessage read;
  ck_assert_msg(nodemesh_message_read(bad[_i], strlen(bad[_i]), &read) ==
                  JAM_ERR_FORMAT,
                "accepted: %s",
                bad[_i]);
}

END_TEST

START_TEST(a_hello_of_another_version_can_be_told_apart)
{
  static const char text[] = "{\"hello\":{\"v\":2,\"new\":[[1]]}}";
  NodemeshMessage   read;
  ck_assert_int_eq(nodemesh_message_read(text, strlen(text), &read),
                   JAM_ERR_UNSUPPORTED);
}

END_TEST

START_TEST(the_longest_messages_fit)
{
  NodemeshMessage message = {.kind  = NODEMESH_HELLO,
                             .hello = {.node_id       = 1023U,
                                       .life          = UINT64_MAX,
                                       .since_us      = 9000000000000000,
                                       .dial          = 9000000000000000U,
                                       .load          = 1000U,
                                       .address_count = SYNCHUB_MAX_ADDRESSES}};
  NodemeshMessage read;
  char            text[NODEMESH_MAX_MESSAGE];
  memset(message.hello.region, '"', NODEMESH_MAX_REGION - 1U);
  memset(message.hello.addresses, 0xFF, sizeof(message.hello.addresses));
  size_t size = nodemesh_message_write(&message, text, sizeof(text));
  ck_assert_int_eq(nodemesh_message_read(text, size, &read), JAM_OK);
  ck_assert_str_eq(read.hello.region, message.hello.region);

  const NodemeshMessage user = {.kind = NODEMESH_USER,
                                .user = {.uid       = {1U},
                                         .epoch     = UINT32_MAX,
                                         .handle    = 32767U,
                                         .profile   = PROFILE,
                                         .joined_us = -9000000000000000}};
  message                    = user;
  memset(message.user.profile.name, '"', SYNCHUB_MAX_NAME);
  size = nodemesh_message_write(&message, text, sizeof(text));
  ck_assert_int_eq(nodemesh_message_read(text, size, &read), JAM_OK);
  ck_assert_int_eq(read.user.joined_us, message.user.joined_us);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("nodemesh_message");
  TCase* const tests = tcase_create("message");
  tcase_add_loop_test(tests, messages_look_as_specified, 0, (int)EXAMPLES);
  tcase_add_loop_test(tests,
                      what_is_not_a_message_is_refused,
                      0,
                      (int)(sizeof(bad) / sizeof(bad[0])));
  tcase_add_test(tests, a_hello_of_another_version_can_be_told_apart);
  tcase_add_test(tests, the_longest_messages_fit);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
