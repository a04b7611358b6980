// SPDX-License-Identifier: MIT
// Applying a port's map.

#include "midi_map.h"

#include "base/rt_poison.h"

#define NOWHERE 17U
#define DRUMS 9U

bool midi_map_apply(const MidiMap* const map, uint8_t* const bytes)
{
  const unsigned kind    = bytes[0] & 0xF0U;
  const unsigned channel = bytes[0] & 0x0FU;
  const unsigned to      = map->channels[channel];
  if (kind < 0x80U || kind == 0xF0U) {
    return true; // Not of a channel
  }
  if (to == NOWHERE) {
    return false;
  }
  const unsigned target = to ? to - 1U : channel;
  bytes[0]              = (uint8_t)(kind | target);
  if (kind <= 0xA0U && target != DRUMS) {
    const int note = bytes[1] + map->transpose;
    bytes[1]       = (uint8_t)note;
    return note >= 0 && note <= 127;
  }
  return true;
}
