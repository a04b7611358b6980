// SPDX-License-Identifier: MIT
// PNTBTR: predicts the waveform of lost packets from what came before.
//
// A linear predictor of high order is fitted in the background, a slice at a
// time, and handed to the audio thread, which only extrapolates. Method: Burg
// (J. P. Burg, "Maximum Entropy Spectral Analysis", 1975); why this order:
// MODEL.md.

#ifndef JAM_PNTBTR_H
#define JAM_PNTBTR_H

#include <jamnet/types.h>

#include <stdbool.h>

#define PNTBTR_MAX_ORDER 1024U
#define PNTBTR_MAX_HISTORY 4800U
#define PNTBTR_ORDER 512U    ///< To use unless there is a reason (MODEL.md)
#define PNTBTR_HISTORY 2400U ///< Likewise: 50 ms at 48 kHz
#define PNTBTR_LEVEL_SPAN PNTBTR_MAX_ORDER ///< Samples that set the level
#define PNTBTR_BLOCK 64U                   ///< Samples handled at once

/// A predictor: next = sum over i of taps[i] * past[-1 - i]. Plain data.
typedef struct PntbtrModel {
  uint32_t order; ///< 0: no model, extrapolation is silence
  float    taps[PNTBTR_MAX_ORDER];
} PntbtrModel;

/// A fit in progress. Plain data, caller's memory, may be copied.
typedef struct PntbtrFit {
  unsigned size;  // Of history
  unsigned order; // Wanted
  unsigned stage; // Orders done
  float    forward[PNTBTR_MAX_HISTORY + PNTBTR_BLOCK];
  float    backward[PNTBTR_MAX_HISTORY + PNTBTR_BLOCK];
  double   taps[PNTBTR_MAX_ORDER];
  double   product; // Of forward and backward errors, summed
  double   energy;  // Of both
  double   floor;   // Energy at which nothing is left to predict
} PntbtrFit;

/// Starts a fit on the newest `size` samples (order < size <=
/// PNTBTR_MAX_HISTORY, order <= PNTBTR_MAX_ORDER; both are clamped). The
/// samples are copied. Network thread.
void pntbtr_fit_begin(PntbtrFit*   fit,
                      const float* history,
                      unsigned     size,
                      unsigned     order);

/// Does about `budget` multiply-adds of work (at least one order). Returns true
/// when the fit is complete. Network thread.
bool pntbtr_fit_step(PntbtrFit* fit, unsigned budget);

/// Writes the model of a complete fit; of an incomplete one, its order so far.
/// The taps are damped slightly so that extrapolation cannot grow.
void pntbtr_fit_model(const PntbtrFit* fit, PntbtrModel* out);

/// Predicts `frames` samples that follow `past`, which points one past the
/// newest of at least PNTBTR_LEVEL_SPAN samples; the prediction never gets
/// louder than their peak. `out` may be where `past` points.
/// Audio thread; real-time safe.
void pntbtr_extrapolate(const PntbtrModel* model,
                        const float*       past,
                        float*             out,
                        unsigned           frames) JAM_RT;

/// Mixes a prediction into truth with a raised-cosine ramp: truth fades in over
/// samples begin .. begin+frames of a ramp `length` long. Audio thread.
void pntbtr_crossfade(float*       truth,
                      const float* prediction,
                      unsigned     begin,
                      unsigned     frames,
                      unsigned     length) JAM_RT;

#endif // JAM_PNTBTR_H
