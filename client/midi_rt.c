// SPDX-License-Identifier: MIT
// One message from the MIDI input, on a thread of its system; with JACK that is
// the audio thread.

#include "midi_state.h"

#include "base/rt_poison.h"

#define SYSEX 0xF0U

// The engine takes a long message in pieces, and forgets one that stays
// unfinished
static bool push(Midi* const          midi,
                 const uint8_t* const bytes,
                 const size_t         size,
                 const JamTime        now)
{
  bool taken = true;
  for (size_t at = 0U; taken && at < size; at += 3U) {
    JamMidiEvent event = {now, 0U, 0U, {0U, 0U, 0U}};
    event.size         = (uint8_t)(size - at < 3U ? size - at : 3U);
    for (size_t i = 0U; i < event.size; ++i) {
      event.bytes[i] = bytes[at + i];
    }
    taken = !midi_map_apply(&midi->config.input_map, event.bytes) ||
            jam_midi_push(midi->jam, &event);
  }
  return taken;
}

void midi_receive(Midi* const          midi,
                  const uint8_t* const bytes,
                  const size_t         size,
                  const JamTime        now)
{
  const bool valid = size >= 1U && (size <= 3U || bytes[0] == SYSEX);
  const bool taken = valid && push(midi, bytes, size, now);
  atomic_fetch_add_explicit(&midi->received, 1U, memory_order_relaxed);
  if (!taken) {
    atomic_fetch_add_explicit(&midi->refused, 1U, memory_order_relaxed);
  }
}
