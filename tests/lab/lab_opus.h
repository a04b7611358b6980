// SPDX-License-Identifier: MIT
// Opus, to compare with: in the lab only, and only where libopus is installed.

#ifndef LAB_OPUS_H
#define LAB_OPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Codes 16-bit samples at 48 kHz with packets of `packet` samples, mono,
/// restricted low delay, complexity 10, and decodes them, without delay.
/// Returns the bytes of all packets, or 0 without libopus.
size_t lab_opus_code(const int32_t* samples,
                     size_t         frames,
                     unsigned       packet,
                     unsigned       kbit,
                     double*        out);

#endif // LAB_OPUS_H
