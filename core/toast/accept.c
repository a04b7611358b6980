// SPDX-License-Identifier: MIT
// INIT and ACCEPT, node's side. A node answers copies of an INIT with copies of
// its ACCEPT and drops a session that stays without a sealed packet for 3 s.

#include "toast/endpoint.h"

#include <sodium.h>

#include <string.h>

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
             toast_init_noise_size(data[0]))) {
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
  // No capabilities yet
  uint8_t      payload[TOAST_WIRE_SIBLING_ACCEPT_PAYLOAD] = {0};
  const size_t size = peer->sibling ? TOAST_WIRE_SIBLING_ACCEPT_PAYLOAD
                                    : TOAST_WIRE_ACCEPT_PAYLOAD;
  toast_put24(payload, peer->cid);
  toast_put64(payload + 7, (uint64_t)jam_time_to_us(now));
  toast_put16(payload + 15, endpoint->config.node_id);
  peer->accept[0] =
    peer->sibling ? TOAST_WIRE_SIBLING_ACCEPT : TOAST_WIRE_ACCEPT;
  toast_put24(peer->accept + TOAST_WIRE_ACCEPT_CID, peer->remote_cid);
  peer->accept_size = TOAST_WIRE_ACCEPT_NOISE + size + NOISE_OVERHEAD;
  return toast_noise_write(&peer->noise,
                           payload,
                           size,
                           peer->accept + TOAST_WIRE_ACCEPT_NOISE) == JAM_OK;
}

// Who has called; the INIT's payload is genuine
static void note_caller(ToastEndpoint* const endpoint,
                        ToastPeer* const     peer,
                        const uint8_t* const payload)
{
  peer->sibling = peer->init[0] == TOAST_WIRE_SIBLING_INIT;
  if (peer->sibling) {
    peer->node_id = toast_get16(payload + 8) & TOAST_WIRE_MAX_NODE_ID;
    return;
  }
  toast_drbg_draw(&endpoint->drbg,
                  peer->identity.id,
                  sizeof(peer->identity.id));
  peer->has_identity = true;
}

static void accept_new(ToastEndpoint* const      endpoint,
                       const JamTime             now,
                       const ToastAddress* const from,
                       const uint8_t* const      data)
{
  NoiseState noise;
  uint8_t    payload[TOAST_WIRE_SIBLING_INIT_PAYLOAD] = {0};
  toast_handshake_start(endpoint, &noise, false, data, NULL);
  const bool       genuine = toast_noise_read(&noise,
                                        data + TOAST_WIRE_INIT_NOISE,
                                        toast_init_noise_size(data[0]),
                                        payload) == JAM_OK;
  const int64_t    time    = (int64_t)toast_get64(payload);
  ToastPeer* const peer =
    genuine && toast_time_plausible(time) ? toast_table_take(endpoint) : NULL;
  if (!peer) {
    ++*(genuine ? &endpoint->counters.bad_frame : &endpoint->counters.bad_seal);
    sodium_memzero(&noise, sizeof(noise));
    return;
  }
  peer->noise      = noise;
  peer->address    = *from;
  peer->remote_cid = toast_get24(data + TOAST_WIRE_INIT_CID);
  sodium_memzero(&noise, sizeof(noise));
  memcpy(peer->init,
         data,
         TOAST_WIRE_INIT_NOISE + toast_init_noise_size(data[0]));
  note_caller(endpoint, peer, payload);
  toast_table_add_init(endpoint, peer);
  if (!write_accept(endpoint, peer, now)) {
    ++endpoint->counters.bad_seal;
    toast_table_release(endpoint, peer);
    return;
  }
  toast_handshake_keys(peer);
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
  const bool           sibling  = data[0] == TOAST_WIRE_SIBLING_INIT;
  if (size != TOAST_WIRE_INIT_SIZE) {
    ++*(size < TOAST_WIRE_INIT_SIZE ? &counters->too_short
                                    : &counters->too_long);
  } else if (!endpoint->config.accept ||
             (sibling && !endpoint->config.clustered)) {
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
