// SPDX-License-Identifier: MIT
// One linear predictor by Burg's method, one order at a time, so that a fit can
// be spread over time. Newer errors count more. Private to pntbtr.

#ifndef JAM_PNTBTR_BURG_H
#define JAM_PNTBTR_BURG_H

#include "pntbtr/pntbtr.h"

#define BURG_MAX_SPAN PNTBTR_HIGH_SPAN
#define BURG_MAX_ORDER PNTBTR_LOW_ORDER

typedef struct Burg {
  unsigned size;  // Of history
  unsigned order; // Wanted
  unsigned stage; // Orders done
  float    forward[BURG_MAX_SPAN + PNTBTR_BLOCK];
  float    backward[BURG_MAX_SPAN + PNTBTR_BLOCK];
  float    weights[BURG_MAX_SPAN + PNTBTR_BLOCK];
  double   taps[BURG_MAX_ORDER]; // Newest first
  double   product;              // Of forward and backward errors, summed
  double   energy;               // Of both
  double   weight;               // Of the pairs measured
  double   floor;                // Energy at which nothing is left to predict
} Burg;

/// Starts on `size` (2 .. BURG_MAX_SPAN) samples; an error counts e times less
/// than one that is `memory` samples newer.
void pntbtr_burg_begin(Burg*        burg,
                       const float* samples,
                       unsigned     size,
                       unsigned     order,
                       float        memory);

/// Returns whether there is nothing left to do.
bool pntbtr_burg_done(const Burg* burg);

/// Raises the order by one; returns the multiply-adds that took.
unsigned pntbtr_burg_step(Burg* burg);

/// Writes `order` taps, oldest first; returns the standard deviation of what
/// they leave.
float pntbtr_burg_taps(const Burg* burg, float* out, unsigned order);

#endif // JAM_PNTBTR_BURG_H
