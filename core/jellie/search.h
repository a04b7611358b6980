// SPDX-License-Identifier: MIT
// The encoder's choice for one lane string.

#ifndef JELLIE_SEARCH_H
#define JELLIE_SEARCH_H

#include "jellie/predict.h"

typedef struct JellieChoice {
  unsigned index;
  unsigned rice; ///< JELLIE_VERBATIM: samples as they are, index 0
  size_t   cost; ///< Bits of the whole string
  uint32_t zigzags[JELLIE_MAX_FRAMES]; ///< Residuals 0, -1, 1, -2 as 0, 1, 2, 3
} JellieChoice;

/// Finds how to code the `count` samples of a role in a block that lies in a
/// JellieBuffer.
void jellie_search(const JellieRole* role,
                   const int32_t*    block,
                   unsigned          count,
                   unsigned          bits,
                   JellieChoice*     out);

#endif // JELLIE_SEARCH_H
