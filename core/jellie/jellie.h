// SPDX-License-Identifier: MIT
// JELLIE: mono audio as JSON text (JDAT), lossless, in four interleaved lanes.
//
// Sample n of a block is in lane n mod 4. A packet lists its lanes in the order
// 0, 2, 1, 3, so that deleting trailing array elements leaves a valid packet at
// half or quarter rate. Every packet decodes alone. Format: PROTOCOL.md.
//
// Thread: any, but one at a time for an encoder; every function is pure,
// bounded and allocation-free, except that text not in canonical layout is
// handed to cJSON, which allocates.

#ifndef JAM_JELLIE_H
#define JAM_JELLIE_H

#include <jamnet/types.h>

#include <stdbool.h>

#define JELLIE_MAX_FRAMES 1024U
#define JELLIE_MAX_TEXT 1164U   ///< Bytes of a token packet; more is refused
#define JELLIE_COUNTER_BITS 26U ///< The block counter wraps
#define JELLIE_MAX_STREAM 127U
#define JELLIE_MAX_SHIFT 8U
#define JELLIE_HISTORY 320U ///< Past samples that the encoder looks at

/// What every packet says of itself, in its head.
typedef struct JellieFormat {
  uint32_t rate_hz; ///< 44100, 48000, 96000 or 192000
  uint16_t frames;  ///< 1/2, 1, 2 or 4 units; see jellie_unit
  uint8_t  bits;    ///< 16 or 24
  uint8_t  lanes;   ///< 4 (tree) or 1
  uint8_t  stream;  ///< 0 .. JELLIE_MAX_STREAM
  uint8_t  shift;   ///< Low bits left out, 0 .. JELLIE_MAX_SHIFT; 0: lossless
} JellieFormat;

/// A decoded packet.
typedef struct JellieBlock {
  JellieFormat format;
  uint32_t     counter;  ///< Position of the first sample / format.frames
  uint8_t      division; ///< 1 full rate; 2 or 4 when lanes were cut off
  uint16_t     frames;   ///< Samples below: format.frames / division
  int32_t      samples[JELLIE_MAX_FRAMES]; ///< In +-2^(bits-1)
} JellieBlock;

/// Returns 32 bits that depend on all tables. Two programs understand each
/// other's token packets only if theirs are equal.
uint32_t jellie_table_checksum(void);

/// Returns the unit of a sample rate: 64 samples at 44.1 and 48 kHz, 128 at 96,
/// 256 at 192 kHz; 0 for any other rate.
unsigned jellie_unit(uint32_t rate_hz);

/// Returns whether a format is one of those the head can express.
bool jellie_format_valid(const JellieFormat* format);

struct JellieTaps;
struct JellieChoice;
struct JellieEncoder;

/// How an encoder chooses (internal).
typedef void (*JellieSearch)(const struct JellieEncoder* encoder,
                             const JellieFormat*         format,
                             const int32_t*              block,
                             struct JellieChoice*        out);

/// What an encoder remembers of a stream, only to choose better: packets do
/// not depend on each other. Owned by the caller, about 20 KB.
typedef struct JellieEncoder {
  const struct JellieTaps* low;  ///< For 44.1 and 48 kHz
  const struct JellieTaps* high; ///< For 96 and 192 kHz
  JellieSearch             search;
  unsigned                 frames; ///< Length of block the window is made for
  double                   window[JELLIE_HISTORY + JELLIE_MAX_FRAMES];
  int32_t                  recent[JELLIE_HISTORY + JELLIE_MAX_FRAMES];
} JellieEncoder;

/// Starts an encoder with silence behind it.
void jellie_encoder_init(JellieEncoder* encoder);

/// Encodes `format->frames` samples (clamped to the depth) as a token packet.
/// Of a format with a shift the low bits are ignored, and decode as zeros.
/// Returns the size of the text, or 0 if the format is invalid or the text is
/// longer than `capacity` or JELLIE_MAX_TEXT.
size_t jellie_encode(JellieEncoder*      encoder,
                     const JellieFormat* format,
                     uint32_t            counter,
                     const int32_t*      samples,
                     char*               out,
                     size_t              capacity);

/// Decodes a token packet, full or thinned, in any JSON layout.
/// Returns JAM_ERR_FORMAT for anything that is not exactly one valid packet;
/// `out` then holds nothing of use.
JAM_NODISCARD JamStatus jellie_decode(const char*  text,
                                      size_t       size,
                                      JellieBlock* out);

/// Reads only the head: format, counter, division. Cheap; no samples,
/// and the lane strings are not looked into.
JAM_NODISCARD JamStatus jellie_peek(const char*  text,
                                    size_t       size,
                                    JellieBlock* out);

/// Encodes as the plain profile: readable JSON with number arrays, same
/// meaning. Returns the size of the text, or 0 as jellie_encode (no upper
/// limit but `capacity`).
size_t jellie_encode_plain(const JellieFormat* format,
                           uint32_t            counter,
                           const int32_t*      samples,
                           char*               out,
                           size_t              capacity);

/// Decodes a plain packet. Returns JAM_ERR_FORMAT for anything else.
JAM_NODISCARD JamStatus jellie_decode_plain(const char*  text,
                                            size_t       size,
                                            JellieBlock* out);

/// Deletes trailing lanes of a canonical tree packet in place, so that `keep`
/// (1 or 2) lane strings stay, without decoding anything. A spare lane (member
/// "S") stays too.
/// Returns the new size, or 0 if the text is not such a packet or has fewer.
size_t jellie_thin(char* text, size_t size, unsigned keep);

/// Converts full-scale float to the integers of a depth (clamped, rounded to
/// nearest; NaN is 0). Exact for floats that came from jellie_to_float.
/// Real-time safe.
void jellie_from_float(const float* in,
                       unsigned     bits,
                       int32_t*     out,
                       size_t       frames) JAM_RT;

/// Converts integers of a depth to full-scale float, exactly. Real-time safe.
void jellie_to_float(const int32_t* in,
                     unsigned       bits,
                     float*         out,
                     size_t         frames) JAM_RT;

#endif // JAM_JELLIE_H
