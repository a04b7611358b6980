// SPDX-License-Identifier: MIT
// Reading and writing the ring: wait-free, from any thread but one per side.

#include "base/ring.h"

#include <string.h>

#include "base/rt_poison.h"

static void copy_in(JamRing* const    ring,
                    const uint32_t    at,
                    const void* const data,
                    const uint32_t    size)
{
  const uint32_t begin = at & ring->mask;
  const uint32_t room  = ring->mask + 1U - begin;
  const uint32_t first = size < room ? size : room;
  if (first > 0U) { // An empty piece may be null, which memcpy forbids
    memcpy(ring->data + begin, data, first);
  }
  if (size > first) {
    memcpy(ring->data, (const uint8_t*)data + first, size - first);
  }
}

uint32_t jam_ring_writable(const JamRing* const ring)
{
  const uint32_t w =
    atomic_load_explicit(&ring->write_index, memory_order_relaxed);
  const uint32_t r =
    atomic_load_explicit(&ring->read_index, memory_order_acquire);
  return ring->mask + 1U - (w - r);
}

bool jam_ring_write(JamRing* const    ring,
                    const void* const data,
                    const uint32_t    size)
{
  return jam_ring_write2(ring, data, size, NULL, 0U);
}

bool jam_ring_write2(JamRing* const    ring,
                     const void* const head,
                     const uint32_t    head_size,
                     const void* const body,
                     const uint32_t    body_size)
{
  if ((uint64_t)head_size + body_size > jam_ring_writable(ring)) {
    return false;
  }
  const uint32_t w =
    atomic_load_explicit(&ring->write_index, memory_order_relaxed);
  copy_in(ring, w, head, head_size);
  copy_in(ring, w + head_size, body, body_size);
  atomic_store_explicit(&ring->write_index,
                        w + head_size + body_size,
                        memory_order_release);
  return true;
}

uint32_t jam_ring_readable(const JamRing* const ring)
{
  const uint32_t r =
    atomic_load_explicit(&ring->read_index, memory_order_relaxed);
  const uint32_t w =
    atomic_load_explicit(&ring->write_index, memory_order_acquire);
  return w - r;
}

bool jam_ring_peek(const JamRing* const ring,
                   void* const          out,
                   const uint32_t       size)
{
  if (size > jam_ring_readable(ring)) {
    return false;
  }
  const uint32_t begin =
    atomic_load_explicit(&ring->read_index, memory_order_relaxed) & ring->mask;
  const uint32_t room  = ring->mask + 1U - begin;
  const uint32_t first = size < room ? size : room;
  if (first > 0U) {
    memcpy(out, ring->data + begin, first);
  }
  if (size > first) {
    memcpy((uint8_t*)out + first, ring->data, size - first);
  }
  return true;
}

bool jam_ring_read(JamRing* const ring, void* const out, const uint32_t size)
{
  if (!jam_ring_peek(ring, out, size)) {
    return false;
  }
  jam_ring_skip(ring, size);
  return true;
}

void jam_ring_skip(JamRing* const ring, const uint32_t size)
{
  const uint32_t r =
    atomic_load_explicit(&ring->read_index, memory_order_relaxed);
  const uint32_t have = jam_ring_readable(ring);
  atomic_store_explicit(&ring->read_index,
                        r + (size < have ? size : have),
                        memory_order_release);
}
