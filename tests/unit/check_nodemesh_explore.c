// SPDX-License-Identifier: MIT
// Three nodes, two users, and whatever can happen: joins, moves, departures,
// crashes, partitions, time, in every order up to a depth and in many random
// ones with messages on the way. At no moment is anybody delivered twice; when
// all has calmed down, everybody has one home and is seen and heard everywhere.

#include "unit/nodemesh_world.h"

#define DEPTH 4U
#define SEEDS 250U
#define STEPS 60U

typedef enum Deed {
  ENTER_0, // Person 0 at node 0, and so on
  ENTER_1,
  ENTER_OTHER, // Person 1 at node 1
  RETURN_0,    // Person 0 to its session at node 0
  LEAVE_0,
  CRASH_0,
  BOOT_0,
  CUT_01,
  HEAL,
  SHORT_TIME,
  LONG_TIME,
  DEEDS
} Deed;

static void
set_cut(World* const world, const unsigned a, const unsigned b, const bool cut)
{
  world->cut[a][b] = world->cut[b][a] = cut;
}

static void boot(World* const world, const unsigned node)
{
  if (!world->nodes[node].mesh) {
    world_boot(world, node);
  }
}

static void happen(World* const world, const Deed deed)
{
  switch (deed) {
  case ENTER_0:
    world_enter(world, 0U, 0U);
    break;
  case ENTER_1:
    world_enter(world, 1U, 0U);
    break;
  case ENTER_OTHER:
    world_enter(world, 1U, 1U);
    break;
  case RETURN_0:
    world_return(world, 0U, 0U);
    break;
  case LEAVE_0:
    world_leave(world, 0U);
    break;
  case CRASH_0:
    world_crash(world, 0U);
    break;
  case BOOT_0:
    boot(world, 0U);
    break;
  case CUT_01:
    set_cut(world, 0U, 1U, true);
    break;
  case HEAL:
    set_cut(world, 0U, 1U, false);
    break;
  case SHORT_TIME:
    world_pass(world, 50 * JAM_MS, true);
    break;
  case LONG_TIME:
    world_pass(world, 3 * JAM_SECOND, true);
    break;
  case DEEDS:
    break;
  }
  world_check(world);
}

// Every sequence of DEPTH deeds that begins with deed _i
START_TEST(every_order_of_a_few_deeds_ends_well)
{
  unsigned total = 1U;
  for (unsigned i = 1U; i < DEPTH; ++i) {
    total *= DEEDS;
  }
  for (unsigned number = 0U; number < total; ++number) {
    World    world;
    unsigned rest = number;
    world_init(&world, number);
    world_pass(&world, 2 * JAM_SECOND, true);
    world_enter(&world, 2U, 1U);
    happen(&world, (Deed)_i);
    for (unsigned i = 1U; i < DEPTH; ++i) {
      happen(&world, (Deed)(rest % DEEDS));
      rest /= DEEDS;
    }
    world_settle(&world);
    world_deinit(&world);
  }
}

END_TEST

static void random_deed(World* const world)
{
  JamRand* const rand   = &world->rand;
  const unsigned node   = jam_rand_below(rand, NODES);
  const unsigned person = jam_rand_below(rand, PEOPLE);
  const unsigned other = (node + 1U + jam_rand_below(rand, NODES - 1U)) % NODES;
  const unsigned dice  = jam_rand_below(rand, 100U);
  if (dice < 10U) {
    world_enter(world, node, person);
  } else if (dice < 12U) {
    world_return(world, node, person);
  } else if (dice < 16U) {
    world_leave(world, person);
  } else if (dice < 19U) {
    world_crash(world, node);
  } else if (dice < 25U) {
    boot(world, node);
  } else if (dice < 30U) {
    set_cut(world, node, other, true);
  } else if (dice < 38U) {
    set_cut(world, node, other, false);
  } else if (dice < 45U) {
    world_pass(world,
               (JamTime)jam_rand_below(rand, 4000U) * JAM_MS,
               jam_rand_below(rand, 2U) == 0U);
  } else {
    // Some of what is on the way, in any order
    const unsigned count = jam_rand_below(rand, 8U);
    for (unsigned i = 0U; i < count; ++i) {
      (void)world_deliver(world,
                          &world->wires[jam_rand_below(rand, WIRES)],
                          jam_rand_below(rand, 2U));
    }
    world_pass(world, 10 * JAM_MS, false);
  }
  world_check(world);
}

START_TEST(random_orders_end_well)
{
  for (unsigned seed = 0U; seed < SEEDS; ++seed) {
    World world;
    world_init(&world, (uint64_t)_i * SEEDS + seed);
    world_pass(&world, JAM_SECOND, true);
    for (unsigned i = 0U; i < STEPS; ++i) {
      random_deed(&world);
    }
    world_settle(&world);
    world_deinit(&world);
  }
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("nodemesh_explore");
  TCase* const tests = tcase_create("explore");
  tcase_set_timeout(tests, 100.0);
  tcase_add_loop_test(tests,
                      every_order_of_a_few_deeds_ends_well,
                      0,
                      (int)DEEDS);
  tcase_add_loop_test(tests, random_orders_end_well, 0, 4);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
