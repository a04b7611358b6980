// SPDX-License-Identifier: MIT
// The trained table of predictors: data, from which derive.c makes all taps.

#ifndef JELLIE_TABLE_H
#define JELLIE_TABLE_H

#include <stdint.h>

#define JELLIE_ROWS 512U
#define JELLIE_ORDER 16U

typedef struct JellieTableRow {
  /// u = q / 2^15; reflection coefficient r = 2u / (1 + u^2)
  int16_t reflection[JELLIE_ORDER];
  /// Rice parameter of sample i less that of the steady state, with
  /// i = 0 .. 16 samples known before it (0 at 16)
  int8_t widths[JELLIE_ORDER + 1U];
} JellieTableRow;

extern const JellieTableRow jellie_table[JELLIE_ROWS];      ///< 44.1 and 48 kHz
extern const JellieTableRow jellie_table_high[JELLIE_ROWS]; ///< 96 and 192 kHz

#endif // JELLIE_TABLE_H
