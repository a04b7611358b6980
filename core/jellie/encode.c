// SPDX-License-Identifier: MIT
// Samples to token packet.

#include "jellie/packet.h"
#include "jellie/search.h"

#include "wire/wire.h"

#include <string.h>

// Copies samples into a block with zero margins, clamped to the depth.
static void fill_block(const JellieFormat* const format,
                       const int32_t* const      samples,
                       JellieBuffer* const       out)
{
  const int32_t top   = (int32_t)(UINT32_C(1) << (format->bits - 1U)) - 1;
  int32_t*      block = out->padded + JELLIE_MARGIN;
  memset(out->padded, 0, JELLIE_MARGIN * sizeof(int32_t));
  memset(block + format->frames, 0, JELLIE_MARGIN * sizeof(int32_t));
  for (unsigned i = 0U; i < format->frames; ++i) {
    const int32_t sample = samples[i];
    block[i] = sample > top ? top : sample < -top - 1 ? -top - 1 : sample;
  }
}

static bool is_silent(const JellieRole* const role,
                      const int32_t* const    block,
                      const unsigned          count)
{
  for (unsigned i = 0U; i < count; ++i) {
    if (block[role->first + i * role->step] != 0) {
      return false;
    }
  }
  return true;
}

static void put_plain(WireTextWriter* const writer,
                      const int32_t         sample,
                      const unsigned        bits)
{
  wire_text_put(writer, (uint32_t)sample + (UINT32_C(1) << (bits - 1U)), bits);
}

static void put_residual(WireTextWriter* const writer,
                         const uint32_t        zigzag,
                         const unsigned        rice,
                         const int32_t         sample,
                         const unsigned        bits)
{
  const uint32_t quotient = zigzag >> rice;
  if (quotient >= JELLIE_ESCAPE) {
    wire_text_put(writer, 1U, JELLIE_ESCAPE + 1U);
    put_plain(writer, sample, bits);
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

// Appends the bits of one lane.
static void put_lane(WireTextWriter* const   writer,
                     const JellieRole* const role,
                     const int32_t* const    block,
                     const unsigned          count,
                     const unsigned          bits)
{
  JellieChoice choice;
  jellie_search(role, block, count, bits, &choice);
  wire_text_put(writer, choice.index, role->index_bits);
  wire_text_put(writer, choice.rice, JELLIE_RICE_BITS);
  for (unsigned i = 0U; i < count; ++i) {
    const int32_t sample = block[role->first + i * role->step];
    if (choice.rice == JELLIE_VERBATIM) {
      put_plain(writer, sample, bits);
    } else {
      const unsigned width = jellie_row(role, choice.index, i, count).width;
      put_residual(writer,
                   choice.zigzags[i],
                   jellie_rice(choice.rice, width, bits),
                   sample,
                   bits);
    }
  }
}

// Writes the string of one lane, without quotes, behind what is there.
static void put_string(WireWriter* const         out,
                       const JellieFormat* const format,
                       const unsigned            string,
                       const int32_t* const      block)
{
  const JellieRole* const role  = jellie_role(format, string);
  const unsigned          count = format->frames / role->step;
  if (out->full || is_silent(role, block, count)) {
    return;
  }
  WireTextWriter writer;
  wire_text_writer_init(&writer,
                        out->text + out->size,
                        out->capacity - out->size);
  put_lane(&writer, role, block, count, format->bits);
  const size_t size = wire_text_finish(&writer);
  if (size == SIZE_MAX) {
    out->full = true;
  } else {
    out->size += size;
  }
}

size_t jellie_encode(const JellieFormat* const format,
                     const uint32_t            counter,
                     const int32_t* const      samples,
                     char* const               out,
                     const size_t              capacity)
{
  if (!jellie_format_valid(format)) {
    return 0U;
  }
  JellieBuffer buffer;
  fill_block(format, samples, &buffer);

  char head[JELLIE_HEAD_SIZE];
  jellie_head_write(format, counter, head);
  WireWriter writer;
  wire_writer_init(&writer,
                   out,
                   capacity < JELLIE_MAX_TEXT ? capacity : JELLIE_MAX_TEXT);
  wire_put_bytes(&writer, JELLIE_PREFIX, JELLIE_PREFIX_SIZE);
  wire_put_bytes(&writer, head, sizeof(head));
  for (unsigned string = 0U; string < format->lanes; ++string) {
    wire_put_bytes(&writer, "\",\"", 3U);
    put_string(&writer, format, string, buffer.padded + JELLIE_MARGIN);
  }
  wire_put_bytes(&writer, "\"]}", 3U);
  return wire_writer_size(&writer);
}
