// SPDX-License-Identifier: MIT
// Receiving: order, duplicates, a new life of the sender, releases.

#include "midip2p/receiver.h"

#include "base/time.h"
#include "midip2p/sender.h"

#include <string.h>

// Duplicates mean that an acknowledgement was lost, or is still on its way:
// they are answered, but not each one
#define REPEATED_ACK_GAP (5 * JAM_MS)

static size_t slot_of(const int64_t number)
{
  return (size_t)((uint64_t)number % MIDIP2P_UNREAD);
}

static bool is_present(const Midip2pReceiver* const receiver,
                       const int64_t                number)
{
  const size_t slot = slot_of(number);
  return receiver->present[slot / 64U] >> (slot % 64U) & 1U;
}

static void toggle_present(Midip2pReceiver* const receiver,
                           const int64_t          number)
{
  const size_t slot = slot_of(number);
  receiver->present[slot / 64U] ^= UINT64_C(1) << (slot % 64U);
}

void midip2p_receiver_init(Midip2pReceiver* const receiver)
{
  receiver->ack_at   = JAM_NEVER;
  receiver->acked_at = -REPEATED_ACK_GAP;
}

static void adopt(Midip2pReceiver* const receiver, const uint32_t stream)
{
  receiver->known_before  = receiver->known;
  receiver->stream_before = receiver->stream;
  receiver->known         = true;
  receiver->stream        = stream;
  receiver->complete      = midip2p_first_number(stream) - 1;
  receiver->read          = receiver->complete;
  memset(receiver->present, 0, sizeof(receiver->present));
  memset(&receiver->state, 0, sizeof(receiver->state));
}

// Returns whether the packet belongs to the stream now received. A new stream
// begins only when the reader has let go of all the old one held: until then
// its packets are left for the sender to repeat.
static bool follow_stream(Midip2pReceiver* const     receiver,
                          const Midip2pPacket* const packet)
{
  if (receiver->known && packet->stream == receiver->stream) {
    return true;
  }
  if (receiver->known_before && packet->stream == receiver->stream_before) {
    return false; // Overtaken by its successor
  }
  if (receiver->read < receiver->complete || receiver->state.held.count > 0U) {
    midip2p_receiver_release(receiver, packet->events[0].time_us);
    return false;
  }
  adopt(receiver, packet->stream);
  return true;
}

static void take_event(Midip2pReceiver* const    receiver,
                       const int64_t             number,
                       const Midip2pEvent* const event,
                       Midip2pStats* const       stats)
{
  if (number > receiver->read + (int64_t)MIDIP2P_UNREAD) {
    ++stats->queue_full;
    return;
  }
  if (number <= receiver->complete || is_present(receiver, number)) {
    ++stats->duplicates;
    return;
  }
  receiver->slots[slot_of(number)] = *event;
  toggle_present(receiver, number);
  ++stats->received;
}

void midip2p_receiver_take(Midip2pReceiver* const     receiver,
                           const JamTime              now,
                           const Midip2pPacket* const packet,
                           Midip2pStats* const        stats)
{
  if (packet->count == 0U || !follow_stream(receiver, packet)) {
    return;
  }
  const int64_t before = receiver->complete;
  const int64_t last   = packet->first + (int64_t)packet->count - 1;
  if (last > before + (int64_t)MIDIP2P_QUEUE) {
    ++stats->malformed; // No sender may have so many on their way
    return;
  }
  for (unsigned i = 0U; i < packet->count; ++i) {
    take_event(receiver, packet->first + i, &packet->events[i], stats);
  }
  while (receiver->complete < receiver->read + (int64_t)MIDIP2P_UNREAD &&
         is_present(receiver, receiver->complete + 1)) {
    ++receiver->complete;
  }
  const JamTime next = jam_time_add(receiver->acked_at, REPEATED_ACK_GAP);
  const JamTime due  = (receiver->complete > before || next < now) ? now : next;
  receiver->ack_at   = jam_time_min(receiver->ack_at, due);
}

bool midip2p_receiver_next(Midip2pReceiver* const receiver,
                           Midip2pEvent* const    out,
                           Midip2pStats* const    stats)
{
  if (receiver->releasing && receiver->read >= receiver->release_after) {
    if (midip2p_held_next(&receiver->state.held, out)) {
      out->time_us = receiver->release_us;
      stats->released += (out->bytes[0] < 0x90U) ? 1U : 0U;
      midip2p_state_follow(&receiver->state, out);
      return true;
    }
    receiver->releasing = false;
  }
  if (receiver->read >= receiver->complete) {
    return false;
  }
  ++receiver->read;
  *out = receiver->slots[slot_of(receiver->read)];
  toggle_present(receiver, receiver->read);
  midip2p_state_follow(&receiver->state, out);
  return true;
}

void midip2p_receiver_release(Midip2pReceiver* const receiver,
                              const int64_t          time_us)
{
  receiver->releasing     = true;
  receiver->release_after = receiver->complete;
  receiver->release_us    = time_us;
}

void midip2p_receiver_acked(Midip2pReceiver* const receiver, const JamTime now)
{
  receiver->ack_at   = JAM_NEVER;
  receiver->acked_at = now;
}
