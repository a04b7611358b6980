// SPDX-License-Identifier: MIT
// Two handshakes of two messages each, which give both sides a key for each
// direction. Noise_NK_25519_ChaChaPoly_BLAKE2b: the caller of a node knows the
// node's static key and stays anonymous. Noise_NNpsk0_25519_ChaChaPoly_BLAKE2b:
// both know a secret beforehand, which authenticates them.
// Source: T. Perrin, "The Noise Protocol Framework", revision 34.

#ifndef JAM_TOAST_NOISE_H
#define JAM_TOAST_NOISE_H

#include <jamnet/types.h>

#include <stdbool.h>

#define NOISE_KEY_SIZE 32U
#define NOISE_HASH_SIZE 64U
#define NOISE_OVERHEAD 48U ///< A message is this much longer than its payload

typedef struct NoiseState {
  uint8_t chain[NOISE_HASH_SIZE];
  uint8_t hash[NOISE_HASH_SIZE];
  uint8_t key[NOISE_KEY_SIZE];
  uint8_t secret[NOISE_KEY_SIZE];    ///< Static; responder only
  uint8_t ephemeral[NOISE_KEY_SIZE]; ///< Own ephemeral secret
  uint8_t remote[NOISE_KEY_SIZE];    ///< Static; initiator only
  uint8_t remote_ephemeral[NOISE_KEY_SIZE];
  bool    initiator;
  bool    shared; ///< Pattern NNpsk0
} NoiseState;

/// Prepares the side that speaks first. `ephemeral` is a fresh secret.
void toast_noise_init_initiator(NoiseState*    state,
                                const uint8_t* prologue,
                                size_t         prologue_size,
                                const uint8_t  remote[NOISE_KEY_SIZE],
                                const uint8_t  ephemeral[NOISE_KEY_SIZE]);

/// Prepares the side that owns the static key `secret`.
void toast_noise_init_responder(NoiseState*    state,
                                const uint8_t* prologue,
                                size_t         prologue_size,
                                const uint8_t  secret[NOISE_KEY_SIZE],
                                const uint8_t  ephemeral[NOISE_KEY_SIZE]);

/// Prepares either side of NNpsk0: both know `psk`.
void toast_noise_init_shared(NoiseState*    state,
                             bool           initiator,
                             const uint8_t* prologue,
                             size_t         prologue_size,
                             const uint8_t  psk[NOISE_KEY_SIZE],
                             const uint8_t  ephemeral[NOISE_KEY_SIZE]);

/// Writes the own message: `size` + NOISE_OVERHEAD bytes.
/// Returns JAM_ERR_CRYPTO if the other side's key is unusable.
JAM_NODISCARD JamStatus toast_noise_write(NoiseState*    state,
                                          const uint8_t* payload,
                                          size_t         size,
                                          uint8_t*       out);

/// Reads the other side's message; `payload` gets `size` - NOISE_OVERHEAD
/// bytes. Returns JAM_ERR_CRYPTO if it is not genuine: the state is then spent.
JAM_NODISCARD JamStatus toast_noise_read(NoiseState*    state,
                                         const uint8_t* message,
                                         size_t         size,
                                         uint8_t*       payload);

/// Gives the transport keys once both messages are through: `first` protects
/// what the initiator sends.
void toast_noise_split(const NoiseState* state,
                       uint8_t           first[NOISE_KEY_SIZE],
                       uint8_t           second[NOISE_KEY_SIZE]);

/// Derives one more secret that both sides share, for `label`. Call as `split`.
void toast_noise_export(const NoiseState* state,
                        const char*       label,
                        uint8_t           out[NOISE_KEY_SIZE]);

#endif // JAM_TOAST_NOISE_H
