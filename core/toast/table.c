// SPDX-License-Identifier: MIT
// The fixed table of sessions: slots, handles, connection ids, and the lists
// that run through it.

#include "toast/endpoint.h"

#include <sodium.h>

#include <string.h>

#define NO_CID UINT32_MAX

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
  for (unsigned i = 0U; i < endpoint->id_count; ++i) {
    endpoint->id_places[i] = (uint16_t)(i + 1U);
  }
  endpoint->ids.first = 0U;
  endpoint->ids.last  = (uint16_t)(endpoint->id_count - 1U);
  endpoint->ids_free  = endpoint->id_count;
}

bool toast_id_take(ToastEndpoint* const endpoint,
                   const unsigned       place,
                   uint32_t* const      cid)
{
  if (endpoint->ids_free == 0U) {
    return false;
  }
  const uint16_t id = endpoint->ids.first;
  --endpoint->ids_free;
  endpoint->ids.first     = endpoint->id_places[id];
  endpoint->id_places[id] = (uint16_t)place;
  *cid = ((uint32_t)endpoint->config.node_id << TOAST_WIRE_SLOT_BITS) | id;
  return true;
}

void toast_id_release(ToastEndpoint* const endpoint, const uint32_t cid)
{
  const uint16_t id = (uint16_t)(cid & TOAST_WIRE_SLOT_MASK);
  if (endpoint->ids_free == 0U) {
    endpoint->ids.first = id;
  } else {
    endpoint->id_places[endpoint->ids.last] = id;
  }
  endpoint->ids.last = id;
  ++endpoint->ids_free;
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

ToastPeer* toast_table_take(ToastEndpoint* const endpoint,
                            ToastHalfOpen* const half)
{
  const uint16_t slot = endpoint->free.first;
  uint32_t       cid  = half ? half->cid : 0U;
  if (slot == TOAST_NO_SLOT ||
      (!half && !toast_id_take(endpoint, slot, &cid))) {
    return NULL;
  }
  if (half) {
    endpoint->id_places[cid & TOAST_WIRE_SLOT_MASK] = slot;
  }
  ToastPeer* const    peer    = &endpoint->peers[slot];
  ToastBuffers* const buffers = &endpoint->buffers[slot];
  endpoint->free.first        = peer->chain;

  const ToastSession handle = next_handle(peer, slot);
  memset(peer, 0, sizeof(*peer));
  peer->handle = handle;
  peer->cid    = cid;
  peer->chain  = TOAST_NO_SLOT;
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

// The link of a place to the next in its chain
static uint16_t* chain_of(const ToastEndpoint* const endpoint,
                          const unsigned             place)
{
  return place < TOAST_PLACE_HALF
           ? &endpoint->peers[place].chain
           : &endpoint->half[place - TOAST_PLACE_HALF].chain;
}

static const uint8_t* ephemeral_of(const ToastEndpoint* const endpoint,
                                   const unsigned             place)
{
  const uint8_t* const init = place < TOAST_PLACE_HALF
                                ? endpoint->peers[place].init
                                : endpoint->half[place - TOAST_PLACE_HALF].init;
  return init + TOAST_WIRE_INIT_NOISE;
}

void toast_table_remove_init(ToastEndpoint* const endpoint,
                             const unsigned       place)
{
  uint16_t* link = init_chain(endpoint, ephemeral_of(endpoint, place));
  while (*link != TOAST_NO_SLOT && *link != place) {
    link = chain_of(endpoint, *link);
  }
  if (*link == place) {
    *link = *chain_of(endpoint, place);
  }
  *chain_of(endpoint, place) = TOAST_NO_SLOT;
}

void toast_table_release(ToastEndpoint* const endpoint, ToastPeer* const peer)
{
  const uint16_t slot = toast_slot(endpoint, peer);
  toast_timers_set(&endpoint->timers, slot, JAM_NEVER);
  if (!peer->dialled) {
    toast_table_remove_init(endpoint, slot);
  }
  if (peer->cid != NO_CID) { // Once, even if it was GONE for a while
    toast_id_release(endpoint, peer->cid);
    peer->cid = NO_CID;
  }
  endpoint->unproven -= peer->unproven;
  peer->unproven = false;
  toast_unready(endpoint, peer);
  if (peer->source) {
    toast_source_take(&endpoint->sources->sessions, peer->source);
    peer->source = 0U;
  }
  sodium_memzero(&peer->send_phase, sizeof(peer->send_phase));
  sodium_memzero(&peer->receive_phase, sizeof(peer->receive_phase));
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

static unsigned place_of(const ToastEndpoint* const endpoint,
                         const uint32_t             cid)
{
  const uint32_t id = cid & TOAST_WIRE_SLOT_MASK;
  return id < endpoint->id_count ? endpoint->id_places[id] : TOAST_NO_SLOT;
}

ToastPeer* toast_table_by_cid(const ToastEndpoint* const endpoint,
                              const uint32_t             cid)
{
  const unsigned place = place_of(endpoint, cid);
  return place < endpoint->max_sessions && endpoint->peers[place].cid == cid
           ? &endpoint->peers[place]
           : NULL;
}

ToastHalfOpen* toast_half_by_cid(const ToastEndpoint* const endpoint,
                                 const uint32_t             cid)
{
  const unsigned place = place_of(endpoint, cid) ^ TOAST_PLACE_HALF;
  return place < endpoint->half_count && endpoint->half[place].used &&
             endpoint->half[place].cid == cid
           ? &endpoint->half[place]
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

uint16_t toast_table_by_init(const ToastEndpoint* const endpoint,
                             const uint8_t ephemeral[TOAST_KEY_SIZE])
{
  uint16_t place = *init_chain(endpoint, ephemeral);
  while (place != TOAST_NO_SLOT &&
         memcmp(ephemeral_of(endpoint, place), ephemeral, TOAST_KEY_SIZE)) {
    place = *chain_of(endpoint, place);
  }
  return place;
}

void toast_table_add_init(ToastEndpoint* const endpoint, const unsigned place)
{
  uint16_t* const link = init_chain(endpoint, ephemeral_of(endpoint, place));
  *chain_of(endpoint, place) = *link;
  *link                      = (uint16_t)place;
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
