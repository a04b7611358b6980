// SPDX-License-Identifier: MIT
// Sound through the whole way of a thinned stream.

#include "thinning.h"

#include <string.h>

#define HEAD 8U
#define FRAME 7U // {"J":["
#define COMMA 3U // "," between strings
#define CLOSING 3U

// Returns the characters of the lane strings of canonical text.
static size_t audio_size(const size_t size, const unsigned lanes)
{
  return size - FRAME - HEAD - (size_t)COMMA * (lanes - 1U) - CLOSING;
}

bool thinning_run(const JellieFormat* const format,
                  const unsigned            keep,
                  const int32_t* const      samples,
                  const size_t              packets,
                  int32_t* const            out,
                  Thinning* const           sums)
{
  static JellieBlock   block;
  static JellieEncoder encoder;
  char                 text[JELLIE_MAX_TEXT];
  size_t               at = 0U;
  jellie_encoder_init(&encoder);
  for (size_t i = 0U; i < packets; ++i) {
    const size_t size    = jellie_encode(&encoder,
                                      format,
                                      (uint32_t)i,
                                      samples + i * format->frames,
                                      text,
                                      sizeof(text));
    const size_t thinned = size ? jellie_thin(text, size, keep) : 0U;
    if (thinned == 0U || jellie_decode(text, thinned, &block)) {
      return false;
    }
    memcpy(out + at, block.samples, block.frames * sizeof(int32_t));
    at += block.frames;
    sums->payload_bytes += size;
    sums->thinned_bytes += thinned;
    sums->audio_bytes += audio_size(size, format->lanes);
    sums->kept_bytes += audio_size(thinned, keep);
  }
  return true;
}
