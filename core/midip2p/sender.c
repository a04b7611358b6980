// SPDX-License-Identifier: MIT
// Sending: new events at once, unacknowledged ones again and again.

#include "midip2p/sender.h"

#include "base/time.h"
#include "midip2p/held.h"

// Gaps between repeats in ms; the last one goes on for good. Calm: guards
// against the rare loss. Eager: on a path known to lose packets.
static const uint16_t calm_gaps[] = {20U, 40U, 80U, 160U, 320U, 500U};
static const uint16_t eager_gaps[] =
  {3U, 4U, 6U, 12U, 25U, 50U, 100U, 200U, 400U, 500U};

#define CALM_COUNT (sizeof(calm_gaps) / sizeof(calm_gaps[0]))
#define EAGER_COUNT (sizeof(eager_gaps) / sizeof(eager_gaps[0]))

static Midip2pEvent* event_at(Midip2pSender* const sender, const int64_t number)
{
  return &sender->queue[(uint64_t)number % MIDIP2P_QUEUE];
}

static JamTime gap(const Midip2pSender* const sender)
{
  const unsigned count = sender->eager ? EAGER_COUNT : CALM_COUNT;
  const unsigned step =
    sender->repeat_step < count ? sender->repeat_step : count - 1U;
  return (sender->eager ? eager_gaps[step] : calm_gaps[step]) * JAM_MS;
}

static void restart_repeats(Midip2pSender* const sender, const JamTime now)
{
  sender->repeat_step = 0U;
  sender->repeat_at   = jam_time_add(now, gap(sender));
}

int64_t midip2p_first_number(const uint32_t epoch)
{
  // Multiplicative hashing: neighbouring epochs start far from each other
  return 1 + (int64_t)((epoch * UINT32_C(0x9E3779B1)) >> 12U);
}

void midip2p_sender_init(Midip2pSender* const sender, const uint32_t epoch)
{
  sender->last_us    = INT64_MIN;
  sender->acked      = midip2p_first_number(epoch) - 1;
  sender->written    = sender->acked;
  sender->last       = sender->acked;
  sender->round_next = sender->acked + 1;
  sender->round_end  = sender->round_next;
}

bool midip2p_sender_push(Midip2pSender* const      sender,
                         const JamTime             now,
                         const Midip2pEvent* const event)
{
  const int64_t held = sender->last - sender->acked;
  const int64_t room =
    (int64_t)MIDIP2P_QUEUE - (midip2p_is_release(event) ? 0 : MIDIP2P_RESERVE);
  if (held >= room) {
    return false;
  }
  if (sender->written == sender->last) {
    sender->fresh_at = now;
  }
  if (sender->last_us < event->time_us) {
    sender->last_us = event->time_us;
  }
  ++sender->last;
  *event_at(sender, sender->last)         = *event;
  event_at(sender, sender->last)->time_us = sender->last_us;
  return true;
}

void midip2p_sender_ack(Midip2pSender* const sender,
                        const JamTime        now,
                        const int64_t        number)
{
  if (number <= sender->acked || number > sender->written) {
    return;
  }
  sender->acked = number;
  restart_repeats(sender, now);
}

// Shortens [begin, end) to what may share a packet: first events before
// `keep`, which are there only for good measure, then the newest ones
static void shorten(Midip2pSender* const sender,
                    int64_t* const       begin,
                    const int64_t        keep,
                    int64_t* const       end)
{
  const int64_t newest_us = event_at(sender, *end - 1)->time_us;
  while (*begin < keep &&
         newest_us - event_at(sender, *begin)->time_us > MIDIP2P_MAX_SPAN_US) {
    ++*begin;
  }
  const int64_t oldest_us = event_at(sender, *begin)->time_us;
  while (event_at(sender, *end - 1)->time_us - oldest_us >
         MIDIP2P_MAX_SPAN_US) {
    --*end;
  }
}

// New events, led by as many unacknowledged ones as there is room for
static bool
choose_fresh(Midip2pSender* const sender, int64_t* const begin, int64_t* end)
{
  const int64_t window = MIDIP2P_WINDOW;
  const int64_t fresh  = sender->written + 1;
  if (fresh > sender->last) {
    return false;
  }
  *end   = (sender->last - fresh < window) ? sender->last + 1 : fresh + window;
  *begin = (*end - window > sender->acked) ? *end - window : sender->acked + 1;
  shorten(sender, begin, fresh, end);
  return true;
}

static bool choose_repeat(Midip2pSender* const sender,
                          const JamTime        now,
                          int64_t* const       begin,
                          int64_t* const       end)
{
  const int64_t oldest = sender->acked + 1;
  if (sender->round_next < oldest) {
    sender->round_next = oldest;
  }
  if (sender->round_next >= sender->round_end) {
    if (oldest > sender->written || now < sender->repeat_at) {
      return false;
    }
    ++sender->repeat_step;
    sender->repeat_at  = jam_time_add(now, gap(sender));
    sender->round_at   = now;
    sender->round_next = oldest;
    sender->round_end  = (sender->written - oldest < MIDIP2P_ROUND)
                           ? sender->written + 1
                           : oldest + MIDIP2P_ROUND;
  }
  const int64_t most = sender->round_next + MIDIP2P_WINDOW;
  *begin             = sender->round_next;
  *end               = (most < sender->round_end) ? most : sender->round_end;
  shorten(sender, begin, *begin, end);
  sender->round_next = *end;
  return true;
}

bool midip2p_sender_fill(Midip2pSender* const sender,
                         const JamTime        now,
                         Midip2pPacket* const packet)
{
  int64_t begin = 0;
  int64_t end   = 0;
  if (choose_fresh(sender, &begin, &end)) {
    sender->written = end - 1;
    if (begin == sender->acked + 1) {
      restart_repeats(sender, now);
    }
  } else if (!choose_repeat(sender, now, &begin, &end)) {
    return false;
  }
  packet->first = begin;
  packet->count = (unsigned)(end - begin);
  for (unsigned i = 0U; i < packet->count; ++i) {
    packet->events[i] = *event_at(sender, begin + i);
  }
  return true;
}

JamTime midip2p_sender_deadline(const Midip2pSender* const sender)
{
  if (sender->written < sender->last) {
    return sender->fresh_at;
  }
  if (sender->acked == sender->last) {
    return JAM_NEVER;
  }
  return (sender->round_end > sender->round_next &&
          sender->round_end > sender->acked + 1)
           ? sender->round_at
           : sender->repeat_at;
}
