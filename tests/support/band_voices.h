// SPDX-License-Identifier: MIT
// One note at a time; used by band.c only.

#ifndef JAM_BAND_VOICES_H
#define JAM_BAND_VOICES_H

#include "base/rand.h"

#include <stddef.h>

/// Where notes are added: the samples from a note's start to the end.
typedef struct BandTape {
  float*   out;
  size_t   frames;
  double   rate_hz;
  JamRand* rand;
} BandTape;

/// How a string is played and what it is made of.
typedef struct BandString {
  double pick;   ///< Where, as a share of its length
  double bright; ///< 0 dull .. 1 bare noise
  double decay;  ///< Seconds to fall by 60 dB at 110 Hz
} BandString;

typedef enum BandDrum { BAND_KICK, BAND_SNARE, BAND_HAT } BandDrum;

/// Adds a note of `hz` that is damped after `seconds`; `level` 0 .. 1.
void band_string(const BandTape*   tape,
                 const BandString* string,
                 double            hz,
                 double            seconds,
                 double            level);

/// Adds a stroke.
void band_drum(const BandTape* tape, BandDrum drum, double level);

/// Adds a note of the electric piano.
void band_key(const BandTape* tape, double hz, double seconds, double level);

/// Adds a sung note that glides from `from_hz`; `open` 0 "oh" .. 1 "ah".
void band_voice(const BandTape* tape,
                double          from_hz,
                double          hz,
                double          seconds,
                double          level,
                double          open);

#endif // JAM_BAND_VOICES_H
