// SPDX-License-Identifier: MIT
// Token packet to samples, at the rate of the lanes that are left.

#include "jellie/lift.h"
#include "jellie/packet.h"
#include "jellie/predict.h"

#include "wire/wire.h"

#include <string.h>

// One string to be read.
typedef struct Lane {
  int32_t*             values; ///< First of `count`, which are `step` apart
  const JellieLaneRow* row;
  const JellieReach*   reach;
  JellieShape          shape;
  unsigned             step;
  unsigned             count;
  unsigned             depth;
  unsigned             rice;
  bool                 flat;
} Lane;

// Reads a plain value, in two's complement.
static int32_t read_value(WireTextReader* const reader, const unsigned depth)
{
  const uint32_t top = UINT32_C(1) << (depth - 1U);
  return (int32_t)((wire_text_get(reader, depth) ^ top)) - (int32_t)top;
}

// Reads a small number of either sign; JELLIE_ESCAPE / 2 is one too large.
static int read_signed(WireTextReader* const reader)
{
  const int zigzag = (int)wire_text_get_zeros(reader, JELLIE_ESCAPE);
  return zigzag % 2 ? -(zigzag / 2) - 1 : zigzag / 2;
}

// Reads the difference of one value from its prediction, or the plain value.
// Returns false if it leaves the range.
static bool read_residual(WireTextReader* const reader,
                          const Lane* const     lane,
                          const int64_t         sum,
                          const unsigned        rice,
                          int32_t* const        out)
{
  uint32_t quotient = wire_text_get_zeros(reader, JELLIE_ESCAPE);
  if (quotient == JELLIE_ESCAPE) {
    *out = read_value(reader, lane->depth);
    return true;
  }
  if (lane->flat) {
    quotient = quotient ? quotient + 1U : wire_text_get(reader, 1U);
  }
  const uint32_t zigzag = quotient << rice | wire_text_get(reader, rice);
  const int64_t  half   = (int64_t)(zigzag >> 1U);
  const int64_t  value =
    jellie_round(sum, lane->depth) + (zigzag & 1U ? -half - 1 : half);
  const int64_t top = INT64_C(1) << (lane->depth - 1U);
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

// Reads samples that have a place each.
static bool read_places(WireTextReader* const reader,
                        const Lane* const     lane,
                        const unsigned        begin,
                        const unsigned        end)
{
  const JellieLaneRow* const row  = lane->row;
  bool                       good = true;
  for (unsigned i = begin; good && i < end; ++i) {
    int32_t* const at    = lane->values + i * lane->step;
    const unsigned place = jellie_place(&lane->shape, i, lane->count);
    // The first samples of one lane have as many others as come before them
    const unsigned taps = lane->step == 1U ? i : JELLIE_TAPS;
    int64_t        sum  = 0;
    for (unsigned t = 0U; t < taps; ++t) {
      sum += (int64_t)row->taps[t][place] * at[lane->reach->at[t][place]];
    }
    good =
      read_residual(reader,
                    lane,
                    sum,
                    jellie_rice(lane->rice, row->widths[place], lane->depth),
                    at);
  }
  return good;
}

// Reads samples that share a place.
static bool read_middle(WireTextReader* const reader,
                        const Lane* const     lane,
                        const unsigned        begin,
                        const unsigned        end)
{
  const unsigned place = lane->shape.middle;
  const unsigned rice =
    jellie_rice(lane->rice, lane->row->widths[place], lane->depth);
  int32_t   taps[JELLIE_TAPS];
  ptrdiff_t reach[JELLIE_TAPS];
  bool      good = true;
  for (unsigned t = 0U; t < JELLIE_TAPS; ++t) {
    taps[t]  = lane->row->taps[t][place];
    reach[t] = lane->reach->at[t][place];
  }
  for (unsigned i = begin; good && i < end; ++i) {
    int32_t* const at  = lane->values + i * lane->step;
    int64_t        sum = 0;
    for (unsigned t = JELLIE_TAPS; t-- > 0U;) {
      sum += (int64_t)taps[t] * at[reach[t]];
    }
    good = read_residual(reader, lane, sum, rice, at);
  }
  return good;
}

static bool read_lane(WireTextReader* const reader, const Lane* const lane)
{
  const unsigned head = lane->shape.head;
  const unsigned tail = lane->count - lane->shape.tail;
  if (lane->rice == JELLIE_VERBATIM) {
    return read_values(reader, lane);
  }
  return read_places(reader, lane, 0U, head) &&
         (head == tail || read_middle(reader, lane, head, tail)) &&
         read_places(reader, lane, tail, lane->count);
}

// Reads the code of the first string. Returns false if there is no such code.
static bool read_code(const unsigned code, Lane* const out)
{
  out->rice = code == JELLIE_VERBATIM ? JELLIE_VERBATIM : code / 2U;
  out->flat = code != JELLIE_VERBATIM && code % 2U;
  return out->rice == JELLIE_VERBATIM || out->rice <= out->depth;
}

// Reads steps away from a row. Returns false if they lead too far.
static bool read_steps(WireTextReader* const reader,
                       const int16_t* const  table,
                       JellieLaneRow* const  out)
{
  int16_t        entries[JELLIE_ORDER];
  const unsigned order = wire_text_get(reader, JELLIE_ORDER_BITS) + 1U;
  bool           good  = true;
  memcpy(entries, table, sizeof(entries));
  for (unsigned i = 0U; i < order; ++i) {
    const int steps = read_signed(reader);
    const int entry = table[i] + steps * (1 << JELLIE_STEP_BITS);
    good &= steps < (int)JELLIE_ESCAPE / 2 && entry <= INT16_MAX &&
            entry >= -INT16_MAX;
    entries[i] = (int16_t)entry;
  }
  return good && jellie_derive_single(entries, out);
}

static bool read_single(WireTextReader* const   reader,
                        const JellieTaps* const taps,
                        Lane* const             lane)
{
  JellieLaneRow moved;
  unsigned      code    = wire_text_get(reader, JELLIE_CODE_BITS);
  const bool    refined = code == JELLIE_REFINED;
  if (refined) {
    code = wire_text_get(reader, JELLIE_CODE_BITS);
  }
  if (!read_code(code, lane) || (refined && code == JELLIE_VERBATIM)) {
    return false;
  }
  if (lane->rice != JELLIE_VERBATIM) {
    const unsigned index = wire_text_get(reader, JELLIE_ROW_BITS);
    lane->row            = &taps->rows[index].single;
    if (refined) {
      memcpy(moved.widths, lane->row->widths, sizeof(moved.widths));
      if (!read_steps(reader, taps->reflection[index], &moved)) {
        return false;
      }
      lane->row = &moved;
    }
  }
  return read_lane(reader, lane);
}

// Reads what comes before the samples of a lane of the tree. The first one
// brings the row and what the others expect.
static bool read_begin(WireTextReader* const   reader,
                       const JellieTaps* const taps,
                       const unsigned          string,
                       const JellieRow** const row,
                       unsigned* const         base,
                       Lane* const             lane)
{
  if (string == 0U) {
    if (!read_code(wire_text_get(reader, JELLIE_CODE_BITS), lane)) {
      return false;
    }
    *row      = &taps->rows[wire_text_get(reader, JELLIE_ROW_BITS)];
    *base     = lane->rice < lane->depth ? lane->rice : lane->depth;
    lane->row = &(*row)->lanes[0];
    return true;
  }
  lane->row       = &(*row)->lanes[string];
  const int steps = read_signed(reader);
  const int rice =
    (int)jellie_rice(*base, lane->row->rice, lane->depth) + steps;
  lane->rice =
    steps == (int)JELLIE_ESCAPE / 2 ? JELLIE_VERBATIM : (unsigned)rice;
  return lane->rice == JELLIE_VERBATIM ||
         (rice >= 0 && rice <= (int)lane->depth);
}

static bool read_tree(const JelliePacket* const packet,
                      const JellieTaps* const   taps,
                      Lane* const               lane,
                      int32_t* const            block)
{
  const JellieRow* row  = NULL;
  unsigned         base = 0U;
  for (unsigned string = 0U; string + 1U < packet->count; ++string) {
    const size_t size = packet->sizes[string + 1U];
    if (size == 0U) {
      continue; // Zeros
    }
    if (string > 0U && !row) {
      return false;
    }
    WireTextReader reader;
    wire_text_reader_init(&reader, packet->strings[string + 1U], size);
    lane->values = block + jellie_firsts[string];
    lane->reach  = &jellie_reach[string];
    if (!read_begin(&reader, taps, string, &row, &base, lane) ||
        !read_lane(&reader, lane) || !wire_text_at_end(&reader)) {
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
  // Zeros before a block of one lane, as its first samples have no others
  int32_t                   buffer[JELLIE_ORDER + JELLIE_MAX_FRAMES] = {0};
  const JellieFormat* const format = &out->format;
  const JellieTaps* const   taps   = format->rate_hz > 48000U ? high : low;
  int32_t* const            block  = buffer + JELLIE_ORDER;
  bool                      good   = true;
  Lane                      lane   = {block,
                                      NULL,
                                      &jellie_reach_single,
                                      jellie_shape(format),
                                      format->lanes,
                                      (unsigned)format->frames / format->lanes,
                                      jellie_depth(format),
                                      0U,
                                      false};
  memset(buffer,
         0,
         (JELLIE_ORDER + (size_t)format->frames) * sizeof(buffer[0]));
  if (format->lanes == 4U) {
    good = read_tree(packet, taps, &lane, block);
    if (good) {
      jellie_unlift(block, format->frames, out->division);
    }
  } else if (packet->sizes[1] > 0U) {
    WireTextReader reader;
    wire_text_reader_init(&reader, packet->strings[1], packet->sizes[1]);
    good = read_single(&reader, taps, &lane) && wire_text_at_end(&reader);
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
