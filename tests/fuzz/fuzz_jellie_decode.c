// SPDX-License-Identifier: MIT
// Any bytes as a token packet and as a plain packet. What decodes must be in
// range, and come back exactly from our own encoder if that finds room.

#include "jellie/jellie.h"

#include <stdlib.h>
#include <string.h>

#define MAX_PLAIN 16384U

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

static JellieBlock block;
static JellieBlock again;

static void must(const bool truth)
{
  if (!truth) {
    abort();
  }
}

static void check_block(void)
{
  const int32_t top = (int32_t)(UINT32_C(1) << (block.format.bits - 1U));
  must(jellie_format_valid(&block.format));
  must(block.frames * block.division == block.format.frames);
  for (unsigned i = 0U; i < block.frames; ++i) {
    must(block.samples[i] >= -top && block.samples[i] < top);
  }
}

static void check_round_trip(void)
{
  static char          text[JELLIE_MAX_TEXT];
  static JellieEncoder encoder;
  jellie_encoder_init(&encoder);
  const size_t size = jellie_encode(&encoder,
                                    &block.format,
                                    block.counter,
                                    block.samples,
                                    text,
                                    sizeof(text));
  if (size > 0U) {
    must(!jellie_decode(text, size, &again));
    must(again.counter == block.counter);
    must(!memcmp(again.samples, block.samples, block.frames * sizeof(int32_t)));
  }
}

static void check_thin(const char* const data, const size_t size)
{
  static char text[MAX_PLAIN];
  if (size > sizeof(text)) {
    return;
  }
  for (unsigned keep = 1U; keep <= 2U; ++keep) {
    memcpy(text, data, size);
    const size_t thinned = jellie_thin(text, size, keep);
    must(thinned <= size);
    if (thinned > 0U) {
      must(!jellie_peek(text, thinned, &again));
      must(again.division == 4U / keep);
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t* const data, const size_t size)
{
  const char* const text = (const char*)data;
  if (!jellie_decode(text, size, &block)) {
    check_block();
    must(!jellie_peek(text, size, &again));
    must(again.counter == block.counter);
    if (block.division == 1U) {
      check_round_trip();
    }
  }
  check_thin(text, size);
  if (!jellie_decode_plain(text, size, &block)) {
    check_block();
    check_round_trip();
  }
  return 0;
}
