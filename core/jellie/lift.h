// SPDX-License-Identifier: MIT
// Lanes that sound like the audio at a lower rate: each second sample becomes
// its difference from an interpolation between its neighbours, and the others
// are smoothed by these differences, in steps that are undone exactly. Twice:
// over all samples, then over the smoothed ones.
//
// The interpolation is Deslauriers-Dubuc's with 8 taps, 6, 4 and 2 toward the
// ends of the block, and none at the very end: no step makes up samples.

#ifndef JELLIE_LIFT_H
#define JELLIE_LIFT_H

#include <stddef.h>
#include <stdint.h>

#define JELLIE_STENCIL_HALF 4U
#define JELLIE_STENCIL_BITS 11U // Stencils are in units of 1/2048

/// Taps by half width (1 .. 4) and distance from the middle.
extern const int16_t jellie_stencils[JELLIE_STENCIL_HALF + 1U]
                                    [JELLIE_STENCIL_HALF];

/// Returns how many taps each side of difference `i` of `count` has, which
/// lies between smoothed samples i and i + 1.
static inline unsigned jellie_reach_fine(const unsigned i, const unsigned count)
{
  const unsigned right = count - 1U - i;
  const unsigned reach = i + 1U < right ? i + 1U : right;
  return reach < JELLIE_STENCIL_HALF ? reach : JELLIE_STENCIL_HALF;
}

/// The same for smoothed sample `i`, which lies between differences i - 1 and
/// i. The last difference is none, hence it smoothes nothing.
static inline unsigned jellie_reach_smooth(const unsigned i,
                                           const unsigned count)
{
  const unsigned right = count - 1U - i;
  const unsigned reach = i < right ? i : right;
  return reach < JELLIE_STENCIL_HALF ? reach : JELLIE_STENCIL_HALF;
}

/// Lifts a block in place; `frames` is a multiple of 4.
void jellie_lift(int32_t* block, unsigned frames);

/// Undoes jellie_lift, or only so much that every second sample (`division`
/// 2) is right.
void jellie_unlift(int32_t* block, unsigned frames, unsigned division);

#endif // JELLIE_LIFT_H
