// SPDX-License-Identifier: MIT
// The state behind a MidiRecorder. For midi_recorder*.c only.

#ifndef JAM_CLIENT_MIDI_RECORDER_STATE_H
#define JAM_CLIENT_MIDI_RECORDER_STATE_H

#include "midi_recorder.h"

#include "base/ring.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

// In front of a message in a ring
typedef struct RecordHead {
  JamTime  time;
  uint32_t size;
  uint16_t user;
} RecordHead;

// A file to be: the events of its track
typedef struct RecordTrack {
  uint16_t user;
  uint8_t* bytes;
  size_t   size, capacity;
  uint64_t tick; // Of the last event
} RecordTrack;

struct MidiRecorder {
  JamRing      sent, heard;
  _Atomic bool quit;
  pthread_t    thread;

  // Recorder's thread, then main thread
  JamTime      start;
  char         folder[512];
  FILE*        lines;
  RecordTrack* tracks;
  size_t       track_count;
  uint8_t*     message; // Room for the longest
  bool         failed;
};

#endif // JAM_CLIENT_MIDI_RECORDER_STATE_H
