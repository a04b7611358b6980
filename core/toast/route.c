// SPDX-License-Identifier: MIT
// PATH goes out at once, then after 100, 200, 400 ... ms while the credit
// lasts. After 3 s without an answer the new address is forgotten. Another new
// address is tried when the present one had 300 ms, so that no flood of
// addresses makes more than a few PATHs a second.

#include "toast/endpoint.h"

#include <string.h>

#define PATIENCE (300 * JAM_MS)

_Static_assert(TOAST_WIRE_PATH_SIZE + TOAST_WIRE_SHORT_MIN <=
                 TOAST_AMPLIFICATION * TOAST_WIRE_SHORT_MIN,
               "any packet pays for a PATH");

static void begin(ToastEndpoint* const      endpoint,
                  ToastPeer* const          peer,
                  const JamTime             now,
                  const ToastAddress* const from)
{
  ToastRoute* const route = &peer->route;
  route->active           = true;
  route->address          = *from;
  route->credit           = 0U;
  route->began            = now;
  route->due              = true;
  route->path_at          = jam_time_add(now, TOAST_PATH_GAP);
  route->gap              = 2 * TOAST_PATH_GAP;
  toast_drbg_draw(&endpoint->drbg, route->challenge, sizeof(route->challenge));
  toast_ready(endpoint, peer);
}

void toast_route_follow(ToastEndpoint* const      endpoint,
                        ToastPeer* const          peer,
                        const JamTime             now,
                        const ToastAddress* const from,
                        const ToastPacket* const  packet)
{
  ToastRoute* const route = &peer->route;
  const bool        here  = toast_same_address(&peer->address, from);
  if (here && !peer->moved) {
    toast_route_proven(endpoint, peer); // The keys came from an answer to there
  }
  if ((here && !peer->unproven) || packet->number < packet->expected) {
    return; // A late one may have come from where the peer was before
  }
  peer->credit += here ? TOAST_AMPLIFICATION * packet->size : 0U;
  if (!route->active || (now - route->began >= PATIENCE &&
                         !toast_same_address(&route->address, from))) {
    begin(endpoint, peer, now, from);
  }
  if (toast_same_address(&route->address, from)) {
    route->credit += TOAST_AMPLIFICATION * packet->size;
    toast_timers_lower(&endpoint->timers,
                       toast_slot(endpoint, peer),
                       route->path_at);
  }
}

void toast_route_doubt(ToastEndpoint* const endpoint,
                       ToastPeer* const     peer,
                       const JamTime        now)
{
  peer->unproven   = true;
  peer->give_up_at = jam_time_add(now, TOAST_RESUME_TIME);
  ++endpoint->unproven;
}

void toast_route_proven(ToastEndpoint* const endpoint, ToastPeer* const peer)
{
  if (peer->unproven) {
    toast_charge_session(endpoint, peer);
    --endpoint->unproven;
    peer->moved     = false;
    peer->unproven  = false;
    peer->hello_due = false;
    toast_ready(endpoint, peer); // Something may have had to wait for this
  }
}

JamTime toast_route_deadline(const ToastRoute* const route)
{
  return route->active
           ? jam_time_min(route->path_at, route->began + TOAST_PATH_TIME)
           : JAM_NEVER;
}

void toast_route_tick(ToastEndpoint* const endpoint,
                      ToastPeer* const     peer,
                      const JamTime        now)
{
  ToastRoute* const route = &peer->route;
  if (route->active && now - route->began >= TOAST_PATH_TIME) {
    route->active = false;
  } else if (route->active && now >= route->path_at) {
    route->due     = true;
    route->path_at = jam_time_add(now, route->gap);
    route->gap *= 2;
    toast_ready(endpoint, peer);
  }
}

size_t toast_route_write(const ToastEndpoint* const endpoint,
                         ToastPeer* const           peer,
                         const JamTime              now,
                         ToastAddress* const        to,
                         uint8_t* const             out)
{
  ToastRoute* const route = &peer->route;
  if (peer->state != TOAST_PEER_OPEN || !route->active || !route->due) {
    return 0U;
  }
  route->due = false;
  if (route->credit < TOAST_WIRE_SHORT_MIN + TOAST_WIRE_PATH_SIZE) {
    return 0U;
  }
  uint8_t* const frame = out + TOAST_WIRE_SHORT_HEAD;
  frame[0]             = TOAST_WIRE_FRAME_PATH;
  memcpy(frame + 1, route->challenge, sizeof(route->challenge));
  const size_t size = toast_seal(endpoint,
                                 peer,
                                 now,
                                 out,
                                 TOAST_WIRE_PATH_SIZE,
                                 TOAST_WIRE_CLASS_CONTROL);
  toast_budget_spend(&peer->budget, size);
  route->credit -= size;
  *to = route->address;
  return size;
}

void toast_route_copy(ToastEndpoint* const endpoint,
                      ToastPeer* const     peer,
                      const uint8_t* const data,
                      const size_t         size)
{
  ToastRoute* const route = &peer->route;
  if (route->active && peer->state == TOAST_PEER_OPEN && size > 0U &&
      size <= route->credit &&
      !toast_same_address(&peer->address, &route->address)) {
    route->credit -= size;
    endpoint->copy_to   = route->address;
    endpoint->copy_size = size;
    memcpy(endpoint->copy, data, size);
  }
}

size_t toast_route_copy_write(ToastEndpoint* const endpoint,
                              ToastAddress* const  to,
                              uint8_t* const       out)
{
  const size_t size   = endpoint->copy_size;
  endpoint->copy_size = 0U;
  *to                 = endpoint->copy_to;
  memcpy(out, endpoint->copy, size);
  return size;
}

void toast_route_asked(ToastEndpoint* const endpoint,
                       ToastPeer* const     peer,
                       const JamTime        now,
                       const uint8_t* const frame)
{
  memcpy(peer->route.reply, frame + 1, TOAST_WIRE_CHALLENGE);
  peer->route.reply_due = true; // The newest counts; one reply a datagram
  peer->rider_at        = jam_time_min(peer->rider_at, now);
  toast_timers_lower(&endpoint->timers, toast_slot(endpoint, peer), now);
}

size_t toast_route_reply_write(ToastRoute* const route,
                               uint8_t* const    out,
                               const size_t      capacity)
{
  if (!route->reply_due || capacity < TOAST_WIRE_PATH_SIZE) {
    return 0U;
  }
  route->reply_due = false;
  out[0]           = TOAST_WIRE_FRAME_PATH_REPLY;
  memcpy(out + 1, route->reply, TOAST_WIRE_CHALLENGE);
  return TOAST_WIRE_PATH_SIZE;
}

void toast_route_answered(ToastEndpoint* const endpoint,
                          ToastPeer* const     peer,
                          const uint8_t* const frame)
{
  ToastRoute* const route = &peer->route;
  if (!route->active || !toast_same_address(&route->address, &endpoint->from) ||
      memcmp(route->challenge, frame + 1, TOAST_WIRE_CHALLENGE)) {
    return; // Of an earlier one, or sent on by somebody else
  }
  peer->address = route->address;
  route->active = false;
  toast_route_proven(endpoint, peer);
}
