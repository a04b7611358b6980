// SPDX-License-Identifier: MIT
// Lifting of integers, and its exact inverse.

#include "jellie/lift.h"

#define EDGE 3U // Results with stencils of their own on each side

// Makes sums positive before they are divided, as the right shift of negative
// numbers is up to the compiler
#define BIAS (INT64_C(1) << 40U)

static const int16_t middle[JELLIE_STENCIL_TAPS / 2U] = {-5, 49, -245, 1225};

static const JellieStencil none = {0U, 0, {0}};

static const JellieStencil fine[2U * EDGE + 1U] = {
  {6U, 0, {874, 1423, -317, 86, -22, 4, 0, 0}},
  {6U, -1, {-167, 1178, 1247, -267, 69, -12, 0, 0}},
  {6U, -2, {46, -250, 1228, 1228, -250, 46, 0, 0}},
  {8U, -3, {-5, 49, -245, 1225, 1225, -245, 49, -5}},
  {6U, -2, {46, -250, 1228, 1228, -250, 46, 0, 0}},
  {6U, -3, {-12, 69, -267, 1247, 1178, -167, 0, 0}},
  {6U, -4, {4, -22, 86, -317, 1423, 874, 0, 0}},
};

static const JellieStencil smooth[2U * EDGE + 1U] = {
  {4U, -1, {1092, 1207, -250, 50, 0, 0, 0, 0}},
  {4U, -2, {-147, 1239, 1224, -267, 0, 0, 0, 0}},
  {4U, -2, {-265, 1217, 1217, -265, 0, 0, 0, 0}},
  {8U, -4, {-5, 49, -245, 1225, 1225, -245, 49, -5}},
  {4U, -2, {-265, 1217, 1217, -265, 0, 0, 0, 0}},
  {4U, -2, {-267, 1224, 1239, -147, 0, 0, 0, 0}},
  {4U, -3, {50, -250, 1207, 1092, 0, 0, 0, 0}},
};

// Chooses by how many results there are on each side.
static const JellieStencil* choose(const JellieStencil* const stencils,
                                   const unsigned             left,
                                   const unsigned             right)
{
  return left < EDGE    ? &stencils[left]
         : right < EDGE ? &stencils[2U * EDGE - right]
                        : &stencils[EDGE];
}

const JellieStencil* jellie_stencil_fine(const unsigned i, const unsigned count)
{
  return i + 1U == count ? &none : choose(fine, i, count - 2U - i);
}

const JellieStencil* jellie_stencil_smooth(const unsigned i,
                                           const unsigned count)
{
  return i == 0U || i + 1U == count ? &none
                                    : choose(smooth, i - 1U, count - 2U - i);
}

// Divides a sum of weights and values by 2^bits, rounded to nearest.
static int32_t divide(const int64_t sum, const unsigned bits)
{
  const int64_t up = sum + BIAS + (INT64_C(1) << (bits - 1U));
  return (int32_t)((int64_t)((uint64_t)up >> bits) - (BIAS >> bits));
}

static int64_t sum_edge(const int32_t* const       at,
                        const ptrdiff_t            step,
                        const JellieStencil* const stencil)
{
  const int32_t* const first = at + step * stencil->first;
  int64_t              sum   = 0;
  for (ptrdiff_t t = 0; t < (ptrdiff_t)stencil->taps; ++t) {
    sum += (int64_t)stencil->weights[t] * first[t * step];
  }
  return sum;
}

// Both sides alike.
static int64_t sum_middle(const int32_t* const first, const ptrdiff_t step)
{
  int64_t sum = 0;
  for (ptrdiff_t t = 0; t < (ptrdiff_t)(JELLIE_STENCIL_TAPS / 2U); ++t) {
    sum +=
      (int64_t)middle[t] * (first[t * step] + (int64_t)first[(7 - t) * step]);
  }
  return sum;
}

// Adds `sign` times the interpolations between `count` smoothed values, which
// are `step` apart, to the differences half way behind them.
static void change_fine(int32_t* const  even,
                        const unsigned  count,
                        const ptrdiff_t step,
                        const int32_t   sign)
{
  int32_t* const odd = even + step / 2;
  for (unsigned i = 0U; i + 1U < count; ++i) {
    const ptrdiff_t at = step * (ptrdiff_t)i;
    const int64_t   sum =
      i >= EDGE && i + 2U + EDGE <= count
          ? sum_middle(even + at - 3 * step, step)
          : sum_edge(even + at, step, jellie_stencil_fine(i, count));
    odd[at] += sign * divide(sum, JELLIE_STENCIL_BITS);
  }
}

// The same with half the interpolations between differences.
static void change_smooth(int32_t* const  even,
                          const unsigned  count,
                          const ptrdiff_t step,
                          const int32_t   sign)
{
  const int32_t* const odd = even + step / 2;
  for (unsigned i = 1U; i + 1U < count; ++i) {
    const ptrdiff_t at = step * (ptrdiff_t)i;
    const int64_t   sum =
      i > EDGE && i + 2U + EDGE <= count
          ? sum_middle(odd + at - 4 * step, step)
          : sum_edge(odd + at, step, jellie_stencil_smooth(i, count));
    even[at] += sign * divide(sum, JELLIE_STENCIL_BITS + 1U);
  }
}

// Lifts one level of samples that are `step` apart.
static void
split(int32_t* const block, const unsigned count, const ptrdiff_t step)
{
  change_fine(block, count, 2 * step, -1);
  change_smooth(block, count, 2 * step, 1);
}

static void
join(int32_t* const block, const unsigned count, const ptrdiff_t step)
{
  change_smooth(block, count, 2 * step, -1);
  change_fine(block, count, 2 * step, 1);
}

void jellie_lift(int32_t* const block, const unsigned frames)
{
  split(block, frames / 2U, 1);
  split(block, frames / 4U, 2);
}

void jellie_unlift(int32_t* const block,
                   const unsigned frames,
                   const unsigned division)
{
  if (division <= 2U) {
    join(block, frames / 4U, 2);
  }
  if (division == 1U) {
    join(block, frames / 2U, 1);
  }
}
