// SPDX-License-Identifier: MIT
// Rosters: every client ends up with the room that the hub has, whoever came
// and went meanwhile.

#include "base/rand.h"
#include "synchub/synchub.h"

#include <check.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLIENTS 40U
#define ROOMS 3U
#define TEXT 400U // Of a table: too little for a large room

static SynchubMessage
user_message(const SynchubUserId user, const char* const name, JamTime joined)
{
  SynchubMessage message = {.kind    = SYNCHUB_USER,
                            .user    = user,
                            .profile = {"", 48000U, 64U, 24U, false, 0U},
                            .joined  = joined};
  strcpy(message.profile.name, name);
  return message;
}

START_TEST(users_are_added_updated_and_removed)
{
  SynchubRoster  roster;
  SynchubMessage message = user_message(3U, "Ana", 10);
  synchub_roster_init(&roster);
  ck_assert(synchub_roster_apply(&roster, &message));
  ck_assert(!synchub_roster_apply(&roster, &message));
  ck_assert_uint_eq(roster.count, 1U);
  synchub_roster_user(&roster, 3U)->row.rtt = 5;
  message                                   = user_message(3U, "Bea", 10);
  ck_assert(synchub_roster_apply(&roster, &message));
  ck_assert_str_eq(synchub_roster_user(&roster, 3U)->profile.name, "Bea");
  ck_assert_int_eq(synchub_roster_user(&roster, 3U)->row.rtt, 5);
  message.uid[7] = 1U;
  ck_assert(synchub_roster_apply(&roster, &message));
  ck_assert(!synchub_roster_apply(&roster, &message));
  ck_assert_uint_eq(synchub_roster_user(&roster, 3U)->uid[7], 1U);
  message.kind = SYNCHUB_GONE;
  ck_assert(synchub_roster_apply(&roster, &message));
  ck_assert(!synchub_roster_apply(&roster, &message));
  ck_assert_uint_eq(roster.count, 0U);
  ck_assert_ptr_null(synchub_roster_user(&roster, 3U));
}

END_TEST

START_TEST(welcome_says_who_one_is)
{
  SynchubRoster        roster;
  const SynchubMessage welcome = {.kind = SYNCHUB_WELCOME, .user = 9U};
  const SynchubMessage gone    = {.kind = SYNCHUB_GONE, .user = 9U};
  synchub_roster_init(&roster);
  ck_assert_uint_eq(roster.self, 0U);
  ck_assert(synchub_roster_apply(&roster, &welcome));
  ck_assert(!synchub_roster_apply(&roster, &welcome));
  ck_assert_uint_eq(roster.self, 9U);
  ck_assert(synchub_roster_apply(&roster, &gone));
  ck_assert_uint_eq(roster.self, 0U);
}

END_TEST

START_TEST(users_stand_in_order_of_joining)
{
  static const SynchubUserId ids[]   = {7U, 2U, 9U, 4U, 5U};
  static const JamTime       times[] = {50, 20, 50, 10, 30};
  static const SynchubUserId want[]  = {4U, 2U, 5U, 7U, 9U};
  SynchubRoster              roster;
  synchub_roster_init(&roster);
  for (unsigned i = 0U; i < 5U; ++i) {
    const SynchubMessage message = user_message(ids[i], "A", times[i]);
    ck_assert(synchub_roster_apply(&roster, &message));
  }
  for (unsigned i = 0U; i < 5U; ++i) {
    ck_assert_uint_eq(roster.users[i].id, want[i]);
  }
  const SynchubMessage later = user_message(4U, "A", 40);
  ck_assert(synchub_roster_apply(&roster, &later));
  ck_assert_uint_eq(roster.count, 5U);
  ck_assert_uint_eq(roster.users[2].id, 4U);
}

END_TEST

START_TEST(a_roster_bears_what_a_room_cannot_hold)
{
  SynchubRoster roster;
  synchub_roster_init(&roster);
  for (unsigned i = 1U; i <= 2U * SYNCHUB_MAX_MEMBERS; ++i) {
    const SynchubMessage message =
      user_message((SynchubUserId)i, "A", 1000 - (JamTime)i);
    ck_assert_int_eq(synchub_roster_apply(&roster, &message),
                     i <= SYNCHUB_MAX_MEMBERS);
  }
  SynchubMessage bad  = user_message(100U, "A", 0);
  bad.profile.rate_hz = 1U; // No stream has it: nothing must try to play it
  synchub_roster_init(&roster);
  ck_assert(!synchub_roster_apply(&roster, &bad));
}

END_TEST

START_TEST(what_is_not_about_users_changes_nothing)
{
  static const SynchubMessageKind kinds[] = {SYNCHUB_JOIN,
                                             SYNCHUB_LEAVE,
                                             SYNCHUB_REFUSED,
                                             SYNCHUB_SIBLINGS,
                                             SYNCHUB_MOVE};
  SynchubRoster                   roster;
  synchub_roster_init(&roster);
  for (unsigned i = 0U; i < 5U; ++i) {
    SynchubMessage message = user_message(3U, "A", 0);
    message.kind           = kinds[i];
    ck_assert(!synchub_roster_apply(&roster, &message));
  }
  ck_assert_uint_eq(roster.count, 0U);
}

END_TEST

START_TEST(tables_update_known_users_only)
{
  static const char    text[]  = "{\"T\":[[3,100,200],[4,1,2,3]]}";
  static const char    good[]  = "{\"T\":[[4,1,2,3],[3,9,8,7]]}";
  const SynchubMessage message = user_message(3U, "A", 0);
  SynchubRoster        roster;
  synchub_roster_init(&roster);
  ck_assert(synchub_roster_apply(&roster, &message));
  ck_assert(!synchub_roster_table(&roster, text, strlen(text)));
  ck_assert(synchub_roster_table(&roster, good, strlen(good)));
  ck_assert_uint_eq(roster.count, 1U);
  ck_assert_int_eq(roster.users[0].row.jitter, 9 * JAM_US);
}

END_TEST

// A node and its clients, with messages as text between them

typedef struct Client {
  SynchubUserId id; // 0: outside
  unsigned      room;
  SynchubRoster roster;
} Client;

typedef struct World {
  JamRand  rand;
  JamTime  now;
  Synchub* hub;
  Client   clients[CLIENTS];
} World;

static void tell(World* const                world,
                 Client* const               client,
                 const SynchubMessage* const message)
{
  char           text[SYNCHUB_MAX_MESSAGE];
  SynchubMessage read;
  const size_t   size = synchub_message_write(message, text, sizeof(text));
  ck_assert_uint_gt(size, 0U);
  ck_assert_int_eq(synchub_message_read(text, size, &read), JAM_OK);
  (void)synchub_roster_apply(&client->roster, &read);
  if (jam_rand_below(&world->rand, 4U) == 0U) {
    ck_assert(!synchub_roster_apply(&client->roster, &read));
  }
}

static void tell_user(World* const             world,
                      Client* const            client,
                      const SynchubUser* const user)
{
  const SynchubMessage message = {.kind    = SYNCHUB_USER,
                                  .user    = user->id,
                                  .profile = user->profile,
                                  .joined  = user->joined};
  tell(world, client, &message);
}

static void enter(World* const world, Client* const client)
{
  uint8_t        room[SYNCHUB_ROOM_SIZE] = {0};
  SynchubProfile profile                 = {"", 48000U, 64U, 16U, true, 0U};
  const uint32_t tag                     = (uint32_t)(client - world->clients);
  client->room                           = jam_rand_below(&world->rand, ROOMS);
  room[17]                               = (uint8_t)client->room;
  profile.frames   = (uint16_t)(32U << jam_rand_below(&world->rand, 4U));
  profile.name[0]  = (char)('A' + jam_rand_below(&world->rand, 26U));
  SynchubUserId id = 0U;
  if (synchub_join(world->hub, world->now, room, &profile, NULL, tag, &id)) {
    return; // Full
  }
  const SynchubUser*   members[SYNCHUB_MAX_MEMBERS];
  const SynchubMessage welcome = {.kind = SYNCHUB_WELCOME, .user = id};
  const size_t         count =
    synchub_members(world->hub, id, members, SYNCHUB_MAX_MEMBERS);
  client->id = id;
  synchub_roster_init(&client->roster);
  tell(world, client, &welcome);
  for (size_t i = 0U; i < count; ++i) {
    tell_user(world, client, members[i]);
    Client* const other =
      &world->clients[synchub_tag(world->hub, members[i]->id)];
    if (other != client) {
      tell_user(world, other, synchub_user(world->hub, id));
    }
  }
}

static void quit(World* const world, Client* const client)
{
  const SynchubMessage gone = {.kind = SYNCHUB_GONE, .user = client->id};
  synchub_leave(world->hub, client->id);
  client->id = 0U;
  for (unsigned i = 0U; i < CLIENTS; ++i) {
    if (world->clients[i].id && world->clients[i].room == client->room) {
      tell(world, &world->clients[i], &gone);
    }
  }
}

static void send_tables(World* const world)
{
  for (unsigned i = 0U; i < CLIENTS; ++i) {
    Client* const client = &world->clients[i];
    char          text[TEXT];
    size_t        size = 0U;
    while (
      client->id &&
      (size = synchub_table_for(world->hub, client->id, text, sizeof(text))) >
        0U) {
      ck_assert(synchub_roster_table(&client->roster, text, size));
    }
  }
}

static void assert_mirror(const World* const world, Client* const client)
{
  const SynchubUser* members[SYNCHUB_MAX_MEMBERS];
  const size_t       count =
    synchub_members(world->hub, client->id, members, SYNCHUB_MAX_MEMBERS);
  ck_assert_uint_eq(client->roster.self, client->id);
  ck_assert_uint_eq(client->roster.count, count);
  for (size_t i = 0U; i < count; ++i) {
    const SynchubUser* const mine = &client->roster.users[i];
    ck_assert_uint_eq(mine->id, members[i]->id);
    ck_assert_str_eq(mine->profile.name, members[i]->profile.name);
    ck_assert_uint_eq(mine->profile.frames, members[i]->profile.frames);
    ck_assert_int_eq(mine->joined, members[i]->joined);
    if (mine->id != client->id) {
      ck_assert_int_eq(mine->row.rtt, members[i]->row.rtt);
      ck_assert_int_eq(mine->row.map.valid, members[i]->row.map.valid);
      ck_assert_int_eq(mine->row.map.position, members[i]->row.map.position);
    }
  }
}

static void change_row(World* const world, const Client* const client)
{
  SynchubRow row   = {0};
  row.rtt          = jam_rand_below(&world->rand, 100000U) * JAM_US;
  row.map.valid    = jam_rand_below(&world->rand, 4U) != 0U;
  row.map.position = row.map.valid ? jam_rand_u32(&world->rand) : 0;
  row.map.time     = row.map.valid ? world->now : 0;
  synchub_set_row(world->hub, client->id, &row);
}

START_TEST(every_roster_converges_to_the_hub)
{
  static World world;
  memset(&world, 0, sizeof(world));
  jam_rand_init(&world.rand, (uint64_t)_i, 0U);
  ck_assert_int_eq(synchub_new(NULL, 36U, &world.hub), JAM_OK);
  for (unsigned step = 0U; step < 600U; ++step) {
    Client* const client = &world.clients[jam_rand_below(&world.rand, CLIENTS)];
    world.now += jam_rand_below(&world.rand, 2U) * 777 * JAM_US;
    if (!client->id) {
      enter(&world, client);
    } else if (jam_rand_below(&world.rand, 3U)) {
      change_row(&world, client);
    } else {
      quit(&world, client);
    }
    if (jam_rand_below(&world.rand, 8U) == 0U) {
      send_tables(&world);
    }
  }
  send_tables(&world);
  for (unsigned i = 0U; i < CLIENTS; ++i) {
    if (world.clients[i].id) {
      assert_mirror(&world, &world.clients[i]);
    }
  }
  synchub_free(world.hub);
}

END_TEST

int main(void)
{
  Suite* const s = suite_create("synchub roster");
  TCase* const t = tcase_create("roster");
  tcase_add_test(t, users_are_added_updated_and_removed);
  tcase_add_test(t, welcome_says_who_one_is);
  tcase_add_test(t, users_stand_in_order_of_joining);
  tcase_add_test(t, a_roster_bears_what_a_room_cannot_hold);
  tcase_add_test(t, what_is_not_about_users_changes_nothing);
  tcase_add_test(t, tables_update_known_users_only);
  tcase_add_loop_test(t, every_roster_converges_to_the_hub, 0, 24);
  suite_add_tcase(s, t);
  SRunner* const r = srunner_create(s);
  srunner_run_all(r, CK_NORMAL);
  const int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
