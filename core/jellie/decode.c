// SPDX-License-Identifier: MIT
// Token packet to samples, at the rate of the lanes that are left.

#include "jellie/packet.h"
#include "jellie/predict.h"

#include "wire/wire.h"

#include <string.h>

// Reads one Rice-coded residual or plain sample.
static int64_t read_sample(WireTextReader* const reader,
                           const int32_t         prediction,
                           const unsigned        rice,
                           const unsigned        bits)
{
  const uint32_t quotient = wire_text_get_zeros(reader, JELLIE_ESCAPE);
  if (quotient == JELLIE_ESCAPE) {
    return (int64_t)wire_text_get(reader, bits) - (INT64_C(1) << (bits - 1U));
  }
  const uint32_t zigzag = (quotient << rice) | wire_text_get(reader, rice);
  const int64_t  half   = (int64_t)(zigzag >> 1U);
  return prediction + (zigzag & 1U ? -half - 1 : half);
}

// Decodes one lane string into its places of the block.
static bool read_lane(const JelliePacket* const packet,
                      const unsigned            string,
                      const JellieFormat* const format,
                      int32_t* const            block)
{
  const JellieRole* const role  = jellie_role(format, string);
  const unsigned          count = format->frames / role->step;
  const unsigned          bits  = format->bits;
  const int32_t           top   = (int32_t)(UINT32_C(1) << (bits - 1U));
  if (packet->sizes[string + 1U] == 0U) {
    return true;
  }
  WireTextReader reader;
  wire_text_reader_init(&reader,
                        packet->strings[string + 1U],
                        packet->sizes[string + 1U]);
  const unsigned index    = wire_text_get(&reader, role->index_bits);
  const unsigned rice     = wire_text_get(&reader, JELLIE_RICE_BITS);
  const bool     verbatim = rice == JELLIE_VERBATIM && index == 0U;
  if (rice > bits && !verbatim) {
    return false;
  }
  for (unsigned i = 0U; i < count; ++i) {
    int32_t* const at    = block + role->first + i * role->step;
    int64_t        value = 0;
    if (verbatim) {
      value = (int64_t)wire_text_get(&reader, bits) - top;
    } else {
      const JellieRow row = jellie_row(role, index, i, count);
      value               = read_sample(&reader,
                          jellie_predict(role, row.taps, at, bits),
                          jellie_rice(rice, row.width, bits),
                          bits);
    }
    if (value < -top || value >= top) {
      return false;
    }
    *at = (int32_t)value;
  }
  return wire_text_at_end(&reader);
}

static JamStatus decode_packet(const JelliePacket* const packet,
                               JellieBlock* const        out)
{
  const JamStatus status = jellie_head_read(packet, out);
  if (status) {
    return status;
  }
  JellieBuffer   buffer;
  int32_t* const block = buffer.padded + JELLIE_MARGIN;
  memset(buffer.padded,
         0,
         (2U * JELLIE_MARGIN + out->format.frames) * sizeof(int32_t));
  for (unsigned string = 0U; string + 1U < packet->count; ++string) {
    if (!read_lane(packet, string, &out->format, block)) {
      return JAM_ERR_FORMAT;
    }
  }
  for (unsigned i = 0U; i < out->frames; ++i) {
    out->samples[i] = block[i * out->division];
  }
  return JAM_OK;
}

JamStatus
jellie_decode(const char* const text, const size_t size, JellieBlock* const out)
{
  JelliePacket packet;
  JamStatus    status = jellie_packet_read(text, size, &packet);
  if (!status) {
    status = decode_packet(&packet, out);
  }
  jellie_packet_release(&packet);
  return status;
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
