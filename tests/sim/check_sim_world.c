// SPDX-License-Identifier: MIT
// Virtual time, clocks and sound cards.

#include "sim/sim_clock.h"
#include "sim/sim_device.h"
#include "sim/sim_hash.h"
#include "sim/sim_world.h"

#include "base/rand.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#define EVENTS 5000U

typedef struct Record {
  SimWorld world;
  unsigned count;
  JamTime  times[EVENTS];
  uint64_t numbers[EVENTS];
} Record;

static void note(void* const context, const uint64_t argument)
{
  Record* const record           = (Record*)context;
  record->times[record->count]   = record->world.now;
  record->numbers[record->count] = argument;
  ++record->count;
}

static Record record;

static void ask_at_random(const uint64_t seed)
{
  JamRand rand;
  jam_rand_init(&rand, seed, 1U);
  record.count = 0U;
  sim_world_init(&record.world);
  for (unsigned i = 0U; i < EVENTS; ++i) {
    sim_world_at(&record.world, jam_rand_below(&rand, 500U), note, &record, i);
  }
}

START_TEST(events_happen_in_order_of_time_then_of_asking)
{
  ask_at_random(7U);
  sim_world_run(&record.world, JAM_SECOND);
  ck_assert_uint_eq(record.count, EVENTS);
  ck_assert_int_eq(record.world.now, JAM_SECOND);
  for (unsigned i = 1U; i < EVENTS; ++i) {
    ck_assert(record.times[i - 1U] <= record.times[i]);
    ck_assert(record.times[i - 1U] < record.times[i] ||
              record.numbers[i - 1U] < record.numbers[i]);
  }
  sim_world_deinit(&record.world);
}

END_TEST

START_TEST(a_run_stops_at_its_time_and_goes_on_from_there)
{
  ask_at_random(8U);
  sim_world_run(&record.world, 250);
  const unsigned before = record.count;
  ck_assert_uint_gt(before, EVENTS / 3U);
  ck_assert_uint_lt(before, EVENTS);
  ck_assert_int_le(record.times[before - 1U], 250);
  sim_world_run(&record.world, 1000);
  ck_assert_uint_eq(record.count, EVENTS);
  ck_assert_int_gt(record.times[before], 250);
  sim_world_deinit(&record.world);
}

END_TEST

START_TEST(what_is_asked_for_in_the_past_happens_now)
{
  record.count = 0U;
  sim_world_init(&record.world);
  sim_world_run(&record.world, 100);
  sim_world_at(&record.world, 5, note, &record, 1U);
  sim_world_at(&record.world, JAM_NEVER, note, &record, 2U);
  sim_world_run(&record.world, 100);
  ck_assert_uint_eq(record.count, 1U);
  ck_assert_int_eq(record.times[0], 100);
  sim_world_deinit(&record.world);
}

END_TEST

static const SimClock clocks[] = {
  {0, 0.0, 0.0, 0},
  {123456789, 100e-6, 0.0, 0},
  {-5 * JAM_SECOND, -100e-6, 0.0, 0},
  {77, 200e-6, 2e-6, 300 * JAM_SECOND},
  {77, -3e-6, 5e-6, 60 * JAM_SECOND},
};

START_TEST(a_clock_and_its_inverse_agree_to_the_nanosecond)
{
  const SimClock* const clock = &clocks[_i];
  JamRand               rand;
  jam_rand_init(&rand, 3U, (uint64_t)_i);
  for (unsigned i = 0U; i < 20000U; ++i) {
    const JamTime span =
      (JamTime)(jam_rand_unit(&rand) * 86400.0 * (double)JAM_SECOND);
    const JamTime shown = clock->offset + span;
    const JamTime when  = sim_clock_when(clock, shown);
    ck_assert(sim_clock_read(clock, when) >= shown);
    ck_assert(sim_clock_read(clock, when - 1) < shown);
  }
  ck_assert_int_eq(sim_clock_when(clock, JAM_NEVER), JAM_NEVER);
}

END_TEST

START_TEST(a_fast_clock_gains_its_skew)
{
  const SimClock clock = {0, 100e-6, 0.0, 0};
  ck_assert_int_eq(sim_clock_read(&clock, 10 * JAM_SECOND),
                   10 * JAM_SECOND + JAM_MS);
}

END_TEST

typedef struct Card {
  SimWorld  world;
  SimDevice device;
  unsigned  blocks;
  int64_t   next;
  JamTime   first, last;
  double    latest; // Beyond its due time, ns
} Card;

static void
take_block(void* const context, const int64_t position, const unsigned frames)
{
  Card* const card = (Card*)context;
  ck_assert_int_eq(position, card->next);
  card->next += frames;
  card->first = card->blocks ? card->first : card->world.now;
  card->last  = card->world.now;
  ++card->blocks;
  const double due  = sim_device_time(&card->device, (double)position);
  const double late = (double)card->world.now - due;
  ck_assert_double_ge(late, 0.0);
  card->latest = fmax(card->latest, late);
}

static void run_card(Card* const card, const double skew, const JamTime wake_up)
{
  const SimDeviceConfig config =
    {48000U, 64U, skew, 0.0, wake_up, take_block, card};
  *card = (Card){0};
  sim_world_init(&card->world);
  sim_device_init(&card->device, &card->world, &config, 1U, 1U);
  sim_device_start(&card->device, JAM_SECOND);
  sim_world_run(&card->world, 101 * JAM_SECOND);
  sim_world_deinit(&card->world);
}

START_TEST(a_card_plays_at_the_rate_of_its_own_crystal)
{
  Card card;
  run_card(&card, 200e-6, 0);
  ck_assert_int_eq(card.first, JAM_SECOND);
  // 100 s at 48 kHz + 200 ppm, the block at both ends included
  ck_assert_uint_eq(card.blocks, (unsigned)(4800960 / 64 + 1));
  ck_assert_double_lt(card.latest, 1.5);
}

END_TEST

START_TEST(a_late_wake_up_does_not_move_later_blocks)
{
  Card card;
  run_card(&card, -50e-6, 100 * JAM_US);
  ck_assert_uint_eq(card.blocks, (unsigned)(4799760 / 64 + 1));
  ck_assert_double_gt(card.latest, 300e3);
  ck_assert_double_lt(card.latest, 1e6 + 2.0);
}

END_TEST

START_TEST(a_stopped_card_is_silent)
{
  Card                  card   = {0};
  const SimDeviceConfig config = {48000U, 64U, 0.0, 0.0, 0, take_block, &card};
  sim_world_init(&card.world);
  sim_device_init(&card.device, &card.world, &config, 1U, 1U);
  sim_device_start(&card.device, 0);
  sim_world_run(&card.world, JAM_SECOND);
  const unsigned blocks = card.blocks;
  sim_device_stop(&card.device);
  sim_world_run(&card.world, 2 * JAM_SECOND);
  ck_assert_uint_eq(card.blocks, blocks);
  card.next = 0;
  sim_device_start(&card.device, 2 * JAM_SECOND);
  sim_world_run(&card.world, 3 * JAM_SECOND);
  ck_assert_uint_eq(card.blocks, 2U * blocks);
  sim_world_deinit(&card.world);
}

END_TEST

START_TEST(every_bit_of_the_input_changes_the_hash)
{
  uint8_t        bytes[37] = {0};
  const uint64_t plain = sim_hash_bytes(sim_hash_start(), bytes, sizeof(bytes));
  for (unsigned bit = 0U; bit < 8U * sizeof(bytes); ++bit) {
    bytes[bit / 8U] ^= (uint8_t)(1U << (bit % 8U));
    ck_assert(sim_hash_bytes(sim_hash_start(), bytes, sizeof(bytes)) != plain);
    bytes[bit / 8U] = 0U;
  }
  ck_assert(sim_hash_bytes(sim_hash_start(), bytes, 36U) != plain);
}

END_TEST

static Suite* suite(void)
{
  Suite* const s     = suite_create("sim world");
  TCase* const tests = tcase_create("world");
  tcase_add_test(tests, events_happen_in_order_of_time_then_of_asking);
  tcase_add_test(tests, a_run_stops_at_its_time_and_goes_on_from_there);
  tcase_add_test(tests, what_is_asked_for_in_the_past_happens_now);
  tcase_add_loop_test(tests,
                      a_clock_and_its_inverse_agree_to_the_nanosecond,
                      0,
                      (int)(sizeof(clocks) / sizeof(clocks[0])));
  tcase_add_test(tests, a_fast_clock_gains_its_skew);
  tcase_add_test(tests, a_card_plays_at_the_rate_of_its_own_crystal);
  tcase_add_test(tests, a_late_wake_up_does_not_move_later_blocks);
  tcase_add_test(tests, a_stopped_card_is_silent);
  tcase_add_test(tests, every_bit_of_the_input_changes_the_hash);
  suite_add_tcase(s, tests);
  return s;
}

int main(void)
{
  SRunner* const runner = srunner_create(suite());
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
