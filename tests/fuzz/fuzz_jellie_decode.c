// SPDX-License-Identifier: MIT
// Any bytes as a token packet and as a plain packet. What decodes must be in
// range, the same in any JSON layout, come back exactly from our own encoder if
// that finds room, and be thinned to the same as what our encoder makes of it.

#include "jellie/jellie.h"

#include <stdlib.h>
#include <string.h>

#define MAX_INPUT 16384U
#define MAX_PLAIN 16384U

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

static JellieBlock block;
static JellieBlock again;
static JellieBlock other;

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
    must(block.samples[i] % (1 << block.format.shift) == 0);
  }
}

static void must_equal(const JellieBlock* const a, const JellieBlock* const b)
{
  must(a->counter == b->counter && a->division == b->division);
  must(a->frames == b->frames && a->format.frames == b->format.frames);
  must(a->format.rate_hz == b->format.rate_hz);
  must(a->format.bits == b->format.bits && a->format.lanes == b->format.lanes);
  must(a->format.stream == b->format.stream);
  must(a->format.shift == b->format.shift);
  must(!memcmp(a->samples, b->samples, a->frames * sizeof(int32_t)));
}

// The scanner reads canonical text only, cJSON any; white space in front
// leaves the text to cJSON.
static void
check_layouts(const char* const text, const size_t size, const JamStatus status)
{
  static char loose[MAX_INPUT + 1U];
  if (size > MAX_INPUT) {
    return;
  }
  loose[0] = ' ';
  memcpy(loose + 1U, text, size);
  must(jellie_decode(loose, size + 1U, &again) == status);
  if (!status) {
    must_equal(&block, &again);
  }
  must(jellie_thin(loose, size + 1U, 1U) == 0U);
}

// Returns the size of what our encoder makes of `block`, or 0.
static size_t encode_block(char* const text)
{
  static JellieEncoder encoder;
  jellie_encoder_init(&encoder);
  return jellie_encode(&encoder,
                       &block.format,
                       block.counter,
                       block.samples,
                       text,
                       JELLIE_MAX_TEXT);
}

static void check_round_trip(void)
{
  static char  text[JELLIE_MAX_TEXT];
  static char  plain[MAX_PLAIN];
  const size_t size = encode_block(text);
  if (size > 0U) {
    must(!jellie_decode(text, size, &again));
    must_equal(&block, &again);
  }
  const size_t more = jellie_encode_plain(&block.format,
                                          block.counter,
                                          block.samples,
                                          plain,
                                          sizeof(plain));
  must(more > 0U && !jellie_decode_plain(plain, more, &again));
  must_equal(&block, &again);
}

// What is left of a packet is what would be left of one of our own.
static void check_thinned(const size_t keep)
{
  static char text[JELLIE_MAX_TEXT];
  must(again.division == 4U / keep && again.counter == block.counter);
  must(again.format.frames == block.format.frames);
  const size_t size = block.division == 1U && keep == 1U + block.counter % 2U
                        ? encode_block(text)
                        : 0U;
  if (size > 0U) {
    const size_t thinned = jellie_thin(text, size, (unsigned)keep);
    must(thinned > 0U && !jellie_decode(text, thinned, &other));
    must_equal(&again, &other);
  }
}

static void
check_thin(const char* const data, const size_t size, const JamStatus status)
{
  static char text[MAX_INPUT];
  if (size > sizeof(text)) {
    return;
  }
  for (unsigned keep = 1U; keep <= 2U; ++keep) {
    memcpy(text, data, size);
    const size_t thinned = jellie_thin(text, size, keep);
    must(thinned <= size);
    if (thinned == 0U) {
      continue;
    }
    must(!jellie_peek(text, thinned, &again));
    must(again.division == 4U / keep);
    const JamStatus left = jellie_decode(text, thinned, &again);
    must(!left || status);
    if (!status) {
      check_thinned(keep);
    }
    must(jellie_thin(text, thinned, keep) == thinned);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t* const data, const size_t size)
{
  const char* const text   = (const char*)data;
  const JamStatus   status = jellie_decode(text, size, &block);
  if (!status) {
    check_block();
    must(!jellie_peek(text, size, &again));
    must(again.counter == block.counter);
    if (block.division == 1U) {
      check_round_trip();
    }
  }
  check_layouts(text, size, status);
  check_thin(text, size, status);
  if (!jellie_decode_plain(text, size, &block)) {
    check_block();
    check_round_trip();
  }
  return 0;
}
