// SPDX-License-Identifier: MIT
// What each state of a session does when its time comes (timers.h says when).

#include "toast/endpoint.h"

#include <sodium.h>

static JamTime idle_at(const ToastEndpoint* const endpoint,
                       const ToastPeer* const     peer)
{
  return jam_time_add(peer->heard_at, endpoint->config.idle_timeout);
}

// When RESUMEs are no longer taken, and an address must be proven
static JamTime early_until(const ToastPeer* const peer)
{
  return peer->early || peer->unproven ? peer->give_up_at : JAM_NEVER;
}

// When an open session must send although nobody asked it to
static JamTime force_at(const ToastPeer* const peer)
{
  if (peer->forced) {
    return JAM_NEVER; // Already asked for
  }
  const JamTime probe = jam_time_add(peer->probe_at, TOAST_RIDER_TIME);
  const JamTime message =
    jam_time_min(peer->outbox.force_at, peer->bulk_out.force_at);
  return jam_time_min(probe, jam_time_min(peer->rider_at, message));
}

JamTime toast_peer_deadline(const ToastEndpoint* const endpoint,
                            const ToastPeer* const     peer)
{
  switch (peer->state) {
  case TOAST_PEER_DIALLING:
    return jam_time_min(peer->hello_at, peer->give_up_at);
  case TOAST_PEER_RESUMING:
    return jam_time_min(peer->give_up_at, force_at(peer));
  case TOAST_PEER_OPEN:
    return jam_time_min(
      jam_time_min(idle_at(endpoint, peer), force_at(peer)),
      jam_time_min(toast_route_deadline(&peer->route),
                   jam_time_min(peer->ticket_at, early_until(peer))));
  case TOAST_PEER_CLOSING:
    return peer->hello_at;
  case TOAST_PEER_FREE:
  case TOAST_PEER_GONE:
    break;
  }
  return JAM_NEVER;
}

static ToastReason why_given_up(const ToastPeer* const peer)
{
  return peer->wrong_version ? TOAST_REASON_VERSION
         : peer->wrong_key   ? TOAST_REASON_WRONG_KEY
                             : TOAST_REASON_NO_ANSWER;
}

static void tick_dialling(ToastEndpoint* const endpoint,
                          ToastPeer* const     peer,
                          const JamTime        now)
{
  if (now >= peer->give_up_at) {
    toast_end(endpoint, peer, why_given_up(peer));
  } else if (now >= peer->hello_at) {
    ++peer->hello_count;
    peer->hello_due = true;
    peer->hello_at  = jam_time_add(now, peer->hello_gap);
    peer->hello_gap *= 2;
    toast_ready(endpoint, peer);
  }
}

static void tick_resuming(ToastEndpoint* const endpoint,
                          ToastPeer* const     peer,
                          const JamTime        now)
{
  if (now >= peer->give_up_at) {
    toast_end(endpoint, peer, why_given_up(peer));
  } else if (now >= force_at(peer)) {
    peer->forced = true;
    toast_ready(endpoint, peer);
  }
}

static void tick_open(ToastEndpoint* const endpoint,
                      ToastPeer* const     peer,
                      const JamTime        now)
{
  if (now >= idle_at(endpoint, peer) ||
      (peer->unproven && now >= early_until(peer))) {
    toast_end(endpoint, peer, TOAST_REASON_SILENCE);
    return;
  }
  if (peer->early && now >= early_until(peer)) {
    peer->early = false;
    sodium_memzero(peer->early_key, sizeof(peer->early_key));
  }
  toast_route_tick(endpoint, peer, now);
  toast_ticket_tick(endpoint, peer, now);
  if (now >= force_at(peer)) {
    peer->forced = true;
    toast_ready(endpoint, peer);
  }
}

static void tick_closing(ToastEndpoint* const endpoint,
                         ToastPeer* const     peer,
                         const JamTime        now)
{
  if (now < peer->hello_at) {
    return;
  }
  if (++peer->hello_count >= TOAST_CLOSE_COPIES) {
    toast_table_release(endpoint, peer);
  } else {
    peer->hello_at = jam_time_add(now, TOAST_CLOSE_GAP);
    toast_ready(endpoint, peer);
  }
}

static void tick_peer(ToastEndpoint* const endpoint,
                      ToastPeer* const     peer,
                      const JamTime        now)
{
  switch (peer->state) {
  case TOAST_PEER_DIALLING:
    tick_dialling(endpoint, peer, now);
    break;
  case TOAST_PEER_RESUMING:
    tick_resuming(endpoint, peer, now);
    break;
  case TOAST_PEER_OPEN:
    tick_open(endpoint, peer, now);
    break;
  case TOAST_PEER_CLOSING:
    tick_closing(endpoint, peer, now);
    break;
  case TOAST_PEER_FREE:
  case TOAST_PEER_GONE:
    break;
  }
}

void toast_tick(ToastEndpoint* const endpoint, const JamTime now)
{
  uint16_t slot = 0U;
  while (toast_timers_next(&endpoint->timers, &slot) <= now) {
    ToastPeer* const peer = &endpoint->peers[slot];
    tick_peer(endpoint, peer, now);
    // Later than now in every state, hence the loop ends
    toast_timers_set(&endpoint->timers,
                     slot,
                     toast_peer_deadline(endpoint, peer));
  }
}

JamTime toast_deadline(const ToastEndpoint* const endpoint)
{
  return toast_timers_next(&endpoint->timers, NULL);
}

void toast_close(ToastEndpoint* const endpoint,
                 const JamTime        now,
                 const ToastSession   session)
{
  ToastPeer* const peer = toast_table_find(endpoint, session);
  if (!peer) {
    return;
  }
  if (peer->state == TOAST_PEER_DIALLING) {
    toast_end(endpoint, peer, TOAST_REASON_LOCAL);
    return;
  }
  toast_raise_closed(endpoint, peer, TOAST_REASON_LOCAL);
  peer->state       = TOAST_PEER_CLOSING;
  peer->hello_count = 0U;
  peer->hello_at    = jam_time_add(now, TOAST_CLOSE_GAP);
  toast_ready(endpoint, peer);
  toast_timers_set(&endpoint->timers,
                   toast_slot(endpoint, peer),
                   peer->hello_at);
}
