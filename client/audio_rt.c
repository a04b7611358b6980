// SPDX-License-Identifier: MIT
// The gate: one block from a device to the engine and back.

#include "audio_driver.h"

#include <string.h>

#include "base/rt_poison.h"

// Some drivers hand over memory nobody wrote; a microphone never gives this.
#define HIGHEST_INPUT 8.0F

static void
silence(float* const* const out, const unsigned channels, const unsigned frames)
{
  for (unsigned c = 0U; c < channels; ++c) {
    memset(out[c], 0, frames * sizeof(float));
  }
}

static const float*
cleaned(float* const clean, const float* const in, const unsigned frames)
{
  if (!in) {
    return NULL;
  }
  for (unsigned i = 0U; i < frames; ++i) {
    const float x = in[i];
    clean[i]      = (x >= -HIGHEST_INPUT && x <= HIGHEST_INPUT) ? x : 0.0F;
  }
  return clean;
}

static void exchange(AudioGate* const    gate,
                     const float* const  in,
                     float* const* const out,
                     const unsigned      channels,
                     const unsigned      frames,
                     const JamTime       when)
{
  for (unsigned at = 0U; at < frames;) {
    const unsigned left  = frames - at;
    const unsigned now   = left < JAM_MAX_FRAMES ? left : JAM_MAX_FRAMES;
    float* const   to[2] = {out[0] + at, channels > 1U ? out[1] + at : NULL};
    gate->callbacks.process(gate->callbacks.context,
                            cleaned(gate->clean, in ? in + at : NULL, now),
                            to,
                            channels,
                            now,
                            when);
    at += now;
  }
}

void audio_gate_process(AudioGate* const    gate,
                        const unsigned      pass,
                        const float* const  in,
                        float* const* const out,
                        const unsigned      out_channels,
                        const unsigned      frames,
                        const JamTime       when)
{
  // The flag is taken before the pass is read: whoever changes the pass and
  // then sees the flag down knows that no block of the old pass follows.
  if (atomic_exchange_explicit(&gate->busy, true, memory_order_seq_cst)) {
    silence(out, out_channels, frames);
    return;
  }
  if (atomic_load_explicit(&gate->pass, memory_order_seq_cst) == pass) {
    exchange(gate, in, out, out_channels, frames, when);
    atomic_store_explicit(&gate->last, when, memory_order_relaxed);
    atomic_fetch_add_explicit(&gate->blocks, 1U, memory_order_relaxed);
  } else {
    silence(out, out_channels, frames);
  }
  atomic_store_explicit(&gate->busy, false, memory_order_seq_cst);
}

void audio_gate_xrun(AudioGate* const gate)
{
  atomic_fetch_add_explicit(&gate->xruns, 1U, memory_order_relaxed);
}
