// SPDX-License-Identifier: MIT
// Secret random bytes from one seed. Each draw replaces the key it came from
// (fast key erasure, D. J. Bernstein 2017), so a captured state tells nothing
// of earlier draws.

#ifndef JAM_TOAST_DRBG_H
#define JAM_TOAST_DRBG_H

#include <stddef.h>
#include <stdint.h>

#define TOAST_DRBG_MAX 64U ///< Bytes of one draw

typedef struct ToastDrbg {
  uint8_t key[32];
} ToastDrbg;

/// Starts a generator.
void toast_drbg_init(ToastDrbg* drbg, const uint8_t seed[32]);

/// Draws up to TOAST_DRBG_MAX bytes.
void toast_drbg_draw(ToastDrbg* drbg, uint8_t* out, size_t size);

#endif // JAM_TOAST_DRBG_H
