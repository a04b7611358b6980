// SPDX-License-Identifier: MIT
// What a vanished or restarted player leaves behind: nothing that sounds.

#include "midip2p/held.h"
#include "midip2p/midip2p.h"
#include "midip2p/packet.h"
#include "midip2p/sender.h"

#include <check.h>

#include <stdlib.h>
#include <string.h>

#define STREAM 5U

static Midip2pLink* the_link;
static int64_t      next_number;

static void setup(void)
{
  ck_assert_int_eq(midip2p_link_new(NULL, 1U, &the_link), JAM_OK);
  next_number = midip2p_first_number(STREAM);
}

static void teardown(void)
{
  midip2p_link_free(the_link);
}

static void give(const uint32_t stream, const int64_t number, const uint32_t m)
{
  char          text[MIDIP2P_MAX_TEXT];
  Midip2pPacket packet      = {.stream = stream, .first = number, .count = 1U};
  packet.events[0].time_us  = 1000;
  packet.events[0].bytes[0] = (uint8_t)(m >> 16U);
  packet.events[0].bytes[1] = (uint8_t)(m >> 8U);
  packet.events[0].bytes[2] = (uint8_t)m;
  packet.events[0].size     = midip2p_message_size(packet.events[0].bytes[0]);
  midip2p_input(the_link,
                0,
                text,
                midip2p_packet_write(&packet, text, sizeof(text)));
}

// Messages are written as three bytes: 0x903C64
static void receive(const uint32_t message)
{
  give(STREAM, next_number++, message);
}

static uint32_t take(void)
{
  Midip2pEvent event;
  if (!midip2p_event(the_link, &event)) {
    return 0U;
  }
  return (uint32_t)event.bytes[0] << 16U | (uint32_t)event.bytes[1] << 8U |
         event.bytes[2];
}

static void drain(void)
{
  while (take()) {
  }
}

START_TEST(a_release_ends_every_note_and_pedal)
{
  static const uint32_t messages[] = {0x903C64,
                                      0x904064,
                                      0x803C00, // Off again
                                      0x934001,
                                      0x934000, // Off by velocity 0
                                      0x9F7F7F,
                                      0xB0407F, // Sustain
                                      0xB24240, // Sostenuto
                                      0xB2437F, // Soft
                                      0xB24300, // Off again
                                      0xB1417F, // Portamento: nothing held
                                      0xB5403F};
  static const uint32_t want[] = {0x804040, 0xB04000, 0xB24200, 0x8F7F40, 0U};
  for (size_t i = 0U; i < sizeof(messages) / sizeof(messages[0]); ++i) {
    receive(messages[i]);
  }
  drain();
  midip2p_link_release(the_link, 777);
  for (size_t i = 0U; i < sizeof(want) / sizeof(want[0]); ++i) {
    ck_assert_uint_eq(take(), want[i]);
  }
  ck_assert_uint_eq(midip2p_stats(the_link)->released, 2U);
  midip2p_link_release(the_link, 778);
  ck_assert_uint_eq(take(), 0U);
}

END_TEST

START_TEST(a_release_has_the_time_asked_for)
{
  Midip2pEvent event;
  receive(0x903C64);
  drain();
  midip2p_link_release(the_link, -777);
  ck_assert(midip2p_event(the_link, &event));
  ck_assert_int_eq(event.time_us, -777);
}

END_TEST

START_TEST(channel_modes_end_notes)
{
  static const uint32_t modes[] =
    {0xB47800, 0xB47B00, 0xB47C00, 0xB47D00, 0xB47E01, 0xB47F00};
  receive(0x943C64);
  receive(0x953C64);
  receive(0xB4407F);
  receive(modes[_i]);
  drain();
  midip2p_link_release(the_link, 0);
  ck_assert_uint_eq(take(), 0xB44000);
  ck_assert_uint_eq(take(), 0x853C40);
  ck_assert_uint_eq(take(), 0U);
}

END_TEST

START_TEST(reset_of_controllers_lifts_pedals)
{
  receive(0xB4407F);
  receive(0xB4427F);
  receive(0xB57900);
  receive(0xB47900);
  drain();
  midip2p_link_release(the_link, 0);
  ck_assert_uint_eq(take(), 0U);
}

END_TEST

START_TEST(a_release_comes_after_what_has_arrived_and_before_what_follows)
{
  receive(0x903C64);
  receive(0x903D64);
  midip2p_link_release(the_link, 0);
  receive(0x903E64);
  static const uint32_t want[] =
    {0x903C64, 0x903D64, 0x803C40, 0x803D40, 0x903E64, 0U};
  for (size_t i = 0U; i < sizeof(want) / sizeof(want[0]); ++i) {
    ck_assert_uint_eq(take(), want[i]);
  }
}

END_TEST

START_TEST(every_key_of_every_channel_is_released)
{
  for (uint32_t channel = 0U; channel < 16U; ++channel) {
    for (uint32_t key = 0U; key < 128U; ++key) {
      receive(0x900001U | channel << 16U | key << 8U);
      drain();
    }
  }
  midip2p_link_release(the_link, 0);
  for (uint32_t channel = 0U; channel < 16U; ++channel) {
    for (uint32_t key = 0U; key < 128U; ++key) {
      ck_assert_uint_eq(take(), 0x800040U | channel << 16U | key << 8U);
    }
  }
  ck_assert_uint_eq(take(), 0U);
  ck_assert_uint_eq(midip2p_stats(the_link)->released, 2048U);
}

END_TEST

START_TEST(a_new_stream_begins_after_the_old_one_is_released)
{
  const int64_t first = midip2p_first_number(6U);
  receive(0x903C64);
  drain();
  give(6U, first, 0x903E64); // Not yet: the note of the old one sounds
  ck_assert_uint_eq(take(), 0x803C40);
  ck_assert_uint_eq(take(), 0U);
  give(6U, first, 0x903E64);
  ck_assert_uint_eq(take(), 0x903E64);
  // The old one is history
  receive(0x904064);
  ck_assert_uint_eq(take(), 0U);
  give(6U, first + 1, 0x803E64);
  ck_assert_uint_eq(take(), 0x803E64);
}

END_TEST

START_TEST(a_new_stream_begins_at_once_when_nothing_is_held)
{
  receive(0x903C64);
  receive(0x803C64);
  drain();
  give(6U, midip2p_first_number(6U), 0x903E64);
  ck_assert_uint_eq(take(), 0x903E64);
}

END_TEST

START_TEST(streams_of_neighbouring_epochs_start_far_from_each_other)
{
  for (uint32_t epoch = 0U; epoch < 1000U; ++epoch) {
    const int64_t first = midip2p_first_number(epoch);
    ck_assert_int_ge(first, 1);
    ck_assert_int_gt(llabs(midip2p_first_number(epoch + 1U) - first), 4096);
  }
}

END_TEST

int main(void)
{
  Suite* const s = suite_create("midip2p held");
  TCase* const t = tcase_create("held");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, a_release_ends_every_note_and_pedal);
  tcase_add_test(t, a_release_has_the_time_asked_for);
  tcase_add_loop_test(t, channel_modes_end_notes, 0, 6);
  tcase_add_test(t, reset_of_controllers_lifts_pedals);
  tcase_add_test(
    t,
    a_release_comes_after_what_has_arrived_and_before_what_follows);
  tcase_add_test(t, every_key_of_every_channel_is_released);
  tcase_add_test(t, a_new_stream_begins_after_the_old_one_is_released);
  tcase_add_test(t, a_new_stream_begins_at_once_when_nothing_is_held);
  tcase_add_test(t, streams_of_neighbouring_epochs_start_far_from_each_other);
  suite_add_tcase(s, t);
  SRunner* const r = srunner_create(s);
  srunner_run_all(r, CK_NORMAL);
  const int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
