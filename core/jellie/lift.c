// SPDX-License-Identifier: MIT
// Lifting of integers, and its exact inverse.

#include "jellie/lift.h"

#define EDGE 3U // Results with stencils of their own on each side

// Makes sums positive before they are divided, as the right shift of negative
// numbers is up to the compiler
#define BIAS (INT64_C(1) << 40U)

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

// Returns an interpolation divided by 2^shift; the sources are `step` apart,
// and `at` is the one with the index of the result.
static int32_t interpolate(const int32_t* const       at,
                           const ptrdiff_t            step,
                           const JellieStencil* const stencil,
                           const unsigned             shift)
{
  const unsigned       bits  = JELLIE_STENCIL_BITS + shift;
  const int32_t* const first = at + step * stencil->first;
  int64_t              total = BIAS + (INT64_C(1) << (bits - 1U));
  for (ptrdiff_t t = 0; t < (ptrdiff_t)stencil->taps; ++t) {
    total += (int64_t)stencil->weights[t] * first[t * step];
  }
  return (int32_t)((int64_t)((uint64_t)total >> bits) - (BIAS >> bits));
}

// One level: differences at odd multiples of `step`, then smoothing.
static void
split(int32_t* const block, const unsigned count, const ptrdiff_t step)
{
  for (unsigned i = 0U; i < count; ++i) {
    int32_t* const even = block + 2 * step * (ptrdiff_t)i;
    even[step] -=
      interpolate(even, 2 * step, jellie_stencil_fine(i, count), 0U);
  }
  for (unsigned i = 0U; i < count; ++i) {
    int32_t* const even = block + 2 * step * (ptrdiff_t)i;
    *even +=
      interpolate(even + step, 2 * step, jellie_stencil_smooth(i, count), 1U);
  }
}

static void
join(int32_t* const block, const unsigned count, const ptrdiff_t step)
{
  for (unsigned i = 0U; i < count; ++i) {
    int32_t* const even = block + 2 * step * (ptrdiff_t)i;
    *even -=
      interpolate(even + step, 2 * step, jellie_stencil_smooth(i, count), 1U);
  }
  for (unsigned i = 0U; i < count; ++i) {
    int32_t* const even = block + 2 * step * (ptrdiff_t)i;
    even[step] +=
      interpolate(even, 2 * step, jellie_stencil_fine(i, count), 0U);
  }
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
