// SPDX-License-Identifier: MIT
// Allocation through the caller's allocator.

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

void* jam_mem_new(const JamAllocator* const allocator, const size_t size)
{
  if (!allocator) {
    return calloc(1, size);
  }
  void* const memory = allocator->alloc(allocator->context, size);
  if (memory) {
    memset(memory, 0, size);
  }
  return memory;
}

void jam_mem_free(const JamAllocator* const allocator, void* const memory)
{
  if (!memory) {
    return;
  }
  if (allocator) {
    allocator->release(allocator->context, memory);
  } else {
    free(memory);
  }
}
