// SPDX-License-Identifier: MIT
// The row whose predictor suits recent sound best: all rows are ranked by
// autocorrelation, the best few are tried to the bit.
//
// Inner loops run over independent results, never over one sum, so that the
// compiler can vectorise them without changing any.

#include "jellie/search.h"

#include <string.h>

#ifndef TRIALS
#  define TRIALS 4U
#endif
#define LAGS 20U                 // JELLIE_ORDER + 1, in whole vectors
#define CHUNK 16U                // Samples predicted together
#define NOISE (1.0 / 12.0)       // Power of rounding
#define ROUND 6755399441055744.0 // 1.5 * 2^52

// A block as doubles, with what the lanes are predicted from gathered by tap.
typedef struct Block {
  unsigned frames;
  unsigned depth;
  double   values[JELLIE_MAX_FRAMES]; // By string, one after the other
  double   near[JELLIE_LANES][JELLIE_LANE_TAPS][JELLIE_MAX_FRAMES / 4U];
} Block;

static void correlate(const JellieEncoder* const encoder,
                      double                     out[const LAGS])
{
  const unsigned count = JELLIE_HISTORY + encoder->frames;
  double         sound[JELLIE_HISTORY + JELLIE_MAX_FRAMES + LAGS];
  for (unsigned i = 0U; i < count; ++i) {
    sound[i] = encoder->window[i] * encoder->recent[i];
  }
  for (unsigned lag = 0U; lag < LAGS; ++lag) {
    sound[count + lag] = 0.0;
    out[lag]           = 0.0;
  }
  for (unsigned i = 0U; i < count; ++i) {
    for (unsigned lag = 0U; lag < LAGS; ++lag) {
      out[lag] += sound[i] * sound[i + lag];
    }
  }
  out[0] += out[0] * 1e-10 + NOISE * count;
}

static void measure(const JellieTaps* const taps,
                    const double            correlation[const LAGS],
                    double                  out[const JELLIE_ROWS])
{
  for (unsigned row = 0U; row < JELLIE_ROWS; ++row) {
    out[row] = 0.0;
  }
  for (unsigned lag = 0U; lag <= JELLIE_ORDER; ++lag) {
    const double weight = correlation[lag];
    for (unsigned row = 0U; row < JELLIE_ROWS; ++row) {
      out[row] += taps->energies[lag][row] * weight;
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

// Residuals of `count` sums of products.
static void subtract(const double* const sums,
                     const double* const values,
                     const unsigned      count,
                     const unsigned      depth,
                     uint32_t* const     zigzags)
{
  const double top = (double)(UINT32_C(1) << (depth - 1U)) - 1.0;
  for (unsigned i = 0U; i < count; ++i) {
    const double exact = sums[i] * (1.0 / 65536.0) + 0.5;
    double       whole = (exact + ROUND) - ROUND;
    whole -= whole > exact ? 1.0 : 0.0;
    whole = whole > top ? top : whole;
    whole = whole < -top - 1.0 ? -top - 1.0 : whole;

    const double rest  = values[i] - whole;
    const double coded = rest < 0.0 ? -2.0 * rest - 1.0 : 2.0 * rest;
    zigzags[i]         = (uint32_t)(int32_t)coded;
  }
}

static void predict_single(const int32_t* const rising,
                           const double* const  values,
                           const unsigned       frames,
                           double* const        sums)
{
  for (unsigned i = 0U; i < JELLIE_ORDER; ++i) {
    const int32_t* const taps = rising + i * (i - 1U) / 2U;
    double               sum  = 0.0;
    for (unsigned t = 0U; t < i; ++t) {
      sum += (double)taps[t] * values[i - 1U - t];
    }
    sums[i] = sum;
  }
  const int32_t* const taps = rising + JELLIE_RISING - JELLIE_ORDER;
  for (unsigned i = JELLIE_ORDER; i < frames; i += CHUNK) {
    double chunk[CHUNK] = {0.0};
    for (unsigned t = 0U; t < JELLIE_ORDER; ++t) {
      const double        tap  = taps[t];
      const double* const from = values + i - 1U - t;
      for (unsigned j = 0U; j < CHUNK; ++j) {
        chunk[j] += tap * from[j];
      }
    }
    memcpy(sums + i, chunk, sizeof(chunk));
  }
}

// Predicts `count` samples of a lane from `first` on, by places of their own.
static void predict_places(const JellieLaneRow* const row,
                           const double (*const near)[JELLIE_MAX_FRAMES / 4U],
                           const unsigned first,
                           const unsigned place,
                           double* const  sums)
{
  double chunk[8] = {0.0};
  for (unsigned t = 0U; t < JELLIE_LANE_TAPS; ++t) {
    for (unsigned j = 0U; j < 8U; ++j) {
      chunk[j] += row->taps[t][place + j] * near[t][first + j];
    }
  }
  memcpy(sums + first, chunk, sizeof(chunk));
}

static void predict_lane(const JellieLaneRow* const row,
                         const double (*const near)[JELLIE_MAX_FRAMES / 4U],
                         const unsigned count,
                         double* const  sums)
{
  if (count < JELLIE_LONG) {
    predict_places(row, near, 0U, JELLIE_LONG, sums);
    return;
  }
  predict_places(row, near, 0U, 0U, sums);
  for (unsigned i = JELLIE_MIDDLE; i + JELLIE_MIDDLE < count; i += 8U) {
    double chunk[8] = {0.0};
    for (unsigned t = 0U; t < JELLIE_LANE_TAPS; ++t) {
      const double tap = row->taps[t][JELLIE_MIDDLE];
      for (unsigned j = 0U; j < 8U; ++j) {
        chunk[j] += tap * near[t][i + j];
      }
    }
    memcpy(sums + i, chunk, sizeof(chunk));
  }
  predict_places(row, near, count - JELLIE_MIDDLE, JELLIE_MIDDLE, sums);
}

// Returns the bits of `count` residuals with a Rice parameter each.
static unsigned cost_of(const uint32_t* const zigzags,
                        const int32_t* const  widths,
                        const unsigned        count,
                        const unsigned        rice,
                        const unsigned        depth)
{
  uint32_t       cost  = 0U;
  const int32_t  limit = (int32_t)depth;
  const uint32_t plain = JELLIE_ESCAPE + 1U + depth;
  for (unsigned i = 0U; i < count; ++i) {
    int32_t width           = widths[i] + (int32_t)rice;
    width                   = width < 0 ? 0 : width;
    width                   = width > limit ? limit : width;
    const uint32_t quotient = zigzags[i] >> width;
    const uint32_t coded    = quotient + 1U + (uint32_t)width;
    cost += quotient < JELLIE_ESCAPE ? coded : plain;
  }
  return cost;
}

// Bits that say the Rice parameter of a string.
static unsigned cost_of_rice(const unsigned string,
                             const unsigned rice,
                             const unsigned expected)
{
  if (string == 0U) {
    return JELLIE_RICE_BITS;
  }
  return rice >= expected ? 2U * (rice - expected) + 1U
                          : 2U * (expected - rice);
}

// Chooses the Rice parameter of a string, starting from what suits the mean
// and walking while it pays. Returns the cost.
static unsigned choose_rice(const uint32_t* const zigzags,
                            const int32_t* const  widths,
                            const unsigned        count,
                            const unsigned        depth,
                            const unsigned        string,
                            const unsigned        expected,
                            unsigned* const       out)
{
  uint64_t sum = 0U;
  for (unsigned i = 0U; i < count; ++i) {
    const int32_t width = widths[i];
    sum += width < 0 ? (uint64_t)zigzags[i] << -width
                     : (uint64_t)zigzags[i] >> width;
  }
  const unsigned least = string > 0U && expected > JELLIE_ESCAPE / 2U
                           ? expected - JELLIE_ESCAPE / 2U
                           : 0U;
  const unsigned reach = expected + JELLIE_ESCAPE / 2U - 1U;
  const unsigned most  = string > 0U && reach < depth ? reach : depth;
  unsigned       rice  = least;
  while (rice < most && (sum * 5U) >> (rice + 1U) >= (uint64_t)count * 7U) {
    ++rice;
  }
  unsigned cost = cost_of(zigzags, widths, count, rice, depth) +
                  cost_of_rice(string, rice, expected);
  for (int step = -1; step <= 1; step += 2) {
    while (step < 0 ? rice > least : rice < most) {
      const unsigned next = step < 0 ? rice - 1U : rice + 1U;
      const unsigned then = cost_of(zigzags, widths, count, next, depth) +
                            cost_of_rice(string, next, expected);
      if (then >= cost) {
        break;
      }
      cost = then;
      rice = next;
    }
  }
  const unsigned verbatim =
    (string == 0U ? JELLIE_RICE_BITS : JELLIE_ESCAPE + 1U) + count * depth;
  if (verbatim < cost) {
    rice = JELLIE_VERBATIM;
    cost = verbatim;
  }
  *out = rice;
  return cost;
}

static void try_single(const JellieRow* const row,
                       const Block* const     block,
                       JellieChoice* const    out)
{
  double  sums[JELLIE_MAX_FRAMES];
  int32_t widths[JELLIE_MAX_FRAMES];
  predict_single(row->rising, block->values, block->frames, sums);
  subtract(sums, block->values, block->frames, block->depth, out->zigzags);
  for (unsigned i = 0U; i < block->frames; ++i) {
    widths[i] = i < JELLIE_ORDER ? row->widths[i] : 0;
  }
  out->cost = JELLIE_ROW_BITS + choose_rice(out->zigzags,
                                            widths,
                                            block->frames,
                                            block->depth,
                                            0U,
                                            0U,
                                            &out->rice[0]);
}

static void try_tree(const JellieRow* const row,
                     const Block* const     block,
                     JellieChoice* const    out)
{
  double         sums[JELLIE_MAX_FRAMES];
  int32_t        widths[JELLIE_MAX_FRAMES / 4U];
  const unsigned count = block->frames / 4U;
  for (unsigned string = 0U; string < JELLIE_LANES; ++string) {
    predict_lane(&row->lanes[string],
                 block->near[string],
                 count,
                 sums + string * count);
  }
  subtract(sums, block->values, block->frames, block->depth, out->zigzags);
  out->cost = JELLIE_ROW_BITS;
  for (unsigned string = 0U; string < JELLIE_LANES; ++string) {
    const JellieLaneRow* const lane = &row->lanes[string];
    for (unsigned i = 0U; i < count; ++i) {
      widths[i] = lane->widths[jellie_place(i, count)];
    }
    const unsigned base =
      out->rice[0] == JELLIE_VERBATIM ? block->depth : out->rice[0];
    out->cost +=
      choose_rice(out->zigzags + string * count,
                  widths,
                  count,
                  block->depth,
                  string,
                  jellie_rice(string ? base : 0U, lane->rice, block->depth),
                  &out->rice[string]);
  }
}

static void gather(const int32_t* const values, Block* const out)
{
  const unsigned count = out->frames / 4U;
  for (unsigned string = 0U; string < JELLIE_LANES; ++string) {
    const unsigned first = jellie_firsts[string];
    for (unsigned i = 0U; i < count; ++i) {
      out->values[string * count + i] = values[4U * i + first];
    }
    for (unsigned t = 0U; t < JELLIE_LANE_TAPS; ++t) {
      const int8_t* const reach = jellie_reach[string].at[t];
      for (unsigned i = 0U; i < count; ++i) {
        const int at = (int)(4U * i + first) + reach[jellie_place(i, count)];
        out->near[string][t][i] = values[at];
      }
    }
  }
}

void jellie_search_plain(const JellieEncoder* const encoder,
                         const JellieFormat* const  format,
                         const int32_t* const       values,
                         JellieChoice* const        out)
{
  const JellieTaps* const taps =
    format->rate_hz > 48000U ? encoder->high : encoder->low;
  const bool   tree = format->lanes == 4U;
  double       correlation[LAGS];
  double       energies[JELLIE_ROWS];
  unsigned     best[TRIALS];
  Block        block;
  JellieChoice trial;
  correlate(encoder, correlation);
  measure(taps, correlation, energies);
  rank(energies, best);

  block.frames = format->frames;
  block.depth  = jellie_depth(format);
  if (tree) {
    gather(values, &block);
  } else {
    for (unsigned i = 0U; i < block.frames; ++i) {
      block.values[i] = values[i];
    }
  }
  out->cost = SIZE_MAX;
  for (unsigned t = 0U; t < TRIALS; ++t) {
    trial.row = best[t];
    if (tree) {
      try_tree(&taps->rows[best[t]], &block, &trial);
    } else {
      try_single(&taps->rows[best[t]], &block, &trial);
    }
    if (trial.cost < out->cost) {
      *out = trial;
    }
  }
}
