// SPDX-License-Identifier: MIT
// Between the floats of sound cards and the integers of a depth. A float holds
// every 24-bit integer exactly, and the scale is a power of two.

#include "jellie/jellie.h"

#include "base/rt_poison.h"

static float scale_of(const unsigned bits)
{
  return bits == 16U ? 32768.0F : 8388608.0F;
}

static int32_t to_integer(const float sample, const float scale)
{
  const float scaled = sample * scale;
  if (scaled >= scale - 1.0F) {
    return (int32_t)scale - 1;
  }
  if (scaled <= -scale) {
    return (int32_t)-scale;
  }
  if (scaled != scaled) {
    return 0;
  }
  // In double, as adding a half may itself round in float
  const double half = scaled < 0.0F ? -0.5 : 0.5;
  return (int32_t)((double)scaled + half);
}

void jellie_from_float(const float* const in,
                       const unsigned     bits,
                       int32_t* const     out,
                       const size_t       frames)
{
  const float scale = scale_of(bits);
  for (size_t i = 0U; i < frames; ++i) {
    out[i] = to_integer(in[i], scale);
  }
}

void jellie_to_float(const int32_t* const in,
                     const unsigned       bits,
                     float* const         out,
                     const size_t         frames)
{
  const float scale = 1.0F / scale_of(bits);
  for (size_t i = 0U; i < frames; ++i) {
    out[i] = (float)in[i] * scale;
  }
}
