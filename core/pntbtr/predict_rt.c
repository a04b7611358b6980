// SPDX-License-Identifier: MIT
// Extrapolation by a fitted model, kept within the level of what it continues.

#include "pntbtr/bands.h"

#include <math.h>
#include <string.h>

#include "base/rt_poison.h"

#define LANES 16U

/// Below this (-160 dBFS) output is silence, which also keeps denormals out.
#define SILENCE 1e-8F

/// Returns the largest magnitude, or something not finite if there is such.
static float peak_of(const float* const samples, const unsigned frames)
{
  float    peaks[LANES] = {0.0F};
  unsigned at           = 0U;
  for (; at + LANES <= frames; at += LANES) {
    for (unsigned i = 0U; i < LANES; ++i) {
      const float size = fabsf(samples[at + i]);
      peaks[i]         = (size <= peaks[i]) ? peaks[i] : size;
    }
  }
  float peak = 0.0F;
  for (; at < frames; ++at) {
    const float size = fabsf(samples[at]);
    peak             = (size <= peak) ? peak : size;
  }
  for (unsigned i = 0U; i < LANES; ++i) {
    // Written so that a NaN stays, whichever side it is on
    peak = (peaks[i] <= peak || isnan(peak)) ? peak : peaks[i];
  }
  return peak;
}

/// Ramps a block down to the level it may have, so that growth ends in a fade.
/// Returns the gain at its end.
static float limit(float* const block, const unsigned frames, const float level)
{
  const float peak = peak_of(block, frames);
  if (peak <= level) {
    return 1.0F;
  }
  if (!isfinite(peak)) {
    memset(block, 0, frames * sizeof(float));
    return 0.0F;
  }
  const float gain = level / peak;
  const float step = (1.0F - gain) / (float)frames;
  for (unsigned i = 0U; i < frames; ++i) {
    const float value = block[i] * (1.0F - step * (float)(i + 1U));
    block[i]          = fmaxf(-level, fminf(level, value));
  }
  return gain;
}

// Splits the past into bands: what lies before the gap of both, and the
// low-band samples that the filter needs behind it.
static void split(PntbtrPrediction* const  prediction,
                  const PntbtrBands* const bands,
                  const PntbtrModel* const model,
                  const float* const       end)
{
  float          line[PNTBTR_MAX_PAST + PNTBTR_MAX_REACH];
  const unsigned size   = pntbtr_past(bands);
  const unsigned behind = PNTBTR_HIGH_ORDER / bands->divide + 1U;
  float* const   low    = prediction->low + PNTBTR_LOW_ORDER;
  memcpy(line, end - size, size * sizeof(float));
  pntbtr_bands_continue(model->edge,
                        PNTBTR_HIGH_ORDER,
                        line + size,
                        bands->reach);
  pntbtr_bands_low(bands, line + size, prediction->low, PNTBTR_LOW_ORDER);
  pntbtr_bands_continue(model->low, PNTBTR_LOW_ORDER, low, PNTBTR_REACH);
  prediction->ahead = PNTBTR_REACH;
  prediction->phase = 1U;
  for (unsigned i = 0U; i < PNTBTR_HIGH_ORDER; ++i) {
    const unsigned after = i + 1U + behind * bands->divide - PNTBTR_HIGH_ORDER;
    prediction->high[i]  = (end - PNTBTR_HIGH_ORDER)[i] -
                          pntbtr_bands_at(bands, low - 1U - behind, after);
  }
}

void pntbtr_predict_begin(PntbtrPrediction* const  prediction,
                          const PntbtrBands* const bands,
                          const PntbtrModel* const model,
                          const float* const       end)
{
  memset(prediction, 0, sizeof(*prediction));
  prediction->level = peak_of(end - PNTBTR_LEVEL_SPAN, PNTBTR_LEVEL_SPAN);
  prediction->silent =
    !model->ready || !(prediction->level > SILENCE) ||
    !isfinite(peak_of(end - pntbtr_past(bands), pntbtr_past(bands)));
  if (!prediction->silent) {
    split(prediction, bands, model, end);
  }
}

// Forgets what is no longer needed, and what was too loud in what is.
static void move_on(PntbtrPrediction* const  prediction,
                    const PntbtrBands* const bands,
                    const unsigned           frames,
                    const float              gain)
{
  prediction->phase += frames;
  const unsigned whole = prediction->phase / bands->divide;
  const unsigned kept  = PNTBTR_LOW_ORDER + prediction->ahead - whole;
  prediction->phase %= bands->divide;
  prediction->ahead -= whole;
  memmove(prediction->low, prediction->low + whole, kept * sizeof(float));
  memmove(prediction->high,
          prediction->high + frames,
          PNTBTR_HIGH_ORDER * sizeof(float));
  if (gain < 1.0F) {
    for (unsigned i = 0U; i < kept; ++i) {
      prediction->low[i] *= gain;
    }
    for (unsigned i = 0U; i < PNTBTR_HIGH_ORDER; ++i) {
      prediction->high[i] *= gain;
    }
  }
  prediction->silent = !(gain > 0.0F);
}

void pntbtr_predict(PntbtrPrediction* const  prediction,
                    const PntbtrBands* const bands,
                    const PntbtrModel* const model,
                    float* const             out,
                    const unsigned           frames)
{
  if (prediction->silent) {
    memset(out, 0, frames * sizeof(float));
    return;
  }
  float* const   low  = prediction->low + PNTBTR_LOW_ORDER;
  float* const   high = prediction->high + PNTBTR_HIGH_ORDER;
  const unsigned wanted =
    (prediction->phase + frames - 1U) / bands->divide + PNTBTR_REACH;
  if (wanted > prediction->ahead) {
    pntbtr_bands_continue(model->low,
                          PNTBTR_LOW_ORDER,
                          low + prediction->ahead,
                          wanted - prediction->ahead);
    prediction->ahead = wanted;
  }
  pntbtr_bands_continue(model->high, PNTBTR_HIGH_ORDER, high, frames);
  for (unsigned i = 0U; i < frames; ++i) {
    out[i] = high[i] + pntbtr_bands_at(bands, low - 1U, prediction->phase + i);
  }
  move_on(prediction, bands, frames, limit(out, frames, prediction->level));
}

void pntbtr_crossfade(float* const       truth,
                      const float* const prediction,
                      const unsigned     begin,
                      const unsigned     frames,
                      const unsigned     length)
{
  const float step = 3.14159265F / (float)(length ? length : 1U);
  for (unsigned i = 0U; i < frames && begin + i < length; ++i) {
    const float turn  = step * ((float)(begin + i) + 0.5F);
    const float share = 0.5F - 0.5F * cosf(turn);
    truth[i]          = prediction[i] + share * (truth[i] - prediction[i]);
  }
}
