// SPDX-License-Identifier: MIT
// Hop by hop, as a node does it: one player's stream ends, and a fresh one goes
// to each listener over a path of its own. Whoever comes late, and however bad
// a path is, all hold what the player holds.

#include "base/rand.h"
#include "base/time.h"
#include "midip2p/midip2p.h"
#include "midip2p/packet.h"
#include "midip2p_synth.h"

#include <check.h>

#include <stdlib.h>
#include <string.h>

#define LISTENERS 5U // The last one comes late
#define HOPS (1U + LISTENERS)
#define FLIGHTS 512U
#define SEEDS 20U // In one slice
#define SLICES 10
#define ONE_WAY (15 * JAM_MS)

// A link and its far end
typedef struct Hop {
  Midip2pLink* ends[2];
  double       loss;
  bool         open;
} Hop;

typedef struct Flight {
  JamTime  at;
  unsigned hop, end; // Of arrival
  size_t   size;
  char     text[MIDIP2P_MAX_TEXT];
} Flight;

typedef struct Stage {
  JamRand  rand;
  JamTime  now;
  Hop      hops[HOPS]; // The first is the player's
  Synth    played;
  Synth    heard[HOPS]; // The first is the node's
  unsigned flight_count;
  Flight*  flights;
} Stage;

static void open_hop(Stage* const stage, const unsigned hop, const double loss)
{
  Hop* const h = &stage->hops[hop];
  for (unsigned end = 0U; end < 2U; ++end) {
    ck_assert_int_eq(
      midip2p_link_new(NULL, jam_rand_u32(&stage->rand), &h->ends[end]),
      JAM_OK);
    midip2p_set_loss(h->ends[end], loss);
    midip2p_set_compact(h->ends[end], true);
  }
  h->loss = loss;
  h->open = true;
  synth_start(&stage->heard[hop]);
}

// What arrives on a hop is followed; on the first one, also sent on
static void read_hop(Stage* const stage, const unsigned hop)
{
  Midip2pEvent event;
  while (midip2p_event(stage->hops[hop].ends[1], &event)) {
    synth_follow(&stage->heard[hop], event.bytes);
    for (unsigned i = 1U; hop == 0U && i < HOPS; ++i) {
      if (stage->hops[i].open) {
        ck_assert_int_eq(
          midip2p_send(stage->hops[i].ends[0], stage->now, &event),
          JAM_OK);
      }
    }
  }
}

static void flush(Stage* const stage)
{
  char text[MIDIP2P_MAX_TEXT];
  for (unsigned i = 0U; i < 2U * HOPS; ++i) {
    const Hop* const hop  = &stage->hops[i / 2U];
    size_t           size = 0U;
    while (
      hop->open && midip2p_deadline(hop->ends[i % 2U]) <= stage->now &&
      (size =
         midip2p_output(hop->ends[i % 2U], stage->now, text, sizeof(text)))) {
      if (jam_rand_unit(&stage->rand) >= hop->loss) {
        ck_assert_uint_lt(stage->flight_count, FLIGHTS);
        Flight* const flight = &stage->flights[stage->flight_count++];
        flight->at           = stage->now + ONE_WAY;
        flight->hop          = i / 2U;
        flight->end          = 1U - i % 2U;
        flight->size         = size;
        memcpy(flight->text, text, size);
      }
    }
    if (hop->open) {
      read_hop(stage, i / 2U);
    }
  }
}

static void land(Stage* const stage)
{
  unsigned kept = 0U;
  for (unsigned i = 0U; i < stage->flight_count; ++i) {
    const Flight* const flight = &stage->flights[i];
    if (flight->at <= stage->now) {
      midip2p_input(stage->hops[flight->hop].ends[flight->end],
                    stage->now,
                    flight->text,
                    flight->size);
      read_hop(stage, flight->hop);
    } else {
      stage->flights[kept++] = *flight;
    }
  }
  stage->flight_count = kept;
}

static void run(Stage* const stage, const JamTime span)
{
  const JamTime end = stage->now + span;
  for (; stage->now < end; stage->now += JAM_MS) {
    land(stage);
    flush(stage);
  }
}

static void play(Stage* const stage)
{
  static const uint8_t kinds[] =
    {0x90, 0x90, 0x80, 0xA0, 0xB0, 0xC0, 0xD0, 0xE0};
  static const uint8_t controllers[] = {0, 7, 32, 64, 66, 74, 6, 100, 101, 121};
  JamRand* const       rand          = &stage->rand;
  Midip2pEvent         event         = {.time_us = stage->now / JAM_US};
  event.bytes[0] = (uint8_t)(kinds[jam_rand_below(rand, sizeof(kinds))] |
                             jam_rand_below(rand, 3U) * 4U);
  event.size     = midip2p_message_size(event.bytes[0]);
  event.bytes[1] = (uint8_t)(40U + jam_rand_below(rand, 24U));
  event.bytes[2] = (uint8_t)jam_rand_below(rand, 128U);
  if ((event.bytes[0] & 0xF0U) == 0xB0U) {
    event.bytes[1] = controllers[jam_rand_below(rand, sizeof(controllers))];
  }
  event.bytes[2] = event.size > 2U ? event.bytes[2] : 0U;
  ck_assert_int_eq(midip2p_send(stage->hops[0].ends[0], stage->now, &event),
                   JAM_OK);
  synth_follow(&stage->played, event.bytes);
}

static void perform(Stage* const stage, const unsigned events)
{
  for (unsigned i = 0U; i < events; ++i) {
    play(stage);
    run(stage, jam_rand_below(&stage->rand, 30U) * JAM_MS);
  }
}

static void come_late(Stage* const stage)
{
  const unsigned late = LISTENERS;
  open_hop(stage, late, 0.0);
  midip2p_link_seed(stage->hops[late].ends[0],
                    stage->now,
                    stage->hops[0].ends[1],
                    false);
  const Synth node = stage->heard[0];
  run(stage, 2 * ONE_WAY + 20 * JAM_MS);
  // The player may have gone on meanwhile only by what was on its way
  if (node.all == stage->heard[0].all) {
    ck_assert_uint_eq(stage->heard[late].all, node.all);
  }
}

static void play_seed(const uint64_t seed)
{
  static const double losses[LISTENERS] = {0.0, 0.02, 0.2, 0.5};
  Stage* const        stage             = (Stage*)calloc(1U, sizeof(Stage));
  ck_assert_ptr_nonnull(stage);
  stage->flights = (Flight*)malloc(FLIGHTS * sizeof(Flight));
  ck_assert_ptr_nonnull(stage->flights);
  jam_rand_init(&stage->rand, seed, 8U);
  synth_start(&stage->played);
  open_hop(stage, 0U, 0.05);
  for (unsigned i = 0U; i + 1U < LISTENERS; ++i) {
    open_hop(stage, i + 1U, losses[i]);
  }
  perform(stage, 40U);
  run(stage, 300 * JAM_MS);
  come_late(stage);
  perform(stage, 20U);
  run(stage, 7 * JAM_SECOND);
  for (unsigned i = 0U; i < HOPS; ++i) {
    stage->hops[i].loss = 0.0; // Where half is lost, silences end notes too
  }
  run(stage, JAM_SECOND);
  for (unsigned i = 0U; i < HOPS; ++i) {
    ck_assert_uint_eq(stage->heard[i].held, stage->played.held);
    ck_assert_uint_eq(stage->heard[i].all, stage->played.all);
    midip2p_link_free(stage->hops[i].ends[0]);
    midip2p_link_free(stage->hops[i].ends[1]);
  }
  free(stage->flights);
  free(stage);
}

START_TEST(all_listeners_end_in_the_players_state)
{
  for (uint64_t i = 0U; i < SEEDS; ++i) {
    play_seed((uint64_t)_i * SEEDS + i);
  }
}

END_TEST

int main(void)
{
  Suite* const s = suite_create("midip2p hub");
  TCase* const t = tcase_create("hub");
  tcase_set_timeout(t, 60);
  tcase_add_loop_test(t, all_listeners_end_in_the_players_state, 0, SLICES);
  suite_add_tcase(s, t);
  SRunner* const r = srunner_create(s);
  srunner_run_all(r, CK_NORMAL);
  const int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
