// SPDX-License-Identifier: MIT
// What a port does to messages on their way: channels moved or left out, notes
// transposed.

#ifndef JAM_CLIENT_MIDI_MAP_H
#define JAM_CLIENT_MIDI_MAP_H

#include <jamnet/types.h>

#include <stdbool.h>

typedef struct MidiMap {
  int8_t  transpose;    ///< Semitones, of all channels but 10 (drums)
  uint8_t channels[16]; ///< 0: as it is; 1 .. 16: to that one; 17: nowhere
} MidiMap;

/// Reads "+12", "-5", "1>10", "2>-", "*>1" and lists of them with commas;
/// an empty text changes nothing. False if it is anything else.
bool midi_map_read(const char* text, MidiMap* out);

/// Changes a message of 1 .. 3 bytes. False if it is to be left out. Any
/// thread; real-time safe.
bool midi_map_apply(const MidiMap* map, uint8_t* bytes) JAM_RT;

#endif // JAM_CLIENT_MIDI_MAP_H
