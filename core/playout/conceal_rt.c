// SPDX-License-Identifier: MIT
// Concealment: predict across the gap, then fade truth in over the prediction.
//
// All of it happens in the store, position by position and in order, so that
// readers just read. The prediction runs on its own past, not on the mix. When
// what follows the gap is here already, the prediction is made to lead there
// instead, and nothing needs to fade.

#include "playout/conceal.h"

#include <math.h>
#include <string.h>

#include "base/rt_poison.h"

#define PI 3.14159265F
#define BRIDGE_LEAST 16U // Samples behind a gap that are worth leading to

void playout_conceal_init(PlayoutConceal* const conceal, const uint32_t rate_hz)
{
  memset(conceal, 0, sizeof(*conceal));
  conceal->hold    = rate_hz / 20U;  // 50 ms
  conceal->release = rate_hz / 100U; // 10 ms
  conceal->cross   = rate_hz / 375U; // 2.7 ms: 128 samples at 48 kHz
  conceal->bridged = INT64_MIN;
  pntbtr_bands_init(&conceal->bands, rate_hz);
}

void playout_conceal_start(PlayoutConceal* const conceal,
                           const int64_t         position)
{
  conceal->next    = position;
  conceal->bridged = INT64_MIN;
  conceal->active  = true; // Out of silence: as after a gap that was too long
  conceal->gap     = conceal->hold + conceal->release;
  conceal->faded   = 0U;
}

void playout_conceal_seek(PlayoutConceal* const conceal, const int64_t position)
{
  conceal->next    = position;
  conceal->bridged = INT64_MIN;
  conceal->active  = false;
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
    out[i]              = at < length
                            ? line[PLAYOUT_MIRROR - 1U - at] * (0.5F + 0.5F * cosf(turn))
                            : 0.0F;
  }
}

/// Writes `frames` (at most PNTBTR_BLOCK) samples from `from` on of the gap
/// that `prediction` or `line` stands before.
static void predict(const PlayoutConceal* const conceal,
                    PntbtrPrediction* const     prediction,
                    const float* const          line,
                    const bool                  mirrored,
                    const unsigned              from,
                    float* const                out,
                    const unsigned              frames)
{
  if (from >= conceal->hold + conceal->release) {
    memset(out, 0, frames * sizeof(float));
  } else if (mirrored) {
    mirror(line, conceal->cross, from, out, frames);
  } else {
    pntbtr_predict(prediction, &conceal->bands, conceal->model, out, frames);
    fade_out(conceal, from, out, frames);
  }
}

/// Writes the next (at most PNTBTR_BLOCK) samples of the running prediction.
static void
go_on(PlayoutConceal* const conceal, float* const out, const unsigned frames)
{
  predict(conceal,
          &conceal->prediction,
          conceal->line,
          conceal->mirror,
          conceal->gap,
          out,
          frames);
  // It counts no further than it has to: it could overflow
  conceal->gap += conceal->gap < conceal->hold + conceal->release ? frames : 0U;
}

/// Prepares to predict what follows the samples before `at`. Returns whether
/// there is no model.
static bool prepare(const PlayoutConceal* const conceal,
                    const PlayoutStore* const   store,
                    const int64_t               at,
                    PntbtrPrediction* const     prediction,
                    float* const                line)
{
  float          past[PNTBTR_MAX_PAST];
  const unsigned size = pntbtr_past(&conceal->bands);
  if (!conceal->model || !conceal->model->ready) {
    playout_store_read(store,
                       at - (int64_t)PLAYOUT_MIRROR,
                       line,
                       PLAYOUT_MIRROR);
    return true;
  }
  playout_store_read(store, at - (int64_t)size, past, size);
  pntbtr_predict_begin(prediction,
                       &conceal->bands,
                       conceal->model,
                       past + size);
  return false;
}

/// Copies what leads to the truth, as far as it reaches; returns how far.
static unsigned take_bridge(const PlayoutConceal* const conceal,
                            const int64_t               at,
                            float* const                out,
                            const unsigned              frames)
{
  if (at >= conceal->bridged) {
    return 0U;
  }
  const unsigned left  = (unsigned)(conceal->bridged - at);
  const unsigned count = left < frames ? left : frames;
  memcpy(out,
         conceal->bridge + PNTBTR_BRIDGE_FRAMES - left,
         count * sizeof(float));
  return count;
}

/// If the end of the gap and what follows are here, makes the prediction lead
/// there. Returns false, and nothing has changed, if not.
static bool build_bridge(PlayoutConceal* const     conceal,
                         const PlayoutStore* const store)
{
  const int64_t  horizon = conceal->next + (int64_t)PNTBTR_PULSE;
  const int64_t  end     = horizon < store->head ? horizon : store->head;
  bool           real    = false;
  const unsigned gap     = playout_store_run(store, conceal->next, end, &real);
  if (conceal->mirror || gap > PNTBTR_BRIDGE_FRAMES ||
      conceal->next + (int64_t)gap >= end ||
      conceal->gap + gap > conceal->hold) {
    return false;
  }
  const int64_t  behind = conceal->next + (int64_t)gap;
  const unsigned future = playout_store_run(store, behind, end, &real);
  if (future < BRIDGE_LEAST) {
    return false;
  }
  float                  line[PNTBTR_PULSE];
  float                  truth[PNTBTR_FUTURE];
  const PntbtrPrediction before = conceal->prediction;
  const unsigned         begun  = conceal->gap;
  const unsigned known = future < PNTBTR_FUTURE ? future : PNTBTR_FUTURE;
  for (unsigned at = 0U; at < gap + known; at += PNTBTR_BLOCK) {
    const unsigned left = gap + known - at;
    go_on(conceal, line + at, left < PNTBTR_BLOCK ? left : PNTBTR_BLOCK);
  }
  playout_store_read(store, behind, truth, known);
  if (!pntbtr_bridge(conceal->model, before.level, line, gap, truth, known)) {
    conceal->prediction = before;
    conceal->gap        = begun;
    return false;
  }
  memcpy(conceal->bridge + PNTBTR_BRIDGE_FRAMES - gap,
         line,
         gap * sizeof(float));
  conceal->bridged = behind;
  return true;
}

static void begin_gap(PlayoutConceal* const     conceal,
                      const PlayoutStore* const store)
{
  conceal->active = true;
  conceal->gap    = 0U;
  conceal->mirror =
    prepare(conceal, store, conceal->next, &conceal->prediction, conceal->line);
}

static bool is_bridged(const PlayoutConceal* const conceal)
{
  return conceal->next < conceal->bridged;
}

/// Returns how much was filled.
static unsigned fill(PlayoutConceal* const conceal,
                     PlayoutStore* const   store,
                     const unsigned        frames)
{
  float    block[PNTBTR_BLOCK];
  unsigned count = frames;
  // Lost again while fading in: go on from what is heard
  if (!is_bridged(conceal)) {
    if (!conceal->active || conceal->faded > 0U) {
      begin_gap(conceal, store);
    }
    conceal->faded = 0U;
  }
  if (is_bridged(conceal) || build_bridge(conceal, store)) {
    count = take_bridge(conceal, conceal->next, block, frames);
  } else {
    go_on(conceal, block, frames);
  }
  playout_store_put(store, conceal->next, block, count);
  return count;
}

/// Fades truth in over the guess. Returns how much of it.
static unsigned fade_in(PlayoutConceal* const conceal,
                        PlayoutStore* const   store,
                        const unsigned        frames)
{
  float    truth[PNTBTR_BLOCK];
  float    guess[PNTBTR_BLOCK];
  unsigned count = frames;
  if (is_bridged(conceal)) { // It has come after all
    count = take_bridge(conceal, conceal->next, guess, frames);
  } else if (conceal->next == conceal->bridged) {
    conceal->active = false; // The guess has led here
    conceal->faded  = 0U;
    return frames;
  } else {
    go_on(conceal, guess, frames);
  }
  playout_store_read(store, conceal->next, truth, count);
  pntbtr_crossfade(truth, guess, conceal->faded, count, conceal->cross);
  playout_store_put(store, conceal->next, truth, count);
  conceal->faded += count;
  if (conceal->faded >= conceal->cross) {
    conceal->active = false;
    conceal->faded  = 0U;
  }
  return count;
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
    frames       = touch ? fade_in(conceal, store, frames) : frames;
    conceal->played += frames;
  } else if (conceal->next < conceal->begin) {
    const int64_t before = conceal->begin - conceal->next;
    frames               = before < (int64_t)frames ? (unsigned)before : frames;
  } else {
    frames = touch ? fill(conceal, store, frames) : frames;
    count_missing(conceal, frames);
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

/// Guesses `frames` samples from `at` on, without the running prediction
/// noticing. Returns how many.
static unsigned guess(const PlayoutConceal* const conceal,
                      PlayoutStore* const         store,
                      const int64_t               at,
                      const unsigned              frames)
{
  PntbtrPrediction prediction;
  float            line[PLAYOUT_MIRROR];
  float            out[PNTBTR_BLOCK];
  unsigned         count = take_bridge(conceal, at, out, frames);
  if (count == 0U) {
    const bool running  = conceal->active && at == conceal->next;
    bool       mirrored = conceal->mirror;
    if (running) {
      prediction = conceal->prediction;
      memcpy(line, conceal->line, sizeof(line));
    } else {
      mirrored = prepare(conceal, store, at, &prediction, line);
    }
    count = frames;
    predict(conceal,
            &prediction,
            line,
            mirrored,
            running ? conceal->gap : 0U,
            out,
            frames);
  }
  playout_store_put(store, at, out, count);
  return count;
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
    at += real             ? (int64_t)run
          : store->samples ? (int64_t)guess(conceal, store, at, part)
                           : (int64_t)part;
  }
  return whole;
}
