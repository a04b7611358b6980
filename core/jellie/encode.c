// SPDX-License-Identifier: MIT
// Samples to token packet.

#include "jellie/lift.h"
#include "jellie/packet.h"
#include "jellie/search.h"

#include "wire/wire.h"

#include <string.h>

#define WINDOW_FALL 32U // Samples over which the window ends

static double smooth(const double at)
{
  return at * at * (3.0 - 2.0 * at);
}

// Makes the window of the encoder, which ends with the block.
static void set_frames(JellieEncoder* const encoder, const unsigned frames)
{
  const unsigned count = JELLIE_HISTORY + frames;
  encoder->frames      = frames;
  for (unsigned i = 0U; i < count; ++i) {
    const double rise = (i + 0.5) / JELLIE_HISTORY;
    const double fall = (count - i - 0.5) / WINDOW_FALL;
    encoder->window[i] =
      (rise < 1.0 ? smooth(rise) : 1.0) * (fall < 1.0 ? smooth(fall) : 1.0);
  }
}

void jellie_encoder_init(JellieEncoder* const encoder)
{
  memset(encoder, 0, sizeof(*encoder));
  encoder->low    = &jellie_taps_low;
  encoder->high   = &jellie_taps_high;
  encoder->search = jellie_search_best();
}

// Divides by 2^shift, rounding down.
static int32_t shift_down(const int32_t sample, const unsigned shift)
{
  const int32_t bias = 1 << 24U;
  return (int32_t)((uint32_t)(sample + bias) >> shift) - (bias >> shift);
}

// Appends samples, clamped to the depth, to the recent ones and copies them
// into the block without the low bits that the format leaves out. Returns
// whether all of them are zero.
static bool take(JellieEncoder* const      encoder,
                 const JellieFormat* const format,
                 const int32_t* const      samples,
                 int32_t* const            block)
{
  const unsigned frames = format->frames;
  const int32_t  top    = (int32_t)(UINT32_C(1) << (format->bits - 1U)) - 1;
  int32_t* const recent = encoder->recent + JELLIE_HISTORY;
  uint32_t       any    = 0U;
  if (encoder->frames != frames) {
    set_frames(encoder, frames);
  }
  for (unsigned i = 0U; i < frames; ++i) {
    const int32_t sample = samples[i];
    recent[i] = sample > top ? top : sample < -top - 1 ? -top - 1 : sample;
    block[i]  = shift_down(recent[i], format->shift);
    any |= (uint32_t)block[i];
  }
  return any == 0U;
}

static void put_residual(WireTextWriter* const writer,
                         const uint32_t        zigzag,
                         const unsigned        rice,
                         const int32_t         value,
                         const unsigned        depth)
{
  const uint32_t quotient = zigzag >> rice;
  if (quotient >= JELLIE_ESCAPE) {
    wire_text_put(writer, 1U, JELLIE_ESCAPE + 1U);
    wire_text_put(writer, (uint32_t)value, depth);
    return;
  }
  const uint32_t one = UINT32_C(1) << rice;
  const uint32_t low = zigzag & (one - 1U);
  if (quotient + 1U + rice <= 32U) {
    wire_text_put(writer, one | low, quotient + 1U + rice);
  } else {
    wire_text_put(writer, 1U, quotient + 1U);
    wire_text_put(writer, low, rice);
  }
}

// One string to be written.
typedef struct Lane {
  const int32_t* values; ///< First of `count`, which are `step` apart
  unsigned       step;
  unsigned       count;
  unsigned       depth;
} Lane;

static void put_values(WireTextWriter* const writer, const Lane* const lane)
{
  for (unsigned i = 0U; i < lane->count; ++i) {
    wire_text_put(writer, (uint32_t)lane->values[i * lane->step], lane->depth);
  }
}

static void put_single(WireTextWriter* const     writer,
                       const Lane* const         lane,
                       const JellieRow* const    row,
                       const JellieChoice* const choice)
{
  const unsigned rice = choice->rice[0];
  wire_text_put(writer, rice, JELLIE_RICE_BITS);
  if (rice == JELLIE_VERBATIM) {
    put_values(writer, lane);
    return;
  }
  wire_text_put(writer, choice->row, JELLIE_ROW_BITS);
  for (unsigned i = 0U; i < lane->count; ++i) {
    const int width = i < JELLIE_ORDER ? row->widths[i] : 0;
    put_residual(writer,
                 choice->zigzags[i],
                 jellie_rice(rice, width, lane->depth),
                 lane->values[i],
                 lane->depth);
  }
}

static void put_rice(WireTextWriter* const      writer,
                     const JellieLaneRow* const row,
                     const JellieChoice* const  choice,
                     const unsigned             string,
                     const unsigned             depth)
{
  const unsigned rice = choice->rice[string];
  if (string == 0U) {
    wire_text_put(writer, rice, JELLIE_RICE_BITS);
    wire_text_put(writer, choice->row, JELLIE_ROW_BITS);
    return;
  }
  const unsigned base     = choice->rice[0] < depth ? choice->rice[0] : depth;
  const unsigned expected = jellie_rice(base, row->rice, depth);
  const unsigned zeros    = rice == JELLIE_VERBATIM ? JELLIE_ESCAPE
                            : rice >= expected      ? 2U * (rice - expected)
                                               : 2U * (expected - rice) - 1U;
  wire_text_put(writer, 1U, zeros + 1U);
}

static void put_lane(WireTextWriter* const      writer,
                     const Lane* const          lane,
                     const JellieLaneRow* const row,
                     const JellieChoice* const  choice,
                     const unsigned             string)
{
  const unsigned        rice    = choice->rice[string];
  const uint32_t* const zigzags = choice->zigzags + string * lane->count;
  put_rice(writer, row, choice, string, lane->depth);
  if (rice == JELLIE_VERBATIM) {
    put_values(writer, lane);
    return;
  }
  for (unsigned i = 0U; i < lane->count; ++i) {
    const int width = row->widths[jellie_place(i, lane->count)];
    put_residual(writer,
                 zigzags[i],
                 jellie_rice(rice, width, lane->depth),
                 lane->values[i * lane->step],
                 lane->depth);
  }
}

static bool is_silent(const Lane* const lane)
{
  for (unsigned i = 0U; i < lane->count; ++i) {
    if (lane->values[i * lane->step] != 0) {
      return false;
    }
  }
  return true;
}

// Writes one string, without quotes, behind what is there.
static void put_string(WireWriter* const         out,
                       const JellieFormat* const format,
                       const int32_t* const      block,
                       const JellieRow* const    row,
                       const JellieChoice* const choice,
                       const unsigned            string)
{
  const bool tree = format->lanes == 4U;
  const Lane lane = {block + (tree ? jellie_firsts[string] : 0U),
                     format->lanes,
                     (unsigned)format->frames / format->lanes,
                     jellie_depth(format)};
  if (out->full || (string > 0U && is_silent(&lane))) {
    return;
  }
  WireTextWriter writer;
  wire_text_writer_init(&writer,
                        out->text + out->size,
                        out->capacity - out->size);
  if (tree) {
    put_lane(&writer, &lane, &row->lanes[string], choice, string);
  } else {
    put_single(&writer, &lane, row, choice);
  }
  const size_t size = wire_text_finish(&writer);
  if (size == SIZE_MAX) {
    out->full = true;
  } else {
    out->size += size;
  }
}

static void put_strings(WireWriter* const         out,
                        JellieEncoder* const      encoder,
                        const JellieFormat* const format,
                        int32_t* const            block,
                        const bool                silent)
{
  JellieChoice choice;
  choice.row = 0U;
  if (!silent) {
    if (format->lanes == 4U) {
      jellie_lift(block, format->frames);
    }
    encoder->search(encoder, format, block, &choice);
  }
  const JellieTaps* const taps =
    format->rate_hz > 48000U ? encoder->high : encoder->low;
  for (unsigned string = 0U; string < format->lanes; ++string) {
    wire_put_bytes(out, "\",\"", 3U);
    if (!silent) {
      put_string(out, format, block, &taps->rows[choice.row], &choice, string);
    }
  }
}

size_t jellie_encode(JellieEncoder* const      encoder,
                     const JellieFormat* const format,
                     const uint32_t            counter,
                     const int32_t* const      samples,
                     char* const               out,
                     const size_t              capacity)
{
  if (!jellie_format_valid(format)) {
    return 0U;
  }
  int32_t    block[JELLIE_MAX_FRAMES];
  const bool silent = take(encoder, format, samples, block);
  char       head[JELLIE_HEAD_SIZE];
  jellie_head_write(format, counter, head);
  WireWriter writer;
  wire_writer_init(&writer,
                   out,
                   capacity < JELLIE_MAX_TEXT ? capacity : JELLIE_MAX_TEXT);
  wire_put_bytes(&writer, JELLIE_PREFIX, JELLIE_PREFIX_SIZE);
  wire_put_bytes(&writer, head, sizeof(head));
  put_strings(&writer, encoder, format, block, silent);
  wire_put_bytes(&writer, "\"]}", 3U);
  memmove(encoder->recent,
          encoder->recent + format->frames,
          JELLIE_HISTORY * sizeof(encoder->recent[0]));
  return wire_writer_size(&writer);
}
