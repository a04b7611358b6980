// SPDX-License-Identifier: MIT
// Which predictor and Rice parameter make a lane short.
//
// The energy that each row of the table would leave follows from one matrix of
// products of the samples, without running the predictor. Only the few rows
// with least energy are then tried exactly. Doubles serve the ranking alone:
// whatever they round to, the decoder is told the outcome.

#include "jellie/search.h"

#include <string.h>

#define TRIALS 3U
#define HIGH_ENERGY 1e300
#define MANY 64U // Samples from which every second is enough to rank rows

// Sums over a lane, without its edges, of the products of each two samples at
// the taps (below the diagonal), and of those with the sample to be predicted
// (last row).
typedef struct Products {
  double sums[JELLIE_TAPS + 1U][JELLIE_TAPS];
} Products;

static void sum_products(const JellieRole* const role,
                         const int32_t* const    block,
                         const unsigned          count,
                         Products* const         out)
{
  const unsigned taps   = role->taps;
  const unsigned stride = 1U + count / MANY;
  memset(out, 0, sizeof(*out));
  for (unsigned i = role->left; i + role->right < count; i += stride) {
    const int32_t* const at = block + role->first + i * role->step;
    double               near[JELLIE_TAPS];
    for (unsigned a = 0U; a < taps; ++a) {
      near[a] = at[role->offsets[a]];
      for (unsigned b = 0U; b <= a; ++b) {
        out->sums[a][b] += near[a] * near[b];
      }
    }
    for (unsigned b = 0U; b < taps; ++b) {
      out->sums[taps][b] += at[0] * near[b];
    }
  }
}

// Returns the energy a row leaves, less what is the same for every row.
static double energy_of(const Products* const products,
                        const unsigned        taps,
                        const int16_t* const  row)
{
  const double unit   = 1U << JELLIE_TAP_BITS;
  double       energy = 0.0;
  for (unsigned a = 0U; a < taps; ++a) {
    const double* const sums = products->sums[a];
    double part = row[a] * sums[a] - 2.0 * unit * products->sums[taps][a];
    for (unsigned b = 0U; b < a; ++b) {
      part += 2 * row[b] * sums[b];
    }
    energy += row[a] * part;
  }
  return energy;
}

// Finds the rows with least energy, best first.
static void rank_rows(const JellieRole* const role,
                      const Products* const   products,
                      unsigned                best[TRIALS])
{
  double least[TRIALS] = {HIGH_ENERGY, HIGH_ENERGY, HIGH_ENERGY};
  for (unsigned t = 0U; t < TRIALS; ++t) {
    best[t] = 0U;
  }
  for (unsigned index = 0U; index < 1U << role->index_bits; ++index) {
    const double energy = energy_of(products, role->taps, role->rows[index]);
    if (energy >= least[TRIALS - 1U]) {
      continue;
    }
    unsigned place = TRIALS - 1U;
    for (; place > 0U && energy < least[place - 1U]; --place) {
      least[place] = least[place - 1U];
      best[place]  = best[place - 1U];
    }
    least[place] = energy;
    best[place]  = index;
  }
}

static uint32_t zigzag_of(const int32_t residual)
{
  return residual >= 0 ? (uint32_t)residual << 1U
                       : ((uint32_t)(-(residual + 1)) << 1U) + 1U;
}

static size_t
code_size(const uint32_t zigzag, const unsigned rice, const unsigned bits)
{
  const uint32_t quotient = zigzag >> rice;
  return quotient < JELLIE_ESCAPE ? quotient + 1U + rice
                                  : JELLIE_ESCAPE + 1U + bits;
}

// Returns the bits of all residuals with a Rice parameter.
static size_t cost_of(const JellieRole* const role,
                      const uint32_t* const   zigzags,
                      const unsigned          count,
                      const unsigned          rice,
                      const unsigned          bits)
{
  size_t cost = 0U;
  for (unsigned i = 0U; i < role->left; ++i) {
    cost +=
      code_size(zigzags[i], jellie_rice(rice, role->widths[i], bits), bits);
  }
  for (unsigned i = role->left; i < count - role->right; ++i) {
    cost += code_size(zigzags[i], rice, bits);
  }
  for (unsigned i = 0U; i < role->right; ++i) {
    const unsigned width = role->widths[role->left + i];
    cost += code_size(zigzags[count - role->right + i],
                      jellie_rice(rice, width, bits),
                      bits);
  }
  return cost;
}

// Starts from the parameter that suits the mean and walks while it pays.
static void choose_rice(const JellieRole* const role,
                        const unsigned          count,
                        const unsigned          bits,
                        const uint64_t          sum,
                        JellieChoice* const     trial)
{
  unsigned rice = 0U;
  while (rice < bits && (sum * 5U) >> (rice + 1U) >= (uint64_t)count * 7U) {
    ++rice;
  }
  size_t cost = cost_of(role, trial->zigzags, count, rice, bits);
  for (int step = -1; step <= 1; step += 2) {
    while (step < 0 ? rice > 0U : rice < bits) {
      const unsigned next = step < 0 ? rice - 1U : rice + 1U;
      const size_t   then = cost_of(role, trial->zigzags, count, next, bits);
      if (then >= cost) {
        break;
      }
      cost = then;
      rice = next;
    }
  }
  trial->rice = rice;
  trial->cost = role->index_bits + JELLIE_RICE_BITS + cost;
}

static void try_row(const JellieRole* const role,
                    const int32_t* const    block,
                    const unsigned          count,
                    const unsigned          bits,
                    JellieChoice* const     trial)
{
  uint64_t sum = 0U;
  for (unsigned i = 0U; i < count; ++i) {
    const int32_t* const at  = block + role->first + i * role->step;
    const JellieRow      row = jellie_row(role, trial->index, i, count);
    const uint32_t       zigzag =
      zigzag_of(*at - jellie_predict(role, row.taps, at, bits));
    trial->zigzags[i] = zigzag;
    sum += zigzag >> row.width;
  }
  choose_rice(role, count, bits, sum, trial);
}

void jellie_search(const JellieRole* const role,
                   const int32_t* const    block,
                   const unsigned          count,
                   const unsigned          bits,
                   JellieChoice* const     out)
{
  Products products;
  unsigned best[TRIALS];
  sum_products(role, block, count, &products);
  rank_rows(role, &products, best);

  out->index = 0U;
  out->rice  = JELLIE_VERBATIM;
  out->cost  = role->index_bits + JELLIE_RICE_BITS + (size_t)count * bits;
  JellieChoice trial;
  for (unsigned t = 0U; t < TRIALS; ++t) {
    trial.index = best[t];
    try_row(role, block, count, bits, &trial);
    if (trial.cost < out->cost) {
      out->index = trial.index;
      out->rice  = trial.rice;
      out->cost  = trial.cost;
      memcpy(out->zigzags, trial.zigzags, count * sizeof(uint32_t));
    }
  }
}
