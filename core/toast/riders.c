// SPDX-License-Identifier: MIT
// Small frames that wait for a datagram to ride in: echoes, acknowledgements,
// feedback, tickets, block minima, probes (timers.h says when).
//
// BLOCKMIN rides whenever there is news; it never causes a datagram, or two
// idle sides would keep each other busy.

#include "toast/endpoint.h"

void toast_ride(ToastEndpoint* const endpoint,
                ToastPeer* const     peer,
                const JamTime        now,
                const ToastRider     rider)
{
  if (peer->riders & rider) {
    return;
  }
  peer->riders   = (uint8_t)(peer->riders | rider);
  JamTime sooner = now;
  if (rider == TOAST_RIDER_FEEDBACK && peer->feedback_at > now) {
    sooner = peer->feedback_at;
  }
  const JamTime at = jam_time_add(sooner, TOAST_RIDER_TIME);
  peer->rider_at   = jam_time_min(peer->rider_at, at);
  toast_timers_lower(&endpoint->timers, toast_slot(endpoint, peer), at);
}

static size_t write_echo(ToastPeer* const peer, uint8_t* const out)
{
  out[0] = TOAST_WIRE_FRAME_ECHO;
  toast_put32(out + 1, peer->echo_sent);
  toast_put32(out + 5, peer->echo_heard);
  return TOAST_WIRE_ECHO_SIZE;
}

static size_t write_ack(ToastPeer* const peer, uint8_t* const out)
{
  out[0] = TOAST_WIRE_FRAME_EVENT_ACK;
  toast_put16(out + 1, peer->inbox.next);
  toast_put64(out + 3, peer->inbox.ahead);
  return TOAST_WIRE_EVENT_ACK_SIZE;
}

static size_t write_fragment_ack(ToastPeer* const peer, uint8_t* const out)
{
  out[0] = TOAST_WIRE_FRAME_FRAGMENT_ACK;
  toast_put16(out + 1, peer->bulk_in.acked_id);
  toast_put16(out + 3, peer->bulk_in.acked);
  return TOAST_WIRE_FRAGMENT_ACK_SIZE;
}

static size_t
write_feedback(ToastPeer* const peer, const JamTime now, uint8_t* const out)
{
  const JamTime gap = toast_feedback_rising(&peer->feedback)
                        ? TOAST_FEEDBACK_FAST_GAP
                        : TOAST_FEEDBACK_GAP;
  // What company made it wait for does not add up
  const JamTime due =
    peer->feedback_at > now - gap ? peer->feedback_at : now - gap;
  peer->feedback_at = jam_time_add(due, gap);
  return toast_feedback_write(&peer->feedback, &peer->path, &peer->window, out);
}

static JamTime probe_gap(const ToastPeer* const peer, const JamTime now)
{
  return now - peer->opened_at < TOAST_PROBE_FAST_TIME ? TOAST_PROBE_FAST_GAP
                                                       : TOAST_PROBE_SLOW_GAP;
}

static bool wants(const ToastPeer* const peer,
                  const ToastRider       rider,
                  const size_t           size,
                  const size_t           room)
{
  return (peer->riders & rider) && size <= room;
}

static void done(ToastPeer* const peer, const ToastRider rider)
{
  peer->riders = (uint8_t)(peer->riders & ~(unsigned)rider);
}

size_t toast_riders_write(ToastPeer* const peer,
                          const JamTime    now,
                          uint8_t* const   out,
                          const size_t     capacity)
{
  size_t at = toast_route_reply_write(&peer->route, out, capacity);
  if (wants(peer, TOAST_RIDER_ACK, TOAST_WIRE_EVENT_ACK_SIZE, capacity - at)) {
    at += write_ack(peer, out + at);
    done(peer, TOAST_RIDER_ACK);
  }
  if (wants(peer, TOAST_RIDER_ECHO, TOAST_WIRE_ECHO_SIZE, capacity - at)) {
    at += write_echo(peer, out + at);
    done(peer, TOAST_RIDER_ECHO);
  }
  if (now >= peer->feedback_at && wants(peer,
                                        TOAST_RIDER_FEEDBACK,
                                        TOAST_WIRE_FEEDBACK_SIZE,
                                        capacity - at)) {
    at += write_feedback(peer, now, out + at);
    done(peer, TOAST_RIDER_FEEDBACK);
  }
  if (wants(peer,
            TOAST_RIDER_FRAGMENT,
            TOAST_WIRE_FRAGMENT_ACK_SIZE,
            capacity - at)) {
    at += write_fragment_ack(peer, out + at);
    done(peer, TOAST_RIDER_FRAGMENT);
  }
  if (wants(peer, TOAST_RIDER_TICKET, TOAST_WIRE_TICKET_SIZE, capacity - at)) {
    at += toast_ticket_write(peer, now, out + at);
    done(peer, TOAST_RIDER_TICKET);
  }
  if (wants(peer,
            TOAST_RIDER_RECEIPT,
            TOAST_WIRE_TICKET_ACK_SIZE,
            capacity - at)) {
    at += toast_receipt_write(peer, out + at);
    done(peer, TOAST_RIDER_RECEIPT);
  }
  if (now >= peer->probe_at && at < capacity) {
    out[at++]      = TOAST_WIRE_FRAME_PROBE;
    peer->probe_at = jam_time_add(now, probe_gap(peer, now));
  }
  if (peer->clock.report_due) {
    at += toast_clock_report_write(&peer->clock, out + at, capacity - at);
  }
  const JamTime next = peer->feedback_at > now ? peer->feedback_at : now;
  peer->rider_at =
    peer->riders == 0U ? JAM_NEVER : jam_time_add(next, TOAST_RIDER_TIME);
  return at;
}
