// SPDX-License-Identifier: MIT
// What goes into a packet: new events at once, led by those that the peer may
// not have yet, and by what the ones before have left behind.

#include "midip2p/sender.h"

#include "base/time.h"

// New events in one packet, and old ones before them, on a good and on a bad
// path; the room a packet has for both, by the longest text of each
#define FRESH 16
#define OLD 16
#define OLD_WIDE 32
#define ROOM 870U
#define COST_EVENT 26U
#define COST_MESSAGE 16U
#define COST_NOTE 28U // In a delta, with its age
#define MOST_EVENTS ((int64_t)(ROOM / COST_EVENT))

// Keep-alives
#define ALIVE_SPAN (2 * JAM_SECOND)
#define IDLE_GAP (4 * JAM_SECOND)

// Parts

typedef struct Parts {
  uint32_t       wanted; // UINT32_MAX: none, count only
  uint32_t       current;
  unsigned       cost, limit, total;
  Midip2pPacket* packet;
} Parts;

static unsigned cost_of(const Midip2pGroup* const group)
{
  unsigned cost = 0U;
  for (unsigned i = 0U; i < group->count; ++i) {
    cost += midip2p_is_note_on(&group->messages[i]) ? COST_NOTE : COST_MESSAGE;
  }
  return cost;
}

static bool put_group(void* const context, const Midip2pGroup* const group)
{
  Parts* const   parts = (Parts*)context;
  const unsigned cost  = cost_of(group);
  parts->total += cost;
  if (parts->cost + cost > parts->limit) {
    ++parts->current;
    parts->cost = 0U;
  }
  parts->cost += cost;
  for (unsigned i = 0U; parts->current == parts->wanted && i < group->count;
       ++i) {
    parts->packet->delta[parts->packet->delta_count++] = group->messages[i];
  }
  return parts->current <= parts->wanted;
}

static void write_delta(const Midip2pSender* const sender,
                        const int64_t              base,
                        const int64_t              time_us,
                        Parts* const               parts)
{
  midip2p_state_delta(&sender->tail,
                      &sender->changes,
                      base,
                      sender->window - 1,
                      time_us,
                      put_group,
                      parts);
}

static int64_t base_of(const Midip2pSender* const sender)
{
  return sender->whole > sender->acked ? 0 : sender->acked;
}

static bool needs_delta(const Midip2pSender* const sender)
{
  return sender->window > sender->acked + 1;
}

// Events

// Time of a packet with these events: none of the stream so far is later
static int64_t
time_of(Midip2pSender* const sender, const int64_t begin, const int64_t end)
{
  int64_t time_us = sender->tail_us;
  for (int64_t n = begin; n < end; ++n) {
    const int64_t other = midip2p_sender_at(sender, n)->time_us;
    time_us             = time_us < other ? other : time_us;
  }
  return time_us == INT64_MIN ? 0 : time_us;
}

static bool
too_long(Midip2pSender* const sender, const int64_t begin, const int64_t end)
{
  const int64_t time_us = time_of(sender, begin, end);
  bool          is_old  = end - begin > MOST_EVENTS;
  for (int64_t n = begin; n < end && !is_old; ++n) {
    is_old =
      time_us - midip2p_sender_at(sender, n)->time_us > MIDIP2P_MAX_SPAN_US;
  }
  return is_old;
}

// Shortens [begin, end) to what may share a packet: first events before `keep`,
// which are there only for good measure, then the newest ones
static void shorten(Midip2pSender* const sender,
                    int64_t* const       begin,
                    const int64_t        keep,
                    int64_t* const       end)
{
  while (*begin < keep && too_long(sender, *begin, *end)) {
    ++*begin;
  }
  while (*end > *begin + 1 && too_long(sender, *begin, *end)) {
    --*end;
  }
}

// The first of the old events that go with the new ones from `fresh` on
static int64_t choose_begin(const Midip2pSender* const sender,
                            const int64_t              fresh)
{
  const int64_t limit = sender->wide ? OLD_WIDE : OLD;
  const int64_t least =
    sender->acked + 1 > sender->window ? sender->acked + 1 : sender->window;
  return fresh - limit > least ? fresh - limit : least;
}

static void put_events(Midip2pSender* const sender,
                       const int64_t        begin,
                       const int64_t        end,
                       Midip2pPacket* const packet)
{
  packet->has |= MIDIP2P_HAS_RANGE;
  packet->parts   = 1U;
  packet->time_us = time_of(sender, begin, end);
  packet->first   = begin;
  packet->count   = (unsigned)(end - begin);
  for (unsigned i = 0U; i < packet->count; ++i) {
    packet->events[i] = *midip2p_sender_at(sender, begin + (int64_t)i);
  }
}

static void put_delta(Midip2pSender* const sender,
                      const uint32_t       part,
                      const unsigned       limit,
                      Midip2pPacket* const packet)
{
  Parts parts = {part, 0U, 0U, limit, 0U, packet};
  packet->has |= MIDIP2P_HAS_DELTA;
  packet->delta_count = 0U;
  packet->part        = part;
  packet->base        = sender->parted ? sender->part_base : base_of(sender);
  write_delta(sender, packet->base, packet->time_us, &parts);
}

// From now on the window stays, and so do the parts of the delta before it
static void divide(Midip2pSender* const sender)
{
  if (!sender->parted) {
    Parts parts       = {UINT32_MAX, 0U, 0U, ROOM, 0U, NULL};
    sender->part_base = base_of(sender);
    write_delta(sender, sender->part_base, 0, &parts);
    sender->parts  = parts.current + 1U;
    sender->parted = true;
  }
}

static void start_round(Midip2pSender* const sender, const JamTime now)
{
  divide(sender);
  sender->round      = true;
  sender->round_at   = now;
  sender->round_next = sender->window;
  sender->part       = 0U;
}

static void next_of_round(Midip2pSender* const sender,
                          Midip2pPacket* const packet)
{
  if (sender->part < sender->parts) {
    put_events(sender, sender->window, sender->window, packet);
    put_delta(sender, sender->part++, ROOM, packet);
    packet->parts = sender->parts;
  } else {
    int64_t end = sender->last + 1;
    shorten(sender, &sender->round_next, sender->round_next, &end);
    put_events(sender, sender->round_next, end, packet);
    sender->round_next = end;
  }
  const int64_t sent = sender->round_next - 1;
  sender->written    = sent > sender->written ? sent : sender->written;
  if (sender->part == sender->parts && sender->round_next > sender->last) {
    sender->round = false;
  }
}

// Events from `begin` on and the delta before them, if both fit one packet
static bool put_together(Midip2pSender* const sender,
                         const int64_t        begin,
                         const int64_t        end,
                         Midip2pPacket* const packet)
{
  midip2p_sender_fold(sender, begin);
  put_events(sender, begin, end, packet);
  if (!needs_delta(sender)) {
    return true;
  }
  const unsigned used  = packet->count * COST_EVENT;
  const unsigned limit = ROOM > used ? ROOM - used : 0U;
  Parts          parts = {0U, 0U, 0U, limit, 0U, packet};
  packet->has |= MIDIP2P_HAS_DELTA;
  packet->delta_count = 0U;
  packet->part        = 0U;
  packet->base        = base_of(sender);
  write_delta(sender, packet->base, packet->time_us, &parts);
  return parts.current == 0U;
}

// New events up to `end`, after old ones. A delta that leaves them no room goes
// out with the next guard: mostly nothing is lost, and they follow on.
static void fill_window(Midip2pSender* const sender,
                        const int64_t        fresh,
                        const int64_t        end,
                        Midip2pPacket* const packet)
{
  int64_t begin = choose_begin(sender, fresh);
  int64_t stop  = end;
  shorten(sender, &begin, fresh, &stop);
  if (sender->parted) {
    put_events(sender, begin, stop, packet);
  } else if (!put_together(sender, begin, stop, packet)) {
    packet->has &= ~(uint32_t)MIDIP2P_HAS_DELTA;
    packet->delta_count = 0U;
    divide(sender);
  }
  sender->written = stop - 1;
}

static bool fill_fresh(Midip2pSender* const sender,
                       const JamTime        now,
                       Midip2pPacket* const packet)
{
  const int64_t fresh =
    sender->written + 1 > sender->window ? sender->written + 1 : sender->window;
  if (sender->written >= sender->last) {
    return false;
  }
  const int64_t left   = sender->last + 1 - fresh;
  const int64_t end    = fresh + (left < FRESH ? left : FRESH);
  const bool    untold = sender->written < sender->whole;
  fill_window(sender, fresh, end, packet);
  if (sender->parted && untold) {
    // The peer has nothing yet: events alone are of no use to it
    start_round(sender, now);
    next_of_round(sender, packet);
  }
  if (sender->probe == 0) {
    sender->probe    = sender->written;
    sender->probe_at = now;
  }
  midip2p_sender_guard(sender, now);
  return true;
}

static bool fill_repeat(Midip2pSender* const sender,
                        const JamTime        now,
                        Midip2pPacket* const packet)
{
  if (!midip2p_sender_pending(sender) || now < sender->repeat_at) {
    return false;
  }
  ++sender->repeat_step;
  sender->repeat_at = jam_time_add(now, midip2p_sender_gap(sender));
  sender->probe     = 0; // An answer may be to either
  if (!sender->parted) {
    fill_window(sender, sender->last + 1, sender->last + 1, packet);
  }
  if (sender->parted) {
    start_round(sender, now);
    next_of_round(sender, packet);
  }
  return true;
}

static bool holds_notes(const Midip2pSender* const sender)
{
  for (unsigned i = 0U; i < 16U; ++i) {
    const Midip2pChannel* const channel = &sender->tail.channels[i];
    for (unsigned key = 0U; key < 128U; ++key) {
      if (channel->notes[key] & 127U) {
        return true;
      }
    }
    if (channel->controllers[64] > 64U || channel->controllers[66] > 64U ||
        channel->controllers[67] > 64U) {
      return true;
    }
  }
  return false;
}

static bool fill_alive(Midip2pSender* const sender,
                       const JamTime        now,
                       Midip2pPacket* const packet)
{
  if (midip2p_sender_pending(sender) || sender->written < sender->last ||
      now < sender->alive_at) {
    return false;
  }
  put_events(sender, sender->last + 1, sender->last + 1, packet);
  packet->has |= MIDIP2P_HAS_HASH;
  packet->hash    = midip2p_state_checksum(&sender->tail);
  const bool busy = now < jam_time_add(sender->event_at, ALIVE_SPAN) ||
                    holds_notes(sender) || sender->tail.running == 2U;
  sender->alive_at = jam_time_add(now, busy ? MIDIP2P_ALIVE_GAP : IDLE_GAP);
  return true;
}

bool midip2p_sender_fill(Midip2pSender* const sender,
                         const JamTime        now,
                         Midip2pPacket* const packet)
{
  packet->count       = 0U;
  packet->delta_count = 0U;
  packet->first       = 0;
  if (sender->round) {
    next_of_round(sender, packet);
  } else if (!fill_fresh(sender, now, packet) &&
             !fill_repeat(sender, now, packet) &&
             !fill_alive(sender, now, packet) &&
             !midip2p_ticks_due(&sender->ticks, now)) {
    return false;
  }
  if (midip2p_ticks_tell(&sender->ticks, now, &packet->clock)) {
    packet->has |= MIDIP2P_HAS_CLOCK;
  }
  return true;
}
