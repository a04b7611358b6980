// SPDX-License-Identifier: MIT
// An endpoint as a whole: making it, reading it, its events.

#include "toast/endpoint.h"

#include <base/memory.h>

#include <sodium.h>

#include <string.h>

#define MIN_EPOCHS 64U

static bool config_valid(const ToastConfig* const config)
{
  return config->max_sessions >= 1U && config->max_sessions <= TOAST_MAX_IDS &&
         config->half_open <= TOAST_WIRE_HALF_OPEN &&
         config->node_id <= TOAST_WIRE_MAX_NODE_ID && config->idle_timeout >= 0;
}

static bool take_node_memory(ToastEndpoint* const      endpoint,
                             const JamAllocator* const allocator)
{
  const ToastConfig* const config = &endpoint->config;
  endpoint->half_count =
    config->half_open ? config->half_open : TOAST_WIRE_HALF_OPEN;
  endpoint->half =
    (ToastHalfOpen*)jam_mem_new(allocator,
                                endpoint->half_count * sizeof(*endpoint->half));
  endpoint->sources =
    (ToastSources*)jam_mem_new(allocator, sizeof(*endpoint->sources));
  if (!endpoint->half || !endpoint->sources) {
    return false;
  }
  toast_drbg_draw(&endpoint->drbg,
                  endpoint->sources->key,
                  sizeof(endpoint->sources->key));
  toast_drbg_draw(&endpoint->drbg,
                  endpoint->cookies.secret,
                  sizeof(endpoint->cookies.secret));
  return true;
}

static JamStatus take_memory(ToastEndpoint* const      endpoint,
                             const JamAllocator* const allocator)
{
  const unsigned count  = endpoint->max_sessions;
  uint32_t       chains = 1U;
  if (endpoint->config.accept && !take_node_memory(endpoint, allocator)) {
    return JAM_ERR_MEMORY;
  }
  const unsigned places = count + endpoint->half_count;
  while (chains < places) {
    chains <<= 1U;
  }
  endpoint->inits_mask = chains - 1U;
  endpoint->id_count   = places < TOAST_MAX_IDS ? places : TOAST_MAX_IDS;
  endpoint->peers =
    (ToastPeer*)jam_mem_new(allocator, count * sizeof(*endpoint->peers));
  endpoint->buffers =
    (ToastBuffers*)jam_mem_new(allocator, count * sizeof(*endpoint->buffers));
  endpoint->inits =
    (uint16_t*)jam_mem_new(allocator, chains * sizeof(*endpoint->inits));
  endpoint->id_places =
    (uint16_t*)jam_mem_new(allocator,
                           endpoint->id_count * sizeof(*endpoint->id_places));
  if (endpoint->config.clustered) {
    endpoint->epoch_count = 2U * count < MIN_EPOCHS ? MIN_EPOCHS : 2U * count;
    endpoint->epochs      = (ToastEpoch*)jam_mem_new(allocator,
                                                endpoint->epoch_count *
                                                  sizeof(*endpoint->epochs));
  }
  const bool complete = endpoint->epochs || !endpoint->config.clustered;
  if (!endpoint->peers || !endpoint->buffers || !endpoint->inits ||
      !endpoint->id_places || !complete) {
    return JAM_ERR_MEMORY;
  }
  return toast_timers_init(&endpoint->timers, allocator, count);
}

JamStatus toast_endpoint_new(const ToastConfig* const  config,
                             const JamAllocator* const allocator,
                             ToastEndpoint** const     out)
{
  *out = NULL;
  if (!config_valid(config)) {
    return JAM_ERR_ARGUMENT;
  }
  if (sodium_init() < 0 ||
      (config->accept && sodium_is_zero(config->node_secret, TOAST_KEY_SIZE)) ||
      (config->clustered &&
       sodium_is_zero(config->cluster_secret, TOAST_KEY_SIZE))) {
    return JAM_ERR_CRYPTO;
  }
  ToastEndpoint* const endpoint =
    (ToastEndpoint*)jam_mem_new(allocator, sizeof(*endpoint));
  if (!endpoint) {
    return JAM_ERR_MEMORY;
  }
  endpoint->has_allocator = allocator != NULL;
  if (allocator) {
    endpoint->allocator = *allocator;
  }
  endpoint->config       = *config;
  endpoint->max_sessions = config->max_sessions;
  if (config->idle_timeout == 0) {
    endpoint->config.idle_timeout = TOAST_IDLE_TIME;
  }
  toast_drbg_init(&endpoint->drbg, config->seed);
  sodium_memzero(endpoint->config.seed, sizeof(endpoint->config.seed));
  toast_drbg_draw(&endpoint->drbg,
                  endpoint->inits_key,
                  sizeof(endpoint->inits_key));
  const JamStatus status = take_memory(endpoint, allocator);
  if (status) {
    toast_endpoint_free(endpoint);
    return status;
  }
  toast_table_init(endpoint);
  *out = endpoint;
  return JAM_OK;
}

void toast_endpoint_free(ToastEndpoint* const endpoint)
{
  if (!endpoint) {
    return;
  }
  const JamAllocator        copy      = endpoint->allocator;
  const JamAllocator* const allocator = endpoint->has_allocator ? &copy : NULL;
  if (endpoint->peers) {
    sodium_memzero(endpoint->peers,
                   endpoint->max_sessions * sizeof(*endpoint->peers));
  }
  if (endpoint->half) {
    sodium_memzero(endpoint->half,
                   endpoint->half_count * sizeof(*endpoint->half));
  }
  jam_mem_free(allocator, endpoint->half);
  jam_mem_free(allocator, endpoint->sources);
  jam_mem_free(allocator, endpoint->id_places);
  jam_mem_free(allocator, endpoint->peers);
  jam_mem_free(allocator, endpoint->buffers);
  jam_mem_free(allocator, endpoint->inits);
  jam_mem_free(allocator, endpoint->epochs);
  toast_timers_deinit(&endpoint->timers, allocator);
  sodium_memzero(endpoint, sizeof(*endpoint));
  jam_mem_free(allocator, endpoint);
}

static bool take_frame(ToastEndpoint* const endpoint, ToastEvent* const out)
{
  if (endpoint->pending_taken == endpoint->pending_count) {
    return false;
  }
  *out = endpoint->pending[endpoint->pending_taken++];
  // Also of a session that the same datagram has ended
  const ToastPeer* const peer =
    &endpoint->peers[out->session & TOAST_WIRE_SLOT_MASK];
  out->user_data = peer->handle == out->session ? peer->user_data : NULL;
  return true;
}

static void drop_first_life(ToastEndpoint* const endpoint,
                            ToastPeer* const     peer)
{
  peer->in_life        = false;
  endpoint->life.first = peer->life_next;
}

bool toast_event(ToastEndpoint* const endpoint, ToastEvent* const out)
{
  if (endpoint->life.first == TOAST_NO_SLOT) {
    return take_frame(endpoint, out);
  }
  ToastPeer* const peer = &endpoint->peers[endpoint->life.first];
  if (peer->open_pending) {
    memset(out, 0, sizeof(*out));
    out->kind          = TOAST_EVENT_OPEN;
    out->session       = peer->handle;
    out->user_data     = peer->user_data;
    out->sibling       = peer->sibling;
    peer->open_pending = false;
    if (!peer->closed_pending) {
      drop_first_life(endpoint, peer);
    }
    return true;
  }
  // What a session sent before its end comes before the news of its end
  if (endpoint->pending_taken < endpoint->pending_count &&
      endpoint->pending[endpoint->pending_taken].session == peer->handle) {
    return take_frame(endpoint, out);
  }
  memset(out, 0, sizeof(*out));
  out->kind            = TOAST_EVENT_CLOSED;
  out->session         = peer->handle;
  out->user_data       = peer->user_data;
  out->reason          = peer->reason;
  peer->closed_pending = false;
  drop_first_life(endpoint, peer);
  if (peer->state == TOAST_PEER_GONE) {
    toast_table_release(endpoint, peer);
  }
  return true;
}

void toast_set_user_data(ToastEndpoint* const endpoint,
                         const ToastSession   session,
                         void* const          data)
{
  ToastPeer* const peer = toast_table_find(endpoint, session);
  if (peer) {
    peer->user_data = data;
  }
}

bool toast_clock(const ToastEndpoint* const endpoint,
                 const ToastSession         session,
                 ToastClock* const          out)
{
  const ToastPeer* const peer = toast_table_find(endpoint, session);
  memset(out, 0, sizeof(*out));
  if (peer && peer->state == TOAST_PEER_OPEN) {
    toast_clock_read(&peer->clock, out);
  }
  return peer != NULL;
}

bool toast_is_sibling(const ToastEndpoint* const endpoint,
                      const ToastSession         session)
{
  const ToastPeer* const peer = toast_table_find(endpoint, session);
  return peer && peer->sibling;
}

uint16_t toast_peer_node(const ToastEndpoint* const endpoint,
                         const ToastSession         session)
{
  const ToastPeer* const peer = toast_table_find(endpoint, session);
  return peer ? peer->node_id : 0U;
}

bool toast_identity(const ToastEndpoint* const endpoint,
                    const ToastSession         session,
                    ToastIdentity* const       out)
{
  const ToastPeer* const peer = toast_table_find(endpoint, session);
  memset(out, 0, sizeof(*out));
  if (!peer || !peer->has_identity) {
    return false;
  }
  *out = peer->identity;
  return true;
}

bool toast_ticket(const ToastEndpoint* const endpoint,
                  const ToastSession         session,
                  ToastTicket* const         out)
{
  const ToastPeer* const peer = toast_table_find(endpoint, session);
  if (!peer || !peer->dialled || !peer->has_ticket) {
    memset(out, 0, sizeof(*out));
    return false;
  }
  *out = peer->ticket;
  return true;
}

void toast_refuse(ToastEndpoint* const endpoint,
                  const JamTime        now,
                  const uint8_t        id[TOAST_ID_SIZE])
{
  toast_refused_add(&endpoint->refused, now, id);
  const ToastPeer* const peer = toast_table_by_identity(endpoint, id);
  if (peer) {
    toast_close(endpoint, now, peer->handle);
  }
}

bool toast_charge(ToastEndpoint* const endpoint,
                  const JamTime        now,
                  const ToastSession   session)
{
  const ToastPeer* const peer = toast_table_find(endpoint, session);
  const bool             may =
    !peer || !peer->source ||
    toast_source_charge(endpoint->sources, TOAST_RATE_JOIN, now, peer->source);
  endpoint->counters.limited += !may;
  return may;
}

void toast_set_utc(ToastEndpoint* const endpoint,
                   const JamTime        now,
                   const int64_t        utc_us)
{
  if (!endpoint->has_utc) {
    endpoint->utc_began = utc_us;
  }
  endpoint->has_utc = true;
  endpoint->utc_us  = utc_us;
  endpoint->utc_at  = now;
}

void toast_set_node_id(ToastEndpoint* const endpoint, const uint16_t node_id)
{
  endpoint->config.node_id = node_id & TOAST_WIRE_MAX_NODE_ID;
}

bool toast_stats(const ToastEndpoint* const endpoint,
                 const ToastSession         session,
                 ToastStats* const          out)
{
  const ToastPeer* const peer = toast_table_find(endpoint, session);
  memset(out, 0, sizeof(*out));
  if (!peer) {
    return false;
  }
  out->datagrams_sent     = peer->datagrams_sent;
  out->datagrams_received = peer->datagrams_received;
  out->bytes_sent         = peer->bytes_sent;
  out->bytes_received     = peer->bytes_received;
  out->lost               = peer->path.lost;
  out->duplicates         = peer->path.duplicates;
  out->reordered          = peer->path.reordered;
  out->jitter             = toast_path_jitter(&peer->path);
  out->rtt                = peer->clock.rtt * JAM_US;
  out->peer_loss          = toast_path_peer_loss(&peer->path);
  out->media_expired      = peer->media_expired;
  out->repairs_sent       = peer->repairs_sent;
  out->repairs_unsent     = peer->repairs_unsent;
  return true;
}

bool toast_report(const ToastEndpoint* const endpoint,
                  const ToastSession         session,
                  ToastReport* const         out)
{
  const ToastPeer* const peer = toast_table_find(endpoint, session);
  memset(out, 0, sizeof(*out));
  if (peer) {
    *out = peer->feedback.report;
  }
  return peer != NULL;
}

void toast_set_playout(ToastEndpoint* const endpoint,
                       const ToastSession   session,
                       const double         late,
                       const JamTime        depth)
{
  ToastPeer* const peer = toast_table_find(endpoint, session);
  if (peer) {
    toast_feedback_set_playout(&peer->feedback, late, depth);
  }
}

void toast_set_backlog(ToastEndpoint* const endpoint, const JamTime age)
{
  endpoint->backlog = age;
}

JamTime toast_heard(const ToastEndpoint* const endpoint,
                    const ToastSession         session)
{
  const ToastPeer* const peer = toast_table_find(endpoint, session);
  return peer ? peer->heard_at : 0;
}

const ToastAddress* toast_peer(const ToastEndpoint* const endpoint,
                               const ToastSession         session)
{
  const ToastPeer* const peer = toast_table_find(endpoint, session);
  return peer ? &peer->address : NULL;
}

const ToastCounters* toast_counters(const ToastEndpoint* const endpoint)
{
  return &endpoint->counters;
}

void toast_public_key(const uint8_t secret[TOAST_KEY_SIZE],
                      uint8_t       out[TOAST_KEY_SIZE])
{
  (void)crypto_scalarmult_base(out, secret);
}

void toast_room_id(const uint8_t secret[TOAST_KEY_SIZE],
                   uint8_t       out[TOAST_KEY_SIZE])
{
  static const char text[] = "toast room";
  (void)crypto_generichash(out,
                           TOAST_KEY_SIZE,
                           (const uint8_t*)text,
                           sizeof(text) - 1U,
                           secret,
                           TOAST_KEY_SIZE);
}
