// SPDX-License-Identifier: MIT
// Any bytes as packed bits. The first byte chooses how the rest is read. Text
// that is read to its end without fault must be what the writer makes of the
// same bits.

#include "base/rand.h"
#include "wire/wire.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TEXT 2048U

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

static void must(const bool truth)
{
  if (!truth) {
    abort();
  }
}

// Reads one item of a random kind and writes it again.
static void
pass(WireTextReader* const reader, WireTextWriter* const writer, JamRand* rand)
{
  if (jam_rand_below(rand, 4U) == 0U) {
    const unsigned limit = jam_rand_below(rand, 33U);
    const unsigned zeros = wire_text_get_zeros(reader, limit);
    must(zeros <= limit);
    wire_text_put(writer, 0U, zeros);
    wire_text_put(writer, 1U, 1U);
  } else {
    const unsigned count = jam_rand_below(rand, 33U);
    const uint32_t bits  = wire_text_get(reader, count);
    must(count == 32U || bits >> count == 0U);
    wire_text_put(writer, bits, count);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t* const data, const size_t size)
{
  if (size < 1U || size > MAX_TEXT) {
    return 0;
  }
  char           text[MAX_TEXT];
  JamRand        rand;
  WireTextReader reader;
  WireTextWriter writer;
  jam_rand_init(&rand, data[0], 0U);
  wire_text_reader_init(&reader, (const char*)data + 1, size - 1U);
  wire_text_writer_init(&writer, text, sizeof(text));
  while (!reader.bad && !wire_text_at_end(&reader)) {
    pass(&reader, &writer, &rand);
  }
  if (reader.bad) {
    must(wire_text_get(&reader, 32U) == 0U && reader.bad);
    must(!wire_text_at_end(&reader));
  } else {
    must(wire_text_finish(&writer) == size - 1U);
    must(memcmp(text, data + 1, size - 1U) == 0);
  }
  return 0;
}
