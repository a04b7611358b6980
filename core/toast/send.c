// SPDX-License-Identifier: MIT
// Frames out: queued per session, bundled into sealed datagrams. Order within a
// datagram and, when one is not enough, between datagrams: control messages,
// riders, MIDI, tables and mesh; media; repair; bulk. Media is not paced, its
// sample clock does that. Sessions with something to send take turns, one
// datagram each.

#include "toast/endpoint.h"

#include <string.h>

#define LEAST_CREDIT 400U // Not worth a datagram below

static size_t write_head(uint8_t* const out, const ToastFrame* const frame)
{
  const uint16_t size = (uint16_t)frame->size;
  switch (frame->kind) {
  case TOAST_FRAME_MEDIA:
    out[0] = TOAST_WIRE_FRAME_MEDIA;
    toast_put16(out + 1, frame->handle);
    toast_put16(out + 3, frame->seq);
    toast_put16(out + 5, size);
    return TOAST_WIRE_MEDIA_HEAD;
  case TOAST_FRAME_MIDI:
    out[0] = TOAST_WIRE_FRAME_MIDI;
    toast_put16(out + 1, frame->handle);
    toast_put16(out + 3, size);
    return TOAST_WIRE_MIDI_HEAD;
  case TOAST_FRAME_MESH:
    out[0] = TOAST_WIRE_FRAME_MESH;
    toast_put16(out + 1, size);
    return TOAST_WIRE_MESH_HEAD;
  default:
    out[0] = TOAST_WIRE_FRAME_TABLE;
    toast_put16(out + 1, size);
    return TOAST_WIRE_TABLE_HEAD;
  }
}

static bool enqueue(ToastEndpoint* const    endpoint,
                    ToastPeer* const        peer,
                    const JamTime           now,
                    const ToastFrame* const frame)
{
  uint8_t      head[TOAST_WIRE_MEDIA_HEAD];
  const size_t head_size = write_head(head, frame);
  const bool   media     = frame->kind == TOAST_FRAME_MEDIA;
  if (peer->resuming && head_size + frame->size > TOAST_WIRE_RESUME_FRAMES) {
    ++endpoint->counters.queue_full; // Will fit once the sibling has answered
    return false;
  }

  ToastQueue* const queue = media ? &peer->media : &peer->urgent;
  const uint32_t    size  = (uint32_t)(head_size + frame->size);
  uint8_t*          place = toast_queue_push(queue, now, size);
  while (!place && media && queue->count > 0U) {
    toast_queue_pop(queue); // The oldest sound is the least useful
    ++endpoint->counters.queue_full;
    place = toast_queue_push(queue, now, size);
  }
  if (!place) {
    ++endpoint->counters.queue_full;
    return false;
  }
  memcpy(place, head, head_size);
  memcpy(place + head_size, frame->data, frame->size);
  return true;
}

static bool frame_fits(const ToastPeer* const  peer,
                       const ToastFrame* const frame)
{
  size_t most = 0U;
  switch (frame->kind) {
  case TOAST_FRAME_MEDIA:
  case TOAST_FRAME_MIDI:
  case TOAST_FRAME_TABLE:
    most = TOAST_MAX_MEDIA;
    break;
  case TOAST_FRAME_EVENT:
    most = TOAST_MAX_EVENT;
    break;
  case TOAST_FRAME_MESH:
    most = peer->sibling ? TOAST_MAX_EVENT : 0U;
    break;
  case TOAST_FRAME_BULK:
    most = TOAST_MAX_BULK;
    break;
  case TOAST_FRAME_REPAIR:
    break;
  }
  return frame->size > 0U && frame->size <= most;
}

// Puts a frame where it waits; false when there is no room
static bool take(ToastEndpoint* const    endpoint,
                 ToastPeer* const        peer,
                 const JamTime           now,
                 const ToastFrame* const frame)
{
  bool taken = false;
  if (frame->kind == TOAST_FRAME_EVENT) {
    taken = toast_outbox_push(&peer->outbox, now, frame->data, frame->size);
  } else if (frame->kind == TOAST_FRAME_BULK) {
    taken = toast_bulk_push(&peer->bulk_out, now, frame->data, frame->size);
  } else {
    return enqueue(endpoint, peer, now, frame);
  }
  endpoint->counters.queue_full += !taken;
  return taken;
}

JamStatus toast_send(ToastEndpoint* const    endpoint,
                     const JamTime           now,
                     const ToastSession      session,
                     const ToastFrame* const frame)
{
  ToastPeer* const peer  = toast_table_find(endpoint, session);
  const bool       early = peer && peer->state == TOAST_PEER_RESUMING &&
                     frame->kind != TOAST_FRAME_BULK;
  if (!peer || (peer->state != TOAST_PEER_OPEN && !early)) {
    return JAM_ERR_STATE;
  }
  if (!frame_fits(peer, frame)) {
    return JAM_ERR_ARGUMENT;
  }
  if (!take(endpoint, peer, now, frame)) {
    return JAM_ERR_FULL;
  }
  toast_ready(endpoint, peer);
  return JAM_OK;
}

static size_t
bundle(ToastQueue* const queue, uint8_t* const out, const size_t capacity)
{
  size_t         at    = 0U;
  uint32_t       size  = 0U;
  const uint8_t* frame = NULL;
  while ((frame = toast_queue_front(queue, &size)) && size <= capacity - at) {
    memcpy(out + at, frame, size);
    at += size;
    toast_queue_pop(queue);
  }
  return at;
}

static size_t write_media(ToastPeer* const peer,
                          const JamTime    now,
                          uint8_t* const   out,
                          const size_t     capacity)
{
  size_t         at    = 0U;
  uint32_t       size  = 0U;
  const uint8_t* frame = NULL;
  peer->media_expired +=
    toast_queue_expire(&peer->media, now - TOAST_MEDIA_TIME);
  while ((frame = toast_queue_front(&peer->media, &size)) &&
         size <= capacity - at) {
    memcpy(out + at, frame, size);
    if (!peer->resuming) {
      toast_repairs_note(&peer->repairs, peer->send_number, frame, size);
    }
    at += size;
    toast_queue_pop(&peer->media);
  }
  return at;
}

// Repairs that are due behind `at` bytes; without budget they are given up: the
// moment at which they help passes
static size_t write_repairs(ToastPeer* const peer,
                            uint8_t* const   out,
                            size_t           at,
                            const size_t     capacity)
{
  const size_t   begin = at;
  size_t         size  = 0U;
  const uint8_t* frame = NULL;
  while (
    (frame = toast_repairs_front(&peer->repairs, peer->send_number, &size)) &&
    size <= capacity - at) {
    if (!toast_budget_repairs(&peer->budget, at + size)) {
      peer->repairs_unsent += toast_repairs_drop(&peer->repairs);
      break;
    }
    memcpy(out + at, frame, size);
    out[at] = TOAST_WIRE_FRAME_REPAIR;
    at += size;
    ++peer->repairs_sent;
    toast_repairs_pop(&peer->repairs);
  }
  return at - begin;
}

// A fragment behind `at` bytes, if one is due and the budget has room
static size_t write_bulk(ToastPeer* const peer,
                         const JamTime    now,
                         uint8_t* const   out,
                         const size_t     at,
                         const size_t     capacity)
{
  ToastBulkOut* const bulk = &peer->bulk_out;
  const JamTime       gap  = toast_bulk_gap(peer);
  const size_t        size = toast_bulk_due(bulk, now, gap);
  if (size == 0U) {
    toast_bulk_wait(bulk, gap);
    return 0U;
  }
  if (size > capacity - at) {
    return 0U; // There is a next datagram
  }
  const JamTime when = toast_budget_bulk_at(&peer->budget, at + size);
  if (when > now) {
    bulk->force_at = when;
    return 0U;
  }
  toast_budget_take_bulk(&peer->budget, size);
  return toast_bulk_write(bulk, now, gap, out + at);
}

// Fills in all frames; returns their size, 0 if there are none
static size_t write_frames(ToastPeer* const peer,
                           const JamTime    now,
                           uint8_t* const   out,
                           const size_t     capacity,
                           uint8_t* const class)
{
  size_t at = 0U;
  if (toast_outbox_waits(&peer->outbox)) {
    at += toast_outbox_write(&peer->outbox,
                             now,
                             peer->send_number,
                             out,
                             capacity - 1U);
  }
  if (peer->state == TOAST_PEER_CLOSING) {
    out[at++] = TOAST_WIRE_FRAME_CLOSE;
    return at;
  }
  at += toast_riders_write(peer, now, out + at, capacity - at);
  at += bundle(&peer->urgent, out + at, capacity - at);
  const size_t control = at;
  at += write_media(peer, now, out + at, capacity - at);
  const size_t audio = at;
  if (!peer->resuming) {
    toast_budget_fill(&peer->budget, now);
    at += write_repairs(peer, out, at, capacity);
  }
  const size_t repair = at;
  if (!peer->resuming) {
    at += write_bulk(peer, now, out, at, capacity);
  }
  *class = (uint8_t)(control > 0U      ? TOAST_WIRE_CLASS_CONTROL
                     : audio > control ? TOAST_WIRE_CLASS_AUDIO
                     : repair > audio  ? TOAST_WIRE_CLASS_REPAIR
                                       : TOAST_WIRE_CLASS_BULK);
  return at;
}

// Writes a short packet or, while resuming, a RESUME; 0 if there is nothing
static size_t write_packet(const ToastEndpoint* const endpoint,
                           ToastPeer* const           peer,
                           const JamTime              now,
                           uint8_t* const             out)
{
  uint8_t class       = TOAST_WIRE_CLASS_CONTROL;
  const bool   resume = peer->resuming;
  const size_t head   = resume
                          ? TOAST_WIRE_RESUME_HEAD + TOAST_WIRE_RESUME_PAYLOAD
                          : TOAST_WIRE_SHORT_HEAD;
  size_t       room = resume ? TOAST_WIRE_RESUME_FRAMES : TOAST_WIRE_MAX_FRAMES;
  if (peer->unproven && peer->credit < TOAST_MAX_DATAGRAM) {
    room = peer->credit - TOAST_WIRE_SHORT_MIN;
  }
  const size_t frames = write_frames(peer, now, out + head, room, &class);
  peer->forced        = frames == 0U && peer->unproven; // Waits for more room
  if (frames == 0U) {
    return 0U;
  }
  const size_t size = resume
                        ? toast_resume_seal(peer, now, out, frames)
                        : toast_seal(endpoint, peer, now, out, frames, class);
  toast_budget_spend(&peer->budget, size);
  ++peer->datagrams_sent;
  peer->bytes_sent += size;
  return size;
}

// Writes what a session has to send now; 0 if that is nothing, or if its
// address must first be proven
static size_t write_datagram(const ToastEndpoint* const endpoint,
                             ToastPeer* const           peer,
                             const JamTime              now,
                             uint8_t* const             out,
                             const size_t               capacity)
{
  size_t size = 0U;
  if (peer->hello_due) {
    if (toast_may_send(peer, peer->accept_size)) {
      size = toast_hello_write(peer, out, capacity);
    }
  } else if (peer->state != TOAST_PEER_DIALLING &&
             toast_may_send(peer, LEAST_CREDIT)) {
    size = write_packet(endpoint, peer, now, out);
  }
  peer->credit -= peer->unproven ? size : 0U;
  return size;
}

static bool has_more(const ToastPeer* const peer, const JamTime now)
{
  return (peer->state == TOAST_PEER_OPEN ||
          peer->state == TOAST_PEER_RESUMING) &&
         toast_may_send(peer, LEAST_CREDIT) &&
         (peer->forced || peer->media.count > 0U || peer->urgent.count > 0U ||
          peer->repairs.due_count > 0U || peer->outbox.force_at <= now ||
          peer->bulk_out.force_at <= now);
}

size_t toast_output(ToastEndpoint* const endpoint,
                    const JamTime        now,
                    ToastAddress* const  to,
                    uint8_t* const       buffer,
                    const size_t         capacity)
{
  if (capacity < TOAST_MAX_DATAGRAM) {
    return 0U;
  }
  const size_t waiting = toast_reply_write(endpoint, to, buffer);
  const size_t copied =
    waiting ? waiting : toast_route_copy_write(endpoint, to, buffer);
  if (copied > 0U) {
    return copied;
  }
  while (endpoint->ready.first != TOAST_NO_SLOT) {
    ToastPeer* const peer = &endpoint->peers[endpoint->ready.first];
    if ((peer->state == TOAST_PEER_OPEN ||
         peer->state == TOAST_PEER_RESUMING) &&
        peer->send_number >= TOAST_WIRE_MAX_NUMBER) {
      toast_close(endpoint, now, peer->handle);
    }
    const size_t path = toast_route_write(endpoint, peer, now, to, buffer);
    if (path > 0U) {
      return path; // The session stays in the list
    }
    const size_t size = write_datagram(endpoint, peer, now, buffer, capacity);
    *to               = peer->address;
    toast_route_copy(endpoint, peer, buffer, size);
    toast_unready(endpoint, peer);
    if ((size > 0U || !peer->unproven) && has_more(peer, now)) {
      toast_ready(endpoint, peer);
    }
    toast_timers_lower(&endpoint->timers,
                       toast_slot(endpoint, peer),
                       toast_peer_deadline(endpoint, peer));
    if (size > 0U) {
      return size;
    }
  }
  return 0U;
}

void toast_set_repair(ToastEndpoint* const endpoint,
                      const ToastSession   session,
                      const unsigned       distance)
{
  ToastPeer* const peer = toast_table_find(endpoint, session);
  if (peer) {
    toast_repairs_set(&peer->repairs,
                      distance < TOAST_MAX_REPAIR ? distance
                                                  : TOAST_MAX_REPAIR);
  }
}

void toast_set_budget(ToastEndpoint* const endpoint,
                      const JamTime        now,
                      const ToastSession   session,
                      const uint32_t       bytes_per_second)
{
  ToastPeer* const peer = toast_table_find(endpoint, session);
  if (peer) {
    toast_budget_set(&peer->budget, now, bytes_per_second);
  }
}
