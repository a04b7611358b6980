// SPDX-License-Identifier: MIT
// Improves a table on the code length itself.
//
// Each pass gives every packet to the row that codes it shortest, then moves
// every row by one damped Gauss-Newton step on the bits of its packets (with a
// Laplacian in place of the Rice code), through all orders at once: what is
// good for the first samples of a packet and what is good for the rest meet in
// the same reflection coefficients, on a scale of their atanh.

#include "tools/train.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIALS 6U
#define RARE 20.0  // Part of its fair share below which a row is given up
#define SETTLED 4U // Last passes, in which none is
#define STEP 0.6
#define CURVE 1.4 // Of a Laplacian, relative to a Gaussian
#define DAMPING 0.02
#define TRUST 0.01   // Nats per sample that a step may promise
#define SOFT 0.35    // Mean residual below which nothing more can be gained
#define FAR 10.5     // Greatest angle that can be stored
#define FARTHEST 0.3 // Step of an angle
#define OFFSETS 5    // Widths tried: two less to two more

// What the packets of a row say about it.
typedef struct Pull {
  double   slopes[TRAIN_LAGS][TRAIN_ORDER]; // Of the bits over the taps
  double   curves[TRAIN_LAGS][TRAIN_ORDER][TRAIN_ORDER];
  double   weight;
  uint64_t bits[TRAIN_ORDER][OFFSETS];
} Pull;

static double sign_of(const double x)
{
  return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0;
}

// Adds slope and curvature of one packet's bits per sample over the taps.
static void add_pull(const TrainItem* const  item,
                     const int32_t* const    samples,
                     const TrainTrial* const trial,
                     const TrainTaps* const  taps,
                     Pull* const             out)
{
  double scales[TRAIN_MAX_FRAMES];
  double sum     = SOFT * item->count;
  double squares = SOFT * item->count;
  for (unsigned i = 0U; i < item->count; ++i) {
    scales[i]         = train_scale(i < TRAIN_ORDER ? taps->widths[i] : 0);
    const double size = fabs(trial->residuals[i]) * scales[i];
    sum += size;
    squares += size * size;
  }
  for (unsigned i = 1U; i < item->count; ++i) {
    const unsigned order = i < TRAIN_ORDER ? i : TRAIN_ORDER;
    const double   pull  = sign_of(trial->residuals[i]) * scales[i] / sum;
    const double   bend  = CURVE * scales[i] * scales[i] / squares;
    double         known[TRAIN_ORDER];
    for (unsigned j = 0U; j < order; ++j) {
      known[j] = samples[i - 1U - j];
      out->slopes[order][j] -= pull * known[j];
    }
    for (unsigned j = 0U; j < order; ++j) {
      const double  bent = bend * known[j];
      double* const row  = out->curves[order][j];
      for (unsigned k = 0U; k <= j; ++k) {
        row[k] += bent * known[k];
      }
    }
  }
  out->weight += 1.0;
}

static void add_widths(const TrainItem* const  item,
                       const TrainTrial* const trial,
                       const TrainTaps* const  taps,
                       Pull* const             out)
{
  for (unsigned i = 0U; i < TRAIN_ORDER && i < item->count; ++i) {
    for (int o = 0; o < OFFSETS; ++o) {
      const int rice = trial->rice + taps->widths[i] + o - OFFSETS / 2;
      const int kept = rice < 0                 ? 0
                       : rice > (int)item->bits ? (int)item->bits
                                                : rice;
      out->bits[i][o] += train_code_size(trial->residuals[i], kept, item->bits);
    }
  }
}

// How the taps of every order change with each angle: the step-up recursion,
// differentiated.
static void find_changes(const double taps[const TRAIN_LAGS][TRAIN_ORDER],
                         const double reflections[const TRAIN_ORDER],
                         double (*const out)[TRAIN_LAGS][TRAIN_ORDER])
{
  memset(out, 0, sizeof(*out) * TRAIN_ORDER);
  for (unsigned angle = 0U; angle < TRAIN_ORDER; ++angle) {
    double(*const change)[TRAIN_ORDER] = out[angle];
    const double own = 1.0 - reflections[angle] * reflections[angle];
    for (unsigned m = angle + 1U; m <= TRAIN_ORDER; ++m) {
      const double r = reflections[m - 1U];
      for (unsigned i = 0U; i + 1U < m; ++i) {
        change[m][i] = change[m - 1U][i] - r * change[m - 1U][m - 2U - i];
      }
      if (m == angle + 1U) {
        for (unsigned i = 0U; i + 1U < m; ++i) {
          change[m][i] -= own * taps[m - 1U][m - 2U - i];
        }
        change[m][m - 1U] = own;
      }
    }
  }
}

// Adds the part of one order to slope and curvature over the angles.
static void gather(const Pull* const pull,
                   const unsigned    m,
                   double (*const changes)[TRAIN_LAGS][TRAIN_ORDER],
                   double slope[const TRAIN_ORDER],
                   double curve[const TRAIN_ORDER][TRAIN_ORDER])
{
  for (unsigned a = 0U; a < m; ++a) {
    double bent[TRAIN_ORDER] = {0};
    for (unsigned j = 0U; j < m; ++j) {
      slope[a] += changes[a][m][j] * pull->slopes[m][j];
      for (unsigned k = 0U; k < m; ++k) {
        bent[j] += (k <= j ? pull->curves[m][j][k] : pull->curves[m][k][j]) *
                   changes[a][m][k];
      }
    }
    for (unsigned b = 0U; b <= a; ++b) {
      for (unsigned j = 0U; j < m; ++j) {
        curve[a][b] += changes[b][m][j] * bent[j];
      }
    }
  }
}

// Solves curve x = slope by Cholesky's method, in place.
static void solve(double curve[const TRAIN_ORDER][TRAIN_ORDER],
                  double slope[const TRAIN_ORDER])
{
  for (unsigned i = 0U; i < TRAIN_ORDER; ++i) {
    for (unsigned j = 0U; j <= i; ++j) {
      double sum = curve[i][j];
      for (unsigned k = 0U; k < j; ++k) {
        sum -= curve[i][k] * curve[j][k];
      }
      curve[i][j] = i > j ? sum / curve[j][j] : sqrt(sum > 1e-9 ? sum : 1e-9);
    }
  }
  for (unsigned i = 0U; i < TRAIN_ORDER; ++i) {
    for (unsigned k = 0U; k < i; ++k) {
      slope[i] -= curve[i][k] * slope[k];
    }
    slope[i] /= curve[i][i];
  }
  for (unsigned i = TRAIN_ORDER; i-- > 0U;) {
    for (unsigned k = i + 1U; k < TRAIN_ORDER; ++k) {
      slope[i] -= curve[k][i] * slope[k];
    }
    slope[i] /= curve[i][i];
  }
}

static void move_row(const Pull* const pull, TrainRow* const row)
{
  double reflections[TRAIN_ORDER];
  double taps[TRAIN_LAGS][TRAIN_ORDER];
  double changes[TRAIN_ORDER][TRAIN_LAGS][TRAIN_ORDER];
  double slope[TRAIN_ORDER]              = {0};
  double curve[TRAIN_ORDER][TRAIN_ORDER] = {{0}};
  for (unsigned i = 0U; i < TRAIN_ORDER; ++i) {
    reflections[i] = tanh(row->angles[i]);
  }
  train_step_up(reflections, taps);
  find_changes((const double(*)[TRAIN_ORDER])taps, reflections, changes);
  for (unsigned m = 1U; m <= TRAIN_ORDER; ++m) {
    gather(pull, m, changes, slope, curve);
  }
  for (unsigned i = 0U; i < TRAIN_ORDER; ++i) {
    curve[i][i] += DAMPING * (curve[i][i] + pull->weight);
  }
  double before[TRAIN_ORDER];
  memcpy(before, slope, sizeof(before));
  solve(curve, slope);
  double promise = 0.0;
  for (unsigned i = 0U; i < TRAIN_ORDER; ++i) {
    promise += before[i] * slope[i] / pull->weight;
  }
  const double step = promise > TRUST ? STEP * sqrt(TRUST / promise) : STEP;
  for (unsigned i = 0U; i < TRAIN_ORDER; ++i) {
    const double kept = fmax(-FARTHEST, fmin(FARTHEST, step * slope[i]));
    row->angles[i]    = fmax(-FAR, fmin(FAR, row->angles[i] - kept));
  }
  for (unsigned i = 0U; i < TRAIN_ORDER; ++i) {
    int best = OFFSETS / 2;
    for (int o = 0; o < OFFSETS; ++o) {
      best = pull->bits[i][o] < pull->bits[i][best] ? o : best;
    }
    row->widths[i] += best - OFFSETS / 2;
  }
}

// A row that hardly serves becomes a variant of the one that serves most.
static void revive(const unsigned    count,
                   const Pull* const pulls,
                   const size_t      packets,
                   TrainRow* const   rows)
{
  unsigned fullest = 0U;
  for (unsigned row = 0U; row < count; ++row) {
    fullest = pulls[row].weight > pulls[fullest].weight ? row : fullest;
  }
  for (unsigned row = 0U; row < count; ++row) {
    if (pulls[row].weight * count * RARE < (double)packets) {
      rows[row] = rows[fullest];
      for (unsigned i = 0U; i < TRAIN_ORDER; ++i) {
        rows[row].angles[i] += (row + i) % 2U == 0U ? 0.05 : -0.05;
      }
    }
  }
}

// Codes every packet. Returns the mean of the bits per sample.
static double code_all(const TrainSet* const   set,
                       const TrainTable* const table,
                       Pull* const             pulls)
{
  double sum = 0.0;
  for (size_t n = 0U; n < set->count; ++n) {
    const TrainItem* const item    = &set->items[n];
    const int32_t* const   samples = set->samples + item->first;
    TrainTrial             trial;
    train_choose(table,
                 TRIALS,
                 item->lags,
                 samples,
                 item->count,
                 item->bits,
                 &trial);
    sum += (double)trial.bits / item->count;
    add_pull(item, samples, &trial, &table->taps[trial.row], &pulls[trial.row]);
    add_widths(item, &trial, &table->taps[trial.row], &pulls[trial.row]);
  }
  return sum / (double)set->count;
}

void train_refine(const TrainSet* const set,
                  const unsigned        count,
                  const unsigned        passes,
                  const bool            talk,
                  TrainRow* const       rows)
{
  TrainTable* const table = calloc(1U, sizeof(*table));
  Pull* const       pulls = calloc(count, sizeof(*pulls));
  for (unsigned pass = 0U; pass < passes; ++pass) {
    memset(pulls, 0, count * sizeof(*pulls));
    train_derive(rows, count, table);
    const double bits = code_all(set, table, pulls);
    for (unsigned row = 0U; row < count; ++row) {
      if (pulls[row].weight > 0.0) {
        move_row(&pulls[row], &rows[row]);
      }
    }
    if (pass + SETTLED < passes) {
      revive(count, pulls, set->count, rows);
    }
    if (talk) {
      fprintf(stderr, "pass %u: %.4f bits per sample\n", pass, bits);
    }
  }
  free(pulls);
  free(table);
}
