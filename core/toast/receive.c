// SPDX-License-Identifier: MIT
// Datagrams in: sorted by their first byte, opened, checked against replay.
// Counters of a session move for authentic datagrams only.

#include "toast/endpoint.h"

#include <sodium.h>

#include <string.h>

#define CLASS_RESERVED 0x7cU // Bits of a short packet's first byte that are 0

void toast_nonce(uint8_t nonce[12], const bool initiator, const uint32_t number)
{
  memset(nonce, 0, 12U);
  nonce[0] = initiator ? 1U : 2U;
  toast_put32(nonce + 4, number);
}

static bool open_packet(ToastEndpoint* const   endpoint,
                        const ToastPeer* const peer,
                        const uint8_t* const   data,
                        const size_t           size)
{
  uint8_t nonce[crypto_aead_chacha20poly1305_IETF_NPUBBYTES];
  toast_nonce(nonce,
              !peer->dialled,
              toast_get32(data + TOAST_WIRE_SHORT_NUMBER));
  return crypto_aead_chacha20poly1305_ietf_decrypt(endpoint->plain,
                                                   NULL,
                                                   NULL,
                                                   data + TOAST_WIRE_SHORT_HEAD,
                                                   size - TOAST_WIRE_SHORT_HEAD,
                                                   data,
                                                   TOAST_WIRE_SHORT_HEAD,
                                                   nonce,
                                                   peer->receive_key) == 0;
}

// The session a short packet is for, with its seal checked; null if none
static ToastPeer* open_short(ToastEndpoint* const endpoint,
                             const uint8_t* const data,
                             const size_t         size)
{
  if (size < TOAST_WIRE_SHORT_MIN) {
    ++endpoint->counters.too_short;
    return NULL;
  }
  if (data[0] & CLASS_RESERVED) {
    ++endpoint->counters.unknown_type;
    return NULL;
  }
  ToastPeer* const peer =
    toast_table_by_cid(endpoint, toast_get24(data + TOAST_WIRE_SHORT_CID));
  if (!peer ||
      (peer->state != TOAST_PEER_OPEN && peer->state != TOAST_PEER_HALF_OPEN)) {
    ++endpoint->counters.unknown_session;
    return NULL;
  }
  if (!open_packet(endpoint, peer, data, size)) {
    ++endpoint->counters.bad_seal;
    return NULL;
  }
  return peer;
}

static bool same_address(const ToastAddress* const a,
                         const ToastAddress* const b)
{
  return a->port == b->port && !memcmp(a->ip, b->ip, sizeof(a->ip));
}

void toast_input_short(ToastEndpoint* const      endpoint,
                       const JamTime             now,
                       const ToastAddress* const from,
                       const uint8_t* const      data,
                       const size_t              size)
{
  ToastPeer* const peer = open_short(endpoint, data, size);
  if (!peer) {
    return;
  }
  const uint32_t expected = peer->window.expected;
  const uint32_t number   = toast_get32(data + TOAST_WIRE_SHORT_NUMBER);
  const uint32_t stamp    = toast_get32(data + TOAST_WIRE_SHORT_STAMP);
  const size_t   inside   = size - TOAST_WIRE_SHORT_MIN;
  if (!toast_window_take(&peer->window, number)) {
    ++endpoint->counters.replayed;
    ++peer->path.duplicates;
    return;
  }
  if (!toast_frames_valid(peer, endpoint->plain, inside)) {
    ++endpoint->counters.bad_frame;
    return;
  }
  if (peer->state == TOAST_PEER_HALF_OPEN) {
    toast_open(endpoint, peer, now);
  }
  peer->heard_at = now;
  if (number >= expected && !same_address(from, &peer->address)) {
    peer->address = *from; // The newest packet tells where the peer is now
  }
  ++peer->datagrams_received;
  peer->bytes_received += size;

  const int64_t now_us = jam_time_to_us(now);
  toast_path_arrival(&peer->path, now, expected, number, size);
  toast_path_delay(&peer->path,
                   toast_clock_arrival(&peer->clock, now_us, stamp));
  toast_frames_take(endpoint, peer, now, stamp, endpoint->plain, inside);
  toast_clock_update(&peer->clock, now_us);
}

void toast_input(ToastEndpoint* const      endpoint,
                 const JamTime             now,
                 const ToastAddress* const from,
                 const uint8_t* const      data,
                 const size_t              size)
{
  endpoint->pending_count = 0U;
  endpoint->pending_taken = 0U;
  if (size == 0U) {
    ++endpoint->counters.too_short;
  } else if (size > TOAST_MAX_DATAGRAM) {
    ++endpoint->counters.too_long;
  } else if (data[0] & TOAST_WIRE_SHORT) {
    toast_input_short(endpoint, now, from, data, size);
  } else if (data[0] == TOAST_WIRE_INIT || data[0] == TOAST_WIRE_SIBLING_INIT) {
    toast_input_init(endpoint, now, from, data, size);
  } else if (data[0] == TOAST_WIRE_ACCEPT ||
             data[0] == TOAST_WIRE_SIBLING_ACCEPT) {
    toast_input_accept(endpoint, now, data, size);
  } else {
    ++endpoint->counters.unknown_type;
  }
}
