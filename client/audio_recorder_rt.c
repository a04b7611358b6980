// SPDX-License-Identifier: MIT
// The side of the recorder that runs on the audio thread.

#include "audio_recorder.h"

#include "base/rt_poison.h"

unsigned audio_recorder_room(const AudioRecorder* const recorder)
{
  return jam_ring_writable(&recorder->ring) /
         (unsigned)(recorder->channels * sizeof(float));
}

void audio_recorder_write(AudioRecorder* const      recorder,
                          const float* const* const in,
                          const unsigned            frames)
{
  const unsigned channels = recorder->channels;
  float* const   woven    = recorder->woven;
  for (unsigned i = 0U; i < frames; ++i) {
    for (unsigned c = 0U; c < channels; ++c) {
      woven[i * channels + c] = in[c][i];
    }
  }
  if (!jam_ring_write(&recorder->ring,
                      woven,
                      (uint32_t)(frames * channels * sizeof(float)))) {
    atomic_fetch_add_explicit(&recorder->lost, frames, memory_order_relaxed);
  }
}
