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

static void put_event(WireWriter* const         writer,
                      const Midip2pEvent* const event,
                      const int64_t             newest_us)
{
  const uint8_t status = event->bytes[0];
  wire_put_bytes(writer, "[", 1U);
  wire_put_int(writer, event->time_us - newest_us);
  wire_put_bytes(writer, ",", 1U);
  wire_put_int(writer, (status < 0xF0U) ? (status & 15) : 16);
  wire_put_bytes(writer, ",", 1U);
  wire_put_int(writer, (status < 0xF0U) ? (status >> 4U) : status);
  for (unsigned i = 1U; i < event->size; ++i) {
    wire_put_bytes(writer, ",", 1U);
    wire_put_int(writer, event->bytes[i]);
  }
  wire_put_bytes(writer, "]", 1U);
}

size_t midip2p_packet_write(const Midip2pPacket* const packet,
                            char* const                text,
                            const size_t               capacity)
{
  const int64_t newest_us =
    packet->count ? packet->events[packet->count - 1U].time_us : 0;
  WireWriter writer;
  wire_writer_init(&writer, text, capacity);
  wire_put(&writer, "{\"j\":1,\"s\":\"");
  put_stream(&writer, packet->stream);
  put_member(&writer, "\",\"q\":", packet->serial);
  if (packet->count) {
    put_member(&writer, ",\"t\":", newest_us);
    put_member(&writer, ",\"n\":", packet->first);
  }
  put_member(&writer, ",\"a\":", packet->ack);
  wire_put(&writer, ",\"e\":[");
  for (unsigned i = 0U; i < packet->count; ++i) {
    if (i) {
      wire_put_bytes(&writer, ",", 1U);
    }
    put_event(&writer, &packet->events[i], newest_us);
  }
  wire_put(&writer, "]}");
  return wire_writer_size(&writer);
}
