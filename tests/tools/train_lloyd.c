// SPDX-License-Identifier: MIT
// The first table: clusters of spectra.
//
// A packet's distance to a row is the logarithm of the energy that the row's
// predictor leaves of it, which is what it costs in bits. The best row for a
// cluster follows from the sum of its autocorrelations, each divided by the
// energy left of it. The table grows by splitting every row in two.

#include "tools/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 6U
#define ENOUGH 200U // Packets of a row
#define LEAST_ENERGY 1e-12
#define NUDGE 0.03 // How far apart the halves of a row start

// Makes two of one, in a direction that differs from row to row.
static void
split(const TrainRow* const row, const unsigned number, TrainRow* const other)
{
  *other = *row;
  for (unsigned i = 0U; i < TRAIN_ORDER; ++i) {
    other->angles[i] += ((number * 7U + i * 5U) % 3U == 0U) ? -NUDGE : NUDGE;
  }
}

// Moves every row to the middle of the packets nearest to it. A row that has
// none becomes half of the one that has most.
static void settle(const TrainSet* const set,
                   const size_t          stride,
                   const unsigned        count,
                   TrainRow* const       rows,
                   TrainTable* const     table)
{
  double(*const sums)[TRAIN_LAGS] = calloc(count, sizeof(*sums));
  size_t* const counts            = calloc(count, sizeof(*counts));
  train_derive(rows, count, table);
  for (size_t n = 0U; n < set->count; n += stride) {
    const TrainItem* const item = &set->items[n];
    unsigned               best;
    const double           left   = train_rank(table, item->lags, 1U, &best);
    const double           energy = left > LEAST_ENERGY ? left : LEAST_ENERGY;
    for (unsigned i = 0U; i < TRAIN_LAGS; ++i) {
      sums[best][i] += item->lags[i] / energy;
    }
    ++counts[best];
  }
  unsigned fullest = 0U;
  for (unsigned row = 0U; row < count; ++row) {
    fullest = counts[row] > counts[fullest] ? row : fullest;
  }
  for (unsigned row = 0U; row < count; ++row) {
    double reflections[TRAIN_ORDER];
    if (counts[row] == 0U) {
      split(&rows[fullest], row, &rows[row]);
      continue;
    }
    train_levinson(sums[row], reflections);
    for (unsigned i = 0U; i < TRAIN_ORDER; ++i) {
      rows[row].angles[i] = atanh(reflections[i]);
    }
  }
  free(counts);
  free(sums);
}

// The width of a sample with i known is what its missing orders would save.
static void guess_widths(TrainRow* const row)
{
  double gain = 0.0;
  for (unsigned i = TRAIN_ORDER; i-- > 0U;) {
    const double r = tanh(row->angles[i]);
    gain -= 0.5 * log2(1.0 - r * r + 1e-12);
    row->widths[i] = (int)lrint(gain);
  }
  row->widths[TRAIN_ORDER] = 0;
}

void train_cluster(const TrainSet* const set,
                   const unsigned        count,
                   TrainRow* const       rows)
{
  TrainTable* const table = calloc(1U, sizeof(*table));
  memset(rows, 0, count * sizeof(*rows));
  for (unsigned have = 1U;;) {
    const size_t stride = 1U + set->count / (have * ENOUGH);
    for (unsigned round = 0U; round < ROUNDS; ++round) {
      settle(set, stride, have, rows, table);
    }
    const unsigned old = have;
    for (unsigned row = 0U; row < old && have < count; ++row) {
      split(&rows[row], row, &rows[have++]);
    }
    if (have == old) {
      break;
    }
  }
  for (unsigned row = 0U; row < count; ++row) {
    guess_widths(&rows[row]);
  }
  free(table);
}
