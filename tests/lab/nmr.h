// SPDX-License-Identifier: MIT
// How far an error is above what music masks.
//
// The noise-to-mask ratio of a band in a frame is the power of the error
// (test minus reference) over the power the reference masks there, after
// Johnston, "Transform coding of audio signals using perceptual noise
// criteria", IEEE JSAC 6 (1988), 314-323:
//
//  * frames of 20 ms, every 10 ms, under a Hann window; of error and reference
//    alike, P(k) = |X(k)|^2, and E(b) the sum of P over band b;
//  * bands of one Bark, b = floor(13 atan(0.00076 f) + 3.5 atan((f/7500)^2)),
//    f from 20 Hz to 20 kHz: 25 bands;
//  * C(b) = sum over j of E(j) S(b - j) / sum over j of S(b - j), with
//    10 lg S(d) = 15.81 + 7.5 (d + 0.474) - 17.5 sqrt(1 + (d + 0.474)^2);
//  * a = min(1, SFM / -60 dB), SFM the geometric over the arithmetic mean of
//    the P of the frame; O(b) = a (14.5 + b + 1) + (1 - a) 5.5 dB;
//  * mask M(b) = max(C(b) 10^(-O(b)/10), Q(b)), Q(b) being the least threshold
//    in quiet of the band, 3.64 F^-0.8 - 6.5 exp(-0.6 (F - 3.3)^2) + 0.001 F^4
//    dB SPL with F = f / kHz, where a sine of full scale has 96 dB SPL.
//
// "mean" is 10 lg of the mean over all frames and bands of error / M (as total
// NMR in ITU-R BS.1387), so few bad cells raise it more than many good ones
// lower it; "p95" is the 95th percentile over the same cells, in dB.

#ifndef LAB_NMR_H
#define LAB_NMR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct NmrResult {
  double mean_db; ///< -inf where there is no error at all
  double p95_db;
  size_t cells;
} NmrResult;

/// Compares signals of `frames` samples, full scale 1. Returns false without
/// memory, or if there is not one whole frame.
bool nmr_measure(const double* reference,
                 const double* test,
                 size_t        frames,
                 uint32_t      rate_hz,
                 NmrResult*    out);

#endif // LAB_NMR_H
