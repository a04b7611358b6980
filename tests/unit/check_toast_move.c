// SPDX-License-Identifier: MIT
// A session that moves to another address or to another key: what is true of
// it, and what others can make of it.

#include "toast/endpoint.h"

#include "unit/check_toast_pipe.h"

#include <sodium.h>

static ToastPeer*
peer_of(const Pipe* const pipe, const unsigned end, const ToastSession session)
{
  ToastPeer* const peer = toast_table_find(pipe->ends[end], session);
  ck_assert_ptr_nonnull(peer);
  return peer;
}

// A frame a millisecond both ways
static void play(Pipe* const        pipe,
                 const ToastSession s[2],
                 const unsigned     first,
                 const unsigned     count)
{
  for (unsigned i = first; i < first + count; ++i) {
    for (unsigned end = 0U; end < 2U; ++end) {
      ck_assert_int_eq(pipe_send(pipe, end, s[end], TOAST_FRAME_MEDIA, i, 100U),
                       JAM_OK);
    }
    pipe_run(pipe, JAM_MS);
  }
}

// Fails without: PATH and its reply (route.c), or with copies left out
// (toast_route_copy): a round trip is lost then
START_TEST(behind_a_nat_that_forgets_nothing_ends)
{
  Pipe* const  pipe = pipe_new(1U);
  ToastSession s[2];
  pipe->strict = true;
  pipe_connect(pipe, s);
  play(pipe, s, 0U, 500U);
  for (unsigned round = 0U; round < 5U; ++round) {
    const uint16_t before   = pipe->address[0].port;
    pipe->address[0].port   = (uint16_t)(before + 100U);
    const unsigned heard[2] = {pipe_frames(pipe, 0U, TOAST_FRAME_MEDIA),
                               pipe_frames(pipe, 1U, TOAST_FRAME_MEDIA)};
    const unsigned first    = 500U + 1000U * round;
    play(pipe, s, first, 15U);
    // Not believed before it has answered
    ck_assert_uint_eq(toast_peer(pipe->ends[1], s[1])->port, before);
    play(pipe, s, first + 15U, 985U);
    ck_assert_uint_eq(toast_peer(pipe->ends[1], s[1])->port, before + 100U);
    // Up nothing is lost, down what left before it was heard from there
    ck_assert_uint_ge(pipe_frames(pipe, 1U, TOAST_FRAME_MEDIA) - heard[1],
                      1000U);
    ck_assert_uint_ge(pipe_frames(pipe, 0U, TOAST_FRAME_MEDIA) - heard[0],
                      996U);
  }
  pipe_run(pipe, 20 * JAM_SECOND);
  ck_assert_uint_eq(pipe_count(pipe, 0U, TOAST_EVENT_CLOSED), 0U);
  ck_assert_uint_eq(pipe_count(pipe, 1U, TOAST_EVENT_CLOSED), 0U);
  pipe_free(pipe);
}

END_TEST

START_TEST(a_lost_path_is_repeated)
{
  unsigned moved = 0U;
  for (uint64_t seed = 1U; seed <= 20U; ++seed) {
    Pipe* const  pipe = pipe_new(seed);
    ToastSession s[2];
    pipe->strict = true;
    pipe_connect(pipe, s);
    pipe->loss            = 0.3;
    pipe->address[0].port = 4242U;
    pipe_run(pipe, 2500 * JAM_MS); // With probes only
    moved += toast_peer(pipe->ends[1], s[1])->port == 4242U;
    pipe_free(pipe);
  }
  ck_assert_uint_ge(moved, 19U);
}

END_TEST

static const ToastAddress victim = {{9}, 4444U};

// Carries for a while: every packet of the caller comes from the victim's
// address instead of its own, and first. Returns what went to the victim.
static uint64_t divert(Pipe* const        pipe,
                       const ToastSession s[2],
                       const unsigned     count,
                       const bool         replies,
                       uint64_t* const    came)
{
  uint64_t went = 0U;
  pipe->strict  = true;
  for (unsigned i = 0U; i < count; ++i) {
    const unsigned before = pipe->recorded;
    (void)pipe_send(pipe, 0U, s[0], TOAST_FRAME_MEDIA, i, 100U);
    (void)pipe_send(pipe, 1U, s[1], TOAST_FRAME_MEDIA, i, 900U);
    pipe->loss = 1.0; // The test carries by itself
    pipe_settle(pipe);
    for (unsigned k = before; k < pipe->recorded; ++k) {
      const PipePacket packet = pipe->record[k];
      if (packet.to == 1U) {
        *came += packet.size;
        pipe_input(pipe, 1U, &victim, packet.data, packet.size);
      } else if (packet.towards.port == victim.port) {
        went += packet.size;
        ck_assert_uint_le(went, 3U * *came);
      } else if (replies) {
        pipe_input(pipe, 0U, &pipe->address[1], packet.data, packet.size);
      }
    }
    pipe_drain(pipe, 1U);
    pipe->loss = 0.0;
    pipe_run(pipe, JAM_MS);
    pipe->recorded = 0U;
  }
  return went;
}

// Somebody on the path sends all on from an address that is not his. Fails
// without: the session's staying where it is (route.c: follow at once), or with
// PATH sent to the old address, too
START_TEST(packets_sent_on_from_elsewhere_move_nothing)
{
  Pipe* const  pipe = pipe_new(2U);
  ToastSession s[2];
  uint64_t     came = 0U;
  pipe_connect(pipe, s);
  const unsigned heard = pipe_frames(pipe, 0U, TOAST_FRAME_MEDIA);
  const uint64_t went  = divert(pipe, s, 2000U, true, &came);
  ck_assert_uint_gt(went, 0U);
  ck_assert_uint_eq(toast_peer(pipe->ends[1], s[1])->port, 9000U);
  // And the true one has heard all the time
  ck_assert_uint_ge(pipe_frames(pipe, 0U, TOAST_FRAME_MEDIA) - heard, 1990U);
  pipe_free(pipe);
}

END_TEST

// Fails without: the credit (route.c: copy and PATH at will)
START_TEST(a_new_address_gets_three_times_what_it_sent_at_most)
{
  Pipe* const  pipe = pipe_new(3U);
  ToastSession s[2];
  uint64_t     came = 0U;
  pipe_connect(pipe, s);
  const uint64_t went = divert(pipe, s, 1000U, false, &came);
  ck_assert_uint_gt(went, came); // The limit was used
  pipe_free(pipe);
}

END_TEST

// Fails without: 300 ms for each new address (route.c: PATIENCE 0)
START_TEST(a_flood_of_new_addresses_makes_few_paths)
{
  Pipe* const  pipe = pipe_new(4U);
  ToastSession s[2];
  unsigned     elsewhere = 0U;
  pipe_connect(pipe, s);
  pipe->strict = true;
  for (unsigned i = 0U; i < 1000U; ++i) { // A member, from anywhere
    const unsigned before = pipe->recorded;
    (void)pipe_send(pipe, 0U, s[0], TOAST_FRAME_MEDIA, i, 4U);
    pipe->loss = 1.0;
    pipe_settle(pipe);
    pipe->loss             = 0.0;
    const ToastAddress any = {{7, (uint8_t)i, (uint8_t)(i >> 8U)}, 7U};
    for (unsigned k = before; k < pipe->recorded; ++k) {
      if (pipe->record[k].to == 1U) {
        pipe_input(pipe, 1U, &any, pipe->record[k].data, pipe->record[k].size);
      }
    }
    pipe->recorded = 0U;
    pipe_drain(pipe, 1U);
    pipe_run(pipe, JAM_MS);
    for (unsigned k = 0U; k < pipe->recorded; ++k) {
      elsewhere +=
        pipe->record[k].to == 0U && pipe->record[k].towards.port == 7U;
    }
    pipe->recorded = 0U;
  }
  ck_assert_uint_ge(elsewhere, 3U);
  ck_assert_uint_le(elsewhere, 16U);
  pipe_free(pipe);
}

END_TEST

static void seal_frames(Pipe* const               pipe,
                        const ToastSession        s[2],
                        const ToastAddress* const from,
                        const uint8_t* const      frames,
                        const size_t              size)
{
  uint8_t out[TOAST_MAX_DATAGRAM];
  memcpy(out + TOAST_WIRE_SHORT_HEAD, frames, size);
  const size_t sealed = toast_seal(pipe->ends[0],
                                   peer_of(pipe, 0U, s[0]),
                                   pipe_local(pipe, 0U, pipe->now),
                                   out,
                                   size,
                                   TOAST_WIRE_CLASS_CONTROL);
  pipe_input(pipe, 1U, from, out, sealed);
}

// Fails without: one reply a datagram (route.c: queue them)
START_TEST(a_flood_of_paths_gets_no_more_than_it_sends)
{
  Pipe* const  pipe = pipe_new(5U);
  ToastSession s[2];
  uint64_t     came = 0U;
  pipe_connect(pipe, s);
  pipe->cut             = true;
  const uint64_t before = pipe->bytes[0];
  uint8_t        frames[100U * TOAST_WIRE_PATH_SIZE];
  for (size_t i = 0U; i < sizeof(frames); ++i) {
    frames[i] = i % TOAST_WIRE_PATH_SIZE ? (uint8_t)i : TOAST_WIRE_FRAME_PATH;
  }
  for (unsigned i = 0U; i < 10000U; ++i) { // A million of them
    seal_frames(pipe, s, &pipe->address[0], frames, sizeof(frames));
    came += sizeof(frames);
    pipe_settle(pipe);
    pipe->recorded = 0U;
  }
  ck_assert_uint_lt(pipe->bytes[0] - before, came / 10U);
  // Replies to what was never asked are nothing
  for (size_t i = 0U; i < sizeof(frames); i += TOAST_WIRE_PATH_SIZE) {
    frames[i] = TOAST_WIRE_FRAME_PATH_REPLY;
  }
  seal_frames(pipe, s, &pipe->address[0], frames, sizeof(frames));
  ck_assert_uint_eq(toast_peer(pipe->ends[1], s[1])->port, 9000U);
  pipe_free(pipe);
}

END_TEST

// With valid keys, but not there. Fails without: the challenge's comparison
// (toast_route_answered)
START_TEST(a_member_cannot_claim_an_address_it_does_not_have)
{
  Pipe* const  pipe = pipe_new(10U);
  ToastSession s[2];
  pipe->strict = true;
  pipe_connect(pipe, s);
  for (unsigned i = 0U; i < 1000U; ++i) {
    uint8_t reply[TOAST_WIRE_PATH_SIZE] = {TOAST_WIRE_FRAME_PATH_REPLY};
    toast_put32(reply + 1, jam_rand_u32(&pipe->rand));
    seal_frames(pipe, s, &victim, reply, sizeof(reply));
    pipe_drain(pipe, 1U);
    ck_assert_uint_eq(toast_peer(pipe->ends[1], s[1])->port, 9000U);
  }
  pipe_free(pipe);
}

END_TEST

// The INIT was caught and sent on from elsewhere before it arrived: the session
// opens where the caller is, and only the ACCEPT went astray. Fails without:
// the doubt (accept.c: `sure` is true)
START_TEST(an_init_sent_on_from_elsewhere_opens_nothing_there)
{
  Pipe* const pipe     = pipe_new(6U);
  uint64_t    went     = 0U;
  pipe->strict         = true;
  pipe->loss           = 1.0;
  const ToastSession s = pipe_dial(pipe);
  pipe_settle(pipe);
  pipe->loss            = 0.0;
  const PipePacket init = pipe->record[0];
  pipe_input(pipe, 1U, &victim, init.data, init.size);
  pipe_run(pipe, JAM_SECOND);
  ck_assert_uint_eq(pipe_count(pipe, 0U, TOAST_EVENT_OPEN), 1U);
  ck_assert_uint_eq(pipe_count(pipe, 1U, TOAST_EVENT_OPEN), 1U);
  ck_assert_uint_eq(pipe->ends[1]->unproven, 0U);
  for (unsigned i = 0U; i < pipe->recorded; ++i) {
    went +=
      pipe->record[i].towards.port == victim.port ? pipe->record[i].size : 0U;
  }
  ck_assert_uint_eq(went, TOAST_WIRE_ACCEPT_SIZE);
  ck_assert_ptr_nonnull(toast_peer(pipe->ends[0], s));
  pipe_free(pipe);
}

END_TEST

// Under loss, disorder and copies. Fails without: the phase bit, the former key
// or the order of turning (seal.c)
START_TEST(keys_change_without_anybody_noticing)
{
  for (uint64_t seed = 1U; seed <= 10U; ++seed) {
    Pipe* const  pipe = pipe_new(seed);
    ToastSession s[2];
    uint8_t      keys[2][TOAST_KEY_SIZE];
    pipe_connect(pipe, s);
    pipe->loss            = 0.1;
    pipe->twice           = 0.1;
    pipe->jitter          = 3 * JAM_MS;
    const unsigned before = pipe->recorded;
    unsigned       turns  = 0U;
    for (unsigned i = 0U; i < 2000U; ++i) {
      if (i % 200U == 100U) {
        for (unsigned end = 0U; end < 2U; ++end) {
          ToastPeer* const peer = peer_of(pipe, end, s[end]);
          memcpy(keys[end], peer->send_key, TOAST_KEY_SIZE);
          peer->send_phase.limit = peer->send_number + 5U;
        }
      }
      for (unsigned end = 0U; end < 2U; ++end) {
        (void)pipe_send(pipe, end, s[end], TOAST_FRAME_MEDIA, i, 50U);
      }
      (void)pipe_send(pipe, i % 2U, s[i % 2U], TOAST_FRAME_EVENT, i, 50U);
      pipe_run(pipe, JAM_MS);
      if (i % 200U == 199U) {
        for (unsigned end = 0U; end < 2U; ++end) {
          const ToastPeer* const peer = peer_of(pipe, end, s[end]);
          ck_assert_mem_ne(keys[end], peer->send_key, TOAST_KEY_SIZE);
          ++turns;
        }
      }
    }
    pipe->loss = 0.0;
    pipe_run(pipe, JAM_SECOND);
    ck_assert_uint_eq(turns, 20U);
    for (unsigned end = 0U; end < 2U; ++end) {
      const ToastPeer* const peer = peer_of(pipe, end, s[end]);
      ck_assert_mem_eq(peer->receive_key,
                       peer_of(pipe, 1U - end, s[1U - end])->send_key,
                       TOAST_KEY_SIZE);
      ck_assert_uint_eq(toast_counters(pipe->ends[end])->bad_seal, 0U);
      ck_assert_uint_eq(pipe_frames(pipe, end, TOAST_FRAME_EVENT), 1000U);
      ck_assert_uint_gt(pipe_frames(pipe, end, TOAST_FRAME_MEDIA), 1750U);
    }
    unsigned phases = 0U;
    for (unsigned i = before; i < pipe->recorded; ++i) {
      phases += pipe->record[i].data[0] & TOAST_WIRE_PHASE ? 1U : 0U;
    }
    ck_assert_uint_gt(phases, 1000U);
    pipe_free(pipe);
  }
}

END_TEST

typedef struct KeyLines {
  unsigned count;
  char     text[16][TOAST_KEY_LINE];
} KeyLines;

static void note_key(void* const context, const char* const line)
{
  KeyLines* const lines = (KeyLines*)context;
  ck_assert_uint_lt(lines->count, 16U);
  memcpy(lines->text[lines->count++], line, strlen(line) + 1U);
}

// Both ends tell the same keys, each once, with the phases of their packets
static void check_lines(const KeyLines lines[2], const unsigned turns)
{
  unsigned phase[2] = {0U, 0U};
  for (unsigned end = 0U; end < 2U; ++end) {
    ck_assert_uint_eq(lines[end].count, 2U * (turns + 1U));
  }
  for (unsigned i = 0U; i < lines[0].count; ++i) {
    unsigned same = 0U;
    for (unsigned k = 0U; k < lines[1].count; ++k) {
      same += strcmp(lines[0].text[i], lines[1].text[k]) == 0;
    }
    ck_assert_uint_eq(same, 1U);
    const bool caller = strstr(lines[0].text[i], " caller ") != NULL;
    ck_assert_ptr_nonnull(
      strstr(lines[0].text[i], phase[caller] ? " 1 " : " 0 "));
    phase[caller] ^= 1U;
  }
}

// Fails without: the time (seal.c: turn by number only)
START_TEST(keys_change_every_ten_minutes)
{
  static KeyLines lines[2];
  Pipe* const     pipe = pipe_new(7U);
  ToastSession    s[2];
  toast_set_key_log(pipe->ends[0], note_key, &lines[0]);
  toast_set_key_log(pipe->ends[1], note_key, &lines[1]);
  pipe_connect(pipe, s);
  for (unsigned turn = 0U; turn < 3U; ++turn) {
    for (unsigned end = 0U; end < 2U; ++end) {
      const ToastPeer* const peer = peer_of(pipe, end, s[end]);
      ck_assert_uint_eq(peer->send_phase.bit,
                        turn % 2U ? TOAST_WIRE_PHASE : 0U);
      ck_assert_uint_eq(peer->receive_phase.bit, peer->send_phase.bit);
      // Of former keys nothing is left
      ck_assert(sodium_is_zero(peer->receive_phase.other, TOAST_KEY_SIZE));
    }
    pipe_run(pipe, 605 * JAM_SECOND);
    pipe->event_count[0] = pipe->event_count[1] = 0U;
  }
  check_lines(lines, 3U);
  ck_assert_uint_lt(TOAST_REKEY_PACKETS, 0x80000000U);
  ck_assert_uint_eq(toast_counters(pipe->ends[0])->bad_seal, 0U);
  pipe_free(pipe);
}

END_TEST

// Fails without: the end of the former key (seal.c: TOAST_REKEY_KEEP), or its
// beginning's number
START_TEST(a_former_key_is_good_for_three_seconds)
{
  Pipe* const  pipe = pipe_new(8U);
  ToastSession s[2];
  pipe_connect(pipe, s);
  PipePacket late[2];
  for (unsigned i = 0U; i < 2U; ++i) {
    pipe->cut = true;
    ck_assert_int_eq(pipe_send(pipe, 0U, s[0], TOAST_FRAME_MEDIA, i, 20U),
                     JAM_OK);
    const unsigned at = pipe->recorded;
    pipe_drain(pipe, 0U);
    late[i]   = pipe->record[at];
    pipe->cut = false;
  }
  ToastPeer* const peer  = peer_of(pipe, 0U, s[0]);
  peer->send_phase.limit = peer->send_number;
  pipe_run(pipe, 2 * JAM_SECOND);
  ck_assert_uint_eq(peer->send_phase.bit, TOAST_WIRE_PHASE);
  pipe_feed(pipe, 1U, late[0].data, late[0].size);
  ck_assert_uint_eq(pipe_frames(pipe, 1U, TOAST_FRAME_MEDIA), 1U);
  pipe_run(pipe, 3 * JAM_SECOND);
  pipe_feed(pipe, 1U, late[1].data, late[1].size);
  ck_assert_uint_eq(pipe_frames(pipe, 1U, TOAST_FRAME_MEDIA), 1U);
  ck_assert_uint_eq(toast_counters(pipe->ends[1])->bad_seal, 1U);
  pipe_free(pipe);
}

END_TEST

// Fails without: the seal before turning (seal.c: turn on the bit alone)
START_TEST(strangers_cannot_turn_a_key)
{
  Pipe* const  pipe = pipe_new(9U);
  ToastSession s[2];
  pipe_connect(pipe, s);
  for (unsigned i = 0U; i < 500U; ++i) {
    ck_assert_int_eq(pipe_send(pipe, 0U, s[0], TOAST_FRAME_MEDIA, i, 20U),
                     JAM_OK);
    const unsigned at = pipe->recorded;
    pipe_drain(pipe, 0U);
    PipePacket forged = pipe->record[at];
    forged.data[0] ^= TOAST_WIRE_PHASE;
    pipe_feed(pipe, 1U, forged.data, forged.size);
    toast_put32(forged.data + TOAST_WIRE_SHORT_NUMBER, 5000000U);
    pipe_feed(pipe, 1U, forged.data, forged.size);
    pipe_run(pipe, JAM_MS);
  }
  pipe_run(pipe, 20 * JAM_MS);
  ck_assert_uint_eq(pipe_frames(pipe, 1U, TOAST_FRAME_MEDIA), 500U);
  ck_assert_uint_eq(toast_counters(pipe->ends[1])->bad_seal, 1000U);
  ck_assert_uint_eq(peer_of(pipe, 1U, s[1])->receive_phase.bit, 0U);
  pipe_free(pipe);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("toast_move");
  TCase* const tcase = tcase_create("move");
  tcase_set_timeout(tcase, 120.0);
  tcase_add_test(tcase, behind_a_nat_that_forgets_nothing_ends);
  tcase_add_test(tcase, a_lost_path_is_repeated);
  tcase_add_test(tcase, packets_sent_on_from_elsewhere_move_nothing);
  tcase_add_test(tcase, a_new_address_gets_three_times_what_it_sent_at_most);
  tcase_add_test(tcase, a_flood_of_new_addresses_makes_few_paths);
  tcase_add_test(tcase, a_flood_of_paths_gets_no_more_than_it_sends);
  tcase_add_test(tcase, a_member_cannot_claim_an_address_it_does_not_have);
  tcase_add_test(tcase, an_init_sent_on_from_elsewhere_opens_nothing_there);
  tcase_add_test(tcase, keys_change_without_anybody_noticing);
  tcase_add_test(tcase, keys_change_every_ten_minutes);
  tcase_add_test(tcase, a_former_key_is_good_for_three_seconds);
  tcase_add_test(tcase, strangers_cannot_turn_a_key);
  suite_add_tcase(suite, tcase);
  return pipe_main(suite);
}
