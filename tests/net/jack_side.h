// SPDX-License-Identifier: MIT
// One JACK client of the harness, in a process of its own: a process can talk
// to one JACK server only, and player and recorder may be on two.

#ifndef JAM_JACK_SIDE_H
#define JAM_JACK_SIDE_H

#include "jack_analyse.h"
#include "jack_signal.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIDE_MAX_XRUNS 65536U

/// Memory shared between the harness and its two sides. Each side writes its
/// own part; the harness reads it once the side has ended.
typedef struct Side {
  // Set by the harness
  bool        player;     ///< Else recorder
  const char* server;     ///< Null: the default one
  const char* audio_port; ///< Of the program under test; null: none
  const char* midi_port;  ///< The same
  double      wait_s;     ///< For those ports to appear
  float*      samples;    ///< To play, or recorded
  size_t      frames;
  NoteEvent*  notes; ///< To play, or recorded
  size_t      note_capacity;
  ClockPoint* points;
  size_t      point_capacity;
  double*     xruns_us;

  // Between the two
  _Atomic unsigned ready; ///< 1: connected, 2: failed
  _Atomic bool     go;
  _Atomic bool     start_set;
  _Atomic unsigned start; ///< Frame of JACK that is frame 0
  struct Side*     same;  ///< On the same server: has the start; else null

  // Written by the side
  double           rate_hz;
  unsigned         period;
  size_t           note_count;
  size_t           point_count;
  _Atomic unsigned xruns, stalls;
  _Atomic bool     server_died;
  char             error[256];
} Side;

/// Runs a side to its end. Returns the exit status of its process.
int side_run(Side* side);

#endif // JAM_JACK_SIDE_H
