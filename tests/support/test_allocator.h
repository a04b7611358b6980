// SPDX-License-Identifier: MIT
// An allocator that counts, finds leaks and overruns, and fails on demand.
//
//   TestAllocator memory;
//   unsigned      n = 0U;
//   do {
//     const JamAllocator allocator = test_allocator_init(&memory, n++);
//     Thing* const       thing     = thing_new(&allocator);
//     ck_assert_int_eq(thing == NULL, memory.failed);
//     thing_free(thing);
//     ck_assert(test_allocator_is_clean(&memory));
//   } while (memory.failed);

#ifndef JAM_TEST_ALLOCATOR_H
#define JAM_TEST_ALLOCATOR_H

#include <jamnet/types.h>

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define TEST_ALLOCATOR_NEVER_FAIL UINT_MAX

typedef struct TestAllocator {
  unsigned fail_at;    ///< Refuse this allocation only, counted from 0
  unsigned count;      ///< Allocations asked for
  unsigned live;       ///< Allocations not yet released
  size_t   live_bytes; ///< Bytes not yet released
  size_t   peak_bytes; ///< Most bytes ever live
  bool     failed;     ///< The allocation at `fail_at` was asked for
  bool     corrupt;    ///< Something foreign or overrun was released
} TestAllocator;

// Lies in front of each block, padded to the strictest alignment, and is
// repeated behind it.
typedef struct TestBlock {
  uint64_t magic;
  uint64_t size;
} TestBlock;

#define TEST_BLOCK_MAGIC UINT64_C(0x1F2E3D4C5B6A7988)
#define TEST_BLOCK_SPACE 32U

static inline void* test_allocator_alloc(void* const context, const size_t size)
{
  TestAllocator* const self = (TestAllocator*)context;
  if (self->count++ == self->fail_at) {
    self->failed = true;
    return NULL;
  }
  const TestBlock block = {TEST_BLOCK_MAGIC, size};
  uint8_t* const  base =
    (uint8_t*)malloc(TEST_BLOCK_SPACE + size + sizeof(block));
  if (!base) {
    return NULL;
  }
  // Not zeros: an allocator owes its caller none
  memset(base, 0xA5, TEST_BLOCK_SPACE + size);
  memcpy(base, &block, sizeof(block));
  memcpy(base + TEST_BLOCK_SPACE + size, &block, sizeof(block));
  ++self->live;
  self->live_bytes += size;
  if (self->live_bytes > self->peak_bytes) {
    self->peak_bytes = self->live_bytes;
  }
  return base + TEST_BLOCK_SPACE;
}

static inline void test_allocator_release(void* const context,
                                          void* const memory)
{
  TestAllocator* const self = (TestAllocator*)context;
  uint8_t* const       base = (uint8_t*)memory - TEST_BLOCK_SPACE;
  TestBlock            block;
  memcpy(&block, base, sizeof(block));
  if (block.magic != TEST_BLOCK_MAGIC ||
      memcmp(&block, base + TEST_BLOCK_SPACE + block.size, sizeof(block)) !=
        0) {
    self->corrupt = true;
    return;
  }
  --self->live;
  self->live_bytes -= (size_t)block.size;
  memset(base, 0x5A, TEST_BLOCK_SPACE + (size_t)block.size);
  free(base);
}

/// Starts counting; allocation `fail_at` will be refused. `self` must outlive
/// all that is allocated through the allocator returned.
static inline JamAllocator test_allocator_init(TestAllocator* const self,
                                               const unsigned       fail_at)
{
  memset(self, 0, sizeof(*self));
  self->fail_at                = fail_at;
  const JamAllocator allocator = {test_allocator_alloc,
                                  test_allocator_release,
                                  self};
  return allocator;
}

/// Returns true when all that was allocated came back unharmed.
static inline bool test_allocator_is_clean(const TestAllocator* const self)
{
  return self->live == 0U && self->live_bytes == 0U && !self->corrupt;
}

#endif // JAM_TEST_ALLOCATOR_H
