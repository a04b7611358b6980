// SPDX-License-Identifier: MIT
// From a row of the table to integer taps. Done when the program is built:
// generate.c prints the result. Only + - * / of doubles in a fixed order, so
// that everybody derives the same integers.

#ifndef JELLIE_DERIVE_H
#define JELLIE_DERIVE_H

#include "jellie/table.h"

#include <stdbool.h>

#define JELLIE_TAP_BITS 16U  // Taps are in units of 2^-16
#define JELLIE_STEP_BITS 12U // Refinement is in steps of 2^12 entries
#define JELLIE_LANES 4U
#define JELLIE_TAPS 16U

// Where in a string a sample stands. One lane: 16 places for the first
// samples, then 16 for all others. Lanes of 16 samples and more: 8 places at
// the start and 8 at the end, of which the first is that of all samples in
// the middle too. Lanes of 8 samples: 8 places, from 16 on.
#define JELLIE_PLACES 24U
#define JELLIE_LONG 16U
#define JELLIE_MIDDLE 8U

/// How the samples of one string are predicted.
typedef struct JellieLaneRow {
  int32_t taps[JELLIE_TAPS][JELLIE_PLACES];
  int8_t  widths[JELLIE_PLACES]; ///< Added to the Rice parameter of the string
  int8_t  rice; ///< Expected Rice parameter less that of the first string
} JellieLaneRow;

typedef struct JellieRow {
  JellieLaneRow single;
  JellieLaneRow lanes[JELLIE_LANES]; ///< In packet order
} JellieRow;

/// Distances in the block from a sample to those it is predicted from; 0 where
/// there is none, and the tap is 0 too.
typedef struct JellieReach {
  int8_t at[JELLIE_TAPS][JELLIE_PLACES];
} JellieReach;

/// Everything derived from one table.
typedef struct JellieTaps {
  JellieRow rows[JELLIE_ROWS];
  int16_t   reflection[JELLIE_ROWS][JELLIE_ORDER];    ///< As in the table
  double    energies[JELLIE_ORDER + 1U][JELLIE_ROWS]; ///< Encoder's search
} JellieTaps;

/// Finds the distances, of all lanes and of one lane; they are the same for
/// every row.
void jellie_derive_reach(JellieReach lanes[JELLIE_LANES], JellieReach* single);

/// Makes the predictors of one lane from 16 entries as in the table: orders 0
/// to 15 for the first samples, 16 for all others. Sets no widths.
/// Returns false if taps are too large to be summed exactly.
bool jellie_derive_single(const int16_t* entries, JellieLaneRow* out);

/// Derives a whole table. Returns false if a row cannot be used.
bool jellie_derive(const JellieTableRow* table, JellieTaps* out);

/// Returns 32 bits that depend on every integer derived from a table.
uint32_t jellie_derive_checksum(const JellieTaps* taps);

#endif // JELLIE_DERIVE_H
