// SPDX-License-Identifier: MIT
// A sound file as a microphone.

#include "audio_driver.h"
#include "audio_file.h"

#include <samplerate.h>
#include <sndfile.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_RATE 48000U
#define MAX_SAMPLES ((sf_count_t)1 << 28) // 1 GiB as floats

static bool no_memory(char* const error, const size_t size)
{
  audio_say(error, size, "The sound file does not fit into memory.");
  return false;
}

// Reads all channels in pieces and keeps their mean.
static bool
read_mono(SNDFILE* const file, const SF_INFO* const info, AudioClip* const clip)
{
  enum { PIECE = 4096 };

  const size_t channels = (size_t)info->channels;
  float* const piece    = (float*)calloc(PIECE * channels, sizeof(float));
  clip->samples         = (float*)calloc((size_t)info->frames, sizeof(float));
  clip->frames          = 0U;
  if (!piece || !clip->samples) {
    free(piece);
    return false;
  }
  for (sf_count_t got = sf_readf_float(file, piece, PIECE); got > 0;
       got            = sf_readf_float(file, piece, PIECE)) {
    for (size_t i = 0U; i < (size_t)got && clip->frames < (size_t)info->frames;
         ++i) {
      float sum = 0.0F;
      for (size_t c = 0U; c < channels; ++c) {
        sum += piece[i * channels + c];
      }
      clip->samples[clip->frames++] = sum / (float)channels;
    }
  }
  free(piece);
  return true;
}

static bool resample(AudioClip* const clip, const uint32_t rate_hz)
{
  const double ratio = (double)rate_hz / (double)clip->rate_hz;
  const double room  = (double)clip->frames * ratio + 64.0;
  if (room > (double)MAX_SAMPLES) {
    return false;
  }
  float* const out = (float*)calloc((size_t)room, sizeof(float));
  if (!out) {
    return false;
  }
  SRC_DATA data;
  memset(&data, 0, sizeof(data));
  data.data_in       = clip->samples;
  data.input_frames  = (long)clip->frames;
  data.data_out      = out;
  data.output_frames = (long)room;
  data.src_ratio     = ratio;
  if (src_simple(&data, SRC_SINC_BEST_QUALITY, 1)) {
    free(out);
    return false;
  }
  free(clip->samples);
  *clip = (AudioClip){out, (size_t)data.output_frames_gen, rate_hz};
  return true;
}

bool audio_clip_load(const char* const path,
                     const uint32_t    rate_hz,
                     AudioClip* const  out,
                     char* const       error,
                     const size_t      error_size)
{
  SF_INFO info;
  memset(&info, 0, sizeof(info));
  memset(out, 0, sizeof(*out));
  SNDFILE* const file = sf_open(path, SFM_READ, &info);
  if (!file) {
    audio_say(error,
              error_size,
              "The sound file \"%s\" cannot be read: %s",
              path,
              sf_strerror(NULL));
    return false;
  }
  if (info.frames <= 0 || info.frames > MAX_SAMPLES || info.samplerate < 1000) {
    audio_say(error,
              error_size,
              "The sound file \"%s\" is empty, too long or has no usable rate.",
              path);
    (void)sf_close(file);
    return false;
  }
  const bool loaded = read_mono(file, &info, out);
  (void)sf_close(file);
  out->rate_hz        = (uint32_t)info.samplerate;
  const uint32_t own  = audio_nominal_rate((double)info.samplerate);
  const uint32_t want = rate_hz ? rate_hz : own ? own : DEFAULT_RATE;
  if (!loaded || (out->rate_hz != want && !resample(out, want))) {
    audio_clip_free(out);
    return no_memory(error, error_size);
  }
  return true;
}

void audio_clip_free(AudioClip* const clip)
{
  free(clip->samples);
  clip->samples = NULL;
  clip->frames  = 0U;
}
