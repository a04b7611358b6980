// SPDX-License-Identifier: MIT
// Writing JMID packets.

#include "midip2p/packet.h"

#include "wire/wire.h"

static void put_stream(WireWriter* const writer, const uint32_t stream)
{
  char     digits[8];
  unsigned count = 0U;
  for (unsigned shift = 28U; count == 0U && shift > 0U; shift -= 4U) {
    // Leading zeros are left out
    if (stream >> shift) {
      count = shift / 4U;
    }
  }
  for (unsigned i = 0U; i <= count; ++i) {
    digits[i] = "0123456789abcdef"[(stream >> (4U * (count - i))) & 15U];
  }
  wire_put_bytes(writer, digits, count + 1U);
}

static void
put_member(WireWriter* const writer, const char* const key, const int64_t value)
{
  wire_put(writer, key);
  wire_put_int(writer, value);
}

static char* put_small(char* at, const unsigned value)
{
  if (value >= 100U) {
    *at++ = (char)('0' + value / 100U);
  }
  if (value >= 10U) {
    *at++ = (char)('0' + value / 10U % 10U);
  }
  *at++ = (char)('0' + value % 10U);
  return at;
}

// Channel, kind and data of a message
static void put_message(WireWriter* const         writer,
                        const Midip2pEvent* const event)
{
  char           text[20];
  const uint8_t  status = event->bytes[0];
  const bool     system = status >= 0xF0U;
  char*          at     = put_small(text, system ? 16U : status & 15U);
  const unsigned size   = event->size;
  *at++                 = ',';
  at                    = put_small(at, system ? status : status >> 4U);
  for (unsigned i = 1U; i < size; ++i) {
    *at++ = ',';
    at    = put_small(at, event->bytes[i]);
  }
  wire_put_bytes(writer, text, (size_t)(at - text));
}

static void put_open(WireWriter* const writer, const bool flat, const bool more)
{
  if (more) {
    wire_put_bytes(writer, ",", 1U);
  }
  if (!flat) {
    wire_put_bytes(writer, "[", 1U);
  }
}

static void put_events(WireWriter* const writer, const Midip2pPacket* packet)
{
  const bool flat = (packet->has & MIDIP2P_COMPACT) != 0U;
  wire_put(writer, ",\"e\":[");
  for (unsigned i = 0U; i < packet->count; ++i) {
    const Midip2pEvent* const event = &packet->events[i];
    put_open(writer, flat, i > 0U);
    wire_put_int(writer, event->time_us - packet->time_us);
    wire_put_bytes(writer, ",", 1U);
    put_message(writer, event);
    wire_put_bytes(writer, "]", flat ? 0U : 1U);
  }
  wire_put_bytes(writer, "]", 1U);
}

static void put_delta(WireWriter* const writer, const Midip2pPacket* packet)
{
  const bool flat = (packet->has & MIDIP2P_COMPACT) != 0U;
  put_member(writer, ",\"A\":", packet->base);
  wire_put(writer, ",\"c\":[");
  for (unsigned i = 0U; i < packet->delta_count; ++i) {
    const Midip2pEvent* const message = &packet->delta[i];
    put_open(writer, flat, i > 0U);
    put_message(writer, message);
    if (midip2p_is_note_on(message)) {
      wire_put_bytes(writer, ",", 1U);
      wire_put_int(writer, message->time_us - packet->time_us);
    }
    wire_put_bytes(writer, "]", flat ? 0U : 1U);
  }
  wire_put_bytes(writer, "]", 1U);
  if (packet->parts > 1U) {
    put_member(writer, ",\"cp\":[", packet->part);
    put_member(writer, ",", packet->parts);
    wire_put_bytes(writer, "]", 1U);
  }
}

static void put_clock(WireWriter* const writer, const Midip2pClock* const clock)
{
  put_member(writer, ",\"k\":[", clock->running ? 1 : 0);
  put_member(writer, ",", clock->tick);
  put_member(writer, ",", clock->time_us);
  put_member(writer, ",", clock->quarter_us);
  wire_put_bytes(writer, "]", 1U);
}

static void put_sysex(WireWriter* const writer, const Midip2pFragment* fragment)
{
  char         text[MIDIP2P_FRAGMENT * 4U / 3U + 4U];
  const size_t size =
    wire_base64_encode(fragment->bytes, fragment->size, text, sizeof(text));
  put_member(writer, ",\"x\":[", fragment->time_us);
  put_member(writer, ",", fragment->id);
  put_member(writer, ",", fragment->offset);
  put_member(writer, ",", fragment->total);
  wire_put(writer, ",\"");
  wire_put_bytes(writer, text, size);
  wire_put(writer, "\"]");
}

static void put_rest(WireWriter* const writer, const Midip2pPacket* packet)
{
  if (packet->has & MIDIP2P_HAS_DELTA) {
    put_delta(writer, packet);
  }
  if (packet->has & MIDIP2P_HAS_CLOCK) {
    put_clock(writer, &packet->clock);
  }
  if (packet->has & MIDIP2P_HAS_HASH) {
    put_member(writer, ",\"h\":", packet->hash);
  }
  if (packet->has & MIDIP2P_ASKS) {
    wire_put(writer, ",\"r\":1");
  }
  if ((packet->has & (MIDIP2P_READS | MIDIP2P_COMPACT)) == MIDIP2P_READS) {
    wire_put(writer, ",\"f\":1");
  }
  if (packet->has & MIDIP2P_HAS_SYSEX) {
    put_sysex(writer, &packet->fragment);
  }
  if (packet->has & MIDIP2P_HAS_SYSEX_ACK) {
    put_member(writer, ",\"y\":[", packet->sysex_ack_id);
    put_member(writer, ",", packet->sysex_ack);
    wire_put_bytes(writer, "]", 1U);
  }
}

size_t midip2p_packet_write(const Midip2pPacket* const packet,
                            char* const                text,
                            const size_t               capacity)
{
  const bool compact = (packet->has & MIDIP2P_COMPACT) != 0U;
  WireWriter writer;
  wire_writer_init(&writer, text, capacity);
  wire_put(&writer, compact ? "{\"s\":\"" : "{\"j\":1,\"s\":\"");
  put_stream(&writer, packet->stream);
  wire_put_bytes(&writer, "\"", 1U);
  if (!compact) {
    put_member(&writer, ",\"q\":", packet->serial);
  }
  if (packet->has & MIDIP2P_HAS_RANGE) {
    put_member(&writer, ",\"t\":", packet->time_us);
    put_member(&writer, ",\"n\":", packet->first);
  }
  if (!compact || packet->ack) {
    put_member(&writer, ",\"a\":", packet->ack);
  }
  put_events(&writer, packet);
  put_rest(&writer, packet);
  wire_put_bytes(&writer, "}", 1U);
  return wire_writer_size(&writer);
}
