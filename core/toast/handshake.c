// SPDX-License-Identifier: MIT
// INIT and ACCEPT, caller's side: how two sides that share nothing but the
// node's public key, or two siblings that share the cluster secret, come to
// share a key for each direction.
//
// An INIT goes out at 0, 100, 200, 400, 800, 1600 and 3200 ms, always the same
// bytes but for the cookie, which a flooded node may ask for; after 5 s the
// caller gives up. False answers change nothing: it keeps waiting.

#include "toast/endpoint.h"

#include "toast/cluster.h"

#include <sodium.h>

#include <string.h>

static const char label[] = "JAMNet TOAST";

#define LABEL_SIZE (sizeof(label) - 1U)
#define PROLOGUE_SIZE (LABEL_SIZE + TOAST_WIRE_INIT_HEAD)

bool toast_time_plausible(const int64_t us)
{
  return us > -TOAST_CLOCK_LIMIT_US && us < TOAST_CLOCK_LIMIT_US;
}

void toast_handshake_start(ToastEndpoint* const endpoint,
                           NoiseState* const    noise,
                           const bool           initiator,
                           const uint8_t* const init,
                           const uint8_t* const node_key)
{
  // Type, version and client id are thereby sealed: no downgrade
  uint8_t prologue[PROLOGUE_SIZE];
  uint8_t ephemeral[TOAST_KEY_SIZE];
  memcpy(prologue, label, LABEL_SIZE);
  memcpy(prologue + LABEL_SIZE, init, TOAST_WIRE_INIT_HEAD);
  toast_drbg_draw(&endpoint->drbg, ephemeral, sizeof(ephemeral));
  if (init[0] == TOAST_WIRE_SIBLING_INIT) {
    uint8_t psk[TOAST_KEY_SIZE];
    toast_cluster_sibling_key(endpoint->config.cluster_secret, psk);
    toast_noise_init_shared(noise,
                            initiator,
                            prologue,
                            sizeof(prologue),
                            psk,
                            ephemeral);
    sodium_memzero(psk, sizeof(psk));
  } else if (initiator) {
    toast_noise_init_initiator(noise,
                               prologue,
                               sizeof(prologue),
                               node_key,
                               ephemeral);
  } else {
    toast_noise_init_responder(noise,
                               prologue,
                               sizeof(prologue),
                               endpoint->config.node_secret,
                               ephemeral);
  }
  sodium_memzero(ephemeral, sizeof(ephemeral));
}

void toast_handshake_keys(NoiseState* const         noise,
                          ToastHandshakeKeys* const out)
{
  toast_noise_export(noise, "TOAST resume", out->resume);
  if (noise->initiator) {
    toast_noise_split(noise, out->send, out->receive);
  } else {
    toast_noise_split(noise, out->receive, out->send);
  }
  sodium_memzero(noise, sizeof(*noise));
}

// Fills in the peer's INIT; false if no key can be agreed
static bool write_init(ToastEndpoint* const endpoint,
                       ToastPeer* const     peer,
                       const JamTime        now,
                       const uint8_t* const node_key)
{
  uint8_t* const init                                     = peer->init;
  uint8_t        payload[TOAST_WIRE_SIBLING_INIT_PAYLOAD] = {0};
  init[0] = peer->sibling ? TOAST_WIRE_SIBLING_INIT : TOAST_WIRE_INIT;
  init[1] = TOAST_WIRE_VERSION;
  toast_put24(init + TOAST_WIRE_INIT_CID, peer->cid);
  toast_put64(payload, (uint64_t)jam_time_to_us(now));
  toast_put16(payload + 8, endpoint->config.node_id); // No capabilities yet
  toast_handshake_start(endpoint, &peer->noise, true, init, node_key);
  return toast_noise_write(&peer->noise,
                           payload,
                           toast_init_payload(init[0]),
                           init + TOAST_WIRE_INIT_NOISE) == JAM_OK;
}

static JamStatus dial(ToastEndpoint* const      endpoint,
                      const JamTime             now,
                      const ToastAddress* const to,
                      const uint8_t* const      node_key,
                      ToastSession* const       out)
{
  ToastPeer* const peer = toast_table_take(endpoint, NULL);
  if (!peer) {
    return JAM_ERR_FULL;
  }
  peer->dialled = true;
  peer->sibling = node_key == NULL;
  peer->address = *to;
  if (!write_init(endpoint, peer, now, node_key)) {
    toast_table_release(endpoint, peer);
    return JAM_ERR_CRYPTO;
  }
  peer->state      = TOAST_PEER_DIALLING;
  peer->hello_due  = true;
  peer->hello_at   = jam_time_add(now, TOAST_HELLO_GAP);
  peer->hello_gap  = TOAST_HELLO_GAP;
  peer->give_up_at = jam_time_add(now, TOAST_GIVE_UP_TIME);
  toast_ready(endpoint, peer);
  toast_timers_set(&endpoint->timers,
                   toast_slot(endpoint, peer),
                   peer->hello_at);
  *out = peer->handle;
  return JAM_OK;
}

JamStatus toast_connect(ToastEndpoint* const      endpoint,
                        const JamTime             now,
                        const ToastAddress* const to,
                        const uint8_t             node_key[TOAST_KEY_SIZE],
                        ToastSession* const       out)
{
  return dial(endpoint, now, to, node_key, out);
}

JamStatus toast_connect_sibling(ToastEndpoint* const      endpoint,
                                const JamTime             now,
                                const ToastAddress* const to,
                                ToastSession* const       out)
{
  return endpoint->config.clustered ? dial(endpoint, now, to, NULL, out)
                                    : JAM_ERR_STATE;
}

size_t toast_hello_write(ToastPeer* const peer,
                         uint8_t* const   out,
                         const size_t     capacity)
{
  const bool   init = peer->state == TOAST_PEER_DIALLING;
  const size_t size = init ? TOAST_WIRE_INIT_SIZE : peer->accept_size;
  if (!peer->hello_due || capacity < size) {
    return 0U;
  }
  if (init) {
    memset(out, 0, size);
    memcpy(out,
           peer->init,
           TOAST_WIRE_INIT_NOISE + toast_init_noise_size(peer->init[0]));
  } else {
    memcpy(out, peer->accept, size);
  }
  peer->hello_due = false;
  return size;
}

void toast_open(ToastEndpoint* const endpoint,
                ToastPeer* const     peer,
                const JamTime        now)
{
  peer->state       = TOAST_PEER_OPEN;
  peer->hello_due   = false;
  peer->opened_at   = now;
  peer->heard_at    = now;
  peer->probe_at    = now;
  peer->feedback_at = now;
  if (endpoint->config.clustered && !peer->dialled && !peer->sibling) {
    peer->ticket_at = now;
  }
  // At once: the first sealed packet is what opens the session over there
  peer->forced = true;
  ++endpoint->counters.handshakes;
  toast_key_log(endpoint, peer, true);
  toast_key_log(endpoint, peer, false);
  toast_raise_open(endpoint, peer);
  toast_ready(endpoint, peer);
  toast_timers_set(&endpoint->timers,
                   toast_slot(endpoint, peer),
                   toast_peer_deadline(endpoint, peer));
}

// The dial that an ACCEPT of this size answers; null if none
static ToastPeer* find_dial(ToastEndpoint* const endpoint,
                            const uint8_t* const data,
                            const size_t         size)
{
  const bool   sibling = data[0] == TOAST_WIRE_SIBLING_ACCEPT;
  const size_t wanted =
    sibling ? TOAST_WIRE_SIBLING_ACCEPT_SIZE : TOAST_WIRE_ACCEPT_SIZE;
  if (size != wanted) {
    ++*(size < wanted ? &endpoint->counters.too_short
                      : &endpoint->counters.too_long);
    return NULL;
  }
  ToastPeer* const peer =
    toast_table_by_cid(endpoint, toast_get24(data + TOAST_WIRE_ACCEPT_CID));
  if (!peer || peer->state != TOAST_PEER_DIALLING || peer->sibling != sibling) {
    ++endpoint->counters.unknown_session;
    return NULL;
  }
  return peer;
}

void toast_input_accept(ToastEndpoint* const endpoint,
                        const JamTime        now,
                        const uint8_t* const data,
                        const size_t         size)
{
  ToastPeer* const peer = find_dial(endpoint, data, size);
  if (!peer) {
    return;
  }
  // On a copy: a forged answer must not spoil the wait for the true one
  NoiseState noise = peer->noise;
  uint8_t    payload[TOAST_WIRE_SIBLING_ACCEPT_PAYLOAD];
  if (toast_noise_read(&noise,
                       data + TOAST_WIRE_ACCEPT_NOISE,
                       size - TOAST_WIRE_ACCEPT_NOISE,
                       payload)) {
    ++endpoint->counters.bad_seal;
    peer->wrong_key = true;
    sodium_memzero(&noise, sizeof(noise));
    return;
  }
  const int64_t time = (int64_t)toast_get64(payload + 7);
  if (!toast_time_plausible(time)) {
    ++endpoint->counters.bad_frame;
    return;
  }
  peer->noise      = noise;
  peer->remote_cid = toast_get24(payload);
  peer->node_id    = peer->sibling
                       ? toast_get16(payload + 15) & TOAST_WIRE_MAX_NODE_ID
                       : (uint16_t)(peer->remote_cid >> TOAST_WIRE_SLOT_BITS);
  sodium_memzero(&noise, sizeof(noise));
  ToastHandshakeKeys keys;
  toast_handshake_keys(&peer->noise, &keys);
  memcpy(peer->send_key, keys.send, TOAST_KEY_SIZE);
  memcpy(peer->receive_key, keys.receive, TOAST_KEY_SIZE);
  memcpy(peer->resume_secret, keys.resume, TOAST_KEY_SIZE);
  sodium_memzero(&keys, sizeof(keys));
  toast_clock_init(&peer->clock, jam_time_to_us(now), time);
  toast_open(endpoint, peer, now);
}

void toast_input_reply(ToastEndpoint* const      endpoint,
                       const ToastAddress* const from,
                       const uint8_t* const      data,
                       const size_t              size)
{
  const bool   cookie = data[0] == TOAST_WIRE_COOKIE;
  const size_t wanted =
    cookie ? TOAST_WIRE_COOKIE_SIZE : TOAST_WIRE_VERSIONS_SIZE;
  if (size != wanted) {
    ++*(size < wanted ? &endpoint->counters.too_short
                      : &endpoint->counters.too_long);
    return;
  }
  ToastPeer* const peer =
    toast_table_by_cid(endpoint, toast_get24(data + TOAST_WIRE_REPLY_CID));
  if (!peer || peer->state != TOAST_PEER_DIALLING ||
      !toast_same_address(&peer->address, from)) {
    ++endpoint->counters.unknown_session;
  } else if (memcmp(data + TOAST_WIRE_REPLY_ECHO,
                    peer->init + TOAST_WIRE_INIT_NOISE,
                    TOAST_WIRE_ECHO_BYTES)) {
    ++endpoint->counters.bad_seal; // Of somebody who has not seen the INIT
  } else if (!cookie) {
    const uint8_t* const body = data + TOAST_WIRE_REPLY_BODY;
    peer->wrong_version |=
      body[0] > TOAST_WIRE_VERSION || body[1] < TOAST_WIRE_VERSION;
  } else if (peer->cookie_count <= peer->hello_count) {
    ++peer->cookie_count; // One INIT more for each that the timer has sent
    memcpy(peer->init + TOAST_WIRE_INIT_COOKIE,
           data + TOAST_WIRE_REPLY_BODY,
           TOAST_WIRE_COOKIE_BYTES);
    peer->hello_due = true;
    toast_ready(endpoint, peer);
  }
}
