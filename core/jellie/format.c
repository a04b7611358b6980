// SPDX-License-Identifier: MIT
// What a packet says of itself: the formats there are, and the head.

#include "jellie/packet.h"

#include "wire/wire.h"

#define VERSION 1U
#define RATES 4U
#define SIZES 4U
#define MODE_SINGLE 0U
#define MODE_TREE 2U // Lifted; 1 would be lanes of plain samples

typedef struct Rate {
  uint32_t hz;
  uint16_t unit;
} Rate;

// In the order of their code in the head
static const Rate rates[RATES] = {{44100U, 64U},
                                  {48000U, 64U},
                                  {96000U, 128U},
                                  {192000U, 256U}};

// Returns the code of a rate, or RATES.
static unsigned rate_code(const uint32_t rate_hz)
{
  unsigned code = 0U;
  while (code < RATES && rates[code].hz != rate_hz) {
    ++code;
  }
  return code;
}

// Returns the frame size of a code: 1/2, 1, 2 or 4 units.
static unsigned frames_of(const unsigned rate, const unsigned code)
{
  return ((unsigned)rates[rate].unit << code) / 2U;
}

unsigned jellie_unit(const uint32_t rate_hz)
{
  const unsigned code = rate_code(rate_hz);
  return code < RATES ? rates[code].unit : 0U;
}

// Returns the code of a frame size, or SIZES.
static unsigned size_code(const unsigned rate, const unsigned frames)
{
  unsigned code = 0U;
  while (code < SIZES && frames_of(rate, code) != frames) {
    ++code;
  }
  return code;
}

bool jellie_format_valid(const JellieFormat* const format)
{
  const unsigned rate = rate_code(format->rate_hz);
  return rate < RATES && size_code(rate, format->frames) < SIZES &&
         (format->bits == 16U || format->bits == 24U) &&
         (format->lanes == 1U || format->lanes == 4U) &&
         format->shift <= JELLIE_MAX_SHIFT &&
         format->stream <= JELLIE_MAX_STREAM;
}

void jellie_head_write(const JellieFormat* const format,
                       const uint32_t            counter,
                       char* const               out)
{
  const unsigned rate = rate_code(format->rate_hz);
  WireTextWriter writer;
  wire_text_writer_init(&writer, out, JELLIE_HEAD_SIZE);
  wire_text_put(&writer, VERSION, 4U);
  wire_text_put(&writer, format->stream, 7U);
  wire_text_put(&writer, rate, 2U);
  wire_text_put(&writer, format->bits == 24U, 1U);
  wire_text_put(&writer, size_code(rate, format->frames), 4U);
  wire_text_put(&writer, format->lanes == 4U ? MODE_TREE : MODE_SINGLE, 4U);
  wire_text_put(&writer, format->shift, 4U);
  wire_text_put(&writer, counter, JELLIE_COUNTER_BITS);
  (void)wire_text_finish(&writer);
}

// Returns the division that a number of lane strings means, or 0.
static unsigned division_of(const unsigned mode, const unsigned strings)
{
  if (mode == MODE_SINGLE) {
    return strings == 1U;
  }
  if (mode != MODE_TREE || strings == 3U || strings == 0U) {
    return 0U;
  }
  return 4U / strings;
}

JamStatus jellie_head_read(const JelliePacket* const packet,
                           JellieBlock* const        out)
{
  if (packet->count < 2U || packet->sizes[0] != JELLIE_HEAD_SIZE) {
    return JAM_ERR_FORMAT;
  }
  WireTextReader reader;
  wire_text_reader_init(&reader, packet->strings[0], JELLIE_HEAD_SIZE);
  const uint32_t version  = wire_text_get(&reader, 4U);
  const uint32_t stream   = wire_text_get(&reader, 7U);
  const uint32_t rate     = wire_text_get(&reader, 2U);
  const uint32_t deep     = wire_text_get(&reader, 1U);
  const uint32_t size     = wire_text_get(&reader, 4U);
  const uint32_t mode     = wire_text_get(&reader, 4U);
  const uint32_t shift    = wire_text_get(&reader, 4U);
  const uint32_t counter  = wire_text_get(&reader, JELLIE_COUNTER_BITS);
  const unsigned division = division_of(mode, packet->count - 1U);
  if (reader.bad || version != VERSION || size >= SIZES ||
      shift > JELLIE_MAX_SHIFT || division == 0U) {
    return JAM_ERR_FORMAT;
  }
  out->format.rate_hz = rates[rate].hz;
  out->format.frames  = (uint16_t)frames_of(rate, size);
  out->format.bits    = deep ? 24U : 16U;
  out->format.lanes   = mode == MODE_TREE ? 4U : 1U;
  out->format.stream  = (uint8_t)stream;
  out->format.shift   = (uint8_t)shift;
  out->counter        = counter;
  out->division       = (uint8_t)division;
  out->frames         = (uint16_t)(out->format.frames / division);
  return JAM_OK;
}
