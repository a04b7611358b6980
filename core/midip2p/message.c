// SPDX-License-Identifier: MIT
// Short MIDI messages and their form in a packet: channel, kind, data.

#include "midip2p/packet.h"

#define SYSTEM_CHANNEL 16

uint8_t midip2p_message_size(const uint8_t status)
{
  // By high nibble: notes, pressure, controller, program, pressure, bend
  static const uint8_t channel[7] = {3, 3, 3, 3, 2, 2, 3};
  // By low nibble; 0xF0 and 0xF7 frame system exclusive, which is not short
  static const uint8_t system[16] =
    {0, 2, 3, 2, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1};
  if (status < 0x80U) {
    return 0;
  }
  return (status < 0xF0U) ? channel[(status >> 4U) - 8U] : system[status & 15U];
}

bool midip2p_message_valid(const Midip2pEvent* const event)
{
  const uint8_t size = midip2p_message_size(event->bytes[0]);
  return size != 0U && event->size == size &&
         (size < 2U || event->bytes[1] < 0x80U) &&
         (size < 3U || event->bytes[2] < 0x80U);
}

bool midip2p_is_note_on(const Midip2pEvent* const event)
{
  return event->size == 3U && (event->bytes[0] & 0xF0U) == 0x90U &&
         event->bytes[2] != 0U;
}

// Returns the status byte, or 0 if there is none
static uint8_t status_of(const int64_t channel, const int64_t kind)
{
  if (channel >= 0 && channel < SYSTEM_CHANNEL && kind >= 8 && kind <= 14) {
    return (uint8_t)(kind * 16 + channel);
  }
  return (channel == SYSTEM_CHANNEL && kind >= 0xF0 && kind <= 0xFF)
           ? (uint8_t)kind
           : 0U;
}

unsigned midip2p_message_numbers(const int64_t channel, const int64_t kind)
{
  const uint8_t size = midip2p_message_size(status_of(channel, kind));
  return size ? size + 1U : 0U;
}

bool midip2p_message_make(const int64_t* const numbers,
                          const unsigned       count,
                          Midip2pEvent* const  out)
{
  if (count < 2U || count > 4U) {
    return false;
  }
  out->bytes[0] = status_of(numbers[0], numbers[1]);
  out->size     = (uint8_t)(count - 1U);
  out->origin   = MIDIP2P_PLAYED;
  out->bytes[1] = 0U;
  out->bytes[2] = 0U;
  for (unsigned i = 2U; i < count; ++i) {
    if (numbers[i] < 0 || numbers[i] > 127) {
      return false;
    }
    out->bytes[i - 1U] = (uint8_t)numbers[i];
  }
  return midip2p_message_valid(out);
}
