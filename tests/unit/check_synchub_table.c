// SPDX-License-Identifier: MIT
// Tables: whole numbers on the wire, and what rounding them costs.

#include "base/rand.h"
#include "synchub/synchub.h"

#include <check.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEXT 1164U

static const SynchubUser full = {.id  = 3U,
                                 .row = {.map    = {.valid    = true,
                                                    .position = 123456789,
                                                    .time     = 987654321 * JAM_US,
                                                    .skew     = -12345e-9,
                                                    .error    = 23 * JAM_US,
                                                    .skew_error = 120e-9},
                                         .jitter = 1500 * JAM_US,
                                         .rtt    = 23000 * JAM_US,
                                         .loss   = 0.0021}};

static const SynchubUser mapless = {
  .id  = 65535U,
  .row = {.jitter = 1 * JAM_US, .rtt = 2 * JAM_US, .loss = 1.0}};

static size_t
write_one(const SynchubUser* const user, char* const text, const size_t room)
{
  const SynchubUser* const users[1] = {user};
  size_t                   count    = 9U;
  const size_t size = synchub_table_write(users, 1U, text, room, &count);
  ck_assert_uint_eq(count, size ? 1U : 0U);
  return size;
}

START_TEST(tables_look_as_specified)
{
  static const char want[] =
    "{\"T\":[[3,123456789,987654321,-12345,23,120,1500,23000,2100],"
    "[65535,1,2,1000000]]}";
  const SynchubUser* const users[2] = {&full, &mapless};
  char                     text[TEXT];
  size_t                   count = 0U;
  const size_t             size =
    synchub_table_write(users, 2U, text, sizeof(text), &count);
  ck_assert_uint_eq(count, 2U);
  ck_assert_uint_eq(size, strlen(want));
  ck_assert_mem_eq(text, want, size);

  SynchubUser read[2];
  ck_assert_int_eq(synchub_table_read(text, size, read, 2U, &count), JAM_OK);
  ck_assert_uint_eq(count, 2U);
  ck_assert_uint_eq(read[0].id, 3U);
  ck_assert(read[0].row.map.valid);
  ck_assert_int_eq(read[0].row.map.position, full.row.map.position);
  ck_assert_int_eq(read[0].row.map.time, full.row.map.time);
  ck_assert_double_eq_tol(read[0].row.map.skew, full.row.map.skew, 1e-15);
  ck_assert_int_eq(read[0].row.map.error, full.row.map.error);
  ck_assert_double_eq_tol(read[0].row.map.skew_error, 120e-9, 1e-15);
  ck_assert_int_eq(read[0].row.jitter, full.row.jitter);
  ck_assert_int_eq(read[0].row.rtt, full.row.rtt);
  ck_assert_double_eq_tol(read[0].row.loss, 0.0021, 1e-12);
  ck_assert_uint_eq(read[1].id, 65535U);
  ck_assert(!read[1].row.map.valid);
  ck_assert_int_eq(read[1].row.rtt, 2 * JAM_US);
}

END_TEST

START_TEST(as_many_rows_as_fit_are_written)
{
  const SynchubUser* users[20];
  char               text[TEXT];
  size_t             most  = 0U;
  size_t             count = 0U;
  for (unsigned i = 0U; i < 20U; ++i) {
    users[i] = (i % 2U) ? &full : &mapless;
  }
  for (size_t room = 0U; room <= sizeof(text); ++room) {
    memset(text, '#', sizeof(text));
    const size_t size = synchub_table_write(users, 20U, text, room, &count);
    ck_assert_uint_le(size, room);
    ck_assert_uint_ge(count, most);
    most = count;
    ck_assert_int_eq(size > 0U, count > 0U);
    size_t rest = room;
    while (rest < sizeof(text) && text[rest] == '#') {
      ++rest;
    }
    ck_assert_uint_eq(rest, sizeof(text));
    if (size) {
      SynchubUser read[20];
      size_t      rows = 0U;
      ck_assert_int_eq(synchub_table_read(text, size, read, 20U, &rows),
                       JAM_OK);
      ck_assert_uint_eq(rows, count);
    }
  }
  ck_assert_uint_eq(most, 20U);
}

END_TEST

START_TEST(rounding_costs_less_than_a_tenth_of_a_sample)
{
  static const uint32_t rates[] = {44100U, 48000U, 96000U, 192000U};
  JamRand               rand;
  jam_rand_init(&rand, 1U, 0U);
  for (unsigned i = 0U; i < 2000U; ++i) {
    const uint32_t rate = rates[i % 4U];
    SynchubUser    user = full;
    SynchubUser    read;
    char           text[TEXT];
    size_t         count  = 0U;
    user.row.map.position = (int64_t)jam_rand_u32(&rand) * 16;
    user.row.map.time     = (int64_t)jam_rand_u32(&rand) * 1000000 +
                        jam_rand_below(&rand, 1000000U) - 500000000;
    user.row.map.skew = (jam_rand_unit(&rand) - 0.5) * 400e-6;
    const size_t size = write_one(&user, text, sizeof(text));
    ck_assert_int_eq(synchub_table_read(text, size, &read, 1U, &count), JAM_OK);
    // One second on, skew included
    const JamTime at   = user.row.map.time + JAM_SECOND;
    const double  want = synchub_map_position(&user.row.map, rate, at);
    const double  got  = synchub_map_position(&read.row.map, rate, at);
    ck_assert_double_lt(fabs(got - want), 0.1);
  }
}

END_TEST

START_TEST(microseconds_are_rounded_to_the_nearest)
{
  static const JamTime times[][2] = {{0, 0},
                                     {499, 0},
                                     {500, 1},
                                     {1499, 1},
                                     {1500, 2},
                                     {-499, 0},
                                     {-501, -1},
                                     {-1499, -1},
                                     {-1501, -2},
                                     {-1000, -1}};
  for (size_t i = 0U; i < sizeof(times) / sizeof(times[0]); ++i) {
    ck_assert_int_eq(synchub_us(times[i][0]), times[i][1]);
  }
}

END_TEST

START_TEST(what_is_out_of_range_is_bounded_when_written)
{
  SynchubUser user         = full;
  user.row.map.skew        = 1e9;
  user.row.map.error       = INT64_MAX;
  user.row.map.skew_error  = (double)NAN;
  user.row.jitter          = -5 * JAM_SECOND;
  user.row.rtt             = INT64_MAX;
  user.row.loss            = -0.5;
  static const char want[] = "{\"T\":[[3,123456789,987654321,10000000,60000000,"
                             "10000000,0,60000000,0]]}";
  char              text[TEXT];
  ck_assert_uint_eq(write_one(&user, text, sizeof(text)), strlen(want));
  ck_assert_mem_eq(text, want, strlen(want));
}

END_TEST

START_TEST(a_map_that_cannot_be_written_is_left_out)
{
  static const char want[] = "{\"T\":[[3,1500,23000,2100]]}";
  SynchubUser       users[4];
  char              text[TEXT];
  for (unsigned i = 0U; i < 4U; ++i) {
    users[i] = full;
  }
  users[0].row.map.valid    = false;
  users[1].row.map.skew     = (double)NAN;
  users[2].row.map.position = INT64_MIN;
  users[3].row.map.time     = INT64_MAX;
  for (unsigned i = 0U; i < 4U; ++i) {
    ck_assert_uint_eq(write_one(&users[i], text, sizeof(text)), strlen(want));
    ck_assert_mem_eq(text, want, strlen(want));
  }
}

END_TEST

START_TEST(what_is_not_a_table_is_refused)
{
  static const char* const texts[] = {
    "",
    "{}",
    "[]",
    "{\"t\":[]}",
    "{\"T\":{}}",
    "{\"T\":[1]}",
    "{\"T\":[[]]}",
    "{\"T\":[[1,2,3]]}",
    "{\"T\":[[1,2,3,4,5]]}",
    "{\"T\":[[0,0,0,0]]}",
    "{\"T\":[[65536,0,0,0]]}",
    "{\"T\":[[1,0,0,1000001]]}",
    "{\"T\":[[1,-1,0,0]]}",
    "{\"T\":[[1,0,60000001,0]]}",
    "{\"T\":[[1,0,0,0.5]]}",
    "{\"T\":[[1,0,0,\"0\"]]}",
    "{\"T\":[[1,0,0,0,0,0,0,0,0,0]]}",
    "{\"T\":[[1,9007199254740992,0,0,0,0,0,0,0]]}",
    "{\"T\":[[1,0,-9007199254740992,0,0,0,0,0,0]]}",
    "{\"T\":[[1,0,0,10000001,0,0,0,0,0]]}",
    "{\"T\":[[1,0,0,0,-1,0,0,0,0]]}",
    "{\"T\":[[1,0,0,0,0,-1,0,0,0]]}",
    "{\"T\":[[1,0,0,0],[1,0,0]]}",
    "{\"T\":[[1,0,0,0],[2,0,0,0],[3,0,0,0],[4,0,0,0],[5,0,0,0]]}",
  };
  for (size_t i = 0U; i < sizeof(texts) / sizeof(texts[0]); ++i) {
    SynchubUser read[4];
    size_t      count = 0U;
    ck_assert_msg(
      synchub_table_read(texts[i], strlen(texts[i]), read, 4U, &count) ==
        JAM_ERR_FORMAT,
      "accepted: %s",
      texts[i]);
    ck_assert_uint_eq(count, 0U);
  }
}

END_TEST

int main(void)
{
  Suite* const s = suite_create("synchub table");
  TCase* const t = tcase_create("table");
  tcase_add_test(t, tables_look_as_specified);
  tcase_add_test(t, as_many_rows_as_fit_are_written);
  tcase_add_test(t, rounding_costs_less_than_a_tenth_of_a_sample);
  tcase_add_test(t, microseconds_are_rounded_to_the_nearest);
  tcase_add_test(t, what_is_out_of_range_is_bounded_when_written);
  tcase_add_test(t, a_map_that_cannot_be_written_is_left_out);
  tcase_add_test(t, what_is_not_a_table_is_refused);
  suite_add_tcase(s, t);
  SRunner* const r = srunner_create(s);
  srunner_run_all(r, CK_NORMAL);
  const int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
