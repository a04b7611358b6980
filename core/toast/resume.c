// SPDX-License-Identifier: MIT
// Going on at a sibling, caller's side. Until the sibling answers, every packet
// is a RESUME: it carries the ticket, so that any one of them that arrives is
// enough, and its frames count at once. Probes make sure that one leaves every
// 50 ms even if nothing else does; after 3 s the caller gives up.

#include "toast/endpoint.h"

#include "toast/resume_keys.h"

#include <sodium.h>

#include <string.h>

_Static_assert(TOAST_WIRE_EVENT_HEAD + TOAST_MAX_EVENT <
                 TOAST_WIRE_RESUME_FRAMES,
               "any message fits a RESUME");

static int64_t elapsed_us(const JamTime from, const JamTime to)
{
  return jam_time_to_us(to - from);
}

JamStatus toast_resume(ToastEndpoint* const      endpoint,
                       const JamTime             now,
                       const ToastAddress* const to,
                       const uint16_t            node_id,
                       const ToastTicket* const  ticket,
                       ToastSession* const       out)
{
  if (elapsed_us(ticket->received, now) > TOAST_TICKET_LIFE_US ||
      endpoint->resume_epoch == UINT32_MAX) {
    return JAM_ERR_STATE;
  }
  ToastPeer* const peer = toast_table_take(endpoint, NULL);
  if (!peer) {
    return JAM_ERR_FULL;
  }
  if (endpoint->resume_epoch < ticket->identity.epoch) {
    endpoint->resume_epoch = ticket->identity.epoch;
  }
  peer->dialled        = true;
  peer->resuming       = true;
  peer->address        = *to;
  peer->node_id        = node_id;
  peer->ticket         = *ticket;
  peer->identity       = ticket->identity;
  peer->identity.epoch = ++endpoint->resume_epoch;
  peer->has_identity   = true;

  uint8_t* const ephemeral  = peer->noise.ephemeral;
  uint8_t* const public_key = peer->init + TOAST_WIRE_INIT_NOISE;
  toast_drbg_draw(&endpoint->drbg, ephemeral, TOAST_KEY_SIZE);
  (void)crypto_scalarmult_base(public_key, ephemeral);
  toast_resume_early_key(ticket->secret, public_key, node_id, peer->send_key);

  peer->state       = TOAST_PEER_RESUMING;
  peer->opened_at   = now;
  peer->probe_at    = now;
  peer->feedback_at = now;
  peer->forced      = true;
  peer->give_up_at  = jam_time_add(now, TOAST_RESUME_TIME);
  toast_ready(endpoint, peer);
  toast_timers_set(&endpoint->timers,
                   toast_slot(endpoint, peer),
                   toast_peer_deadline(endpoint, peer));
  *out = peer->handle;
  return JAM_OK;
}

size_t toast_resume_seal(ToastPeer* const peer,
                         const JamTime    now,
                         uint8_t* const   out,
                         const size_t     frames)
{
  uint8_t        nonce[crypto_aead_chacha20poly1305_IETF_NPUBBYTES];
  uint8_t* const inside = out + TOAST_WIRE_RESUME_HEAD;
  const int64_t  utc_us =
    peer->ticket.utc_us + elapsed_us(peer->ticket.received, now);
  out[0] = TOAST_WIRE_RESUME;
  out[1] = TOAST_WIRE_VERSION;
  toast_put24(out + TOAST_WIRE_RESUME_CID, peer->cid);
  toast_put32(out + TOAST_WIRE_RESUME_NUMBER, peer->send_number);
  toast_put32(out + TOAST_WIRE_RESUME_STAMP, (uint32_t)jam_time_to_us(now));
  memcpy(out + TOAST_WIRE_RESUME_TICKET, peer->ticket.data, TOAST_TICKET_SIZE);
  memcpy(out + TOAST_WIRE_RESUME_EPHEMERAL,
         peer->init + TOAST_WIRE_INIT_NOISE,
         TOAST_KEY_SIZE);
  toast_put64(inside, (uint64_t)utc_us);
  toast_put64(inside + 8, (uint64_t)jam_time_to_us(now));
  toast_put32(inside + 16, peer->identity.epoch);
  toast_nonce(nonce, true, peer->send_number);
  ++peer->send_number;
  (void)crypto_aead_chacha20poly1305_ietf_encrypt(inside,
                                                  NULL,
                                                  inside,
                                                  TOAST_WIRE_RESUME_PAYLOAD +
                                                    frames,
                                                  out,
                                                  TOAST_WIRE_RESUME_HEAD,
                                                  NULL,
                                                  nonce,
                                                  peer->send_key);
  return frames + TOAST_WIRE_RESUME_MIN;
}

// Opens a RESUMED and takes over its keys; false changes nothing
static bool take_answer(ToastPeer* const     peer,
                        const uint8_t* const data,
                        uint8_t payload[TOAST_WIRE_RESUMED_PAYLOAD])
{
  static const uint8_t nonce[crypto_aead_chacha20poly1305_IETF_NPUBBYTES] = {0};

  ToastResumeKeys keys;
  const uint8_t*  theirs  = data + TOAST_WIRE_RESUMED_EPHEMERAL;
  const bool      genuine = toast_resume_keys(peer->ticket.secret,
                                         peer->init + TOAST_WIRE_INIT_NOISE,
                                         theirs,
                                         peer->noise.ephemeral,
                                         theirs,
                                         &keys) &&
                       crypto_aead_chacha20poly1305_ietf_decrypt(
                         payload,
                         NULL,
                         NULL,
                         data + TOAST_WIRE_RESUMED_HEAD,
                         TOAST_WIRE_RESUMED_SIZE - TOAST_WIRE_RESUMED_HEAD,
                         data,
                         TOAST_WIRE_RESUMED_HEAD,
                         nonce,
                         keys.answer) == 0 &&
                       toast_get32(payload + 15) == peer->identity.epoch &&
                       toast_time_plausible((int64_t)toast_get64(payload + 7));
  if (genuine) {
    memcpy(peer->send_key, keys.up, TOAST_KEY_SIZE);
    memcpy(peer->receive_key, keys.down, TOAST_KEY_SIZE);
    memcpy(peer->resume_secret, keys.secret, TOAST_KEY_SIZE);
  }
  sodium_memzero(&keys, sizeof(keys));
  return genuine;
}

void toast_input_resumed(ToastEndpoint* const endpoint,
                         const JamTime        now,
                         const uint8_t* const data,
                         const size_t         size)
{
  uint8_t payload[TOAST_WIRE_RESUMED_PAYLOAD];
  if (size != TOAST_WIRE_RESUMED_SIZE) {
    ++*(size < TOAST_WIRE_RESUMED_SIZE ? &endpoint->counters.too_short
                                       : &endpoint->counters.too_long);
    return;
  }
  ToastPeer* const peer =
    toast_table_by_cid(endpoint, toast_get24(data + TOAST_WIRE_RESUMED_CID));
  if (!peer || peer->state != TOAST_PEER_RESUMING) {
    ++endpoint->counters.unknown_session; // Or a copy of an answer
    return;
  }
  if (!take_answer(peer, data, payload)) {
    ++endpoint->counters.bad_seal;
    peer->wrong_key = true;
    return;
  }
  peer->resuming   = false;
  peer->remote_cid = toast_get24(payload);
  sodium_memzero(&peer->noise, sizeof(peer->noise));
  sodium_memzero(&peer->ticket, sizeof(peer->ticket));
  toast_clock_init(&peer->clock,
                   jam_time_to_us(now),
                   (int64_t)toast_get64(payload + 7));
  toast_open(endpoint, peer, now);
}
