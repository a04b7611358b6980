// SPDX-License-Identifier: MIT
// Fast key erasure over ChaCha20.

#include "toast/drbg.h"

#include <sodium.h>

#include <string.h>

void toast_drbg_init(ToastDrbg* const drbg, const uint8_t seed[32])
{
  memcpy(drbg->key, seed, sizeof(drbg->key));
}

void toast_drbg_draw(ToastDrbg* const drbg,
                     uint8_t* const   out,
                     const size_t     size)
{
  static const uint8_t nonce[crypto_stream_chacha20_NONCEBYTES] = {0};

  uint8_t      block[32U + TOAST_DRBG_MAX];
  const size_t take = size < TOAST_DRBG_MAX ? size : TOAST_DRBG_MAX;
  (void)crypto_stream_chacha20(block, 32U + take, nonce, drbg->key);
  memcpy(drbg->key, block, 32U);
  memcpy(out, block + 32U, take);
  sodium_memzero(block, sizeof(block));
}
