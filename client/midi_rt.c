// SPDX-License-Identifier: MIT
// One message from the MIDI input, on a thread of its system; with JACK that is
// the audio thread.

#include "midi_state.h"

#include "base/rt_poison.h"

#define SYSEX 0xF0U

static bool push(Midi* const          midi,
                 const uint8_t* const bytes,
                 const size_t         size,
                 const JamTime        now) JAM_RT
{
  JamMidiEvent event = {now, 0U, (uint8_t)size, {0U, 0U, 0U}};
  for (size_t i = 0U; i < size; ++i) {
    event.bytes[i] = bytes[i];
  }
  return jam_midi_push(midi->jam, &event);
}

static void record(Midi* const          midi,
                   const uint8_t* const bytes,
                   const size_t         size,
                   const JamTime        now) JAM_RT
{
  if (midi->config.recorder) {
    (void)midi_recorder_sent(midi->config.recorder, now, bytes, size);
  }
}

static bool push_short(Midi* const          midi,
                       const uint8_t* const bytes,
                       const size_t         size,
                       const JamTime        now) JAM_RT
{
  uint8_t out[3] = {0U, 0U, 0U};
  for (size_t i = 0U; i < size; ++i) {
    out[i] = bytes[i];
  }
  if (!midi_map_apply(&midi->config.input_map, out)) {
    return true;
  }
  record(midi, out, size, now);
  return push(midi, out, size, now);
}

// The engine takes a long message in pieces, and forgets one that stays
// unfinished
static bool push_long(Midi* const          midi,
                      const uint8_t* const bytes,
                      const size_t         size,
                      const JamTime        now) JAM_RT
{
  bool taken = true;
  record(midi, bytes, size, now);
  for (size_t at = 0U; taken && at < size; at += 3U) {
    taken = push(midi, bytes + at, size - at < 3U ? size - at : 3U, now);
  }
  return taken;
}

void midi_receive(Midi* const          midi,
                  const uint8_t* const bytes,
                  const size_t         size,
                  const JamTime        now)
{
  const bool longer = size > 1U && bytes[0] == SYSEX;
  const bool taken =
    longer ? push_long(midi, bytes, size, now)
           : size >= 1U && size <= 3U && push_short(midi, bytes, size, now);
  atomic_fetch_add_explicit(&midi->received, 1U, memory_order_relaxed);
  if (!taken) {
    atomic_fetch_add_explicit(&midi->refused, 1U, memory_order_relaxed);
  }
}
