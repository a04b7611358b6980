// SPDX-License-Identifier: MIT
// Setup of the ring; what runs on real-time threads is in ring_rt.c.

#include "base/ring.h"

#include "base/memory.h"

#include <string.h>

JamStatus jam_ring_init(JamRing* const            ring,
                        const JamAllocator* const allocator,
                        const size_t              size)
{
  memset(ring, 0, sizeof(*ring));
  if (size < 1U || size > (1U << 30U)) {
    return JAM_ERR_ARGUMENT;
  }
  uint32_t capacity = 1U;
  while (capacity < size) {
    capacity <<= 1U;
  }
  ring->data = (uint8_t*)jam_mem_new(allocator, capacity);
  ring->mask = capacity - 1U;
  return ring->data ? JAM_OK : JAM_ERR_MEMORY;
}

void jam_ring_deinit(JamRing* const ring, const JamAllocator* const allocator)
{
  jam_mem_free(allocator, ring->data);
  memset(ring, 0, sizeof(*ring));
}
