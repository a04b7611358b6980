// SPDX-License-Identifier: MIT
// What has been played and not been acknowledged: the newest as events, the
// rest as a state. When it is time to repeat it.

#include "midip2p/sender.h"

#include "base/time.h"

#include <string.h>

// Gaps between repeats in ms; the last one goes on for good. Calm: the first
// comes when the acknowledgement is overdue (added to the round trip). Eager:
// on a path known to lose packets, short outages end between two of them.
static const uint16_t calm_gaps[] = {5U, 40U, 80U, 160U, 320U, 500U};
static const uint16_t eager_gaps[] =
  {4U, 5U, 6U, 7U, 10U, 20U, 40U, 80U, 160U, 320U, 500U};

#define CALM_COUNT (sizeof(calm_gaps) / sizeof(calm_gaps[0]))
#define EAGER_COUNT (sizeof(eager_gaps) / sizeof(eager_gaps[0]))

#define FIRST_RTT (40 * JAM_MS)
#define MOST_RTT JAM_SECOND

Midip2pEvent* midip2p_sender_at(Midip2pSender* const sender,
                                const int64_t        number)
{
  return &sender->queue[(uint64_t)number % MIDIP2P_QUEUE];
}

JamTime midip2p_sender_gap(const Midip2pSender* const sender)
{
  const unsigned  count = sender->eager ? EAGER_COUNT : CALM_COUNT;
  const uint16_t* gaps  = sender->eager ? eager_gaps : calm_gaps;
  const unsigned  step =
    sender->repeat_step < count ? sender->repeat_step : count - 1U;
  const JamTime wait =
    (!sender->eager && step == 0U) ? sender->rtt + 2 * sender->deviation : 0;
  return wait + gaps[step] * JAM_MS;
}

void midip2p_sender_guard(Midip2pSender* const sender, const JamTime now)
{
  sender->repeat_step = 0U;
  sender->repeat_at   = jam_time_add(now, midip2p_sender_gap(sender));
}

int64_t midip2p_first_number(const uint32_t epoch)
{
  // Multiplicative hashing: neighbouring epochs start far from each other
  return 1 + (int64_t)((epoch * UINT32_C(0x9E3779B1)) >> 12U);
}

void midip2p_sender_init(Midip2pSender* const sender, const uint32_t epoch)
{
  midip2p_state_init(&sender->tail);
  sender->acked    = midip2p_first_number(epoch) - 1;
  sender->written  = sender->acked;
  sender->last     = sender->acked;
  sender->window   = sender->last + 1;
  sender->rtt      = FIRST_RTT;
  sender->alive_at = JAM_NEVER;
  sender->last_us  = INT64_MIN;
  sender->tail_us  = INT64_MIN;
  midip2p_ticks_init(&sender->ticks);
}

// Moves the events before `number` from the queue into the state
void midip2p_sender_fold(Midip2pSender* const sender, const int64_t number)
{
  for (; sender->window < number; ++sender->window) {
    const Midip2pEvent* const event = midip2p_sender_at(sender, sender->window);
    midip2p_state_follow(&sender->tail,
                         &sender->changes,
                         sender->window,
                         event);
    if (sender->tail_us < event->time_us) {
      sender->tail_us = event->time_us;
    }
  }
}

bool midip2p_sender_pending(const Midip2pSender* const sender)
{
  return sender->acked < sender->written;
}

// A stream begins, or goes on, with a whole state, which counts as an event
static void tell_whole(Midip2pSender* const sender, const JamTime now)
{
  midip2p_sender_fold(sender, sender->last + 1);
  ++sender->last;
  ++sender->window;
  sender->whole    = sender->last;
  sender->written  = sender->last - 1;
  sender->round    = false;
  sender->parted   = false;
  sender->fresh_at = now;
}

void midip2p_sender_used(Midip2pSender* const sender)
{
  Midip2pState start;
  midip2p_state_init(&start);
  for (unsigned i = 0U; i < 16U; ++i) {
    if (memcmp(&start.channels[i],
               &sender->tail.channels[i],
               sizeof(Midip2pChannel)) != 0) {
      sender->changes.channels[i].latest = 1;
    }
  }
}

void midip2p_sender_begin(Midip2pSender* const sender, const JamTime now)
{
  if (sender->whole == 0) {
    tell_whole(sender, now);
  }
}

uint64_t midip2p_sender_push(Midip2pSender* const      sender,
                             const JamTime             now,
                             const Midip2pEvent* const event)
{
  uint64_t      folded   = 0U;
  const int64_t earliest = jam_time_add(sender->last_us, -MIDIP2P_MAX_SPAN_US);
  Midip2pEvent  queued   = *event;
  midip2p_sender_begin(sender, now);
  if (sender->last_us > INT64_MIN && queued.time_us < earliest) {
    queued.time_us = earliest;
  }
  if (sender->last_us < queued.time_us) {
    sender->last_us = queued.time_us;
  }
  if (sender->written == sender->last) {
    sender->fresh_at = now;
  }
  if (sender->last - sender->window >= (int64_t)MIDIP2P_QUEUE - 1) {
    // The delta under way ends where the window began: it starts anew
    folded = sender->window > sender->written ? 1U : 0U;
    midip2p_sender_fold(sender, sender->window + 1);
    sender->round  = false;
    sender->parted = false;
    if (sender->written < sender->window - 1) {
      sender->written = sender->window - 1;
    }
  }
  ++sender->last;
  *midip2p_sender_at(sender, sender->last) = queued;
  sender->event_at                         = now;
  if (event->origin == MIDIP2P_RESTORED) {
    tell_whole(sender, now);
  }
  return folded;
}

void midip2p_sender_restate(Midip2pSender* const sender, const JamTime now)
{
  if (sender->whole <= sender->acked) {
    tell_whole(sender, now);
  }
}

static void measure(Midip2pSender* const sender, const JamTime now)
{
  if (sender->probe == 0 || sender->acked < sender->probe) {
    return;
  }
  const JamTime rtt   = now - sender->probe_at;
  const JamTime error = rtt - sender->rtt;
  const JamTime size  = error < 0 ? -error : error;
  sender->probe       = 0;
  sender->rtt += error / 4;
  sender->deviation += (size - sender->deviation) / 4;
  sender->rtt = jam_time_min(sender->rtt, MOST_RTT);
}

void midip2p_sender_ack(Midip2pSender* const sender,
                        const JamTime        now,
                        const int64_t        number)
{
  if (number <= sender->acked || number > sender->written) {
    return;
  }
  sender->acked = number;
  measure(sender, now);
  if (number >= sender->window - 1) {
    sender->parted = false;
    sender->round  = false;
    midip2p_sender_fold(sender, number + 1);
  }
  midip2p_sender_guard(sender, now);
  sender->alive_at = jam_time_add(now, MIDIP2P_ALIVE_GAP);
}

JamTime midip2p_sender_deadline(const Midip2pSender* const sender)
{
  JamTime due = midip2p_ticks_deadline(&sender->ticks);
  if (sender->round) {
    return jam_time_min(due, sender->round_at);
  }
  if (sender->written < sender->last) {
    return jam_time_min(due, sender->fresh_at);
  }
  return jam_time_min(due,
                      midip2p_sender_pending(sender) ? sender->repeat_at
                                                     : sender->alive_at);
}

void midip2p_sender_state(const Midip2pSender* const sender,
                          Midip2pState* const        out)
{
  *out = sender->tail;
  for (int64_t n = sender->window; n <= sender->last; ++n) {
    midip2p_state_follow(out,
                         NULL,
                         0,
                         &sender->queue[(uint64_t)n % MIDIP2P_QUEUE]);
  }
}
