// SPDX-License-Identifier: MIT
// The samples around the read position, by stream position. Private to playout.
//
// One bit a sample tells truth from everything else, so that packets of any
// size and alignment fit together. What is not true is either already written
// by concealment (below PlayoutConceal.next) or zero.

#ifndef JAM_PLAYOUT_STORE_H
#define JAM_PLAYOUT_STORE_H

#include "playout/playout.h"

typedef struct PlayoutStore {
  float*   samples; // Null without DSP
  int64_t  head;    // Holds positions head - PLAYOUT_STORE .. head
  uint64_t real[PLAYOUT_STORE / 64U];
} PlayoutStore;

/// Forgets everything; the next sample is expected at `position`.
void playout_store_reset(PlayoutStore* store, int64_t position) JAM_RT;

/// Makes positions below `end` part of the store, as missing samples. At most
/// PLAYOUT_STORE beyond the head; the oldest are forgotten.
void playout_store_extend(PlayoutStore* store, int64_t end) JAM_RT;

/// Keeps true samples; what is older than the store is left out.
void playout_store_write(PlayoutStore* store,
                         int64_t       position,
                         const float*  samples,
                         unsigned      frames) JAM_RT;

/// Returns how many samples from `at` (below `end`) are of one kind, which
/// `real` tells.
unsigned playout_store_run(const PlayoutStore* store,
                           int64_t             at,
                           int64_t             end,
                           bool*               real) JAM_RT;

/// Returns whether all samples from `at` to `end` are true.
bool playout_store_is_real(const PlayoutStore* store, int64_t at, int64_t end)
  JAM_RT;

/// Copies samples out. With DSP only.
void playout_store_read(const PlayoutStore* store,
                        int64_t             at,
                        float*              out,
                        unsigned            frames) JAM_RT;

/// Replaces samples without calling them true. With DSP only.
void playout_store_put(PlayoutStore* store,
                       int64_t       at,
                       const float*  samples,
                       unsigned      frames) JAM_RT;

#endif // JAM_PLAYOUT_STORE_H
