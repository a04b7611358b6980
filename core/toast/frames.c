// SPDX-License-Identifier: MIT
// The frames inside an opened datagram: checked as a whole first, so that a
// malformed one has no effect at all, then acted upon.

#include "toast/endpoint.h"

// Size of the frame at the start of `data`, or 0 if it is none for this session
static size_t frame_size(const ToastPeer* const peer,
                         const uint8_t* const   data,
                         const size_t           left)
{
  size_t head    = 0U;
  size_t longest = TOAST_WIRE_MAX_FRAMES;
  switch (data[0]) {
  case TOAST_WIRE_FRAME_MEDIA:
  case TOAST_WIRE_FRAME_REPAIR:
    head = TOAST_WIRE_MEDIA_HEAD;
    break;
  case TOAST_WIRE_FRAME_MIDI:
    head = TOAST_WIRE_MIDI_HEAD;
    break;
  case TOAST_WIRE_FRAME_TABLE:
    head = TOAST_WIRE_TABLE_HEAD;
    break;
  case TOAST_WIRE_FRAME_EVENT:
    head    = TOAST_WIRE_EVENT_HEAD;
    longest = TOAST_MAX_EVENT;
    break;
  case TOAST_WIRE_FRAME_EVENT_ACK:
    return TOAST_WIRE_EVENT_ACK_SIZE;
  case TOAST_WIRE_FRAME_FEEDBACK:
    return TOAST_WIRE_FEEDBACK_SIZE;
  case TOAST_WIRE_FRAME_BLOCKMIN:
    return left >= 2U && data[1] <= TOAST_WIRE_BLOCKMIN_COUNT
             ? TOAST_WIRE_BLOCKMIN_HEAD +
                 (size_t)data[1] * TOAST_WIRE_BLOCKMIN_ENTRY
             : 0U;
  case TOAST_WIRE_FRAME_PROBE:
    return TOAST_WIRE_PROBE_SIZE;
  case TOAST_WIRE_FRAME_ECHO:
    return TOAST_WIRE_ECHO_SIZE;
  case TOAST_WIRE_FRAME_CLOSE:
    return TOAST_WIRE_CLOSE_SIZE;
  case TOAST_WIRE_FRAME_PATH:
  case TOAST_WIRE_FRAME_PATH_REPLY:
    return TOAST_WIRE_PATH_SIZE;
  case TOAST_WIRE_FRAME_TICKET: // From a node to its caller
    return peer->dialled && !peer->sibling ? TOAST_WIRE_TICKET_SIZE : 0U;
  case TOAST_WIRE_FRAME_TICKET_ACK:
    return !peer->dialled && !peer->sibling ? TOAST_WIRE_TICKET_ACK_SIZE : 0U;
  case TOAST_WIRE_FRAME_FRAGMENT:
    return toast_bulk_frame_size(data, left);
  case TOAST_WIRE_FRAME_FRAGMENT_ACK:
    return TOAST_WIRE_FRAGMENT_ACK_SIZE;
  case TOAST_WIRE_FRAME_MESH:
    if (!peer->sibling) {
      return 0U;
    }
    head    = TOAST_WIRE_MESH_HEAD;
    longest = TOAST_MAX_EVENT;
    break;
  default:
    return 0U;
  }
  if (left < head) {
    return 0U;
  }
  const size_t length = toast_get16(data + head - 2U);
  return length > 0U && length <= longest ? head + length : 0U;
}

bool toast_frames_valid(const ToastPeer* const peer,
                        const uint8_t* const   data,
                        const size_t           size)
{
  size_t at = 0U;
  while (at < size) {
    const size_t length = frame_size(peer, data + at, size - at);
    if (length == 0U || length > size - at) {
      return false;
    }
    at += length;
  }
  return true;
}

// The caller fills the returned frame; null never happens with checked input
static ToastFrame* raise(ToastEndpoint* const   endpoint,
                         const ToastPeer* const peer,
                         const ToastFrameKind   kind,
                         const uint8_t* const   data,
                         const size_t           size)
{
  if (endpoint->pending_count == TOAST_MAX_PENDING) {
    return NULL;
  }
  ToastEvent* const event = &endpoint->pending[endpoint->pending_count++];
  event->kind             = TOAST_EVENT_FRAME;
  event->session          = peer->handle;
  event->frame.kind       = kind;
  event->frame.handle     = 0U;
  event->frame.seq        = 0U;
  event->frame.data       = data;
  event->frame.size       = size;
  return &event->frame;
}

static void take_event(ToastEndpoint* const endpoint,
                       ToastPeer* const     peer,
                       const uint8_t* const frame,
                       const size_t         size)
{
  ToastInbox* const    inbox = &peer->inbox;
  const uint16_t       id    = toast_get16(frame + 1);
  const uint8_t* const data  = frame + TOAST_WIRE_EVENT_HEAD;
  if (id != inbox->next) {
    toast_inbox_hold(inbox, id, data, size - TOAST_WIRE_EVENT_HEAD);
    return;
  }
  (void)raise(endpoint,
              peer,
              TOAST_FRAME_EVENT,
              data,
              size - TOAST_WIRE_EVENT_HEAD);
  while (toast_inbox_step(inbox)) {
    size_t               held_size = 0U;
    const uint8_t* const held      = toast_inbox_held(inbox, &held_size);
    (void)raise(endpoint, peer, TOAST_FRAME_EVENT, held, held_size);
  }
}

static void take_media(ToastEndpoint* const endpoint,
                       ToastPeer* const     peer,
                       const ToastFrameKind kind,
                       const uint8_t* const frame,
                       const size_t         size)
{
  ToastFrame* const out = raise(endpoint,
                                peer,
                                kind,
                                frame + TOAST_WIRE_MEDIA_HEAD,
                                size - TOAST_WIRE_MEDIA_HEAD);
  if (out) {
    out->handle = toast_get16(frame + 1);
    out->seq    = toast_get16(frame + 3);
  }
}

static void take_midi(ToastEndpoint* const endpoint,
                      ToastPeer* const     peer,
                      const uint8_t* const frame,
                      const size_t         size)
{
  ToastFrame* const out = raise(endpoint,
                                peer,
                                TOAST_FRAME_MIDI,
                                frame + TOAST_WIRE_MIDI_HEAD,
                                size - TOAST_WIRE_MIDI_HEAD);
  if (out) {
    out->handle = toast_get16(frame + 1);
  }
}

static void take_feedback(ToastPeer* const     peer,
                          const JamTime        now,
                          const uint8_t* const frame)
{
  const uint32_t largest = toast_get32(frame + TOAST_WIRE_FEEDBACK_LARGEST);
  if (largest < peer->send_number) { // Else we never sent it
    ToastClock clock;
    toast_clock_read(&peer->clock, &clock);
    toast_path_feedback(&peer->path,
                        now,
                        largest,
                        toast_get32(frame + TOAST_WIRE_FEEDBACK_MISSING));
    toast_feedback_take(&peer->feedback, now, clock.skew, frame);
  }
}

static void take_fragment(ToastEndpoint* const endpoint,
                          ToastPeer* const     peer,
                          const uint8_t* const frame,
                          const size_t         size)
{
  ToastBulkIn* const bulk = &peer->bulk_in;
  if (toast_bulk_take(bulk, frame, size)) {
    (void)raise(endpoint, peer, TOAST_FRAME_BULK, bulk->data, bulk->size);
  }
}

static void take(ToastEndpoint* const endpoint,
                 ToastPeer* const     peer,
                 const JamTime        now,
                 const uint32_t       stamp,
                 const uint8_t* const frame,
                 const size_t         size)
{
  switch (frame[0]) {
  case TOAST_WIRE_FRAME_MEDIA:
    take_media(endpoint, peer, TOAST_FRAME_MEDIA, frame, size);
    toast_ride(endpoint, peer, now, TOAST_RIDER_FEEDBACK);
    break;
  case TOAST_WIRE_FRAME_REPAIR:
    take_media(endpoint, peer, TOAST_FRAME_REPAIR, frame, size);
    break;
  case TOAST_WIRE_FRAME_MIDI:
    take_midi(endpoint, peer, frame, size);
    break;
  case TOAST_WIRE_FRAME_TABLE:
    (void)raise(endpoint,
                peer,
                TOAST_FRAME_TABLE,
                frame + TOAST_WIRE_TABLE_HEAD,
                size - TOAST_WIRE_TABLE_HEAD);
    break;
  case TOAST_WIRE_FRAME_MESH:
    (void)raise(endpoint,
                peer,
                TOAST_FRAME_MESH,
                frame + TOAST_WIRE_MESH_HEAD,
                size - TOAST_WIRE_MESH_HEAD);
    break;
  case TOAST_WIRE_FRAME_EVENT:
    take_event(endpoint, peer, frame, size);
    toast_ride(endpoint, peer, now, TOAST_RIDER_ACK);
    break;
  case TOAST_WIRE_FRAME_EVENT_ACK:
    toast_outbox_ack(&peer->outbox,
                     toast_get16(frame + 1),
                     toast_get64(frame + 3));
    break;
  case TOAST_WIRE_FRAME_FEEDBACK:
    take_feedback(peer, now, frame);
    break;
  case TOAST_WIRE_FRAME_BLOCKMIN:
    toast_clock_report_read(&peer->clock, jam_time_to_us(now), frame, frame[1]);
    break;
  case TOAST_WIRE_FRAME_PROBE:
    peer->echo_sent  = stamp;
    peer->echo_heard = (uint32_t)jam_time_to_us(now);
    toast_ride(endpoint, peer, now, TOAST_RIDER_ECHO);
    break;
  case TOAST_WIRE_FRAME_ECHO:
    toast_clock_echo(&peer->clock,
                     jam_time_to_us(now),
                     toast_get32(frame + 1),
                     toast_get32(frame + 5),
                     stamp);
    break;
  case TOAST_WIRE_FRAME_FRAGMENT:
    take_fragment(endpoint, peer, frame, size);
    toast_ride(endpoint, peer, now, TOAST_RIDER_FRAGMENT);
    break;
  case TOAST_WIRE_FRAME_FRAGMENT_ACK:
    toast_bulk_ack(&peer->bulk_out,
                   toast_get16(frame + 1),
                   toast_get16(frame + 3));
    break;
  case TOAST_WIRE_FRAME_PATH:
    toast_route_asked(endpoint, peer, now, frame);
    break;
  case TOAST_WIRE_FRAME_PATH_REPLY:
    toast_route_answered(endpoint, peer, frame);
    break;
  case TOAST_WIRE_FRAME_TICKET:
    toast_ticket_take(peer, now, frame);
    toast_ride(endpoint, peer, now, TOAST_RIDER_RECEIPT);
    break;
  case TOAST_WIRE_FRAME_TICKET_ACK:
    toast_receipt_take(peer, frame);
    break;
  default: // CLOSE: what comes after it does not count
    toast_end(endpoint, peer, TOAST_REASON_PEER);
    break;
  }
}

void toast_frames_take(ToastEndpoint* const endpoint,
                       ToastPeer* const     peer,
                       const JamTime        now,
                       const uint32_t       stamp,
                       const uint8_t* const data,
                       const size_t         size)
{
  size_t at = 0U;
  while (at < size && peer->state == TOAST_PEER_OPEN) {
    const size_t length = frame_size(peer, data + at, size - at);
    take(endpoint, peer, now, stamp, data + at, length);
    at += length;
  }
}
