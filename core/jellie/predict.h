// SPDX-License-Identifier: MIT
// How a sample is guessed from those already known, and how far off the guess
// may be: what the encoder and the decoder must agree on to the last bit.

#ifndef JELLIE_PREDICT_H
#define JELLIE_PREDICT_H

#include "jellie/derive.h"
#include "jellie/jellie.h"

// First string: Rice parameter and code of quotients as one number, then the
// row. Two numbers have other meanings.
#define JELLIE_CODE_BITS 6U
#define JELLIE_VERBATIM 63U // Values as they are
#define JELLIE_REFINED 62U  // The real one, the row, and steps away from it
#define JELLIE_ROW_BITS 9U
#define JELLIE_ORDER_BITS 4U
#define JELLIE_ESCAPE 20U // Zeros of a quotient that announce a plain value

// Bits that lifted lanes may need above the depth of the samples
#define JELLIE_LIFT_BITS 3U

/// Everything the codec knows of sound at 44.1 and 48 kHz, and above.
extern const JellieTaps  jellie_taps_low;
extern const JellieTaps  jellie_taps_high;
extern const JellieReach jellie_reach[JELLIE_LANES];
extern const JellieReach jellie_reach_single;

/// Position of the first sample of each string's lane in the block.
extern const uint8_t jellie_firsts[JELLIE_LANES];

/// Decodes with other tables than those built in.
JAM_NODISCARD JamStatus jellie_decode_with(const JellieTaps* low,
                                           const JellieTaps* high,
                                           const char*       text,
                                           size_t            size,
                                           JellieBlock*      out);

/// Returns how many bits a value of a lane has.
static inline unsigned jellie_depth(const JellieFormat* const format)
{
  return (unsigned)format->bits - format->shift +
         (format->lanes == 4U ? JELLIE_LIFT_BITS : 0U);
}

/// Which places the samples of a string take.
typedef struct JellieShape {
  unsigned base;   ///< Place of the first sample
  unsigned head;   ///< Samples at the start with places of their own
  unsigned middle; ///< Place of those that follow
  unsigned tail;   ///< Samples at the end with the last places below 16
} JellieShape;

static inline JellieShape jellie_shape(const JellieFormat* const format)
{
  if (format->lanes == 1U) {
    return (JellieShape){0U, JELLIE_ORDER, JELLIE_ORDER, 0U};
  }
  return format->frames / 4U < JELLIE_LONG
           ? (JellieShape){JELLIE_LONG, 8U, JELLIE_LONG, 0U}
           : (JellieShape){0U, JELLIE_MIDDLE, JELLIE_MIDDLE, 8U};
}

/// Returns the place of sample `i` of `count`.
static inline unsigned jellie_place(const JellieShape* const shape,
                                    const unsigned           i,
                                    const unsigned           count)
{
  if (i < shape->head) {
    return shape->base + i;
  }
  const unsigned left = count - i;
  return left <= shape->tail ? JELLIE_LONG - left : shape->middle;
}

/// Returns the Rice parameter of a sample: from 0, where there is nothing
/// smaller, to the depth, where every residual fits.
static inline unsigned
jellie_rice(const unsigned rice, const int width, const unsigned depth)
{
  const int sum = (int)rice + width;
  return sum < 0 ? 0U : (unsigned)sum < depth ? (unsigned)sum : depth;
}

// Makes every sum positive before it is divided, because C leaves the right
// shift of negative numbers to the compiler. Above any sum of products.
#define JELLIE_BIAS (INT64_C(1) << 52U)

/// Returns the prediction that a sum of products means, in the range of the
/// depth: divided, and rounded to nearest.
static inline int32_t jellie_round(const int64_t sum, const unsigned depth)
{
  const int64_t up = sum + JELLIE_BIAS + (INT64_C(1) << (JELLIE_TAP_BITS - 1U));
  const int64_t value = (int64_t)((uint64_t)up >> JELLIE_TAP_BITS) -
                        (JELLIE_BIAS >> JELLIE_TAP_BITS);
  const int64_t top = (INT64_C(1) << (depth - 1U)) - 1;
  return (int32_t)(value > top ? top : value < -top - 1 ? -top - 1 : value);
}

#endif // JELLIE_PREDICT_H
