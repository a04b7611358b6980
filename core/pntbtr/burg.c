// SPDX-License-Identifier: MIT
// Burg's method with weighted errors.
//
// The backward errors are kept so that the pair of forward[j + stage + 1] is
// always backward[j]: nothing is shifted. All arrays end in zeros, so every
// loop runs over whole blocks, which compilers turn into vector code.

#include "pntbtr/burg.h"

#include <math.h>
#include <string.h>

#define LANES 16U
#define FLOAT_SUM 512U // Pairs

/// Errors below this share of the signal are rounding, not signal.
#define FLOOR 1e-13

/// Factor per tap: moves poles inward a little, against rounding (MODEL.md).
#define DAMPING 0.99999

/// Replaces each pair by its errors under one more reflection.
static void
rotate(float* restrict forward, float* restrict backward, const float k)
{
  for (unsigned i = 0U; i < PNTBTR_BLOCK; ++i) {
    const float f = forward[i];
    const float b = backward[i];
    forward[i]    = f - k * b;
    backward[i]   = b - k * f;
  }
}

/// Adds the products of `frames` pairs, a multiple of LANES.
static void correlate(Burg* const        burg,
                      const float* const forward,
                      const float* const backward,
                      const float* const weights,
                      const unsigned     frames)
{
  float product[LANES] = {0.0F};
  float energy[LANES]  = {0.0F};
  for (unsigned at = 0U; at < frames; at += LANES) {
    for (unsigned i = 0U; i < LANES; ++i) {
      const float f = forward[at + i];
      const float b = backward[at + i];
      const float w = weights[at + i];
      product[i] += w * f * b;
      energy[i] += w * (f * f + b * b);
    }
  }
  for (unsigned i = 0U; i < LANES; ++i) {
    burg->product += (double)product[i];
    burg->energy += (double)energy[i];
  }
}

/// Sums products over the pairs of the present stage: in floats as far as their
/// precision goes, in doubles beyond.
static void measure(Burg* const burg)
{
  const unsigned pairs = burg->size - burg->stage - 1U;
  const unsigned whole = (pairs + LANES - 1U) / LANES * LANES;
  const unsigned first = burg->stage + 1U;
  burg->product        = 0.0;
  burg->energy         = 0.0;
  for (unsigned j = 0U; j < whole; j += FLOAT_SUM) {
    const unsigned left = whole - j;
    correlate(burg,
              burg->forward + first + j,
              burg->backward + j,
              burg->weights + first + j,
              left < FLOAT_SUM ? left : FLOAT_SUM);
  }
}

static void raise_order(Burg* const burg, const double k)
{
  double* const  taps  = burg->taps;
  const unsigned stage = burg->stage;
  for (unsigned i = 0U; i < stage / 2U; ++i) {
    const double low     = taps[i];
    const double high    = taps[stage - 1U - i];
    taps[i]              = low - k * high;
    taps[stage - 1U - i] = high - k * low;
  }
  if (stage % 2U) {
    taps[stage / 2U] *= 1.0 - k;
  }
  taps[stage] = k;
}

void pntbtr_burg_begin(Burg* const        burg,
                       const float* const samples,
                       const unsigned     size,
                       const unsigned     order,
                       const float        memory)
{
  memset(burg, 0, sizeof(*burg));
  burg->size  = size;
  burg->order = order < size ? order : size - 1U;
  memcpy(burg->forward, samples, size * sizeof(float));
  memcpy(burg->backward, samples, (size - 1U) * sizeof(float));
  const float older  = expf(-1.0F / memory);
  float       weight = 1.0F;
  for (unsigned i = size; i-- > 0U;) {
    burg->weights[i] = weight;
    burg->weight += (double)weight;
    weight *= older;
  }
  measure(burg);
  // Below -160 dBFS there is nothing to hear
  burg->floor = burg->energy * FLOOR + 1e-16 * burg->weight;
}

bool pntbtr_burg_done(const Burg* const burg)
{
  return burg->stage >= burg->order || !(burg->energy > burg->floor);
}

unsigned pntbtr_burg_step(Burg* const burg)
{
  const unsigned pairs = burg->size - burg->stage - 1U;
  double         k     = 2.0 * burg->product / burg->energy;
  k                    = (k > 1.0) ? 1.0 : (k < -1.0) ? -1.0 : k;
  for (unsigned j = 0U; j < pairs; j += PNTBTR_BLOCK) {
    rotate(burg->forward + burg->stage + 1U + j, burg->backward + j, (float)k);
  }
  raise_order(burg, k);
  burg->backward[pairs - 1U] = 0.0F; // Has no partner in the next stage
  ++burg->stage;
  measure(burg);
  return 7U * pairs + burg->stage;
}

float pntbtr_burg_taps(const Burg* const burg,
                       float* const      out,
                       const unsigned    order)
{
  double damping = DAMPING;
  for (unsigned i = 0U; i < order; ++i) {
    out[order - 1U - i] =
      i < burg->stage ? (float)(burg->taps[i] * damping) : 0.0F;
    damping *= DAMPING;
  }
  return (float)sqrt(fmax(0.5 * burg->energy / burg->weight, 0.0));
}
