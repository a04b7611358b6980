// SPDX-License-Identifier: MIT
// A link's manners: when it speaks, what it repeats, what it folds into a
// state, and what it refuses.

#include "midip2p/midip2p.h"
#include "midip2p/packet.h"
#include "midip2p/sender.h"
#include "support/test_allocator.h"

#include <check.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS JAM_MS

static Midip2pLink* a;
static Midip2pLink* b;

static void setup(void)
{
  ck_assert_int_eq(midip2p_link_new(NULL, 0xA3F1U, &a), JAM_OK);
  ck_assert_int_eq(midip2p_link_new(NULL, 7U, &b), JAM_OK);
}

static void teardown(void)
{
  midip2p_link_free(a);
  midip2p_link_free(b);
}

static void say(Midip2pLink* const link,
                const JamTime      now,
                const unsigned     status,
                const unsigned     first,
                const unsigned     second)
{
  Midip2pEvent event = {now / JAM_US,
                        midip2p_message_size((uint8_t)status),
                        {(uint8_t)status, (uint8_t)first, (uint8_t)second},
                        MIDIP2P_PLAYED};
  event.bytes[2]     = event.size > 2U ? event.bytes[2] : 0U;
  ck_assert_int_eq(midip2p_send(link, now, &event), JAM_OK);
}

static Midip2pPacket output(Midip2pLink* const link, const JamTime now)
{
  Midip2pPacket packet = {0};
  char          text[MIDIP2P_MAX_TEXT];
  const size_t  size = midip2p_output(link, now, text, sizeof(text));
  ck_assert_uint_gt(size, 0U);
  ck_assert(midip2p_packet_scan(text, size, &packet));
  return packet;
}

static void input(Midip2pLink* const         link,
                  const JamTime              now,
                  const Midip2pPacket* const packet)
{
  char         text[MIDIP2P_MAX_TEXT];
  const size_t size = midip2p_packet_write(packet, text, sizeof(text));
  ck_assert_uint_gt(size, 0U);
  midip2p_input(link, now, text, size);
}

// Hands all that is due at `now` from one link to another
static unsigned
carry(Midip2pLink* const from, Midip2pLink* const to, const JamTime now)
{
  unsigned packets = 0U;
  while (midip2p_deadline(from) <= now) {
    const Midip2pPacket packet = output(from, now);
    input(to, now, &packet);
    ++packets;
  }
  return packets;
}

// Both ways until nothing is due at `now`
static void settle(const JamTime now)
{
  for (unsigned i = 0U; i < 4U; ++i) {
    (void)carry(a, b, now);
    (void)carry(b, a, now);
  }
}

// What the reader of `link` gets: "90 3c 64" and so on, one space between
// messages, and its origin in front
static const char* hear(Midip2pLink* const link)
{
  static char  text[4096];
  size_t       size = 0U;
  Midip2pEvent event;
  text[0] = '\0';
  while (midip2p_event(link, &event)) {
    size += (size_t)snprintf(text + size,
                             sizeof(text) - size,
                             "%s%u:",
                             size ? " " : "",
                             event.origin);
    for (unsigned i = 0U; i < event.size; ++i) {
      size += (size_t)
        snprintf(text + size, sizeof(text) - size, "%02x", event.bytes[i]);
    }
  }
  return text;
}

START_TEST(an_idle_link_is_silent)
{
  char text[MIDIP2P_MAX_TEXT];
  ck_assert_int_eq(midip2p_deadline(a), JAM_NEVER);
  ck_assert_uint_eq(midip2p_output(a, JAM_SECOND, text, sizeof(text)), 0U);
}

END_TEST

START_TEST(a_new_event_goes_out_at_once_and_is_acknowledged_at_once)
{
  const Midip2pEvent event = {123456, 3U, {0x93, 60, 100}, MIDIP2P_PLAYED};
  ck_assert_int_eq(midip2p_send(a, 5, &event), JAM_OK);
  ck_assert_int_eq(midip2p_deadline(a), 5);
  ck_assert_uint_eq(carry(a, b, 5), 1U);
  Midip2pEvent got;
  ck_assert(midip2p_event(b, &got));
  ck_assert_int_eq(got.time_us, 123456);
  ck_assert_uint_eq(got.size, 3U);
  ck_assert_mem_eq(got.bytes, event.bytes, 3U);
  ck_assert_uint_eq(got.origin, MIDIP2P_PLAYED);
  ck_assert(!midip2p_event(b, &got));
  ck_assert_int_eq(midip2p_deadline(b), 5);
  ck_assert_uint_eq(carry(b, a, 5), 1U);
  ck_assert_uint_eq(midip2p_stats(a)->sent, 1U);
  ck_assert_uint_eq(midip2p_stats(b)->received, 1U);
  // A keep-alive is all that is left
  ck_assert_int_eq(midip2p_deadline(a), 5 + 250 * MS);
}

END_TEST

START_TEST(unacknowledged_events_are_repeated_on_schedule)
{
  // The first calm one waits for the answer, which takes 40 ms at first
  static const unsigned calm[]  = {45, 85, 165, 325, 645, 1145, 1645};
  static const unsigned eager[] = {4, 9, 15, 22, 32, 52, 92, 172, 332, 652};
  const unsigned* const times   = _i ? eager : calm;
  const size_t          count =
    _i ? sizeof(eager) / sizeof(eager[0]) : sizeof(calm) / sizeof(calm[0]);
  midip2p_set_loss(a, _i ? 0.004 : 0.003);
  say(a, 0, 0x90, 60, 100);
  const Midip2pPacket first = output(a, 0);
  for (size_t i = 0U; i < count; ++i) {
    const JamTime due = times[i] * MS;
    char          text[MIDIP2P_MAX_TEXT];
    ck_assert_int_eq(midip2p_deadline(a), due);
    ck_assert_uint_eq(midip2p_output(a, due - 1, text, sizeof(text)), 0U);
    const Midip2pPacket again = output(a, due);
    ck_assert_int_eq(again.first, first.first);
    ck_assert_uint_eq(again.count, 1U);
    ck_assert_int_eq(again.serial, first.serial + 1 + (int64_t)i);
  }
}

END_TEST

START_TEST(guards_follow_the_round_trip)
{
  JamTime now = 0;
  for (unsigned i = 0U; i < 40U; ++i, now += JAM_SECOND) {
    say(a, now, 0xB0, 7, i);
    (void)carry(a, b, now);
    (void)carry(b, a, now + 8 * MS);
    (void)hear(b);
  }
  say(a, now, 0xB0, 7, 100);
  (void)output(a, now);
  ck_assert_int_lt(midip2p_deadline(a), now + 16 * MS);
  ck_assert_int_gt(midip2p_deadline(a), now + 11 * MS);
}

END_TEST

START_TEST(a_packet_carries_the_unacknowledged_events_before_it)
{
  say(a, 0, 0x90, 60, 100);
  (void)output(a, 0); // Lost
  say(a, 0, 0x90, 61, 100);
  ck_assert_uint_eq(carry(a, b, 0), 1U);
  ck_assert_str_eq(hear(b), "0:903c64 0:903d64");
}

END_TEST

START_TEST(a_burst_goes_out_in_several_packets_that_overlap)
{
  for (unsigned i = 0U; i < 40U; ++i) {
    say(a, 0, 0x90, i, 100);
  }
  const Midip2pPacket packets[3] = {output(a, 0), output(a, 0), output(a, 0)};
  ck_assert_int_gt(midip2p_deadline(a), 0);
  ck_assert_uint_eq(packets[0].count, 16U);
  ck_assert_uint_eq(packets[1].count, 32U);
  ck_assert_uint_eq(packets[2].count, 24U);
  // One of them may be lost, and no event is
  input(b, 0, &packets[_i == 0 ? 1 : 0]);
  input(b, 0, &packets[_i == 2 ? 1 : 2]);
  for (unsigned i = 0U; i < (_i == 2 ? 32U : 40U); ++i) {
    Midip2pEvent got;
    ck_assert(midip2p_event(b, &got));
    ck_assert_uint_eq(got.bytes[1], i);
    ck_assert_uint_eq(got.origin, MIDIP2P_PLAYED);
  }
}

END_TEST

// Lets `b` know the beginning, and loses what follows
static void lose(const unsigned events, const unsigned status)
{
  say(a, 0, 0xB0, 7, 1);
  settle(0);
  (void)hear(b);
  for (unsigned i = 0U; i < events; ++i) {
    say(a, MS, status, i % 128U, 100);
    (void)output(a, MS);
  }
}

START_TEST(what_the_window_lacks_comes_as_a_state)
{
  lose(20U, 0xA0);
  say(a, 2 * MS, 0x90, 60, 100);
  ck_assert_uint_eq(carry(a, b, 2 * MS), 1U);
  const char* const text = hear(b);
  ck_assert(strstr(text, "1:a00064 1:a00164 1:a00264 1:a00364 0:a00464"));
  ck_assert(strstr(text, "0:a01364 0:903c64"));
  ck_assert_uint_eq(midip2p_stats(b)->state_only, 4U);
  ck_assert_uint_eq(midip2p_state_hash(b, false), midip2p_state_hash(a, true));
}

END_TEST

START_TEST(a_state_holds_what_a_bank_and_a_parameter_need)
{
  static const uint8_t messages[][3] = {
    {0xB0, 0, 5},   {0xB0, 32, 6},  {0xC0, 7, 0},   {0xB0, 0, 9},
    {0xB0, 101, 0}, {0xB0, 100, 1}, {0xB0, 6, 64},  {0xB0, 99, 3},
    {0xB0, 98, 4},  {0xB0, 6, 1},   {0xB0, 96, 0},  {0xB0, 126, 3},
    {0x90, 40, 1},  {0x90, 41, 2},  {0x80, 41, 0},  {0xD0, 9, 0},
    {0xE0, 1, 2},   {0xF2, 1, 2},   {0xF3, 4, 0},   {0xFA, 0, 0},
    {0xFC, 0, 0},   {0xB0, 121, 0}, {0xB0, 64, 90}, {0xB0, 101, 0}};
  lose(0U, 0U);
  for (unsigned i = 0U; i < sizeof(messages) / sizeof(messages[0]); ++i) {
    say(a, MS, messages[i][0], messages[i][1], messages[i][2]);
  }
  for (unsigned i = 0U; i < 48U; ++i) {
    say(a, MS, 0xF6, 0, 0); // Pushes them out of the window
  }
  while (midip2p_deadline(a) <= MS) {
    (void)output(a, MS);
  }
  settle(midip2p_deadline(a)); // A guard brings it
  const char* const text = hear(b);
  ck_assert(strstr(text, "1:b00005 1:b02006 1:c007 1:b00009"));
  ck_assert(strstr(text, "1:b06500 1:b06401 1:b00640 1:b02600"));
  ck_assert(strstr(text, "1:b06303 1:b06204 1:b00601 1:b02601"));
  ck_assert(strstr(text, "1:b07e03"));
  ck_assert(strstr(text, ":902801"));
  ck_assert(strstr(text, ":f20102"));
  ck_assert(strstr(text, ":fc"));
  ck_assert_uint_eq(midip2p_state_hash(b, false), midip2p_state_hash(a, true));
}

END_TEST

START_TEST(a_state_that_fills_no_packet_comes_in_parts_of_any_order)
{
  lose(0U, 0U);
  for (unsigned i = 0U; i < 384U; ++i) {
    say(a, MS, 0xA0U + i / 128U, i % 128U, 1);
  }
  while (midip2p_deadline(a) <= MS) {
    (void)output(a, MS);
  }
  Midip2pPacket packets[16];
  unsigned      count = 0U;
  const JamTime later = midip2p_deadline(a);
  while (midip2p_deadline(a) <= later) {
    ck_assert_uint_lt(count, 16U);
    packets[count++] = output(a, later);
  }
  ck_assert_uint_gt(packets[0].parts, 1U);
  const int64_t before = midip2p_number(b, false);
  for (unsigned i = packets[0].parts; i-- > 0U;) {
    ck_assert_int_eq(midip2p_number(b, false),
                     i + 1U == packets[0].parts ? before : 0);
    input(b, later, &packets[i]);
    (void)hear(b);
  }
  for (unsigned i = packets[0].parts; i < count; ++i) {
    input(b, later, &packets[i]);
    (void)hear(b);
  }
  ck_assert_int_eq(midip2p_number(b, false), midip2p_number(a, true));
  ck_assert_uint_eq(midip2p_state_hash(b, false), midip2p_state_hash(a, true));
}

END_TEST

START_TEST(a_flood_is_folded_and_blocks_nothing)
{
  for (unsigned i = 0U; i < 3000U; ++i) {
    say(a, 0, 0xB0, 20U + i % 40U, i % 128U);
  }
  say(a, 0, 0x90, 60, 100);
  for (JamTime now = 0; now < JAM_SECOND; now += MS) {
    settle(now);
    (void)hear(b);
  }
  ck_assert_uint_gt(midip2p_stats(a)->folded, 2000U);
  ck_assert_int_eq(midip2p_number(b, false), midip2p_number(a, true));
  ck_assert_uint_eq(midip2p_state_hash(b, false), midip2p_state_hash(a, true));
}

END_TEST

START_TEST(duplicates_are_acknowledged_again_but_not_each)
{
  say(a, 0, 0x90, 60, 100);
  const Midip2pPacket packet = output(a, 0);
  input(b, 0, &packet);
  (void)output(b, 0);
  input(b, 1 * MS, &packet);
  ck_assert_int_eq(midip2p_deadline(b), 5 * MS);
  input(b, 2 * MS, &packet);
  ck_assert_int_eq(midip2p_deadline(b), 5 * MS);
  (void)output(b, 5 * MS);
  ck_assert_str_eq(hear(b), "0:903c64");
  ck_assert_uint_eq(midip2p_stats(b)->duplicates, 2U);
}

END_TEST

START_TEST(an_acknowledgement_of_what_was_not_sent_is_ignored)
{
  Midip2pPacket answer = {.stream = 7U, .parts = 1U};
  say(a, 0, 0x90, 60, 100);
  const Midip2pPacket packet = output(a, 0);
  answer.ack                 = packet.first + 1;
  input(a, 0, &answer);
  ck_assert_int_eq(midip2p_deadline(a), 45 * MS);
  answer.ack = packet.first;
  input(a, 0, &answer);
  ck_assert_int_eq(midip2p_deadline(a), 250 * MS);
}

END_TEST

START_TEST(packets_are_refused_while_nobody_reads)
{
  unsigned events = 0U;
  for (JamTime now = 0; now < JAM_SECOND; now += MS) {
    say(a, now, 0x90, 60, 1U + events++ % 100U);
    settle(now);
  }
  ck_assert_uint_gt(midip2p_stats(b)->refused, 0U);
  (void)hear(b);
  for (JamTime now = JAM_SECOND; now < 3 * JAM_SECOND; now += MS) {
    settle(now);
    (void)hear(b);
  }
  ck_assert_int_eq(midip2p_number(b, false), midip2p_number(a, true));
}

END_TEST

START_TEST(garbage_is_counted)
{
  midip2p_input(a, 0, "garbage", 7U);
  midip2p_input(a, 0, "", 0U);
  ck_assert_uint_eq(midip2p_stats(a)->malformed, 2U);
  ck_assert_int_eq(midip2p_deadline(a), JAM_NEVER);
}

END_TEST

START_TEST(what_is_not_a_short_message_is_refused)
{
  static const Midip2pEvent events[] = {{0, 0U, {0x90, 60, 100}, 0U},
                                        {0, 2U, {0x90, 60, 100}, 0U},
                                        {0, 3U, {0x90, 128, 100}, 0U},
                                        {0, 3U, {0x90, 60, 128}, 0U},
                                        {0, 3U, {60, 60, 100}, 0U},
                                        {0, 1U, {0xF0, 0, 0}, 0U},
                                        {0, 1U, {0xF7, 0, 0}, 0U},
                                        {INT64_MAX, 1U, {0xF6, 0, 0}, 0U},
                                        {INT64_MIN, 1U, {0xF6, 0, 0}, 0U}};
  for (size_t i = 0U; i < sizeof(events) / sizeof(events[0]); ++i) {
    ck_assert_int_eq(midip2p_send(a, 0, &events[i]), JAM_ERR_ARGUMENT);
  }
  ck_assert_int_eq(midip2p_deadline(a), JAM_NEVER);
}

END_TEST

START_TEST(every_short_message_arrives_unchanged)
{
  JamTime now = 0;
  midip2p_set_raw(a, true);
  midip2p_set_compact(a, _i != 0);
  midip2p_set_compact(b, _i != 0);
  for (unsigned status = 0x80U; status < 0x100U; ++status) {
    const uint8_t size = midip2p_message_size((uint8_t)status);
    for (unsigned data = 0U; size && data<128U; data += size> 1U ? 1U : 128U) {
      const uint8_t second   = size > 2U ? (uint8_t)(127U - data) : 0U;
      const uint8_t bytes[3] = {(uint8_t)status, (uint8_t)data, second};
      Midip2pEvent  got;
      say(a, now, status, data, second);
      settle(now);
      ck_assert(midip2p_event(b, &got));
      ck_assert_uint_eq(got.size, size);
      ck_assert_mem_eq(got.bytes, bytes, size);
      ck_assert_int_eq(got.time_us, now / JAM_US);
      ck_assert(!midip2p_event(b, &got));
      now += MS;
    }
  }
  ck_assert_uint_eq(midip2p_stats(b)->gaps, 0U);
}

END_TEST

START_TEST(long_messages_arrive_whole_and_hold_back_no_note)
{
  static uint8_t sent[65536];
  const size_t   size    = _i == 0 ? 2U : _i == 1 ? 601U : sizeof(sent);
  const uint8_t* got     = NULL;
  int64_t        time_us = 0;
  size_t         arrived = 0U;
  memset(sent, 1, sizeof(sent));
  sent[0]         = 0xF0U;
  sent[size / 2U] = size > 2U ? 99U : sent[size / 2U];
  sent[size - 1U] = 0xF7U;
  ck_assert_int_eq(midip2p_send_sysex(a, 0, 77, sent, size), JAM_OK);
  say(a, 0, 0x90, 60, 100);
  settle(0);
  ck_assert_str_eq(hear(b), "0:903c64");
  JamTime now = 0;
  for (unsigned n = 0U; now < 3 * JAM_SECOND && !arrived; now += MS) {
    while (midip2p_deadline(a) <= now) {
      const Midip2pPacket packet = output(a, now);
      if (++n % 5U != 0U) {
        input(b, now, &packet); // One in five is lost
      }
    }
    (void)carry(b, a, now);
    arrived = midip2p_sysex(b, &got, &time_us);
  }
  ck_assert_uint_eq(arrived, size);
  ck_assert_mem_eq(got, sent, size);
  ck_assert_int_eq(time_us, 77);
  ck_assert_uint_eq(midip2p_sysex(b, &got, &time_us), 0U);
}

END_TEST

START_TEST(what_is_no_long_message_is_refused)
{
  static const uint8_t bad[][3] = {{0xF0, 0x80, 0xF7},
                                   {0xF0, 1, 2},
                                   {1, 2, 0xF7}};
  static uint8_t       big[65536];
  for (unsigned i = 0U; i < 3U; ++i) {
    ck_assert_int_eq(midip2p_send_sysex(a, 0, 0, bad[i], 3U), JAM_ERR_ARGUMENT);
  }
  ck_assert_int_eq(midip2p_send_sysex(a, 0, 0, bad[0], 1U), JAM_ERR_ARGUMENT);
  big[0]     = 0xF0U;
  big[65535] = 0xF7U;
  ck_assert_int_eq(midip2p_send_sysex(a, 0, 0, big, sizeof(big)), JAM_OK);
  ck_assert_int_eq(midip2p_send_sysex(a, 0, 0, big, sizeof(big)), JAM_ERR_FULL);
}

END_TEST

START_TEST(a_silent_peer_holds_nothing_and_comes_back)
{
  say(a, 0, 0x90, 60, 100);
  say(a, 0, 0xB0, 64, 127);
  say(a, 0, 0xB0, 7, 10);
  settle(0);
  (void)hear(b);
  char text[MIDIP2P_MAX_TEXT];
  ck_assert_int_eq(midip2p_deadline(b), 1500 * MS);
  ck_assert_uint_eq(midip2p_output(b, 1500 * MS, text, sizeof(text)), 0U);
  ck_assert_str_eq(hear(b), "3:803c40 3:b04000");
  ck_assert_int_eq(midip2p_deadline(b), JAM_NEVER);
  ck_assert_uint_eq(midip2p_stats(b)->released, 1U);
  // Its next word, a keep-alive, brings all back
  (void)carry(a, b, 1600 * MS);
  ck_assert_str_eq(hear(b), "2:903c64 2:b0407f");
}

END_TEST

START_TEST(keep_alives_go_on_while_something_sounds)
{
  say(a, 0, 0x90, 60, 100);
  settle(0);
  (void)hear(b);
  for (JamTime now = 0; now < 20 * JAM_SECOND; now += 50 * MS) {
    settle(now);
    ck_assert_str_eq(hear(b), "");
  }
  ck_assert_uint_ge(midip2p_stats(b)->packets_received, 75U);
  say(a, 20 * JAM_SECOND, 0x80, 60, 0);
  for (JamTime now = 20 * JAM_SECOND; now < 23 * JAM_SECOND; now += 50 * MS) {
    settle(now);
    (void)hear(b);
  }
  const uint64_t before = midip2p_stats(a)->packets_sent;
  for (JamTime now = 23 * JAM_SECOND; now < 43 * JAM_SECOND; now += 50 * MS) {
    settle(now);
  }
  ck_assert_uint_le(midip2p_stats(a)->packets_sent - before, 6U);
}

END_TEST

START_TEST(a_state_that_differs_is_told_anew)
{
  say(a, 0, 0x90, 60, 100);
  settle(0);
  Midip2pPacket lie = output(a, 250 * MS);
  ck_assert(lie.has & MIDIP2P_HAS_HASH);
  lie.hash ^= 1U;
  (void)hear(b);
  input(b, 250 * MS, &lie);
  ck_assert_uint_eq(midip2p_stats(b)->diverged, 1U);
  settle(260 * MS);
  ck_assert(!strstr(hear(b), "903c64")); // It is heard already
  ck_assert_int_eq(midip2p_number(b, false), midip2p_number(a, true));
  say(a, 270 * MS, 0x80, 60, 64);
  settle(270 * MS);
  ck_assert_str_eq(hear(b), "0:803c40");
}

END_TEST

START_TEST(either_end_may_start_anew)
{
  say(a, 0, 0x90, 60, 100);
  say(a, 0, 0x90, 62, 100);
  settle(0);
  (void)hear(b);
  if (_i) {
    // The sender: what the old stream held ends
    midip2p_link_free(a);
    ck_assert_int_eq(midip2p_link_new(NULL, 0xA3F2U, &a), JAM_OK);
    say(a, MS, 0x90, 62, 100);
    settle(MS);
    ck_assert_str_eq(hear(b), "0:903e64 2:803c40");
  } else {
    // The receiver: it asks for what it has forgotten
    midip2p_link_free(b);
    ck_assert_int_eq(midip2p_link_new(NULL, 8U, &b), JAM_OK);
    say(a, 10 * MS, 0xB0, 7, 9);
    settle(10 * MS);
    settle(20 * MS);
    const char* const text = hear(b);
    ck_assert(strstr(text, "b00709"));
    ck_assert(strstr(text, "2:903c64 2:903e64"));
  }
  ck_assert_uint_eq(midip2p_state_hash(b, false), midip2p_state_hash(a, true));
}

END_TEST

START_TEST(a_latecomer_and_a_successor_begin_with_what_sounds)
{
  Midip2pLink* next = NULL;
  say(a, 0, 0xC3, 5, 0);
  say(a, 0, 0x93, 60, 100);
  say(a, 0, 0xB3, 64, 127);
  settle(0);
  (void)hear(b);
  ck_assert_int_eq(midip2p_link_new(NULL, 100U, &next), JAM_OK);
  midip2p_link_seed(next, 0, _i ? a : b, _i != 0);
  Midip2pLink* const from = a;
  a                       = next;
  midip2p_link_free(b);
  ck_assert_int_eq(midip2p_link_new(NULL, 9U, &b), JAM_OK);
  settle(MS);
  const char* const text = hear(b);
  ck_assert(strstr(text, "1:b30000 1:b32000 1:c305"));
  ck_assert(strstr(text, "1:b3407f"));
  ck_assert(strstr(text, "2:933c64"));
  ck_assert_uint_eq(midip2p_state_hash(b, false), midip2p_state_hash(a, true));
  midip2p_link_free(from);
}

END_TEST

START_TEST(what_was_restored_is_restored_further_on)
{
  const Midip2pEvent note = {-5, 3U, {0x90, 60, 100}, MIDIP2P_RESTORED};
  say(a, 0, 0xB0, 7, 1);
  settle(0);
  (void)hear(b);
  ck_assert_int_eq(midip2p_send(a, MS, &note), JAM_OK);
  settle(MS);
  ck_assert(strstr(hear(b), "2:903c64"));
}

END_TEST

START_TEST(both_use_the_compact_profile_or_neither)
{
  midip2p_set_compact(a, true);
  midip2p_set_compact(b, _i != 0);
  for (JamTime now = 0; now < 10 * MS; now += MS) {
    say(a, now, 0x90, 60, 100);
    settle(now);
  }
  say(a, 10 * MS, 0x90, 61, 100);
  ck_assert_int_eq((output(a, 10 * MS).has & MIDIP2P_COMPACT) != 0U, _i != 0);
}

END_TEST

START_TEST(times_go_back_by_ten_seconds_at_most)
{
  static const int64_t sent[] = {100, 50, 20000000, -7};
  static const int64_t want[] = {100, 50, 20000000, 10000000};
  for (unsigned i = 0U; i < 4U; ++i) {
    const Midip2pEvent event = {sent[i], 1U, {0xF6, 0, 0}, MIDIP2P_PLAYED};
    ck_assert_int_eq(midip2p_send(a, 0, &event), JAM_OK);
  }
  (void)carry(a, b, 0);
  for (unsigned i = 0U; i < 4U; ++i) {
    Midip2pEvent got;
    ck_assert(midip2p_event(b, &got));
    ck_assert_int_eq(got.time_us, want[i]);
  }
}

END_TEST

START_TEST(streams_of_neighbouring_epochs_start_far_from_each_other)
{
  for (uint32_t epoch = 0U; epoch < 1000U; ++epoch) {
    const int64_t x = midip2p_first_number(epoch);
    const int64_t y = midip2p_first_number(epoch + 1U);
    ck_assert_int_gt(x, 0);
    ck_assert_int_gt(x > y ? x - y : y - x, 10000);
  }
}

END_TEST

START_TEST(every_allocation_may_fail)
{
  TestAllocator memory;
  unsigned      n = 0U;
  do {
    const JamAllocator   allocator = test_allocator_init(&memory, n++);
    Midip2pLink*         link      = NULL;
    static const uint8_t sysex[]   = {0xF0, 1, 0xF7};
    const JamStatus      status    = midip2p_link_new(&allocator, 1U, &link);
    if (link) {
      const JamStatus sent = midip2p_send_sysex(link, 0, 0, sysex, 3U);
      ck_assert_int_eq(sent, memory.failed ? JAM_ERR_MEMORY : JAM_OK);
    } else {
      ck_assert_int_eq(status, JAM_ERR_MEMORY);
    }
    midip2p_link_free(link);
    ck_assert(test_allocator_is_clean(&memory));
  } while (memory.failed);
}

END_TEST

static TCase* sending(void)
{
  TCase* const t = tcase_create("sending");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, an_idle_link_is_silent);
  tcase_add_test(t, a_new_event_goes_out_at_once_and_is_acknowledged_at_once);
  tcase_add_loop_test(t, unacknowledged_events_are_repeated_on_schedule, 0, 2);
  tcase_add_test(t, guards_follow_the_round_trip);
  tcase_add_test(t, a_packet_carries_the_unacknowledged_events_before_it);
  tcase_add_loop_test(t,
                      a_burst_goes_out_in_several_packets_that_overlap,
                      0,
                      3);
  tcase_add_test(t, what_the_window_lacks_comes_as_a_state);
  tcase_add_test(t, a_state_holds_what_a_bank_and_a_parameter_need);
  tcase_add_test(t, a_state_that_fills_no_packet_comes_in_parts_of_any_order);
  tcase_add_test(t, a_flood_is_folded_and_blocks_nothing);
  tcase_add_test(t, an_acknowledgement_of_what_was_not_sent_is_ignored);
  tcase_add_test(t, what_is_not_a_short_message_is_refused);
  tcase_add_test(t, times_go_back_by_ten_seconds_at_most);
  tcase_add_test(t, streams_of_neighbouring_epochs_start_far_from_each_other);
  tcase_add_test(t, every_allocation_may_fail);
  return t;
}

static TCase* receiving(void)
{
  TCase* const t = tcase_create("receiving");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, duplicates_are_acknowledged_again_but_not_each);
  tcase_add_test(t, packets_are_refused_while_nobody_reads);
  tcase_add_test(t, garbage_is_counted);
  tcase_add_loop_test(t, every_short_message_arrives_unchanged, 0, 2);
  tcase_add_loop_test(t,
                      long_messages_arrive_whole_and_hold_back_no_note,
                      0,
                      3);
  tcase_add_test(t, what_is_no_long_message_is_refused);
  tcase_add_test(t, a_silent_peer_holds_nothing_and_comes_back);
  tcase_add_test(t, keep_alives_go_on_while_something_sounds);
  tcase_add_test(t, a_state_that_differs_is_told_anew);
  tcase_add_loop_test(t, either_end_may_start_anew, 0, 2);
  tcase_add_loop_test(t,
                      a_latecomer_and_a_successor_begin_with_what_sounds,
                      0,
                      2);
  tcase_add_test(t, what_was_restored_is_restored_further_on);
  tcase_add_loop_test(t, both_use_the_compact_profile_or_neither, 0, 2);
  return t;
}

int main(void)
{
  Suite* const s = suite_create("midip2p link");
  suite_add_tcase(s, sending());
  suite_add_tcase(s, receiving());
  SRunner* const r = srunner_create(s);
  srunner_run_all(r, CK_NORMAL);
  const int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
