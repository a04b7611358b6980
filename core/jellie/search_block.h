// SPDX-License-Identifier: MIT
// A block as the search works on it: doubles, in which all sums are exact, and
// for each tap what it is multiplied with. Part of search.c only.

#ifndef JELLIE_SEARCH_BLOCK_H
#define JELLIE_SEARCH_BLOCK_H

#include "jellie/predict.h"

#include <string.h>

// One string as doubles, with what its samples are predicted from by tap.
typedef struct String {
  const double* values;
  const double* near[JELLIE_TAPS];
} String;

typedef struct Block {
  JellieShape shape;
  unsigned    strings;
  unsigned    count; // Samples of each string
  unsigned    depth;
  String      string[JELLIE_LANES];
  double      values[JELLIE_ORDER + JELLIE_MAX_FRAMES];
  double      near[JELLIE_LANES][JELLIE_TAPS][JELLIE_MAX_FRAMES / 4U];
} Block;

static inline void set_single(const int32_t* const values, Block* const out)
{
  double* const at = out->values + JELLIE_ORDER;
  memset(out->values, 0, JELLIE_ORDER * sizeof(double));
  for (unsigned i = 0U; i < out->count; ++i) {
    at[i] = values[i];
  }
  out->string[0].values = at;
  for (unsigned t = 0U; t < JELLIE_TAPS; ++t) {
    out->string[0].near[t] = at - 1 - t;
  }
}

static inline void
gather(const int32_t* const values, const unsigned string, Block* const out)
{
  const unsigned           first = jellie_firsts[string];
  const unsigned           count = out->count;
  const JellieShape* const shape = &out->shape;
  double* const            own   = out->values + string * count;
  for (unsigned i = 0U; i < count; ++i) {
    own[i] = values[4U * i + first];
  }
  out->string[string].values = own;
  for (unsigned t = 0U; t < JELLIE_TAPS; ++t) {
    const int8_t* const  reach = jellie_reach[string].at[t];
    double* const        near  = out->near[string][t];
    const int32_t* const from  = values + first;
    const unsigned       end   = count - shape->tail;
    for (unsigned i = 0U; i < shape->head; ++i) {
      near[i] = from[(int)(4U * i) + reach[shape->base + i]];
    }
    for (unsigned i = shape->head; i < end; ++i) {
      near[i] = from[(int)(4U * i) + reach[shape->middle]];
    }
    for (unsigned i = end; i < count; ++i) {
      near[i] = from[(int)(4U * i) + reach[JELLIE_LONG - (count - i)]];
    }
    out->string[string].near[t] = near;
  }
}

static inline void set_block(const JellieFormat* const format,
                             const int32_t* const      values,
                             Block* const              out)
{
  out->shape   = jellie_shape(format);
  out->strings = format->lanes;
  out->count   = (unsigned)format->frames / format->lanes;
  out->depth   = jellie_depth(format);
  if (format->lanes == 1U) {
    set_single(values, out);
  } else {
    for (unsigned string = 0U; string < JELLIE_LANES; ++string) {
      gather(values, string, out);
    }
  }
}

#endif // JELLIE_SEARCH_BLOCK_H
