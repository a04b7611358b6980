// SPDX-License-Identifier: MIT
// Noise_NK and Noise_NNpsk0 over libsodium's primitives. HMAC and HKDF over
// BLAKE2b are written out because libsodium offers them over SHA-2 only.

#include "toast/noise.h"

#include <sodium.h>

#include <string.h>

#define HMAC_BLOCK 128U // Of BLAKE2b

static const char protocol[]        = "Noise_NK_25519_ChaChaPoly_BLAKE2b";
static const char shared_protocol[] = "Noise_NNpsk0_25519_ChaChaPoly_BLAKE2b";

// HMAC (RFC 2104) of two pieces in a row; `key` is never above one block
static void hmac(const uint8_t* const key,
                 const size_t         key_size,
                 const uint8_t* const first,
                 const size_t         first_size,
                 const uint8_t* const second,
                 const size_t         second_size,
                 uint8_t              out[NOISE_HASH_SIZE])
{
  uint8_t                  pad[HMAC_BLOCK];
  crypto_generichash_state state;
  for (int outer = 0; outer < 2; ++outer) {
    memset(pad, 0, sizeof(pad));
    memcpy(pad, key, key_size);
    for (size_t i = 0U; i < sizeof(pad); ++i) {
      pad[i] ^= outer ? 0x5cU : 0x36U;
    }
    (void)crypto_generichash_init(&state, NULL, 0U, NOISE_HASH_SIZE);
    (void)crypto_generichash_update(&state, pad, sizeof(pad));
    if (outer) {
      (void)crypto_generichash_update(&state, out, NOISE_HASH_SIZE);
    } else {
      (void)crypto_generichash_update(&state, first, first_size);
      (void)crypto_generichash_update(&state, second, second_size);
    }
    (void)crypto_generichash_final(&state, out, NOISE_HASH_SIZE);
  }
  sodium_memzero(pad, sizeof(pad));
  sodium_memzero(&state, sizeof(state));
}

// HKDF of the specification with two outputs
static void hkdf(const uint8_t        chain[NOISE_HASH_SIZE],
                 const uint8_t* const input,
                 const size_t         input_size,
                 uint8_t              first[NOISE_HASH_SIZE],
                 uint8_t              second[NOISE_HASH_SIZE])
{
  static const uint8_t one = 1U;
  static const uint8_t two = 2U;

  uint8_t temp[NOISE_HASH_SIZE];
  hmac(chain, NOISE_HASH_SIZE, input, input_size, &one, 0U, temp);
  hmac(temp, sizeof(temp), &one, 1U, &one, 0U, first);
  hmac(temp, sizeof(temp), first, NOISE_HASH_SIZE, &two, 1U, second);
  sodium_memzero(temp, sizeof(temp));
}

static void
mix_hash(NoiseState* const state, const uint8_t* const data, const size_t size)
{
  crypto_generichash_state hash;
  (void)crypto_generichash_init(&hash, NULL, 0U, NOISE_HASH_SIZE);
  (void)crypto_generichash_update(&hash, state->hash, NOISE_HASH_SIZE);
  (void)crypto_generichash_update(&hash, data, size);
  (void)crypto_generichash_final(&hash, state->hash, NOISE_HASH_SIZE);
}

// MixKey: what is sealed next depends on `input`, too
static void mix_input(NoiseState* const    state,
                      const uint8_t* const input,
                      const size_t         size)
{
  uint8_t chain[NOISE_HASH_SIZE];
  uint8_t key[NOISE_HASH_SIZE];
  hkdf(state->chain, input, size, chain, key);
  memcpy(state->chain, chain, sizeof(chain));
  memcpy(state->key, key, NOISE_KEY_SIZE);
  sodium_memzero(chain, sizeof(chain));
  sodium_memzero(key, sizeof(key));
}

// MixKeyAndHash. Its key is never used: that of the ephemeral key follows
static void mix_psk(NoiseState* const state, const uint8_t psk[NOISE_KEY_SIZE])
{
  uint8_t chain[NOISE_HASH_SIZE];
  uint8_t hash[NOISE_HASH_SIZE];
  hkdf(state->chain, psk, NOISE_KEY_SIZE, chain, hash);
  memcpy(state->chain, chain, sizeof(chain));
  mix_hash(state, hash, sizeof(hash));
  sodium_memzero(chain, sizeof(chain));
  sodium_memzero(hash, sizeof(hash));
}

// Mixes in a shared secret; false if `point` is of small order
static bool mix_key(NoiseState* const state,
                    const uint8_t     scalar[NOISE_KEY_SIZE],
                    const uint8_t     point[NOISE_KEY_SIZE])
{
  uint8_t    shared[NOISE_KEY_SIZE];
  const bool usable = crypto_scalarmult(shared, scalar, point) == 0;
  if (usable) {
    mix_input(state, shared, sizeof(shared));
  }
  sodium_memzero(shared, sizeof(shared));
  return usable;
}

// The first token of either message: e, public here
static void mix_ephemeral(NoiseState* const state,
                          const uint8_t     point[NOISE_KEY_SIZE])
{
  mix_hash(state, point, NOISE_KEY_SIZE);
  if (state->shared) {
    mix_input(state, point, NOISE_KEY_SIZE);
  }
}

// The second token: es or nothing for the first, ee for the second
static bool mix_message_key(NoiseState* const state, const bool first)
{
  if (first && state->shared) {
    return true;
  }
  if (!first) {
    return mix_key(state, state->ephemeral, state->remote_ephemeral);
  }
  return state->initiator
           ? mix_key(state, state->ephemeral, state->remote)
           : mix_key(state, state->secret, state->remote_ephemeral);
}

// `name` is shorter than a hash
static void init(NoiseState* const    state,
                 const char* const    name,
                 const uint8_t* const prologue,
                 const size_t         prologue_size,
                 const uint8_t        ephemeral[NOISE_KEY_SIZE])
{
  memcpy(state->hash, name, strlen(name));
  memcpy(state->chain, state->hash, NOISE_HASH_SIZE);
  memcpy(state->ephemeral, ephemeral, NOISE_KEY_SIZE);
  mix_hash(state, prologue, prologue_size);
}

void toast_noise_init_initiator(NoiseState* const    state,
                                const uint8_t* const prologue,
                                const size_t         prologue_size,
                                const uint8_t        remote[NOISE_KEY_SIZE],
                                const uint8_t        ephemeral[NOISE_KEY_SIZE])
{
  memset(state, 0, sizeof(*state));
  state->initiator = true;
  memcpy(state->remote, remote, NOISE_KEY_SIZE);
  init(state, protocol, prologue, prologue_size, ephemeral);
  mix_hash(state, remote, NOISE_KEY_SIZE);
}

void toast_noise_init_responder(NoiseState* const    state,
                                const uint8_t* const prologue,
                                const size_t         prologue_size,
                                const uint8_t        secret[NOISE_KEY_SIZE],
                                const uint8_t        ephemeral[NOISE_KEY_SIZE])
{
  uint8_t public_key[NOISE_KEY_SIZE];
  memset(state, 0, sizeof(*state));
  memcpy(state->secret, secret, NOISE_KEY_SIZE);
  (void)crypto_scalarmult_base(public_key, secret);
  init(state, protocol, prologue, prologue_size, ephemeral);
  mix_hash(state, public_key, NOISE_KEY_SIZE);
}

void toast_noise_init_shared(NoiseState* const    state,
                             const bool           initiator,
                             const uint8_t* const prologue,
                             const size_t         prologue_size,
                             const uint8_t        psk[NOISE_KEY_SIZE],
                             const uint8_t        ephemeral[NOISE_KEY_SIZE])
{
  memset(state, 0, sizeof(*state));
  state->initiator = initiator;
  state->shared    = true;
  init(state, shared_protocol, prologue, prologue_size, ephemeral);
  mix_psk(state, psk);
}

JamStatus toast_noise_write(NoiseState* const    state,
                            const uint8_t* const payload,
                            const size_t         size,
                            uint8_t* const       out)
{
  // Each key seals one message only, hence the nonce of zero
  static const uint8_t nonce[crypto_aead_chacha20poly1305_IETF_NPUBBYTES] = {0};

  (void)crypto_scalarmult_base(out, state->ephemeral);
  mix_ephemeral(state, out);
  if (!mix_message_key(state, state->initiator)) {
    return JAM_ERR_CRYPTO;
  }
  unsigned long long sealed = 0U;
  (void)crypto_aead_chacha20poly1305_ietf_encrypt(out + NOISE_KEY_SIZE,
                                                  &sealed,
                                                  payload,
                                                  size,
                                                  state->hash,
                                                  NOISE_HASH_SIZE,
                                                  NULL,
                                                  nonce,
                                                  state->key);
  mix_hash(state, out + NOISE_KEY_SIZE, (size_t)sealed);
  return JAM_OK;
}

JamStatus toast_noise_read(NoiseState* const    state,
                           const uint8_t* const message,
                           const size_t         size,
                           uint8_t* const       payload)
{
  static const uint8_t nonce[crypto_aead_chacha20poly1305_IETF_NPUBBYTES] = {0};
  if (size < NOISE_OVERHEAD) {
    return JAM_ERR_CRYPTO;
  }
  memcpy(state->remote_ephemeral, message, NOISE_KEY_SIZE);
  mix_ephemeral(state, message);
  if (!mix_message_key(state, !state->initiator)) {
    return JAM_ERR_CRYPTO;
  }
  const size_t sealed = size - NOISE_KEY_SIZE;
  if (crypto_aead_chacha20poly1305_ietf_decrypt(payload,
                                                NULL,
                                                NULL,
                                                message + NOISE_KEY_SIZE,
                                                sealed,
                                                state->hash,
                                                NOISE_HASH_SIZE,
                                                nonce,
                                                state->key)) {
    return JAM_ERR_CRYPTO;
  }
  mix_hash(state, message + NOISE_KEY_SIZE, sealed);
  return JAM_OK;
}

void toast_noise_split(const NoiseState* const state,
                       uint8_t                 first[NOISE_KEY_SIZE],
                       uint8_t                 second[NOISE_KEY_SIZE])
{
  uint8_t keys[2][NOISE_HASH_SIZE];
  hkdf(state->chain, state->chain, 0U, keys[0], keys[1]);
  memcpy(first, keys[0], NOISE_KEY_SIZE);
  memcpy(second, keys[1], NOISE_KEY_SIZE);
  sodium_memzero(keys, sizeof(keys));
}

void toast_noise_export(const NoiseState* const state,
                        const char* const       label,
                        uint8_t                 out[NOISE_KEY_SIZE])
{
  uint8_t keys[2][NOISE_HASH_SIZE];
  hkdf(state->chain, (const uint8_t*)label, strlen(label), keys[0], keys[1]);
  memcpy(out, keys[0], NOISE_KEY_SIZE);
  sodium_memzero(keys, sizeof(keys));
}
