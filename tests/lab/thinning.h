// SPDX-License-Identifier: MIT
// Sound through the whole way of a thinned stream: four lanes are coded, text
// is deleted, what is left is decoded.

#ifndef LAB_THINNING_H
#define LAB_THINNING_H

#include "jellie/jellie.h"

typedef struct Thinning {
  size_t audio_bytes;   ///< Of all lane strings
  size_t kept_bytes;    ///< Of those that stay
  size_t payload_bytes; ///< Of whole packets
  size_t thinned_bytes;
} Thinning;

/// Codes whole packets and adds up their sizes. `out` has room for what is
/// left of the samples: a half (`keep` 2) or a quarter (`keep` 1). False if a
/// packet cannot be coded, thinned or decoded.
bool thinning_run(const JellieFormat* format,
                  unsigned            keep,
                  const int32_t*      samples,
                  size_t              packets,
                  int32_t*            out,
                  Thinning*           sums);

#endif // LAB_THINNING_H
