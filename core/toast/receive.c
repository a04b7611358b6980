// SPDX-License-Identifier: MIT
// Datagrams in: sorted by their first byte, opened, checked against replay.
// Counters of a session move for authentic datagrams only.

#include "toast/endpoint.h"

#define CLASS_RESERVED 0x3cU // Bits of a short packet's first byte that are 0

// Whether the queue before this machine's is so long that a packet of this
// class is of no use any more
static bool too_late(const ToastEndpoint* const endpoint, const uint8_t first)
{
  static const JamTime longest[] = {JAM_NEVER,
                                    TOAST_SHED_AUDIO,
                                    TOAST_SHED_REPAIR,
                                    TOAST_SHED_BULK};
  return endpoint->backlog > longest[first & TOAST_WIRE_CLASS_MASK];
}

// The session a short packet is for, with its seal checked; null if none
static ToastPeer* open_short(ToastEndpoint* const      endpoint,
                             const JamTime             now,
                             const ToastAddress* const from,
                             const uint8_t* const      data,
                             const size_t              size)
{
  if (size < TOAST_WIRE_SHORT_MIN) {
    ++endpoint->counters.too_short;
    return NULL;
  }
  if (data[0] & CLASS_RESERVED) {
    ++endpoint->counters.unknown_type;
    return NULL;
  }
  if (too_late(endpoint, data[0])) {
    ++endpoint->counters.shed;
    return NULL;
  }
  const uint32_t       cid  = toast_get24(data + TOAST_WIRE_SHORT_CID);
  ToastHalfOpen* const half = toast_half_by_cid(endpoint, cid);
  if (half) {
    return toast_accept_first(endpoint, now, half, from, data, size);
  }
  ToastPeer* const peer = toast_table_by_cid(endpoint, cid);
  if (!peer || peer->state != TOAST_PEER_OPEN) {
    ++endpoint->counters.unknown_session;
    return NULL;
  }
  if (!toast_open_packet(endpoint, peer, now, data, size)) {
    ++endpoint->counters.bad_seal;
    return NULL;
  }
  return peer;
}

bool toast_packet_fresh(ToastEndpoint* const endpoint,
                        ToastPeer* const     peer,
                        ToastPacket* const   packet)
{
  packet->expected = peer->window.expected;
  if (!toast_window_take(&peer->window, packet->number)) {
    ++endpoint->counters.replayed;
    ++peer->path.duplicates;
    return false;
  }
  if (!toast_frames_valid(peer, packet->frames, packet->frames_size)) {
    ++endpoint->counters.bad_frame;
    return false;
  }
  return true;
}

void toast_packet_take(ToastEndpoint* const     endpoint,
                       ToastPeer* const         peer,
                       const JamTime            now,
                       const ToastPacket* const packet)
{
  const int64_t now_us = jam_time_to_us(now);
  peer->heard_at       = now;
  ++peer->datagrams_received;
  peer->bytes_received += packet->size;
  toast_path_arrival(&peer->path,
                     now,
                     packet->expected,
                     packet->number,
                     packet->size);
  const int64_t delay =
    toast_clock_arrival(&peer->clock, now_us, packet->stamp);
  toast_path_delay(&peer->path, delay);
  toast_feedback_arrival(&peer->feedback,
                         (uint32_t)now_us - packet->stamp,
                         delay);
  toast_frames_take(endpoint,
                    peer,
                    now,
                    packet->stamp,
                    packet->frames,
                    packet->frames_size);
  toast_clock_update(&peer->clock, now_us);
}

void toast_input_short(ToastEndpoint* const      endpoint,
                       const JamTime             now,
                       const ToastAddress* const from,
                       const uint8_t* const      data,
                       const size_t              size)
{
  ToastPeer* const peer = open_short(endpoint, now, from, data, size);
  if (!peer) {
    return;
  }
  ToastPacket packet = {
    .number      = toast_get32(data + TOAST_WIRE_SHORT_NUMBER),
    .stamp       = toast_get32(data + TOAST_WIRE_SHORT_STAMP),
    .size        = size,
    .frames      = endpoint->plain,
    .frames_size = size - TOAST_WIRE_SHORT_MIN,
  };
  if (!toast_packet_fresh(endpoint, peer, &packet)) {
    return;
  }
  toast_route_follow(endpoint, peer, now, from, &packet);
  toast_packet_take(endpoint, peer, now, &packet);
}

void toast_input(ToastEndpoint* const      endpoint,
                 const JamTime             now,
                 const ToastAddress* const from,
                 const uint8_t* const      data,
                 const size_t              size)
{
  endpoint->pending_count = 0U;
  endpoint->pending_taken = 0U;
  endpoint->from          = *from;
  if (size == 0U) {
    ++endpoint->counters.too_short;
  } else if (size > TOAST_MAX_DATAGRAM) {
    ++endpoint->counters.too_long;
  } else if (data[0] & TOAST_WIRE_SHORT) {
    toast_input_short(endpoint, now, from, data, size);
  } else if (data[0] == TOAST_WIRE_INIT || data[0] == TOAST_WIRE_SIBLING_INIT) {
    toast_input_init(endpoint, now, from, data, size);
  } else if (data[0] == TOAST_WIRE_ACCEPT ||
             data[0] == TOAST_WIRE_SIBLING_ACCEPT) {
    toast_input_accept(endpoint, now, data, size);
  } else if (data[0] == TOAST_WIRE_COOKIE || data[0] == TOAST_WIRE_VERSIONS) {
    toast_input_reply(endpoint, from, data, size);
  } else if (data[0] == TOAST_WIRE_RESUME) {
    toast_input_resume(endpoint, now, from, data, size);
  } else if (data[0] == TOAST_WIRE_RESUMED) {
    toast_input_resumed(endpoint, now, data, size);
  } else {
    ++endpoint->counters.unknown_type;
  }
}
