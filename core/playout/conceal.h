// SPDX-License-Identifier: MIT
// Turns what is missing into something to hear, just before it is read.
// Private to playout.

#ifndef JAM_PLAYOUT_CONCEAL_H
#define JAM_PLAYOUT_CONCEAL_H

#include "playout/store.h"

#define PLAYOUT_MIRROR 512U // Samples mirrored at most: 2.7 ms at 192 kHz

typedef struct PlayoutConceal {
  const PntbtrModel* model;   // Newest; valid until the next one is taken
  int64_t            next;    // Samples below are final: they may be read
  int64_t            begin;   // Samples below are before the stream: silence
  bool               active;  // A prediction runs, in a gap or fading out
  bool               mirror;  // ... without a model
  unsigned           gap;     // Samples predicted since the gap began
  unsigned           faded;   // Samples of truth faded in after the gap
  int64_t            bridged; // Samples below lead to the truth behind them
  unsigned           hold, release, cross; // Lengths in samples
  uint64_t           played, missing, longest, run;
  PntbtrBands        bands;
  PntbtrPrediction   prediction;
  float              line[PLAYOUT_MIRROR];         // Before the gap
  float              bridge[PNTBTR_BRIDGE_FRAMES]; // bridged - size .. bridged
} PlayoutConceal;

/// Prepares for a sample rate; nothing is final yet.
void playout_conceal_init(PlayoutConceal* conceal, uint32_t rate_hz) JAM_RT;

/// Starts at `position`, out of silence. Counters go on.
void playout_conceal_start(PlayoutConceal* conceal, int64_t position) JAM_RT;

/// Goes on at another position of the same stream.
void playout_conceal_seek(PlayoutConceal* conceal, int64_t position) JAM_RT;

/// Counts samples nobody waited for: an outage that is now over.
void playout_conceal_skip(PlayoutConceal* conceal, uint64_t missing) JAM_RT;

/// Makes all samples below `end` final.
void playout_conceal_until(PlayoutConceal* conceal,
                           PlayoutStore*   store,
                           int64_t         end) JAM_RT;

/// Prepares what a filter sees of the future, conceal.next .. end: a fade goes
/// on in what is true, which becomes final; what is missing is guessed until
/// the next call. Returns false if there was anything to guess. With DSP only.
bool playout_conceal_ahead(PlayoutConceal* conceal,
                           PlayoutStore*   store,
                           int64_t         end) JAM_RT;

#endif // JAM_PLAYOUT_CONCEAL_H
