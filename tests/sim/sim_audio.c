// SPDX-License-Identifier: MIT
// Sound from files and from the band.

#include "sim/sim_audio.h"

#include "sim/sim_world.h"
#include "support/band.h"

#include "base/rand.h"

#include <samplerate.h>
#include <sndfile.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HALF (SIM_SINC_TAPS / 2)
#define TURN 6.283185307179586

// Longest sound kept in memory, in frames
#define MOST_FRAMES (1 << 26)

static void synthesise(const char* const part,
                       SimAudio* const   audio,
                       const uint32_t    rate_hz,
                       const uint64_t    seed)
{
  BandPart band;
  if (band_find(part, &band)) {
    band_play(band, rate_hz, seed, audio->samples, audio->frames);
    return;
  }
  JamRand rand;
  jam_rand_init(&rand, seed, 31U);
  const bool sine = strcmp(part, "sine") == 0;
  for (size_t i = 0U; i < audio->frames; ++i) {
    const double turn = fmod((double)i * 440.0 / rate_hz, 1.0);
    audio->samples[i] = sine ? (float)(0.25 * sin(TURN * turn))
                             : (float)(0.1 * jam_rand_normal(&rand));
  }
}

static bool is_synthetic(const char* const part)
{
  BandPart band;
  return band_find(part, &band) || strcmp(part, "sine") == 0 ||
         strcmp(part, "noise") == 0;
}

static void mix_down(float* const samples, const SF_INFO* const info)
{
  const size_t channels = (size_t)info->channels;
  for (size_t i = 0U; i < (size_t)info->frames; ++i) {
    float sum = 0.0f;
    for (size_t c = 0U; c < channels; ++c) {
      sum += samples[i * channels + c];
    }
    samples[i] = sum / (float)channels;
  }
}

static void convert(SimAudio* const audio, const double ratio)
{
  const long wanted  = (long)((double)audio->frames * ratio) + 1;
  float*     out     = (float*)sim_grow(NULL, (size_t)wanted * sizeof(float));
  SRC_DATA   request = {.data_in       = audio->samples,
                        .data_out      = out,
                        .input_frames  = (long)audio->frames,
                        .output_frames = wanted,
                        .src_ratio     = ratio};
  const bool good    = src_simple(&request, SRC_SINC_BEST_QUALITY, 1) == 0;
  free(audio->samples);
  audio->samples = out;
  audio->frames  = good ? (size_t)request.output_frames_gen : 0U;
}

static bool
load_file(SimAudio* const audio, const char* const path, const uint32_t rate_hz)
{
  SF_INFO        info = {0};
  SNDFILE* const file = sf_open(path, SFM_READ, &info);
  if (!file) {
    return false;
  }
  const bool fits = info.frames > 0 && info.frames < MOST_FRAMES &&
                    info.channels > 0 && info.samplerate > 0;
  if (fits) {
    audio->samples =
      (float*)sim_grow(NULL,
                       (size_t)(info.frames * info.channels) * sizeof(float));
    const sf_count_t read = sf_readf_float(file, audio->samples, info.frames);
    info.frames           = read > 0 ? read : 0;
    audio->frames         = (size_t)info.frames;
    mix_down(audio->samples, &info);
    if ((uint32_t)info.samplerate != rate_hz) {
      convert(audio, (double)rate_hz / info.samplerate);
    }
  }
  (void)sf_close(file);
  return audio->frames > 0U;
}

bool sim_audio_load(SimAudio* const   audio,
                    const char* const name,
                    const uint32_t    rate_hz,
                    const unsigned    bits,
                    const uint64_t    seed,
                    const double      seconds,
                    char* const       error,
                    const size_t      room)
{
  *audio = (SimAudio){NULL, 0U};
  if (!name[0]) {
    return true;
  }
  bool good = false;
  if (strncmp(name, "synth:", 6U) == 0) {
    good           = is_synthetic(name + 6);
    audio->frames  = (size_t)(fmin(seconds, 74.0) * rate_hz) + 1U;
    audio->samples = (float*)sim_grow(NULL, audio->frames * sizeof(float));
    if (good) {
      synthesise(name + 6, audio, rate_hz, seed);
    }
  } else {
    good = load_file(audio, name, rate_hz);
  }
  if (!good) {
    (void)snprintf(error, room, "%.150s is not a sound I can play.", name);
    sim_audio_free(audio);
    return false;
  }
  band_round(audio->samples, audio->frames, bits);
  return true;
}

void sim_audio_free(SimAudio* const audio)
{
  free(audio->samples);
  *audio = (SimAudio){NULL, 0U};
}

static size_t place(const SimAudio* const audio, const int64_t position)
{
  const int64_t size = (int64_t)audio->frames;
  const int64_t rest = position % size;
  return (size_t)(rest < 0 ? rest + size : rest);
}

void sim_audio_read(const SimAudio* const audio,
                    const int64_t         position,
                    float* const          out,
                    const unsigned        frames)
{
  if (!audio->frames) {
    memset(out, 0, frames * sizeof(float));
    return;
  }
  size_t at = place(audio, position);
  for (unsigned i = 0U; i < frames; ++i) {
    out[i] = audio->samples[at];
    at     = at + 1U < audio->frames ? at + 1U : 0U;
  }
}

void sim_sinc_init(SimSinc* const sinc)
{
  // A sinc under a Blackman window; neighbouring phases are interpolated
  for (unsigned p = 0U; p <= SIM_SINC_PHASES; ++p) {
    const double fraction = (double)p / SIM_SINC_PHASES;
    for (int k = 0; k < SIM_SINC_TAPS; ++k) {
      const double x    = (double)(HALF - 1 - k) + fraction;
      const double turn = 0.5 * TURN * x;
      const double window =
        0.42 + 0.5 * cos(turn / HALF) + 0.08 * cos(2.0 * turn / HALF);
      sinc->taps[p][k] =
        (float)(fabs(x) < 1e-9 ? 1.0 : window * sin(turn) / turn);
    }
  }
}

static float convolve(const float* const line,
                      const float* const low,
                      const float* const high,
                      const float        part)
{
  float sum = 0.0f;
  for (unsigned k = 0U; k < SIM_SINC_TAPS; ++k) {
    sum += line[k] * (low[k] + part * (high[k] - low[k]));
  }
  return sum;
}

void sim_audio_between(const SimAudio* const audio,
                       const SimSinc* const  sinc,
                       const double          position,
                       const double          step,
                       float* const          out,
                       const unsigned        frames)
{
  float line[SIM_SINC_TAPS];
  for (unsigned i = 0U; i < frames; ++i) {
    const double   at    = position + (double)i * step;
    const int64_t  whole = (int64_t)floor(at);
    const double   phase = (at - (double)whole) * SIM_SINC_PHASES;
    const unsigned low   = (unsigned)phase;
    if (phase < 1e-6) {
      sim_audio_read(audio, whole, &out[i], 1U);
    } else {
      sim_audio_read(audio, whole - HALF + 1, line, SIM_SINC_TAPS);
      out[i] = convolve(line,
                        sinc->taps[low],
                        sinc->taps[low + 1U],
                        (float)(phase - (double)low));
    }
  }
}

SimRecorder* sim_recorder_new(const char* const dir,
                              const char* const name,
                              const uint32_t    rate_hz)
{
  char path[600];
  (void)snprintf(path, sizeof(path), "%s/%s.wav", dir, name);
  SF_INFO info = {.samplerate = (int)rate_hz,
                  .channels   = 1,
                  .format     = SF_FORMAT_WAV | SF_FORMAT_PCM_24};
  return (SimRecorder*)sf_open(path, SFM_WRITE, &info);
}

void sim_recorder_write(SimRecorder* const recorder,
                        const float* const samples,
                        const unsigned     frames)
{
  if (recorder) {
    (void)sf_writef_float((SNDFILE*)recorder, samples, (sf_count_t)frames);
  }
}

void sim_recorder_free(SimRecorder* const recorder)
{
  if (recorder) {
    (void)sf_close((SNDFILE*)recorder);
  }
}
