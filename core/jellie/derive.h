// SPDX-License-Identifier: MIT
// From a row of the table to integer taps. Done when the program is built:
// generate.c prints the result. Only + - * / of doubles in a fixed order, so
// that everybody derives the same integers.

#ifndef JELLIE_DERIVE_H
#define JELLIE_DERIVE_H

#include "jellie/table.h"

#include <stdbool.h>

#define JELLIE_TAP_BITS 16U // Taps are in units of 2^-16
#define JELLIE_LANES 4U
#define JELLIE_LANE_TAPS 16U
#define JELLIE_LANE_OWN 8U // At most so many of them are of the own lane

// Where in a lane a sample stands: 16 places for lanes of 16 samples and
// more, whose middle all take place 8, then 8 for lanes of 8 samples.
#define JELLIE_PLACES 24U
#define JELLIE_LONG 16U
#define JELLIE_MIDDLE 8U

/// Predictors of rising order: order m (1 .. 16) starts at m (m - 1) / 2, its
/// first tap belongs to the sample before.
#define JELLIE_RISING (JELLIE_ORDER * (JELLIE_ORDER + 1U) / 2U)

typedef struct JellieLaneRow {
  int32_t taps[JELLIE_LANE_TAPS][JELLIE_PLACES];
  int8_t  widths[JELLIE_PLACES]; ///< Added to the Rice parameter of the lane
  int8_t  rice; ///< Expected Rice parameter less that of the first string
} JellieLaneRow;

typedef struct JellieRow {
  int32_t       rising[JELLIE_RISING];
  int8_t        widths[JELLIE_ORDER + 1U];
  JellieLaneRow lanes[JELLIE_LANES]; ///< In packet order
} JellieRow;

/// Distances in the block from a sample to those it is predicted from; 0 where
/// there is none, and the tap is 0 too.
typedef struct JellieReach {
  int8_t at[JELLIE_LANE_TAPS][JELLIE_PLACES];
} JellieReach;

/// Everything derived from one table.
typedef struct JellieTaps {
  JellieRow rows[JELLIE_ROWS];
  double    energies[JELLIE_ORDER + 1U][JELLIE_ROWS]; ///< Encoder's search
} JellieTaps;

/// Finds the distances of all lanes; they are the same for every row.
void jellie_derive_reach(JellieReach out[JELLIE_LANES]);

/// Makes predictors of orders 1 .. `order` from reflection coefficients.
/// Returns false if taps are too large to be summed exactly.
bool jellie_derive_rising(const double* reflection,
                          unsigned      order,
                          int32_t*      out);

/// Returns the reflection coefficient of an entry of the table.
double jellie_reflection(int32_t entry);

/// Derives a whole table. Returns false if a row cannot be used.
bool jellie_derive(const JellieTableRow* table, JellieTaps* out);

#endif // JELLIE_DERIVE_H
