// SPDX-License-Identifier: MIT
// The store: a ring of samples indexed by stream position, and their bits.

#include "playout/store.h"

#include <string.h>

#include "base/rt_poison.h"

#define MASK (PLAYOUT_STORE - 1U)

static unsigned slot_of(const int64_t position)
{
  return (unsigned)((uint64_t)position & MASK);
}

static void mark(PlayoutStore* const store,
                 const int64_t       at,
                 const unsigned      frames,
                 const bool          real)
{
  unsigned slot = slot_of(at);
  unsigned left = frames;
  while (left > 0U) {
    const unsigned bit   = slot % 64U;
    const unsigned room  = 64U - bit;
    const unsigned count = left < room ? left : room;
    const uint64_t ones =
      (count == 64U) ? UINT64_MAX : ((UINT64_C(1) << count) - 1U) << bit;
    uint64_t* const word = &store->real[slot / 64U];
    *word                = real ? (*word | ones) : (*word & ~ones);
    slot                 = (slot + count) & MASK;
    left -= count;
  }
}

/// Returns the number of zeros below the lowest one of a word that has one.
static unsigned lowest_one(const uint64_t word)
{
  uint64_t rest  = word;
  unsigned count = 0U;
  for (unsigned width = 32U; width > 0U; width /= 2U) {
    if (!(rest & ((UINT64_C(1) << width) - 1U))) {
      rest >>= width;
      count += width;
    }
  }
  return count;
}

void playout_store_reset(PlayoutStore* const store, const int64_t position)
{
  memset(store->real, 0, sizeof(store->real));
  if (store->samples) {
    memset(store->samples, 0, PLAYOUT_STORE * sizeof(float));
  }
  store->head = position;
}

void playout_store_put(PlayoutStore* const store,
                       const int64_t       at,
                       const float* const  samples,
                       const unsigned      frames)
{
  const unsigned slot  = slot_of(at);
  const unsigned room  = PLAYOUT_STORE - slot;
  const unsigned first = frames < room ? frames : room;
  memcpy(store->samples + slot, samples, first * sizeof(float));
  memcpy(store->samples, samples + first, (frames - first) * sizeof(float));
}

void playout_store_read(const PlayoutStore* const store,
                        const int64_t             at,
                        float* const              out,
                        const unsigned            frames)
{
  const unsigned slot  = slot_of(at);
  const unsigned room  = PLAYOUT_STORE - slot;
  const unsigned first = frames < room ? frames : room;
  memcpy(out, store->samples + slot, first * sizeof(float));
  memcpy(out + first, store->samples, (frames - first) * sizeof(float));
}

void playout_store_extend(PlayoutStore* const store, const int64_t end)
{
  if (end <= store->head) {
    return;
  }
  if (end - store->head >= (int64_t)PLAYOUT_STORE) {
    playout_store_reset(store, end);
    return;
  }
  const unsigned frames = (unsigned)(end - store->head);
  mark(store, store->head, frames, false);
  if (store->samples) {
    const unsigned slot  = slot_of(store->head);
    const unsigned room  = PLAYOUT_STORE - slot;
    const unsigned first = frames < room ? frames : room;
    memset(store->samples + slot, 0, first * sizeof(float));
    memset(store->samples, 0, (frames - first) * sizeof(float));
  }
  store->head = end;
}

void playout_store_write(PlayoutStore* const store,
                         const int64_t       position,
                         const float* const  samples,
                         const unsigned      frames)
{
  playout_store_extend(store, position + (int64_t)frames);
  const int64_t  oldest = store->head - (int64_t)PLAYOUT_STORE;
  const int64_t  before = oldest - position;
  const unsigned skip   = (before <= 0)                ? 0U
                          : (before < (int64_t)frames) ? (unsigned)before
                                                       : frames;
  mark(store, position + skip, frames - skip, true);
  if (store->samples) {
    playout_store_put(store, position + skip, samples + skip, frames - skip);
  }
}

unsigned playout_store_run(const PlayoutStore* const store,
                           const int64_t             at,
                           const int64_t             end,
                           bool* const               real)
{
  const unsigned limit = (unsigned)(end - at);
  unsigned       slot  = slot_of(at);
  unsigned       count = 0U;
  *real                = (store->real[slot / 64U] >> (slot % 64U)) & 1U;
  while (count < limit) {
    const uint64_t word  = store->real[slot / 64U];
    const uint64_t other = (*real ? ~word : word) >> (slot % 64U);
    if (other) {
      count += lowest_one(other);
      break;
    }
    count += 64U - slot % 64U;
    slot = (slot + 64U - slot % 64U) & MASK;
  }
  return count < limit ? count : limit;
}

bool playout_store_is_real(const PlayoutStore* const store,
                           const int64_t             at,
                           const int64_t             end)
{
  bool real = false;
  return end <= at ||
         (end <= store->head && at >= store->head - (int64_t)PLAYOUT_STORE &&
          playout_store_run(store, at, end, &real) == (unsigned)(end - at) &&
          real);
}
