// SPDX-License-Identifier: MIT
// Client and node engines on a perfect wire in virtual time: who gets in, who
// hears whom, what is refused. Loss, jitter and skew are the simulator's.

#include "support/engines.h"
#include "support/test_allocator.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

START_TEST(members_of_a_room_hear_each_other)
{
  World world;
  world_start(&world, 8U);
  world_join(&world, 0U, 1U);
  world_join(&world, 1U, 1U);
  world_run(&world, 3 * JAM_SECOND);
  const JamView view = view_of(&world, 1U);
  ck_assert_int_eq(view.state, JAM_STATE_JOINED);
  ck_assert_uint_eq(view.user_count, 2U);
  ck_assert_str_eq(view.users[1].name, "A");
  ck_assert(world.loudest[1] > 0.2f);
  ck_assert(world.loudest[0] == 0.0f);
  world_end(&world);
}

END_TEST

// Fails without: the comparison of ids (synchub/hub.c: find_room takes any)
START_TEST(rooms_hear_nothing_of_each_other)
{
  World world;
  world_start(&world, 8U);
  world_join(&world, 0U, 1U);
  world_join(&world, 1U, 2U);
  world_run(&world, 3 * JAM_SECOND);
  ck_assert_uint_eq(view_of(&world, 1U).user_count, 1U);
  ck_assert(world.loudest[1] == 0.0f);
  world_end(&world);
}

END_TEST

START_TEST(a_late_joiner_finds_everyone_and_the_leaver_is_gone)
{
  World world;
  world_start(&world, 8U);
  world_join(&world, 0U, 1U);
  world_join(&world, 1U, 1U);
  world_run(&world, JAM_SECOND);
  world_join(&world, 2U, 1U);
  world_run(&world, JAM_SECOND);
  ck_assert_uint_eq(view_of(&world, 2U).user_count, 3U);
  ck_assert_uint_eq(view_of(&world, 0U).user_count, 3U);
  session_client_leave(world.clients[1], world.now);
  world_run(&world, JAM_SECOND);
  ck_assert_uint_eq(view_of(&world, 0U).user_count, 2U);
  ck_assert_uint_eq(view_of(&world, 2U).user_count, 2U);
  ck_assert_int_eq(view_of(&world, 1U).state, JAM_STATE_IDLE);
  JamNodeView node;
  session_node_view(world.node, &node);
  ck_assert_uint_eq(node.users, 2U);
  ck_assert_uint_eq(node.rooms, 1U);
  world_end(&world);
}

END_TEST

START_TEST(a_muted_player_is_silent_here_and_a_muted_microphone_everywhere)
{
  World world;
  world_start(&world, 8U);
  world_join(&world, 0U, 1U);
  world_join(&world, 1U, 1U);
  world_join(&world, 2U, 1U);
  world_run(&world, 3 * JAM_SECOND);
  const JamCommand mute = {.kind = JAM_COMMAND_MUTE,
                           .user = view_of(&world, 1U).users[1].id,
                           .flag = true};
  ck_assert(session_client_command(world.clients[1], &mute));
  world_run(&world, JAM_SECOND / 2);
  world.loudest[1] = world.loudest[2] = 0.0f;
  world_run(&world, JAM_SECOND / 2);
  ck_assert(world.loudest[1] == 0.0f);
  ck_assert(world.loudest[2] > 0.2f);
  const JamCommand quiet = {.kind = JAM_COMMAND_SEND};
  ck_assert(session_client_command(world.clients[0], &quiet));
  world_run(&world, JAM_SECOND / 2);
  world.loudest[2] = 0.0f;
  world_run(&world, JAM_SECOND / 2);
  ck_assert(world.loudest[2] == 0.0f);
  world_end(&world);
}

END_TEST

START_TEST(a_wrong_node_key_fails_with_its_cause)
{
  World world;
  world_start(&world, 8U);
  world.key[5] ^= 1U;
  world_join(&world, 0U, 1U);
  world_run(&world, 10 * JAM_SECOND);
  const JamView view = view_of(&world, 0U);
  ck_assert_int_eq(view.state, JAM_STATE_FAILED);
  ck_assert_uint_gt(strlen(view.message), 20U);
  world_end(&world);
}

END_TEST

START_TEST(a_full_node_turns_people_away_and_recovers)
{
  World world;
  world_start(&world, 1U);
  world_join(&world, 0U, 1U);
  world_run(&world, JAM_SECOND);
  world_join(&world, 1U, 1U);
  world_run(&world, 10 * JAM_SECOND);
  ck_assert_int_eq(view_of(&world, 1U).state, JAM_STATE_FAILED);
  ck_assert_int_eq(view_of(&world, 0U).state, JAM_STATE_JOINED);
  session_client_leave(world.clients[0], world.now);
  world_run(&world, JAM_SECOND);
  const ToastAddress node                    = address(99U);
  uint8_t            room[SYNCHUB_ROOM_SIZE] = {1U};
  ck_assert_int_eq(session_client_join(world.clients[1],
                                       world.now,
                                       &node,
                                       1U,
                                       world.key,
                                       room),
                   JAM_OK);
  world_run(&world, JAM_SECOND);
  ck_assert_int_eq(view_of(&world, 1U).state, JAM_STATE_JOINED);
  world_end(&world);
}

END_TEST

START_TEST(a_draining_node_takes_nobody_and_is_done_when_all_have_left)
{
  World world;
  world_start(&world, 8U);
  world_join(&world, 0U, 1U);
  world_run(&world, JAM_SECOND);
  ck_assert(!session_node_drained(world.node));
  session_node_drain(world.node, world.now);
  world_join(&world, 1U, 1U);
  world_run(&world, JAM_SECOND);
  ck_assert_int_eq(view_of(&world, 0U).state, JAM_STATE_JOINED);
  ck_assert_int_eq(view_of(&world, 1U).state, JAM_STATE_RECONNECTING);
  ck_assert(!session_node_drained(world.node));
  session_client_leave(world.clients[0], world.now);
  world_run(&world, JAM_SECOND);
  ck_assert(session_node_drained(world.node));
  world_end(&world);
}

END_TEST

START_TEST(the_same_clock_locks_and_plays_bit_exactly)
{
  World world;
  world_start(&world, 8U);
  world_join(&world, 0U, 1U);
  world_join(&world, 1U, 1U);
  world_run(&world, 20 * JAM_SECOND);
  const JamView view = view_of(&world, 1U);
  ck_assert(view.users[1].locked);
  ck_assert_uint_eq(view.users[1].lost, 0U);
  ck_assert(view.users[1].delay_ms < 5.0f);
  world_end(&world);
}

END_TEST

START_TEST(a_client_without_memory_is_refused_cleanly)
{
  TestAllocator memory;
  unsigned      n = 0U;
  do {
    const JamAllocator        allocator = test_allocator_init(&memory, n++);
    const SessionClientConfig config    = client_config(0U);
    SessionClient*            client    = NULL;
    const JamStatus status = session_client_new(&config, &allocator, &client);
    ck_assert_int_eq(status == JAM_OK, !memory.failed);
    session_client_free(client);
    ck_assert(test_allocator_is_clean(&memory));
  } while (memory.failed);
}

END_TEST

START_TEST(a_node_without_memory_is_refused_cleanly)
{
  TestAllocator memory;
  unsigned      n = 0U;
  do {
    const JamAllocator      allocator = test_allocator_init(&memory, n++);
    const SessionNodeConfig config    = node_config(4U);
    SessionNode*            node      = NULL;
    const JamStatus status = session_node_new(&config, &allocator, &node);
    ck_assert_int_eq(status == JAM_OK, !memory.failed);
    session_node_free(node);
    ck_assert(test_allocator_is_clean(&memory));
  } while (memory.failed);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("session_engine");
  TCase* const tests = tcase_create("engine");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, members_of_a_room_hear_each_other);
  tcase_add_test(tests, rooms_hear_nothing_of_each_other);
  tcase_add_test(tests, a_late_joiner_finds_everyone_and_the_leaver_is_gone);
  tcase_add_test(
    tests,
    a_muted_player_is_silent_here_and_a_muted_microphone_everywhere);
  tcase_add_test(tests, a_wrong_node_key_fails_with_its_cause);
  tcase_add_test(tests, a_full_node_turns_people_away_and_recovers);
  tcase_add_test(tests,
                 a_draining_node_takes_nobody_and_is_done_when_all_have_left);
  tcase_add_test(tests, the_same_clock_locks_and_plays_bit_exactly);
  tcase_add_test(tests, a_client_without_memory_is_refused_cleanly);
  tcase_add_test(tests, a_node_without_memory_is_refused_cleanly);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
