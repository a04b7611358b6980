// SPDX-License-Identifier: MIT
// Signals that are hard or telling for a codec.

#ifndef LAB_SIGNALS_H
#define LAB_SIGNALS_H

#include <stddef.h>
#include <stdint.h>

typedef enum Signal {
  SIGNAL_SILENCE,
  SIGNAL_TOP,       ///< Constant, at the upper rail
  SIGNAL_BOTTOM,    ///< Constant, at the lower rail
  SIGNAL_ALTERNATE, ///< Rail to rail with every sample
  SIGNAL_SQUARE,    ///< Rail to rail with every few samples
  SIGNAL_IMPULSE,   ///< One of the first samples at the rail, the others zero
  SIGNAL_RAILS,     ///< Either rail, at random
  SIGNAL_NOISE,     ///< Uniform over the whole range
  SIGNAL_HISS,      ///< A few steps of noise
  SIGNAL_ONE_LANE,  ///< Noise in every fourth sample only
  SIGNAL_SINE,
  SIGNAL_CHORD, ///< Three decaying tones and hiss
  SIGNAL_COUNT
} Signal;

/// Returns a name of lower-case letters and underscores.
const char* signal_name(Signal signal);

/// Writes `frames` samples of 16 or 24 `bits`. The seed varies phase, place
/// and chance.
void signal_fill(Signal   signal,
                 unsigned bits,
                 uint64_t seed,
                 int32_t* out,
                 size_t   frames);

#endif // LAB_SIGNALS_H
