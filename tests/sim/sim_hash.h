// SPDX-License-Identifier: MIT
// One number for everything that happened in a run. Not for secrets.

#ifndef JAM_SIM_HASH_H
#define JAM_SIM_HASH_H

#include <stddef.h>
#include <stdint.h>

/// Returns the hash to start from.
uint64_t sim_hash_start(void);

/// Returns `hash` with `size` bytes taken in. How the bytes are cut into calls
/// matters.
uint64_t sim_hash_bytes(uint64_t hash, const void* data, size_t size);

/// Returns `hash` with a number taken in.
uint64_t sim_hash_u64(uint64_t hash, uint64_t number);

#endif // JAM_SIM_HASH_H
