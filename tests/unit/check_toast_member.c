// SPDX-License-Identifier: MIT
// What a malicious member achieves, who has valid keys and seals what it
// likes.

#include "toast/endpoint.h"

#include "unit/check_toast_pipe.h"

#include <sodium.h>

// Seals frames with the keys of end 0, as a malicious member could
static size_t seal(Pipe* const          pipe,
                   const ToastSession   session,
                   const uint8_t* const frames,
                   const size_t         size,
                   const uint32_t       stamp,
                   uint8_t* const       out)
{
  ToastPeer* const peer = toast_table_find(pipe->ends[0], session);
  uint8_t          nonce[12];
  ck_assert_ptr_nonnull(peer);
  out[0] = TOAST_WIRE_SHORT;
  toast_put24(out + TOAST_WIRE_SHORT_CID, peer->remote_cid);
  toast_put32(out + TOAST_WIRE_SHORT_NUMBER, peer->send_number);
  toast_put32(out + TOAST_WIRE_SHORT_STAMP, stamp);
  toast_nonce(nonce, true, peer->send_number++);
  (void)crypto_aead_chacha20poly1305_ietf_encrypt(out + TOAST_WIRE_SHORT_HEAD,
                                                  NULL,
                                                  frames,
                                                  size,
                                                  out,
                                                  TOAST_WIRE_SHORT_HEAD,
                                                  NULL,
                                                  nonce,
                                                  peer->send_key);
  return size + TOAST_WIRE_SHORT_MIN;
}

// Fails without: the length check (frames.c: length > size - at)
START_TEST(malformed_frames_spoil_their_whole_datagram)
{
  static const struct {
    uint8_t bytes[12];
    size_t  size;
  } cases[] = {
    {{0x00}, 1U},                          // No such type
    {{0x7f, 1, 2, 3}, 4U},                 // No such type
    {{1, 0, 0, 0, 0, 0, 0}, 7U},           // Empty media
    {{1, 0, 0, 0, 0, 2, 0, 9}, 8U},        // Media longer than the rest
    {{1, 0, 0, 0, 0, 0xff, 0xff, 9}, 8U},  // Far longer
    {{1, 0, 0}, 3U},                       // Media without its head
    {{2, 0, 0, 0, 0}, 5U},                 // Empty MIDI
    {{3, 5, 0, 1}, 4U},                    // Table longer than the rest
    {{4, 0, 0, 1, 4, 0}, 6U},              // Message above its limit
    {{5, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 10U}, // Short acknowledgement
    {{6, 0, 0}, 3U},                       // Short feedback
    {{7}, 1U},                             // Block minima without count
    {{7, 9, 0, 0}, 4U},                    // Too many
    {{7, 1, 0, 0, 0, 0, 0}, 7U},           // Fewer than said
    {{9, 0, 0, 0, 0, 0, 0, 0}, 8U},        // Short echo
    {{8, 8, 8, 0x0e}, 4U},                 // Good ones before a bad one
    {{0x0b, 2, 0, 1, 1}, 5U},              // Only siblings may
    {{16, 0, 0, 0, 0, 0, 0}, 7U},          // Empty repair
    {{17, 0, 0, 0, 1, 0, 0}, 7U},          // Empty fragment
    {{17, 0, 0, 1, 1, 1, 0, 9}, 8U},       // Second of one
    {{17, 0, 0, 0, 17, 1, 0, 9}, 8U},      // Of more than there can be
    {{17, 0, 0, 0, 2, 1, 0, 9}, 8U},       // Short, but not the last
    {{17, 0, 0, 0, 1, 2, 0, 9}, 8U},       // Longer than the rest
    {{17, 0, 0, 0, 1, 1, 4, 9}, 8U},       // Above its limit
    {{18, 0, 0, 1}, 4U},                   // Short acknowledgement of it
  };

  Pipe* const  pipe = pipe_new(10U);
  ToastSession s[2];
  uint8_t      out[TOAST_MAX_DATAGRAM];
  pipe_connect(pipe, s);
  for (unsigned i = 0U; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    uint8_t frames[64] = {1, 7, 0, 0, 0, 4, 0, 1, 2, 3, 4}; // Good media
    memcpy(frames + 11, cases[i].bytes, cases[i].size);
    const size_t size = seal(pipe, s[0], frames, 11U + cases[i].size, 0U, out);
    pipe_feed(pipe, 1U, out, size);
    ck_assert_uint_eq(toast_counters(pipe->ends[1])->bad_frame, i + 1U);
  }
  ck_assert_uint_eq(pipe_count(pipe, 1U, TOAST_EVENT_FRAME), 0U);
  pipe_free(pipe);
}

END_TEST

START_TEST(only_a_node_gives_tickets_and_only_a_caller_receipts)
{
  Pipe* const  pipe = pipe_new(13U);
  ToastSession s[2];
  uint8_t      frames[TOAST_WIRE_TICKET_SIZE] = {TOAST_WIRE_FRAME_TICKET};
  pipe_connect(pipe, s);
  const ToastPeer* const peers[2] = {toast_table_find(pipe->ends[0], s[0]),
                                     toast_table_find(pipe->ends[1], s[1])};
  ck_assert(toast_frames_valid(peers[0], frames, sizeof(frames)));
  ck_assert(!toast_frames_valid(peers[0], frames, sizeof(frames) - 1U));
  ck_assert(!toast_frames_valid(peers[1], frames, sizeof(frames)));
  frames[0] = TOAST_WIRE_FRAME_TICKET_ACK;
  ck_assert(!toast_frames_valid(peers[0], frames, TOAST_WIRE_TICKET_ACK_SIZE));
  ck_assert(toast_frames_valid(peers[1], frames, TOAST_WIRE_TICKET_ACK_SIZE));
  pipe_free(pipe);
}

END_TEST

static size_t random_frames(JamRand* const rand, uint8_t* const out)
{
  size_t       at   = 0U;
  const size_t most = 1U + jam_rand_below(rand, TOAST_WIRE_MAX_FRAMES);
  while (at < most) {
    const size_t left = most - at;
    for (size_t k = at; k < most && k < at + 80U; ++k) {
      out[k] = (uint8_t)jam_rand_u32(rand);
    }
    out[at] = (uint8_t)(1U + jam_rand_below(rand, 18U));
    // No CLOSE but at the very end of the test, small lengths mostly
    out[at] =
      out[at] == TOAST_WIRE_FRAME_CLOSE ? TOAST_WIRE_FRAME_EVENT : out[at];
    static const uint8_t heads[] = {0, 7, 5, 3, 5};
    size_t               size    = 1U + jam_rand_below(rand, 21U);
    if (out[at] <= TOAST_WIRE_FRAME_EVENT && left > heads[out[at]] + 1U) {
      const size_t head = heads[out[at]];
      const size_t data = 1U + jam_rand_below(rand, 40U);
      size              = head + (data < left - head ? data : left - head);
      toast_put16(out + at + head - 2U, (uint16_t)(size - head));
    } else if (out[at] == TOAST_WIRE_FRAME_EVENT_ACK) {
      size = TOAST_WIRE_EVENT_ACK_SIZE;
    } else if (out[at] == TOAST_WIRE_FRAME_FEEDBACK) {
      size = TOAST_WIRE_FEEDBACK_SIZE;
    } else if (out[at] == TOAST_WIRE_FRAME_ECHO) {
      size = TOAST_WIRE_ECHO_SIZE;
    } else if (out[at] == TOAST_WIRE_FRAME_FRAGMENT && left > 16U) {
      out[at + 3U] = (uint8_t)jam_rand_below(rand, 16U);
      out[at + 4U] = (uint8_t)(out[at + 3U] + 1U);
      size         = TOAST_WIRE_FRAGMENT_HEAD + 1U + jam_rand_below(rand, 9U);
      toast_put16(out + at + 5U, (uint16_t)(size - TOAST_WIRE_FRAGMENT_HEAD));
    } else if (out[at] == TOAST_WIRE_FRAME_FRAGMENT_ACK) {
      size = TOAST_WIRE_FRAGMENT_ACK_SIZE;
    } else if (out[at] == TOAST_WIRE_FRAME_BLOCKMIN && left >= 52U) {
      out[at + 1U] = (uint8_t)jam_rand_below(rand, 9U);
      size         = 4U + 6U * (size_t)out[at + 1U];
    } else {
      out[at] = TOAST_WIRE_FRAME_PROBE;
      size    = 1U;
    }
    if (size > left) {
      break;
    }
    at += size;
  }
  return at;
}

START_TEST(a_malicious_member_harms_only_itself)
{
  Pipe* const pipe = pipe_new(11U);
  JamRand     rand;
  uint8_t     frames[TOAST_MAX_DATAGRAM];
  uint8_t     out[TOAST_MAX_DATAGRAM];
  jam_rand_init(&rand, 11U, 2U);
  ToastSession s[2];
  pipe_connect(pipe, s);
  const ToastSession honest = pipe_dial(pipe);
  pipe_run(pipe, 100 * JAM_MS);
  ck_assert_uint_eq(pipe_count(pipe, 1U, TOAST_EVENT_OPEN), 2U);
  const ToastSession honest_there = pipe->events[1][1].session;

  ToastStats before;
  ck_assert(toast_stats(pipe->ends[1], honest_there, &before));
  for (int i = 0; i < 20000; ++i) {
    const size_t size = random_frames(&rand, frames);
    pipe_feed(pipe,
              1U,
              out,
              seal(pipe, s[0], frames, size, jam_rand_u32(&rand), out));
    pipe->event_count[1] = 2U;
    if (i % 20 == 0) {
      ToastClock clock;
      ToastStats stats;
      pipe_run(pipe, JAM_MS);
      ck_assert(toast_clock(pipe->ends[1], s[1], &clock));
      ck_assert(toast_stats(pipe->ends[1], s[1], &stats));
      ck_assert_double_eq(clock.skew, clock.skew);
    }
    (void)pipe_send(pipe, 1U, s[1], TOAST_FRAME_EVENT, (uint32_t)i, 30U);
    (void)pipe_send(pipe, 1U, s[1], TOAST_FRAME_BULK, (uint32_t)i, 3000U);
  }
  ck_assert_ptr_nonnull(toast_peer(pipe->ends[1], honest_there));
  pipe->event_count[1] = 0U;
  ck_assert_int_eq(pipe_send(pipe, 0U, honest, TOAST_FRAME_MEDIA, 5U, 50U),
                   JAM_OK);
  pipe_run(pipe, 50 * JAM_MS);
  ck_assert_uint_eq(pipe_frames(pipe, 1U, TOAST_FRAME_MEDIA), 1U);
  pipe_free(pipe);
}

END_TEST

START_TEST(a_session_ends_before_its_packet_numbers_do)
{
  Pipe* const  pipe = pipe_new(12U);
  ToastSession s[2];
  pipe_connect(pipe, s);
  toast_table_find(pipe->ends[0], s[0])->send_number =
    TOAST_WIRE_MAX_NUMBER - 5U;
  pipe_run(pipe, 10 * JAM_SECOND);
  ck_assert_uint_eq(pipe_count(pipe, 0U, TOAST_EVENT_CLOSED), 1U);
  ck_assert_uint_eq(pipe_count(pipe, 1U, TOAST_EVENT_CLOSED), 1U);
  pipe_free(pipe);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("toast_member");
  TCase* const tcase = tcase_create("member");
  tcase_set_timeout(tcase, 60.0);
  tcase_add_test(tcase, malformed_frames_spoil_their_whole_datagram);
  tcase_add_test(tcase, only_a_node_gives_tickets_and_only_a_caller_receipts);
  tcase_add_test(tcase, a_malicious_member_harms_only_itself);
  tcase_add_test(tcase, a_session_ends_before_its_packet_numbers_do);
  suite_add_tcase(suite, tcase);
  return pipe_main(suite);
}
