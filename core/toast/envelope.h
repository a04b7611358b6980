// SPDX-License-Identifier: MIT
// Lower envelopes of the one-way differences of both directions, fitted with
// one common slope: gives offset and skew of two clocks over a jittery path.
//
// Delay can only add, so the least differences tell the clocks. With dn(t) =
// own arrival - peer stamp and up(t) = peer arrival - own stamp, minimise over
// the skew s: mean(dn + s t) - min + mean(up - s t) - min + prior * s^2, the
// likelihood of exponential delays. Offset = (min up - min dn) / 2.
// Background: S. Moon, P. Skelly, D. Towsley, "Estimation and Removal of Clock
// Skew from Network Delay Measurements", INFOCOM 1999 (one direction).

#ifndef JAM_TOAST_ENVELOPE_H
#define JAM_TOAST_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOAST_ENVELOPE_POINTS 600U

/// One block's least difference. Times and differences are relative to
/// references the owner keeps; both in microseconds.
typedef struct ToastPoint {
  uint32_t time; ///< Modulo 2^32
  int32_t  value;
} ToastPoint;

/// The newest points of one direction, oldest first from `first`.
typedef struct ToastPoints {
  uint16_t   first;
  uint16_t   count;
  ToastPoint ring[TOAST_ENVELOPE_POINTS];
} ToastPoints;

typedef struct ToastFit {
  double skew_ppm; ///< Peer's rate minus own
  double dn;       ///< Envelope of own arrival - peer stamp, now, us
  double up;       ///< Envelope of peer arrival - own stamp, now, us
  double dn_mean;  ///< Mean of dn points above their envelope, us
  double up_mean;
  double dn_low; ///< Height above the envelope that a tenth of dn's points keep
  double up_low;
  double dn_half; ///< The same of half of them
  double up_half;
  double span_s; ///< Time covered by the direction with less
} ToastFit;

/// Adds a point; a full ring drops its oldest.
void toast_points_add(ToastPoints* points, uint32_t time, int32_t value);

/// Drops points older than `age_us` at `now`.
void toast_points_expire(ToastPoints* points, uint32_t now, uint32_t age_us);

/// Fits both envelopes as seen at `now`. `fit` holds the previous fit (zero at
/// first), whose skew weighs the prior. False with fewer than two points a
/// direction.
bool toast_envelope_fit(const ToastPoints* dn,
                        const ToastPoints* up,
                        uint32_t           now,
                        ToastFit*          fit);

#endif // JAM_TOAST_ENVELOPE_H
