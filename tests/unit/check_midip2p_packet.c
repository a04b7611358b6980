// SPDX-License-Identifier: MIT
// JMID text: what is written, what is read, and what is refused. The fast
// reader is held against the general one.

#include "base/rand.h"
#include "midip2p/packet.h"

#include <check.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool same(const Midip2pPacket* const a, const Midip2pPacket* const b)
{
  bool equal = a->stream == b->stream && a->serial == b->serial &&
               a->first == b->first && a->ack == b->ack && a->count == b->count;
  for (unsigned i = 0U; equal && i < a->count; ++i) {
    const Midip2pEvent* const x = &a->events[i];
    const Midip2pEvent* const y = &b->events[i];
    equal = x->time_us == y->time_us && x->size == y->size &&
            !memcmp(x->bytes, y->bytes, x->size);
  }
  return equal;
}

typedef struct Example {
  Midip2pPacket packet;
  const char*   text;
} Example;

static const Example examples[] = {
  {{0xA3F1U, 18234, 40211, 12345, 1U, {{987654321, 3U, {0x90, 60, 100}}}},
   "{\"j\":1,\"s\":\"a3f1\",\"q\":18234,\"t\":987654321,\"n\":40211,"
   "\"a\":12345,\"e\":[[0,0,9,60,100]]}"},
  {{0xA3F1U,
    18235,
    40208,
    12345,
    4U,
    {{987620750, 3U, {0x90, 64, 88}},
     {987650980, 3U, {0x80, 60, 64}},
     {987678690, 3U, {0xB0, 64, 127}},
     {987712000, 3U, {0x90, 67, 92}}}},
   "{\"j\":1,\"s\":\"a3f1\",\"q\":18235,\"t\":987712000,\"n\":40208,"
   "\"a\":12345,\"e\":[[-91250,0,9,64,88],[-61020,0,8,60,64],"
   "[-33310,0,11,64,127],[0,0,9,67,92]]}"},
  {{0U, 0, 0, 0, 0U, {{0, 0U, {0}}}},
   "{\"j\":1,\"s\":\"0\",\"q\":0,\"a\":0,\"e\":[]}"},
  {{UINT32_MAX, 7, 1, 2, 1U, {{-5, 2U, {0xDF, 127}}}},
   "{\"j\":1,\"s\":\"ffffffff\",\"q\":7,\"t\":-5,\"n\":1,\"a\":2,"
   "\"e\":[[0,15,13,127]]}"},
};

#define EXAMPLES (sizeof(examples) / sizeof(examples[0]))

START_TEST(packets_look_as_specified)
{
  const Example* const example = &examples[_i];
  char                 text[MIDIP2P_MAX_TEXT];
  const size_t         size =
    midip2p_packet_write(&example->packet, text, sizeof(text));
  ck_assert_uint_eq(size, strlen(example->text));
  ck_assert_mem_eq(text, example->text, size);
  Midip2pPacket packet;
  ck_assert(midip2p_packet_scan(text, size, &packet));
  ck_assert(same(&packet, &example->packet));
  ck_assert(midip2p_packet_parse(text, size, &packet));
  ck_assert(same(&packet, &example->packet));
  for (size_t room = 0U; room < size; ++room) {
    ck_assert_uint_eq(midip2p_packet_write(&example->packet, text, room), 0U);
  }
}

END_TEST

START_TEST(a_cut_packet_is_refused)
{
  const char* const text = examples[_i].text;
  Midip2pPacket     packet;
  for (size_t size = 0U; size < strlen(text); ++size) {
    char* const exact = (char*)malloc(size + 1U);
    ck_assert_ptr_nonnull(exact);
    memcpy(exact, text, size);
    ck_assert(!midip2p_packet_read(exact, size, &packet));
    free(exact);
  }
}

END_TEST

START_TEST(white_space_between_tokens_is_accepted)
{
  const char* const text = examples[_i].text;
  char              spaced[1024];
  size_t            size   = 0U;
  bool              string = false;
  spaced[size++]           = '\n';
  for (const char* c = text; *c; ++c) {
    const bool edge = strchr("{}[],:", *c) && !string;
    string          = (*c == '"') ? !string : string;
    if (edge) {
      spaced[size++] = ' ';
      spaced[size++] = '\t';
    }
    spaced[size++] = *c;
    if (edge) {
      spaced[size++] = '\r';
      spaced[size++] = ' ';
    }
  }
  Midip2pPacket packet;
  ck_assert(midip2p_packet_scan(spaced, size, &packet));
  ck_assert(same(&packet, &examples[_i].packet));
  ck_assert(midip2p_packet_parse(spaced, size, &packet));
  ck_assert(same(&packet, &examples[_i].packet));
}

END_TEST

START_TEST(unusual_layouts_mean_the_same)
{
  static const char* const texts[] = {
    "{\"e\":[[0,0,9,60,100]],\"a\":12345,\"n\":40211,\"t\":987654321,"
    "\"q\":18234,\"s\":\"a3f1\",\"j\":1}",
    "{\"j\":1,\"s\":\"a3f1\",\"q\":18234,\"t\":987654321,\"n\":40211,"
    "\"A\":40000,\"c\":[[0,9,48,90,1200]],\"k\":[1,1536,987890000,500000],"
    "\"a\":12345,\"e\":[[0,0,9,60,100]],\"x\":{\"y\":[1]}}",
    "{\"j\":1.0,\"s\":\"\\u00613f1\",\"q\":1.8234e4,\"t\":987654321,"
    "\"n\":40211,\"a\":12345,\"e\":[[-0,0,9,60,1e2]]}",
  };
  for (size_t i = 0U; i < sizeof(texts) / sizeof(texts[0]); ++i) {
    Midip2pPacket packet;
    ck_assert(!midip2p_packet_scan(texts[i], strlen(texts[i]), &packet));
    ck_assert(midip2p_packet_read(texts[i], strlen(texts[i]), &packet));
    ck_assert(same(&packet, &examples[0].packet));
  }
}

END_TEST

// What stands in place of the event list, or of the whole packet
START_TEST(what_is_not_midi_is_refused)
{
  static const char* const lists[] = {
    "[0,0,9,60,100]",
    "[[0,0,9,60]]",
    "[[0,0,9,60,100,1]]",
    "[[0,0,9,128,100]]",
    "[[0,0,9,60,-1]]",
    "[[0,0,9,60,255]]",
    "[[0,0,7,60,100]]",
    "[[0,0,15,60,100]]",
    "[[0,16,9,60,100]]",
    "[[0,17,248]]",
    "[[0,-1,9,60,100]]",
    "[[0,0,12,5,0]]",
    "[[0,0,13]]",
    "[[0,16,240,1,0]]",
    "[[0,16,247]]",
    "[[0,16,256]]",
    "[[0,16,248,0]]",
    "[[0,16,242,1]]",
    "[[1,0,9,60,100]]",
    "[[-10000001,0,9,60,100]]",
    "[[0.5,0,9,60,100]]",
    "[[0,0,9,60,100],]",
    "[[0,0,9,60,100]",
    "[[]]",
    "[[0]]",
    "[[0,0]]",
    "[null]",
    "{}",
    "[[0,0,9,\"60\",100]]",
    "[[0,0,9,60,100][0,0,9,60,100]]",
    "[[0,0,9,60,1e400]]",
    "[[0,0,9,60,99999999999999999999]]",
    "[[0,0,9,060,100]x]",
    "1",
    "[[-9223372036854775808,0,9,60,100]]",
  };
  for (size_t i = 0U; i < sizeof(lists) / sizeof(lists[0]); ++i) {
    char          text[256];
    const int     size = snprintf(text,
                              sizeof(text),
                              "{\"j\":1,\"s\":\"1\",\"q\":1,\"t\":0,\"n\":1,"
                                  "\"a\":0,\"e\":%s}",
                              lists[i]);
    Midip2pPacket packet;
    ck_assert_msg(!midip2p_packet_read(text, (size_t)size, &packet),
                  "accepted: %s",
                  lists[i]);
  }
}

END_TEST

START_TEST(what_is_not_a_packet_is_refused)
{
  static const char* const texts[] = {
    "",
    "null",
    "[]",
    "{}",
    "{\"j\":2,\"s\":\"1\",\"q\":1,\"a\":0,\"e\":[]}",
    "{\"j\":1,\"s\":\"\",\"q\":1,\"a\":0,\"e\":[]}",
    "{\"j\":1,\"s\":\"A3F1\",\"q\":1,\"a\":0,\"e\":[]}",
    "{\"j\":1,\"s\":\"123456789\",\"q\":1,\"a\":0,\"e\":[]}",
    "{\"j\":1,\"s\":1,\"q\":1,\"a\":0,\"e\":[]}",
    "{\"j\":1,\"s\":\"1\",\"q\":-1,\"a\":0,\"e\":[]}",
    "{\"j\":1,\"s\":\"1\",\"q\":1,\"a\":-1,\"e\":[]}",
    "{\"j\":1,\"s\":\"1\",\"q\":1,\"e\":[]}",
    "{\"j\":1,\"s\":\"1\",\"q\":1,\"a\":0}",
    "{\"j\":1,\"s\":\"1\",\"q\":1,\"a\":9007199254740992,\"e\":[]}",
    "{\"j\":1,\"s\":\"1\",\"q\":1,\"a\":0,\"e\":[[0,0,9,60,1]]}",
    "{\"j\":1,\"s\":\"1\",\"q\":1,\"t\":0,\"a\":0,\"e\":[[0,0,9,60,1]]}",
    "{\"j\":1,\"s\":\"1\",\"q\":1,\"n\":1,\"a\":0,\"e\":[[0,0,9,60,1]]}",
    "{\"j\":1,\"s\":\"1\",\"q\":1,\"t\":0,\"n\":0,\"a\":0,"
    "\"e\":[[0,0,9,60,1]]}",
    "{\"j\":1,\"s\":\"1\",\"q\":1,\"t\":0,\"n\":9007199254740991,\"a\":0,"
    "\"e\":[[0,0,9,60,1]]}",
    "{\"j\":1,\"s\":\"1\",\"q\":1,\"t\":9007199254740992,\"n\":1,\"a\":0,"
    "\"e\":[[0,0,9,60,1]]}",
    "{\"j\":1,\"s\":\"1\",\"q\":1,\"a\":0,\"e\":[]}x",
    "{\"j\":1,\"s\":\"1\",\"q\":1,\"a\":0,\"e\":[]}{}",
    "{\"j\":1,\"s\":\"1\",\"q\":1,\"a\":0,\"e\":[],\"d\":[[[[]]]]}",
  };
  for (size_t i = 0U; i < sizeof(texts) / sizeof(texts[0]); ++i) {
    Midip2pPacket packet;
    ck_assert_msg(!midip2p_packet_read(texts[i], strlen(texts[i]), &packet),
                  "accepted: %s",
                  texts[i]);
  }
}

END_TEST

START_TEST(seventeen_events_are_refused)
{
  char          text[MIDIP2P_MAX_TEXT];
  Midip2pPacket packet;
  for (unsigned count = 16U; count <= 17U; ++count) {
    strcpy(text,
           "{\"j\":1,\"s\":\"1\",\"q\":1,\"t\":0,\"n\":1,\"a\":0,\"e\":[");
    for (unsigned i = 0U; i < count; ++i) {
      strcat(text, i ? ",[0,0,9,60,1]" : "[0,0,9,60,1]");
    }
    strcat(text, "]}");
    ck_assert_int_eq(midip2p_packet_read(text, strlen(text), &packet),
                     count == 16U);
  }
}

END_TEST

START_TEST(a_packet_longer_than_allowed_is_refused)
{
  char          text[MIDIP2P_MAX_TEXT + 1U];
  Midip2pPacket packet;
  memset(text, ' ', sizeof(text));
  memcpy(text, examples[0].text, strlen(examples[0].text));
  ck_assert(midip2p_packet_read(text, MIDIP2P_MAX_TEXT, &packet));
  ck_assert(!midip2p_packet_read(text, MIDIP2P_MAX_TEXT + 1U, &packet));
}

END_TEST

static Midip2pEvent random_message(JamRand* const rand)
{
  Midip2pEvent event = {0};
  do {
    event.bytes[0] = (uint8_t)(0x80U + jam_rand_below(rand, 0x80U));
    event.size     = midip2p_message_size(event.bytes[0]);
  } while (!event.size);
  for (unsigned i = 1U; i < event.size; ++i) {
    event.bytes[i] = (uint8_t)jam_rand_below(rand, 128U);
  }
  return event;
}

static Midip2pPacket random_packet(JamRand* const rand)
{
  static const int64_t bases[] = {0,
                                  1,
                                  987654321,
                                  MIDIP2P_MAX_NUMBER - 100000000,
                                  -MIDIP2P_MAX_NUMBER};
  Midip2pPacket        packet  = {0};
  packet.stream   = jam_rand_u32(rand) >> jam_rand_below(rand, 32U);
  packet.serial   = jam_rand_u32(rand);
  packet.ack      = bases[jam_rand_below(rand, 4U)];
  packet.count    = jam_rand_below(rand, MIDIP2P_WINDOW + 1U);
  packet.first    = packet.count ? 1 + bases[jam_rand_below(rand, 4U)] : 0;
  int64_t time_us = bases[jam_rand_below(rand, 5U)];
  for (unsigned i = 0U; i < packet.count; ++i) {
    packet.events[i]         = random_message(rand);
    packet.events[i].time_us = time_us;
    time_us += jam_rand_below(rand, 2U) * jam_rand_below(rand, 600000U);
  }
  return packet;
}

START_TEST(random_packets_survive_both_readers)
{
  JamRand rand;
  jam_rand_init(&rand, 1U, 0U);
  for (unsigned i = 0U; i < 5000U; ++i) {
    const Midip2pPacket packet = random_packet(&rand);
    char                text[MIDIP2P_MAX_TEXT];
    const size_t  size = midip2p_packet_write(&packet, text, sizeof(text));
    Midip2pPacket scanned;
    Midip2pPacket parsed;
    ck_assert_uint_gt(size, 0U);
    ck_assert(midip2p_packet_scan(text, size, &scanned));
    ck_assert(midip2p_packet_parse(text, size, &parsed));
    ck_assert(same(&packet, &scanned));
    ck_assert(same(&packet, &parsed));
  }
}

END_TEST

START_TEST(what_the_fast_reader_accepts_the_general_one_reads_the_same)
{
  static const char alphabet[] = "{}[]\",:-0123456789.eEabjsqtn \n";
  JamRand           rand;
  unsigned          accepted = 0U;
  jam_rand_init(&rand, 2U, 0U);
  for (unsigned i = 0U; i < 40000U; ++i) {
    const Midip2pPacket packet = random_packet(&rand);
    char                text[MIDIP2P_MAX_TEXT];
    const size_t size = midip2p_packet_write(&packet, text, sizeof(text));
    for (unsigned k = jam_rand_below(&rand, 3U); k > 0U; --k) {
      text[jam_rand_below(&rand, (uint32_t)size)] =
        alphabet[jam_rand_below(&rand, sizeof(alphabet) - 1U)];
    }
    Midip2pPacket scanned;
    Midip2pPacket parsed;
    if (midip2p_packet_scan(text, size, &scanned)) {
      ++accepted;
      ck_assert(midip2p_packet_parse(text, size, &parsed));
      ck_assert(same(&scanned, &parsed));
    }
  }
  ck_assert_uint_gt(accepted, 10000U);
}

END_TEST

START_TEST(the_largest_packet_fits)
{
  Midip2pPacket packet = {UINT32_MAX,
                          MIDIP2P_MAX_NUMBER,
                          MIDIP2P_MAX_NUMBER - 16,
                          MIDIP2P_MAX_NUMBER,
                          MIDIP2P_WINDOW,
                          {{0, 0U, {0}}}};
  for (unsigned i = 0U; i < MIDIP2P_WINDOW; ++i) {
    packet.events[i] = (Midip2pEvent){-MIDIP2P_MAX_NUMBER - MIDIP2P_MAX_SPAN_US,
                                      3U,
                                      {0xEF, 127, 127}};
  }
  packet.events[15].time_us = -MIDIP2P_MAX_NUMBER;
  char text[MIDIP2P_MAX_TEXT];
  ck_assert_uint_gt(midip2p_packet_write(&packet, text, sizeof(text)), 0U);
}

END_TEST

int main(void)
{
  Suite* const s = suite_create("midip2p packet");
  TCase* const t = tcase_create("packet");
  tcase_add_loop_test(t, packets_look_as_specified, 0, (int)EXAMPLES);
  tcase_add_loop_test(t, a_cut_packet_is_refused, 0, (int)EXAMPLES);
  tcase_add_loop_test(t,
                      white_space_between_tokens_is_accepted,
                      0,
                      (int)EXAMPLES);
  tcase_add_test(t, unusual_layouts_mean_the_same);
  tcase_add_test(t, what_is_not_midi_is_refused);
  tcase_add_test(t, what_is_not_a_packet_is_refused);
  tcase_add_test(t, seventeen_events_are_refused);
  tcase_add_test(t, a_packet_longer_than_allowed_is_refused);
  tcase_add_test(t, random_packets_survive_both_readers);
  tcase_add_test(t,
                 what_the_fast_reader_accepts_the_general_one_reads_the_same);
  tcase_add_test(t, the_largest_packet_fits);
  suite_add_tcase(s, t);
  SRunner* const r = srunner_create(s);
  srunner_run_all(r, CK_NORMAL);
  const int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
