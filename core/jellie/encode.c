// SPDX-License-Identifier: MIT
// Samples to token packet.

#include "jellie/lift.h"
#include "jellie/packet.h"
#include "jellie/search.h"

#include "wire/wire.h"

#include <string.h>

#define WINDOW_FALL 48U // Samples over which the window ends

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

// One string to be written.
typedef struct Lane {
  const int32_t*       values; ///< First of `count`, which are `step` apart
  const uint32_t*      zigzags;
  const JellieLaneRow* row;
  JellieShape          shape;
  unsigned             step;
  unsigned             count;
  unsigned             depth;
  unsigned             string;
} Lane;

// Writes a plain value, in two's complement.
static void put_value(WireTextWriter* const writer,
                      const int32_t         value,
                      const unsigned        depth)
{
  wire_text_put(writer, (uint32_t)value, depth);
}

// Writes zeros and a one, then `rice` bits of `low`.
static void put_code(WireTextWriter* const writer,
                     const unsigned        zeros,
                     const uint32_t        low,
                     const unsigned        rice)
{
  if (zeros + 1U + rice <= 32U) {
    wire_text_put(writer, UINT32_C(1) << rice | low, zeros + 1U + rice);
  } else {
    wire_text_put(writer, 1U, zeros + 1U);
    wire_text_put(writer, low, rice);
  }
}

static void put_residual(WireTextWriter* const writer,
                         const Lane* const     lane,
                         const unsigned        i,
                         const unsigned        rice,
                         const bool            flat)
{
  const uint32_t zigzag   = lane->zigzags[i];
  const uint32_t quotient = zigzag >> rice;
  const uint32_t low      = zigzag & ((UINT32_C(1) << rice) - 1U);
  if (quotient >= (flat ? JELLIE_ESCAPE + 1U : JELLIE_ESCAPE)) {
    wire_text_put(writer, 1U, JELLIE_ESCAPE + 1U);
    put_value(writer, lane->values[i * lane->step], lane->depth);
  } else if (!flat) {
    put_code(writer, quotient, low, rice);
  } else if (quotient < 2U) {
    put_code(writer, 0U, quotient << rice | low, rice + 1U);
  } else {
    put_code(writer, quotient - 1U, low, rice);
  }
}

// Writes a small number of either sign.
static void put_signed(WireTextWriter* const writer, const int number)
{
  put_code(writer,
           number < 0 ? 2U * (unsigned)-number - 1U : 2U * (unsigned)number,
           0U,
           0U);
}

// Writes what comes before the samples of the first string.
static void put_first(WireTextWriter* const     writer,
                      const JellieChoice* const choice,
                      const bool                tree)
{
  const bool     verbatim = choice->rice[0] == JELLIE_VERBATIM;
  const unsigned code =
    verbatim ? JELLIE_VERBATIM : 2U * choice->rice[0] + choice->flat;
  const bool refined = choice->order > 0U;
  if (refined) {
    wire_text_put(writer, JELLIE_REFINED, JELLIE_CODE_BITS);
  }
  wire_text_put(writer, code, JELLIE_CODE_BITS);
  if (!verbatim || tree) {
    wire_text_put(writer, choice->row, JELLIE_ROW_BITS);
  }
  if (refined) {
    wire_text_put(writer, choice->order - 1U, JELLIE_ORDER_BITS);
    for (unsigned i = 0U; i < choice->order; ++i) {
      put_signed(writer, choice->steps[i]);
    }
  }
}

// Writes the Rice parameter of another string, as it differs from what the row
// and the first string let expect.
static void put_rice(WireTextWriter* const     writer,
                     const Lane* const         lane,
                     const JellieChoice* const choice)
{
  const unsigned rice  = choice->rice[lane->string];
  const unsigned first = choice->rice[0];
  const unsigned base  = first < lane->depth ? first : lane->depth;
  if (rice == JELLIE_VERBATIM) {
    put_code(writer, JELLIE_ESCAPE, 0U, 0U);
  } else {
    put_signed(writer,
               (int)rice -
                 (int)jellie_rice(base, lane->row->rice, lane->depth));
  }
}

static void put_lane(WireTextWriter* const     writer,
                     const Lane* const         lane,
                     const JellieChoice* const choice)
{
  const unsigned rice = choice->rice[lane->string];
  for (unsigned i = 0U; i < lane->count; ++i) {
    if (rice == JELLIE_VERBATIM) {
      put_value(writer, lane->values[i * lane->step], lane->depth);
    } else {
      const unsigned place = jellie_place(&lane->shape, i, lane->count);
      put_residual(writer,
                   lane,
                   i,
                   jellie_rice(rice, lane->row->widths[place], lane->depth),
                   choice->flat);
    }
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
  const bool     tree  = format->lanes == 4U;
  const unsigned count = (unsigned)format->frames / format->lanes;
  const Lane     lane  = {block + (tree ? jellie_firsts[string] : 0U),
                          choice->zigzags + string * count,
                     tree ? &row->lanes[string] : &row->single,
                          jellie_shape(format),
                          format->lanes,
                          count,
                          jellie_depth(format),
                          string};
  if (out->full || (string > 0U && is_silent(&lane))) {
    return;
  }
  WireTextWriter writer;
  wire_text_writer_init(&writer,
                        out->text + out->size,
                        out->capacity - out->size);
  if (string == 0U) {
    put_first(&writer, choice, tree);
  } else {
    put_rice(&writer, &lane, choice);
  }
  put_lane(&writer, &lane, choice);
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
    if (string > 0U) {
      wire_put_bytes(out, "\",\"", 3U);
    }
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
