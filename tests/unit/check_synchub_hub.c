// SPDX-License-Identifier: MIT
// The hub: who is where, and which rows each receiver has yet to see.

#include "support/test_allocator.h"
#include "synchub/synchub.h"

#include <check.h>

#include <stdlib.h>
#include <string.h>

#define TEXT 1164U

static const SynchubProfile profile = {"Ana", 48000U, 64U, 24U, false, 0U};
static const uint8_t        room_a[SYNCHUB_ROOM_SIZE] = {1U};
static const uint8_t        room_b[SYNCHUB_ROOM_SIZE] = {1U, [31] = 1U};

static Synchub* hub;

static void setup(void)
{
  ck_assert_int_eq(synchub_new(NULL, 100U, &hub), JAM_OK);
}

static void teardown(void)
{
  synchub_free(hub);
}

static SynchubUserId join(const uint8_t* const room, const uint32_t tag)
{
  SynchubUserId id = 0U;
  ck_assert_int_eq(
    synchub_join(hub, (JamTime)tag, room, &profile, NULL, tag, &id),
    JAM_OK);
  ck_assert_uint_ne(id, 0U);
  return id;
}

static void assert_count(const unsigned users, const unsigned rooms)
{
  unsigned got_users = 99U;
  unsigned got_rooms = 99U;
  synchub_count(hub, &got_users, &got_rooms);
  ck_assert_uint_eq(got_users, users);
  ck_assert_uint_eq(got_rooms, rooms);
}

static void set_row(const SynchubUserId user, const JamTime rtt)
{
  const SynchubRow row = {.rtt = rtt};
  synchub_set_row(hub, user, &row);
}

// Reads the next table for `receiver` and returns its number of rows
static size_t table(const SynchubUserId receiver,
                    const size_t        room,
                    SynchubUser         out[SYNCHUB_MAX_MEMBERS])
{
  char         text[TEXT];
  size_t       count = 0U;
  const size_t size  = synchub_table_for(hub, receiver, text, room);
  if (size) {
    ck_assert_int_eq(
      synchub_table_read(text, size, out, SYNCHUB_MAX_MEMBERS, &count),
      JAM_OK);
    ck_assert_uint_gt(count, 0U);
  }
  return count;
}

START_TEST(a_room_lives_from_its_first_to_its_last_member)
{
  assert_count(0U, 0U);
  const SynchubUserId a = join(room_a, 10U);
  const SynchubUserId b = join(room_a, 11U);
  const SynchubUserId c = join(room_b, 12U);
  assert_count(3U, 2U);
  const SynchubUser* members[SYNCHUB_MAX_MEMBERS];
  ck_assert_uint_eq(synchub_members(hub, b, members, 32U), 2U);
  ck_assert_uint_eq(members[0]->id, a);
  ck_assert_uint_eq(members[1]->id, b);
  ck_assert_uint_eq(synchub_members(hub, b, members, 1U), 1U);
  ck_assert_uint_eq(synchub_members(hub, c, members, 32U), 1U);
  ck_assert_uint_eq(synchub_tag(hub, b), 11U);
  ck_assert_int_eq(synchub_user(hub, b)->joined, 11);
  ck_assert_str_eq(synchub_user(hub, b)->profile.name, "Ana");
  synchub_leave(hub, a);
  synchub_leave(hub, a);
  assert_count(2U, 2U);
  ck_assert_uint_eq(synchub_members(hub, b, members, 32U), 1U);
  ck_assert_uint_eq(members[0]->id, b);
  synchub_leave(hub, b);
  synchub_leave(hub, c);
  assert_count(0U, 0U);
}

END_TEST

START_TEST(unknown_users_are_nobody)
{
  const SynchubUser*  members[1];
  const SynchubRow    row = {.rtt = 1};
  char                text[TEXT];
  const SynchubUserId unknown[] = {0U, 1U, 65535U};
  for (size_t i = 0U; i < 3U; ++i) {
    ck_assert_ptr_null(synchub_user(hub, unknown[i]));
    ck_assert_uint_eq(synchub_tag(hub, unknown[i]), 0U);
    ck_assert_uint_eq(synchub_members(hub, unknown[i], members, 1U), 0U);
    ck_assert_uint_eq(synchub_table_for(hub, unknown[i], text, TEXT), 0U);
    synchub_set_row(hub, unknown[i], &row);
    synchub_leave(hub, unknown[i]);
  }
}

END_TEST

START_TEST(ids_are_not_used_again_before_all_others)
{
  const SynchubUserId stay = join(room_a, 0U);
  SynchubUserId       last = stay;
  for (unsigned i = 0U; i < SYNCHUB_MAX_ID - 1U; ++i) {
    const SynchubUserId id = join(room_b, 0U);
    ck_assert_uint_eq(id, last + 1U);
    synchub_leave(hub, id);
    last = id;
  }
  ck_assert_uint_eq(last, SYNCHUB_MAX_ID);
  ck_assert_uint_eq(stay, 1U); // Still in use: passed over
  ck_assert_uint_eq(join(room_b, 0U), 2U);
}

END_TEST

START_TEST(a_full_room_takes_nobody)
{
  SynchubUserId ids[SYNCHUB_MAX_MEMBERS];
  SynchubUserId more = 0U;
  for (unsigned i = 0U; i < SYNCHUB_MAX_MEMBERS; ++i) {
    ids[i] = join(room_a, i);
  }
  ck_assert_int_eq(synchub_join(hub, 0, room_a, &profile, NULL, 0U, &more),
                   JAM_ERR_FULL);
  (void)join(room_b, 0U);
  synchub_leave(hub, ids[5]);
  const SynchubUserId late = join(room_a, 77U);
  const SynchubUser*  members[SYNCHUB_MAX_MEMBERS];
  ck_assert_uint_eq(synchub_members(hub, late, members, 32U), 32U);
  ck_assert_uint_eq(members[4]->id, ids[4]);
  ck_assert_uint_eq(members[5]->id, ids[6]);
  ck_assert_uint_eq(members[31]->id, late);
}

END_TEST

START_TEST(a_full_hub_takes_nobody)
{
  uint8_t       room[SYNCHUB_ROOM_SIZE] = {0};
  SynchubUserId id                      = 0U;
  for (unsigned i = 0U; i < 100U; ++i) {
    room[31] = (uint8_t)i;
    (void)join(room, i);
  }
  assert_count(100U, 100U);
  ck_assert_int_eq(synchub_join(hub, 0, room, &profile, NULL, 0U, &id),
                   JAM_ERR_FULL);
  ck_assert_uint_eq(id, 0U);
}

END_TEST

START_TEST(an_unusable_profile_is_refused)
{
  SynchubProfile bad = profile;
  SynchubUserId  id  = 7U;
  bad.rate_hz        = 12345U;
  ck_assert_int_eq(synchub_join(hub, 0, room_a, &bad, NULL, 0U, &id),
                   JAM_ERR_ARGUMENT);
  memset(bad.name, 'x', sizeof(bad.name)); // Not terminated
  bad.rate_hz = 48000U;
  ck_assert_int_eq(synchub_join(hub, 0, room_a, &bad, NULL, 0U, &id),
                   JAM_ERR_ARGUMENT);
  ck_assert_uint_eq(id, 0U);
  assert_count(0U, 0U);
}

END_TEST

START_TEST(users_are_found_by_who_they_are_in_their_room_only)
{
  static const uint8_t uid[SYNCHUB_UID_SIZE]     = {1U, [7] = 2U};
  static const uint8_t other[SYNCHUB_UID_SIZE]   = {1U, [7] = 3U};
  static const uint8_t unknown[SYNCHUB_UID_SIZE] = {0U};
  SynchubUserId        id                        = 0U;
  ck_assert_uint_eq(synchub_by_uid(hub, room_a, uid), 0U);
  const SynchubUserId nobody = join(room_a, 1U);
  ck_assert_int_eq(synchub_join(hub, 0, room_a, &profile, uid, 0U, &id),
                   JAM_OK);
  ck_assert_uint_eq(synchub_by_uid(hub, room_a, uid), id);
  ck_assert_mem_eq(synchub_user(hub, id)->uid, uid, sizeof(uid));
  ck_assert_uint_eq(synchub_by_uid(hub, room_a, other), 0U);
  ck_assert_uint_eq(synchub_by_uid(hub, room_a, unknown), 0U);
  ck_assert_uint_eq(synchub_by_uid(hub, room_b, uid), 0U);
  ck_assert_mem_eq(synchub_room(hub, nobody), room_a, SYNCHUB_ROOM_SIZE);
  synchub_leave(hub, id);
  ck_assert_uint_eq(synchub_by_uid(hub, room_a, uid), 0U);
  ck_assert_ptr_null(synchub_room(hub, id));
}

END_TEST

START_TEST(a_profile_is_replaced_if_usable)
{
  const SynchubUserId id   = join(room_a, 5U);
  SynchubProfile      next = profile;
  ck_assert(!synchub_set_profile(hub, id, &next, 5));
  ck_assert(synchub_set_profile(hub, id, &next, 6));
  strcpy(next.name, " Bea");
  ck_assert(synchub_set_profile(hub, id, &next, 6));
  ck_assert(!synchub_set_profile(hub, id, &next, 6));
  ck_assert_str_eq(synchub_user(hub, id)->profile.name, "Bea");
  next.rate_hz = 1U;
  ck_assert(!synchub_set_profile(hub, id, &next, 7));
  ck_assert_uint_eq(synchub_user(hub, id)->profile.rate_hz, 48000U);
  ck_assert_int_eq(synchub_user(hub, id)->joined, 6);
  ck_assert(!synchub_set_profile(hub, (SynchubUserId)(id + 1U), &profile, 7));
}

END_TEST

START_TEST(names_are_cleaned_on_joining)
{
  SynchubProfile rough = profile;
  SynchubUserId  id    = 0U;
  strcpy(rough.name, " A\n ");
  ck_assert_int_eq(synchub_join(hub, 0, room_a, &rough, NULL, 0U, &id), JAM_OK);
  ck_assert_str_eq(synchub_user(hub, id)->profile.name, "A");
}

END_TEST

START_TEST(rows_are_written_once_per_change_and_receiver)
{
  SynchubUser         rows[SYNCHUB_MAX_MEMBERS];
  const SynchubUserId a = join(room_a, 0U);
  const SynchubUserId b = join(room_a, 0U);
  const SynchubUserId c = join(room_b, 0U);
  ck_assert_uint_eq(table(a, TEXT, rows), 0U);
  set_row(a, 1 * JAM_MS);
  set_row(b, 2 * JAM_MS);
  ck_assert_uint_eq(table(a, TEXT, rows), 1U); // Not its own
  ck_assert_uint_eq(rows[0].id, b);
  ck_assert_int_eq(rows[0].row.rtt, 2 * JAM_MS);
  ck_assert_uint_eq(table(a, TEXT, rows), 0U);
  ck_assert_uint_eq(table(c, TEXT, rows), 0U); // Not of another room
  set_row(b, 3 * JAM_MS);
  set_row(b, 4 * JAM_MS);
  ck_assert_uint_eq(table(a, TEXT, rows), 1U);
  ck_assert_int_eq(rows[0].row.rtt, 4 * JAM_MS);
  const SynchubUserId d = join(room_a, 0U); // Late, gets all there is
  ck_assert_uint_eq(table(d, TEXT, rows), 2U);
  ck_assert_uint_eq(table(b, TEXT, rows), 1U);
  ck_assert_uint_eq(rows[0].id, a);
}

END_TEST

START_TEST(a_newcomer_in_the_place_of_another_is_new_to_all)
{
  SynchubUser         rows[SYNCHUB_MAX_MEMBERS];
  const SynchubUserId a = join(room_a, 0U);
  const SynchubUserId b = join(room_a, 0U);
  set_row(a, JAM_MS);
  set_row(b, JAM_MS);
  ck_assert_uint_eq(table(a, TEXT, rows), 1U);
  synchub_leave(hub, b);
  const SynchubUserId c = join(room_a, 0U);
  ck_assert_uint_eq(table(a, TEXT, rows), 0U); // No row yet
  set_row(c, JAM_MS);
  ck_assert_uint_eq(table(a, TEXT, rows), 1U);
  ck_assert_uint_eq(rows[0].id, c);
  ck_assert_uint_eq(table(c, TEXT, rows), 1U);
  ck_assert_uint_eq(rows[0].id, a);
}

END_TEST

START_TEST(where_room_is_short_every_row_gets_a_turn)
{
  SynchubUser   rows[SYNCHUB_MAX_MEMBERS];
  SynchubUserId ids[SYNCHUB_MAX_MEMBERS];
  unsigned      seen[SYNCHUB_MAX_MEMBERS + 1U] = {0};
  for (unsigned i = 0U; i < SYNCHUB_MAX_MEMBERS; ++i) {
    ids[i] = join(room_a, i);
  }
  for (unsigned round = 0U; round < 62U; ++round) {
    // All change before each table, which has room for few
    for (unsigned i = 0U; i < SYNCHUB_MAX_MEMBERS; ++i) {
      set_row(ids[i], JAM_MS);
    }
    const size_t count = table(ids[7], 32U, rows);
    for (size_t i = 0U; i < count; ++i) {
      ++seen[rows[i].id];
    }
  }
  for (unsigned i = 0U; i < SYNCHUB_MAX_MEMBERS; ++i) {
    ck_assert_uint_ge(seen[ids[i]], i == 7U ? 0U : 2U);
  }
  ck_assert_uint_eq(seen[ids[7]], 0U);
}

END_TEST

START_TEST(a_row_that_does_not_fit_waits)
{
  SynchubUser         rows[SYNCHUB_MAX_MEMBERS];
  const SynchubUserId a = join(room_a, 0U);
  const SynchubUserId b = join(room_a, 0U);
  set_row(b, JAM_MS);
  ck_assert_uint_eq(table(a, 8U, rows), 0U);
  ck_assert_uint_eq(table(a, TEXT, rows), 1U);
}

END_TEST

START_TEST(sizes_out_of_range_are_refused)
{
  Synchub* none = hub;
  ck_assert_int_eq(synchub_new(NULL, 0U, &none), JAM_ERR_ARGUMENT);
  ck_assert_int_eq(synchub_new(NULL, 16385U, &none), JAM_ERR_ARGUMENT);
  ck_assert_ptr_null(none);
  synchub_free(NULL);
}

END_TEST

START_TEST(every_allocation_may_fail)
{
  TestAllocator memory;
  unsigned      n = 0U;
  do {
    const JamAllocator allocator = test_allocator_init(&memory, n++);
    Synchub*           other     = NULL;
    const JamStatus    status    = synchub_new(&allocator, 8U, &other);
    ck_assert_int_eq(status, memory.failed ? JAM_ERR_MEMORY : JAM_OK);
    ck_assert_int_eq(other == NULL, memory.failed);
    synchub_free(other);
    ck_assert(test_allocator_is_clean(&memory));
  } while (memory.failed);
  ck_assert_uint_gt(n, 1U);
}

END_TEST

int main(void)
{
  Suite* const s = suite_create("synchub hub");
  TCase* const t = tcase_create("hub");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, a_room_lives_from_its_first_to_its_last_member);
  tcase_add_test(t, unknown_users_are_nobody);
  tcase_add_test(t, ids_are_not_used_again_before_all_others);
  tcase_add_test(t, a_full_room_takes_nobody);
  tcase_add_test(t, a_full_hub_takes_nobody);
  tcase_add_test(t, an_unusable_profile_is_refused);
  tcase_add_test(t, users_are_found_by_who_they_are_in_their_room_only);
  tcase_add_test(t, a_profile_is_replaced_if_usable);
  tcase_add_test(t, names_are_cleaned_on_joining);
  tcase_add_test(t, rows_are_written_once_per_change_and_receiver);
  tcase_add_test(t, a_newcomer_in_the_place_of_another_is_new_to_all);
  tcase_add_test(t, where_room_is_short_every_row_gets_a_turn);
  tcase_add_test(t, a_row_that_does_not_fit_waits);
  tcase_add_test(t, sizes_out_of_range_are_refused);
  tcase_add_test(t, every_allocation_may_fail);
  suite_add_tcase(s, t);
  SRunner* const r = srunner_create(s);
  srunner_run_all(r, CK_NORMAL);
  const int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
