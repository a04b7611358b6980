// SPDX-License-Identifier: MIT
// Signals that are hard or telling for a codec.

#include "signals.h"

#include "base/rand.h"

#include <math.h>

#define HISS 17U

static const char* const names[SIGNAL_COUNT] = {"silence",
                                                "top",
                                                "bottom",
                                                "alternate",
                                                "square",
                                                "impulse",
                                                "rails",
                                                "noise",
                                                "hiss",
                                                "one_lane",
                                                "sine",
                                                "chord"};

const char* signal_name(const Signal signal)
{
  return names[signal];
}

static int32_t noise(JamRand* const rand, const unsigned bits)
{
  return (int32_t)(jam_rand_u32(rand) >> (32U - bits)) -
         (int32_t)(UINT32_C(1) << (bits - 1U));
}

static int32_t hiss(JamRand* const rand)
{
  return (int32_t)jam_rand_below(rand, HISS) - (int32_t)(HISS / 2U);
}

static double tone(const double cycles_per_sample, const double at)
{
  return sin(6.283185307179586 * cycles_per_sample * at);
}

static double chord(const double at)
{
  return exp(-at / 900.0) * (0.3 * tone(0.0046, at) + 0.2 * tone(0.0058, at) +
                             0.15 * tone(0.0069, at) + 0.05 * tone(0.0231, at));
}

static int32_t sample(const Signal   signal,
                      const unsigned bits,
                      const uint64_t seed,
                      JamRand* const rand,
                      const size_t   i)
{
  const int32_t top    = (int32_t)(UINT32_C(1) << (bits - 1U)) - 1;
  const int32_t bottom = -top - 1;
  const double  at     = (double)(seed % 997U) + (double)i;
  switch (signal) {
  case SIGNAL_TOP:
    return top;
  case SIGNAL_BOTTOM:
    return bottom;
  case SIGNAL_ALTERNATE:
    return i % 2U ? top : bottom;
  case SIGNAL_SQUARE:
    return i / (3U + seed % 13U) % 2U ? top : bottom;
  case SIGNAL_IMPULSE:
    return i == seed % 32U ? bottom : 0;
  case SIGNAL_RAILS:
    return jam_rand_u32(rand) >> 31U ? top : bottom;
  case SIGNAL_NOISE:
    return noise(rand, bits);
  case SIGNAL_HISS:
    return hiss(rand);
  case SIGNAL_ONE_LANE:
    return i % 4U == seed % 4U ? noise(rand, bits) : 0;
  case SIGNAL_SINE:
    return (int32_t)lrint(0.7 * top * tone(0.0091, at));
  case SIGNAL_CHORD:
    return (int32_t)lrint(top * chord(at)) + hiss(rand);
  case SIGNAL_SILENCE:
  case SIGNAL_COUNT:
    break;
  }
  return 0;
}

void signal_fill(const Signal   signal,
                 const unsigned bits,
                 const uint64_t seed,
                 int32_t* const out,
                 const size_t   frames)
{
  JamRand rand;
  jam_rand_init(&rand, seed, (uint64_t)signal);
  for (size_t i = 0U; i < frames; ++i) {
    out[i] = sample(signal, bits, seed, &rand, i);
  }
}
