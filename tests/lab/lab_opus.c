// SPDX-License-Identifier: MIT
// The Opus codec and back.

#include "lab/lab_opus.h"

#ifdef LAB_OPUS

#  include <opus/opus.h>

#  define MAX_PACKET 480U
#  define MAX_BYTES 1500

typedef struct Pair {
  OpusEncoder* encoder;
  OpusDecoder* decoder;
  opus_int32   delay;
} Pair;

static bool start(Pair* const pair, const unsigned kbit)
{
  int status    = OPUS_OK;
  pair->encoder = opus_encoder_create(48000,
                                      1,
                                      OPUS_APPLICATION_RESTRICTED_LOWDELAY,
                                      &status);
  pair->decoder = opus_decoder_create(48000, 1, &status);
  return pair->encoder && pair->decoder &&
         opus_encoder_ctl(pair->encoder,
                          OPUS_SET_BITRATE((opus_int32)kbit * 1000)) ==
           OPUS_OK &&
         opus_encoder_ctl(pair->encoder, OPUS_SET_COMPLEXITY(10)) == OPUS_OK &&
         opus_encoder_ctl(pair->encoder, OPUS_GET_LOOKAHEAD(&pair->delay)) ==
           OPUS_OK;
}

static size_t code(Pair* const          pair,
                   const int32_t* const samples,
                   const size_t         frames,
                   const unsigned       packet,
                   double* const        out)
{
  const size_t delay = (size_t)pair->delay;
  size_t       bytes = 0U;
  for (size_t at = 0U; at < frames + delay; at += packet) {
    opus_int16    in[MAX_PACKET];
    float         heard[MAX_PACKET];
    unsigned char text[MAX_BYTES];
    for (size_t i = 0U; i < packet; ++i) {
      in[i] = at + i < frames ? (opus_int16)samples[at + i] : 0;
    }
    const opus_int32 size =
      opus_encode(pair->encoder, in, (int)packet, text, MAX_BYTES);
    if (size <= 0 ||
        opus_decode_float(pair->decoder, text, size, heard, (int)packet, 0) !=
          (int)packet) {
      return 0U;
    }
    bytes += (size_t)size;
    for (size_t i = 0U; i < packet; ++i) {
      if (at + i >= delay && at + i - delay < frames) {
        out[at + i - delay] = (double)heard[i];
      }
    }
  }
  return bytes;
}

size_t lab_opus_code(const int32_t* const samples,
                     const size_t         frames,
                     const unsigned       packet,
                     const unsigned       kbit,
                     double* const        out)
{
  Pair         pair  = {NULL, NULL, 0};
  const size_t bytes = packet <= MAX_PACKET && start(&pair, kbit)
                         ? code(&pair, samples, frames, packet, out)
                         : 0U;
  opus_encoder_destroy(pair.encoder);
  opus_decoder_destroy(pair.decoder);
  return bytes;
}

#else

size_t lab_opus_code(const int32_t* const samples,
                     const size_t         frames,
                     const unsigned       packet,
                     const unsigned       kbit,
                     double* const        out)
{
  (void)samples;
  (void)frames;
  (void)packet;
  (void)kbit;
  (void)out;
  return 0U;
}

#endif
