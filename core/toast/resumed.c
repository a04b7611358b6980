// SPDX-License-Identifier: MIT
// Going on at a sibling, node's side. The first genuine RESUME opens a session;
// each fresh one is answered with the same RESUMED and its frames are taken.
//
// Until a short packet has come under the new keys nobody knows that the
// caller is where the packets claim to come from: no more than three times what
// came from there is sent there, and after 3 s the session ends.

#include "toast/endpoint.h"

#include "toast/resume_keys.h"

#include <sodium.h>

#include <string.h>

#define FRESH_US INT64_C(2000000)

// Opens the sealed part into `plain`
static bool open_resume(ToastEndpoint* const endpoint,
                        const uint8_t        key[TOAST_KEY_SIZE],
                        const uint8_t* const data,
                        const size_t         size)
{
  uint8_t nonce[crypto_aead_chacha20poly1305_IETF_NPUBBYTES];
  toast_nonce(nonce, true, toast_get32(data + TOAST_WIRE_RESUME_NUMBER));
  if (crypto_aead_chacha20poly1305_ietf_decrypt(endpoint->plain,
                                                NULL,
                                                NULL,
                                                data + TOAST_WIRE_RESUME_HEAD,
                                                size - TOAST_WIRE_RESUME_HEAD,
                                                data,
                                                TOAST_WIRE_RESUME_HEAD,
                                                nonce,
                                                key)) {
    ++endpoint->counters.bad_seal;
    return false;
  }
  return true;
}

// What a RESUME gives: to be sent where it came from
static void add_credit(ToastEndpoint* const      endpoint,
                       ToastPeer* const          peer,
                       const ToastAddress* const from,
                       const size_t              size)
{
  if (!toast_same_address(&peer->address, from)) {
    peer->address = *from;
    peer->moved   = true;
    peer->credit  = 0U;
  }
  peer->credit += TOAST_AMPLIFICATION * size;
  peer->hello_due = true;
  toast_ready(endpoint, peer);
}

// Hands over the frames of an opened RESUME, if they are new
static void take_opened(ToastEndpoint* const      endpoint,
                        ToastPeer* const          peer,
                        const JamTime             now,
                        const ToastAddress* const from,
                        const uint8_t* const      data,
                        const size_t              size)
{
  ToastPacket packet = {
    .number      = toast_get32(data + TOAST_WIRE_RESUME_NUMBER),
    .stamp       = toast_get32(data + TOAST_WIRE_RESUME_STAMP),
    .size        = size,
    .frames      = endpoint->plain + TOAST_WIRE_RESUME_PAYLOAD,
    .frames_size = size - TOAST_WIRE_RESUME_MIN,
  };
  if (!toast_packet_fresh(endpoint, peer, &packet)) {
    return;
  }
  if (peer->unproven) {
    add_credit(endpoint, peer, from, size);
  }
  toast_packet_take(endpoint, peer, now, &packet);
}

// A further packet of a session that a RESUME has opened
static void take_again(ToastEndpoint* const      endpoint,
                       ToastPeer* const          peer,
                       const JamTime             now,
                       const ToastAddress* const from,
                       const uint8_t* const      data,
                       const size_t              size)
{
  if (peer->state != TOAST_PEER_OPEN || !peer->early) {
    ++endpoint->counters.replayed;
  } else if (open_resume(endpoint, peer->early_key, data, size)) {
    take_opened(endpoint, peer, now, from, data, size);
  }
}

// Whether the opened RESUME of a caller is of now and newer than all before it
static bool is_new(ToastEndpoint* const            endpoint,
                   const JamTime                   now,
                   const ToastTicketContent* const ticket,
                   const ToastPeer* const          former,
                   ToastIdentity* const            identity)
{
  const int64_t claimed = (int64_t)toast_get64(endpoint->plain);
  const int64_t utc     = toast_utc(endpoint, now);
  *identity             = ticket->identity;
  identity->epoch       = toast_get32(endpoint->plain + 16);
  // What was sent before this node began may have been taken by it in an
  // earlier life
  return claimed >= utc - FRESH_US && claimed <= utc + FRESH_US &&
         claimed > endpoint->utc_began + FRESH_US &&
         identity->epoch > ticket->identity.epoch &&
         (!former || identity->epoch > former->identity.epoch) &&
         toast_epochs_take(endpoint->epochs,
                           endpoint->epoch_count,
                           now,
                           identity);
}

// Agrees on keys and writes the RESUMED; false if that is impossible
static bool answer(ToastEndpoint* const            endpoint,
                   ToastPeer* const                peer,
                   const JamTime                   now,
                   const ToastTicketContent* const ticket)
{
  static const uint8_t nonce[crypto_aead_chacha20poly1305_IETF_NPUBBYTES] = {0};

  uint8_t              ephemeral[TOAST_KEY_SIZE];
  uint8_t              payload[TOAST_WIRE_RESUMED_PAYLOAD] = {0};
  ToastResumeKeys      keys;
  const uint8_t* const theirs = peer->init + TOAST_WIRE_INIT_NOISE;
  uint8_t* const       own    = peer->accept + TOAST_WIRE_RESUMED_EPHEMERAL;
  toast_drbg_draw(&endpoint->drbg, ephemeral, sizeof(ephemeral));
  (void)crypto_scalarmult_base(own, ephemeral);
  const bool usable =
    toast_resume_keys(ticket->secret, theirs, own, ephemeral, theirs, &keys);
  sodium_memzero(ephemeral, sizeof(ephemeral));
  if (!usable) {
    return false;
  }
  peer->accept[0] = TOAST_WIRE_RESUMED;
  toast_put24(peer->accept + TOAST_WIRE_RESUMED_CID, peer->remote_cid);
  toast_put24(payload, peer->cid); // No capabilities yet
  toast_put64(payload + 7, (uint64_t)jam_time_to_us(now));
  toast_put32(payload + 15, peer->identity.epoch);
  (void)crypto_aead_chacha20poly1305_ietf_encrypt(peer->accept +
                                                    TOAST_WIRE_RESUMED_HEAD,
                                                  NULL,
                                                  payload,
                                                  sizeof(payload),
                                                  peer->accept,
                                                  TOAST_WIRE_RESUMED_HEAD,
                                                  NULL,
                                                  nonce,
                                                  keys.answer);
  peer->accept_size = TOAST_WIRE_RESUMED_SIZE;
  memcpy(peer->receive_key, keys.up, TOAST_KEY_SIZE);
  memcpy(peer->send_key, keys.down, TOAST_KEY_SIZE);
  memcpy(peer->resume_secret, keys.secret, TOAST_KEY_SIZE);
  sodium_memzero(&keys, sizeof(keys));
  return true;
}

// Makes the session of a genuine, new RESUME; false if that is impossible
static bool open_new(ToastEndpoint* const            endpoint,
                     ToastPeer* const                peer,
                     const JamTime                   now,
                     const ToastTicketContent* const ticket,
                     ToastPeer* const                former)
{
  const int64_t time = (int64_t)toast_get64(endpoint->plain + 8);
  if (!toast_time_plausible(time) || !answer(endpoint, peer, now, ticket)) {
    ++endpoint->counters.bad_frame;
    toast_table_release(endpoint, peer);
    return false;
  }
  peer->has_identity = true;
  peer->early        = true;
  toast_route_doubt(endpoint, peer, now);
  toast_table_add_init(endpoint, toast_slot(endpoint, peer));
  toast_clock_init(&peer->clock, jam_time_to_us(now), time);
  toast_open(endpoint, peer, now);
  if (former) {
    peer->user_data = former->user_data;
    toast_end(endpoint, former, TOAST_REASON_RESUMED);
  }
  return true;
}

static void resume_new(ToastEndpoint* const      endpoint,
                       const JamTime             now,
                       const ToastAddress* const from,
                       const uint8_t* const      data,
                       const size_t              size)
{
  ToastTicketContent   ticket;
  uint8_t              key[TOAST_KEY_SIZE];
  const uint8_t* const theirs = data + TOAST_WIRE_RESUME_EPHEMERAL;
  const JamStatus status = toast_ticket_open(endpoint->config.cluster_secret,
                                             toast_utc(endpoint, now),
                                             data + TOAST_WIRE_RESUME_TICKET,
                                             &ticket);
  if (status) {
    ++*(status == JAM_ERR_STATE ? &endpoint->counters.stale
                                : &endpoint->counters.bad_seal);
    return;
  }
  if (toast_refused_has(&endpoint->refused, now, ticket.identity.id)) {
    ++endpoint->counters.refused;
    sodium_memzero(&ticket, sizeof(ticket));
    return;
  }
  toast_resume_early_key(ticket.secret, theirs, endpoint->config.node_id, key);
  if (open_resume(endpoint, key, data, size)) {
    ToastPeer* const former =
      toast_table_by_identity(endpoint, ticket.identity.id);
    ToastIdentity    identity;
    ToastPeer* const peer = is_new(endpoint, now, &ticket, former, &identity)
                              ? toast_table_take(endpoint, NULL)
                              : NULL;
    if (peer) {
      peer->address    = *from;
      peer->remote_cid = toast_get24(data + TOAST_WIRE_RESUME_CID);
      peer->identity   = identity;
      peer->init[0]    = TOAST_WIRE_RESUME;
      memcpy(peer->init + TOAST_WIRE_INIT_NOISE, theirs, TOAST_KEY_SIZE);
      memcpy(peer->early_key, key, sizeof(key));
      if (open_new(endpoint, peer, now, &ticket, former)) {
        take_opened(endpoint, peer, now, from, data, size);
      }
    } else {
      ++endpoint->counters.stale;
    }
  }
  sodium_memzero(&ticket, sizeof(ticket));
  sodium_memzero(key, sizeof(key));
}

void toast_input_resume(ToastEndpoint* const      endpoint,
                        const JamTime             now,
                        const ToastAddress* const from,
                        const uint8_t* const      data,
                        const size_t              size)
{
  ToastCounters* const counters = &endpoint->counters;
  if (size < TOAST_WIRE_RESUME_MIN) {
    ++counters->too_short;
  } else if (!endpoint->config.clustered || !endpoint->config.accept) {
    ++counters->unknown_type;
  } else if (data[1] != TOAST_WIRE_VERSION) {
    ++counters->bad_version;
  } else if (!endpoint->has_utc) {
    ++counters->stale; // Nothing can be dated
  } else {
    const uint16_t place =
      toast_table_by_init(endpoint, data + TOAST_WIRE_RESUME_EPHEMERAL);
    if (place < TOAST_PLACE_HALF) {
      take_again(endpoint, &endpoint->peers[place], now, from, data, size);
    } else if (place != TOAST_NO_SLOT) {
      ++counters->bad_seal; // The key of an INIT, seen on its way
    } else if (endpoint->free.first == TOAST_NO_SLOT) {
      ++counters->table_full;
    } else if (2U * endpoint->unproven >= endpoint->max_sessions + 1U) {
      ++counters->limited; // Room for those who can be proven
    } else {
      resume_new(endpoint, now, from, data, size);
    }
  }
}
