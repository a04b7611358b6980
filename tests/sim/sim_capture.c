// SPDX-License-Identifier: MIT
// The classic capture format (magic A1B23C4D: nanoseconds), raw IPv6 packets.

#include "sim/sim_capture.h"

#include <string.h>

#define LINK_RAW 101U // Packets begin with their IP header
#define IP_SIZE 40U
#define UDP_SIZE 8U
#define LONGEST (IP_SIZE + UDP_SIZE + TOAST_MAX_DATAGRAM)

static void put_word(FILE* const out, const uint32_t value)
{
  (void)fwrite(&value, sizeof(value), 1U, out); // Own order: the magic tells
}

bool sim_capture_open(SimCapture* const capture,
                      const char* const packets,
                      const char* const keys)
{
  capture->packets = packets ? fopen(packets, "wb") : NULL;
  capture->keys    = keys ? fopen(keys, "w") : NULL;
  if ((packets && !capture->packets) || (keys && !capture->keys)) {
    (void)sim_capture_close(capture);
    return false;
  }
  if (packets) {
    put_word(capture->packets, 0xA1B23C4DU);
    put_word(capture->packets, 2U | (4U << 16U)); // Version 2.4
    put_word(capture->packets, 0U);
    put_word(capture->packets, 0U);
    put_word(capture->packets, LONGEST);
    put_word(capture->packets, LINK_RAW);
  }
  return true;
}

static bool close_one(FILE** const file)
{
  bool good = true;
  if (*file) {
    good = !ferror(*file);
    good = fclose(*file) == 0 && good;
  }
  *file = NULL;
  return good;
}

bool sim_capture_close(SimCapture* const capture)
{
  const bool packets = close_one(&capture->packets);
  return close_one(&capture->keys) && packets;
}

static void put_big(uint8_t* const out, const size_t value)
{
  out[0] = (uint8_t)(value >> 8U);
  out[1] = (uint8_t)value;
}

// Internet checksum over the addresses, the length, the protocol and UDP
static uint16_t checksum(const uint8_t* const packet, const size_t size)
{
  uint32_t sum = (uint32_t)(size - IP_SIZE) + 17U;
  for (size_t i = 8U; i < size; ++i) {
    sum += (uint32_t)packet[i] << (i & 1U ? 0U : 8U);
  }
  sum = (sum & 0xFFFFU) + (sum >> 16U);
  sum = (sum & 0xFFFFU) + (sum >> 16U);
  return (uint16_t)~sum;
}

void sim_capture_packet(SimCapture* const         capture,
                        const JamTime             now,
                        const ToastAddress* const from,
                        const ToastAddress* const to,
                        const uint8_t* const      data,
                        const size_t              size)
{
  uint8_t      packet[LONGEST] = {0x60U};
  const size_t whole           = IP_SIZE + UDP_SIZE + size;
  if (!capture->packets) {
    return;
  }
  put_big(packet + 4, UDP_SIZE + size);
  packet[6] = 17U; // UDP
  packet[7] = 64U;
  memcpy(packet + 8, from->ip, sizeof(from->ip));
  memcpy(packet + 24, to->ip, sizeof(to->ip));
  put_big(packet + IP_SIZE, from->port);
  put_big(packet + IP_SIZE + 2U, to->port);
  put_big(packet + IP_SIZE + 4U, UDP_SIZE + size);
  memcpy(packet + IP_SIZE + UDP_SIZE, data, size);
  put_big(packet + IP_SIZE + 6U, checksum(packet, whole));
  put_word(capture->packets, (uint32_t)(now / JAM_SECOND));
  put_word(capture->packets, (uint32_t)(now % JAM_SECOND));
  put_word(capture->packets, (uint32_t)whole);
  put_word(capture->packets, (uint32_t)whole);
  (void)fwrite(packet, 1U, whole, capture->packets);
}

void sim_capture_key(void* const capture, const char* const line)
{
  (void)fprintf(((SimCapture*)capture)->keys, "%s\n", line);
}
