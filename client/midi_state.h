// SPDX-License-Identifier: MIT
// The state behind a Midi. For midi*.c only.

#ifndef JAM_CLIENT_MIDI_STATE_H
#define JAM_CLIENT_MIDI_STATE_H

#include "midi.h"

#include <rtmidi_c.h>

#include <pthread.h>
#include <stdatomic.h>

#define MIDI_WAITING 256U
#define MIDI_LONGEST 65536U

struct Midi {
  MidiConfig       config;
  Jam*             jam;
  RtMidiInPtr      in;
  RtMidiOutPtr     out;
  _Atomic uint64_t received, refused, sent;

  // Output thread
  pthread_t    thread;
  bool         running; ///< Owner: main thread
  _Atomic bool quit;
  JamMidiEvent waiting[MIDI_WAITING]; ///< By due time, the earliest first
  unsigned     waiting_count;
  uint8_t      longer[MIDI_LONGEST]; ///< System exclusive, as its pieces come
  size_t       longer_size;
  uint8_t      sounding[16][128]; ///< Notes sent on and not yet off
};

/// Hands a message of the input to the engine. Input thread; real-time safe.
void midi_receive(Midi* midi, const uint8_t* bytes, size_t size, JamTime now)
  JAM_RT;

/// Starts and ends the thread that plays what the engine received (midi_out.c).
bool midi_out_start(Midi* midi);
void midi_out_stop(Midi* midi);

#endif // JAM_CLIENT_MIDI_STATE_H
