// SPDX-License-Identifier: MIT
// Multiply and fold, eight bytes at a time (the idea of FNV-1a, on words, with
// the high half folded back so that every bit reaches every other).

#include "sim/sim_hash.h"

#include <string.h>

uint64_t sim_hash_start(void)
{
  return UINT64_C(0x9E3779B97F4A7C15);
}

uint64_t sim_hash_u64(const uint64_t hash, const uint64_t number)
{
  const uint64_t mixed = (hash ^ number) * UINT64_C(0xD6E8FEB86659FD93);
  return mixed ^ (mixed >> 32U);
}

uint64_t
sim_hash_bytes(uint64_t hash, const void* const data, const size_t size)
{
  const uint8_t* const bytes = (const uint8_t*)data;
  size_t               i     = 0U;
  for (; i + 8U <= size; i += 8U) {
    uint64_t word = 0U;
    memcpy(&word, bytes + i, 8U);
    hash = sim_hash_u64(hash, word);
  }
  uint64_t tail = 0U;
  for (unsigned shift = 0U; i < size; ++i, shift += 8U) {
    tail |= (uint64_t)bytes[i] << shift;
  }
  return sim_hash_u64(sim_hash_u64(hash, tail), size);
}
