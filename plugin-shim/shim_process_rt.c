// SPDX-License-Identifier: MIT
// One block of the host: to the engine and back, in pieces it can take.

#include "shim.h"

#include <math.h>
#include <string.h>

#include "base/rt_poison.h"

// Some hosts hand over memory nobody wrote; a microphone never gives this.
#define HIGHEST_INPUT 8.0F
#define FALL_SECONDS 0.3F // Of a meter, to a third

static void start_gain(ShimGain* const gain)
{
  gain->db      = 0.0F;
  gain->target  = 1.0F;
  gain->present = 1.0F;
}

void shim_rt_start(JamShimInstance* const self, const uint32_t rate_hz)
{
  ShimRt* const rt = &self->rt;
  rt->rate_hz      = rate_hz;
  rt->in_peak      = 0.0F;
  rt->out_peak     = 0.0F;
  start_gain(&rt->in_gain);
  start_gain(&rt->out_gain);
  shim_clock_init(&rt->clock, rate_hz ? (double)rate_hz : 1.0);
  memset(&rt->pace, 0, sizeof(rt->pace));
  atomic_store_explicit(&self->in_peak, 0.0F, memory_order_relaxed);
  atomic_store_explicit(&self->out_peak, 0.0F, memory_order_relaxed);
}

static void set_gain(ShimGain* const gain, const float db, const float lowest)
{
  if (db != gain->db) {
    gain->db     = db;
    gain->target = db <= lowest ? 0.0F : powf(10.0F, db / 20.0F);
  }
}

static void read_gains(JamShimInstance* const self)
{
  set_gain(&self->rt.in_gain,
           shim_get_param(self, JAM_SHIM_INPUT_GAIN),
           shim_params[JAM_SHIM_INPUT_GAIN].minimum);
  set_gain(&self->rt.out_gain,
           shim_get_param(self, JAM_SHIM_OUTPUT_GAIN),
           shim_params[JAM_SHIM_OUTPUT_GAIN].minimum);
}

static float peak_of(const float* const x, const uint32_t frames)
{
  float peak = 0.0F;
  for (uint32_t i = 0U; i < frames; ++i) {
    peak = fmaxf(peak, fabsf(x[i]));
  }
  return peak;
}

/// Scales in place, moving to the target by the end of the piece.
static void
scale(float* const x, const uint32_t frames, const float from, const float to)
{
  if (from == to) {
    for (uint32_t i = 0U; to != 1.0F && i < frames; ++i) {
      x[i] *= to;
    }
    return;
  }
  const float step = (to - from) / (float)frames;
  for (uint32_t i = 0U; i < frames; ++i) {
    x[i] *= from + step * (float)(i + 1U);
  }
}

static float clean(const float x)
{
  return (x >= -HIGHEST_INPUT && x <= HIGHEST_INPUT) ? x : 0.0F;
}

/// Fills rt->input; null: the host has no input.
static const float* take_input(ShimRt* const             rt,
                               const JamShimBlock* const block,
                               const uint32_t            at,
                               const uint32_t            frames)
{
  if (block->in_channels == 0U) {
    return NULL;
  }
  const float* const left = block->in[0] + at;
  if (block->in_channels == 1U) {
    for (uint32_t i = 0U; i < frames; ++i) {
      rt->input[i] = clean(left[i]);
    }
  } else {
    const float* const right = block->in[1] + at;
    for (uint32_t i = 0U; i < frames; ++i) {
      rt->input[i] = 0.5F * (clean(left[i]) + clean(right[i]));
    }
  }
  scale(rt->input, frames, rt->in_gain.present, rt->in_gain.target);
  rt->in_gain.present = rt->in_gain.target;
  return rt->input;
}

static void exchange(ShimRt* const             rt,
                     Jam* const                jam,
                     const JamShimBlock* const block,
                     const uint32_t            at,
                     const uint32_t            frames,
                     const JamTime             when)
{
  float* out[2]   = {NULL, NULL};
  float  in_peak  = 0.0F;
  float  out_peak = 0.0F;

  const uint32_t channels = block->out_channels < 2U ? block->out_channels : 2U;
  const float* const in   = take_input(rt, block, at, frames);
  if (in) {
    in_peak = peak_of(in, frames);
  }
  for (uint32_t c = 0U; c < block->out_channels; ++c) {
    memset(block->out[c] + at, 0, frames * sizeof(float));
    if (c < channels) {
      out[c] = block->out[c] + at;
    }
  }
  if (jam) {
    jam_process(jam, in, out, channels, frames, when);
  }
  for (uint32_t c = 0U; c < channels; ++c) {
    scale(out[c], frames, rt->out_gain.present, rt->out_gain.target);
    out_peak = fmaxf(out_peak, peak_of(out[c], frames));
  }
  rt->out_gain.present = rt->out_gain.target;

  const float fall = expf(-(float)frames / (FALL_SECONDS * (float)rt->rate_hz));
  rt->in_peak      = fmaxf(in_peak, rt->in_peak * fall);
  rt->out_peak     = fmaxf(out_peak, rt->out_peak * fall);
}

static void silence(const JamShimBlock* const block)
{
  for (uint32_t c = 0U; c < block->out_channels; ++c) {
    memset(block->out[c], 0, block->frames * sizeof(float));
  }
}

static void play(JamShimInstance* const self,
                 Jam* const             jam,
                 JamShimBlock* const    block,
                 const JamTime          now)
{
  ShimRt* const rt = &self->rt;
  if (jam) {
    shim_midi_send(jam, &rt->clock, block);
  }
  read_gains(self);
  for (uint32_t at = 0U; at < block->frames;) {
    const uint32_t left  = block->frames - at;
    const uint32_t piece = left < JAM_MAX_FRAMES ? left : JAM_MAX_FRAMES;
    const double   into  = (double)at * 1e9 / (double)rt->rate_hz;
    exchange(rt, jam, block, at, piece, now + (JamTime)into);
    at += piece;
  }
  shim_midi_receive(&rt->midi_out, jam, &rt->clock, block);
  atomic_store_explicit(&self->in_peak, rt->in_peak, memory_order_relaxed);
  atomic_store_explicit(&self->out_peak, rt->out_peak, memory_order_relaxed);
}

void shim_process(JamShimInstance* const self, JamShimBlock* const block)
{
  const JamTime   now   = jam_now();
  ShimRt* const   rt    = &self->rt;
  ShimGate* const gate  = &self->gate;
  block->midi_out_count = 0U;
  if (block->frames == 0U || rt->rate_hz == 0U) {
    silence(block);
    return;
  }
  const double seconds = (double)block->frames / (double)rt->rate_hz;
  const bool   fast = shim_pace_fast(&rt->pace, now, seconds) || block->offline;
  if (fast) {
    rt->clock.started = false;
  } else {
    shim_clock_block(&rt->clock, now, block->frames);
  }
  if (atomic_exchange_explicit(&gate->busy, true, memory_order_acquire)) {
    silence(block); // The keeper changes the engine, for nanoseconds
    return;
  }
  Jam* const     jam = !fast && gate->rate_hz == rt->rate_hz ? gate->jam : NULL;
  const unsigned turn = jam ? gate->turn : 0U;
  if (turn != rt->turn) {
    rt->turn             = turn;
    rt->midi_out.silence = true;
  }
  play(self, jam, block, now);
  atomic_store_explicit(&gate->busy, false, memory_order_release);
}
