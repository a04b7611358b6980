// SPDX-License-Identifier: MIT
// A link: a sender and a receiver that share packets.

#include "midip2p/midip2p.h"

#include "base/memory.h"
#include "base/time.h"
#include "midip2p/receiver.h"
#include "midip2p/sender.h"
#include "midip2p/sysex.h"

// Above this share of lost packets, waiting for guards costs more than it saves
#define EAGER_LOSS 0.003
#define WIDE_LOSS 0.02

struct Midip2pLink {
  JamAllocator    allocator;
  bool            has_allocator;
  uint32_t        epoch;
  bool            compact, peer_reads_compact;
  Midip2pSender   sender;
  Midip2pReceiver receiver;
  Midip2pSysexOut sysex_out;
  Midip2pSysexIn  sysex_in;
  uint32_t        sysex_stream; // Of the messages in sysex_in
  Midip2pStats    stats;
};

static const JamAllocator* allocator_of(const Midip2pLink* const link)
{
  return link->has_allocator ? &link->allocator : NULL;
}

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
  midip2p_sysex_out_init(&link->sysex_out);
  midip2p_sysex_in_init(&link->sysex_in);
  return JAM_OK;
}

void midip2p_link_free(Midip2pLink* const link)
{
  if (link) {
    const JamAllocator allocator = link->allocator;
    midip2p_sysex_out_free(&link->sysex_out, allocator_of(link));
    midip2p_sysex_in_free(&link->sysex_in, allocator_of(link));
    jam_mem_free(link->has_allocator ? &allocator : NULL, link);
  }
}

JamStatus midip2p_send(Midip2pLink* const        link,
                       const JamTime             now,
                       const Midip2pEvent* const event)
{
  if (!midip2p_message_valid(event) ||
      event->time_us > MIDIP2P_MAX_NUMBER / 2 ||
      event->time_us < -MIDIP2P_MAX_NUMBER / 2) {
    return JAM_ERR_ARGUMENT;
  }
  ++link->stats.sent;
  if (!link->sender.raw &&
      midip2p_ticks_follow(&link->sender.ticks, now, event)) {
    midip2p_sender_begin(&link->sender, now);
    return JAM_OK;
  }
  link->stats.folded += midip2p_sender_push(&link->sender, now, event);
  return JAM_OK;
}

JamStatus midip2p_send_sysex(Midip2pLink* const   link,
                             const JamTime        now,
                             const int64_t        time_us,
                             const uint8_t* const bytes,
                             const size_t         size)
{
  if (size < 2U || bytes[0] != 0xF0U || bytes[size - 1U] != 0xF7U ||
      time_us > MIDIP2P_MAX_NUMBER / 2 || time_us < -MIDIP2P_MAX_NUMBER / 2) {
    return JAM_ERR_ARGUMENT;
  }
  for (size_t i = 1U; i + 1U < size; ++i) {
    if (bytes[i] >= 0x80U) {
      return JAM_ERR_ARGUMENT;
    }
  }
  const JamStatus status = midip2p_sysex_push(&link->sysex_out,
                                              allocator_of(link),
                                              now,
                                              time_us,
                                              bytes,
                                              size);
  if (status == JAM_OK) {
    midip2p_sender_begin(&link->sender, now);
  }
  link->stats.sysex_sent += status == JAM_OK ? 1U : 0U;
  link->stats.sysex_refused += status == JAM_OK ? 0U : 1U;
  return status;
}

static void take_sysex(Midip2pLink* const         link,
                       const JamTime              now,
                       const Midip2pPacket* const packet)
{
  if (link->sysex_stream != packet->stream) {
    midip2p_sysex_in_free(&link->sysex_in, allocator_of(link));
    link->sysex_stream = packet->stream;
  }
  const bool had = link->sysex_in.complete;
  if (!midip2p_sysex_take(&link->sysex_in,
                          allocator_of(link),
                          now,
                          &packet->fragment)) {
    ++link->stats.sysex_refused;
  }
  link->stats.sysex_received += !had && link->sysex_in.complete ? 1U : 0U;
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
  if (packet.has & MIDIP2P_ASKS) {
    midip2p_sender_restate(&link->sender, now);
  }
  if (packet.has & MIDIP2P_HAS_SYSEX_ACK) {
    midip2p_sysex_ack(&link->sysex_out,
                      allocator_of(link),
                      now,
                      packet.sysex_ack_id,
                      packet.sysex_ack);
  }
  link->peer_reads_compact = link->peer_reads_compact ||
                             (packet.has & (MIDIP2P_READS | MIDIP2P_COMPACT));
  if (midip2p_receiver_take(&link->receiver, now, &packet, &link->stats) &&
      (packet.has & MIDIP2P_HAS_SYSEX)) {
    take_sysex(link, now, &packet);
  }
}

static void fill_beside(Midip2pLink* const link, Midip2pPacket* const packet)
{
  packet->has |= link->receiver.asks ? MIDIP2P_ASKS : 0U;
  packet->has |= link->compact ? MIDIP2P_READS : 0U;
  packet->has |=
    link->compact && link->peer_reads_compact ? MIDIP2P_COMPACT : 0U;
  if (link->sysex_in.ack_at != JAM_NEVER) {
    packet->has |= MIDIP2P_HAS_SYSEX_ACK;
    midip2p_sysex_answer(&link->sysex_in,
                         &packet->sysex_ack_id,
                         &packet->sysex_ack);
  }
}

size_t midip2p_output(Midip2pLink* const link,
                      const JamTime      now,
                      char* const        text,
                      const size_t       capacity)
{
  Midip2pPacket packet;
  midip2p_receiver_tick(&link->receiver, now);
  packet.has    = 0U;
  packet.stream = link->epoch;
  packet.serial = (int64_t)link->stats.packets_sent;
  packet.ack    = link->receiver.complete;
  if (!midip2p_sender_fill(&link->sender, now, &packet)) {
    const JamTime patience =
      2 * (link->sender.rtt + 2 * link->sender.deviation) + 20 * JAM_MS;
    if (link->sender.whole > 0 &&
        midip2p_sysex_fill(&link->sysex_out, now, patience, &packet.fragment)) {
      packet.has |= MIDIP2P_HAS_SYSEX;
    } else if (now < link->receiver.ack_at && now < link->sysex_in.ack_at) {
      return 0U;
    }
  }
  const bool news = packet.count > 0U || (packet.has & MIDIP2P_HAS_DELTA);
  fill_beside(link, &packet);
  midip2p_receiver_acked(&link->receiver, now);
  ++link->stats.packets_sent;
  const size_t size = midip2p_packet_write(&packet, text, capacity);
  link->stats.bytes_sent += news ? size : 0U;
  link->stats.largest = size > link->stats.largest ? size : link->stats.largest;
  return size;
}

JamTime midip2p_deadline(const Midip2pLink* const link)
{
  JamTime due = jam_time_min(midip2p_sender_deadline(&link->sender),
                             midip2p_receiver_deadline(&link->receiver));
  due         = jam_time_min(due, link->sysex_in.ack_at);
  return jam_time_min(due, midip2p_sysex_deadline(&link->sysex_out));
}

bool midip2p_event(Midip2pLink* const link, Midip2pEvent* const out)
{
  return midip2p_receiver_next(&link->receiver, out, &link->stats);
}

size_t midip2p_sysex(Midip2pLink* const    link,
                     const uint8_t** const bytes,
                     int64_t* const        time_us)
{
  return midip2p_sysex_read(&link->sysex_in,
                            allocator_of(link),
                            bytes,
                            time_us);
}

bool midip2p_clock(const Midip2pLink* const link, Midip2pClock* const out)
{
  *out = link->receiver.clock;
  return link->receiver.has_clock;
}

void midip2p_set_clock(Midip2pLink* const        link,
                       const JamTime             now,
                       const Midip2pClock* const clock)
{
  midip2p_sender_begin(&link->sender, now);
  midip2p_ticks_relay(&link->sender.ticks, now, clock);
}

void midip2p_link_release(Midip2pLink* const link, const int64_t time_us)
{
  midip2p_receiver_release(&link->receiver, time_us);
}

void midip2p_link_seed(Midip2pLink* const       link,
                       const JamTime            now,
                       const Midip2pLink* const from,
                       const bool               sent)
{
  Midip2pSender* const sender = &link->sender;
  if (sent) {
    midip2p_sender_state(&from->sender, &sender->tail);
    sender->tail_us = from->sender.last_us;
  } else {
    sender->tail    = from->receiver.state;
    sender->tail_us = from->receiver.time_us;
    if (from->receiver.silent) {
      midip2p_held_silence(&sender->tail);
    }
  }
  sender->last_us = sender->tail_us;
  midip2p_sender_used(sender);
  midip2p_sender_begin(sender, now);
  Midip2pClock clock;
  if (!sent && midip2p_clock(from, &clock) && clock.running) {
    midip2p_ticks_relay(&sender->ticks, now, &clock);
  }
}

void midip2p_set_loss(Midip2pLink* const link, const double loss)
{
  link->sender.eager = loss > EAGER_LOSS;
  link->sender.wide  = loss > WIDE_LOSS;
}

void midip2p_set_compact(Midip2pLink* const link, const bool compact)
{
  link->compact = compact;
}

void midip2p_set_raw(Midip2pLink* const link, const bool raw)
{
  link->sender.raw = raw;
}

uint32_t midip2p_state_hash(const Midip2pLink* const link, const bool sent)
{
  if (!sent) {
    return midip2p_state_checksum(&link->receiver.state);
  }
  Midip2pState state;
  midip2p_sender_state(&link->sender, &state);
  return midip2p_state_checksum(&state);
}

int64_t midip2p_number(const Midip2pLink* const link, const bool sent)
{
  if (sent) {
    return link->sender.last;
  }
  return link->receiver.parts > 0U ? 0 : link->receiver.complete;
}

const Midip2pStats* midip2p_stats(const Midip2pLink* const link)
{
  return &link->stats;
}
