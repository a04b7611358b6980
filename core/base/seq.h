// SPDX-License-Identifier: MIT
// Arithmetic on counters that wrap on the wire (RFC 1982 style).

#ifndef JAM_BASE_SEQ_H
#define JAM_BASE_SEQ_H

#include <stdint.h>

/// Returns the full counter nearest to `reference` whose low `bits` bits equal
/// `low` (1 <= bits <= 32). Exactly half a cycle away counts as ahead.
static inline int64_t
jam_seq_unwrap(const int64_t reference, const uint32_t low, const unsigned bits)
{
  const uint64_t mask  = (UINT64_C(1) << bits) - 1U;
  const uint64_t ahead = ((uint64_t)low - (uint64_t)reference) & mask;
  const uint64_t half  = UINT64_C(1) << (bits - 1U);
  const uint64_t step  = ahead <= half ? ahead : ahead - mask - 1U;
  return (int64_t)((uint64_t)reference + step); // Unsigned: may not overflow
}

#endif // JAM_BASE_SEQ_H
