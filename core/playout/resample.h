// SPDX-License-Identifier: MIT
// Reading the store at fractional positions. Private to playout.

#ifndef JAM_PLAYOUT_RESAMPLE_H
#define JAM_PLAYOUT_RESAMPLE_H

#include "playout/store.h"

#include <samplerate.h>

#define PLAYOUT_MAX_STEP 6.0 ///< Stream samples per device frame
#define PLAYOUT_FEED 2048U   ///< Samples handed to the converter at once

typedef struct PlayoutResampler {
  SRC_STATE* state;
  int64_t    fed;    // Position of the next sample to hand over
  bool       primed; // Holds what precedes the read position
  float      work[PLAYOUT_FEED];
} PlayoutResampler;

/// Returns how many samples beyond a position the filter needs to compute it.
unsigned playout_resampler_ahead(double step) JAM_RT;

/// Writes `frames` samples at positions at + fraction + k * step.
void playout_resample(PlayoutResampler*   resampler,
                      const PlayoutStore* store,
                      int64_t             at,
                      double              fraction,
                      double              step,
                      float*              out,
                      unsigned            frames) JAM_RT;

#endif // JAM_PLAYOUT_RESAMPLE_H
