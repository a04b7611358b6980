// SPDX-License-Identifier: MIT
// Rounding with the error fed back.

#include "jellie/shape.h"

#include <string.h>

#define REFIT_UNITS 2U // Between fits

// Steps by which rounding is displaced at most, up or down: enough that a clean
// tone does not round to a pattern of its own, at a cost of 0.2 dB.
#define CHANCE 0.125

void jellie_shaper_init(JellieShaper* const       shaper,
                        const JellieFormat* const format)
{
  memset(shaper, 0, sizeof(*shaper));
  jellie_shape_tables(&shaper->tables, format->rate_hz);
  shaper->bits  = format->bits;
  shaper->refit = REFIT_UNITS * jellie_unit(format->rate_hz);
  shaper->age   = shaper->refit;
}

void jellie_shaper_hear(JellieShaper* const  shaper,
                        const int32_t* const samples,
                        const unsigned       frames)
{
  const float    unit = 1.0F / (float)(UINT32_C(1) << (shaper->bits - 1U));
  const unsigned keep = JELLIE_SHAPE_WINDOW - frames;
  memmove(shaper->past, shaper->past + frames, keep * sizeof(float));
  for (unsigned i = 0U; i < frames; ++i) {
    shaper->past[keep + i] = (float)samples[i] * unit;
  }
  shaper->age += frames;
}

static bool is_silent(const int32_t* const samples, const unsigned frames)
{
  int32_t any = 0;
  for (unsigned i = 0U; i < frames; ++i) {
    any |= samples[i];
  }
  return any == 0;
}

// Returns a sum of products, in four parts that do not wait for each other.
static double
sum_of(const double* const a, const double* const b, const unsigned count)
{
  double sums[4] = {0.0};
  for (unsigned i = 0U; i < count; i += 4U) {
    for (unsigned j = 0U; j < 4U; ++j) {
      sums[j] += a[i + j] * b[i + j];
    }
  }
  return sums[0] + sums[1] + (sums[2] + sums[3]);
}

// Fits the filter to the newest samples, unless that was done a moment ago.
static void refresh(JellieShaper* const shaper)
{
  if (shaper->age >= shaper->refit &&
      jellie_shape_fit(&shaper->tables, shaper->past, &shaper->filter)) {
    shaper->age = 0U;
  }
}

// Returns a number of -CHANCE to CHANCE.
static double chance(JellieShaper* const shaper)
{
  shaper->chance = shaper->chance * 1664525U + 1013904223U;
  return ((double)(shaper->chance >> 8U) / (1U << 23U) - 1.0) * CHANCE;
}

void jellie_shaper_round(JellieShaper* const  shaper,
                         const int32_t* const in,
                         const unsigned       frames,
                         const unsigned       shift,
                         int32_t* const       out)
{
  const JellieShapeFilter* const filter = &shaper->filter;
  JellieShapeState* const        state  = &shaper->state;
  if (shift == 0U || is_silent(in, frames)) {
    memmove(out, in, frames * sizeof(int32_t));
    memset(state, 0, sizeof(*state));
    return;
  }
  refresh(shaper);
  const double step   = (double)(UINT32_C(1) << shift);
  const double lowest = -(double)(UINT32_C(1) << (shaper->bits - 1U));
  const double last   = -2.0 * lowest / step - 1.0;

  // Newest first, each new one before the others
  double  error_line[JELLIE_MAX_FRAMES + JELLIE_SHAPE_POLES];
  double  rounding_line[JELLIE_MAX_FRAMES + JELLIE_SHAPE_ZEROS];
  double* errors    = error_line + frames;
  double* roundings = rounding_line + frames;
  memcpy(errors, state->errors, sizeof(state->errors));
  memcpy(roundings, state->roundings, sizeof(state->roundings));
  for (unsigned i = 0U; i < frames; ++i) {
    const double sample = (double)in[i];
    const double wanted = sample +
                          sum_of(filter->poles, errors, JELLIE_SHAPE_POLES) -
                          sum_of(filter->zeros, roundings, JELLIE_SHAPE_ZEROS);
    // Counted from the lowest, so that cutting off rounds down
    const double place = (wanted - lowest) / step + 0.5 + chance(shaper);
    const double whole = place > last ? last : place > 0.0 ? place : 0.0;
    const double value = lowest + step * (double)(int32_t)whole;
    // Where full scale ends, the error is not that of rounding: forget it
    const double rounding = value - wanted;
    *--errors             = value - sample;
    *--roundings = rounding > step ? step : rounding < -step ? -step : rounding;
    out[i]       = (int32_t)value;
  }
  memcpy(state->errors, errors, sizeof(state->errors));
  memcpy(state->roundings, roundings, sizeof(state->roundings));
}
