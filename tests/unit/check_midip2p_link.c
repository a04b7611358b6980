// SPDX-License-Identifier: MIT
// A link's manners: when it speaks, what it repeats, and what it refuses.

#include "midip2p/midip2p.h"
#include "midip2p/packet.h"
#include "midip2p/sender.h"
#include "support/test_allocator.h"

#include <check.h>

#include <stdlib.h>
#include <string.h>

typedef struct Text {
  char   bytes[MIDIP2P_MAX_TEXT];
  size_t size;
} Text;

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

static Midip2pEvent note(const uint8_t status, const unsigned key)
{
  const Midip2pEvent event = {0, 3U, {status, (uint8_t)key, 100U}};
  return event;
}

static JamStatus send_note(Midip2pLink* const link, const unsigned key)
{
  const Midip2pEvent event = note(0x90U, key);
  return midip2p_send(link, 0, &event);
}

static Midip2pPacket output(Midip2pLink* const link, const JamTime now)
{
  Midip2pPacket packet = {0};
  Text          text;
  text.size = midip2p_output(link, now, text.bytes, sizeof(text.bytes));
  ck_assert_uint_gt(text.size, 0U);
  ck_assert(midip2p_packet_scan(text.bytes, text.size, &packet));
  return packet;
}

static void input(Midip2pLink* const         link,
                  const JamTime              now,
                  const Midip2pPacket* const packet)
{
  Text text;
  text.size = midip2p_packet_write(packet, text.bytes, sizeof(text.bytes));
  ck_assert_uint_gt(text.size, 0U);
  midip2p_input(link, now, text.bytes, text.size);
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

START_TEST(an_idle_link_is_silent)
{
  char text[MIDIP2P_MAX_TEXT];
  ck_assert_int_eq(midip2p_deadline(a), JAM_NEVER);
  ck_assert_uint_eq(midip2p_output(a, JAM_SECOND, text, sizeof(text)), 0U);
}

END_TEST

START_TEST(a_new_event_goes_out_at_once_and_is_acknowledged_at_once)
{
  const Midip2pEvent event = {123456, 3U, {0x93, 60, 100}};
  ck_assert_int_eq(midip2p_send(a, 5, &event), JAM_OK);
  ck_assert_int_eq(midip2p_deadline(a), 5);
  ck_assert_uint_eq(carry(a, b, 5), 1U);
  Midip2pEvent got;
  ck_assert(midip2p_event(b, &got));
  ck_assert_int_eq(got.time_us, 123456);
  ck_assert_uint_eq(got.size, 3U);
  ck_assert_mem_eq(got.bytes, event.bytes, 3U);
  ck_assert(!midip2p_event(b, &got));
  ck_assert_int_eq(midip2p_deadline(b), 5);
  ck_assert_uint_eq(carry(b, a, 5), 1U);
  ck_assert_int_eq(midip2p_deadline(a), JAM_NEVER);
  ck_assert_int_eq(midip2p_deadline(b), JAM_NEVER);
  ck_assert_uint_eq(midip2p_stats(a)->sent, 1U);
  ck_assert_uint_eq(midip2p_stats(b)->received, 1U);
}

END_TEST

START_TEST(unacknowledged_events_are_repeated_on_schedule)
{
  static const unsigned calm[] = {20, 60, 140, 300, 620, 1120, 1620, 2120};
  static const unsigned eager[] =
    {3, 7, 13, 25, 50, 100, 200, 400, 800, 1300, 1800};
  const unsigned* const times = _i ? eager : calm;
  const size_t          count =
    _i ? sizeof(eager) / sizeof(eager[0]) : sizeof(calm) / sizeof(calm[0]);
  midip2p_set_loss(a, _i ? 0.004 : 0.003);
  ck_assert_int_eq(send_note(a, 60U), JAM_OK);
  const Midip2pPacket first = output(a, 0);
  for (size_t i = 0U; i < count; ++i) {
    const JamTime due = times[i] * JAM_MS;
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

START_TEST(a_packet_carries_the_unacknowledged_events_before_it)
{
  ck_assert_int_eq(send_note(a, 60U), JAM_OK);
  (void)output(a, 0); // Lost
  ck_assert_int_eq(send_note(a, 61U), JAM_OK);
  ck_assert_uint_eq(carry(a, b, 0), 1U);
  Midip2pEvent got;
  for (unsigned key = 60U; key < 62U; ++key) {
    ck_assert(midip2p_event(b, &got));
    ck_assert_uint_eq(got.bytes[1], key);
  }
}

END_TEST

START_TEST(a_burst_goes_out_in_several_packets_of_at_most_a_window)
{
  for (unsigned i = 0U; i < 40U; ++i) {
    ck_assert_int_eq(send_note(a, i), JAM_OK);
  }
  const Midip2pPacket packets[3] = {output(a, 0), output(a, 0), output(a, 0)};
  ck_assert_int_gt(midip2p_deadline(a), 0);
  ck_assert_uint_eq(packets[0].count, 16U);
  ck_assert_uint_eq(packets[1].count, 16U);
  ck_assert_uint_eq(packets[2].count, 16U); // 8 new ones, 8 again
  // Any order will do
  input(b, 0, &packets[2]);
  input(b, 0, &packets[1]);
  Midip2pEvent got;
  ck_assert(!midip2p_event(b, &got));
  input(b, 0, &packets[0]);
  for (unsigned i = 0U; i < 40U; ++i) {
    ck_assert(midip2p_event(b, &got));
    ck_assert_uint_eq(got.bytes[1], i);
  }
  ck_assert_uint_eq(midip2p_stats(b)->duplicates, 8U);
}

END_TEST

START_TEST(the_oldest_event_is_repeated_however_many_follow)
{
  Midip2pEvent got;
  for (unsigned i = 0U; i < 50U; ++i) {
    const JamTime      now   = i * 2 * JAM_MS;
    const Midip2pEvent event = note(0x90U, i);
    ck_assert_int_eq(midip2p_send(a, now, &event), JAM_OK);
    while (midip2p_deadline(a) <= now) {
      const Midip2pPacket packet = output(a, now);
      if (i >= 20U) { // Before that, all is lost
        input(b, now, &packet);
      }
    }
  }
  // New events leave no room for the first one, but its repeats do not wait
  for (unsigned i = 0U; i < 50U; ++i) {
    ck_assert(midip2p_event(b, &got));
    ck_assert_uint_eq(got.bytes[1], i);
  }
}

END_TEST

START_TEST(duplicates_are_acknowledged_again_but_not_each)
{
  ck_assert_int_eq(send_note(a, 60U), JAM_OK);
  const Midip2pPacket packet = output(a, 0);
  input(b, 0, &packet);
  (void)output(b, 0); // Lost
  for (JamTime now = JAM_MS; now < 5 * JAM_MS; now += JAM_MS) {
    input(b, now, &packet);
    ck_assert_int_eq(midip2p_deadline(b), 5 * JAM_MS);
  }
  ck_assert_uint_eq(carry(b, a, 5 * JAM_MS), 1U);
  ck_assert_int_eq(midip2p_deadline(a), JAM_NEVER);
  ck_assert_uint_eq(midip2p_stats(b)->received, 1U);
  ck_assert_uint_eq(midip2p_stats(b)->duplicates, 4U);
  input(b, 20 * JAM_MS, &packet);
  ck_assert_int_eq(midip2p_deadline(b), 20 * JAM_MS);
}

END_TEST

START_TEST(an_acknowledgement_alone_is_not_acknowledged)
{
  ck_assert_int_eq(send_note(a, 60U), JAM_OK);
  ck_assert_uint_eq(carry(a, b, 0), 1U);
  const Midip2pPacket ack = output(b, 0);
  ck_assert_uint_eq(ack.count, 0U);
  input(a, 0, &ack);
  ck_assert_int_eq(midip2p_deadline(a), JAM_NEVER);
}

END_TEST

START_TEST(an_acknowledgement_of_what_was_not_sent_is_ignored)
{
  const int64_t first   = midip2p_first_number(0xA3F1U);
  const int64_t wrong[] = {0,
                           first - 2,
                           first - 1,
                           first + 1,
                           MIDIP2P_MAX_NUMBER};
  ck_assert_int_eq(send_note(a, 60U), JAM_OK);
  ck_assert_int_eq(output(a, 0).first, first);
  for (size_t i = 0U; i < sizeof(wrong) / sizeof(wrong[0]); ++i) {
    const Midip2pPacket packet = {.stream = 7U, .ack = wrong[i]};
    input(a, JAM_MS, &packet);
    ck_assert_int_eq(midip2p_deadline(a), 20 * JAM_MS);
  }
  const Midip2pPacket right = {.stream = 7U, .ack = first};
  input(a, JAM_MS, &right);
  ck_assert_int_eq(midip2p_deadline(a), JAM_NEVER);
}

END_TEST

START_TEST(a_full_queue_still_takes_releases)
{
  const Midip2pEvent on    = note(0x90U, 60U);
  const Midip2pEvent off   = note(0x80U, 60U);
  const Midip2pEvent pedal = {0, 3U, {0xB0, 64, 0}};
  for (unsigned i = 0U; i < MIDIP2P_QUEUE - MIDIP2P_RESERVE; ++i) {
    ck_assert_int_eq(midip2p_send(a, 0, &on), JAM_OK);
  }
  ck_assert_int_eq(midip2p_send(a, 0, &on), JAM_ERR_FULL);
  for (unsigned i = 0U; i < MIDIP2P_RESERVE; ++i) {
    ck_assert_int_eq(midip2p_send(a, 0, i % 2U ? &off : &pedal), JAM_OK);
  }
  ck_assert_int_eq(midip2p_send(a, 0, &off), JAM_ERR_FULL);
  ck_assert_uint_eq(midip2p_stats(a)->queue_full, 2U);
  ck_assert_uint_eq(midip2p_stats(a)->sent, MIDIP2P_QUEUE);
  ck_assert_uint_eq(carry(a, b, 0), MIDIP2P_QUEUE / MIDIP2P_WINDOW);
  ck_assert_uint_eq(midip2p_stats(b)->received, MIDIP2P_QUEUE);
}

END_TEST

START_TEST(what_is_not_read_is_not_acknowledged)
{
  JamTime now = 0;
  for (unsigned i = 0U; i < 2U * MIDIP2P_QUEUE; ++i) {
    now += JAM_MS;
    const Midip2pEvent event = note(0x80U, i % 128U);
    if (midip2p_send(a, now, &event) != JAM_OK) {
      break;
    }
    (void)carry(a, b, now);
    (void)carry(b, a, now);
  }
  ck_assert_uint_eq(midip2p_stats(b)->received, MIDIP2P_QUEUE);
  ck_assert_uint_gt(midip2p_stats(b)->queue_full, 0U);
  // Reading makes room, and repeats bring what had none
  Midip2pEvent got;
  unsigned     read = 0U;
  for (unsigned i = 0U; i < 2000U; ++i, now += JAM_MS) {
    while (midip2p_event(b, &got)) {
      ck_assert_uint_eq(got.bytes[1], read % 128U);
      ++read;
    }
    (void)carry(a, b, now);
    (void)carry(b, a, now);
  }
  ck_assert_uint_eq(read, midip2p_stats(a)->sent);
  ck_assert_int_eq(midip2p_deadline(a), JAM_NEVER);
}

END_TEST

START_TEST(events_too_far_ahead_are_refused)
{
  const int64_t first  = midip2p_first_number(9U);
  Midip2pPacket packet = {.stream = 9U, .first = first + 256, .count = 1U};
  packet.events[0]     = note(0x90U, 60U);
  input(b, 0, &packet);
  ck_assert_uint_eq(midip2p_stats(b)->received, 0U);
  ck_assert_uint_eq(midip2p_stats(b)->malformed, 1U);
  packet.first = MIDIP2P_MAX_NUMBER - 20;
  input(b, 0, &packet);
  ck_assert_uint_eq(midip2p_stats(b)->malformed, 2U);
  packet.first = first + 255;
  input(b, 0, &packet);
  ck_assert_uint_eq(midip2p_stats(b)->received, 1U);
}

END_TEST

START_TEST(garbage_is_counted)
{
  midip2p_input(a, 0, "{\"j\":9}", 7U);
  midip2p_input(a, 0, "", 0U);
  ck_assert_uint_eq(midip2p_stats(a)->malformed, 2U);
  ck_assert_uint_eq(midip2p_stats(a)->packets_received, 0U);
  ck_assert_int_eq(midip2p_deadline(a), JAM_NEVER);
}

END_TEST

START_TEST(what_is_not_a_short_message_is_refused)
{
  static const Midip2pEvent events[] = {
    {0, 0U, {0, 0, 0}},
    {0, 3U, {60, 60, 60}},
    {0, 2U, {0x90, 60, 0}},
    {0, 3U, {0xC0, 5, 0}},
    {0, 3U, {0x90, 200, 1}},
    {0, 3U, {0x90, 60, 128}},
    {0, 1U, {0xF0, 0, 0}},
    {0, 3U, {0xF0, 1, 0xF7}},
    {0, 1U, {0xF7, 0, 0}},
    {0, 4U, {0x90, 60, 1}},
    {0, 2U, {0xF8, 0, 0}},
    {0, 1U, {0xF1, 0, 0}},
    {MIDIP2P_MAX_NUMBER + 1, 1U, {0xF8, 0, 0}},
    {-MIDIP2P_MAX_NUMBER - 1, 1U, {0xF8, 0, 0}},
  };
  for (size_t i = 0U; i < sizeof(events) / sizeof(events[0]); ++i) {
    ck_assert_int_eq(midip2p_send(a, 0, &events[i]), JAM_ERR_ARGUMENT);
  }
  ck_assert_int_eq(midip2p_deadline(a), JAM_NEVER);
}

END_TEST

START_TEST(every_short_message_arrives_unchanged)
{
  for (unsigned status = 0x80U; status < 0x100U; ++status) {
    Midip2pEvent event = {1, 0U, {(uint8_t)status, 1U, 127U}};
    Midip2pEvent got   = {0};
    event.size         = midip2p_message_size(event.bytes[0]);
    if (event.size == 0U) {
      ck_assert(status == 0xF0U || status == 0xF7U);
      continue;
    }
    ck_assert_int_eq(midip2p_send(a, 0, &event), JAM_OK);
    ck_assert_uint_eq(carry(a, b, 0), 1U);
    ck_assert_uint_eq(carry(b, a, 0), 1U);
    ck_assert(midip2p_event(b, &got));
    ck_assert_uint_eq(got.size, event.size);
    ck_assert_mem_eq(got.bytes, event.bytes, event.size);
  }
}

END_TEST

START_TEST(times_do_not_decrease)
{
  static const int64_t sent[] = {100, 50, 200, -7};
  static const int64_t want[] = {100, 100, 200, 200};
  for (unsigned i = 0U; i < 4U; ++i) {
    const Midip2pEvent event = {sent[i], 1U, {0xF8, 0, 0}};
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

START_TEST(events_far_apart_share_no_packet)
{
  for (int64_t i = 0; i < 4; ++i) {
    const Midip2pEvent event = {i * 6000000, 1U, {0xF8, 0, 0}};
    ck_assert_int_eq(midip2p_send(a, 0, &event), JAM_OK);
  }
  ck_assert_uint_eq(carry(a, b, 0), 2U);
  // Repeats obey it too
  ck_assert_uint_eq(output(a, 20 * JAM_MS).count, 2U);
  ck_assert_uint_eq(output(a, 20 * JAM_MS).count, 2U);
  for (int64_t i = 0; i < 4; ++i) {
    Midip2pEvent got;
    ck_assert(midip2p_event(b, &got));
    ck_assert_int_eq(got.time_us, i * 6000000);
  }
}

END_TEST

START_TEST(every_allocation_may_fail)
{
  TestAllocator memory;
  unsigned      n = 0U;
  do {
    const JamAllocator allocator = test_allocator_init(&memory, n++);
    Midip2pLink*       link      = NULL;
    const JamStatus    status    = midip2p_link_new(&allocator, 1U, &link);
    ck_assert_int_eq(status, memory.failed ? JAM_ERR_MEMORY : JAM_OK);
    ck_assert_int_eq(link == NULL, memory.failed);
    midip2p_link_free(link);
    ck_assert(test_allocator_is_clean(&memory));
  } while (memory.failed);
}

END_TEST

int main(void)
{
  Suite* const s = suite_create("midip2p link");
  TCase* const t = tcase_create("link");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, an_idle_link_is_silent);
  tcase_add_test(t, a_new_event_goes_out_at_once_and_is_acknowledged_at_once);
  tcase_add_loop_test(t, unacknowledged_events_are_repeated_on_schedule, 0, 2);
  tcase_add_test(t, a_packet_carries_the_unacknowledged_events_before_it);
  tcase_add_test(t, a_burst_goes_out_in_several_packets_of_at_most_a_window);
  tcase_add_test(t, the_oldest_event_is_repeated_however_many_follow);
  tcase_add_test(t, duplicates_are_acknowledged_again_but_not_each);
  tcase_add_test(t, an_acknowledgement_alone_is_not_acknowledged);
  tcase_add_test(t, an_acknowledgement_of_what_was_not_sent_is_ignored);
  tcase_add_test(t, a_full_queue_still_takes_releases);
  tcase_add_test(t, what_is_not_read_is_not_acknowledged);
  tcase_add_test(t, events_too_far_ahead_are_refused);
  tcase_add_test(t, garbage_is_counted);
  tcase_add_test(t, what_is_not_a_short_message_is_refused);
  tcase_add_test(t, every_short_message_arrives_unchanged);
  tcase_add_test(t, times_do_not_decrease);
  tcase_add_test(t, events_far_apart_share_no_packet);
  tcase_add_test(t, every_allocation_may_fail);
  suite_add_tcase(s, t);
  SRunner* const r = srunner_create(s);
  srunner_run_all(r, CK_NORMAL);
  const int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
