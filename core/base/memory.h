// SPDX-License-Identifier: MIT
// Allocation through the caller's allocator; used by `_new` functions only.

#ifndef JAM_BASE_MEMORY_H
#define JAM_BASE_MEMORY_H

#include <jamnet/types.h>

/// Returns `size` zeroed bytes, or null. A null allocator means the C library.
void* jam_mem_new(const JamAllocator* allocator, size_t size);

/// Gives memory back to the allocator it came from; null memory is ignored.
void jam_mem_free(const JamAllocator* allocator, void* memory);

#endif // JAM_BASE_MEMORY_H
