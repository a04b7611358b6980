// SPDX-License-Identifier: MIT
// A signal as the sum of a low band, kept at a fraction of the rate, and the
// rest. Private to pntbtr.

#ifndef JAM_PNTBTR_BANDS_H
#define JAM_PNTBTR_BANDS_H

#include "pntbtr/pntbtr.h"

#define BANDS_SPAN 64U // Low-band samples filtered at once

/// Sums the products of `length` (a multiple of 16) pairs.
float pntbtr_bands_dot(const float* a, const float* b, unsigned length) JAM_RT;

/// Continues a line by `frames` samples with a predictor whose `order` is a
/// multiple of 16. `end` points behind the newest sample.
void pntbtr_bands_continue(const float* taps,
                           unsigned     order,
                           float*       end,
                           unsigned     frames) JAM_RT;

/// Writes the newest `count` (a multiple of BANDS_SPAN) low-band samples of a
/// signal: the last one lies on the sample before `end`. Reads count * divide +
/// reach samples before `end` and as many as `reach` behind it, which must be
/// predicted.
void pntbtr_bands_low(const PntbtrBands* bands,
                      const float*       end,
                      float*             out,
                      unsigned           count) JAM_RT;

/// Returns the low band at the full rate, `after` samples behind the low-band
/// sample at `at`; PNTBTR_REACH of them on either side must be there.
float pntbtr_bands_at(const PntbtrBands* bands, const float* at, unsigned after)
  JAM_RT;

#endif // JAM_PNTBTR_BANDS_H
