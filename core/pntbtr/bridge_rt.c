// SPDX-License-Identifier: MIT
// A gap with both ends known: what is most likely in between.
//
// A model says that the signal is its prediction plus surprises, independent of
// each other, each followed by a pulse. So the samples behind the gap tell of
// the surprises in it: their conditional mean, given how far those samples are
// off the prediction, is taken. For a model that is one linear predictor this
// is the least-squares interpolation of Janssen, Veldhuis and Vries ("Adaptive
// Interpolation of Discrete-Time Signals that can be Modeled as Autoregressive
// Processes", 1986); here the surprises of both bands share the blame.

#include "pntbtr/pntbtr.h"

#include <math.h>
#include <string.h>

#include "base/rt_poison.h"

#define FUTURE PNTBTR_FUTURE
#define NOISE 1e-6 // Added to the diagonal, of its mean: rounding

typedef struct System {
  double covariance[FUTURE][FUTURE]; // Upper half; then its Cholesky factor
  float  blame[FUTURE];
  float  surprises[PNTBTR_BRIDGE_FRAMES]; // Newest first
} System;

// Adds what the surprises of one band, `frames` samples before the future and
// within it, make of the covariance of the future.
static void add_covariance(const float* const pulse,
                           const unsigned     frames,
                           const unsigned     future,
                           System* const      out)
{
  float sums[FUTURE] = {0.0F}; // By distance
  for (unsigned k = 0U; k < frames + future; ++k) {
    const unsigned left  = frames + future - k;
    const unsigned count = left < future ? left : future;
    for (unsigned m = 0U; m < count; ++m) {
      sums[m] += pulse[k] * pulse[k + m];
    }
    if (k >= frames) {
      double* const row = out->covariance[k - frames] + (k - frames);
      for (unsigned m = 0U; m < count; ++m) {
        row[m] += (double)sums[m];
      }
    }
  }
}

// Replaces the covariance by its Cholesky factor, transposed, with the inverse
// of the diagonal. Row by row, so that every inner loop runs over neighbours.
// Returns false if it has none.
static bool factor(System* const system, const unsigned size)
{
  double trace = 0.0;
  for (unsigned i = 0U; i < size; ++i) {
    trace += system->covariance[i][i];
  }
  for (unsigned k = 0U; k < size; ++k) {
    double* const row  = system->covariance[k];
    const double  rest = row[k] + NOISE * trace / size;
    if (!(rest > 0.0) || !isfinite(rest)) {
      return false;
    }
    row[k] = 1.0 / sqrt(rest);
    for (unsigned j = k + 1U; j < size; ++j) {
      row[j] *= row[k];
    }
    for (unsigned i = k + 1U; i < size; ++i) {
      double* const other = system->covariance[i];
      const double  share = row[i];
      for (unsigned j = i; j < size; ++j) {
        other[j] -= share * row[j];
      }
    }
  }
  return true;
}

// Solves for the blame of each future sample, given how far it is off.
static void
solve(System* const system, const float* const off, const unsigned size)
{
  double value[FUTURE];
  for (unsigned i = 0U; i < size; ++i) {
    value[i] = (double)off[i];
  }
  for (unsigned i = 0U; i < size; ++i) {
    const double* const row = system->covariance[i];
    value[i] *= row[i];
    for (unsigned k = i + 1U; k < size; ++k) {
      value[k] -= row[k] * value[i];
    }
  }
  for (unsigned i = size; i-- > 0U;) {
    const double* const row  = system->covariance[i];
    double              rest = value[i];
    for (unsigned k = i + 1U; k < size; ++k) {
      rest -= row[k] * value[k];
    }
    value[i]         = rest * row[i];
    system->blame[i] = (float)value[i];
  }
}

// Adds what the surprises of one band in the gap, as they now seem, did.
static void add_surprises(System* const      system,
                          const float* const pulse,
                          float* const       gap,
                          const unsigned     frames,
                          const unsigned     future)
{
  memset(system->surprises, 0, sizeof(system->surprises));
  for (unsigned j = 0U; j < future; ++j) {
    for (unsigned m = 0U; m < frames; ++m) {
      system->surprises[m] += system->blame[j] * pulse[j + 1U + m];
    }
  }
  for (unsigned k = 0U; k < frames; ++k) {
    const float size = system->surprises[frames - 1U - k];
    for (unsigned t = 0U; t < frames - k; ++t) {
      gap[k + t] += size * pulse[t];
    }
  }
}

static float peak_of(const float* const samples, const unsigned frames)
{
  float peak = 0.0F;
  for (unsigned i = 0U; i < frames; ++i) {
    // Written so that a NaN stays
    peak = fabsf(samples[i]) <= peak ? peak : fabsf(samples[i]);
  }
  return peak;
}

bool pntbtr_bridge(const PntbtrModel* const model,
                   const float              level,
                   float* const             predicted,
                   const unsigned           frames,
                   const float* const       truth,
                   const unsigned           future)
{
  const unsigned count = future < FUTURE ? future : FUTURE;
  const unsigned bent =
    frames < PNTBTR_BRIDGE_FRAMES ? frames : PNTBTR_BRIDGE_FRAMES;
  float* const gap = predicted + frames - bent;
  System       system;
  float        off[FUTURE];
  float        bridge[PNTBTR_BRIDGE_FRAMES];
  memset(&system, 0, sizeof(system));
  for (unsigned i = 0U; i < count; ++i) {
    off[i] = truth[i] - predicted[frames + i];
  }
  add_covariance(model->low_pulse, bent, count, &system);
  add_covariance(model->high_pulse, bent, count, &system);
  if (!model->ready || !factor(&system, count)) {
    return false;
  }
  solve(&system, off, count);
  memcpy(bridge, gap, bent * sizeof(float));
  add_surprises(&system, model->low_pulse, bridge, bent, count);
  add_surprises(&system, model->high_pulse, bridge, bent, count);
  // A model that does not fit could lead anywhere
  if (!(peak_of(bridge, bent) <= fmaxf(level, peak_of(truth, count)))) {
    return false;
  }
  memcpy(gap, bridge, bent * sizeof(float));
  return true;
}
