// SPDX-License-Identifier: MIT
// What a musician plays, and what a listener hears, as files.

#ifndef JAM_SIM_AUDIO_H
#define JAM_SIM_AUDIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Mono sound that repeats for ever, on the grid of a bit depth.
typedef struct SimAudio {
  float* samples;
  size_t frames;
} SimAudio;

/// Loads `name`: a WAV or FLAC file (mixed to mono, converted to `rate_hz`), or
/// "synth:PART" with a part of the band (support/band.h), "synth:sine" or
/// "synth:noise", `seconds` long at most. On failure writes one sentence.
bool sim_audio_load(SimAudio*   audio,
                    const char* name,
                    uint32_t    rate_hz,
                    unsigned    bits,
                    uint64_t    seed,
                    double      seconds,
                    char*       error,
                    size_t      room);

/// Releases it.
void sim_audio_free(SimAudio* audio);

/// Copies `frames` samples from a position on; silence if there is nothing.
void sim_audio_read(const SimAudio* audio,
                    int64_t         position,
                    float*          out,
                    unsigned        frames);

#define SIM_SINC_TAPS 48
#define SIM_SINC_PHASES 512

/// A table for reading between samples.
typedef struct SimSinc {
  float taps[SIM_SINC_PHASES + 1][SIM_SINC_TAPS];
} SimSinc;

/// Fills the table.
void sim_sinc_init(SimSinc* sinc);

/// Computes the sound between its samples: `out[i]` is the band-limited value
/// at position + i * step. Exact at whole positions.
void sim_audio_between(const SimAudio* audio,
                       const SimSinc*  sinc,
                       double          position,
                       double          step,
                       float*          out,
                       unsigned        frames);

/// A 24-bit mono WAV file being written.
typedef struct SimRecorder SimRecorder;

/// Opens `dir`/`name`.wav; null if that cannot be written.
SimRecorder*
sim_recorder_new(const char* dir, const char* name, uint32_t rate_hz);

/// Appends samples; a null recorder ignores them.
void sim_recorder_write(SimRecorder* recorder,
                        const float* samples,
                        unsigned     frames);

/// Finishes the file; null is ignored.
void sim_recorder_free(SimRecorder* recorder);

#endif // JAM_SIM_AUDIO_H
