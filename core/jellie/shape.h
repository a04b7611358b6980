// SPDX-License-Identifier: MIT
// Near-lossless: fewer bits a sample, with the error under the music.
//
// With a shift of s, samples are rounded to multiples of 2^s. The error is not
// left white: it is fed back through a filter, so that its spectrum becomes
// that of white noise times |B/A|^2. The mean of the logarithm of that spectrum
// stays that of plain rounding whatever A and B are (Gerzon and Craven,
// "Optimal noise shaping and dither of digital signals", AES 87, 1989): what is
// taken away where the ear is keen comes back where the music covers it. A
// lossless coder then spends about the mean of log2(1 + signal / noise) / 2
// bits a sample.
//
// The noise wanted is what the music covers just now:
//  * power in the bands of one Bark of the newest 1024 samples (Hann, falling
//    faster than it rises, so that the newest count);
//  * spread over neighbouring bands after Schroeder, Atal and Hall (JASA 66,
//    1979), each row of the spreading scaled to a sum of 1;
//  * lowered by 10 + band / 2 dB: half way between Johnston's offsets for
//    noise and for tones (IEEE JSAC 6, 1988);
//  * but no lower than the threshold in quiet (Terhardt, Hearing Research 1,
//    1979) with full scale at 96 dB SPL, and that taken as 35 dB SPL at
//    most: very high tones that nobody hears may still be amplified;
//  * raised in proportion to the root of the bandwidth, because a dB in a wide
//    band saves more bits than one in a narrow band.
// Levinson's recursion fits 1/|A|^2 to it, which follows its peaks, and then
// 1/|B|^2 to what that leaves, upside down: the gaps, such as below a voice.
//
// Thread: any, one at a time; the encoder's. Bounded, allocates nothing.

#ifndef JELLIE_SHAPE_H
#define JELLIE_SHAPE_H

#include "jellie/jellie.h"

#define JELLIE_SHAPE_POLES 24U    // Order of A
#define JELLIE_SHAPE_ZEROS 8U     // Order of B
#define JELLIE_SHAPE_WINDOW 1024U // Samples, at every rate
#define JELLIE_SHAPE_BANDS 27U    // Bark, up to 96 kHz

/// What depends on the rate alone.
typedef struct JellieShapeTables {
  float    window[JELLIE_SHAPE_WINDOW];
  float    turns[JELLIE_SHAPE_WINDOW]; ///< Cosine and sine of k / window turns
  uint16_t edges[JELLIE_SHAPE_BANDS + 1U]; ///< First bin of each band
  float    spread[JELLIE_SHAPE_BANDS][JELLIE_SHAPE_BANDS]; ///< [to][from]
  float    quiet[JELLIE_SHAPE_BANDS];  ///< Power that is not heard
  float    weight[JELLIE_SHAPE_BANDS]; ///< Density of noise per power covered
  /// Autocorrelation of noise of density 1 around the centre of a band, and
  /// the cosines of that centre.
  float    waves[JELLIE_SHAPE_BANDS][JELLIE_SHAPE_POLES + 1U];
  float    cosines[JELLIE_SHAPE_BANDS][JELLIE_SHAPE_POLES + 1U];
  unsigned bands;
} JellieShapeTables;

/// How the error depends on those before.
typedef struct JellieShapeFilter {
  double poles[JELLIE_SHAPE_POLES]; ///< Of errors past
  double zeros[JELLIE_SHAPE_ZEROS]; ///< Of roundings past
} JellieShapeFilter;

/// What rounding goes on from, newest first.
typedef struct JellieShapeState {
  double errors[JELLIE_SHAPE_POLES];
  double roundings[JELLIE_SHAPE_ZEROS];
} JellieShapeState;

/// Rounds one stream. Plain memory of the caller's.
typedef struct JellieShaper {
  JellieShapeTables tables;
  unsigned          bits;
  float             past[JELLIE_SHAPE_WINDOW]; ///< Newest samples, full scale 1
  JellieShapeFilter filter;
  JellieShapeState  state;
  uint32_t          chance; ///< Where the displacement of rounding is
  unsigned          age;    ///< Samples since the filter was fitted
  unsigned          refit;  ///< Age at which it is fitted anew
} JellieShaper;

/// Starts with silence. The format must be valid.
void jellie_shaper_init(JellieShaper* shaper, const JellieFormat* format);

/// Takes note of the next `frames` samples. Call it once for each block of the
/// stream, before it is rounded.
void jellie_shaper_hear(JellieShaper*  shaper,
                        const int32_t* samples,
                        unsigned       frames);

/// Rounds samples, within the range of the depth, to multiples of 2^shift
/// within that range, after fitting the filter anew if it is old. With a shift
/// of 0, and for silence, `out` equals `in`. To try several shifts on one
/// block, copy `state` and put it back.
void jellie_shaper_round(JellieShaper*  shaper,
                         const int32_t* in,
                         unsigned       frames,
                         unsigned       shift,
                         int32_t*       out);

/// Fills in the tables of a rate. Uses floating-point functions; at start only.
void jellie_shape_tables(JellieShapeTables* out, uint32_t rate_hz);

/// Fits the filter to the newest samples, as above. Returns false, and leaves
/// it, for silence.
bool jellie_shape_fit(const JellieShapeTables* tables,
                      const float              past[JELLIE_SHAPE_WINDOW],
                      JellieShapeFilter*       filter);

#endif // JELLIE_SHAPE_H
