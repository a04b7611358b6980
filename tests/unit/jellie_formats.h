// SPDX-License-Identifier: MIT
// Every format there is, by number.

#ifndef UNIT_JELLIE_FORMATS_H
#define UNIT_JELLIE_FORMATS_H

#include "jellie/jellie.h"

#define FORMAT_COUNT 64U

/// Returns format `number` (0 .. FORMAT_COUNT-1).
static inline JellieFormat format_number(const unsigned number)
{
  static const uint32_t rates[] = {44100U, 48000U, 96000U, 192000U};
  JellieFormat          format  = {rates[number % 4U], 0U, 16U, 4U, 0U, 0U};
  const unsigned        half    = jellie_unit(format.rate_hz) / 2U;
  format.frames                 = (uint16_t)(half << (number / 4U % 4U));
  format.bits                   = number / 16U % 2U ? 24U : 16U;
  format.lanes                  = number / 32U % 2U ? 1U : 4U;
  format.stream                 = (uint8_t)((number * 37U) % 128U);
  return format;
}

/// Encodes a block with nothing behind it.
static inline size_t format_encode(const JellieFormat* const format,
                                   const uint32_t            counter,
                                   const int32_t* const      samples,
                                   char* const               out,
                                   const size_t              capacity)
{
  static JellieEncoder encoder;
  jellie_encoder_init(&encoder);
  return jellie_encode(&encoder, format, counter, samples, out, capacity);
}

#endif // UNIT_JELLIE_FORMATS_H
