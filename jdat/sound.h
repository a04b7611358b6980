// SPDX-License-Identifier: MIT
// Whole sound files as integers of a depth: WAV, FLAC and whatever else
// libsndfile reads. Setup thread; allocates.

#ifndef JDAT_SOUND_H
#define JDAT_SOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SOUND_ERROR_SIZE 512U
#define SOUND_MAX_CHANNELS 128U
#define SOUND_MAX_SAMPLES ((size_t)1 << 28U) ///< Of all channels

/// Why a file could not be read or written, in one sentence.
typedef struct SoundError {
  char text[SOUND_ERROR_SIZE];
} SoundError;

typedef struct Sound {
  int32_t* samples; ///< Owned, interleaved, in +-2^(bits-1)
  size_t   frames;
  unsigned channels;
  unsigned bits;
  uint32_t rate_hz;
} Sound;

/// Reads a file; "-" is standard input. `bits` is 16 or 24: lower bits are cut
/// off and floats rounded to that depth; 0 takes the depth of the file and
/// refuses files that have another one than these two (8 bits count as 16).
/// Any rate is read. False after saying why; otherwise release with sound_free.
bool sound_read(const char* path, unsigned bits, Sound* out, SoundError* error);

/// Writes a file, as FLAC if its name ends so, otherwise as WAV; "-" is
/// standard output and WAV. False after saying why.
bool sound_write(const char* path, const Sound* sound, SoundError* error);

/// Releases what sound_read took.
void sound_free(Sound* sound);

#endif // JDAT_SOUND_H
