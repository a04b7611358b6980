// SPDX-License-Identifier: MIT
// INIT and ACCEPT: how two sides that share nothing but the node's public key
// come to share a key for each direction.
//
// An INIT goes out at 0, 100, 300, 700, 1500 and 3100 ms, always the same
// bytes; after 5 s the caller gives up. A node answers copies of an INIT with
// copies of its ACCEPT and drops a session that stays without a sealed packet
// for 3 s. A false ACCEPT changes nothing: the caller keeps waiting.

#include "toast/endpoint.h"

#include <sodium.h>

#include <string.h>

static const char label[] = "JAMNet TOAST";

#define LABEL_SIZE (sizeof(label) - 1U)
#define PROLOGUE_SIZE (LABEL_SIZE + TOAST_WIRE_INIT_HEAD)

// Type, version and client id are thereby sealed: no downgrade
static void write_prologue(uint8_t              out[PROLOGUE_SIZE],
                           const uint8_t* const init)
{
  memcpy(out, label, LABEL_SIZE);
  memcpy(out + LABEL_SIZE, init, TOAST_WIRE_INIT_HEAD);
}

static bool time_plausible(const int64_t us)
{
  return us > -TOAST_CLOCK_LIMIT_US && us < TOAST_CLOCK_LIMIT_US;
}

JamStatus toast_connect(ToastEndpoint* const      endpoint,
                        const JamTime             now,
                        const ToastAddress* const to,
                        const uint8_t             node_key[TOAST_KEY_SIZE],
                        ToastSession* const       out)
{
  ToastPeer* const peer = toast_table_take(endpoint);
  if (!peer) {
    return JAM_ERR_FULL;
  }
  uint8_t* const init = peer->init;
  peer->dialled       = true;
  peer->address       = *to;
  init[0]             = TOAST_WIRE_INIT;
  init[1]             = TOAST_WIRE_VERSION;
  toast_put24(init + TOAST_WIRE_INIT_CID, toast_table_cid(endpoint, peer));

  uint8_t prologue[PROLOGUE_SIZE];
  uint8_t ephemeral[TOAST_KEY_SIZE];
  uint8_t payload[TOAST_WIRE_INIT_PAYLOAD];
  write_prologue(prologue, init);
  toast_drbg_draw(&endpoint->drbg, ephemeral, sizeof(ephemeral));
  toast_put64(payload, (uint64_t)jam_time_to_us(now));
  toast_noise_init_initiator(&peer->noise,
                             prologue,
                             sizeof(prologue),
                             node_key,
                             ephemeral);
  sodium_memzero(ephemeral, sizeof(ephemeral));
  if (toast_noise_write(&peer->noise,
                        payload,
                        sizeof(payload),
                        init + TOAST_WIRE_INIT_NOISE)) {
    toast_table_release(endpoint, peer);
    return JAM_ERR_CRYPTO;
  }
  peer->state      = TOAST_PEER_DIALLING;
  peer->hello_due  = true;
  peer->hello_at   = jam_time_add(now, TOAST_HELLO_GAP);
  peer->give_up_at = jam_time_add(now, TOAST_GIVE_UP_TIME);
  toast_ready(endpoint, peer);
  toast_timers_set(&endpoint->timers,
                   toast_slot(endpoint, peer),
                   peer->hello_at);
  *out = peer->handle;
  return JAM_OK;
}

size_t toast_hello_write(ToastPeer* const peer,
                         uint8_t* const   out,
                         const size_t     capacity)
{
  const bool   accept = peer->state == TOAST_PEER_HALF_OPEN;
  const size_t size   = accept ? sizeof(peer->accept) : TOAST_WIRE_INIT_SIZE;
  if (!peer->hello_due || capacity < size) {
    return 0U;
  }
  if (accept) {
    memcpy(out, peer->accept, size);
  } else {
    memcpy(out, peer->init, sizeof(peer->init));
    memset(out + sizeof(peer->init), 0, size - sizeof(peer->init));
  }
  peer->hello_due = false;
  return size;
}

static void take_keys(ToastPeer* const peer)
{
  if (peer->dialled) {
    toast_noise_split(&peer->noise, peer->send_key, peer->receive_key);
  } else {
    toast_noise_split(&peer->noise, peer->receive_key, peer->send_key);
  }
  sodium_memzero(&peer->noise, sizeof(peer->noise));
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
  // At once: the first sealed packet is what opens the session over there
  peer->forced = true;
  ++endpoint->counters.handshakes;
  toast_raise_open(endpoint, peer);
  toast_ready(endpoint, peer);
  toast_timers_set(&endpoint->timers,
                   toast_slot(endpoint, peer),
                   toast_peer_deadline(endpoint, peer));
}

void toast_input_accept(ToastEndpoint* const endpoint,
                        const JamTime        now,
                        const uint8_t* const data,
                        const size_t         size)
{
  if (size != TOAST_WIRE_ACCEPT_SIZE) {
    ++*(size < TOAST_WIRE_ACCEPT_SIZE ? &endpoint->counters.too_short
                                      : &endpoint->counters.too_long);
    return;
  }
  ToastPeer* const peer =
    toast_table_by_cid(endpoint, toast_get24(data + TOAST_WIRE_ACCEPT_CID));
  if (!peer || peer->state != TOAST_PEER_DIALLING) {
    ++endpoint->counters.unknown_session;
    return;
  }
  // On a copy: a forged answer must not spoil the wait for the true one
  NoiseState noise = peer->noise;
  uint8_t    payload[TOAST_WIRE_ACCEPT_PAYLOAD];
  if (toast_noise_read(&noise,
                       data + TOAST_WIRE_ACCEPT_NOISE,
                       TOAST_WIRE_ACCEPT_NOISE_SIZE,
                       payload)) {
    ++endpoint->counters.bad_seal;
    peer->wrong_key = true;
    sodium_memzero(&noise, sizeof(noise));
    return;
  }
  const int64_t time = (int64_t)toast_get64(payload + 7);
  if (!time_plausible(time)) {
    ++endpoint->counters.bad_frame;
    return;
  }
  peer->noise      = noise;
  peer->remote_cid = toast_get24(payload);
  sodium_memzero(&noise, sizeof(noise));
  take_keys(peer);
  toast_clock_init(&peer->clock, jam_time_to_us(now), time);
  toast_open(endpoint, peer, now);
}

// Whether the INIT is one that was answered already, or damaged
static bool answer_again(ToastEndpoint* const      endpoint,
                         const ToastAddress* const from,
                         const uint8_t* const      data)
{
  ToastPeer* const peer =
    toast_table_by_init(endpoint, data + TOAST_WIRE_INIT_NOISE);
  if (!peer) {
    return false;
  }
  if (memcmp(peer->init, data, TOAST_WIRE_INIT_HEAD) ||
      memcmp(peer->init + TOAST_WIRE_INIT_NOISE,
             data + TOAST_WIRE_INIT_NOISE,
             TOAST_WIRE_INIT_NOISE_SIZE)) {
    ++endpoint->counters.bad_seal;
  } else if (peer->state == TOAST_PEER_HALF_OPEN) {
    peer->address   = *from;
    peer->hello_due = true;
    toast_ready(endpoint, peer);
  }
  return true;
}

// Writes the ACCEPT into the session; its payload is sealed
static bool write_accept(ToastEndpoint* const endpoint,
                         ToastPeer* const     peer,
                         const JamTime        now)
{
  uint8_t payload[TOAST_WIRE_ACCEPT_PAYLOAD] = {0}; // No capabilities yet
  toast_put24(payload, toast_table_cid(endpoint, peer));
  toast_put64(payload + 7, (uint64_t)jam_time_to_us(now));
  peer->accept[0] = TOAST_WIRE_ACCEPT;
  toast_put24(peer->accept + TOAST_WIRE_ACCEPT_CID, peer->remote_cid);
  return toast_noise_write(&peer->noise,
                           payload,
                           sizeof(payload),
                           peer->accept + TOAST_WIRE_ACCEPT_NOISE) == JAM_OK;
}

static void accept_new(ToastEndpoint* const      endpoint,
                       const JamTime             now,
                       const ToastAddress* const from,
                       const uint8_t* const      data)
{
  NoiseState noise;
  uint8_t    prologue[PROLOGUE_SIZE];
  uint8_t    ephemeral[TOAST_KEY_SIZE];
  uint8_t    payload[TOAST_WIRE_INIT_PAYLOAD] = {0};
  write_prologue(prologue, data);
  toast_drbg_draw(&endpoint->drbg, ephemeral, sizeof(ephemeral));
  toast_noise_init_responder(&noise,
                             prologue,
                             sizeof(prologue),
                             endpoint->config.node_secret,
                             ephemeral);
  sodium_memzero(ephemeral, sizeof(ephemeral));
  const bool       genuine = toast_noise_read(&noise,
                                        data + TOAST_WIRE_INIT_NOISE,
                                        TOAST_WIRE_INIT_NOISE_SIZE,
                                        payload) == JAM_OK;
  const int64_t    time    = (int64_t)toast_get64(payload);
  ToastPeer* const peer =
    genuine && time_plausible(time) ? toast_table_take(endpoint) : NULL;
  if (!peer) {
    ++*(genuine ? &endpoint->counters.bad_frame : &endpoint->counters.bad_seal);
    sodium_memzero(&noise, sizeof(noise));
    return;
  }
  peer->noise      = noise;
  peer->address    = *from;
  peer->remote_cid = toast_get24(data + TOAST_WIRE_INIT_CID);
  sodium_memzero(&noise, sizeof(noise));
  memcpy(peer->init, data, sizeof(peer->init));
  toast_table_add_init(endpoint, peer);
  if (!write_accept(endpoint, peer, now)) {
    ++endpoint->counters.bad_seal;
    toast_table_release(endpoint, peer);
    return;
  }
  take_keys(peer);
  toast_clock_init(&peer->clock, jam_time_to_us(now), time);
  peer->state      = TOAST_PEER_HALF_OPEN;
  peer->hello_due  = true;
  peer->give_up_at = jam_time_add(now, TOAST_HALF_OPEN_TIME);
  toast_ready(endpoint, peer);
  toast_timers_set(&endpoint->timers,
                   toast_slot(endpoint, peer),
                   peer->give_up_at);
}

void toast_input_init(ToastEndpoint* const      endpoint,
                      const JamTime             now,
                      const ToastAddress* const from,
                      const uint8_t* const      data,
                      const size_t              size)
{
  ToastCounters* const counters = &endpoint->counters;
  if (size != TOAST_WIRE_INIT_SIZE) {
    ++*(size < TOAST_WIRE_INIT_SIZE ? &counters->too_short
                                    : &counters->too_long);
  } else if (!endpoint->config.accept) {
    ++counters->unknown_type;
  } else if (data[1] != TOAST_WIRE_VERSION) {
    ++counters->bad_version;
  } else if (answer_again(endpoint, from, data)) {
    return;
  } else if (endpoint->free.first == TOAST_NO_SLOT) {
    ++counters->table_full; // Before any costly arithmetic
  } else {
    accept_new(endpoint, now, from, data);
  }
}
