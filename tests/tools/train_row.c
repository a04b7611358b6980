// SPDX-License-Identifier: MIT
// A row of the table, what follows from it, and what a packet costs by it.

#include "tools/train.h"

#include <math.h>
#include <string.h>

#define ESCAPE 20U // Zeros of a quotient that announce a plain sample
#define HUGE_ENERGY 1e300

int train_reflection(const double angle)
{
  const double scaled = tanh(angle * 0.5) * 32768.0;
  const double limit  = 32767.0;
  return (int)lrint(scaled > limit ? limit : scaled < -limit ? -limit : scaled);
}

void train_step_up(const double reflections[const TRAIN_ORDER],
                   double       taps[const TRAIN_LAGS][TRAIN_ORDER])
{
  memset(taps, 0, sizeof(double) * TRAIN_LAGS * TRAIN_ORDER);
  for (unsigned m = 1U; m <= TRAIN_ORDER; ++m) {
    const double r = reflections[m - 1U];
    for (unsigned i = 0U; i + 1U < m; ++i) {
      taps[m][i] = taps[m - 1U][i] - r * taps[m - 1U][m - 2U - i];
    }
    taps[m][m - 1U] = r;
  }
}

void train_levinson(const double lags[const TRAIN_LAGS],
                    double       reflections[const TRAIN_ORDER])
{
  double taps[TRAIN_ORDER] = {0};
  double energy            = lags[0];
  for (unsigned m = 0U; m < TRAIN_ORDER; ++m) {
    double sum = lags[m + 1U];
    for (unsigned i = 0U; i < m; ++i) {
      sum -= taps[i] * lags[m - i];
    }
    const double r = sum / energy;
    double       old[TRAIN_ORDER];
    memcpy(old, taps, sizeof(old));
    for (unsigned i = 0U; i < m; ++i) {
      taps[i] = old[i] - r * old[m - 1U - i];
    }
    taps[m]        = r;
    reflections[m] = r;
    energy *= 1.0 - r * r;
  }
}

static void derive_row(const TrainRow* const row,
                       TrainTaps* const      out,
                       double                powers[const TRAIN_LAGS])
{
  double reflections[TRAIN_ORDER];
  for (unsigned i = 0U; i < TRAIN_ORDER; ++i) {
    const double u = train_reflection(row->angles[i]) / 32768.0;
    reflections[i] = 2.0 * u / (1.0 + u * u);
  }
  train_step_up(reflections, out->taps);
  double filter[TRAIN_LAGS] = {1.0};
  for (unsigned i = 0U; i < TRAIN_ORDER; ++i) {
    filter[i + 1U] = -out->taps[TRAIN_ORDER][i];
  }
  for (unsigned lag = 0U; lag < TRAIN_LAGS; ++lag) {
    double sum = 0.0;
    for (unsigned i = lag; i < TRAIN_LAGS; ++i) {
      sum += filter[i] * filter[i - lag];
    }
    powers[lag] = lag == 0U ? sum : 2.0 * sum;
  }
  for (unsigned m = 0U; m < TRAIN_LAGS; ++m) {
    for (unsigned i = 0U; i < TRAIN_ORDER; ++i) {
      out->taps[m][i] = rint(out->taps[m][i] * (1U << TRAIN_TAP_BITS));
    }
  }
  memcpy(out->widths, row->widths, sizeof(out->widths));
}

void train_derive(const TrainRow* const rows,
                  const unsigned        count,
                  TrainTable* const     out)
{
  out->rows = count;
  for (unsigned row = 0U; row < count; ++row) {
    double powers[TRAIN_LAGS];
    derive_row(&rows[row], &out->taps[row], powers);
    for (unsigned lag = 0U; lag < TRAIN_LAGS; ++lag) {
      out->powers[lag][row] = powers[lag];
    }
  }
}

unsigned
train_code_size(const double residual, const int rice, const unsigned bits)
{
  const uint32_t zigzag =
    residual >= 0.0 ? (uint32_t)residual * 2U : (uint32_t)-residual * 2U - 1U;
  const uint32_t quotient = zigzag >> (unsigned)rice;
  return quotient < ESCAPE ? quotient + 1U + (unsigned)rice
                           : ESCAPE + 1U + bits;
}

static int clamp_rice(const int rice, const unsigned bits)
{
  return rice < 0 ? 0 : rice > (int)bits ? (int)bits : rice;
}

// Fills in the residuals: sums of whole numbers, so exact in any order.
static void find_residuals(const TrainTaps* const taps,
                           const int32_t* const   samples,
                           const unsigned         count,
                           const unsigned         bits,
                           double* const          out)
{
  const double scale                  = 1U << TRAIN_TAP_BITS;
  const double top                    = (double)(1U << (bits - 1U));
  double       sums[TRAIN_MAX_FRAMES] = {0};
  double       known[TRAIN_MAX_FRAMES];
  for (unsigned i = 0U; i < count; ++i) {
    known[i] = samples[i];
  }
  for (unsigned i = 1U; i < TRAIN_ORDER && i < count; ++i) {
    for (unsigned j = 0U; j < i; ++j) {
      sums[i] += taps->taps[i][j] * known[i - 1U - j];
    }
  }
  for (unsigned j = 0U; j < TRAIN_ORDER; ++j) {
    const double tap = taps->taps[TRAIN_ORDER][j];
    for (unsigned i = TRAIN_ORDER; i < count; ++i) {
      sums[i] += tap * known[i - 1U - j];
    }
  }
  for (unsigned i = 0U; i < count; ++i) {
    const double guess = floor(sums[i] / scale + 0.5);
    const double kept  = guess > top - 1.0 ? top - 1.0
                         : guess < -top    ? -top
                                           : guess;
    out[i]             = known[i] - kept;
  }
}

static uint64_t count_bits(const TrainTaps* const taps,
                           const double* const    residuals,
                           const unsigned         count,
                           const int              rice,
                           const unsigned         bits)
{
  uint64_t sum = TRAIN_INDEX_BITS + TRAIN_RICE_BITS;
  for (unsigned i = 0U; i < count; ++i) {
    const int width = i < TRAIN_ORDER ? taps->widths[i] : 0;
    sum += train_code_size(residuals[i], clamp_rice(rice + width, bits), bits);
  }
  return sum;
}

void train_try(const TrainTable* const table,
               const unsigned          row,
               const int32_t* const    samples,
               const unsigned          count,
               const unsigned          bits,
               TrainTrial* const       out)
{
  const TrainTaps* const mine = &table->taps[row];
  find_residuals(mine, samples, count, bits, out->residuals);
  double sum = 0.0;
  for (unsigned i = 0U; i < count; ++i) {
    const int width = i < TRAIN_ORDER ? mine->widths[i] : 0;
    sum += fabs(out->residuals[i]) * train_scale(width);
  }
  int rice  = clamp_rice((int)floor(log2(sum * 1.386 / count + 0.7)), bits);
  out->row  = row;
  out->rice = rice;
  out->bits = count_bits(mine, out->residuals, count, rice, bits);
  for (int step = -1; step <= 1; step += 2) {
    for (int next = rice + step; next >= 0 && next <= (int)bits; next += step) {
      const uint64_t cost = count_bits(mine, out->residuals, count, next, bits);
      if (cost >= out->bits) {
        break;
      }
      out->bits = cost;
      out->rice = next;
    }
  }
}

double train_rank(const TrainTable* const table,
                  const double            lags[const TRAIN_LAGS],
                  const unsigned          want,
                  unsigned* const         best)
{
  double energies[TRAIN_MAX_ROWS] = {0};
  double least[TRAIN_MAX_ROWS];
  for (unsigned i = 0U; i < TRAIN_LAGS; ++i) {
    for (unsigned row = 0U; row < TRAIN_MAX_ROWS; ++row) {
      energies[row] += table->powers[i][row] * lags[i];
    }
  }
  for (unsigned t = 0U; t < want; ++t) {
    least[t] = HUGE_ENERGY;
    best[t]  = 0U;
  }
  for (unsigned row = 0U; row < table->rows; ++row) {
    const double energy = energies[row];
    if (energy >= least[want - 1U]) {
      continue;
    }
    unsigned place = want - 1U;
    for (; place > 0U && energy < least[place - 1U]; --place) {
      least[place] = least[place - 1U];
      best[place]  = best[place - 1U];
    }
    least[place] = energy;
    best[place]  = row;
  }
  return least[0];
}

void train_choose(const TrainTable* const table,
                  const unsigned          trials,
                  const double            lags[const TRAIN_LAGS],
                  const int32_t* const    samples,
                  const unsigned          count,
                  const unsigned          bits,
                  TrainTrial* const       out)
{
  unsigned       best[TRAIN_MAX_ROWS];
  const unsigned want = trials < table->rows ? trials : table->rows;
  train_rank(table, lags, want, best);
  train_try(table, best[0], samples, count, bits, out);
  for (unsigned t = 1U; t < want; ++t) {
    TrainTrial trial;
    train_try(table, best[t], samples, count, bits, &trial);
    if (trial.bits < out->bits) {
      *out = trial;
    }
  }
}
