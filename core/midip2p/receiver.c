// SPDX-License-Identifier: MIT
// Receiving: events that follow on what we have, deltas that bridge a gap,
// a new life of the sender, and its silence.

#include "midip2p/receiver.h"

#include "base/time.h"

#include <string.h>

// What completes nothing means that an acknowledgement was lost, or is still on
// its way: it is answered, but not each time
#define REPEATED_ACK_GAP (5 * JAM_MS)

// A sender who holds something speaks four times a second
#define DEAD_AFTER (1500 * JAM_MS)

// The lives of a sender count upwards. One that goes on when a later one has
// long been silent is the present one all the same.
#define MOST_LIVES 65536U
#define OVERTAKEN_FOR (1000 * JAM_MS)

// Messages that one packet may add: each change may first end a note
#define MOST_NEW (MIDIP2P_EVENTS + 2U * MIDIP2P_DELTA)

static void push(Midip2pReceiver* const    receiver,
                 const Midip2pEvent* const event,
                 const uint8_t             origin)
{
  Midip2pEvent* const slot = &receiver->unread[receiver->in % MIDIP2P_UNREAD];
  *slot                    = *event;
  slot->origin             = origin;
  ++receiver->in;
}

void midip2p_receiver_init(Midip2pReceiver* const receiver)
{
  receiver->ack_at   = JAM_NEVER;
  receiver->acked_at = -REPEATED_ACK_GAP;
  midip2p_state_init(&receiver->state);
}

static void
answer(Midip2pReceiver* const receiver, const JamTime now, const bool progress)
{
  const JamTime next = jam_time_add(receiver->acked_at, REPEATED_ACK_GAP);
  const JamTime due  = (progress || next < now) ? now : next;
  receiver->ack_at   = jam_time_min(receiver->ack_at, due);
}

static bool is_whole(const Midip2pPacket* const packet)
{
  return (packet->has & MIDIP2P_HAS_DELTA) && packet->base == 0;
}

static void adopt(Midip2pReceiver* const receiver, const uint32_t stream)
{
  receiver->known     = true;
  receiver->stream    = stream;
  receiver->complete  = 0;
  receiver->parts     = 0U;
  receiver->whole     = false;
  receiver->has_clock = false;
  receiver->asks      = false;
}

// Returns whether the packet belongs to the stream now received. A stream
// begins with a whole state.
static bool follow_stream(Midip2pReceiver* const     receiver,
                          const JamTime              now,
                          const Midip2pPacket* const packet)
{
  if (receiver->known && packet->stream == receiver->stream) {
    return true;
  }
  if (receiver->known &&
      now < jam_time_add(receiver->heard_at, OVERTAKEN_FOR) &&
      receiver->stream - packet->stream < MOST_LIVES) {
    return false; // An earlier life, overtaken by its successor
  }
  if (!is_whole(packet)) {
    // We have forgotten this stream, or overheard its beginning
    receiver->asks = receiver->asks || (packet->has & MIDIP2P_HAS_RANGE);
    return false;
  }
  adopt(receiver, packet->stream);
  return true;
}

// A mode message ends notes when it is played; those that began after it are
// told anew. In the state it is only a value.
static void change_mode(Midip2pReceiver* const    receiver,
                        const Midip2pEvent* const message)
{
  Midip2pChannel* const channel =
    &receiver->state.channels[message->bytes[0] & 15U];
  uint8_t notes[128];
  memcpy(notes, channel->notes, sizeof(notes));
  midip2p_state_follow(&receiver->state, NULL, 0, message);
  memcpy(channel->notes, notes, sizeof(notes));
  push(receiver, message, MIDIP2P_CHANGE);
  receiver->settling = true;
}

static bool is_held(const Midip2pReceiver* const receiver,
                    const Midip2pEvent* const    message)
{
  const uint8_t velocity =
    receiver->state.channels[message->bytes[0] & 15U].notes[message->bytes[1]];
  return velocity != 0U && velocity != MIDIP2P_NOTE_OFF;
}

static void start_note(Midip2pReceiver* const    receiver,
                       const Midip2pEvent* const message)
{
  if (receiver->whole) {
    // The reader may hold it already: that is settled at the end
    midip2p_state_follow(&receiver->state, NULL, 0, message);
    return;
  }
  if (is_held(receiver, message)) {
    Midip2pEvent off = *message;
    off.bytes[0]     = (uint8_t)(message->bytes[0] & 0x8FU);
    off.bytes[2]     = 64U;
    push(receiver, &off, MIDIP2P_CHANGE);
  }
  midip2p_state_follow(&receiver->state, NULL, 0, message);
  push(receiver, message, MIDIP2P_CHANGE);
}

static void apply_message(Midip2pReceiver* const receiver,
                          const Midip2pEvent*    message)
{
  Midip2pEvent event = *message;
  if (!receiver->whole && midip2p_state_has(&receiver->state, message)) {
    return;
  }
  if (midip2p_is_note_on(message)) {
    start_note(receiver, message);
    return;
  }
  event.time_us = receiver->time_us;
  if ((message->bytes[0] & 0xF0U) == 0xB0U && message->bytes[1] >= 124U) {
    change_mode(receiver, &event);
    return;
  }
  midip2p_state_follow(&receiver->state, NULL, 0, &event);
  push(receiver, &event, MIDIP2P_CHANGE);
}

static void apply_messages(Midip2pReceiver* const     receiver,
                           const Midip2pPacket* const packet)
{
  for (unsigned i = 0U; i < packet->delta_count; ++i) {
    apply_message(receiver, &packet->delta[i]);
  }
}

static bool begin_parts(Midip2pReceiver* const     receiver,
                        const Midip2pPacket* const packet)
{
  if (receiver->parts == packet->parts &&
      receiver->part_first == packet->first &&
      receiver->part_base == packet->base) {
    return true;
  }
  if (receiver->parts > 0U && packet->first < receiver->part_first) {
    return false; // Older than what we are at
  }
  receiver->parts      = packet->parts;
  receiver->parts_left = packet->parts;
  receiver->part_first = packet->first;
  receiver->part_base  = packet->base;
  receiver->whole      = packet->base == 0;
  memset(receiver->parts_in, 0, sizeof(receiver->parts_in));
  if (receiver->whole) {
    // What the reader has been told before says nothing any more
    midip2p_state_init(&receiver->state);
  }
  return true;
}

// Takes in a delta, or a part of one. Returns whether it is complete now.
static bool take_delta(Midip2pReceiver* const     receiver,
                       const Midip2pPacket* const packet,
                       Midip2pStats* const        stats)
{
  if (!begin_parts(receiver, packet)) {
    return false;
  }
  uint64_t* const word = &receiver->parts_in[packet->part / 64U];
  const uint64_t  bit  = UINT64_C(1) << (packet->part % 64U);
  if (!(*word & bit)) {
    *word |= bit;
    --receiver->parts_left;
    apply_messages(receiver, packet);
  }
  if (receiver->parts_left > 0U) {
    return false;
  }
  ++stats->repairs;
  if (receiver->whole) {
    receiver->asks     = false;
    receiver->settling = true;
  } else {
    stats->state_only += (uint64_t)(packet->first - 1 - receiver->complete);
  }
  receiver->parts    = 0U;
  receiver->whole    = false;
  receiver->complete = packet->first - 1;
  return true;
}

// Whether the packet's events may follow on what we have, now or after its
// delta. While some parts of a delta are in and others not, only these help:
// our state is ahead of the events.
static bool reach(Midip2pReceiver* const     receiver,
                  const Midip2pPacket* const packet,
                  Midip2pStats* const        stats)
{
  const bool sane  = receiver->complete > 0 && !receiver->whole;
  const bool old   = packet->first <= receiver->complete + 1;
  const bool whole = is_whole(packet) && packet->first > receiver->complete &&
                     (!sane || !old || receiver->asks);
  if (!whole && sane && old && receiver->parts == 0U) {
    return true;
  }
  if (whole || (sane && !old && (packet->has & MIDIP2P_HAS_DELTA) &&
                packet->base > 0 && packet->base <= receiver->complete)) {
    return take_delta(receiver, packet, stats);
  }
  // The sender believes us to be further than we are. While a whole state is on
  // its way it knows better, and does not listen.
  receiver->asks = receiver->asks || !sane || packet->base > receiver->complete;
  ++stats->gaps;
  return false;
}

static void take_events(Midip2pReceiver* const     receiver,
                        const Midip2pPacket* const packet,
                        Midip2pStats* const        stats)
{
  for (unsigned i = 0U; i < packet->count; ++i) {
    const Midip2pEvent* const event = &packet->events[i];
    if (packet->first + (int64_t)i <= receiver->complete) {
      ++stats->duplicates;
      continue;
    }
    ++receiver->complete;
    ++stats->received;
    if (event->size > 0U) {
      midip2p_state_follow(&receiver->state, NULL, 0, event);
      push(receiver, event, MIDIP2P_PLAYED);
    }
  }
}

static void check_hash(Midip2pReceiver* const     receiver,
                       const Midip2pPacket* const packet,
                       Midip2pStats* const        stats)
{
  if ((packet->has & MIDIP2P_HAS_HASH) && packet->count == 0U &&
      receiver->complete == packet->first - 1 &&
      packet->hash != midip2p_state_checksum(&receiver->state)) {
    ++stats->diverged;
    receiver->asks = true;
  }
}

static void take_clock(Midip2pReceiver* const     receiver,
                       const Midip2pPacket* const packet)
{
  // Late packets tell of an older tick; a song may start again
  if ((packet->has & MIDIP2P_HAS_CLOCK) &&
      (!receiver->has_clock ||
       packet->clock.time_us >= receiver->clock.time_us)) {
    receiver->has_clock = true;
    receiver->clock     = packet->clock;
  }
}

bool midip2p_receiver_take(Midip2pReceiver* const     receiver,
                           const JamTime              now,
                           const Midip2pPacket* const packet,
                           Midip2pStats* const        stats)
{
  const bool ranged = (packet->has & MIDIP2P_HAS_RANGE) != 0U;
  if (receiver->in - receiver->out + MOST_NEW > MIDIP2P_UNREAD) {
    ++stats->refused;
    return false;
  }
  if (!follow_stream(receiver, now, packet)) {
    if (receiver->asks) {
      answer(receiver, now, false);
    }
    return false;
  }
  receiver->heard_at = now;
  if (receiver->silent) {
    receiver->silent   = false;
    receiver->settling = true;
  }
  take_clock(receiver, packet);
  if (!ranged) {
    return true;
  }
  if (packet->time_us > receiver->time_us || receiver->complete == 0) {
    receiver->time_us = packet->time_us;
  }
  const int64_t before = receiver->complete;
  if (reach(receiver, packet, stats)) {
    take_events(receiver, packet, stats);
    check_hash(receiver, packet, stats);
  }
  if (receiver->complete > before || packet->count > 0U ||
      (packet->has & MIDIP2P_HAS_DELTA) || receiver->asks) {
    answer(receiver, now, receiver->complete > before);
  }
  return true;
}

void midip2p_receiver_tick(Midip2pReceiver* const receiver, const JamTime now)
{
  if (!receiver->silent && receiver->heard.count > 0U &&
      now >= jam_time_add(receiver->heard_at, DEAD_AFTER)) {
    receiver->silent = true;
  }
}

JamTime midip2p_receiver_deadline(const Midip2pReceiver* const receiver)
{
  const bool waits = !receiver->silent && receiver->heard.count > 0U;
  return waits ? jam_time_min(receiver->ack_at,
                              jam_time_add(receiver->heard_at, DEAD_AFTER))
               : receiver->ack_at;
}

bool midip2p_receiver_next(Midip2pReceiver* const receiver,
                           Midip2pEvent* const    out,
                           Midip2pStats* const    stats)
{
  if (receiver->out != receiver->in) {
    *out = receiver->unread[receiver->out++ % MIDIP2P_UNREAD];
    midip2p_held_follow(&receiver->heard, out);
    return true;
  }
  const bool settles = receiver->settling && !receiver->whole;
  if (!receiver->silent && !settles) {
    return false;
  }
  if (!(receiver->silent
          ? midip2p_held_next(&receiver->heard, out)
          : midip2p_held_towards(&receiver->heard, &receiver->state, out))) {
    receiver->settling = receiver->silent;
    return false;
  }
  out->time_us = receiver->time_us;
  out->origin  = receiver->silent ? MIDIP2P_RELEASED : MIDIP2P_RESTORED;
  stats->released += out->bytes[0] < 0x90U ? 1U : 0U;
  midip2p_held_follow(&receiver->heard, out);
  return true;
}

void midip2p_receiver_release(Midip2pReceiver* const receiver,
                              const int64_t          time_us)
{
  receiver->silent  = true;
  receiver->time_us = time_us;
}

void midip2p_receiver_acked(Midip2pReceiver* const receiver, const JamTime now)
{
  receiver->ack_at   = JAM_NEVER;
  receiver->acked_at = now;
}
