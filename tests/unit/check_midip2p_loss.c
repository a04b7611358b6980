// SPDX-License-Identifier: MIT
// The promise itself, in virtual time: whatever a path loses, delays, reorders
// or duplicates, every event arrives once and in order, and silence returns.

#include "base/rand.h"
#include "base/time.h"
#include "midip2p/midip2p.h"
#include "midip2p/packet.h"

#include <check.h>

#include <stdlib.h>
#include <string.h>

#define FLIGHTS 1024U
#define EVENTS 400U

typedef struct Flight {
  JamTime at; // Arrival
  bool    back;
  size_t  size;
  char    text[MIDIP2P_MAX_TEXT];
} Flight;

typedef struct Path {
  double  loss;      // Of packets that meet the good state
  double  burst;     // Chance to enter an outage, per packet
  double  burst_end; // Chance to leave it
  double  duplicate;
  JamTime delay;
  JamTime jitter; // Packets overtake each other within it
} Path;

typedef struct World {
  JamRand      rand;
  Path         path;
  bool         outage[2];
  Midip2pLink* ends[2];
  Flight*      flights; // Under way, in no order
  unsigned     flight_count;
  Midip2pEvent sent[2][EVENTS];
  unsigned     sent_count[2], got_count[2];
  uint64_t     packets;
} World;

static void launch_copy(World* const      world,
                        const JamTime     now,
                        const bool        back,
                        const char* const text,
                        const size_t      size)
{
  ck_assert_uint_lt(world->flight_count, FLIGHTS);
  Flight* const flight = &world->flights[world->flight_count++];
  flight->at =
    now + world->path.delay +
    (JamTime)(jam_rand_unit(&world->rand) * (double)world->path.jitter);
  flight->back = back;
  flight->size = size;
  memcpy(flight->text, text, size);
}

static void launch(World* const      world,
                   const JamTime     now,
                   const bool        back,
                   const char* const text,
                   const size_t      size)
{
  const Path* const path = &world->path;
  const double      turn = jam_rand_unit(&world->rand);
  bool* const       out  = &world->outage[back];
  *out                   = *out ? turn >= path->burst_end : turn < path->burst;
  ++world->packets;
  if (*out || jam_rand_unit(&world->rand) < path->loss) {
    return;
  }
  launch_copy(world, now, back, text, size);
  while (jam_rand_unit(&world->rand) < path->duplicate) {
    launch_copy(world, now, back, text, size);
  }
}

static void flush(World* const world, const JamTime now)
{
  char text[MIDIP2P_MAX_TEXT];
  for (unsigned end = 0U; end < 2U; ++end) {
    while (midip2p_deadline(world->ends[end]) <= now) {
      const size_t size =
        midip2p_output(world->ends[end], now, text, sizeof(text));
      ck_assert_uint_gt(size, 0U);
      launch(world, now, end == 1U, text, size);
    }
    char extra[MIDIP2P_MAX_TEXT];
    ck_assert_uint_eq(
      midip2p_output(world->ends[end], now, extra, sizeof(extra)),
      0U);
  }
}

static void collect(World* const world, const unsigned end)
{
  Midip2pEvent event;
  while (midip2p_event(world->ends[end], &event)) {
    const unsigned            from = 1U - end;
    const unsigned            n    = world->got_count[from]++;
    const Midip2pEvent* const want = &world->sent[from][n];
    ck_assert_uint_lt(n, world->sent_count[from]);
    ck_assert_int_eq(event.time_us, want->time_us);
    ck_assert_uint_eq(event.size, want->size);
    ck_assert_mem_eq(event.bytes, want->bytes, want->size);
  }
}

static void land(World* const world, const JamTime now)
{
  for (unsigned i = world->flight_count; i-- > 0U;) {
    if (world->flights[i].at <= now) {
      const Flight   flight = world->flights[i];
      const unsigned end    = flight.back ? 0U : 1U;
      world->flights[i]     = world->flights[--world->flight_count];
      midip2p_input(world->ends[end], now, flight.text, flight.size);
      collect(world, end);
    }
  }
}

static JamTime next_time(const World* const world)
{
  JamTime next = jam_time_min(midip2p_deadline(world->ends[0]),
                              midip2p_deadline(world->ends[1]));
  for (unsigned i = 0U; i < world->flight_count; ++i) {
    next = jam_time_min(next, world->flights[i].at);
  }
  return next;
}

static void play_one(World* const world, const unsigned end, const JamTime now)
{
  Midip2pEvent event = {0};
  event.time_us      = now / JAM_US;
  do {
    event.bytes[0] = (uint8_t)(0x80U + jam_rand_below(&world->rand, 128U));
    event.size     = midip2p_message_size(event.bytes[0]);
  } while (event.size == 0U);
  for (unsigned i = 1U; i < event.size; ++i) {
    event.bytes[i] = (uint8_t)jam_rand_below(&world->rand, 128U);
  }
  if (midip2p_send(world->ends[end], now, &event) == JAM_OK) {
    world->sent[end][world->sent_count[end]++] = event;
  }
}

// Runs until `stop`; returns when it stopped, early if nothing is left to do
static JamTime run(World* const world, JamTime now, const JamTime stop)
{
  flush(world, now);
  for (JamTime next = next_time(world); next <= stop; next = next_time(world)) {
    now = next > now ? next : now;
    land(world, now);
    flush(world, now);
  }
  return stop;
}

static void open_world(World* const world, const uint64_t seed)
{
  memset(world, 0, sizeof(*world));
  jam_rand_init(&world->rand, seed, 0U);
  world->flights = (Flight*)malloc(FLIGHTS * sizeof(Flight));
  ck_assert_ptr_nonnull(world->flights);
  for (unsigned end = 0U; end < 2U; ++end) {
    ck_assert_int_eq(
      midip2p_link_new(NULL, jam_rand_u32(&world->rand), &world->ends[end]),
      JAM_OK);
  }
}

static void close_world(World* const world)
{
  midip2p_link_free(world->ends[0]);
  midip2p_link_free(world->ends[1]);
  free(world->flights);
}

static Path random_path(JamRand* const rand)
{
  Path path = {0};
  path.loss = 0.6 * jam_rand_unit(rand);
  if (jam_rand_below(rand, 2U)) {
    path.burst     = 0.05 * jam_rand_unit(rand);
    path.burst_end = 0.02 + 0.5 * jam_rand_unit(rand);
  }
  path.duplicate = jam_rand_below(rand, 2U) ? 0.3 * jam_rand_unit(rand) : 0.0;
  path.delay     = (1 + jam_rand_below(rand, 80U)) * JAM_MS;
  path.jitter    = jam_rand_below(rand, 60U) * JAM_MS;
  return path;
}

START_TEST(every_event_arrives_once_and_in_order)
{
  World world;
  open_world(&world, (uint64_t)_i);
  world.path = random_path(&world.rand);
  for (unsigned end = 0U; end < 2U; ++end) {
    midip2p_set_loss(world.ends[end], world.path.loss);
  }
  JamTime now = 0;
  while (world.sent_count[0] < EVENTS && now < 100 * JAM_SECOND) {
    // Phrases of single notes, chords, and now and then a flood
    const bool     flood = jam_rand_below(&world.rand, 40U) == 0U;
    const unsigned count = 1U + jam_rand_below(&world.rand, flood ? 60U : 4U);
    for (unsigned i = 0U; i < count; ++i) {
      const unsigned end = jam_rand_below(&world.rand, 4U) == 0U ? 1U : 0U;
      if (world.sent_count[end] < EVENTS) {
        play_one(&world, end, now);
      }
    }
    const JamTime pause = jam_rand_below(&world.rand, 120000U) * JAM_US;
    now                 = run(&world, now, now + pause);
  }
  // Whatever the loss, a minute of repeats brings the rest
  (void)run(&world, now, now + 60 * JAM_SECOND);
  for (unsigned end = 0U; end < 2U; ++end) {
    const Midip2pStats* const mine  = midip2p_stats(world.ends[end]);
    const Midip2pStats* const other = midip2p_stats(world.ends[1U - end]);
    ck_assert_uint_eq(world.got_count[end], world.sent_count[end]);
    ck_assert_uint_eq(mine->sent, world.sent_count[end]);
    ck_assert_uint_eq(other->received, world.sent_count[end]);
    ck_assert_uint_eq(mine->malformed, 0U);
    ck_assert_int_eq(midip2p_deadline(world.ends[end]), JAM_NEVER);
  }
  ck_assert_uint_gt(world.packets, EVENTS / 64U);
  close_world(&world);
}

END_TEST

START_TEST(a_clean_path_needs_no_repeats)
{
  World world;
  open_world(&world, 1U);
  world.path.delay = 8 * JAM_MS;
  JamTime now      = 0;
  for (unsigned i = 0U; i < 100U; ++i) {
    play_one(&world, 0U, now);
    now = run(&world, now, now + 50 * JAM_MS);
  }
  // One packet there and one acknowledgement back, each
  ck_assert_uint_eq(world.got_count[0], 100U);
  ck_assert_uint_eq(world.packets, 200U);
  ck_assert_uint_eq(midip2p_stats(world.ends[1])->duplicates, 0U);
  close_world(&world);
}

END_TEST

START_TEST(an_outage_is_made_up_for_when_it_ends)
{
  World world;
  open_world(&world, 2U);
  world.path.delay = 20 * JAM_MS;
  JamTime now      = 0;
  for (unsigned i = 0U; i < 150U; ++i) {
    world.path.loss = (i >= 20U && i < 140U) ? 1.0 : 0.0;
    play_one(&world, 0U, now);
    now = run(&world, now, now + 20 * JAM_MS);
  }
  (void)run(&world, now, now + 600 * JAM_MS);
  ck_assert_uint_eq(world.got_count[0], 150U);
  ck_assert_int_eq(midip2p_deadline(world.ends[0]), JAM_NEVER);
  close_world(&world);
}

END_TEST

START_TEST(a_dead_path_is_not_flooded)
{
  World world;
  open_world(&world, 3U);
  world.path.loss = 1.0;
  midip2p_set_loss(world.ends[0], 1.0);
  for (unsigned i = 0U; i < 300U; ++i) {
    play_one(&world, 0U, 0);
  }
  const JamTime  start  = run(&world, 0, 10 * JAM_SECOND);
  const uint64_t before = world.packets;
  (void)run(&world, start, start + 10 * JAM_SECOND);
  ck_assert_uint_le(world.packets - before, 80U); // 4 packets twice a second
  close_world(&world);
}

END_TEST

int main(void)
{
  Suite* const s = suite_create("midip2p loss");
  TCase* const t = tcase_create("loss");
  tcase_set_timeout(t, 60);
  tcase_add_loop_test(t, every_event_arrives_once_and_in_order, 0, 150);
  tcase_add_test(t, a_clean_path_needs_no_repeats);
  tcase_add_test(t, an_outage_is_made_up_for_when_it_ends);
  tcase_add_test(t, a_dead_path_is_not_flooded);
  suite_add_tcase(s, t);
  SRunner* const r = srunner_create(s);
  srunner_run_all(r, CK_NORMAL);
  const int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
