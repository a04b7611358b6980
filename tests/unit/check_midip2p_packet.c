// SPDX-License-Identifier: MIT
// JMID text: what is written, what is read, and what is refused. The fast
// reader is held against the general one.

#include "base/rand.h"
#include "midip2p/packet.h"

#include <check.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool same_events(const Midip2pEvent* const a,
                        const Midip2pEvent* const b,
                        const unsigned            count)
{
  bool equal = true;
  for (unsigned i = 0U; equal && i < count; ++i) {
    equal = a[i].size == b[i].size && !memcmp(a[i].bytes, b[i].bytes, 3U);
  }
  return equal;
}

static bool same_times(const Midip2pPacket* const a,
                       const Midip2pPacket* const b)
{
  bool equal = true;
  for (unsigned i = 0U; equal && i < a->count; ++i) {
    equal = a->events[i].time_us == b->events[i].time_us;
  }
  for (unsigned i = 0U; equal && i < a->delta_count; ++i) {
    equal = !midip2p_is_note_on(&a->delta[i]) ||
            a->delta[i].time_us == b->delta[i].time_us;
  }
  return equal;
}

static bool same_beside(const Midip2pPacket* const a,
                        const Midip2pPacket* const b)
{
  const Midip2pFragment* const x = &a->fragment;
  const Midip2pFragment* const y = &b->fragment;
  return (!(a->has & MIDIP2P_HAS_CLOCK) ||
          (a->clock.running == b->clock.running &&
           a->clock.tick == b->clock.tick &&
           a->clock.time_us == b->clock.time_us &&
           a->clock.quarter_us == b->clock.quarter_us)) &&
         (!(a->has & MIDIP2P_HAS_HASH) || a->hash == b->hash) &&
         (!(a->has & MIDIP2P_HAS_SYSEX_ACK) ||
          (a->sysex_ack_id == b->sysex_ack_id &&
           a->sysex_ack == b->sysex_ack)) &&
         (!(a->has & MIDIP2P_HAS_SYSEX) ||
          (x->time_us == y->time_us && x->id == y->id &&
           x->offset == y->offset && x->total == y->total &&
           x->size == y->size && !memcmp(x->bytes, y->bytes, x->size)));
}

static bool same(const Midip2pPacket* const a, const Midip2pPacket* const b)
{
  return a->stream == b->stream && a->has == b->has && a->serial == b->serial &&
         a->first == b->first && a->ack == b->ack && a->base == b->base &&
         a->part == b->part && a->parts == b->parts && a->count == b->count &&
         a->delta_count == b->delta_count &&
         (!(a->has & MIDIP2P_HAS_RANGE) || a->time_us == b->time_us) &&
         same_events(a->events, b->events, a->count) &&
         same_events(a->delta, b->delta, a->delta_count) && same_times(a, b) &&
         same_beside(a, b);
}

typedef struct Example {
  Midip2pPacket packet;
  const char*   text;
} Example;

static const Example examples[] = {
  {{.stream  = 0xA3F1U,
    .has     = MIDIP2P_HAS_RANGE,
    .serial  = 18234,
    .time_us = 987654321,
    .first   = 40211,
    .ack     = 12345,
    .parts   = 1U,
    .count   = 1U,
    .events  = {{987654321, 3U, {0x90, 60, 100}, 0U}}},
   "{\"j\":1,\"s\":\"a3f1\",\"q\":18234,\"t\":987654321,\"n\":40211,"
   "\"a\":12345,\"e\":[[0,0,9,60,100]]}"},
  {{.stream  = 0xA3F1U,
    .has     = MIDIP2P_HAS_RANGE | MIDIP2P_COMPACT,
    .time_us = 987712000,
    .first   = 40208,
    .parts   = 1U,
    .count   = 3U,
    .events  = {{987620750, 3U, {0x90, 64, 88}, 0U},
                {987650980, 1U, {0xFA, 0, 0}, 0U},
                {987712000, 2U, {0xC0, 67, 0}, 0U}}},
   "{\"s\":\"a3f1\",\"t\":987712000,\"n\":40208,"
   "\"e\":[-91250,0,9,64,88,-61020,16,250,0,0,12,67]}"},
  {{.parts = 1U}, "{\"j\":1,\"s\":\"0\",\"q\":0,\"a\":0,\"e\":[]}"},
  {{.stream = UINT32_MAX,
    .has    = MIDIP2P_HAS_RANGE | MIDIP2P_HAS_DELTA | MIDIP2P_HAS_CLOCK |
           MIDIP2P_ASKS | MIDIP2P_READS,
    .serial      = 7,
    .time_us     = -5,
    .first       = 9,
    .ack         = 2,
    .base        = 4,
    .part        = 1U,
    .parts       = 3U,
    .delta_count = 2U,
    .clock       = {true, 1536, -6, 500000},
    .delta = {{-1005, 3U, {0x9F, 60, 1}, 0U}, {0, 3U, {0xB0, 7, 100}, 0U}}},
   "{\"j\":1,\"s\":\"ffffffff\",\"q\":7,\"t\":-5,\"n\":9,\"a\":2,"
   "\"e\":[],\"A\":4,\"c\":[[15,9,60,1,-1000],[0,11,7,100]],\"cp\":[1,3],"
   "\"k\":[1,1536,-6,500000],\"r\":1,\"f\":1}"},
  {{.stream = 1U,
    .has    = MIDIP2P_HAS_RANGE | MIDIP2P_HAS_HASH | MIDIP2P_HAS_SYSEX |
           MIDIP2P_HAS_SYSEX_ACK,
    .time_us      = 1,
    .first        = 1,
    .parts        = 1U,
    .hash         = UINT32_MAX,
    .sysex_ack_id = 3U,
    .sysex_ack    = 1200U,
    .fragment     = {-9, 2U, 0U, 4U, 4U, {0xF0, 0x7E, 0x7F, 0xF7}}},
   "{\"j\":1,\"s\":\"1\",\"q\":0,\"t\":1,\"n\":1,\"a\":0,\"e\":[],"
   "\"h\":4294967295,\"x\":[-9,2,0,4,\"8H5_9w\"],\"y\":[3,1200]}"},
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
    "\"a\":12345,\"e\":[[0,0,9,60,100]],\"v\":{\"y\":[1]},\"cq\":7}",
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

// A universal MIDI packet has a number, so that what follows keeps its own
START_TEST(items_of_a_later_version_are_counted)
{
  static const char text[] =
    "{\"j\":1,\"s\":\"1\",\"q\":1,\"t\":50,\"n\":7,\"a\":0,"
    "\"e\":[[-9,\"u\",\"40903c00c8000000\"],[0,0,9,60,100]]}";
  Midip2pPacket packet;
  ck_assert(midip2p_packet_read(text, strlen(text), &packet));
  ck_assert_uint_eq(packet.count, 2U);
  ck_assert_uint_eq(packet.events[0].size, 0U);
  ck_assert_int_eq(packet.events[0].time_us, 41);
  ck_assert_uint_eq(packet.events[1].bytes[1], 60U);
}

END_TEST

#define P "{\"j\":1,\"s\":\"1\",\"q\":1,\"a\":0,\"e\":[],"

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
    "[[1,\"u\",\"00\"]]",
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
    "{\"s\":\"1\",\"q\":1,\"a\":0,\"e\":[]}",
    "{\"s\":\"1\",\"t\":0,\"n\":1,\"e\":[[0,0,9,60,1]]}",
    P "\"A\":1,\"c\":[]}",
    P "\"t\":0,\"n\":5,\"A\":5,\"c\":[]}",
    P "\"t\":0,\"n\":5,\"A\":1}",
    P "\"t\":0,\"n\":5,\"c\":[]}",
    P "\"t\":0,\"n\":5,\"A\":1,\"c\":[[0,9,60,100]]}",
    P "\"t\":0,\"n\":5,\"A\":1,\"c\":[[0,9,60,100,1]]}",
    P "\"t\":0,\"n\":5,\"A\":1,\"c\":[[0,8,60,100,-1]]}",
    P "\"t\":0,\"n\":5,\"A\":1,\"c\":[],\"cp\":[1,1]}",
    P "\"t\":0,\"n\":5,\"A\":1,\"c\":[],\"cp\":[0,193]}",
    P "\"cp\":[0,2]}",
    P "\"h\":1}",
    P "\"t\":0,\"n\":5,\"h\":4294967296}",
    P "\"k\":[2,0,0,500000]}",
    P "\"k\":[1,0,0,49999]}",
    P "\"k\":[1,0,0,500000,0]}",
    P "\"r\":0}",
    P "\"x\":[0,1,0,3,\"8H5_9w\"]}",
    P "\"x\":[0,1,600,604,\"8H5_\"]}",
    P "\"x\":[0,1,1,5,\"8H5_9w\"]}",
    P "\"x\":[0,1,0,65537,\"8H5_9w\"]}",
    P "\"x\":[0,1,0,4,\"8H5+9w\"]}",
    P "\"x\":[0,1,0,0,\"\"]}",
    P "\"y\":[1]}",
  };
  for (size_t i = 0U; i < sizeof(texts) / sizeof(texts[0]); ++i) {
    Midip2pPacket packet;
    ck_assert_msg(!midip2p_packet_read(texts[i], strlen(texts[i]), &packet),
                  "accepted: %s",
                  texts[i]);
  }
}

END_TEST

START_TEST(too_many_events_are_refused)
{
  char          text[MIDIP2P_MAX_TEXT];
  Midip2pPacket packet;
  for (unsigned count = MIDIP2P_EVENTS; count <= MIDIP2P_EVENTS + 1U; ++count) {
    strcpy(text,
           "{\"j\":1,\"s\":\"1\",\"q\":1,\"t\":0,\"n\":1,\"a\":0,\"e\":[");
    for (unsigned i = 0U; i < count; ++i) {
      strcat(text, i ? ",[0,0,9,60,1]" : "[0,0,9,60,1]");
    }
    strcat(text, "]}");
    ck_assert_int_eq(midip2p_packet_read(text, strlen(text), &packet),
                     count == MIDIP2P_EVENTS);
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

static void random_beside(JamRand* const rand, Midip2pPacket* const packet)
{
  packet->has |= jam_rand_below(rand, 4U) ? 0U : MIDIP2P_HAS_CLOCK;
  packet->has |= jam_rand_below(rand, 4U) ? 0U : MIDIP2P_ASKS;
  packet->has |= jam_rand_below(rand, 4U) ? 0U : MIDIP2P_HAS_SYSEX_ACK;
  packet->clock        = (Midip2pClock){jam_rand_below(rand, 2U) != 0U,
                                        jam_rand_u32(rand),
                                        -(int64_t)jam_rand_u32(rand),
                                        50000 + jam_rand_below(rand, 9000000U)};
  packet->sysex_ack_id = jam_rand_u32(rand);
  packet->sysex_ack    = jam_rand_u32(rand);
  if (packet->has & MIDIP2P_HAS_RANGE) {
    packet->has |= jam_rand_below(rand, 4U) ? 0U : MIDIP2P_HAS_HASH;
    packet->hash = jam_rand_u32(rand);
  }
  if (packet->count < 4U && !(packet->has & MIDIP2P_HAS_DELTA) &&
      jam_rand_below(rand, 8U) == 0U) {
    Midip2pFragment* const fragment = &packet->fragment;
    packet->has |= MIDIP2P_HAS_SYSEX;
    fragment->id    = jam_rand_u32(rand);
    fragment->size  = 1U + jam_rand_below(rand, 600U);
    fragment->total = fragment->size;
    for (unsigned i = 0U; i < fragment->size; ++i) {
      fragment->bytes[i] = (uint8_t)jam_rand_below(rand, 256U);
    }
  }
}

static void random_delta(JamRand* const rand, Midip2pPacket* const packet)
{
  packet->has |= MIDIP2P_HAS_DELTA;
  packet->base        = packet->first - 1;
  packet->parts       = 1U + jam_rand_below(rand, 3U);
  packet->part        = packet->parts - 1U;
  packet->delta_count = jam_rand_below(rand, 9U);
  for (unsigned i = 0U; i < packet->delta_count; ++i) {
    packet->delta[i]         = random_message(rand);
    packet->delta[i].time_us = packet->time_us - jam_rand_u32(rand);
  }
}

static Midip2pPacket random_packet(JamRand* const rand)
{
  static const int64_t bases[] = {0,
                                  1,
                                  987654321,
                                  MIDIP2P_MAX_NUMBER - 100000000,
                                  -MIDIP2P_MAX_NUMBER};
  Midip2pPacket        packet  = {.parts = 1U};
  packet.stream = jam_rand_u32(rand) >> jam_rand_below(rand, 32U);
  packet.has    = jam_rand_below(rand, 3U) ? 0U : MIDIP2P_COMPACT;
  packet.serial = packet.has ? 0 : jam_rand_u32(rand);
  packet.ack    = bases[jam_rand_below(rand, 4U)];
  packet.count  = jam_rand_below(rand, 17U);
  if (packet.count || jam_rand_below(rand, 2U)) {
    packet.has |= MIDIP2P_HAS_RANGE;
    packet.first   = 1 + bases[jam_rand_below(rand, 4U)];
    packet.time_us = bases[jam_rand_below(rand, 5U)];
    if (jam_rand_below(rand, 3U) == 0U) {
      random_delta(rand, &packet);
    }
  }
  for (unsigned i = 0U; i < packet.count; ++i) {
    packet.events[i]         = random_message(rand);
    packet.events[i].time_us = packet.time_us - jam_rand_below(rand, 600000U);
  }
  random_beside(rand, &packet);
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
  static const char alphabet[] = "{}[]\",:-0123456789.eEabjsqtnAckhrfxyp \n";
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
  // What a sender puts into one: 33 of the longest events, or as much delta
  Midip2pPacket packet = {.stream = UINT32_MAX,
                          .has    = MIDIP2P_HAS_RANGE | MIDIP2P_HAS_CLOCK |
                                 MIDIP2P_ASKS | MIDIP2P_READS,
                          .serial  = MIDIP2P_MAX_NUMBER,
                          .time_us = -MIDIP2P_MAX_NUMBER,
                          .first   = MIDIP2P_MAX_NUMBER - 48,
                          .ack     = MIDIP2P_MAX_NUMBER,
                          .parts   = 1U,
                          .count   = 33U,
                          .clock   = {true,
                                      MIDIP2P_MAX_NUMBER,
                                      -MIDIP2P_MAX_NUMBER,
                                      MIDIP2P_MAX_QUARTER_US}};
  for (unsigned i = 0U; i < packet.count; ++i) {
    packet.events[i] = (Midip2pEvent){packet.time_us - MIDIP2P_MAX_SPAN_US,
                                      3U,
                                      {0xEF, 127, 127},
                                      0U};
  }
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
  tcase_add_test(t, items_of_a_later_version_are_counted);
  tcase_add_test(t, what_is_not_midi_is_refused);
  tcase_add_test(t, what_is_not_a_packet_is_refused);
  tcase_add_test(t, too_many_events_are_refused);
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
