// SPDX-License-Identifier: MIT
// How a sample is guessed from those already known, and how far off the guess
// may be: what the encoder and the decoder must agree on to the last bit.

#ifndef JELLIE_PREDICT_H
#define JELLIE_PREDICT_H

#include "jellie/jellie.h"

#define JELLIE_TAPS 8U
#define JELLIE_TAP_BITS 10U // Taps are in units of 1/1024

// Zeros around a block, so that taps that reach out of it read something.
// They have the value zero there, hence no branch is needed.
#define JELLIE_MARGIN 16U

#define JELLIE_RICE_BITS 5U
#define JELLIE_VERBATIM 31U
#define JELLIE_ESCAPE 20U // Zeros of a quotient that announce a plain sample

/// How the samples of one lane string are predicted: which they are, which
/// others each is predicted from, and the sets of weights to choose from.
/// Near the ends of the block, where some of the others do not exist, fixed
/// rows of weights replace the chosen one.
typedef struct JellieRole {
  uint8_t step;       ///< Distance of its samples in the block
  uint8_t first;      ///< Position of the first
  uint8_t index_bits; ///< The table has 2^index_bits rows
  uint8_t left;       ///< Samples at the start with rows of their own
  uint8_t right;      ///< Samples at the end with rows of their own
  uint8_t taps;       ///< How many of the offsets are in use
  int8_t  offsets[JELLIE_TAPS];
  const int16_t (*rows)[JELLIE_TAPS];
  const int16_t (*edges)[JELLIE_TAPS]; ///< `left` rows, then `right` rows
  const uint8_t* widths; ///< Bits added to the Rice parameter, per edge row
} JellieRole;

/// A block with its margins.
typedef struct JellieBuffer {
  int32_t padded[JELLIE_MARGIN + JELLIE_MAX_FRAMES + JELLIE_MARGIN];
} JellieBuffer;

/// Weights and added width of one sample of a lane.
typedef struct JellieRow {
  const int16_t* taps;
  unsigned       width;
} JellieRow;

/// The role of the one lane of a one-lane packet.
extern const JellieRole jellie_role_single;

/// The roles of the four strings of a tree, in the order of the packet.
extern const JellieRole jellie_roles_tree[4];

/// Returns the role of string `string` of a format.
static inline const JellieRole* jellie_role(const JellieFormat* const format,
                                            const unsigned            string)
{
  return format->lanes == 4U ? &jellie_roles_tree[string] : &jellie_role_single;
}

/// Returns the row for sample `i` of `count` of a lane coded with `index`.
static inline JellieRow jellie_row(const JellieRole* const role,
                                   const unsigned          index,
                                   const unsigned          i,
                                   const unsigned          count)
{
  if (i >= role->left && i + role->right < count) {
    return (JellieRow){role->rows[index], 0U};
  }
  const unsigned edge =
    i < role->left ? i : role->left + role->right - (count - i);
  return (JellieRow){role->edges[edge], role->widths[edge]};
}

// Makes every sum positive before it is divided, because C leaves the right
// shift of negative numbers to the compiler. Above any sum of 8 products of a
// 16-bit tap and a 24-bit sample, and a multiple of the divisor.
#define JELLIE_BIAS (INT64_C(1) << 44U)

/// Returns the prediction of the sample at `at`, within the range of a depth:
/// an exact sum of integer products, divided and rounded to nearest.
/// `at` must be inside a JellieBuffer, not in its margins.
static inline int32_t jellie_predict(const JellieRole* const role,
                                     const int16_t* const    taps,
                                     const int32_t* const    at,
                                     const unsigned          bits)
{
  int64_t sum = JELLIE_BIAS + (INT64_C(1) << (JELLIE_TAP_BITS - 1U));
  for (unsigned t = 0U; t < role->taps; ++t) {
    sum += (int64_t)taps[t] * at[role->offsets[t]];
  }
  const int32_t top   = (int32_t)((UINT32_C(1) << (bits - 1U)) - 1U);
  const int64_t value = (int64_t)((uint64_t)sum >> JELLIE_TAP_BITS) -
                        (JELLIE_BIAS >> JELLIE_TAP_BITS);
  return value > top ? top : value < -top - 1 ? -top - 1 : (int32_t)value;
}

/// Returns the Rice parameter of a sample. At most the depth, where every
/// residual fits; never too large to shift by.
static inline unsigned
jellie_rice(const unsigned rice, const unsigned width, const unsigned bits)
{
  return rice + width < bits ? rice + width : bits;
}

#endif // JELLIE_PREDICT_H
