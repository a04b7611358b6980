// SPDX-License-Identifier: MIT
// INIT and ACCEPT, node's side. A node answers copies of an INIT with copies of
// its ACCEPT, wherever they come from, and forgets a caller who stays without a
// sealed packet for 3 s. While there are too many INITs it answers with a
// cookie, remembers nothing, and goes on only with INITs that bring it back.

#include "toast/endpoint.h"

#include <sodium.h>

#include <string.h>

// Room for an answer; null when too many wait: the caller repeats itself
static uint8_t* reply_to(ToastEndpoint* const      endpoint,
                         const ToastAddress* const to,
                         const size_t              size)
{
  if (endpoint->reply_count == TOAST_REPLIES) {
    return NULL;
  }
  ToastReply* const reply =
    &endpoint->replies[(endpoint->reply_first + endpoint->reply_count++) %
                       TOAST_REPLIES];
  reply->to   = *to;
  reply->size = size;
  return reply->data;
}

size_t toast_reply_write(ToastEndpoint* const endpoint,
                         ToastAddress* const  to,
                         uint8_t* const       out)
{
  if (endpoint->reply_count == 0U) {
    return 0U;
  }
  const ToastReply* const reply = &endpoint->replies[endpoint->reply_first];
  endpoint->reply_first         = (endpoint->reply_first + 1U) % TOAST_REPLIES;
  --endpoint->reply_count;
  *to = reply->to;
  memcpy(out, reply->data, reply->size);
  return reply->size;
}

// An answer that says which INIT it is for; `size` is less than the INIT's
static uint8_t* reply_to_init(ToastEndpoint* const      endpoint,
                              const ToastAddress* const to,
                              const uint8_t* const      init,
                              const uint8_t             type,
                              const size_t              size)
{
  uint8_t* const out = reply_to(endpoint, to, size);
  if (!out) {
    return NULL;
  }
  out[0] = type;
  memcpy(out + TOAST_WIRE_REPLY_CID,
         init + TOAST_WIRE_INIT_CID,
         TOAST_WIRE_CID_SIZE);
  memcpy(out + TOAST_WIRE_REPLY_ECHO,
         init + TOAST_WIRE_INIT_NOISE,
         TOAST_WIRE_ECHO_BYTES);
  return out + TOAST_WIRE_REPLY_BODY;
}

static void reply_accept(ToastEndpoint* const       endpoint,
                         const ToastAddress* const  to,
                         const ToastHalfOpen* const half)
{
  uint8_t* const out = reply_to(endpoint, to, half->accept_size);
  if (out) {
    memcpy(out, half->accept, half->accept_size);
  }
}

// Whether the INIT is one that was answered already, or damaged
static bool answer_again(ToastEndpoint* const      endpoint,
                         const JamTime             now,
                         const ToastAddress* const from,
                         const uint8_t* const      data)
{
  const uint16_t place =
    toast_table_by_init(endpoint, data + TOAST_WIRE_INIT_NOISE);
  if (place < TOAST_PLACE_HALF || place == TOAST_NO_SLOT) {
    return place != TOAST_NO_SLOT; // Open since
  }
  ToastHalfOpen* const half = &endpoint->half[place - TOAST_PLACE_HALF];
  if (memcmp(half->init, data, TOAST_WIRE_INIT_HEAD) ||
      memcmp(half->init + TOAST_WIRE_INIT_NOISE,
             data + TOAST_WIRE_INIT_NOISE,
             toast_init_noise_size(data[0]))) {
    ++endpoint->counters.bad_seal;
  } else if (now < half->until) {
    half->moved |= !toast_same_address(&half->address, from);
    reply_accept(endpoint, from, half);
  }
  return true;
}

// Writes the ACCEPT; its payload is sealed
static bool write_accept(const ToastEndpoint* const endpoint,
                         ToastHalfOpen* const       half,
                         NoiseState* const          noise)
{
  // No capabilities yet
  uint8_t      payload[TOAST_WIRE_SIBLING_ACCEPT_PAYLOAD] = {0};
  const size_t size = half->sibling ? TOAST_WIRE_SIBLING_ACCEPT_PAYLOAD
                                    : TOAST_WIRE_ACCEPT_PAYLOAD;
  toast_put24(payload, half->cid);
  toast_put64(payload + 7, (uint64_t)half->own_us);
  toast_put16(payload + 15, endpoint->config.node_id);
  half->accept[0] =
    half->sibling ? TOAST_WIRE_SIBLING_ACCEPT : TOAST_WIRE_ACCEPT;
  toast_put24(half->accept + TOAST_WIRE_ACCEPT_CID, half->remote_cid);
  half->accept_size =
    (uint16_t)(TOAST_WIRE_ACCEPT_NOISE + size + NOISE_OVERHEAD);
  return toast_noise_write(noise,
                           payload,
                           size,
                           half->accept + TOAST_WIRE_ACCEPT_NOISE) == JAM_OK;
}

// Who has called; the INIT's payload is genuine
static void note_caller(ToastEndpoint* const endpoint,
                        ToastHalfOpen* const half,
                        const uint8_t* const payload)
{
  half->sibling  = half->init[0] == TOAST_WIRE_SIBLING_INIT;
  half->their_us = (int64_t)toast_get64(payload);
  if (half->sibling) {
    half->node_id = toast_get16(payload + 8) & TOAST_WIRE_MAX_NODE_ID;
  } else {
    toast_drbg_draw(&endpoint->drbg, half->identity, sizeof(half->identity));
  }
}

static void give_keys(ToastHalfOpen* const half, NoiseState* const noise)
{
  ToastHandshakeKeys keys;
  toast_handshake_keys(noise, &keys);
  memcpy(half->send_key, keys.send, TOAST_KEY_SIZE);
  memcpy(half->receive_key, keys.receive, TOAST_KEY_SIZE);
  memcpy(half->resume_secret, keys.resume, TOAST_KEY_SIZE);
  sodium_memzero(&keys, sizeof(keys));
}

// `source` is charged; 0: nobody
static void accept_new(ToastEndpoint* const      endpoint,
                       const JamTime             now,
                       const ToastAddress* const from,
                       const ToastSource         source,
                       const uint8_t* const      data)
{
  NoiseState noise;
  uint8_t    payload[TOAST_WIRE_SIBLING_INIT_PAYLOAD] = {0};
  toast_handshake_start(endpoint, &noise, false, data, NULL);
  const bool genuine = toast_noise_read(&noise,
                                        data + TOAST_WIRE_INIT_NOISE,
                                        toast_init_noise_size(data[0]),
                                        payload) == JAM_OK;
  const bool plausible =
    genuine && toast_time_plausible((int64_t)toast_get64(payload));
  ToastHalfOpen* const half = plausible ? toast_half_take(endpoint, now) : NULL;
  if (!half) {
    ++*(plausible ? &endpoint->counters.table_full
        : genuine ? &endpoint->counters.bad_frame
                  : &endpoint->counters.bad_seal);
    sodium_memzero(&noise, sizeof(noise));
    return;
  }
  half->address    = *from;
  half->source     = source;
  half->remote_cid = toast_get24(data + TOAST_WIRE_INIT_CID);
  half->own_us     = jam_time_to_us(now);
  half->until      = jam_time_add(now, TOAST_HALF_OPEN_TIME);
  memcpy(half->init,
         data,
         TOAST_WIRE_INIT_NOISE + toast_init_noise_size(data[0]));
  note_caller(endpoint, half, payload);
  toast_source_give(&endpoint->sources->half_open, source);
  toast_table_add_init(endpoint,
                       TOAST_PLACE_HALF | (unsigned)(half - endpoint->half));
  if (!write_accept(endpoint, half, &noise)) {
    ++endpoint->counters.bad_seal;
    toast_id_release(endpoint, half->cid);
    toast_half_release(endpoint, half);
    sodium_memzero(&noise, sizeof(noise));
    return;
  }
  give_keys(half, &noise);
  reply_accept(endpoint, from, half);
}

static unsigned most_sessions(const ToastEndpoint* const endpoint)
{
  const unsigned share = endpoint->max_sessions / TOAST_WIRE_SOURCE_SHARE;
  return share > TOAST_WIRE_SOURCE_SESSIONS ? share
                                            : TOAST_WIRE_SOURCE_SESSIONS;
}

// Whether a source may begin something new. Only what is `proven` to come from
// there is charged, but all else is refused likewise
static bool source_may(ToastEndpoint* const endpoint,
                       const JamTime        now,
                       const ToastSource    source,
                       const bool           proven)
{
  const ToastSources* const sources = endpoint->sources;
  const bool                may =
    toast_source_has(&sources->sessions, source) < most_sessions(endpoint) &&
    (!proven ||
     (toast_source_has(&sources->half_open, source) <
        endpoint->half_count / 16U + 1U &&
      toast_source_charge(endpoint->sources, TOAST_RATE_INIT, now, source)));
  endpoint->counters.limited += !may;
  return may;
}

// An INIT not seen before
static void greet(ToastEndpoint* const      endpoint,
                  const JamTime             now,
                  const ToastAddress* const from,
                  const uint8_t* const      data)
{
  const bool flooded = toast_cookie_needed(&endpoint->cookies,
                                           now,
                                           toast_half_crowded(endpoint, now));
  const bool proven =
    flooded && toast_cookie_valid(&endpoint->cookies, now, from, data);
  const ToastSource source = toast_source_of(endpoint->sources, from);
  if (flooded && !proven) {
    uint8_t* const out = reply_to_init(endpoint,
                                       from,
                                       data,
                                       TOAST_WIRE_COOKIE,
                                       TOAST_WIRE_COOKIE_SIZE);
    if (out) {
      toast_cookie_make(&endpoint->cookies, now, from, data, out);
      ++endpoint->counters.cookies;
    }
  } else if (endpoint->free.first == TOAST_NO_SLOT) {
    ++endpoint->counters.table_full; // Before any costly arithmetic
  } else if (source_may(endpoint, now, source, proven)) {
    accept_new(endpoint, now, from, proven ? source : 0U, data);
  }
}

void toast_input_init(ToastEndpoint* const      endpoint,
                      const JamTime             now,
                      const ToastAddress* const from,
                      const uint8_t* const      data,
                      const size_t              size)
{
  ToastCounters* const counters = &endpoint->counters;
  const bool           sibling  = data[0] == TOAST_WIRE_SIBLING_INIT;
  if (size != TOAST_WIRE_INIT_SIZE) {
    ++*(size < TOAST_WIRE_INIT_SIZE ? &counters->too_short
                                    : &counters->too_long);
  } else if (!endpoint->config.accept ||
             (sibling && !endpoint->config.clustered)) {
    ++counters->unknown_type;
  } else if (data[1] != TOAST_WIRE_VERSION) {
    ++counters->bad_version;
    uint8_t* const out = reply_to_init(endpoint,
                                       from,
                                       data,
                                       TOAST_WIRE_VERSIONS,
                                       TOAST_WIRE_VERSIONS_SIZE);
    if (out) {
      out[0] = TOAST_WIRE_VERSION;
      out[1] = TOAST_WIRE_VERSION;
    }
  } else if (!answer_again(endpoint, now, from, data)) {
    greet(endpoint, now, from, data);
  }
}

void toast_charge_session(ToastEndpoint* const endpoint, ToastPeer* const peer)
{
  if (!peer->sibling) {
    peer->source = toast_source_of(endpoint->sources, &peer->address);
    toast_source_give(&endpoint->sources->sessions, peer->source);
  }
}

// Makes the session that a half-open one becomes; there is a free slot
static ToastPeer* promote(ToastEndpoint* const endpoint,
                          ToastHalfOpen* const half)
{
  ToastPeer* const peer = toast_table_take(endpoint, half);
  peer->address         = half->address;
  peer->remote_cid      = half->remote_cid;
  peer->sibling         = half->sibling;
  peer->node_id         = half->node_id;
  peer->has_identity    = !half->sibling;
  peer->identity.epoch  = 0U;
  memcpy(peer->identity.id, half->identity, TOAST_ID_SIZE);
  memcpy(peer->init, half->init, sizeof(half->init));
  memcpy(peer->send_key, half->send_key, TOAST_KEY_SIZE);
  memcpy(peer->receive_key, half->receive_key, TOAST_KEY_SIZE);
  memcpy(peer->resume_secret, half->resume_secret, TOAST_KEY_SIZE);
  toast_clock_init(&peer->clock, half->own_us, half->their_us);
  toast_half_release(endpoint, half);
  toast_table_add_init(endpoint, toast_slot(endpoint, peer));
  return peer;
}

// Tells a caller for whom there is no room any more, in its only packet
static void turn_away(ToastEndpoint* const      endpoint,
                      const JamTime             now,
                      ToastHalfOpen* const      half,
                      const ToastAddress* const from,
                      const size_t              size)
{
  const size_t   wanted = TOAST_WIRE_SHORT_MIN + TOAST_WIRE_CLOSE_SIZE;
  uint8_t* const out = size < wanted ? NULL : reply_to(endpoint, from, wanted);
  if (out) {
    out[0] = TOAST_WIRE_SHORT | TOAST_WIRE_CLASS_CONTROL;
    toast_put24(out + TOAST_WIRE_SHORT_CID, half->remote_cid);
    toast_put32(out + TOAST_WIRE_SHORT_STAMP, (uint32_t)jam_time_to_us(now));
    out[TOAST_WIRE_SHORT_HEAD] = TOAST_WIRE_FRAME_CLOSE;
    (void)
      toast_seal_under(half->send_key, false, 0U, out, TOAST_WIRE_CLOSE_SIZE);
  }
  ++endpoint->counters.table_full;
  toast_id_release(endpoint, half->cid);
  toast_half_release(endpoint, half);
}

ToastPeer* toast_accept_first(ToastEndpoint* const      endpoint,
                              const JamTime             now,
                              ToastHalfOpen* const      half,
                              const ToastAddress* const from,
                              const uint8_t* const      data,
                              const size_t              size)
{
  if (now >= half->until) {
    ++endpoint->counters.unknown_session;
    return NULL;
  }
  if ((data[0] & TOAST_WIRE_PHASE) ||
      !toast_unseal(half->receive_key, true, data, size, endpoint->plain)) {
    ++endpoint->counters.bad_seal;
    return NULL;
  }
  const ToastSource source =
    half->sibling ? 0U : toast_source_of(endpoint->sources, from);
  const bool sure = !half->moved && toast_same_address(&half->address, from);
  if (sure && toast_source_has(&endpoint->sources->sessions, source) >=
                most_sessions(endpoint)) {
    ++endpoint->counters.limited;
    return NULL;
  }
  if (endpoint->free.first == TOAST_NO_SLOT) {
    turn_away(endpoint, now, half, from, size);
    return NULL;
  }
  ToastPeer* const peer = promote(endpoint, half);
  if (sure) {
    toast_charge_session(endpoint, peer);
  } else { // Somebody has sent the INIT on from elsewhere
    peer->address = *from;
    peer->moved   = true;
    toast_route_doubt(endpoint, peer, now);
  }
  toast_open(endpoint, peer, now);
  return peer;
}
