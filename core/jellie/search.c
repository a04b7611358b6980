// SPDX-License-Identifier: MIT
// Which predictor and Rice parameter make a lane short.
//
// The energy that each row of the table would leave follows from one matrix of
// products of the samples, without running the predictor. Only the few rows
// with least energy are then tried exactly. Doubles serve the ranking alone:
// whatever they round to, the decoder is told the outcome.

#include "search.h"

#include <string.h>

#define TRIALS 3U
#define HIGH_ENERGY 1e300

// Products of the samples at the taps (and the predicted one, last) with the
// samples at the taps, summed over the part of a lane without edges.
typedef struct Products {
  double sums[JELLIE_TAPS + 1U][JELLIE_TAPS];
} Products;

static void sum_products(const JellieRole* const role,
                         const int32_t* const    block,
                         const unsigned          count,
                         Products* const         out)
{
  memset(out, 0, sizeof(*out));
  for (unsigned i = role->left; i + role->right < count; ++i) {
    const int32_t* const at = block + role->first + i * role->step;
    double               near[JELLIE_TAPS + 1U];
    for (unsigned t = 0U; t < JELLIE_TAPS; ++t) {
      near[t] = at[role->offsets[t]];
    }
    near[JELLIE_TAPS] = at[0];
    for (unsigned a = 0U; a <= JELLIE_TAPS; ++a) {
      for (unsigned b = 0U; b < JELLIE_TAPS; ++b) {
        out->sums[a][b] += near[a] * near[b];
      }
    }
  }
}

// Returns the energy a row leaves, less what is the same for every row.
static double energy_of(const Products* const products,
                        const int16_t* const  taps)
{
  const double scale = 1.0 / (1U << JELLIE_TAP_BITS);
  double       taken[JELLIE_TAPS];
  for (unsigned b = 0U; b < JELLIE_TAPS; ++b) {
    taken[b] = -2.0 * products->sums[JELLIE_TAPS][b];
  }
  for (unsigned a = 0U; a < JELLIE_TAPS; ++a) {
    const double tap = taps[a] * scale;
    for (unsigned b = 0U; b < JELLIE_TAPS; ++b) {
      taken[b] += tap * products->sums[a][b];
    }
  }
  double energy = 0.0;
  for (unsigned b = 0U; b < JELLIE_TAPS; ++b) {
    energy += taps[b] * scale * taken[b];
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
    const double energy = energy_of(products, role->rows[index]);
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
