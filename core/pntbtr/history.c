// SPDX-License-Identifier: MIT
// What a stream sounded like lately.

#include "pntbtr/history.h"

#define MASK (PNTBTR_HISTORY - 1U)
#define GUESS_MOST 4096U // Samples; what has become silence needs no more

void pntbtr_history_read(const PntbtrHistory* const history,
                         const int64_t              from,
                         float* const               out,
                         const unsigned             frames)
{
  for (unsigned i = 0U; i < frames; ++i) {
    out[i] = history->samples[(uint64_t)(from + i) & MASK];
  }
}

void pntbtr_history_add(PntbtrHistory* const history,
                        const int64_t        position,
                        const float* const   samples,
                        const unsigned       frames)
{
  for (unsigned i = 0U; i < frames; ++i) {
    history->samples[(uint64_t)(position + i) & MASK] = samples[i];
  }
}

void pntbtr_history_guess(PntbtrHistory* const     history,
                          const PntbtrBands* const bands,
                          const PntbtrModel* const model,
                          const int64_t            from,
                          const int64_t            to)
{
  float            past[PNTBTR_MAX_PAST];
  float            block[PNTBTR_BLOCK];
  PntbtrPrediction prediction;
  const unsigned   size = pntbtr_past(bands);
  pntbtr_history_read(history, from - (int64_t)size, past, size);
  pntbtr_predict_begin(&prediction, bands, model, past + size);
  // After a gap too long to guess, the end of the guess is as good as any
  const int64_t first =
    to - from > (int64_t)GUESS_MOST ? to - (int64_t)GUESS_MOST : from;
  for (int64_t at = first; at < to; at += PNTBTR_BLOCK) {
    const int64_t  left = to - at;
    const unsigned frames =
      left < (int64_t)PNTBTR_BLOCK ? (unsigned)left : PNTBTR_BLOCK;
    pntbtr_predict(&prediction, bands, model, block, frames);
    pntbtr_history_add(history, at, block, frames);
  }
}
