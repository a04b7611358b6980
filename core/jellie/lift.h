// SPDX-License-Identifier: MIT
// Lanes that sound like the audio at a lower rate: each second sample becomes
// its difference from an interpolation between its neighbours, and the others
// are smoothed by these differences, in steps that are undone exactly. Twice:
// over all samples, then over the smoothed ones.
//
// The interpolation is Deslauriers-Dubuc's with 8 taps. Near the ends of the
// block it goes to one side, with the weights that least squares give for sound
// whose power falls with the fourth power of the frequency from 1/50 of the
// rate: what is heard at the rate of packets is then 3 to 8 dB less than with
// fewer taps on both sides. The first and last smoothed samples stay as they
// are, and so does the last difference: no step makes up samples.

#ifndef JELLIE_LIFT_H
#define JELLIE_LIFT_H

#include <stddef.h>
#include <stdint.h>

#define JELLIE_STENCIL_TAPS 8U
#define JELLIE_STENCIL_BITS 11U // Weights are in units of 1/2048

/// How an interpolation is made.
typedef struct JellieStencil {
  uint8_t taps;  ///< How many; 0: the result is 0
  int8_t  first; ///< Index of the first source less that of the result
  int16_t weights[JELLIE_STENCIL_TAPS];
} JellieStencil;

/// Returns how difference `i` of `count` (at least 8), which lies between
/// smoothed samples i and i + 1, follows from smoothed samples.
const JellieStencil* jellie_stencil_fine(unsigned i, unsigned count);

/// Returns how smoothed sample `i`, which lies between differences i - 1 and
/// i, follows from differences. Half of it is added.
const JellieStencil* jellie_stencil_smooth(unsigned i, unsigned count);

/// Lifts a block in place; `frames` is a multiple of 4 and at least 32.
void jellie_lift(int32_t* block, unsigned frames);

/// Undoes jellie_lift, or only so much that every second sample (`division`
/// 2) is right.
void jellie_unlift(int32_t* block, unsigned frames, unsigned division);

#endif // JELLIE_LIFT_H
