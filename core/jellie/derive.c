// SPDX-License-Identifier: MIT
// Taps of one table.
//
// One lane: Levinson's recursion gives the predictors of every order.
// Lanes: the row is a model of the sound, whose correlations follow from the
// same recursion. They are carried through the lifting, and each place of
// each lane gets the best linear predictor from what is known by then.

#include "jellie/derive.h"

#include "jellie/lift.h"

#include <stddef.h>
#include <string.h>

#define BLOCK 64U // Samples of the block that the places stand for
#define SHORT_BLOCK 32U
#define OWN 4U                  // Taps of the own lane, at most
#define OWN_FIRST 8U            // In the first lane, which has no others
#define SCALE 65536.0           // Of the taps
#define LARGEST 268435456.0     // Sum of taps: times 24 bits it is below 2^51
#define LARGEST_LANE 33554432.0 // Lifted values have 27 bits
#define FLOOR (1.0 / 68719476736.0) // Noise of the model: 2^-36
#define WIDEST 24

// First position of the lane of each string, and the string of each lane
static const uint8_t firsts[JELLIE_LANES] = {0U, 2U, 1U, 3U};
static const uint8_t orders[JELLIE_LANES] = {0U, 2U, 1U, 3U};

typedef struct Model {
  double taps[JELLIE_ORDER + 1U]; // Of the highest order; 0 is not used
  double correlation[BLOCK];      // Of samples so far apart; the power is 1
} Model;

typedef double Matrix[BLOCK][BLOCK];

static int32_t round_tap(const double tap)
{
  const double  scaled = tap * SCALE + 0.5;
  const int32_t whole  = (int32_t)scaled;
  return (double)whole > scaled ? whole - 1 : whole;
}

static double reflection_of(const int32_t entry)
{
  const double u = (double)entry / 32768.0;
  return 2.0 * u / (1.0 + u * u);
}

// Raises the order of taps[1..m-1] to m.
static void raise(double* const taps, const unsigned m, const double reflection)
{
  for (unsigned i = 1U, j = m - 1U; i <= j; ++i, --j) {
    const double low  = taps[i] - reflection * taps[j];
    const double high = taps[j] - reflection * taps[i];
    taps[i]           = low;
    taps[j]           = high;
  }
  taps[m] = reflection;
}

// Rounds `count` taps into place `place`. Returns false if they are too large.
static bool put_taps(const double* const  taps,
                     const unsigned       count,
                     const unsigned       place,
                     const double         largest,
                     JellieLaneRow* const out)
{
  double sum = 0.0;
  for (unsigned t = 0U; t < count; ++t) {
    sum += taps[t] < 0.0 ? -taps[t] : taps[t];
  }
  if (!(sum * SCALE + JELLIE_TAPS < largest)) {
    return false;
  }
  for (unsigned t = 0U; t < count; ++t) {
    out->taps[t][place] = round_tap(taps[t]);
  }
  return true;
}

bool jellie_derive_single(const int16_t* const entries,
                          JellieLaneRow* const out)
{
  double taps[JELLIE_ORDER + 1U] = {0.0};
  bool   good                    = true;
  memset(out->taps, 0, sizeof(out->taps));
  for (unsigned m = 1U; good && m <= JELLIE_ORDER; ++m) {
    raise(taps, m, reflection_of(entries[m - 1U]));
    good = put_taps(taps + 1, m, m, LARGEST, out);
  }
  return good;
}

static void make_model(const double* const reflection, Model* const out)
{
  double        error = 1.0;
  double* const taps  = out->taps;
  out->correlation[0] = 1.0;
  for (unsigned m = 1U; m < BLOCK; ++m) {
    const unsigned known = m <= JELLIE_ORDER ? m - 1U : JELLIE_ORDER;
    double         sum   = 0.0;
    for (unsigned i = 1U; i <= known; ++i) {
      sum += taps[i] * out->correlation[m - i];
    }
    if (m <= JELLIE_ORDER) {
      sum += reflection[m - 1U] * error;
      error *= 1.0 - reflection[m - 1U] * reflection[m - 1U];
      raise(taps, m, reflection[m - 1U]);
    }
    out->correlation[m] = sum;
  }
}

// Adds `factor` times an interpolation of sources that are `step` apart, of
// which `from` has the index of the result.
static void lift_one(double* const              at,
                     const double* const        from,
                     const ptrdiff_t            step,
                     const JellieStencil* const stencil,
                     const double               factor)
{
  const double* const first = from + step * stencil->first;
  double              sum   = 0.0;
  for (ptrdiff_t t = 0; t < (ptrdiff_t)stencil->taps; ++t) {
    sum += (double)stencil->weights[t] * first[t * step];
  }
  *at += factor * sum;
}

// Lifts a vector of doubles whose elements are `stride` apart.
static void
lift_vector(double* const vector, const unsigned frames, const ptrdiff_t stride)
{
  for (unsigned level = 1U; level <= 2U; ++level) {
    const unsigned  count = frames >> level;
    const ptrdiff_t step  = stride * (ptrdiff_t)level;
    for (unsigned i = 0U; i < count; ++i) {
      double* const even = vector + 2 * step * (ptrdiff_t)i;
      lift_one(even + step,
               even,
               2 * step,
               jellie_stencil_fine(i, count),
               -1.0 / 2048.0);
    }
    for (unsigned i = 0U; i < count; ++i) {
      double* const even = vector + 2 * step * (ptrdiff_t)i;
      lift_one(even,
               even + step,
               2 * step,
               jellie_stencil_smooth(i, count),
               1.0 / 4096.0);
    }
  }
}

// Fills the covariances of a lifted block.
static void
make_matrix(const Model* const model, const unsigned frames, Matrix out)
{
  for (unsigned i = 0U; i < frames; ++i) {
    for (unsigned j = 0U; j < frames; ++j) {
      out[i][j] = model->correlation[i > j ? i - j : j - i];
    }
    out[i][i] += FLOOR;
  }
  for (unsigned i = 0U; i < frames; ++i) {
    lift_vector(out[i], frames, 1);
  }
  for (unsigned j = 0U; j < frames; ++j) {
    lift_vector(&out[0][j], frames, BLOCK);
  }
}

// Predicts element `at` from others: the normal equations, by LDL'. Returns
// the variance that is left.
static double solve(Matrix                matrix,
                    const unsigned        at,
                    const unsigned* const from,
                    const unsigned        count,
                    double* const         taps)
{
  double lower[JELLIE_TAPS][JELLIE_TAPS];
  double pivots[JELLIE_TAPS];
  double left = matrix[at][at];
  for (unsigned i = 0U; i < count; ++i) {
    double* const row   = lower[i];
    double        pivot = matrix[from[i]][from[i]];
    double        right = matrix[at][from[i]];
    for (unsigned j = 0U; j < i; ++j) {
      row[j] = matrix[from[i]][from[j]];
      for (unsigned k = 0U; k < j; ++k) {
        row[j] -= row[k] * lower[j][k];
      }
    }
    for (unsigned j = 0U; j < i; ++j) {
      const double scaled = row[j] / pivots[j];
      pivot -= row[j] * scaled;
      right -= row[j] * taps[j];
      row[j] = scaled;
    }
    pivots[i] = pivot;
    taps[i]   = right / pivot;
    left -= right * taps[i];
  }
  for (unsigned i = count; i-- > 0U;) {
    for (unsigned j = 0U; j < i; ++j) {
      taps[j] -= lower[i][j] * taps[i];
    }
  }
  return left;
}

// Lists the positions that a sample is predicted from: those just before it in
// its own lane, then the nearest ones of lanes already known, earlier first.
static unsigned
list_known(const unsigned at, const unsigned frames, unsigned* const out)
{
  unsigned       count = 0U;
  const unsigned own   = at % 4U == 0U ? OWN_FIRST : OWN;
  for (unsigned i = 1U; i <= own && 4U * i <= at; ++i) {
    out[count++] = at - 4U * i;
  }
  for (unsigned d = 1U; d < frames && count < JELLIE_TAPS; ++d) {
    if (d <= at && orders[(at - d) % 4U] < orders[at % 4U]) {
      out[count++] = at - d;
    }
    if (at + d < frames && orders[(at + d) % 4U] < orders[at % 4U] &&
        count < JELLIE_TAPS) {
      out[count++] = at + d;
    }
  }
  return count;
}

void jellie_derive_reach(JellieReach        lanes[const JELLIE_LANES],
                         JellieReach* const single)
{
  memset(lanes, 0, JELLIE_LANES * sizeof(lanes[0]));
  for (unsigned t = 0U; t < JELLIE_TAPS; ++t) {
    memset(single->at[t], -1 - (int)t, sizeof(single->at[t]));
  }
  for (unsigned place = 0U; place < JELLIE_PLACES; ++place) {
    const bool     full   = place < JELLIE_LONG;
    const unsigned i      = full ? place : place - JELLIE_LONG;
    const unsigned frames = full ? BLOCK : SHORT_BLOCK;
    for (unsigned lane = 0U; lane < JELLIE_LANES; ++lane) {
      unsigned       known[JELLIE_TAPS];
      const unsigned at    = 4U * i + firsts[lane];
      const unsigned count = list_known(at, frames, known);
      for (unsigned t = 0U; t < count; ++t) {
        lanes[lane].at[t][place] = (int8_t)((int)known[t] - (int)at);
      }
    }
  }
}

// Returns half the logarithm of base 2 of a ratio, rounded.
static int8_t width_of(double variance, const double than)
{
  int width = 0;
  while (variance > 2.0 * than && width < WIDEST) {
    variance /= 4.0;
    ++width;
  }
  while (variance * 2.0 < than && width > -WIDEST) {
    variance *= 4.0;
    --width;
  }
  return (int8_t)width;
}

// Derives the places of all lanes in a block of one size.
static bool derive_places(const Model* const model,
                          const unsigned     frames,
                          JellieRow* const   out,
                          double (*const left)[JELLIE_PLACES])
{
  Matrix         matrix;
  const unsigned count = frames / 4U;
  const unsigned base  = frames == BLOCK ? 0U : JELLIE_LONG;
  make_matrix(model, frames, matrix);
  for (unsigned lane = 0U; lane < JELLIE_LANES; ++lane) {
    JellieLaneRow* const row = &out->lanes[lane];
    for (unsigned i = 0U; i < count; ++i) {
      unsigned       known[JELLIE_TAPS];
      double         taps[JELLIE_TAPS];
      const unsigned at    = 4U * i + firsts[lane];
      const unsigned few   = list_known(at, frames, known);
      left[lane][base + i] = solve(matrix, at, known, few, taps);
      if (!put_taps(taps, few, base + i, LARGEST_LANE, row)) {
        return false;
      }
    }
  }
  return true;
}

static bool derive_lanes(const Model* const model, JellieRow* const out)
{
  double left[JELLIE_LANES][JELLIE_PLACES];
  if (!derive_places(model, BLOCK, out, left) ||
      !derive_places(model, SHORT_BLOCK, out, left)) {
    return false;
  }
  for (unsigned lane = 0U; lane < JELLIE_LANES; ++lane) {
    JellieLaneRow* const row    = &out->lanes[lane];
    const double         middle = left[lane][JELLIE_MIDDLE];
    row->rice                   = width_of(middle, left[0][JELLIE_MIDDLE]);
    for (unsigned place = 0U; place < JELLIE_PLACES; ++place) {
      row->widths[place] = width_of(left[lane][place], middle);
    }
  }
  return true;
}

// The energy that a predictor leaves is a weighted sum of the correlations of
// the sound; these are the weights.
static void derive_energies(const double* const taps,
                            const unsigned      row,
                            JellieTaps* const   out)
{
  for (unsigned lag = 0U; lag <= JELLIE_ORDER; ++lag) {
    double sum = lag == 0U ? 1.0 : -taps[lag];
    for (unsigned i = 1U; i + lag <= JELLIE_ORDER; ++i) {
      sum += taps[i] * taps[i + lag];
    }
    out->energies[lag][row] = lag == 0U ? sum : 2.0 * sum;
  }
}

static bool derive_row(const JellieTableRow* const table,
                       const unsigned              row,
                       JellieTaps* const           out)
{
  double           reflection[JELLIE_ORDER];
  Model            model = {{0.0}, {0.0}};
  JellieRow* const to    = &out->rows[row];
  for (unsigned i = 0U; i < JELLIE_ORDER; ++i) {
    reflection[i] = reflection_of(table->reflection[i]);
  }
  make_model(reflection, &model);
  memcpy(to->single.widths, table->widths, sizeof(table->widths));
  memcpy(out->reflection[row], table->reflection, sizeof(table->reflection));
  derive_energies(model.taps, row, out);
  return jellie_derive_single(table->reflection, &to->single) &&
         derive_lanes(&model, to);
}

bool jellie_derive(const JellieTableRow* const table, JellieTaps* const out)
{
  bool good = true;
  memset(out, 0, sizeof(*out));
  for (unsigned row = 0U; good && row < JELLIE_ROWS; ++row) {
    good = derive_row(&table[row], row, out);
  }
  return good;
}

// FNV-1a, a whole number at a time
static uint32_t hash(const uint32_t sum, const int32_t number)
{
  return (sum ^ (uint32_t)number) * UINT32_C(16777619);
}

static uint32_t hash_lane(uint32_t sum, const JellieLaneRow* const lane)
{
  for (unsigned place = 0U; place < JELLIE_PLACES; ++place) {
    for (unsigned t = 0U; t < JELLIE_TAPS; ++t) {
      sum = hash(sum, lane->taps[t][place]);
    }
    sum = hash(sum, lane->widths[place]);
  }
  return hash(sum, lane->rice);
}

uint32_t jellie_derive_checksum(const JellieTaps* const taps)
{
  uint32_t sum = UINT32_C(2166136261);
  for (unsigned row = 0U; row < JELLIE_ROWS; ++row) {
    sum = hash_lane(sum, &taps->rows[row].single);
    for (unsigned lane = 0U; lane < JELLIE_LANES; ++lane) {
      sum = hash_lane(sum, &taps->rows[row].lanes[lane]);
    }
  }
  return sum;
}
