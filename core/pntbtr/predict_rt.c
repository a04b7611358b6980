// SPDX-License-Identifier: MIT
// Extrapolation by a fitted model, kept within the level of what it continues.

#include "pntbtr/pntbtr.h"

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

/// Sums products; `length` is a multiple of LANES.
static float
dot(const float* const a, const float* const b, const unsigned length)
{
  float sums[LANES] = {0.0F};
  for (unsigned at = 0U; at < length; at += LANES) {
    for (unsigned i = 0U; i < LANES; ++i) {
      sums[i] += a[at + i] * b[at + i];
    }
  }
  float sum = 0.0F;
  for (unsigned i = 0U; i < LANES; ++i) {
    sum += sums[i];
  }
  return sum;
}

/// Ramps a block down to the level it may have, so that growth ends in a fade.
static void limit(float* const block, const unsigned frames, const float level)
{
  const float peak = peak_of(block, frames);
  if (peak <= level) {
    return;
  }
  if (!isfinite(peak)) {
    memset(block, 0, frames * sizeof(float));
    return;
  }
  const float step = (1.0F - level / peak) / (float)frames;
  for (unsigned i = 0U; i < frames; ++i) {
    const float value = block[i] * (1.0F - step * (float)(i + 1U));
    block[i]          = fmaxf(-level, fminf(level, value));
  }
}

void pntbtr_extrapolate(const PntbtrModel* const model,
                        const float* const       past,
                        float* const             out,
                        const unsigned           frames)
{
  // Taps reversed and preceded by zeros up to whole lanes
  float          taps[PNTBTR_MAX_ORDER];
  float          line[PNTBTR_MAX_ORDER + PNTBTR_BLOCK];
  const unsigned order =
    model->order < PNTBTR_MAX_ORDER ? model->order : PNTBTR_MAX_ORDER;
  const unsigned length = (order + LANES - 1U) / LANES * LANES;
  const unsigned zeros  = length - order;
  float* const   next   = line + length;
  memset(taps, 0, zeros * sizeof(float));
  memset(line, 0, zeros * sizeof(float));
  for (unsigned i = 0U; i < order; ++i) {
    taps[length - 1U - i] = model->taps[i];
  }
  memcpy(next - order, past - order, order * sizeof(float));

  const float level = peak_of(past - PNTBTR_LEVEL_SPAN, PNTBTR_LEVEL_SPAN);
  if (!(level > SILENCE) || !isfinite(level)) {
    memset(out, 0, frames * sizeof(float));
    return;
  }
  for (unsigned at = 0U; at < frames; at += PNTBTR_BLOCK) {
    const unsigned left  = frames - at;
    const unsigned count = left < PNTBTR_BLOCK ? left : PNTBTR_BLOCK;
    for (unsigned i = 0U; i < count; ++i) {
      next[i] = dot(taps, line + i, length);
    }
    limit(next, count, level);
    memcpy(out + at, next, count * sizeof(float));
    memmove(line, line + count, length * sizeof(float));
  }
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
