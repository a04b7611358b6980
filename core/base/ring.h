// SPDX-License-Identifier: MIT
// Single-producer single-consumer byte ring: how two threads share a queue.
//
// Indices run freely and wrap at 2^32, so no slot is wasted; each thread loads
// the other's index with acquire and stores its own with release.

#ifndef JAM_BASE_RING_H
#define JAM_BASE_RING_H

#include <jamnet/types.h>

#include <stdatomic.h>
#include <stdbool.h>

typedef struct JamRing {
  uint8_t* data;
  uint32_t mask;
  char     pad0[52]; // Writer and reader index on cache lines of their own
  _Atomic uint32_t write_index;
  char             pad1[60];
  _Atomic uint32_t read_index;
  char             pad2[60];
} JamRing;

/// Gives the ring room for at least `size` bytes (1 .. 2^30; rounded up to a
/// power of two). Setup thread.
/// Returns JAM_ERR_ARGUMENT or JAM_ERR_MEMORY; the ring may then be deinited.
JAM_NODISCARD JamStatus jam_ring_init(JamRing*            ring,
                                      const JamAllocator* allocator,
                                      size_t              size);

/// Releases what `init` took; both threads must have stopped using the ring.
void jam_ring_deinit(JamRing* ring, const JamAllocator* allocator);

/// Returns the number of bytes that can be written. Writing thread.
uint32_t jam_ring_writable(const JamRing* ring) JAM_RT;

/// Writes all `size` bytes, or nothing and returns false. Writing thread.
bool jam_ring_write(JamRing* ring, const void* data, uint32_t size) JAM_RT;

/// Writes two pieces as one transaction (a header and its body), or nothing.
/// Writing thread.
bool jam_ring_write2(JamRing*    ring,
                     const void* head,
                     uint32_t    head_size,
                     const void* body,
                     uint32_t    body_size) JAM_RT;

/// Returns the number of bytes that can be read. Reading thread.
uint32_t jam_ring_readable(const JamRing* ring) JAM_RT;

/// Copies `size` bytes without consuming them, or returns false. Reading
/// thread.
bool jam_ring_peek(const JamRing* ring, void* out, uint32_t size) JAM_RT;

/// Reads all `size` bytes, or nothing and returns false. Reading thread.
bool jam_ring_read(JamRing* ring, void* out, uint32_t size) JAM_RT;

/// Consumes `size` bytes unread (at most those readable). Reading thread.
void jam_ring_skip(JamRing* ring, uint32_t size) JAM_RT;

#endif // JAM_BASE_RING_H
