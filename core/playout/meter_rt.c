// SPDX-License-Identifier: MIT
// Level meter: falling peak, mean square, runs of clipped samples.

#include "playout/playout.h"

#include <math.h>
#include <string.h>

#include "base/rt_poison.h"

#define FALL_DB_PER_SECOND 20.0
#define RMS_SECONDS 0.3
#define CLIP_LEVEL 0.98855309F // -0.1 dBFS
#define CLIP_SAMPLES 3U
#define QUIETEST 1e-15F // Zero from here on, which keeps denormals out

void playout_meter_init(PlayoutMeter* const meter, const double rate_hz)
{
  memset(meter, 0, sizeof(*meter));
  meter->peak_decay = (float)pow(10.0, -FALL_DB_PER_SECOND / 20.0 / rate_hz);
  meter->rms_decay  = (float)exp(-1.0 / (RMS_SECONDS * rate_hz));
}

void playout_meter_update(PlayoutMeter* const meter,
                          const float* const  in,
                          const unsigned      frames)
{
  float       peak        = meter->peak;
  float       mean_square = meter->mean_square;
  const float share       = 1.0F - meter->rms_decay;
  for (unsigned i = 0U; i < frames; ++i) {
    const float size = isfinite(in[i]) ? fabsf(in[i]) : 0.0F;
    peak             = fmaxf(peak * meter->peak_decay, size);
    mean_square += share * (size * size - mean_square);
    meter->clip_run = size >= CLIP_LEVEL ? meter->clip_run + 1U : 0U;
    meter->clips += meter->clip_run == CLIP_SAMPLES ? 1U : 0U;
  }
  meter->peak        = peak > QUIETEST ? peak : 0.0F;
  meter->mean_square = mean_square > QUIETEST ? mean_square : 0.0F;
}
