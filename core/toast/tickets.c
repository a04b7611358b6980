// SPDX-License-Identifier: MIT
// Giving a caller its tickets: one when its session opens, a new one every 60
// s. The newest rides in a packet every 100 ms until the caller acknowledges
// it.

#include "toast/endpoint.h"

#include <sodium.h>

#include <string.h>

#define MAX_UTC_US (INT64_C(1) << 53U)

static void
issue(ToastEndpoint* const endpoint, ToastPeer* const peer, const JamTime now)
{
  ToastTicket* const ticket  = &peer->ticket;
  ToastTicketContent content = {.identity = peer->identity};
  memcpy(content.secret, peer->resume_secret, TOAST_KEY_SIZE);
  ticket->identity = peer->identity;
  ticket->utc_us   = toast_utc(endpoint, now);
  ticket->received = now;
  ++ticket->number;
  toast_ticket_seal(endpoint->config.cluster_secret,
                    &endpoint->drbg,
                    ticket->utc_us,
                    &content,
                    ticket->data);
  sodium_memzero(&content, sizeof(content));
  peer->has_ticket = true;
}

void toast_ticket_tick(ToastEndpoint* const endpoint,
                       ToastPeer* const     peer,
                       const JamTime        now)
{
  if (now < peer->ticket_at) {
    return;
  }
  if (!endpoint->has_utc) {
    peer->ticket_at = jam_time_add(now, JAM_SECOND);
    return;
  }
  if (!peer->has_ticket ||
      now - peer->ticket.received >= TOAST_TICKET_RENEWAL) {
    issue(endpoint, peer, now);
  }
  if (peer->ticket_acked == peer->ticket.number) {
    peer->ticket_at = jam_time_add(peer->ticket.received, TOAST_TICKET_RENEWAL);
  } else {
    toast_ride(endpoint, peer, now, TOAST_RIDER_TICKET);
    peer->ticket_at = jam_time_add(now, TOAST_TICKET_GAP);
  }
}

size_t toast_ticket_write(const ToastPeer* const peer,
                          const JamTime          now,
                          uint8_t* const         out)
{
  const ToastTicket* const ticket = &peer->ticket;
  const int64_t            utc_us =
    ticket->utc_us + jam_time_to_us(now - ticket->received);
  out[0] = TOAST_WIRE_FRAME_TICKET;
  toast_put32(out + 1, ticket->number);
  memcpy(out + TOAST_WIRE_TICKET_ID, ticket->identity.id, TOAST_ID_SIZE);
  toast_put32(out + TOAST_WIRE_TICKET_EPOCH, ticket->identity.epoch);
  toast_put64(out + TOAST_WIRE_TICKET_UTC, (uint64_t)utc_us);
  memcpy(out + TOAST_WIRE_TICKET_DATA, ticket->data, TOAST_TICKET_SIZE);
  return TOAST_WIRE_TICKET_SIZE;
}

size_t toast_receipt_write(const ToastPeer* const peer, uint8_t* const out)
{
  out[0] = TOAST_WIRE_FRAME_TICKET_ACK;
  toast_put32(out + 1, peer->ticket.number);
  return TOAST_WIRE_TICKET_ACK_SIZE;
}

void toast_ticket_take(ToastPeer* const     peer,
                       const JamTime        now,
                       const uint8_t* const frame)
{
  ToastTicket* const ticket = &peer->ticket;
  const uint32_t     number = toast_get32(frame + 1);
  const int64_t utc_us = (int64_t)toast_get64(frame + TOAST_WIRE_TICKET_UTC);
  if ((peer->has_ticket && number <= ticket->number) || utc_us < 0 ||
      utc_us > MAX_UTC_US) {
    return; // A copy, or overtaken
  }
  memcpy(ticket->identity.id, frame + TOAST_WIRE_TICKET_ID, TOAST_ID_SIZE);
  ticket->identity.epoch = toast_get32(frame + TOAST_WIRE_TICKET_EPOCH);
  memcpy(ticket->data, frame + TOAST_WIRE_TICKET_DATA, TOAST_TICKET_SIZE);
  memcpy(ticket->secret, peer->resume_secret, TOAST_KEY_SIZE);
  ticket->number   = number;
  ticket->utc_us   = utc_us;
  ticket->received = now;
  peer->has_ticket = true;
  if (!peer->has_identity) {
    peer->identity     = ticket->identity;
    peer->has_identity = true;
  }
}

void toast_receipt_take(ToastPeer* const peer, const uint8_t* const frame)
{
  const uint32_t number = toast_get32(frame + 1);
  if (peer->has_ticket && number == peer->ticket.number) {
    peer->ticket_acked = number;
    peer->riders    = (uint8_t)(peer->riders & ~(unsigned)TOAST_RIDER_TICKET);
    peer->ticket_at = jam_time_add(peer->ticket.received, TOAST_TICKET_RENEWAL);
  }
}
