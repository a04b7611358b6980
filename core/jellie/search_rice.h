// SPDX-License-Identifier: MIT
// What strings cost, and which Rice parameters are best. Part of search.c only.

#ifndef JELLIE_SEARCH_RICE_H
#define JELLIE_SEARCH_RICE_H

#include "jellie/search.h"

#include "jellie/search_block.h"

// A string whose Rice parameter is to be found.
typedef struct Code {
  const uint32_t* zigzags;
  const int32_t*  widths;
  unsigned        count;
  unsigned        depth;
  unsigned        expected; // By the row
  unsigned        least, most;
  bool            first; // String of the packet
  bool            flat;
} Code;

// Returns the bits of a string with a Rice parameter.
static inline unsigned cost_of(const Code* const code, const unsigned rice)
{
  const uint32_t* const zigzags = code->zigzags;
  const int32_t* const  widths  = code->widths;
  const int32_t         limit   = (int32_t)code->depth;
  const uint32_t        plain   = JELLIE_ESCAPE + 1U + code->depth;
  const uint32_t        extra   = code->flat ? 0U : 1U;
  const uint32_t        least   = code->flat ? 2U : 1U;
  uint32_t              cost    = 0U;
  for (unsigned i = 0U; i < code->count; ++i) {
    int32_t width           = widths[i] + (int32_t)rice;
    width                   = width < 0 ? 0 : width;
    width                   = width > limit ? limit : width;
    const uint32_t quotient = (zigzags[i] >> width) + extra;
    const uint32_t unary    = quotient < least ? least : quotient;
    cost += unary <= JELLIE_ESCAPE ? unary + (uint32_t)width : plain;
  }
  if (code->first) {
    return cost + JELLIE_CODE_BITS;
  }
  return cost + (rice >= code->expected ? 2U * (rice - code->expected) + 1U
                                        : 2U * (code->expected - rice));
}

// Returns the Rice parameter that suits the mean.
static inline unsigned guess_rice(const Code* const code)
{
  uint64_t sum = 0U;
  for (unsigned i = 0U; i < code->count; ++i) {
    const int32_t width = code->widths[i];
    sum += code->zigzags[i] >> (width < 0 ? 0 : width);
  }
  unsigned rice = code->least;
  while (rice < code->most &&
         (sum * 5U) >> (rice + 1U) >= (uint64_t)code->count * 7U) {
    ++rice;
  }
  return rice;
}

// Starts from a Rice parameter and walks while it pays. Returns the bits.
static inline unsigned choose_rice(const Code* const code, unsigned* const rice)
{
  unsigned cost = cost_of(code, *rice);
  for (int step = -1; step <= 1; step += 2) {
    while (step < 0 ? *rice > code->least : *rice < code->most) {
      const unsigned next = step < 0 ? *rice - 1U : *rice + 1U;
      const unsigned then = cost_of(code, next);
      if (then >= cost) {
        break;
      }
      cost  = then;
      *rice = next;
    }
  }
  return cost;
}

static inline void set_code(const Block* const     block,
                            const JellieRow* const row,
                            const unsigned         string,
                            const unsigned         base,
                            const uint32_t* const  zigzags,
                            const int32_t* const   widths,
                            Code* const            out)
{
  const unsigned half = JELLIE_ESCAPE / 2U;
  out->zigzags        = zigzags + string * block->count;
  out->widths         = widths + string * block->count;
  out->count          = block->count;
  out->depth          = block->depth;
  out->first          = string == 0U;
  out->least          = 0U;
  out->most           = block->depth;
  out->expected       = 0U;
  if (string > 0U) {
    out->expected = jellie_rice(base < block->depth ? base : block->depth,
                                row->lanes[string].rice,
                                block->depth);
    out->least = out->expected > half ? out->expected - half : 0U;
    out->most  = out->expected + half - 1U < block->depth
                   ? out->expected + half - 1U
                   : block->depth;
  }
}

// Finds the parameters of all strings of a choice whose residuals are known.
// Returns the bits.
static inline unsigned code_strings(const Block* const     block,
                                    const JellieRow* const row,
                                    const int32_t* const   widths,
                                    const bool             thorough,
                                    const bool             flat,
                                    JellieChoice* const    out)
{
  unsigned cost = JELLIE_ROW_BITS;
  out->flat     = flat;
  for (unsigned string = 0U; string < block->strings; ++string) {
    Code code;
    set_code(block, row, string, out->rice[0], out->zigzags, widths, &code);
    code.flat               = flat;
    unsigned       rice     = guess_rice(&code);
    const unsigned verbatim = block->count * block->depth +
                              (string ? JELLIE_ESCAPE + 1U : JELLIE_CODE_BITS);
    unsigned bits = thorough ? choose_rice(&code, &rice) : cost_of(&code, rice);
    if (verbatim < bits) {
      rice = JELLIE_VERBATIM;
      bits = verbatim;
    }
    out->rice[string] = rice;
    cost += bits;
  }
  return cost;
}

#endif // JELLIE_SEARCH_RICE_H
