// SPDX-License-Identifier: MIT
// Resumption keys: BLAKE2b-256 keyed with the resume secret, then libsodium's
// crypto_kdf.

#include "toast/resume_keys.h"

#include "toast/toast_wire.h"

#include <sodium.h>

#include <string.h>

static const char early_label[] = "toast resume";
static const char label[]       = "toast resumed";

void toast_resume_early_key(const uint8_t  secret[TOAST_KEY_SIZE],
                            const uint8_t  first[TOAST_KEY_SIZE],
                            const uint16_t node_id,
                            uint8_t        out[TOAST_KEY_SIZE])
{
  uint8_t id[2];
  toast_put16(id, node_id);
  crypto_generichash_state state;
  (void)crypto_generichash_init(&state, secret, TOAST_KEY_SIZE, TOAST_KEY_SIZE);
  (void)crypto_generichash_update(&state,
                                  (const uint8_t*)early_label,
                                  sizeof(early_label) - 1U);
  (void)crypto_generichash_update(&state, first, TOAST_KEY_SIZE);
  (void)crypto_generichash_update(&state, id, sizeof(id));
  (void)crypto_generichash_final(&state, out, TOAST_KEY_SIZE);
  sodium_memzero(&state, sizeof(state));
}

bool toast_resume_keys(const uint8_t          secret[TOAST_KEY_SIZE],
                       const uint8_t          first[TOAST_KEY_SIZE],
                       const uint8_t          second[TOAST_KEY_SIZE],
                       const uint8_t          own[TOAST_KEY_SIZE],
                       const uint8_t          theirs[TOAST_KEY_SIZE],
                       ToastResumeKeys* const out)
{
  uint8_t shared[TOAST_KEY_SIZE];
  uint8_t master[TOAST_KEY_SIZE];
  if (crypto_scalarmult(shared, own, theirs)) {
    return false;
  }
  crypto_generichash_state state;
  (void)crypto_generichash_init(&state, secret, TOAST_KEY_SIZE, TOAST_KEY_SIZE);
  (void)crypto_generichash_update(&state,
                                  (const uint8_t*)label,
                                  sizeof(label) - 1U);
  (void)crypto_generichash_update(&state, first, TOAST_KEY_SIZE);
  (void)crypto_generichash_update(&state, second, TOAST_KEY_SIZE);
  (void)crypto_generichash_update(&state, shared, sizeof(shared));
  (void)crypto_generichash_final(&state, master, sizeof(master));

  uint8_t* const places[] = {out->up, out->down, out->answer, out->secret};
  for (uint64_t i = 0U; i < sizeof(places) / sizeof(places[0]); ++i) {
    (void)crypto_kdf_derive_from_key(places[i],
                                     TOAST_KEY_SIZE,
                                     i,
                                     "resumed",
                                     master);
  }
  sodium_memzero(&state, sizeof(state));
  sodium_memzero(shared, sizeof(shared));
  sodium_memzero(master, sizeof(master));
  return true;
}
