// SPDX-License-Identifier: MIT
// The encoder's choice for a block. Compiled for more than one kind of
// processor; every variant makes the same choice.

#ifndef JELLIE_SEARCH_H
#define JELLIE_SEARCH_H

#include "jellie/predict.h"

typedef struct JellieChoice {
  unsigned row;
  bool     flat;                ///< Second code of quotients
  unsigned rice[JELLIE_LANES];  ///< By string; JELLIE_VERBATIM: values as are
  unsigned order;               ///< Reflections refined; 0: none
  int8_t   steps[JELLIE_ORDER]; ///< By so many steps each
  size_t   cost;                ///< Bits of all strings
  uint32_t zigzags[JELLIE_MAX_FRAMES]; ///< Residuals 0, -1, 1 as 0, 1, 2
} JellieChoice;

/// Finds how to code a block of values (lifted, if it has lanes) that end the
/// recent samples of the encoder.
void jellie_search_plain(const JellieEncoder* encoder,
                         const JellieFormat*  format,
                         const int32_t*       block,
                         JellieChoice*        out);

/// The same, built for AVX2.
void jellie_search_avx2(const JellieEncoder* encoder,
                        const JellieFormat*  format,
                        const int32_t*       block,
                        JellieChoice*        out);

/// Returns the fastest variant this processor can run.
JellieSearch jellie_search_best(void);

#endif // JELLIE_SEARCH_H
