// SPDX-License-Identifier: MIT
// Gain and pan without clicks, and without touching what is at unity.

#include "playout/playout.h"

#include <math.h>
#include <string.h>

#include "base/rt_poison.h"

#define RAMP_SECONDS 0.015
#define MOST_GAIN 2.0F
#define QUARTER_PI 0.785398163F
#define SQRT_2 1.41421356F

void playout_gain_init(PlayoutGain* const gain, const double rate_hz)
{
  memset(gain, 0, sizeof(*gain));
  gain->left         = 1.0F;
  gain->right        = 1.0F;
  gain->target_left  = 1.0F;
  gain->target_right = 1.0F;
  gain->ramp_frames  = (uint32_t)fmax(1.0, RAMP_SECONDS * rate_hz);
}

void playout_gain_set(PlayoutGain* const gain,
                      const float        level,
                      const float        pan,
                      const bool         muted)
{
  // Written so that a NaN becomes 0
  const float wanted =
    (!muted && level > 0.0F) ? fminf(level, MOST_GAIN) : 0.0F;
  float side = (pan > -1.0F) ? fminf(pan, 1.0F) : -1.0F;
  side       = isnan(pan) ? 0.0F : side;

  // The right ear is the left one, mirrored
  const float left   = (1.0F + side) * QUARTER_PI;
  const float right  = (1.0F - side) * QUARTER_PI;
  gain->target_left  = wanted;
  gain->target_right = wanted;
  if (fabsf(side) > 1e-6F) { // Rounding must not touch the centre
    gain->target_left *= fmaxf(0.0F, cosf(left)) * SQRT_2;
    gain->target_right *= fmaxf(0.0F, cosf(right)) * SQRT_2;
  }
  const float share = 1.0F / (float)gain->ramp_frames;
  gain->step_left   = (gain->target_left - gain->left) * share;
  gain->step_right  = (gain->target_right - gain->right) * share;
  gain->ramp_left   = gain->ramp_frames;
}

static void step(PlayoutGain* const gain)
{
  if (gain->ramp_left == 0U) {
    return;
  }
  gain->left += gain->step_left;
  gain->right += gain->step_right;
  if (--gain->ramp_left == 0U) {
    gain->left  = gain->target_left;
    gain->right = gain->target_right;
  }
}

/// Returns the level without pan: equal power holds the sum of squares.
static float mono_level(const PlayoutGain* const gain)
{
  return sqrtf(0.5F * (gain->left * gain->left + gain->right * gain->right));
}

static void mix_mono(PlayoutGain* const gain,
                     const float* const in,
                     float* const       out,
                     const unsigned     frames)
{
  unsigned i = 0U;
  for (; i < frames && gain->ramp_left > 0U; ++i) {
    step(gain);
    out[i] += in[i] * mono_level(gain);
  }
  const float level = mono_level(gain);
  for (; i < frames; ++i) {
    out[i] += in[i] * level;
  }
}

void playout_mix(PlayoutGain* const gain,
                 const float* const in,
                 float* const       left,
                 float* const       right,
                 const unsigned     frames)
{
  if (!right) {
    mix_mono(gain, in, left, frames);
    return;
  }
  unsigned i = 0U;
  for (; i < frames && gain->ramp_left > 0U; ++i) {
    step(gain);
    left[i] += in[i] * gain->left;
    right[i] += in[i] * gain->right;
  }
  for (; i < frames; ++i) {
    left[i] += in[i] * gain->left;
    right[i] += in[i] * gain->right;
  }
}
