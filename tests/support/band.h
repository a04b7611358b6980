// SPDX-License-Identifier: MIT
// A small band that needs no recordings: five instruments, synthesised, playing
// one four-bar progression in E minor at 104 beats a minute.
//
// Deterministic: the same part, rate, seed and length give the same samples on
// the same machine. Parts of one seed fit together.

#ifndef JAM_BAND_H
#define JAM_BAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BAND_BPM 104.0

typedef enum BandPart {
  BAND_GUITAR, ///< Steel strings, picked (Karplus-Strong)
  BAND_BASS,   ///< One string, fingered
  BAND_DRUMS,  ///< Kick, snare, hi-hat
  BAND_KEYS,   ///< Electric piano (frequency modulation)
  BAND_LEAD,   ///< A breathy voice on "ah" and "oh"
  BAND_PART_COUNT
} BandPart;

/// Returns "guitar", "bass", "drums", "keys" or "lead".
const char* band_name(BandPart part);

/// Finds a part by name.
bool band_find(const char* name, BandPart* out);

/// Plays `frames` samples into `out`, peak -3 dBFS.
void band_play(BandPart part,
               uint32_t rate_hz,
               uint64_t seed,
               float*   out,
               size_t   frames);

/// Rounds to the grid of 16 or 24 bits, as a sound card would.
void band_round(float* samples, size_t frames, unsigned bits);

#endif // JAM_BAND_H
