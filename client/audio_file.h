// SPDX-License-Identifier: MIT
// Sound files for the virtual device: one to play, one to record.

#ifndef JAM_CLIENT_AUDIO_FILE_H
#define JAM_CLIENT_AUDIO_FILE_H

#include <jamnet/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A whole file in memory, mixed to one channel.
typedef struct AudioClip {
  float*   samples;
  size_t   frames;
  uint32_t rate_hz;
} AudioClip;

/// Loads a file in any format libsndfile reads, resampled to `rate_hz`; if that
/// is 0, to its own rate where it is a standard one, else to 48 kHz. False and
/// one sentence in `error` on failure. Setup thread.
bool audio_clip_load(const char* path,
                     uint32_t    rate_hz,
                     AudioClip*  out,
                     char*       error,
                     size_t      error_size);

/// Releases what `load` took.
void audio_clip_free(AudioClip* clip);

typedef struct AudioRecorder AudioRecorder;

/// Creates a file (".flac": 24-bit FLAC, else WAV in float) and a thread that
/// writes it. Null and one sentence in `error` on failure. Setup thread.
AudioRecorder* audio_recorder_new(const char* path,
                                  uint32_t    rate_hz,
                                  unsigned    channels,
                                  char*       error,
                                  size_t      error_size);

/// Returns the frames that can be written now. Writing thread.
unsigned audio_recorder_room(const AudioRecorder* recorder) JAM_RT;

/// Adds planar frames, at most JAM_MAX_FRAMES; without room they are lost.
/// Writing thread; real-time safe.
void audio_recorder_write(AudioRecorder*      recorder,
                          const float* const* in,
                          unsigned            frames) JAM_RT;

/// Writes the rest, closes the file and releases the recorder; null is fine.
void audio_recorder_free(AudioRecorder* recorder);

#endif // JAM_CLIENT_AUDIO_FILE_H
