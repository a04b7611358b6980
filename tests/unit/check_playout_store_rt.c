// SPDX-License-Identifier: MIT
// The store against a plain model of it, with packets of any size and place.

#include "base/rand.h"
#include "playout/store.h"
#include "unit/playout_suite.h"

#include <string.h>

static PlayoutStore store;
static float        memory[PLAYOUT_STORE];
static JamRand      rand_state;

static void make_store(const int64_t head)
{
  store.samples = memory;
  jam_rand_init(&rand_state, 9U, 1U);
  playout_store_reset(&store, head);
}

static float sample_at(const int64_t position)
{
  return (float)(position % 10007);
}

static void write_at(const int64_t position, const unsigned frames)
{
  float samples[512];
  for (unsigned i = 0U; i < frames; ++i) {
    samples[i] = sample_at(position + (int64_t)i);
  }
  playout_store_write(&store, position, samples, frames);
}

START_TEST(runs_tell_truth_from_gaps_exactly)
{
  static bool   truth[PLAYOUT_STORE + 120000U];
  const int64_t start = -70001; // Positions may be negative
  int64_t       at    = start;
  make_store(start);
  while (at < start + (int64_t)PLAYOUT_STORE + 100000) {
    const unsigned frames = 1U + jam_rand_below(&rand_state, 400U);
    if (jam_rand_below(&rand_state, 3U) > 0U) {
      write_at(at, frames);
      memset(truth + (at - start), 1, frames);
    }
    at += frames;
  }
  playout_store_extend(&store, at);
  for (int64_t p = at - (int64_t)PLAYOUT_STORE; p < at;) {
    bool           real = false;
    const unsigned run  = playout_store_run(&store, p, at, &real);
    ck_assert_uint_gt(run, 0U);
    for (unsigned i = 0U; i < run; ++i, ++p) {
      float sample = 0.0F;
      ck_assert_int_eq(truth[p - start], real);
      playout_store_read(&store, p, &sample, 1U);
      const float wanted = real ? sample_at(p) : 0.0F;
      ck_assert(sample >= wanted && sample <= wanted);
    }
    if (p < at) {
      ck_assert_int_ne(truth[p - start], real);
    }
  }
}

END_TEST

START_TEST(what_is_older_than_the_store_is_left_out)
{
  make_store(0);
  write_at(900000, 64U);
  const int64_t oldest = 900064 - (int64_t)PLAYOUT_STORE;
  write_at(oldest - 100, 64U);
  write_at(oldest - 32, 64U);
  ck_assert(playout_store_is_real(&store, 900000, 900064));
  ck_assert(playout_store_is_real(&store, oldest, oldest + 32));
  ck_assert(!playout_store_is_real(&store, oldest, oldest + 33));
  ck_assert(!playout_store_is_real(&store, oldest - 1, oldest));
}

END_TEST

START_TEST(concealment_is_not_truth)
{
  const float samples[3] = {1.0F, 2.0F, 3.0F};
  float       out[3];
  make_store(0);
  playout_store_extend(&store, 40000);
  playout_store_put(&store, (int64_t)PLAYOUT_STORE - 1, samples, 3U);
  playout_store_read(&store, (int64_t)PLAYOUT_STORE - 1, out, 3U);
  ck_assert_int_eq(memcmp(samples, out, sizeof(out)), 0);
  ck_assert(!playout_store_is_real(&store,
                                   (int64_t)PLAYOUT_STORE - 1,
                                   (int64_t)PLAYOUT_STORE + 2));
}

END_TEST

int main(void)
{
  const TTest* const tests[] = {
    runs_tell_truth_from_gaps_exactly,
    what_is_older_than_the_store_is_left_out,
    concealment_is_not_truth,
  };
  return SUITE_RUN("playout store", tests);
}
