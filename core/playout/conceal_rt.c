// SPDX-License-Identifier: MIT
// Concealment: predict across the gap, then fade truth in over the prediction.
//
// All of it happens in the store, position by position and in order, so that
// readers just read. The prediction runs on its own past, not on the mix.

#include "playout/conceal.h"

#include <math.h>
#include <string.h>

#include "base/rt_poison.h"

#define HISTORY PNTBTR_MAX_ORDER
#define PI 3.14159265F

void playout_conceal_init(PlayoutConceal* const conceal, const uint32_t rate_hz)
{
  memset(conceal, 0, sizeof(*conceal));
  conceal->hold    = rate_hz / 20U;  // 50 ms
  conceal->release = rate_hz / 100U; // 10 ms
  conceal->cross   = rate_hz / 375U; // 2.7 ms: 128 samples at 48 kHz
}

void playout_conceal_start(PlayoutConceal* const conceal,
                           const int64_t         position)
{
  conceal->next   = position;
  conceal->active = true; // Out of silence: as after a gap that was too long
  conceal->gap    = conceal->hold + conceal->release;
  conceal->faded  = 0U;
}

static void count_missing(PlayoutConceal* const conceal, const uint64_t frames)
{
  conceal->played += frames;
  conceal->missing += frames;
  conceal->run += frames;
  if (conceal->longest < conceal->run) {
    conceal->longest = conceal->run;
  }
}

void playout_conceal_skip(PlayoutConceal* const conceal, const uint64_t missing)
{
  count_missing(conceal, missing);
}

/// Fades samples `from` .. `from` + `frames` of a gap when it gets long.
static void fade_out(const PlayoutConceal* const conceal,
                     const unsigned              from,
                     float* const                out,
                     const unsigned              frames)
{
  for (unsigned i = 0U; i < frames && from + frames > conceal->hold; ++i) {
    const unsigned at   = from + i < conceal->hold ? conceal->hold : from + i;
    const unsigned past = at - conceal->hold;
    const float    turn = PI * (float)past / (float)conceal->release;
    out[i] *= past < conceal->release ? 0.5F + 0.5F * cosf(turn) : 0.0F;
  }
}

/// Without a model: the past backwards, fading, which at least does not click.
/// Writes samples `from` .. `from` + `frames` of the gap after `line`.
static void mirror(const float* const line,
                   const unsigned     length,
                   const unsigned     from,
                   float* const       out,
                   const unsigned     frames)
{
  for (unsigned i = 0U; i < frames; ++i) {
    const unsigned at   = from + i;
    const float    turn = PI * (float)(at + 1U) / (float)length;
    out[i]              = (at < length && at < HISTORY)
                            ? line[HISTORY - 1U - at] * (0.5F + 0.5F * cosf(turn))
                            : 0.0F;
  }
}

/// Writes the next (at most PNTBTR_BLOCK) samples of the prediction.
static void
predict(PlayoutConceal* const conceal, float* const out, const unsigned frames)
{
  const unsigned end  = conceal->hold + conceal->release;
  float* const   line = conceal->line;
  if (conceal->gap >= end) {
    memset(out, 0, frames * sizeof(float));
    return; // The gap counts no further: it could overflow
  }
  if (conceal->mirror) {
    mirror(line, conceal->cross, conceal->gap, out, frames);
  } else {
    pntbtr_extrapolate(conceal->model, line + HISTORY, line + HISTORY, frames);
    memcpy(out, line + HISTORY, frames * sizeof(float));
    memmove(line, line + frames, HISTORY * sizeof(float));
    fade_out(conceal, conceal->gap, out, frames);
  }
  conceal->gap += frames;
}

static void begin_gap(PlayoutConceal* const     conceal,
                      const PlayoutStore* const store)
{
  playout_store_read(store,
                     conceal->next - (int64_t)HISTORY,
                     conceal->line,
                     HISTORY);
  conceal->active = true;
  conceal->mirror = !conceal->model || conceal->model->order == 0U;
  conceal->gap    = 0U;
}

static void fill(PlayoutConceal* const conceal,
                 PlayoutStore* const   store,
                 const unsigned        frames)
{
  float block[PNTBTR_BLOCK];
  // Lost again while fading in: go on from what is heard
  if (!conceal->active || conceal->faded > 0U) {
    begin_gap(conceal, store);
  }
  conceal->faded = 0U;
  predict(conceal, block, frames);
  playout_store_put(store, conceal->next, block, frames);
}

static void fade_in(PlayoutConceal* const conceal,
                    PlayoutStore* const   store,
                    const unsigned        frames)
{
  float truth[PNTBTR_BLOCK];
  float guess[PNTBTR_BLOCK];
  playout_store_read(store, conceal->next, truth, frames);
  predict(conceal, guess, frames);
  pntbtr_crossfade(truth, guess, conceal->faded, frames, conceal->cross);
  playout_store_put(store, conceal->next, truth, frames);
  conceal->faded += frames;
  if (conceal->faded >= conceal->cross) {
    conceal->active = false;
    conceal->faded  = 0U;
  }
}

/// Handles a run of one kind, or a part of it; returns how much.
static unsigned advance(PlayoutConceal* const conceal,
                        PlayoutStore* const   store,
                        const unsigned        run,
                        const bool            real)
{
  const bool touch  = store->samples && (!real || conceal->active);
  unsigned   frames = (touch && run > PNTBTR_BLOCK) ? PNTBTR_BLOCK : run;
  if (real) {
    conceal->run = 0U;
    conceal->played += frames;
    if (touch) {
      fade_in(conceal, store, frames);
    }
  } else if (conceal->next < conceal->begin) {
    const int64_t before = conceal->begin - conceal->next;
    frames               = before < (int64_t)frames ? (unsigned)before : frames;
  } else {
    count_missing(conceal, frames);
    if (touch) {
      fill(conceal, store, frames);
    }
  }
  return frames;
}

void playout_conceal_until(PlayoutConceal* const conceal,
                           PlayoutStore* const   store,
                           const int64_t         end)
{
  playout_store_extend(store, end);
  while (conceal->next < end) {
    bool           real = false;
    const unsigned run  = playout_store_run(store, conceal->next, end, &real);
    conceal->next += (int64_t)advance(conceal, store, run, real);
  }
}

/// Guesses `frames` samples from `at` on.
static void guess(const PlayoutConceal* const conceal,
                  PlayoutStore* const         store,
                  const int64_t               at,
                  const unsigned              frames)
{
  float        line[HISTORY + PNTBTR_BLOCK];
  float* const out     = line + HISTORY;
  const bool   running = conceal->active && at == conceal->next;
  const bool   blind   = !conceal->model || conceal->model->order == 0U;
  if (running) {
    memcpy(line, conceal->line, HISTORY * sizeof(float));
  } else {
    playout_store_read(store, at - (int64_t)HISTORY, line, HISTORY);
  }
  const unsigned from = running ? conceal->gap : 0U;
  if (from >= conceal->hold + conceal->release) {
    memset(out, 0, frames * sizeof(float));
  } else if (running ? conceal->mirror : blind) {
    mirror(line, conceal->cross, from, out, frames);
  } else {
    pntbtr_extrapolate(conceal->model, out, out, frames);
    fade_out(conceal, from, out, frames);
  }
  playout_store_put(store, at, out, frames);
}

bool playout_conceal_ahead(PlayoutConceal* const conceal,
                           PlayoutStore* const   store,
                           const int64_t         end)
{
  bool    whole = true;
  bool    real  = true;
  int64_t at    = 0;
  playout_store_extend(store, end);
  // A fade in progress goes on as far as there is truth
  while (conceal->active && conceal->next < end && real) {
    const unsigned run = playout_store_run(store, conceal->next, end, &real);
    if (real) {
      conceal->next += (int64_t)advance(conceal, store, run, real);
    }
  }
  for (at = conceal->next; at < end;) {
    const unsigned run  = playout_store_run(store, at, end, &real);
    const unsigned part = run < PNTBTR_BLOCK ? run : PNTBTR_BLOCK;
    whole               = whole && real;
    if (!real && store->samples) {
      guess(conceal, store, at, part);
    }
    at += real ? (int64_t)run : (int64_t)part;
  }
  return whole;
}
