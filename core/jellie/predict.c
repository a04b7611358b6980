// SPDX-License-Identifier: MIT
// The prediction itself: an exact sum of integer products.

#include "predict.h"

// Makes every sum positive before it is divided, because C leaves the right
// shift of negative numbers to the compiler. Above any sum of 8 products of a
// 16-bit tap and a 24-bit sample, and a multiple of the divisor.
#define BIAS (INT64_C(1) << 44U)

int32_t jellie_predict(const JellieRole* const role,
                       const int16_t* const    taps,
                       const int32_t* const    at,
                       const unsigned          bits)
{
  int64_t sum = BIAS + (INT64_C(1) << (JELLIE_TAP_BITS - 1U));
  for (unsigned t = 0U; t < JELLIE_TAPS; ++t) {
    sum += (int64_t)taps[t] * at[role->offsets[t]];
  }
  const int32_t top = (int32_t)((UINT32_C(1) << (bits - 1U)) - 1U);
  const int64_t value =
    (int64_t)((uint64_t)sum >> JELLIE_TAP_BITS) - (BIAS >> JELLIE_TAP_BITS);
  return value > top ? top : value < -top - 1 ? -top - 1 : (int32_t)value;
}
