// SPDX-License-Identifier: MIT
// Well-formed UTF-8: no overlong forms, no surrogates, none above U+10FFFF.

#include "wire/utf8.h"

#include <stdint.h>

// How many bytes may follow a lead byte, and what the first of them may be:
// its range is what excludes overlong forms, surrogates and the too large.
static size_t
tail_of(const uint8_t lead, uint8_t* const low, uint8_t* const high)
{
  *low  = lead == 0xE0U ? 0xA0U : lead == 0xF0U ? 0x90U : 0x80U;
  *high = lead == 0xEDU ? 0x9FU : lead == 0xF4U ? 0x8FU : 0xBFU;
  if (lead < 0xC2U || lead > 0xF4U) {
    return 0U;
  }
  return lead < 0xE0U ? 1U : lead < 0xF0U ? 2U : 3U;
}

size_t
wire_utf8_next(const char* const text, const size_t size, bool* const good)
{
  const uint8_t lead = (uint8_t)text[0];
  if (lead < 0x80U) {
    *good = true;
    return 1U;
  }
  uint8_t      low  = 0U;
  uint8_t      high = 0U;
  const size_t tail = tail_of(lead, &low, &high);
  size_t       used = 1U;
  while (used <= tail && used < size) {
    const uint8_t byte = (uint8_t)text[used];
    if (byte < low || byte > high) {
      break;
    }
    low  = 0x80U;
    high = 0xBFU;
    ++used;
  }
  *good = tail > 0U && used == tail + 1U;
  return used;
}
