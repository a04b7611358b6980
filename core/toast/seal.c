// SPDX-License-Identifier: MIT
// Sealing and opening short packets, and how their keys change. Each direction
// has its own chain: the next key is a hash of the present one, which is then
// wiped, so nobody can go back. A sender goes on after 2^30 packets or 10
// minutes and says so with the phase bit. A receiver follows once a packet
// opens under the next key that is newer than all before, and keeps the former
// key for 3 s, for what was overtaken.

#include "toast/endpoint.h"

#include <sodium.h>

#include <string.h>

void toast_nonce(uint8_t nonce[12], const bool initiator, const uint32_t number)
{
  memset(nonce, 0, 12U);
  nonce[0] = initiator ? 1U : 2U;
  toast_put32(nonce + 4, number);
}

static void next_key(const uint8_t key[TOAST_KEY_SIZE],
                     uint8_t       out[TOAST_KEY_SIZE])
{
  static const char label[] = "toast rekey";
  uint8_t           next[TOAST_KEY_SIZE];
  (void)crypto_generichash(next,
                           sizeof(next),
                           (const uint8_t*)label,
                           sizeof(label) - 1U,
                           key,
                           TOAST_KEY_SIZE);
  memcpy(out, next, sizeof(next));
  sodium_memzero(next, sizeof(next));
}

static void turn_send_key(const ToastEndpoint* const endpoint,
                          ToastPeer* const           peer,
                          const JamTime              now)
{
  ToastPhase* const phase = &peer->send_phase;
  if (phase->until == 0) {
    phase->until = jam_time_add(now, TOAST_REKEY_TIME);
  } else if (now >= phase->until || peer->send_number >= phase->limit) {
    next_key(peer->send_key, peer->send_key);
    phase->bit ^= TOAST_WIRE_PHASE;
    toast_key_log(endpoint, peer, true);
    phase->until = jam_time_add(now, TOAST_REKEY_TIME);
  } else {
    return;
  }
  phase->limit = peer->send_number + TOAST_REKEY_PACKETS;
}

size_t toast_seal_under(const uint8_t  key[TOAST_KEY_SIZE],
                        const bool     initiator,
                        const uint32_t number,
                        uint8_t* const out,
                        const size_t   frames)
{
  uint8_t nonce[crypto_aead_chacha20poly1305_IETF_NPUBBYTES];
  toast_put32(out + TOAST_WIRE_SHORT_NUMBER, number);
  toast_nonce(nonce, initiator, number);
  (void)crypto_aead_chacha20poly1305_ietf_encrypt(out + TOAST_WIRE_SHORT_HEAD,
                                                  NULL,
                                                  out + TOAST_WIRE_SHORT_HEAD,
                                                  frames,
                                                  out,
                                                  TOAST_WIRE_SHORT_HEAD,
                                                  NULL,
                                                  nonce,
                                                  key);
  return frames + TOAST_WIRE_SHORT_MIN;
}

size_t toast_seal(const ToastEndpoint* const endpoint,
                  ToastPeer* const           peer,
                  const JamTime              now,
                  uint8_t* const             out,
                  const size_t               frames,
                  const uint8_t class)
{
  turn_send_key(endpoint, peer, now);
  out[0] = (uint8_t)(TOAST_WIRE_SHORT | peer->send_phase.bit | class);
  toast_put24(out + TOAST_WIRE_SHORT_CID, peer->remote_cid);
  toast_put32(out + TOAST_WIRE_SHORT_STAMP, (uint32_t)jam_time_to_us(now));
  return toast_seal_under(peer->send_key,
                          peer->dialled,
                          peer->send_number++,
                          out,
                          frames);
}

bool toast_unseal(const uint8_t        key[TOAST_KEY_SIZE],
                  const bool           initiator,
                  const uint8_t* const data,
                  const size_t         size,
                  uint8_t* const       out)
{
  uint8_t nonce[crypto_aead_chacha20poly1305_IETF_NPUBBYTES];
  toast_nonce(nonce, initiator, toast_get32(data + TOAST_WIRE_SHORT_NUMBER));
  return crypto_aead_chacha20poly1305_ietf_decrypt(out,
                                                   NULL,
                                                   NULL,
                                                   data + TOAST_WIRE_SHORT_HEAD,
                                                   size - TOAST_WIRE_SHORT_HEAD,
                                                   data,
                                                   TOAST_WIRE_SHORT_HEAD,
                                                   nonce,
                                                   key) == 0;
}

// The peer has gone on to its next key with this packet
static void turn_receive_key(const ToastEndpoint* const endpoint,
                             ToastPeer* const           peer,
                             const JamTime              now,
                             const uint32_t             number)
{
  ToastPhase* const phase = &peer->receive_phase;
  memcpy(phase->other, peer->receive_key, TOAST_KEY_SIZE);
  memcpy(peer->receive_key, phase->next, TOAST_KEY_SIZE);
  sodium_memzero(phase->next, sizeof(phase->next));
  phase->has_next = false;
  phase->bit ^= TOAST_WIRE_PHASE;
  phase->limit = number;
  phase->until = jam_time_add(now, TOAST_REKEY_KEEP);
  toast_key_log(endpoint, peer, false);
}

bool toast_open_packet(ToastEndpoint* const endpoint,
                       ToastPeer* const     peer,
                       const JamTime        now,
                       const uint8_t* const data,
                       const size_t         size)
{
  uint8_t* const    out    = endpoint->plain;
  ToastPhase* const phase  = &peer->receive_phase;
  const uint32_t    number = toast_get32(data + TOAST_WIRE_SHORT_NUMBER);
  if (phase->until != 0 && now >= phase->until) {
    sodium_memzero(phase->other, sizeof(phase->other));
    phase->until = 0;
  }
  if ((data[0] & TOAST_WIRE_PHASE) == phase->bit) {
    return toast_unseal(peer->receive_key, !peer->dialled, data, size, out);
  }
  if (phase->until != 0 && number < phase->limit) {
    return toast_unseal(phase->other, !peer->dialled, data, size, out);
  }
  if (number < peer->window.expected) {
    return false; // A new key begins with a new number
  }
  if (!phase->has_next) { // Once, however many forged ones come
    next_key(peer->receive_key, phase->next);
    phase->has_next = true;
  }
  if (!toast_unseal(phase->next, !peer->dialled, data, size, out)) {
    return false;
  }
  turn_receive_key(endpoint, peer, now, number);
  return true;
}
