// SPDX-License-Identifier: MIT
// Lifting of integers, and its exact inverse.

#include "jellie/lift.h"

// Makes sums positive before they are divided, as the right shift of negative
// numbers is up to the compiler
#define BIAS (INT64_C(1) << 40U)

const int16_t jellie_stencils[JELLIE_STENCIL_HALF + 1U][JELLIE_STENCIL_HALF] = {
  {0, 0, 0, 0},
  {1024, 0, 0, 0},
  {1152, -128, 0, 0},
  {1200, -200, 24, 0},
  {1225, -245, 49, -5},
};

// Returns the interpolation at the middle between two samples `step` apart, of
// which `right` is the second one, divided by 2^shift.
static int32_t interpolate(const int32_t* const right,
                           const ptrdiff_t      step,
                           const unsigned       reach,
                           const unsigned       shift)
{
  const int16_t* const taps  = jellie_stencils[reach];
  const unsigned       bits  = JELLIE_STENCIL_BITS + shift;
  int64_t              total = BIAS + (INT64_C(1) << (bits - 1U));
  for (ptrdiff_t t = 0; t < (ptrdiff_t)reach; ++t) {
    total +=
      (int64_t)taps[t] * (right[t * step] + (int64_t)right[-(t + 1) * step]);
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
      interpolate(even + 2 * step, 2 * step, jellie_reach_fine(i, count), 0U);
  }
  for (unsigned i = 0U; i < count; ++i) {
    int32_t* const even = block + 2 * step * (ptrdiff_t)i;
    *even +=
      interpolate(even + step, 2 * step, jellie_reach_smooth(i, count), 1U);
  }
}

static void
join(int32_t* const block, const unsigned count, const ptrdiff_t step)
{
  for (unsigned i = 0U; i < count; ++i) {
    int32_t* const even = block + 2 * step * (ptrdiff_t)i;
    *even -=
      interpolate(even + step, 2 * step, jellie_reach_smooth(i, count), 1U);
  }
  for (unsigned i = 0U; i < count; ++i) {
    int32_t* const even = block + 2 * step * (ptrdiff_t)i;
    even[step] +=
      interpolate(even + 2 * step, 2 * step, jellie_reach_fine(i, count), 0U);
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
