// SPDX-License-Identifier: MIT
// The fixed table of sessions: slots, handles, connection ids, and the lists
// that run through it.

#include "toast/endpoint.h"

#include <sodium.h>

#include <string.h>

static void list_append(ToastList* const list, const uint16_t slot)
{
  if (list->first == TOAST_NO_SLOT) {
    list->first = slot;
  }
  list->last = slot;
}

void toast_table_init(ToastEndpoint* const endpoint)
{
  const ToastList empty = {TOAST_NO_SLOT, TOAST_NO_SLOT};
  endpoint->ready       = empty;
  endpoint->life        = empty;
  endpoint->free        = empty;
  memset(endpoint->inits, 0xff, (endpoint->inits_mask + 1U) * sizeof(uint16_t));
  for (unsigned i = endpoint->max_sessions; i-- > 0U;) {
    endpoint->peers[i].chain = endpoint->free.first;
    endpoint->free.first     = (uint16_t)i;
  }
  endpoint->free.last = (uint16_t)(endpoint->max_sessions - 1U);
}

// A handle is slot and generation; the generation is never 0
static ToastSession next_handle(const ToastPeer* const peer,
                                const uint16_t         slot)
{
  uint32_t generation = (peer->handle >> TOAST_WIRE_SLOT_BITS) + 1U;
  generation &= UINT32_MAX >> TOAST_WIRE_SLOT_BITS;
  generation += (generation == 0U);
  return (generation << TOAST_WIRE_SLOT_BITS) | slot;
}

static void give_buffers(ToastPeer* const peer, ToastBuffers* const buffers)
{
  peer->media = (ToastQueue){.data     = buffers->media,
                             .frames   = buffers->media_frames,
                             .capacity = TOAST_MEDIA_ROOM,
                             .most     = TOAST_MEDIA_FRAMES};

  peer->urgent = (ToastQueue){.data     = buffers->urgent,
                              .frames   = buffers->urgent_frames,
                              .capacity = TOAST_URGENT_ROOM,
                              .most     = TOAST_URGENT_FRAMES};

  peer->outbox.data   = buffers->out;
  peer->inbox.data    = buffers->in;
  peer->repairs.data  = buffers->sent;
  peer->repairs.sent  = buffers->sent_frames;
  peer->bulk_out.data = buffers->bulk_out;
  peer->bulk_in.data  = buffers->bulk_in;
}

ToastPeer* toast_table_take(ToastEndpoint* const endpoint)
{
  const uint16_t slot = endpoint->free.first;
  if (slot == TOAST_NO_SLOT) {
    return NULL;
  }
  ToastPeer* const    peer    = &endpoint->peers[slot];
  ToastBuffers* const buffers = &endpoint->buffers[slot];
  endpoint->free.first        = peer->chain;

  const ToastSession handle = next_handle(peer, slot);
  memset(peer, 0, sizeof(*peer));
  peer->handle = handle;
  peer->cid =
    ((uint32_t)endpoint->config.node_id << TOAST_WIRE_SLOT_BITS) | slot;
  peer->chain = TOAST_NO_SLOT;
  give_buffers(peer, buffers);
  peer->outbox.force_at   = JAM_NEVER;
  peer->bulk_out.force_at = JAM_NEVER;
  peer->rider_at          = JAM_NEVER;
  peer->ticket_at         = JAM_NEVER;
  return peer;
}

static uint16_t* init_chain(const ToastEndpoint* const endpoint,
                            const uint8_t ephemeral[TOAST_KEY_SIZE])
{
  uint8_t hash[crypto_shorthash_BYTES];
  (void)crypto_shorthash(hash, ephemeral, TOAST_KEY_SIZE, endpoint->inits_key);
  return &endpoint->inits[toast_get32(hash) & endpoint->inits_mask];
}

static void remove_init(ToastEndpoint* const endpoint, ToastPeer* const peer)
{
  if (peer->dialled) {
    return;
  }
  const uint16_t slot = toast_slot(endpoint, peer);
  uint16_t* link = init_chain(endpoint, peer->init + TOAST_WIRE_INIT_NOISE);
  while (*link != TOAST_NO_SLOT && *link != slot) {
    link = &endpoint->peers[*link].chain;
  }
  if (*link == slot) {
    *link = peer->chain;
  }
  peer->chain = TOAST_NO_SLOT;
}

void toast_table_release(ToastEndpoint* const endpoint, ToastPeer* const peer)
{
  const uint16_t slot = toast_slot(endpoint, peer);
  toast_unready(endpoint, peer);
  toast_timers_set(&endpoint->timers, slot, JAM_NEVER);
  remove_init(endpoint, peer);
  sodium_memzero(peer->send_key, sizeof(peer->send_key));
  sodium_memzero(peer->receive_key, sizeof(peer->receive_key));
  sodium_memzero(&peer->noise, sizeof(peer->noise));
  sodium_memzero(&peer->ticket, sizeof(peer->ticket));
  sodium_memzero(peer->resume_secret, sizeof(peer->resume_secret));
  sodium_memzero(peer->early_key, sizeof(peer->early_key));
  if (peer->open_pending || peer->closed_pending) {
    peer->state = TOAST_PEER_GONE; // Released for good once those are taken
    return;
  }
  peer->state = TOAST_PEER_FREE;
  peer->chain = TOAST_NO_SLOT;
  if (endpoint->free.first != TOAST_NO_SLOT) {
    endpoint->peers[endpoint->free.last].chain = slot;
  }
  list_append(&endpoint->free, slot);
}

ToastPeer* toast_table_find(const ToastEndpoint* const endpoint,
                            const ToastSession         handle)
{
  const uint32_t slot = handle & TOAST_WIRE_SLOT_MASK;
  if (handle == 0U || slot >= endpoint->max_sessions) {
    return NULL;
  }
  ToastPeer* const peer = &endpoint->peers[slot];
  const bool       live = peer->state == TOAST_PEER_DIALLING ||
                    peer->state == TOAST_PEER_RESUMING ||
                    peer->state == TOAST_PEER_OPEN;
  return (live && peer->handle == handle) ? peer : NULL;
}

ToastPeer* toast_table_by_cid(const ToastEndpoint* const endpoint,
                              const uint32_t             cid)
{
  const uint32_t slot = cid & TOAST_WIRE_SLOT_MASK;
  return slot < endpoint->max_sessions && endpoint->peers[slot].cid == cid
           ? &endpoint->peers[slot]
           : NULL;
}

ToastPeer* toast_table_by_identity(const ToastEndpoint* const endpoint,
                                   const uint8_t              id[TOAST_ID_SIZE])
{
  for (unsigned i = 0U; i < endpoint->max_sessions; ++i) {
    ToastPeer* const peer = &endpoint->peers[i];
    if (peer->state == TOAST_PEER_OPEN && !peer->dialled && !peer->sibling &&
        !memcmp(peer->identity.id, id, TOAST_ID_SIZE)) {
      return peer;
    }
  }
  return NULL;
}

ToastPeer* toast_table_by_init(const ToastEndpoint* const endpoint,
                               const uint8_t ephemeral[TOAST_KEY_SIZE])
{
  uint16_t slot = *init_chain(endpoint, ephemeral);
  while (slot != TOAST_NO_SLOT) {
    ToastPeer* const peer = &endpoint->peers[slot];
    if (!memcmp(peer->init + TOAST_WIRE_INIT_NOISE,
                ephemeral,
                TOAST_KEY_SIZE)) {
      return peer;
    }
    slot = peer->chain;
  }
  return NULL;
}

void toast_table_add_init(ToastEndpoint* const endpoint, ToastPeer* const peer)
{
  uint16_t* const link =
    init_chain(endpoint, peer->init + TOAST_WIRE_INIT_NOISE);
  peer->chain = *link;
  *link       = toast_slot(endpoint, peer);
}

void toast_ready(ToastEndpoint* const endpoint, ToastPeer* const peer)
{
  if (peer->ready) {
    return;
  }
  const uint16_t slot  = toast_slot(endpoint, peer);
  peer->ready          = true;
  peer->ready_next     = TOAST_NO_SLOT;
  peer->ready_previous = endpoint->ready.last;
  if (endpoint->ready.first != TOAST_NO_SLOT) {
    endpoint->peers[endpoint->ready.last].ready_next = slot;
  }
  list_append(&endpoint->ready, slot);
}

void toast_unready(ToastEndpoint* const endpoint, ToastPeer* const peer)
{
  if (!peer->ready) {
    return;
  }
  ToastList* const list = &endpoint->ready;
  if (list->first == toast_slot(endpoint, peer)) {
    list->first = peer->ready_next;
  } else {
    endpoint->peers[peer->ready_previous].ready_next = peer->ready_next;
  }
  if (peer->ready_next == TOAST_NO_SLOT) {
    list->last =
      list->first == TOAST_NO_SLOT ? TOAST_NO_SLOT : peer->ready_previous;
  } else {
    endpoint->peers[peer->ready_next].ready_previous = peer->ready_previous;
  }
  peer->ready = false;
}

static void life_append(ToastEndpoint* const endpoint, ToastPeer* const peer)
{
  if (peer->in_life) {
    return;
  }
  const uint16_t slot = toast_slot(endpoint, peer);
  peer->in_life       = true;
  peer->life_next     = TOAST_NO_SLOT;
  if (endpoint->life.first != TOAST_NO_SLOT) {
    endpoint->peers[endpoint->life.last].life_next = slot;
  }
  list_append(&endpoint->life, slot);
}

void toast_raise_open(ToastEndpoint* const endpoint, ToastPeer* const peer)
{
  peer->open_pending = true;
  life_append(endpoint, peer);
}

void toast_raise_closed(ToastEndpoint* const endpoint,
                        ToastPeer* const     peer,
                        const ToastReason    reason)
{
  peer->reason         = reason;
  peer->closed_pending = true;
  life_append(endpoint, peer);
}

void toast_end(ToastEndpoint* const endpoint,
               ToastPeer* const     peer,
               const ToastReason    reason)
{
  toast_raise_closed(endpoint, peer, reason);
  toast_table_release(endpoint, peer);
}
