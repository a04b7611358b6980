// SPDX-License-Identifier: MIT
// Token packet to samples, at the rate of the lanes that are left.

#include "jellie/lift.h"
#include "jellie/packet.h"
#include "jellie/predict.h"

#include "wire/wire.h"

#include <string.h>

// One string to be read.
typedef struct Lane {
  int32_t* values; ///< First of `count`, which are `step` apart
  unsigned step;
  unsigned count;
  unsigned depth;
} Lane;

// Reads a plain value of the lane, in two's complement.
static int32_t read_value(WireTextReader* const reader, const unsigned depth)
{
  const uint32_t top = UINT32_C(1) << (depth - 1U);
  return (int32_t)((wire_text_get(reader, depth) ^ top)) - (int32_t)top;
}

// Reads the difference of one value from its prediction, or the plain value.
// Returns false if it leaves the range.
static bool read_residual(WireTextReader* const reader,
                          const int64_t         sum,
                          const unsigned        rice,
                          const unsigned        depth,
                          int32_t* const        out)
{
  const uint32_t quotient = wire_text_get_zeros(reader, JELLIE_ESCAPE);
  if (quotient == JELLIE_ESCAPE) {
    *out = read_value(reader, depth);
    return true;
  }
  const uint32_t zigzag = (quotient << rice) | wire_text_get(reader, rice);
  const int64_t  half   = (int64_t)(zigzag >> 1U);
  const int64_t  value =
    jellie_round(sum, depth) + (zigzag & 1U ? -half - 1 : half);
  const int64_t top = INT64_C(1) << (depth - 1U);
  *out              = (int32_t)value;
  return value >= -top && value < top;
}

static bool read_values(WireTextReader* const reader, const Lane* const lane)
{
  for (unsigned i = 0U; i < lane->count; ++i) {
    lane->values[i * lane->step] = read_value(reader, lane->depth);
  }
  return true;
}

static bool read_single(WireTextReader* const   reader,
                        const Lane* const       lane,
                        const JellieTaps* const taps)
{
  const unsigned rice = wire_text_get(reader, JELLIE_RICE_BITS);
  if (rice == JELLIE_VERBATIM) {
    return read_values(reader, lane);
  }
  const unsigned index = wire_text_get(reader, JELLIE_ROW_BITS);
  if (rice > lane->depth) {
    return false;
  }
  const JellieRow* const row  = &taps->rows[index];
  const int32_t*         tap  = row->rising;
  bool                   good = true;
  for (unsigned i = 0U; i < JELLIE_ORDER; ++i) {
    int32_t* const at  = lane->values + i;
    int64_t        sum = 0;
    for (unsigned t = 0U; t < i; ++t) {
      sum += (int64_t)*tap++ * at[-1 - (int)t];
    }
    good &= read_residual(reader,
                          sum,
                          jellie_rice(rice, row->widths[i], lane->depth),
                          lane->depth,
                          at);
  }
  for (unsigned i = JELLIE_ORDER; good && i < lane->count; ++i) {
    int32_t* const at  = lane->values + i;
    int64_t        sum = 0;
    for (unsigned t = JELLIE_ORDER; t-- > 0U;) {
      sum += (int64_t)tap[t] * at[-1 - (int)t];
    }
    good = read_residual(reader, sum, rice, lane->depth, at);
  }
  return good;
}

// Reads what all lanes of a packet need from its first string, or what the
// others say of their own. Returns JELLIE_VERBATIM or at most the depth.
static bool read_rice(WireTextReader* const      reader,
                      const JellieLaneRow* const row,
                      const unsigned             depth,
                      unsigned* const            base,
                      unsigned* const            out)
{
  const unsigned zeros    = wire_text_get_zeros(reader, JELLIE_ESCAPE);
  const int      expected = (int)jellie_rice(*base, row->rice, depth);
  const int      half     = (int)(zeros / 2U);
  const int      rice     = zeros % 2U ? expected - half - 1 : expected + half;
  *out = zeros == JELLIE_ESCAPE ? JELLIE_VERBATIM : (unsigned)rice;
  return zeros == JELLIE_ESCAPE || (rice >= 0 && rice <= (int)depth);
}

static bool read_lane(WireTextReader* const      reader,
                      const Lane* const          lane,
                      const JellieLaneRow* const row,
                      const JellieReach* const   reach,
                      const unsigned             rice)
{
  bool good = true;
  if (rice == JELLIE_VERBATIM) {
    return read_values(reader, lane);
  }
  for (unsigned i = 0U; good && i < lane->count; ++i) {
    const unsigned place = jellie_place(i, lane->count);
    int32_t* const at    = lane->values + i * lane->step;
    int64_t        sum   = 0;
    for (unsigned t = 0U; t < JELLIE_LANE_TAPS; ++t) {
      sum += (int64_t)row->taps[t][place] * at[reach->at[t][place]];
    }
    good = read_residual(reader,
                         sum,
                         jellie_rice(rice, row->widths[place], lane->depth),
                         lane->depth,
                         at);
  }
  return good;
}

static bool read_tree(const JelliePacket* const packet,
                      const JellieTaps* const   taps,
                      const JellieFormat* const format,
                      int32_t* const            block)
{
  const unsigned depth = jellie_depth(format);
  unsigned       base  = 0U;
  unsigned       index = 0U;
  for (unsigned string = 0U; string + 1U < packet->count; ++string) {
    const size_t size = packet->sizes[string + 1U];
    const Lane   lane = {block + jellie_firsts[string],
                         4U,
                         format->frames / 4U,
                         depth};
    if (size == 0U) {
      continue;
    }
    if (packet->sizes[1] == 0U) {
      return false;
    }
    WireTextReader reader;
    wire_text_reader_init(&reader, packet->strings[string + 1U], size);
    unsigned rice = 0U;
    if (string == 0U) {
      rice  = wire_text_get(&reader, JELLIE_RICE_BITS);
      index = wire_text_get(&reader, JELLIE_ROW_BITS);
      base  = rice < depth ? rice : depth;
      if (rice > depth && rice != JELLIE_VERBATIM) {
        return false;
      }
    } else if (!read_rice(&reader,
                          &taps->rows[index].lanes[string],
                          depth,
                          &base,
                          &rice)) {
      return false;
    }
    if (!read_lane(&reader,
                   &lane,
                   &taps->rows[index].lanes[string],
                   &jellie_reach[string],
                   rice) ||
        !wire_text_at_end(&reader)) {
      return false;
    }
  }
  return true;
}

// Values to samples: back to the low bits. Returns whether all of them are in
// range; thinned lanes may overshoot and are clamped.
static bool give(const int32_t* const block, JellieBlock* const out)
{
  const unsigned depth = (unsigned)out->format.bits - out->format.shift;
  const int32_t  top   = (int32_t)(UINT32_C(1) << (depth - 1U)) - 1;
  const int32_t  unit  = 1 << out->format.shift;
  bool           good  = true;
  for (unsigned i = 0U; i < out->frames; ++i) {
    const int32_t value   = block[i * out->division];
    const int32_t limited = value > top        ? top
                            : value < -top - 1 ? -top - 1
                                               : value;
    good &= limited == value;
    out->samples[i] = limited * unit;
  }
  return good || out->division > 1U;
}

static JamStatus decode_packet(const JelliePacket* const packet,
                               const JellieTaps* const   low,
                               const JellieTaps* const   high,
                               JellieBlock* const        out)
{
  const JamStatus status = jellie_head_read(packet, out);
  if (status) {
    return status;
  }
  const JellieFormat* const format = &out->format;
  const JellieTaps* const   taps   = format->rate_hz > 48000U ? high : low;
  int32_t                   block[JELLIE_MAX_FRAMES];
  bool                      good = true;
  memset(block, 0, format->frames * sizeof(block[0]));
  if (format->lanes == 4U) {
    good = read_tree(packet, taps, format, block);
    if (good) {
      jellie_unlift(block, format->frames, out->division);
    }
  } else if (packet->sizes[1] > 0U) {
    const Lane     lane = {block, 1U, format->frames, jellie_depth(format)};
    WireTextReader reader;
    wire_text_reader_init(&reader, packet->strings[1], packet->sizes[1]);
    good = read_single(&reader, &lane, taps) && wire_text_at_end(&reader);
  }
  return good && give(block, out) ? JAM_OK : JAM_ERR_FORMAT;
}

JamStatus jellie_decode_with(const JellieTaps* const low,
                             const JellieTaps* const high,
                             const char* const       text,
                             const size_t            size,
                             JellieBlock* const      out)
{
  JelliePacket packet;
  JamStatus    status = jellie_packet_read(text, size, &packet);
  if (!status) {
    status = decode_packet(&packet, low, high, out);
  }
  jellie_packet_release(&packet);
  return status;
}

JamStatus
jellie_decode(const char* const text, const size_t size, JellieBlock* const out)
{
  return jellie_decode_with(&jellie_taps_low,
                            &jellie_taps_high,
                            text,
                            size,
                            out);
}

JamStatus
jellie_peek(const char* const text, const size_t size, JellieBlock* const out)
{
  JelliePacket packet;
  JamStatus    status = jellie_packet_read(text, size, &packet);
  if (!status) {
    status = jellie_head_read(&packet, out);
  }
  jellie_packet_release(&packet);
  return status;
}
