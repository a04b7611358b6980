// SPDX-License-Identifier: MIT
// What became of a signal on its way: delay, exactness, slips and dropouts.
//
// No JACK in here: the recording and the reference are plain arrays, so that
// the analysis can be checked on damage of known size.

#ifndef JAM_JACK_ANALYSE_H
#define JAM_JACK_ANALYSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ANALYSE_WINDOW 64U

/// When a side's frames passed: pairs of frame and microseconds, rising.
typedef struct ClockPoint {
  int64_t frame;
  int64_t us;
} ClockPoint;

typedef struct ClockMap {
  const ClockPoint* points;
  size_t            count;
  double            rate_hz; ///< Nominal, beyond the points
} ClockMap;

typedef struct Take {
  const float*   ref; ///< As played
  const float*   rec; ///< As recorded; sample n may be any time after ref's
  size_t         ref_frames, rec_frames;
  size_t         skip_frames; ///< At the start: the programs settle
  long           min_lag, max_lag;
  const uint8_t* masked; ///< One per window of the recording; null: none
  double         rate_hz;
  ClockMap       ref_clock, rec_clock;
  const char*    track; ///< File for analyse_drift's blocks as CSV, or null
} Take;

typedef struct ExactReport {
  bool     found;  ///< The signal is in the recording at all
  bool     locked; ///< For one second, 95 % of windows were exact
  double   locked_after_s;
  long     delay_frames; ///< Most of the time
  long     delay_min, delay_max;
  double   exact_share;   ///< Of unmasked windows, once locked
  double   damaged_share; ///< Error above -20 dB of the signal, likewise
  double   masked_share;
  unsigned slips;              ///< Times the delay changed
  unsigned dropouts;           ///< Runs of damaged windows less than 5 ms apart
  size_t   longest_gap_frames; ///< Of exact silence
} ExactReport;

typedef struct DriftReport {
  bool     found;
  unsigned blocks;
  double   delay_ms_p50, delay_ms_p5, delay_ms_p95;
  double   trend_us_per_min; ///< Of the delay in true time
  double   rate_ppm;         ///< Recording's clock against the player's
  double   wander_us_p95;    ///< About the trend
  double   jump_us_max;      ///< From block to block
  unsigned jumps;            ///< Of more than half a sample
  unsigned dropouts;         ///< Runs of damaged windows, as above (-10 dB)
  double   damaged_share;
  double   likeness_p5; ///< Correlation of blocks, 5th percentile
} DriftReport;

/// Compares sample by sample: for sides that share a clock.
void analyse_exact(const Take* take, ExactReport* out);

/// Follows the delay with fractions of a sample: for any clocks.
void analyse_drift(const Take* take, DriftReport* out);

/// Takes late wake-ups out of clock points: none is later than those within
/// 20 ms before it allow.
void clock_settle(ClockPoint* points, size_t count, double rate_hz);

/// Returns when a frame passed, in microseconds.
double clock_us(const ClockMap* map, double frame);

/// Masks the windows that passed between two times; `mask` has one byte for
/// each of `windows`. Frames fall behind true time when a server has gaps, so
/// each window's own time counts.
void mask_span(const ClockMap* map,
               double          from_us,
               double          to_us,
               uint8_t*        mask,
               size_t          windows);

/// Finds the lag in [lo, hi] at which the recording from `at` is most like the
/// reference; returns the correlation (-1 .. 1), 0 where nothing can be said.
double
find_lag(const Take* take, size_t at, size_t span, long lo, long hi, long* lag);

#endif // JAM_JACK_ANALYSE_H
