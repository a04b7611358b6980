// SPDX-License-Identifier: MIT
// MIDI devices of the client: what is played goes to the engine, what the
// others play comes out when it is due.

#ifndef JAM_CLIENT_MIDI_H
#define JAM_CLIENT_MIDI_H

#include "midi_map.h"
#include "midi_recorder.h"

#include <jamnet/jamnet.h>

#include <stdbool.h>
#include <stddef.h>

#define MIDI_NAME_SIZE 128U

/// What to open. The strings must live as long as the Midi.
typedef struct MidiConfig {
  const char* api;      ///< "jack", "alsa"; null: the first that works
  const char* input;    ///< Part of a port's name; null: a port of our own,
                        ///< NAME-midi-in:in, for others to connect to
  const char*   output; ///< The same; NAME-midi-out:out
  const char*   name;
  MidiMap       input_map, output_map;
  MidiRecorder* recorder; ///< Null: nothing is recorded; must live as long
} MidiConfig;

typedef struct MidiPort {
  bool input;
  char name[MIDI_NAME_SIZE];
  char system[32];
} MidiPort;

typedef struct MidiCounts {
  uint64_t received; ///< Messages from the devices
  uint64_t refused;  ///< Of them: too long for the engine, or not valid
  uint64_t sent;     ///< Messages to the devices
} MidiCounts;

typedef struct Midi Midi;

/// Opens input and output and starts the output thread. Null and one sentence
/// in `error` if there is no MIDI system or a named port is missing; the jam
/// goes on without MIDI then. Main thread.
Midi* midi_open(const MidiConfig* config,
                Jam*              jam,
                char*             error,
                size_t            error_size);

/// Closes the ports, as after AUDIO_EVENT_STOPPED: a MIDI system that shares a
/// server with the sound died with it. To be done before there is a new server,
/// of which its library could not tell the ports of the old one.
void midi_suspend(Midi* midi);

/// Opens the ports again, as after AUDIO_EVENT_BACK. False and one sentence on
/// failure; it may be tried again, and midi_close is still due.
bool midi_resume(Midi* midi, char* error, size_t error_size);

/// Ends the calls into the engine, silences what still sounds, and releases;
/// null is fine.
void midi_close(Midi* midi);

/// Returns the counters so far. Any thread.
MidiCounts midi_counts(const Midi* midi);

/// Lists the ports there are, of all systems; returns how many.
unsigned midi_list(MidiPort* out, unsigned capacity);

#endif // JAM_CLIENT_MIDI_H
