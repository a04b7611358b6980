// SPDX-License-Identifier: MIT
// The state of a stream, as a latecomer gets it.

#include "base/rand.h"
#include "midip2p/packet.h"
#include "midip2p/state.h"

#include <check.h>

#include <stdlib.h>
#include <string.h>

#define MANY 4096U

static Midip2pState  state;
static Midip2pEvent* written;
static size_t        count;

static void setup(void)
{
  memset(&state, 0, sizeof(state));
  written = (Midip2pEvent*)calloc(MANY, sizeof(Midip2pEvent));
  ck_assert_ptr_nonnull(written);
}

static void teardown(void)
{
  free(written);
}

// Messages are written as three bytes: 0x903C64
static void follow(const uint32_t message)
{
  Midip2pEvent event = {0};
  event.bytes[0]     = (uint8_t)(message >> 16U);
  event.bytes[1]     = (uint8_t)(message >> 8U);
  event.bytes[2]     = (uint8_t)message;
  event.size         = midip2p_message_size(event.bytes[0]);
  midip2p_state_follow(&state, &event);
}

static void assert_written(const uint32_t* const want, const size_t want_count)
{
  count = midip2p_state_write(&state, 5, written, MANY);
  ck_assert_uint_eq(count, want_count);
  for (size_t i = 0U; i < count; ++i) {
    const uint8_t* const bytes = written[i].bytes;
    ck_assert_uint_eq((uint32_t)bytes[0] << 16U | (uint32_t)bytes[1] << 8U |
                        bytes[2],
                      want[i]);
    ck_assert_int_eq(written[i].time_us, 5);
    ck_assert(midip2p_message_valid(&written[i]));
  }
}

START_TEST(nothing_leads_to_nothing)
{
  assert_written(NULL, 0U);
}

END_TEST

START_TEST(the_voice_comes_before_the_notes_and_the_rest_last)
{
  static const uint32_t messages[] = {0x923C64,
                                      0xB24A10, // Brightness
                                      0xD22200,
                                      0xE20040,
                                      0xB20764,
                                      0xC20500,
                                      0xB22001,
                                      0xB20002,
                                      0x924064,
                                      0x824000,
                                      0xB2407F,
                                      0xC10000,
                                      0xF80000};
  static const uint32_t want[]     = {0xC10000,
                                      0xB20002,
                                      0xB22001,
                                      0xC20500,
                                      0xB20764,
                                      0xB2407F,
                                      0xE20040,
                                      0x923C64,
                                      0xD22200,
                                      0xB24A10};
  for (size_t i = 0U; i < sizeof(messages) / sizeof(messages[0]); ++i) {
    follow(messages[i]);
  }
  assert_written(want, sizeof(want) / sizeof(want[0]));
}

END_TEST

START_TEST(reset_of_controllers_is_followed)
{
  static const uint32_t want[] = {0xB30764};
  follow(0xB30764);
  follow(0xB30140);
  follow(0xB3407F);
  follow(0xE30000);
  follow(0xD34000);
  follow(0xB37900);
  assert_written(want, 1U);
}

END_TEST

START_TEST(modes_and_data_entry_are_left_out)
{
  static const uint32_t messages[] = {0xB06500,
                                      0xB06400,
                                      0xB0060C,
                                      0xB02600,
                                      0xB06001,
                                      0xB06301,
                                      0xB07A7F,
                                      0xB07B00};
  for (size_t i = 0U; i < sizeof(messages) / sizeof(messages[0]); ++i) {
    follow(messages[i]);
  }
  assert_written(NULL, 0U);
}

END_TEST

START_TEST(what_is_written_leads_to_the_same_state)
{
  JamRand rand;
  jam_rand_init(&rand, (uint64_t)_i, 0U);
  for (unsigned i = 0U; i < 3000U; ++i) {
    const uint32_t kind = 0x80U + 16U * jam_rand_below(&rand, 7U);
    follow((kind | jam_rand_below(&rand, 16U)) << 16U |
           jam_rand_below(&rand, 128U) << 8U | jam_rand_below(&rand, 128U));
  }
  const size_t        first = midip2p_state_write(&state, 0, written, MANY);
  Midip2pEvent* const again = (Midip2pEvent*)calloc(MANY, sizeof(Midip2pEvent));
  ck_assert_ptr_nonnull(again);
  memset(&state, 0, sizeof(state));
  for (size_t i = 0U; i < first; ++i) {
    midip2p_state_follow(&state, &written[i]);
  }
  ck_assert_uint_eq(midip2p_state_write(&state, 0, again, MANY), first);
  ck_assert_mem_eq(again, written, first * sizeof(Midip2pEvent));
  free(again);
}

END_TEST

START_TEST(a_fresh_link_has_room_for_it)
{
  Midip2pLink*  link = NULL;
  unsigned      room = 0U;
  Midip2pPacket packet;
  char          text[MIDIP2P_MAX_TEXT];
  for (uint32_t i = 0U; i < 2048U; ++i) {
    follow(0x900000U | (i >> 7U) << 16U | (i & 127U) << 8U | 1U);
  }
  count = midip2p_state_write(&state, 0, written, MIDIP2P_MAX_STATE);
  ck_assert_uint_eq(count, MIDIP2P_MAX_STATE);
  ck_assert_int_eq(midip2p_link_new(NULL, 1U, &link), JAM_OK);
  ck_assert_uint_eq(midip2p_link_state(link, 0, written, MANY), 0U);
  for (; room < count; ++room) {
    ck_assert_int_eq(midip2p_send(link, 0, &written[room]), JAM_OK);
  }
  const size_t size = midip2p_output(link, 0, text, sizeof(text));
  ck_assert(midip2p_packet_scan(text, size, &packet));
  midip2p_link_free(link);
}

END_TEST

START_TEST(a_link_knows_the_state_of_what_was_read)
{
  const Midip2pEvent program = {0, 2U, {0xC0U, 5U, 0U}};
  Midip2pLink*       a       = NULL;
  Midip2pLink*       b       = NULL;
  Midip2pEvent       event;
  char               text[MIDIP2P_MAX_TEXT];
  ck_assert_int_eq(midip2p_link_new(NULL, 1U, &a), JAM_OK);
  ck_assert_int_eq(midip2p_link_new(NULL, 2U, &b), JAM_OK);
  ck_assert_int_eq(midip2p_send(a, 0, &program), JAM_OK);
  midip2p_input(b, 0, text, midip2p_output(a, 0, text, sizeof(text)));
  ck_assert_uint_eq(midip2p_link_state(b, 0, written, MANY), 0U);
  ck_assert(midip2p_event(b, &event));
  ck_assert_uint_eq(midip2p_link_state(b, 0, written, MANY), 1U);
  ck_assert_mem_eq(written[0].bytes, program.bytes, 2U);
  midip2p_link_free(a);
  midip2p_link_free(b);
}

END_TEST

START_TEST(a_sender_may_keep_the_state_in_its_own_link)
{
  const Midip2pEvent program = {0, 2U, {0xC0U, 5U, 0U}};
  const Midip2pEvent none    = {0, 2U, {0xC0U, 0xC0U, 0U}};
  Midip2pLink*       link    = NULL;
  ck_assert_int_eq(midip2p_link_new(NULL, 1U, &link), JAM_OK);
  midip2p_link_follow(link, &program);
  midip2p_link_follow(link, &none);
  ck_assert_uint_eq(midip2p_link_state(link, 0, written, MANY), 1U);
  ck_assert_mem_eq(written[0].bytes, program.bytes, 2U);
  ck_assert_int_eq(midip2p_deadline(link), JAM_NEVER); // Nothing to send
  midip2p_link_free(link);
}

END_TEST

int main(void)
{
  Suite* const s = suite_create("midip2p state");
  TCase* const t = tcase_create("state");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, nothing_leads_to_nothing);
  tcase_add_test(t, a_sender_may_keep_the_state_in_its_own_link);
  tcase_add_test(t, the_voice_comes_before_the_notes_and_the_rest_last);
  tcase_add_test(t, reset_of_controllers_is_followed);
  tcase_add_test(t, modes_and_data_entry_are_left_out);
  tcase_add_loop_test(t, what_is_written_leads_to_the_same_state, 0, 10);
  tcase_add_test(t, a_fresh_link_has_room_for_it);
  tcase_add_test(t, a_link_knows_the_state_of_what_was_read);
  suite_add_tcase(s, t);
  SRunner* const r = srunner_create(s);
  srunner_run_all(r, CK_NORMAL);
  const int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
