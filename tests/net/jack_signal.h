// SPDX-License-Identifier: MIT
// What the harness plays: music that is nowhere like itself, and numbered
// notes.

#ifndef JAM_JACK_SIGNAL_H
#define JAM_JACK_SIGNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Fills `out` with plucked notes over soft noise, below 4 kHz, on the grid of
/// 16 bits; the same seed gives the same samples.
void signal_make(float* out, size_t frames, double rate_hz, uint64_t seed);

/// Reads raw 32-bit floats; returns how many, 0 on failure.
size_t signal_load(const char* path, float* out, size_t capacity);

typedef struct NoteEvent {
  int64_t frame;
  uint8_t bytes[3];
} NoteEvent;

/// Writes `notes` numbered notes, on and off, in order of time; `out` has room
/// for two events a note. Returns the number of events.
size_t notes_make(NoteEvent* out,
                  unsigned   notes,
                  int64_t    first_frame,
                  int64_t    interval_frames);

/// Returns the number of a note-on, or -1 if it is none of ours.
long note_number(const uint8_t bytes[3]);

typedef struct NoteReport {
  unsigned sent, received, lost, duplicates, out_of_order, unexpected;
  unsigned offs_received;
  double   delay_ms_p50, delay_ms_max;
} NoteReport;

/// Compares what was received with `notes` notes sent; the times are in
/// microseconds, one per event.
void notes_compare(const double*    sent_us,
                   size_t           sent_count,
                   const NoteEvent* received,
                   const double*    received_us,
                   size_t           received_count,
                   NoteReport*      out);

#endif // JAM_JACK_SIGNAL_H
