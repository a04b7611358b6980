// SPDX-License-Identifier: MIT
// Rounding with the error fed back.

#include "jellie/shape.h"

#include <string.h>

// Time between fits, in units of the rate
#define REFIT_UNITS 2U

void jellie_shaper_init(JellieShaper* const       shaper,
                        const JellieFormat* const format)
{
  memset(shaper, 0, sizeof(*shaper));
  jellie_shape_tables(&shaper->tables, format->rate_hz);
  shaper->bits  = format->bits;
  shaper->refit = REFIT_UNITS * jellie_unit(format->rate_hz);
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
  if (shaper->due > frames) {
    shaper->due -= frames;
  } else if (jellie_shape_fit(&shaper->tables, shaper->past, shaper->taps)) {
    shaper->due = shaper->refit;
  }
}

static bool is_silent(const int32_t* const samples, const unsigned frames)
{
  int32_t any = 0;
  for (unsigned i = 0U; i < frames; ++i) {
    any |= samples[i];
  }
  return any == 0;
}

// What the errors of the past bring to the present one.
static double feedback(const double* const taps, const double* const errors)
{
  double sums[4] = {0.0};
  for (unsigned i = 0U; i < JELLIE_SHAPE_ORDER; i += 4U) {
    for (unsigned j = 0U; j < 4U; ++j) {
      sums[j] += taps[i + j] * errors[i + j];
    }
  }
  return sums[0] + sums[1] + sums[2] + sums[3];
}

void jellie_shaper_round(JellieShaper* const  shaper,
                         const int32_t* const in,
                         const unsigned       frames,
                         const unsigned       shift,
                         int32_t* const       out)
{
  if (shift == 0U || is_silent(in, frames)) {
    memmove(out, in, frames * sizeof(int32_t));
    memset(shaper->errors, 0, sizeof(shaper->errors));
    return;
  }
  const double step   = (double)(UINT32_C(1) << shift);
  const double lowest = -(double)(UINT32_C(1) << (shaper->bits - 1U));

  // Errors newest first, each new one before the others
  double  line[JELLIE_MAX_FRAMES + JELLIE_SHAPE_ORDER];
  double* errors = line + frames;
  memcpy(errors, shaper->errors, sizeof(shaper->errors));
  for (unsigned i = 0U; i < frames; ++i) {
    const double sample = (double)in[i];
    const double wanted = sample + feedback(shaper->taps, errors);
    // Counted from the lowest, so that cutting off rounds down
    double       rounded = (wanted - lowest) / step + 0.5;
    const double last    = -2.0 * lowest / step - 1.0;
    rounded   = rounded > last ? last : rounded > 0.0 ? rounded : 0.0;
    out[i]    = (int32_t)(lowest + step * (double)(int32_t)rounded);
    *--errors = (double)out[i] - sample;
  }
  memcpy(shaper->errors, errors, sizeof(shaper->errors));
}
