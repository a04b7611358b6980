// SPDX-License-Identifier: MIT
// One message from the MIDI input, on a thread of its system; with JACK that is
// the audio thread.

#include "midi_state.h"

#include "base/rt_poison.h"

void midi_receive(Midi* const          midi,
                  const uint8_t* const bytes,
                  const size_t         size,
                  const JamTime        now)
{
  JamMidiEvent event = {now, 0U, 0U, {0U, 0U, 0U}};
  bool         taken = false;
  if (size >= 1U && size <= sizeof(event.bytes)) {
    event.size = (uint8_t)size;
    for (size_t i = 0U; i < size; ++i) {
      event.bytes[i] = bytes[i];
    }
    taken = jam_midi_push(midi->jam, &event);
  }
  atomic_fetch_add_explicit(&midi->received, 1U, memory_order_relaxed);
  if (!taken) {
    atomic_fetch_add_explicit(&midi->refused, 1U, memory_order_relaxed);
  }
}
