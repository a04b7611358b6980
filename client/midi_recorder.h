// SPDX-License-Identifier: MIT
// Writes down what was sent and what was heard: as JSON lines while it happens,
// and as one Standard MIDI File a player at the end. Times count from the
// start.
//
// midi.jsonl: {"t":microseconds,"who":id,"m":[status,data ...]}, with
// "x":"f0..f7" in place of "m" for a long message; who 0 is this player.
// sent.mid and player-ID.mid: type 0, a tick is 20 us.

#ifndef JAM_CLIENT_MIDI_RECORDER_H
#define JAM_CLIENT_MIDI_RECORDER_H

#include <jamnet/types.h>

#include <stdbool.h>

typedef struct MidiRecorder MidiRecorder;

/// Opens the file and starts the thread that writes. Null and one sentence in
/// `error` on failure. `folder` must exist. Main thread.
MidiRecorder* midi_recorder_start(const char* folder,
                                  JamTime     now,
                                  char*       error,
                                  size_t      error_size);

/// Notes a message that goes to the others. False if the thread does not keep
/// up: the message is not recorded. One thread; real-time safe.
bool midi_recorder_sent(MidiRecorder*  recorder,
                        JamTime        time,
                        const uint8_t* bytes,
                        size_t         size) JAM_RT;

/// Notes a message of another player that goes to the output. One thread.
bool midi_recorder_heard(MidiRecorder*  recorder,
                         JamTime        time,
                         uint16_t       user,
                         const uint8_t* bytes,
                         size_t         size) JAM_RT;

/// Writes what is left, then the files of the players, and releases; null is
/// fine. Nobody may note anything any more. False if something could not be
/// written. Main thread.
bool midi_recorder_stop(MidiRecorder* recorder);

#endif // JAM_CLIENT_MIDI_RECORDER_H
