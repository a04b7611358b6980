// SPDX-License-Identifier: MIT
// A link: a sender and a receiver that share packets.

#include "midip2p/midip2p.h"

#include "base/memory.h"
#include "base/time.h"
#include "midip2p/receiver.h"
#include "midip2p/sender.h"

// Above this share of lost packets, waiting for guards costs more than it saves
#define EAGER_LOSS 0.003

struct Midip2pLink {
  JamAllocator    allocator;
  bool            has_allocator;
  uint32_t        epoch;
  Midip2pSender   sender;
  Midip2pReceiver receiver;
  Midip2pStats    stats;
};

JamStatus midip2p_link_new(const JamAllocator* const allocator,
                           const uint32_t            epoch,
                           Midip2pLink** const       out)
{
  Midip2pLink* const link = (Midip2pLink*)jam_mem_new(allocator, sizeof(*link));
  *out                    = link;
  if (!link) {
    return JAM_ERR_MEMORY;
  }
  if (allocator) {
    link->allocator     = *allocator;
    link->has_allocator = true;
  }
  link->epoch = epoch;
  midip2p_sender_init(&link->sender, epoch);
  midip2p_receiver_init(&link->receiver);
  return JAM_OK;
}

void midip2p_link_free(Midip2pLink* const link)
{
  if (link) {
    const JamAllocator allocator = link->allocator;
    jam_mem_free(link->has_allocator ? &allocator : NULL, link);
  }
}

JamStatus midip2p_send(Midip2pLink* const        link,
                       const JamTime             now,
                       const Midip2pEvent* const event)
{
  if (!midip2p_message_valid(event) || event->time_us > MIDIP2P_MAX_NUMBER ||
      event->time_us < -MIDIP2P_MAX_NUMBER) {
    return JAM_ERR_ARGUMENT;
  }
  if (!midip2p_sender_push(&link->sender, now, event)) {
    ++link->stats.queue_full;
    return JAM_ERR_FULL;
  }
  ++link->stats.sent;
  return JAM_OK;
}

void midip2p_input(Midip2pLink* const link,
                   const JamTime      now,
                   const char* const  text,
                   const size_t       size)
{
  Midip2pPacket packet;
  if (!midip2p_packet_read(text, size, &packet)) {
    ++link->stats.malformed;
    return;
  }
  ++link->stats.packets_received;
  midip2p_sender_ack(&link->sender, now, packet.ack);
  midip2p_receiver_take(&link->receiver, now, &packet, &link->stats);
}

size_t midip2p_output(Midip2pLink* const link,
                      const JamTime      now,
                      char* const        text,
                      const size_t       capacity)
{
  Midip2pPacket packet;
  packet.stream = link->epoch;
  packet.serial = (int64_t)link->stats.packets_sent;
  packet.first  = 0;
  packet.ack    = link->receiver.complete;
  packet.count  = 0U;
  if (!midip2p_sender_fill(&link->sender, now, &packet) &&
      now < link->receiver.ack_at) {
    return 0U;
  }
  midip2p_receiver_acked(&link->receiver, now);
  ++link->stats.packets_sent;
  return midip2p_packet_write(&packet, text, capacity);
}

JamTime midip2p_deadline(const Midip2pLink* const link)
{
  return jam_time_min(midip2p_sender_deadline(&link->sender),
                      link->receiver.ack_at);
}

bool midip2p_event(Midip2pLink* const link, Midip2pEvent* const out)
{
  return midip2p_receiver_next(&link->receiver, out, &link->stats);
}

void midip2p_link_release(Midip2pLink* const link, const int64_t time_us)
{
  midip2p_receiver_release(&link->receiver, time_us);
}

size_t midip2p_link_state(const Midip2pLink* const link,
                          const int64_t            time_us,
                          Midip2pEvent* const      out,
                          const size_t             capacity)
{
  return midip2p_state_write(&link->receiver.state, time_us, out, capacity);
}

void midip2p_link_follow(Midip2pLink* const        link,
                         const Midip2pEvent* const event)
{
  if (midip2p_message_valid(event)) {
    midip2p_state_follow(&link->receiver.state, event);
  }
}

void midip2p_set_loss(Midip2pLink* const link, const double loss)
{
  link->sender.eager = loss > EAGER_LOSS;
}

const Midip2pStats* midip2p_stats(const Midip2pLink* const link)
{
  return &link->stats;
}
