// SPDX-License-Identifier: MIT
// base64url without padding. One text per byte string: spare bits must be zero.

#include "wire/wire.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "abcdefghijklmnopqrstuvwxyz0123456789-_";

static size_t text_length(const size_t size)
{
  const size_t rest = size % 3U;
  return size / 3U * 4U + (rest > 0U ? rest + 1U : 0U);
}

size_t wire_base64_encode(const uint8_t* const bytes,
                          const size_t         size,
                          char* const          out,
                          const size_t         capacity)
{
  // Compared by division first, as the length itself could overflow
  if (size / 3U >= capacity / 4U + 1U || text_length(size) >= capacity) {
    return 0U;
  }
  uint32_t bits   = 0U;
  unsigned count  = 0U;
  size_t   length = 0U;
  for (size_t i = 0U; i < size; ++i) {
    bits = ((bits << 8U) | bytes[i]) & 0x3FFFU;
    count += 8U;
    while (count >= 6U) {
      count -= 6U;
      out[length++] = letters[(bits >> count) & 63U];
    }
  }
  if (count > 0U) {
    out[length++] = letters[(bits << (6U - count)) & 63U];
  }
  out[length] = '\0';
  return length;
}

// Returns the value of a letter, or 64.
static uint32_t value_of(const char c)
{
  if (c >= 'A' && c <= 'Z') {
    return (uint32_t)(c - 'A');
  }
  if (c >= 'a' && c <= 'z') {
    return (uint32_t)(c - 'a') + 26U;
  }
  if (c >= '0' && c <= '9') {
    return (uint32_t)(c - '0') + 52U;
  }
  return c == '-' ? 62U : c == '_' ? 63U : 64U;
}

bool wire_base64_decode(const char* const text,
                        const size_t      length,
                        uint8_t* const    out,
                        const size_t      size)
{
  if (size / 3U > length / 4U || length != text_length(size)) {
    return false;
  }
  uint32_t bits  = 0U;
  unsigned count = 0U;
  size_t   done  = 0U;
  for (size_t i = 0U; i < length; ++i) {
    const uint32_t value = value_of(text[i]);
    if (value > 63U) {
      return false;
    }
    bits = ((bits << 6U) | value) & 0x3FFFU;
    count += 6U;
    if (count >= 8U) {
      count -= 8U;
      out[done++] = (uint8_t)(bits >> count);
    }
  }
  return (bits & ((1U << count) - 1U)) == 0U;
}
