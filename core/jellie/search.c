// SPDX-License-Identifier: MIT
// The row whose predictor suits recent sound best: all rows are ranked by
// autocorrelation, the best few are tried to the bit.
//
// Inner loops run over independent results, never over one sum, so that the
// compiler can vectorise them without changing any.

#include "jellie/search.h"

#include "jellie/search_block.h"
#include "jellie/search_rice.h"

#include <math.h>
#include <string.h>

#define TRIALS 4U
#define LAGS 20U                 // JELLIE_ORDER + 1, in whole vectors
#define STEP_SAMPLES 8U          // Samples predicted together
#define NOISE (1.0 / 12.0)       // Power of rounding
#define ROUND 6755399441055744.0 // 1.5 * 2^52
#define MOST_STEPS 9
#define LEAST_REFINED 128U // Samples from which it pays

// What is tried: a row, and its predictors, refined or not.
typedef struct Candidate {
  const JellieRow*     row;
  const JellieLaneRow* single;
} Candidate;

static void correlate(const JellieEncoder* const encoder,
                      double                     out[const LAGS])
{
  const unsigned count = JELLIE_HISTORY + encoder->frames;
  double         sound[JELLIE_HISTORY + JELLIE_MAX_FRAMES + LAGS];
  double         sums[LAGS] = {0.0};
  for (unsigned i = 0U; i < count; ++i) {
    sound[i] = encoder->window[i] * encoder->recent[i];
  }
  memset(sound + count, 0, LAGS * sizeof(sound[0]));
  for (unsigned i = 0U; i < count; ++i) {
    const double sample = sound[i];
    for (unsigned lag = 0U; lag < LAGS; ++lag) {
      sums[lag] += sample * sound[i + lag];
    }
  }
  memcpy(out, sums, sizeof(sums));
  out[0] += out[0] * 1e-10 + NOISE * count;
}

// Finds the energy that each row leaves, four lags at a time.
static void measure(const JellieTaps* const taps,
                    const double            correlation[const LAGS],
                    double                  out[const JELLIE_ROWS])
{
  for (unsigned row = 0U; row < JELLIE_ROWS; ++row) {
    out[row] = taps->energies[0][row] * correlation[0];
  }
  for (unsigned lag = 1U; lag <= JELLIE_ORDER; lag += 4U) {
    const double* const a = taps->energies[lag];
    const double* const b = taps->energies[lag + 1U];
    const double* const c = taps->energies[lag + 2U];
    const double* const d = taps->energies[lag + 3U];
    const double* const r = correlation + lag;
    for (unsigned row = 0U; row < JELLIE_ROWS; ++row) {
      out[row] +=
        (a[row] * r[0] + b[row] * r[1]) + (c[row] * r[2] + d[row] * r[3]);
    }
  }
}

// Finds the rows with least energy, best first.
static void rank(const double energies[const JELLIE_ROWS],
                 unsigned     best[const TRIALS])
{
  double least[TRIALS];
  for (unsigned t = 0U; t < TRIALS; ++t) {
    least[t] = 1e300;
    best[t]  = 0U;
  }
  for (unsigned row = 0U; row < JELLIE_ROWS; ++row) {
    const double energy = energies[row];
    if (energy >= least[TRIALS - 1U]) {
      continue;
    }
    unsigned place = TRIALS - 1U;
    for (; place > 0U && energy < least[place - 1U]; --place) {
      least[place] = least[place - 1U];
      best[place]  = best[place - 1U];
    }
    least[place] = energy;
    best[place]  = row;
  }
}

// Predicts samples that have a place each.
static void predict_places(const JellieLaneRow* const row,
                           const String* const        string,
                           const unsigned             first,
                           const unsigned             place,
                           double* const              sums)
{
  double chunk[STEP_SAMPLES] = {0.0};
  for (unsigned t = 0U; t < JELLIE_TAPS; ++t) {
    const int32_t* const taps = &row->taps[t][place];
    const double* const  near = string->near[t] + first;
    for (unsigned i = 0U; i < STEP_SAMPLES; ++i) {
      chunk[i] += taps[i] * near[i];
    }
  }
  memcpy(sums + first, chunk, sizeof(chunk));
}

// Predicts samples that share a place.
static void predict_middle(const JellieLaneRow* const row,
                           const String* const        string,
                           const unsigned             first,
                           const unsigned             place,
                           double* const              sums)
{
  double chunk[STEP_SAMPLES] = {0.0};
  for (unsigned t = 0U; t < JELLIE_TAPS; ++t) {
    const double        tap  = row->taps[t][place];
    const double* const near = string->near[t] + first;
    for (unsigned i = 0U; i < STEP_SAMPLES; ++i) {
      chunk[i] += tap * near[i];
    }
  }
  memcpy(sums + first, chunk, sizeof(chunk));
}

static void predict(const JellieLaneRow* const row,
                    const Block* const         block,
                    const String* const        string,
                    double* const              sums)
{
  const JellieShape* const shape = &block->shape;
  const unsigned           end   = block->count - shape->tail;
  for (unsigned i = 0U; i < shape->head; i += STEP_SAMPLES) {
    predict_places(row, string, i, shape->base + i, sums);
  }
  for (unsigned i = shape->head; i < end; i += STEP_SAMPLES) {
    predict_middle(row, string, i, shape->middle, sums);
  }
  if (shape->tail > 0U) {
    predict_places(row, string, end, JELLIE_LONG - shape->tail, sums);
  }
}

// Residuals of a string, from the sums of its predictions.
static void subtract(const Block* const  block,
                     const String* const string,
                     const double* restrict const sums,
                     uint32_t* restrict const zigzags)
{
  const double* restrict const values = string->values;
  const unsigned count                = block->count;
  const double   top = (double)(UINT32_C(1) << (block->depth - 1U)) - 1.0;
  for (unsigned i = 0U; i < count; ++i) {
    const double exact = sums[i] * (1.0 / 65536.0) + 0.5;
    double       whole = (exact + ROUND) - ROUND;
    whole              = whole > exact ? whole - 1.0 : whole;
    whole              = whole > top ? top : whole;
    whole              = whole < -top - 1.0 ? -top - 1.0 : whole;
    // 2r for r >= 0, -2r - 1 below
    zigzags[i] =
      (uint32_t)(int32_t)(fabs(2.0 * (values[i] - whole) + 0.5) - 0.5);
  }
}

static void fill_widths(const Block* const     block,
                        const Candidate* const what,
                        int32_t* const         out)
{
  for (unsigned string = 0U; string < block->strings; ++string) {
    const JellieLaneRow* const row =
      block->strings == 1U ? &what->row->single : &what->row->lanes[string];
    for (unsigned i = 0U; i < block->count; ++i) {
      out[string * block->count + i] =
        row->widths[jellie_place(&block->shape, i, block->count)];
    }
  }
}

// Fills in residuals and a first idea of the cost.
static void attempt(const Block* const     block,
                    const Candidate* const what,
                    JellieChoice* const    out)
{
  double  sums[JELLIE_MAX_FRAMES];
  int32_t widths[JELLIE_MAX_FRAMES];
  for (unsigned string = 0U; string < block->strings; ++string) {
    const JellieLaneRow* const row =
      block->strings == 1U ? what->single : &what->row->lanes[string];
    predict(row, block, &block->string[string], sums);
    subtract(block,
             &block->string[string],
             sums,
             out->zigzags + string * block->count);
  }
  fill_widths(block, what, widths);
  out->cost = code_strings(block, what->row, widths, false, false, out);
}

// Finds the best parameters for a choice.
static void finish(const Block* const     block,
                   const Candidate* const what,
                   JellieChoice* const    out)
{
  int32_t  widths[JELLIE_MAX_FRAMES];
  unsigned rice[JELLIE_LANES];
  fill_widths(block, what, widths);
  out->cost = code_strings(block, what->row, widths, true, false, out);
  memcpy(rice, out->rice, sizeof(rice));
  const unsigned flat = code_strings(block, what->row, widths, true, true, out);
  if (flat < out->cost && out->rice[0] != JELLIE_VERBATIM) {
    out->cost = flat;
  } else {
    out->flat = false;
    memcpy(out->rice, rice, sizeof(rice));
  }
}

// Returns the entry of the table for a reflection coefficient: the u of
// r = 2u / (1 + u^2), by Newton's method for the square root.
static double entry_of(const double reflection)
{
  const double square = 1.0 - reflection * reflection;
  double       root   = square > 1e-12 ? square : 1e-12;
  const double target = root;
  root                = 0.5 * (1.0 + root);
  for (unsigned i = 0U; i < 6U; ++i) {
    root = 0.5 * (root + target / root);
  }
  return 32768.0 * reflection / (1.0 + root);
}

// Returns the steps from an entry of the table to a wanted one.
static int steps_to(const double wanted, const int entry)
{
  const double steps = (wanted - entry) / (1 << JELLIE_STEP_BITS);
  int          whole = (int)((steps < 0.0 ? -steps : steps) + 0.4);
  whole              = whole > MOST_STEPS ? MOST_STEPS : whole;
  const int sign     = steps < 0.0 ? -1 : 1;
  while (whole > 0 &&
         (entry + sign * whole * (1 << JELLIE_STEP_BITS) > INT16_MAX ||
          entry + sign * whole * (1 << JELLIE_STEP_BITS) < -INT16_MAX)) {
    --whole;
  }
  return sign * whole;
}

// Moves a row towards the predictor of the sound itself. Returns the bits that
// this takes, or 0 if there is nothing to move.
static unsigned refine(const int16_t* const table,
                       const double         correlation[const LAGS],
                       int16_t              entries[const JELLIE_ORDER],
                       JellieChoice* const  out)
{
  double   taps[JELLIE_ORDER + 1U] = {0.0};
  double   error                   = correlation[0];
  unsigned bits                    = 0U;
  unsigned total                   = 0U;
  out->order                       = 0U;
  for (unsigned m = 1U; m <= JELLIE_ORDER; ++m) {
    double sum = correlation[m];
    for (unsigned i = 1U; i < m; ++i) {
      sum -= taps[i] * correlation[m - i];
    }
    const double reflection = sum / error;
    if (!(reflection > -1.0 && reflection < 1.0)) {
      return 0U;
    }
    for (unsigned i = 1U, j = m - 1U; i <= j; ++i, --j) {
      const double low = taps[i] - reflection * taps[j];
      taps[j]          = taps[j] - reflection * taps[i];
      taps[i]          = low;
    }
    taps[m] = reflection;
    error *= 1.0 - reflection * reflection;

    const int steps    = steps_to(entry_of(reflection), table[m - 1U]);
    out->steps[m - 1U] = (int8_t)steps;
    entries[m - 1U] =
      (int16_t)(table[m - 1U] + steps * (1 << JELLIE_STEP_BITS));
    bits += steps < 0 ? 2U * (unsigned)-steps : 2U * (unsigned)steps + 1U;
    if (steps != 0) {
      out->order = m;
      total      = bits;
    }
  }
  return out->order ? JELLIE_CODE_BITS + JELLIE_ORDER_BITS + total : 0U;
}

// Tries what explicit steps away from the best row gain.
static void try_refined(const Block* const      block,
                        const JellieTaps* const taps,
                        const double            correlation[const LAGS],
                        JellieChoice* const     out)
{
  JellieChoice   trial;
  int16_t        entries[JELLIE_ORDER];
  JellieLaneRow  single;
  const unsigned bits =
    refine(taps->reflection[out->row], correlation, entries, &trial);
  if (bits == 0U || !jellie_derive_single(entries, &single)) {
    return;
  }
  const Candidate what = {&taps->rows[out->row], &single};
  trial.row            = out->row;
  attempt(block, &what, &trial);
  finish(block, &what, &trial);
  trial.cost += bits;
  if (trial.cost < out->cost && trial.rice[0] != JELLIE_VERBATIM) {
    *out = trial;
  }
}

void jellie_search_plain(const JellieEncoder* const encoder,
                         const JellieFormat* const  format,
                         const int32_t* const       values,
                         JellieChoice* const        out)
{
  const JellieTaps* const taps =
    format->rate_hz > 48000U ? encoder->high : encoder->low;
  double       correlation[LAGS];
  double       energies[JELLIE_ROWS];
  unsigned     best[TRIALS];
  Block        block;
  JellieChoice trials[2];
  unsigned     next  = 0U;
  size_t       least = SIZE_MAX;
  correlate(encoder, correlation);
  measure(taps, correlation, energies);
  rank(energies, best);
  set_block(format, values, &block);
  for (unsigned t = 0U; t < TRIALS; ++t) {
    const JellieRow* const row   = &taps->rows[best[t]];
    JellieChoice* const    trial = &trials[next];
    attempt(&block, &(Candidate){row, &row->single}, trial);
    if (trial->cost < least) {
      trial->row = best[t];
      least      = trial->cost;
      next       = 1U - next; // The next one goes over the other one
    }
  }
  *out                       = trials[1U - next];
  const JellieRow* const row = &taps->rows[out->row];
  out->order                 = 0U;
  finish(&block, &(Candidate){row, &row->single}, out);
  if (block.strings == 1U && block.count >= LEAST_REFINED) {
    try_refined(&block, taps, correlation, out);
  }
}
