// SPDX-License-Identifier: MIT
// PNTBTR: predicts the waveform of lost packets from what came before.
//
// Two linear predictors are fitted in the background, a slice at a time, one of
// the low band at about 12 kHz, one of what that leaves, and handed to the
// audio thread, which only extrapolates; when the samples after the gap are
// there already, it also bends the prediction towards them. Methods: Burg (J.
// P. Burg, "Maximum Entropy Spectral Analysis", 1975) with a window over its
// errors; the conditional mean of a Gaussian process. Why these orders:
// MODEL.md.

#ifndef JAM_PNTBTR_H
#define JAM_PNTBTR_H

#include <jamnet/types.h>

#include <stdbool.h>

#define PNTBTR_BLOCK 64U      ///< Samples handled at once
#define PNTBTR_LOW_ORDER 384U ///< Of the predictor of the low band
#define PNTBTR_HIGH_ORDER 128U
#define PNTBTR_LOW_SPAN 1600U   ///< Low-band samples a fit learns from
#define PNTBTR_HIGH_SPAN 2400U  ///< Samples the other predictors learn from
#define PNTBTR_LEVEL_SPAN 1024U ///< Samples that set the level

#define PNTBTR_FIT_BUDGET 1000000U ///< Multiply-adds per block and stream ...
#define PNTBTR_FIT_PERIOD_US 8000  ///< ... and microseconds between two fits

#define PNTBTR_MAX_DIVIDE 16U ///< 192 kHz
#define PNTBTR_REACH 12U      ///< Low-band samples on each side of the filter
#define PNTBTR_MAX_REACH (PNTBTR_REACH * PNTBTR_MAX_DIVIDE)
#define PNTBTR_MAX_PAST                                                        \
  (PNTBTR_LOW_ORDER * PNTBTR_MAX_DIVIDE + PNTBTR_MAX_REACH)
#define PNTBTR_MAX_SPAN (PNTBTR_LOW_SPAN * PNTBTR_MAX_DIVIDE + PNTBTR_MAX_REACH)
#define PNTBTR_HISTORY 32768U ///< Samples remembered: a power of two

#define PNTBTR_FUTURE 64U         ///< Samples after a gap that bend it, at most
#define PNTBTR_BRIDGE_FRAMES 256U ///< Samples of a gap that are bent, at most
#define PNTBTR_PULSE (PNTBTR_BRIDGE_FRAMES + PNTBTR_FUTURE)

/// The filter between the bands. Plain data.
typedef struct PntbtrBands {
  unsigned divide; ///< Samples per low-band sample
  unsigned reach;  ///< Taps on each side of the middle one
  float    filter[2U * PNTBTR_MAX_REACH + 1U];
} PntbtrBands;

/// What has been learnt of a stream. Plain data. Taps are oldest first: next =
/// sum over i of taps[i] * past[i - order].
typedef struct PntbtrModel {
  bool  ready; ///< False: nothing has been learnt, predictions are silence
  float edge[PNTBTR_HIGH_ORDER]; ///< Of the whole band, for the filter's edge
  float low[PNTBTR_LOW_ORDER];
  float high[PNTBTR_HIGH_ORDER];
  /// What one surprise of standard size in a band does to the samples after it
  float low_pulse[PNTBTR_PULSE];
  float high_pulse[PNTBTR_PULSE];
} PntbtrModel;

/// A prediction in progress. Plain data, may be copied.
typedef struct PntbtrPrediction {
  bool     silent;
  float    level; ///< Peak of what it continues
  unsigned phase; ///< Samples since the newest past low-band sample, less one
  unsigned ahead; ///< Low-band samples predicted so far
  float    low[PNTBTR_LOW_ORDER + PNTBTR_REACH + PNTBTR_BLOCK];
  float    high[PNTBTR_HIGH_ORDER + PNTBTR_BLOCK];
} PntbtrPrediction;

/// The newest samples of a stream by position, for fits. Plain data; zero is
/// empty. Network thread.
typedef struct PntbtrHistory {
  float samples[PNTBTR_HISTORY];
} PntbtrHistory;

typedef struct PntbtrFit PntbtrFit;

/// Prepares the filter for a sample rate (44100 to 192000 Hz). Any thread.
void pntbtr_bands_init(PntbtrBands* bands, uint32_t rate_hz) JAM_RT;

/// Returns how many samples a fit learns from.
unsigned pntbtr_fit_span(const PntbtrBands* bands) JAM_RT;

/// Returns how many samples a prediction needs to continue from.
unsigned pntbtr_past(const PntbtrBands* bands) JAM_RT;

/// Allocates room for one fit at a time. Returns NULL if there is no memory.
/// Release with jam_mem_free.
PntbtrFit* pntbtr_fit_new(const JamAllocator* allocator);

/// Keeps samples that came, in any order.
void pntbtr_history_add(PntbtrHistory* history,
                        int64_t        position,
                        const float*   samples,
                        unsigned       frames);

/// Puts a prediction where samples from `from` to `to` are missing, so that
/// fits do not learn a hole. They may still come.
void pntbtr_history_guess(PntbtrHistory*     history,
                          const PntbtrBands* bands,
                          const PntbtrModel* model,
                          int64_t            from,
                          int64_t            to);

/// Starts a fit on the samples before position `end`, which are copied. Network
/// thread.
void pntbtr_fit_begin(PntbtrFit*           fit,
                      const PntbtrBands*   bands,
                      const PntbtrHistory* history,
                      int64_t              end);

/// Does about `budget` multiply-adds of work (at least one step). Returns true
/// when the fit is complete. Network thread.
bool pntbtr_fit_step(PntbtrFit* fit, unsigned budget);

/// Returns the model of a complete fit; valid until the next one begins.
const PntbtrModel* pntbtr_fit_model(const PntbtrFit* fit);

/// Starts to predict what follows the pntbtr_past samples before `end`.
/// Real-time safe.
void pntbtr_predict_begin(PntbtrPrediction*  prediction,
                          const PntbtrBands* bands,
                          const PntbtrModel* model,
                          const float*       end) JAM_RT;

/// Predicts the next `frames` (at most PNTBTR_BLOCK) samples, never louder than
/// what they continue. The model may be a newer one. Real-time safe.
void pntbtr_predict(PntbtrPrediction*  prediction,
                    const PntbtrBands* bands,
                    const PntbtrModel* model,
                    float*             out,
                    unsigned           frames) JAM_RT;

/// Bends the end of a prediction so that it leads to what follows. `predicted`
/// holds a gap of `frames` samples and `future` (at most PNTBTR_FUTURE) more,
/// `truth` those as they are. Changes the gap only, its last
/// PNTBTR_BRIDGE_FRAMES samples at most. Returns false, and changes nothing, if
/// that cannot be done without getting louder than `level` and what follows.
/// Real-time safe.
bool pntbtr_bridge(const PntbtrModel* model,
                   float              level,
                   float*             predicted,
                   unsigned           frames,
                   const float*       truth,
                   unsigned           future) JAM_RT;

/// Mixes a prediction into truth with a raised-cosine ramp: truth fades in over
/// samples begin .. begin+frames of a ramp `length` long. Audio thread.
void pntbtr_crossfade(float*       truth,
                      const float* prediction,
                      unsigned     begin,
                      unsigned     frames,
                      unsigned     length) JAM_RT;

#endif // JAM_PNTBTR_H
