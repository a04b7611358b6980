// SPDX-License-Identifier: MIT
// A million datagrams that mean harm, into a node and a client in the middle of
// a jam: random, mutated, truncated, replayed, from members' addresses and from
// strangers'. The jam must not notice.

#include "support/engines.h"

#include "base/rand.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define TOTAL 1000000U
#define PER_STEP 200U
#define KEPT 256U

// Genuine datagrams seen on the wire, to be replayed and damaged.
typedef struct Captured {
  uint8_t data[KEPT][TOAST_MAX_DATAGRAM];
  size_t  size[KEPT];
  bool    to_node[KEPT];
  size_t  count;
} Captured;

static Captured captured;

static void tap(void* const          context,
                const bool           to_node,
                const uint8_t* const data,
                const size_t         size)
{
  Captured* const kept = (Captured*)context;
  const size_t    at   = kept->count++ % KEPT;
  memcpy(kept->data[at], data, size);
  kept->size[at]    = size;
  kept->to_node[at] = to_node;
}

static size_t make_hostile(JamRand* const rand, uint8_t* const out)
{
  const size_t from = jam_rand_below(rand, KEPT);
  size_t       size = captured.size[from];
  memcpy(out, captured.data[from], size);
  switch (jam_rand_below(rand, 5U)) {
  case 0U: // Noise
    size = jam_rand_below(rand, TOAST_MAX_DATAGRAM + 1U);
    for (size_t i = 0U; i < size; ++i) {
      out[i] = (uint8_t)jam_rand_u32(rand);
    }
    break;
  case 1U: // Mutated
    for (unsigned i = jam_rand_below(rand, 4U) + 1U; i > 0U && size; --i) {
      out[jam_rand_below(rand, (uint32_t)size)] ^=
        (uint8_t)(1U << jam_rand_below(rand, 8U));
    }
    break;
  case 2U: // Truncated
    size = jam_rand_below(rand, (uint32_t)size + 1U);
    break;
  case 3U: // With a tail
    while (size < TOAST_MAX_DATAGRAM && jam_rand_below(rand, 16U)) {
      out[size++] = (uint8_t)jam_rand_u32(rand);
    }
    break;
  default: // Replayed as it was
    break;
  }
  return size;
}

static void attack(World* const world, JamRand* const rand)
{
  uint8_t      data[TOAST_MAX_DATAGRAM];
  const size_t size = make_hostile(rand, data);
  // Half come from a member's own address, half from anywhere
  ToastAddress from = address(jam_rand_below(rand, 2U));
  if (jam_rand_below(rand, 2U)) {
    from.ip[7] = (uint8_t)jam_rand_u32(rand);
    from.port  = (uint16_t)jam_rand_u32(rand);
  }
  if (jam_rand_below(rand, 4U)) {
    session_node_input(world->node, world->now, &from, data, size);
  } else {
    session_client_input(world->clients[jam_rand_below(rand, 2U)],
                         world->now,
                         &from,
                         data,
                         size);
  }
}

START_TEST(a_million_hostile_datagrams_change_nothing)
{
  World   world;
  JamRand rand;
  jam_rand_init(&rand, 1U, 1U);
  world_start(&world, 8U);
  world.tap         = tap;
  world.tap_context = &captured;
  world_join(&world, 0U, 1U);
  world_join(&world, 1U, 1U);
  world_run(&world, 2 * JAM_SECOND);
  const JamView before = view_of(&world, 1U);
  for (unsigned sent = 0U; sent < TOTAL; sent += PER_STEP) {
    for (unsigned i = 0U; i < PER_STEP; ++i) {
      attack(&world, &rand);
    }
    world_run(&world, JAM_MS);
  }
  const JamView after = view_of(&world, 1U);
  JamNodeView   node;
  session_node_view(world.node, &node);
  ck_assert_int_eq(after.state, JAM_STATE_JOINED);
  ck_assert_uint_eq(after.user_count, 2U);
  ck_assert_uint_eq(after.users[1].lost, before.users[1].lost);
  ck_assert_uint_eq(after.users[1].concealed, before.users[1].concealed);
  ck_assert_uint_gt(after.users[1].played, before.users[1].played);
  ck_assert_uint_gt(node.rejected, TOTAL / 2U);
  ck_assert_uint_eq(node.users, 2U);
  world_end(&world);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("session_hostile");
  TCase* const tests = tcase_create("hostile");
  tcase_set_timeout(tests, 0.0);
  tcase_add_test(tests, a_million_hostile_datagrams_change_nothing);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
