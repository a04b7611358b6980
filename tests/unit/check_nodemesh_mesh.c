// SPDX-License-Identifier: MIT
// One thing at a time between a few meshes.

#include "support/test_allocator.h"
#include "unit/nodemesh_world.h"

static World world;

static void setup(void)
{
  world_init(&world, 1U);
}

static void teardown(void)
{
  world_deinit(&world);
}

static Nodemesh* mesh(const unsigned node)
{
  return world.nodes[node].mesh;
}

static NodemeshSibling sibling_of(const unsigned node, const uint16_t node_id)
{
  NodemeshSibling out;
  for (unsigned i = 0U; nodemesh_sibling(mesh(node), i, &out); ++i) {
    if (out.node_id == node_id) {
      return out;
    }
  }
  ck_abort_msg("node %u does not know node %u", node, node_id);
  return out;
}

static unsigned open_wires(void)
{
  unsigned count = 0U;
  for (unsigned i = 0U; i < WIRES; ++i) {
    count += world.wires[i].used ? 1U : 0U;
  }
  return count;
}

START_TEST(all_find_each_other_and_keep_one_session_each)
{
  world_pass(&world, 1500 * JAM_MS, true);
  for (unsigned i = 0U; i < NODES; ++i) {
    ck_assert_uint_eq(nodemesh_sibling_count(mesh(i)), 2U);
  }
  // All dialled all, themselves too; of two sessions one is left
  world_pass(&world, 2 * JAM_SECOND, true);
  ck_assert_uint_eq(open_wires(), NODES * (NODES - 1U) / 2U);
  const NodemeshSibling other = sibling_of(0U, 2U);
  ck_assert_str_eq(other.region, "fra");
  ck_assert_uint_eq(other.address_count, 1U);
  ck_assert_uint_eq(other.addresses[0].port, 4460U);
  world_pass(&world, 10 * JAM_SECOND, true);
  ck_assert_uint_eq(open_wires(), NODES * (NODES - 1U) / 2U);
}

END_TEST

START_TEST(the_older_node_keeps_its_id)
{
  world_crash(&world, 2U);
  NodemeshConfig config = world_config(2U, 9U);
  config.node_id        = 1U; // As node 0, which is older
  ck_assert_int_eq(nodemesh_new(&config, NULL, &world.nodes[2].mesh), JAM_OK);
  nodemesh_set_since(mesh(2U), 1700000000000100);
  world_pass(&world, 3 * JAM_SECOND, true);
  ck_assert_uint_eq(nodemesh_node_id(mesh(0U)), 1U);
  const uint16_t other = nodemesh_node_id(mesh(2U));
  ck_assert(other != 1U && other != 2U && other >= 1U && other <= 1023U);
  ck_assert_uint_eq(sibling_of(0U, other).node_id, other);
  ck_assert_uint_eq(sibling_of(1U, other).node_id, other);
}

END_TEST

START_TEST(a_silent_sibling_is_dead_within_two_seconds)
{
  world_pass(&world, 3 * JAM_SECOND, true);
  world_crash(&world, 1U);
  world_pass(&world, JAM_SECOND, true);
  ck_assert_uint_eq(nodemesh_sibling_count(mesh(0U)), 2U);
  world_pass(&world, JAM_SECOND, true);
  ck_assert_uint_eq(nodemesh_sibling_count(mesh(0U)), 1U);
  world_boot(&world, 1U);
  world_pass(&world, 2 * JAM_SECOND, true);
  ck_assert_uint_eq(nodemesh_sibling_count(mesh(0U)), 2U);
}

END_TEST

START_TEST(nobody_hears_of_users_of_rooms_it_does_not_host)
{
  world_pass(&world, 2 * JAM_SECOND, true);
  world_enter(&world, 0U, 0U);
  world_enter(&world, 1U, 1U);
  world_pass(&world, 2 * JAM_SECOND, true);
  ck_assert_uint_gt(world.nodes[0].user_letters, 0U);
  ck_assert_uint_gt(world.nodes[1].user_letters, 0U);
  ck_assert_uint_eq(world.nodes[2].user_letters, 0U);
  ck_assert(world.nodes[0].shown[1].there);
  ck_assert(world.nodes[1].shown[0].there);
  ck_assert_str_eq(world.nodes[1].shown[0].user.profile.name, "Ana");
  world_leave(&world, 1U);
  world_pass(&world, 100 * JAM_MS, true);
  ck_assert(!world.nodes[0].shown[1].there);
  unsigned peers[NODEMESH_MAX_PEERS];
  ck_assert_uint_eq(
    nodemesh_targets(mesh(0U), world.nodes[0].places[0].local, peers),
    0U);
}

END_TEST

START_TEST(who_moves_is_never_missing)
{
  world_pass(&world, 2 * JAM_SECOND, true);
  world_enter(&world, 0U, 0U);
  world_enter(&world, 1U, 1U);
  world_pass(&world, JAM_SECOND, true);
  world_crash(&world, 0U);
  for (unsigned i = 0U; i < 30U; ++i) {
    world_pass(&world, 100 * JAM_MS, true);
    ck_assert(world.nodes[1].shown[0].there);
  }
  ck_assert(world.nodes[1].shown[0].homeless);
  world_enter(&world, 2U, 0U);
  world_pass(&world, 100 * JAM_MS, true);
  ck_assert(world.nodes[1].shown[0].there);
  ck_assert(!world.nodes[1].shown[0].homeless);
  world_crash(&world, 2U);
  world_pass(&world, 6 * JAM_SECOND, true);
  ck_assert(!world.nodes[1].shown[0].there);
}

END_TEST

START_TEST(who_comes_back_to_an_old_session_is_believed)
{
  world_pass(&world, 2 * JAM_SECOND, true);
  world_enter(&world, 0U, 0U);
  world_enter(&world, 1U, 1U);
  world_enter(&world, 2U, 0U); // Epoch 2
  world_pass(&world, JAM_SECOND, true);
  world_put_out(&world, 2U, 0U, true);
  // In again at node 0, with the session of then
  NodemeshUser user  = world.nodes[1].shown[0].user;
  user.epoch         = 1U;
  user.handle        = 77U;
  Place* const place = &world.nodes[0].places[0];
  ck_assert_uint_eq(place->local, 0U);
  world_pass(&world, 100 * JAM_MS, true);
  place->local  = nodemesh_join(mesh(0U), world.now, the_room, &user);
  place->handle = 77U;
  place->stale  = JAM_NEVER;
  world_turn(&world, 0U);
  world_pass(&world, 5 * JAM_SECOND, true);
  ck_assert_uint_ne(place->local, 0U);
  ck_assert(world.nodes[1].shown[0].there);
  ck_assert(!world.nodes[1].shown[0].homeless);
  ck_assert_uint_eq(world.nodes[1].shown[0].user.handle, 77U);
}

END_TEST

START_TEST(a_draining_node_says_so_at_once)
{
  world_pass(&world, 2 * JAM_SECOND + 100 * JAM_MS, true);
  ck_assert(!sibling_of(0U, 2U).draining);
  nodemesh_set_load(mesh(1U), world.now, 500U, true);
  world_pass(&world, 100 * JAM_MS, true);
  ck_assert(sibling_of(0U, 2U).draining);
  ck_assert_uint_eq(sibling_of(0U, 2U).load, 500U);
}

END_TEST

START_TEST(a_mesh_without_memory_is_refused_cleanly)
{
  TestAllocator memory;
  unsigned      n = 0U;
  do {
    const JamAllocator   allocator = test_allocator_init(&memory, n++);
    const NodemeshConfig config    = world_config(0U, 1U);
    Nodemesh*            made      = NULL;
    const JamStatus      status    = nodemesh_new(&config, &allocator, &made);
    ck_assert_int_eq(status == JAM_OK, !memory.failed);
    nodemesh_free(made);
    ck_assert(test_allocator_is_clean(&memory));
  } while (memory.failed);
}

END_TEST

START_TEST(tables_that_are_full_leave_out_and_count)
{
  NodemeshUser user = {.uid     = {1U},
                       .handle  = 1U,
                       .profile = {"Ana", 48000U, 64U, 24U, true, 0U}};
  unsigned     in   = 0U;
  for (unsigned i = 0U; i < 40U; ++i) {
    user.uid[1] = (uint8_t)i;
    user.handle = (SynchubUserId)(i + 1U);
    in += nodemesh_join(mesh(0U), 0, the_room, &user) ? 1U : 0U;
  }
  ck_assert_uint_eq(in, 16U); // Twice max_users
  ck_assert_uint_eq(nodemesh_counters(mesh(0U))->table_full, 24U);
  for (unsigned i = 0U; i < 2U * NODEMESH_MAX_CANDIDATES; ++i) {
    const ToastAddress address = {{1U}, (uint16_t)(i + 1U)};
    nodemesh_candidate(mesh(1U), 0, &address);
  }
  ck_assert_uint_eq(nodemesh_counters(mesh(1U))->table_full,
                    NODEMESH_MAX_CANDIDATES);
  for (unsigned i = 0U; i < 2U * NODEMESH_MAX_PEERS; ++i) {
    const ToastAddress address = {{2U}, (uint16_t)(i + 1U)};
    const unsigned     peer    = nodemesh_opened(mesh(2U), 0, i + 1U, &address);
    ck_assert_uint_eq(peer, i < NODEMESH_MAX_PEERS ? i + 1U : 0U);
  }
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("nodemesh_mesh");
  TCase* const tests = tcase_create("mesh");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, all_find_each_other_and_keep_one_session_each);
  tcase_add_test(tests, the_older_node_keeps_its_id);
  tcase_add_test(tests, a_silent_sibling_is_dead_within_two_seconds);
  tcase_add_test(tests, nobody_hears_of_users_of_rooms_it_does_not_host);
  tcase_add_test(tests, who_moves_is_never_missing);
  tcase_add_test(tests, who_comes_back_to_an_old_session_is_believed);
  tcase_add_test(tests, a_draining_node_says_so_at_once);
  tcase_add_test(tests, a_mesh_without_memory_is_refused_cleanly);
  tcase_add_test(tests, tables_that_are_full_leave_out_and_count);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
