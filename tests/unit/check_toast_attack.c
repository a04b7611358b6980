// SPDX-License-Identifier: MIT
// What strangers, damaged datagrams and replays achieve: a counter moves, and
// nothing else.

#include "toast/toast_wire.h"

#include "unit/check_toast_pipe.h"

// Takes the next datagram out of an end instead of delivering it
static PipePacket take(Pipe* const pipe, const unsigned end)
{
  const unsigned before = pipe->recorded;
  const bool     cut    = pipe->cut;
  pipe->cut             = true;
  pipe_drain(pipe, end);
  pipe->cut = cut;
  ck_assert_uint_eq(pipe->recorded, before + 1U);
  return pipe->record[before];
}

// Fails without: the prologue (handshake.c: bytes 0 to 4 unsealed)
START_TEST(every_flipped_byte_of_an_init_fails_it_or_changes_nothing)
{
  for (size_t at = 0U; at < TOAST_WIRE_INIT_SIZE; ++at) {
    Pipe* const pipe = pipe_new(1U);
    (void)pipe_dial(pipe);
    PipePacket init = take(pipe, 0U);
    init.data[at] ^= 0x01U;
    pipe_input(pipe, 1U, &pipe->address[0], init.data, init.size);
    pipe_drain(pipe, 1U);
    pipe_run(pipe, 60 * JAM_MS);                           // Before the repeat
    const bool free = (at >= 5U && at < 21U) || at >= 77U; // Cookie, padding
    ck_assert_uint_eq(pipe_count(pipe, 0U, TOAST_EVENT_OPEN), free);
    ck_assert_uint_eq(pipe_count(pipe, 1U, TOAST_EVENT_OPEN), free);
    const ToastCounters* const counters = toast_counters(pipe->ends[1]);
    ck_assert_uint_eq(counters->bad_seal, !free && at > 1U);
    ck_assert_uint_eq(counters->bad_version, at == 1U);
    ck_assert_uint_eq(counters->unknown_type, at == 0U);
    pipe_free(pipe);
  }
}

END_TEST

START_TEST(a_damaged_copy_of_an_answered_init_changes_nothing)
{
  Pipe* const pipe = pipe_new(2U);
  (void)pipe_dial(pipe);
  PipePacket init = take(pipe, 0U);
  pipe_feed(pipe, 1U, init.data, init.size);
  (void)take(pipe, 1U);
  init.data[70] ^= 1U;
  pipe_feed(pipe, 1U, init.data, init.size);
  ck_assert_uint_eq(toast_counters(pipe->ends[1])->bad_seal, 1U);
  const unsigned before = pipe->recorded;
  pipe_drain(pipe, 1U);
  ck_assert_uint_eq(pipe->recorded, before);
  pipe_free(pipe);
}

END_TEST

START_TEST(false_accepts_do_not_stop_the_true_one)
{
  Pipe* const pipe = pipe_new(3U);
  (void)pipe_dial(pipe);
  const PipePacket init = take(pipe, 0U);
  pipe_feed(pipe, 1U, init.data, init.size);
  PipePacket accept = take(pipe, 1U);
  ck_assert_uint_le(accept.size, init.size);
  for (size_t at = 0U; at < accept.size; ++at) {
    accept.data[at] ^= 0x10U;
    pipe_feed(pipe, 0U, accept.data, accept.size);
    accept.data[at] ^= 0x10U;
    ck_assert_uint_eq(pipe->event_count[0], 0U);
  }
  pipe_feed(pipe, 0U, accept.data, accept.size);
  ck_assert_uint_eq(pipe_count(pipe, 0U, TOAST_EVENT_OPEN), 1U);
  pipe_free(pipe);
}

END_TEST

START_TEST(an_impostors_accept_is_named_after_the_time_out)
{
  Pipe* const pipe = pipe_new(4U);
  pipe->cut        = true;
  (void)pipe_dial(pipe);
  pipe_run(pipe, 50 * JAM_MS);
  uint8_t accept[TOAST_WIRE_ACCEPT_SIZE];
  memset(accept, 0x55, sizeof(accept));
  accept[0] = TOAST_WIRE_ACCEPT;
  memcpy(accept + 1, pipe->record[0].data + 2, 3U);
  pipe_feed(pipe, 0U, accept, sizeof(accept));
  pipe_run(pipe, 4 * JAM_SECOND);
  ck_assert_uint_eq(pipe->event_count[0], 0U);
  pipe_run(pipe, 2 * JAM_SECOND);
  ck_assert_uint_eq(pipe->event_count[0], 1U);
  ck_assert_int_eq(pipe->events[0][0].reason, TOAST_REASON_WRONG_KEY);
  pipe_free(pipe);
}

END_TEST

// Fails without: the search for an INIT (accept.c: answer_again returns false)
START_TEST(copies_of_an_init_get_the_same_accept_and_one_session)
{
  Pipe* const pipe = pipe_new(5U);
  (void)pipe_dial(pipe);
  const PipePacket init = take(pipe, 0U);
  pipe_feed(pipe, 1U, init.data, init.size);
  const PipePacket first = take(pipe, 1U);
  for (int i = 0; i < 20; ++i) {
    pipe_feed(pipe, 1U, init.data, init.size);
    const PipePacket again = take(pipe, 1U);
    ck_assert_uint_eq(again.size, first.size);
    ck_assert_mem_eq(again.data, first.data, first.size);
  }
  ck_assert_uint_eq(toast_counters(pipe->ends[1])->table_full, 0U);
  pipe_free(pipe);
}

END_TEST

START_TEST(every_flipped_byte_of_a_sealed_packet_is_noticed)
{
  Pipe* const  pipe = pipe_new(6U);
  ToastSession s[2];
  pipe_connect(pipe, s);
  ck_assert_int_eq(pipe_send(pipe, 0U, s[0], TOAST_FRAME_MEDIA, 1U, 60U),
                   JAM_OK);
  PipePacket packet = take(pipe, 0U);

  const ToastCounters* const counters = toast_counters(pipe->ends[1]);
  const ToastCounters        before   = *counters;
  for (size_t at = 0U; at < packet.size; ++at) {
    packet.data[at] ^= 0x02U;
    pipe_feed(pipe, 1U, packet.data, packet.size);
    packet.data[at] ^= 0x02U;
  }
  const uint64_t strange = counters->unknown_session - before.unknown_session;
  ck_assert_uint_eq(counters->bad_seal - before.bad_seal + strange,
                    packet.size);
  ck_assert_uint_eq(strange, 3U); // The connection id
  ck_assert_uint_eq(pipe_count(pipe, 1U, TOAST_EVENT_FRAME), 0U);
  ck_assert_uint_eq(toast_peer(pipe->ends[1], s[1])->port, 9000U);
  pipe_feed(pipe, 1U, packet.data, packet.size);
  ck_assert_uint_eq(pipe_count(pipe, 1U, TOAST_EVENT_FRAME), 1U);
  pipe_free(pipe);
}

END_TEST

// Fails without: the window (window.c: take any)
START_TEST(every_captured_datagram_replayed_has_no_effect)
{
  Pipe* const  pipe = pipe_new(7U);
  ToastSession s[2];
  pipe_connect(pipe, s);
  for (uint32_t i = 0U; i < 600U; ++i) {
    (void)pipe_send(pipe, i % 2U, s[i % 2U], (ToastFrameKind)(i % 4U), i, 60U);
    pipe_run(pipe, JAM_MS);
  }
  const unsigned captured = pipe->recorded;
  pipe_run(pipe, 100 * JAM_MS); // All of those are there by now
  const unsigned frames[2] = {pipe_count(pipe, 0U, TOAST_EVENT_FRAME),
                              pipe_count(pipe, 1U, TOAST_EVENT_FRAME)};
  ck_assert_uint_gt(captured, 600U);
  for (unsigned round = 0U; round < 3U; ++round) {
    for (unsigned i = 0U; i < captured; ++i) {
      const unsigned k = round == 1U ? captured - 1U - i : i;
      for (unsigned end = 0U; end < 2U; ++end) { // Reflected, too
        pipe_feed(pipe, end, pipe->record[k].data, pipe->record[k].size);
      }
    }
  }
  for (unsigned end = 0U; end < 2U; ++end) {
    ck_assert_uint_eq(pipe_count(pipe, end, TOAST_EVENT_FRAME), frames[end]);
    ck_assert_uint_eq(pipe_count(pipe, end, TOAST_EVENT_CLOSED), 0U);
    ck_assert_uint_eq(pipe_count(pipe, end, TOAST_EVENT_OPEN), 1U);
    ck_assert_uint_eq(toast_peer(pipe->ends[end], s[end])->port,
                      pipe->address[1U - end].port);
    ck_assert_uint_gt(toast_counters(pipe->ends[end])->replayed, captured);
  }
  pipe_free(pipe);
}

END_TEST

START_TEST(strangers_and_stumps_are_counted_only)
{
  Pipe* const  pipe = pipe_new(8U);
  ToastSession s[2];
  pipe_connect(pipe, s);
  JamRand rand;
  uint8_t data[1400];
  jam_rand_init(&rand, 8U, 2U);
  for (int i = 0; i < 20000; ++i) {
    const size_t size = jam_rand_below(&rand, i % 10 ? 300U : 1400U);
    for (size_t k = 0U; k < size; ++k) {
      data[k] = (uint8_t)jam_rand_u32(&rand);
    }
    if (size > 4U && i % 3 == 0) { // Aim at the living session
      data[0] = TOAST_WIRE_SHORT;
      memcpy(data + 1, pipe->record[pipe->recorded - 1U].data + 1, 3U);
    }
    pipe_feed(pipe, (unsigned)i % 2U, data, size);
  }
  // Every length of every real datagram
  const unsigned captured = pipe->recorded < 6U ? pipe->recorded : 6U;
  for (unsigned i = 0U; i < captured; ++i) {
    for (size_t size = 0U; size < pipe->record[i].size; ++size) {
      pipe_feed(pipe, pipe->record[i].to, pipe->record[i].data, size);
    }
  }
  for (unsigned end = 0U; end < 2U; ++end) {
    ck_assert_uint_eq(pipe_count(pipe, end, TOAST_EVENT_FRAME), 0U);
    ck_assert_uint_eq(pipe_count(pipe, end, TOAST_EVENT_CLOSED), 0U);
    const ToastCounters* const counters = toast_counters(pipe->ends[end]);
    ck_assert_uint_gt(counters->too_short, 0U);
    ck_assert_uint_gt(counters->too_long, 0U);
    ck_assert_uint_gt(counters->unknown_type, 0U);
    ck_assert_uint_gt(counters->bad_seal, 0U);
  }
  pipe_free(pipe);
}

END_TEST

// A caller's own session ends, another begins under the same id: nothing that
// was seen of the first, nor what strangers make up, ends the second. Fails
// without: the tag (receive.c: take what does not open)
START_TEST(nobody_else_can_close_a_session)
{
  ToastConfig  a    = pipe_config(0U, 13U);
  ToastConfig  b    = pipe_config(1U, 13U);
  ToastSession s[2] = {0};
  a.max_sessions    = 1U;
  b.max_sessions    = 1U;
  b.half_open       = 1U;
  Pipe* const pipe  = pipe_new_with(13U, &a, &b);
  unsigned    old   = 0U;
  for (unsigned round = 0U; round < 4U; ++round) {
    s[0] = pipe_dial(pipe);
    pipe_run(pipe, 100 * JAM_MS);
    ck_assert_uint_eq(pipe_count(pipe, 1U, TOAST_EVENT_OPEN), round + 1U);
    for (unsigned i = 0U; i < old; ++i) { // With its CLOSEs
      for (unsigned end = 0U; end < 2U; ++end) {
        pipe_feed(pipe, end, pipe->record[i].data, pipe->record[i].size);
      }
    }
    uint8_t forged[TOAST_WIRE_SHORT_MIN + 1U] = {TOAST_WIRE_SHORT};
    memcpy(forged + 1, pipe->record[pipe->recorded - 1U].data + 1, 3U);
    for (uint32_t number = 0U; number < 5000U; ++number) {
      toast_put32(forged + TOAST_WIRE_SHORT_NUMBER, number);
      forged[TOAST_WIRE_SHORT_HEAD] = TOAST_WIRE_FRAME_CLOSE;
      pipe_feed(pipe, 0U, forged, sizeof(forged));
      pipe_feed(pipe, 1U, forged, sizeof(forged));
    }
    ck_assert_uint_eq(pipe_count(pipe, 0U, TOAST_EVENT_CLOSED), round);
    ck_assert_uint_eq(pipe_count(pipe, 1U, TOAST_EVENT_CLOSED), round);
    toast_close(pipe->ends[0], pipe_local(pipe, 0U, pipe->now), s[0]);
    pipe_run(pipe, 100 * JAM_MS);
    old = pipe->recorded;
  }
  pipe_free(pipe);
}

END_TEST

START_TEST(an_unvalidated_address_never_gets_more_than_it_sent)
{
  Pipe* const pipe = pipe_new(9U);
  JamRand     rand;
  uint64_t    received = 0U;
  jam_rand_init(&rand, 9U, 2U);
  pipe->cut = true;
  for (int i = 0; i < 200; ++i) {
    if (i % 25 == 0) {
      (void)pipe_dial(pipe);
    }
    pipe_run(pipe, 30 * JAM_MS);
    for (int k = 0; k < 3 && pipe->recorded > 0U; ++k) {
      const PipePacket* const packet =
        &pipe->record[jam_rand_below(&rand, pipe->recorded)];
      if (packet->to == 1U) {
        pipe_feed(pipe, 1U, packet->data, packet->size);
        received += packet->size;
      }
      pipe_drain(pipe, 1U);
      ck_assert_uint_le(pipe->bytes[0], received);
    }
  }
  ck_assert_uint_gt(pipe->bytes[0], 0U);
  pipe_free(pipe);
}

END_TEST

START_TEST(handshake_times_beyond_reason_are_refused)
{
  Pipe* const pipe    = pipe_new(12U);
  pipe->clock_zero[0] = INT64_MAX / 2; // Some 146 years
  (void)pipe_dial(pipe);
  pipe_run(pipe, 100 * JAM_MS);
  ck_assert_uint_eq(toast_counters(pipe->ends[1])->bad_frame, 1U);
  ck_assert_uint_eq(pipe->bytes[0], 0U);
  pipe_free(pipe);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("toast_attack");
  TCase* const tcase = tcase_create("attack");
  tcase_set_timeout(tcase, 60.0);
  tcase_add_test(tcase,
                 every_flipped_byte_of_an_init_fails_it_or_changes_nothing);
  tcase_add_test(tcase, a_damaged_copy_of_an_answered_init_changes_nothing);
  tcase_add_test(tcase, false_accepts_do_not_stop_the_true_one);
  tcase_add_test(tcase, an_impostors_accept_is_named_after_the_time_out);
  tcase_add_test(tcase, copies_of_an_init_get_the_same_accept_and_one_session);
  tcase_add_test(tcase, every_flipped_byte_of_a_sealed_packet_is_noticed);
  tcase_add_test(tcase, every_captured_datagram_replayed_has_no_effect);
  tcase_add_test(tcase, strangers_and_stumps_are_counted_only);
  tcase_add_test(tcase, nobody_else_can_close_a_session);
  tcase_add_test(tcase, an_unvalidated_address_never_gets_more_than_it_sent);
  tcase_add_test(tcase, handshake_times_beyond_reason_are_refused);
  suite_add_tcase(suite, tcase);
  return pipe_main(suite);
}
