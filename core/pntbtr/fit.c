// SPDX-License-Identifier: MIT
// Burg's method, one order at a time, so that a fit can be spread over time.
//
// The backward errors are kept so that the pair of forward[j + stage + 1] is
// always backward[j]: nothing is shifted. Both arrays end in zeros, so every
// loop runs over whole blocks, which compilers turn into vector code.

#include "pntbtr/pntbtr.h"

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
static void correlate(PntbtrFit* const   fit,
                      const float* const forward,
                      const float* const backward,
                      const unsigned     frames)
{
  float product[LANES] = {0.0F};
  float energy[LANES]  = {0.0F};
  for (unsigned at = 0U; at < frames; at += LANES) {
    for (unsigned i = 0U; i < LANES; ++i) {
      const float f = forward[at + i];
      const float b = backward[at + i];
      product[i] += f * b;
      energy[i] += f * f + b * b;
    }
  }
  for (unsigned i = 0U; i < LANES; ++i) {
    fit->product += (double)product[i];
    fit->energy += (double)energy[i];
  }
}

/// Sums products over the pairs of the present stage: in floats as far as their
/// precision goes, in doubles beyond.
static void measure(PntbtrFit* const fit)
{
  const unsigned pairs = fit->size - fit->stage - 1U;
  const unsigned whole = (pairs + LANES - 1U) / LANES * LANES;
  fit->product         = 0.0;
  fit->energy          = 0.0;
  for (unsigned j = 0U; j < whole; j += FLOAT_SUM) {
    const unsigned left = whole - j;
    correlate(fit,
              fit->forward + fit->stage + 1U + j,
              fit->backward + j,
              left < FLOAT_SUM ? left : FLOAT_SUM);
  }
}

static void raise_order(PntbtrFit* const fit, const double k)
{
  double* const  taps  = fit->taps;
  const unsigned stage = fit->stage;
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

static void do_stage(PntbtrFit* const fit)
{
  const unsigned pairs = fit->size - fit->stage - 1U;
  double         k     = 2.0 * fit->product / fit->energy;
  k                    = (k > 1.0) ? 1.0 : (k < -1.0) ? -1.0 : k;
  for (unsigned j = 0U; j < pairs; j += PNTBTR_BLOCK) {
    rotate(fit->forward + fit->stage + 1U + j, fit->backward + j, (float)k);
  }
  raise_order(fit, k);
  fit->backward[pairs - 1U] = 0.0F; // Has no partner in the next stage
  ++fit->stage;
  measure(fit);
}

static bool is_complete(const PntbtrFit* const fit)
{
  return fit->stage >= fit->order || !(fit->energy > fit->floor);
}

void pntbtr_fit_begin(PntbtrFit* const   fit,
                      const float* const history,
                      const unsigned     size,
                      const unsigned     order)
{
  memset(fit, 0, sizeof(*fit));
  fit->size  = size < PNTBTR_MAX_HISTORY ? size : PNTBTR_MAX_HISTORY;
  fit->order = order < PNTBTR_MAX_ORDER ? order : PNTBTR_MAX_ORDER;
  if (fit->size < 2U) {
    fit->order = 0U;
    return;
  }
  fit->order = fit->order < fit->size ? fit->order : fit->size - 1U;
  memcpy(fit->forward, history + size - fit->size, fit->size * sizeof(float));
  memcpy(fit->backward, fit->forward, (fit->size - 1U) * sizeof(float));
  measure(fit);
  // Below -160 dBFS there is nothing to hear
  fit->floor = fit->energy * FLOOR + 1e-16 * fit->size;
}

bool pntbtr_fit_step(PntbtrFit* const fit, const unsigned budget)
{
  unsigned done = 0U;
  while (!is_complete(fit)) {
    if (done && done >= budget) {
      return false;
    }
    done += 5U * (fit->size - fit->stage) + fit->stage;
    do_stage(fit);
  }
  return true;
}

void pntbtr_fit_model(const PntbtrFit* const fit, PntbtrModel* const out)
{
  double damping = DAMPING;
  out->order     = fit->stage;
  for (unsigned i = 0U; i < PNTBTR_MAX_ORDER; ++i) {
    out->taps[i] = i < fit->stage ? (float)(fit->taps[i] * damping) : 0.0F;
    damping *= DAMPING;
  }
}
