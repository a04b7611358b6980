// SPDX-License-Identifier: MIT
// Control messages: what is written, what is read, and which names are shown.

#include "synchub/synchub.h"

#include <check.h>

#include <stdlib.h>
#include <string.h>

#define ROOM "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
#define PROFILE                                                                \
  {                                                                            \
    .name = "Ana", .rate_hz = 48000U, .frames = 64U, .bits = 24U, .midi = true \
  }

typedef struct Example {
  SynchubMessage message;
  const char*    text;
} Example;

static const Example examples[] = {
  {{.kind    = SYNCHUB_JOIN,
    .room    = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31},
    .profile = PROFILE},
   "{\"join\":{\"v\":1,\"room\":\"" ROOM "\",\"name\":\"Ana\",\"rate\":48000,"
   "\"bits\":24,\"frames\":64,\"midi\":1}}"},
  {{.kind = SYNCHUB_LEAVE}, "{\"leave\":{}}"},
  {{.kind = SYNCHUB_WELCOME, .user = 3U}, "{\"welcome\":{\"user\":3}}"},
  {{.kind    = SYNCHUB_USER,
    .user    = 65535U,
    .profile = PROFILE,
    .joined  = -1234567 * JAM_US},
   "{\"user\":{\"user\":65535,\"name\":\"Ana\",\"rate\":48000,\"bits\":24,"
   "\"frames\":64,\"midi\":1,\"t\":-1234567}}"},
  {{.kind    = SYNCHUB_USER,
    .user    = 3U,
    .uid     = {0, 1, 2, 3, 4, 5, 6, 7},
    .profile = PROFILE,
    .joined  = 5 * JAM_US},
   "{\"user\":{\"user\":3,\"uid\":\"AAECAwQFBgc\",\"name\":\"Ana\","
   "\"rate\":48000,\"bits\":24,\"frames\":64,\"midi\":1,\"t\":5}}"},
  {{.kind    = SYNCHUB_USER,
    .user    = 4U,
    .profile = {.name    = "Bo",
                .rate_hz = 44100U,
                .frames  = 32U,
                .bits    = 16U,
                .tables  = UINT32_MAX}},
   "{\"user\":{\"user\":4,\"name\":\"Bo\",\"rate\":44100,\"bits\":16,"
   "\"frames\":32,\"midi\":0,\"tables\":4294967295,\"t\":0}}"},
  {{.kind = SYNCHUB_GONE, .user = 3U}, "{\"gone\":{\"user\":3}}"},
  {{.kind = SYNCHUB_REFUSED, .reason = "The room \"x\" is full"},
   "{\"refused\":{\"why\":\"The room \\\"x\\\" is full\"}}"},
  {{.kind = SYNCHUB_SIBLINGS, .node = 1023U},
   "{\"siblings\":{\"node\":1023,\"list\":[]}}"},
  {{.kind          = SYNCHUB_SIBLINGS,
    .node          = 5U,
    .sibling_count = 2U,
    .siblings      = {{.node          = 7U,
                       .address_count = 2U,
                       .addresses     = {{{[10] = 255, 255, 192, 0, 2, 1}, 4460U},
                                         {{0x20, 0x01, 0x0D, 0xB8, [15] = 9}, 65535U}}},
                      {.node = 9U}}},
   "{\"siblings\":{\"node\":5,\"list\":[{\"node\":7,\"at\":["
   "\"AAAAAAAAAAAAAP__wAACARFs\",\"IAENuAAAAAAAAAAAAAAACf__\"]},"
   "{\"node\":9,\"at\":[]}]}}"},
  {{.kind = SYNCHUB_MOVE}, "{\"move\":{}}"},
  {{.kind      = SYNCHUB_TRANSPORT,
    .user      = 9U,
    .transport = {.stamp    = 7U,
                  .node     = 3U,
                  .align    = SYNCHUB_ALIGN_BAR,
                  .rolling  = true,
                  .count_in = 2U,
                  .tick     = 960,
                  .time     = -5 * JAM_US,
                  .count    = 2U,
                  .tempi    = {{0, 500000000, 4U, 4U, 0U, 0U},
                               {3840, 400000000, 7U, 8U, 0U, 1U}},
                  .ruler    = {11 * JAM_US, 12 * JAM_US, -25e-6}}},
   "{\"transport\":{\"stamp\":7,\"node\":3,\"user\":9,\"align\":2,\"roll\":1,"
   "\"in\":2,\"tick\":960,\"t\":-5,\"map\":[[0,500000000,4,4,0,0],"
   "[3840,400000000,7,8,1,0]],\"ruler\":[11,12,-25000]}}"},
  {{.kind      = SYNCHUB_RULER,
    .transport = {.stamp = 7U,
                  .node  = 3U,
                  .ruler = {11 * JAM_US, 12 * JAM_US, 50e-6}}},
   "{\"ruler\":{\"stamp\":7,\"node\":3,\"ruler\":[11,12,50000]}}"},
};

#define EXAMPLES (sizeof(examples) / sizeof(examples[0]))

static void assert_same_transport(const SynchubTransport* const x,
                                  const SynchubTransport* const y)
{
  ck_assert_uint_eq(x->stamp, y->stamp);
  ck_assert_uint_eq(x->node, y->node);
  ck_assert_int_eq(x->align, y->align);
  ck_assert_int_eq(x->rolling, y->rolling);
  ck_assert_uint_eq(x->count_in, y->count_in);
  ck_assert_int_eq(x->tick, y->tick);
  ck_assert_int_eq(x->time, y->time);
  ck_assert_uint_eq(x->count, y->count);
  for (unsigned i = 0U; i < x->count; ++i) {
    ck_assert_int_eq(x->tempi[i].tick, y->tempi[i].tick);
    ck_assert_int_eq(x->tempi[i].quarter_ns, y->tempi[i].quarter_ns);
    ck_assert_uint_eq(x->tempi[i].beats, y->tempi[i].beats);
    ck_assert_uint_eq(x->tempi[i].unit, y->tempi[i].unit);
    ck_assert_uint_eq(x->tempi[i].bar, y->tempi[i].bar);
    ck_assert_uint_eq(x->tempi[i].beat, y->tempi[i].beat);
  }
  ck_assert_int_eq(x->ruler.writer, y->ruler.writer);
  ck_assert_int_eq(x->ruler.own, y->ruler.own);
  ck_assert_double_eq_tol(x->ruler.skew, y->ruler.skew, 1e-12);
}

static void assert_same(const SynchubMessage* const a,
                        const SynchubMessage* const b)
{
  ck_assert_int_eq(a->kind, b->kind);
  ck_assert_mem_eq(a->room, b->room, sizeof(a->room));
  ck_assert_str_eq(a->profile.name, b->profile.name);
  ck_assert_uint_eq(a->profile.rate_hz, b->profile.rate_hz);
  ck_assert_uint_eq(a->profile.bits, b->profile.bits);
  ck_assert_uint_eq(a->profile.frames, b->profile.frames);
  ck_assert_int_eq(a->profile.midi, b->profile.midi);
  ck_assert_uint_eq(a->profile.tables, b->profile.tables);
  ck_assert_uint_eq(a->user, b->user);
  ck_assert_mem_eq(a->uid, b->uid, sizeof(a->uid));
  ck_assert_int_eq(a->joined, b->joined);
  ck_assert_str_eq(a->reason, b->reason);
  ck_assert_uint_eq(a->node, b->node);
  ck_assert_uint_eq(a->sibling_count, b->sibling_count);
  assert_same_transport(&a->transport, &b->transport);
  for (unsigned i = 0U; i < a->sibling_count; ++i) {
    const SynchubSibling* const x = &a->siblings[i];
    const SynchubSibling* const y = &b->siblings[i];
    ck_assert_uint_eq(x->node, y->node);
    ck_assert_uint_eq(x->address_count, y->address_count);
    for (unsigned k = 0U; k < x->address_count; ++k) {
      ck_assert_mem_eq(x->addresses[k].ip, y->addresses[k].ip, 16U);
      ck_assert_uint_eq(x->addresses[k].port, y->addresses[k].port);
    }
  }
}

START_TEST(messages_look_as_specified)
{
  const Example* const example = &examples[_i];
  const size_t         length  = strlen(example->text);
  char                 text[SYNCHUB_MAX_MESSAGE];
  SynchubMessage       read;
  const size_t         size =
    synchub_message_write(&example->message, text, sizeof(text));
  ck_assert_uint_eq(size, length);
  ck_assert_mem_eq(text, example->text, length);
  ck_assert_int_eq(synchub_message_read(text, size, &read), JAM_OK);
  assert_same(&read, &example->message);
  for (size_t room = 0U; room < length; ++room) {
    ck_assert_uint_eq(synchub_message_write(&example->message, text, room), 0U);
  }
}

END_TEST

START_TEST(a_cut_message_is_refused)
{
  const char* const text = examples[_i].text;
  for (size_t size = 0U; size < strlen(text); ++size) {
    SynchubMessage read;
    char* const    exact = (char*)malloc(size + 1U);
    ck_assert_ptr_nonnull(exact);
    memcpy(exact, text, size);
    ck_assert_int_eq(synchub_message_read(exact, size, &read), JAM_ERR_FORMAT);
    free(exact);
  }
}

END_TEST

START_TEST(the_longest_messages_fit)
{
  SynchubMessage message = {.kind = SYNCHUB_USER, .user = 65535U};
  SynchubMessage read;
  char           text[SYNCHUB_MAX_MESSAGE];
  memset(message.profile.name, '"', SYNCHUB_MAX_NAME);
  message.profile.rate_hz = UINT32_MAX;
  message.profile.bits    = UINT8_MAX;
  message.profile.frames  = UINT16_MAX;
  message.joined          = -9000000000000000 * JAM_US;
  size_t size             = synchub_message_write(&message, text, sizeof(text));
  ck_assert_int_eq(synchub_message_read(text, size, &read), JAM_OK);
  assert_same(&read, &message);

  const SynchubMessage refusal = {.kind = SYNCHUB_REFUSED};
  message                      = refusal;
  memset(message.reason, '\x01', sizeof(message.reason) - 1U);
  size = synchub_message_write(&message, text, sizeof(text));
  ck_assert_int_eq(synchub_message_read(text, size, &read), JAM_OK);
  assert_same(&read, &message);

  const SynchubMessage list = {.kind          = SYNCHUB_SIBLINGS,
                               .node          = 1023U,
                               .sibling_count = SYNCHUB_MAX_SIBLINGS};
  message                   = list;
  for (unsigned i = 0U; i < SYNCHUB_MAX_SIBLINGS; ++i) {
    message.siblings[i].node          = (uint16_t)(1000U + i);
    message.siblings[i].address_count = SYNCHUB_MAX_ADDRESSES;
    memset(message.siblings[i].addresses,
           (int)(i + 1U),
           sizeof(message.siblings[i].addresses));
  }
  size = synchub_message_write(&message, text, sizeof(text));
  ck_assert_int_eq(synchub_message_read(text, size, &read), JAM_OK);
  assert_same(&read, &message);
}

END_TEST

START_TEST(unknown_members_are_skipped)
{
  static const char text[] =
    "{ \"user\" : {\"x\":[[1]],\"t\":5,\"midi\":0,\"frames\":128,\"bits\":16,"
    "\"rate\":44100,\"name\":\"B\\u00e9a\",\"user\":7} }";
  SynchubMessage read;
  ck_assert_int_eq(synchub_message_read(text, strlen(text), &read), JAM_OK);
  ck_assert_int_eq(read.kind, SYNCHUB_USER);
  ck_assert_str_eq(read.profile.name,
                   "B\xC3\xA9"
                   "a");
  ck_assert_uint_eq(read.profile.rate_hz, 44100U);
  ck_assert_int_eq(read.joined, 5 * JAM_US);
}

END_TEST

#define ADDRESS "\"IAENuAAAAAAAAAAAAAAACf__\""
#define NODE "{\"node\":2,\"at\":[]}"

START_TEST(what_is_not_a_message_is_refused)
{
  static const char* const texts[] = {
    "",
    "null",
    "[]",
    "{}",
    "{\"leave\":[]}",
    "{\"leave\":1}",
    "{\"Leave\":{}}",
    "{\"leave\":{},\"x\":1}",
    "{\"chat\":{}}",
    "{\"welcome\":{}}",
    "{\"welcome\":{\"user\":0}}",
    "{\"welcome\":{\"user\":65536}}",
    "{\"welcome\":{\"user\":\"3\"}}",
    "{\"welcome\":{\"user\":1.5}}",
    "{\"gone\":{\"user\":-1}}",
    "{\"refused\":{}}",
    "{\"refused\":{\"why\":1}}",
    "{\"user\":{\"user\":3,\"name\":\"A\",\"rate\":48000,\"bits\":24,"
    "\"frames\":64,\"midi\":1}}",
    "{\"user\":{\"user\":3,\"name\":\"A\",\"rate\":48000,\"bits\":24,"
    "\"frames\":64,\"midi\":1,\"tables\":4294967296,\"t\":0}}",
    "{\"user\":{\"user\":3,\"name\":1,\"rate\":48000,\"bits\":24,"
    "\"frames\":64,\"midi\":1,\"t\":0}}",
    "{\"user\":{\"user\":3,\"name\":\"A\",\"rate\":0,\"bits\":24,"
    "\"frames\":64,\"midi\":1,\"t\":0}}",
    "{\"user\":{\"user\":3,\"name\":\"A\",\"rate\":48000,\"bits\":256,"
    "\"frames\":64,\"midi\":1,\"t\":0}}",
    "{\"user\":{\"user\":3,\"name\":\"A\",\"rate\":48000,\"bits\":24,"
    "\"frames\":65536,\"midi\":1,\"t\":0}}",
    "{\"user\":{\"user\":3,\"name\":\"A\",\"rate\":48000,\"bits\":24,"
    "\"frames\":64,\"midi\":true,\"t\":0}}",
    "{\"user\":{\"user\":3,\"uid\":\"AAECAwQFBg\",\"name\":\"A\","
    "\"rate\":48000,\"bits\":24,\"frames\":64,\"midi\":1,\"t\":0}}",
    "{\"user\":{\"user\":3,\"uid\":7,\"name\":\"A\",\"rate\":48000,"
    "\"bits\":24,\"frames\":64,\"midi\":1,\"t\":0}}",
    "{\"move\":1}",
    "{\"siblings\":{}}",
    "{\"siblings\":{\"node\":1024,\"list\":[]}}",
    "{\"siblings\":{\"node\":0,\"list\":[]}}",
    "{\"siblings\":{\"node\":1,\"list\":{}}}",
    "{\"siblings\":{\"node\":1,\"list\":[7]}}",
    "{\"siblings\":{\"node\":1,\"list\":[{\"node\":2}]}}",
    "{\"siblings\":{\"node\":1,\"list\":[{\"node\":0,\"at\":[]}]}}",
    "{\"siblings\":{\"node\":1,\"list\":[{\"node\":2,\"at\":[1]}]}}",
    "{\"siblings\":{\"node\":1,\"list\":[{\"node\":2,\"at\":"
    "[\"IAENuAAAAAAAAAAAAAAACf\"]}]}}",
    "{\"siblings\":{\"node\":1,\"list\":[{\"node\":2,\"at\":"
    "[\"IAENuAAAAAAAAAAAAAAACQAA\"]}]}}", // Port 0
    "{\"siblings\":{\"node\":1,\"list\":[{\"node\":2,\"at\":[" ADDRESS
    "," ADDRESS "," ADDRESS "," ADDRESS "]}]}}",
    "{\"siblings\":{\"node\":1,\"list\":[" NODE "," NODE "," NODE "," NODE
    "," NODE "," NODE "," NODE "," NODE "," NODE "]}}",
    "{\"join\":{\"room\":\"" ROOM "\",\"name\":\"A\",\"rate\":48000,"
    "\"bits\":24,\"frames\":64,\"midi\":1}}",
    "{\"join\":{\"v\":1,\"room\":\"AAEC\",\"name\":\"A\",\"rate\":48000,"
    "\"bits\":24,\"frames\":64,\"midi\":1}}",
    "{\"join\":{\"v\":1,\"room\":\"" ROOM "=\",\"name\":\"A\",\"rate\":48000,"
    "\"bits\":24,\"frames\":64,\"midi\":1}}",
    "{\"join\":{\"v\":1,\"name\":\"A\",\"rate\":48000,\"bits\":24,"
    "\"frames\":64,\"midi\":1}}",
  };
  for (size_t i = 0U; i < sizeof(texts) / sizeof(texts[0]); ++i) {
    SynchubMessage read;
    ck_assert_msg(synchub_message_read(texts[i], strlen(texts[i]), &read) ==
                    JAM_ERR_FORMAT,
                  "accepted: %s",
                  texts[i]);
  }
}

END_TEST

START_TEST(a_join_of_another_version_can_be_told_apart)
{
  static const char text[] = "{\"join\":{\"v\":2,\"place\":\"elsewhere\"}}";
  SynchubMessage    read;
  ck_assert_int_eq(synchub_message_read(text, strlen(text), &read),
                   JAM_ERR_UNSUPPORTED);
  ck_assert_int_eq(read.kind, SYNCHUB_JOIN);
}

END_TEST

START_TEST(a_message_longer_than_allowed_is_refused)
{
  char           text[SYNCHUB_MAX_MESSAGE + 1U];
  SynchubMessage read;
  memset(text, ' ', sizeof(text));
  memcpy(text, "{\"leave\":{}}", 12U);
  ck_assert_int_eq(synchub_message_read(text, SYNCHUB_MAX_MESSAGE, &read),
                   JAM_OK);
  ck_assert_int_eq(synchub_message_read(text, sizeof(text), &read),
                   JAM_ERR_FORMAT);
}

END_TEST

#define A31 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char* const names[][2] = {
  {"Ana", "Ana"},
  {"", "Player"},
  {"   ", "Player"},
  {"\n\t\x7F", "Player"},
  {"  Ana  Bel ", "Ana  Bel"},
  {"A\nn\x01"
   "a",
   "Ana"},
  {"B\xC3\xA9"
   "a",
   "B\xC3\xA9"
   "a"},
  {"\xE3\x82\xA2\xE3\x83\x8A", "\xE3\x82\xA2\xE3\x83\x8A"},
  {A31 "bcd", A31 "b"},
  {A31 "\xC3\xA9", A31}, // Cut before the character, not in it
  {A31 "\xF0\x9F\x8E\xB8", A31},
  {A31 " b", A31}, // The cut leaves no space either
  {"\xFF"
   "Ana\xC3",
   "Ana"}, // Not UTF-8
  {"\xC0\x80"
   "A",
   "A"}, // An overlong NUL
  {"\xED\xA0\x80"
   "A",
   "A"}, // A surrogate
  {"\xF4\x90\x80\x80"
   "A",
   "A"}, // Beyond Unicode
  {"\xC2\x85"
   "A\xC2\x9F",
   "A"}, // C1 controls
  {"\xE2\x80\xAE"
   "anA",
   "anA"}, // Right-to-left override
  {"A\xE2\x80\x8B"
   "na",
   "Ana"}, // Zero width space
  {"\xE2\x81\xA6"
   "A\xEF\xBB\xBF",
   "A"},
  {"\xC2\xA0"
   "A\xE3\x80\x80",
   "A"}, // Other spaces
};

START_TEST(names_are_made_fit_to_be_shown)
{
  char name[SYNCHUB_MAX_NAME + 1U];
  synchub_name_clean(name, names[_i][0]);
  ck_assert_str_eq(name, names[_i][1]);
  // Once is enough
  char again[SYNCHUB_MAX_NAME + 1U];
  synchub_name_clean(again, name);
  ck_assert_str_eq(again, name);
}

END_TEST

START_TEST(names_of_peers_are_cleaned_when_read)
{
  static const char text[] =
    "{\"user\":{\"user\":3,\"name\":\" A\\n\\u202e" A31 "bcd\",\"rate\":48000,"
    "\"bits\":24,\"frames\":64,\"midi\":1,\"t\":0}}";
  SynchubMessage read;
  ck_assert_int_eq(synchub_message_read(text, strlen(text), &read), JAM_OK);
  ck_assert_str_eq(read.profile.name, "A" A31);
}

END_TEST

START_TEST(only_streams_that_can_be_are_valid)
{
  static const SynchubProfile good[] = {
    {"A", 44100U, 32U, 16U, false, 0U},
    {"A", 192000U, 1024U, 24U, true, 0U},
    {"A", 96000U, 16U, 16U, true, 0U},
  };
  static const SynchubProfile bad[] = {
    {"A", 22050U, 64U, 16U, false, 0U},
    {"A", 0U, 64U, 16U, false, 0U},
    {"A", 48000U, 15U, 16U, false, 0U},
    {"A", 48000U, 1025U, 16U, false, 0U},
    {"A", 48000U, 64U, 32U, false, 0U},
    {"A", 48000U, 64U, 0U, false, 0U},
  };
  for (size_t i = 0U; i < sizeof(good) / sizeof(good[0]); ++i) {
    ck_assert(synchub_profile_valid(&good[i]));
  }
  for (size_t i = 0U; i < sizeof(bad) / sizeof(bad[0]); ++i) {
    ck_assert(!synchub_profile_valid(&bad[i]));
  }
}

END_TEST

int main(void)
{
  Suite* const s = suite_create("synchub message");
  TCase* const t = tcase_create("message");
  tcase_add_loop_test(t, messages_look_as_specified, 0, (int)EXAMPLES);
  tcase_add_loop_test(t, a_cut_message_is_refused, 0, (int)EXAMPLES);
  tcase_add_test(t, the_longest_messages_fit);
  tcase_add_test(t, unknown_members_are_skipped);
  tcase_add_test(t, what_is_not_a_message_is_refused);
  tcase_add_test(t, a_join_of_another_version_can_be_told_apart);
  tcase_add_test(t, a_message_longer_than_allowed_is_refused);
  tcase_add_loop_test(t,
                      names_are_made_fit_to_be_shown,
                      0,
                      (int)(sizeof(names) / sizeof(names[0])));
  tcase_add_test(t, names_of_peers_are_cleaned_when_read);
  tcase_add_test(t, only_streams_that_can_be_are_valid);
  suite_add_tcase(s, t);
  SRunner* const r = srunner_create(s);
  srunner_run_all(r, CK_NORMAL);
  const int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
