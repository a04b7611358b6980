// SPDX-License-Identifier: MIT
// The sending half of a link: which events go into the next packet, what of
// those before them the peer may have missed, and when. Private to the module.

#ifndef JAM_MIDIP2P_SENDER_H
#define JAM_MIDIP2P_SENDER_H

#include "midip2p/clock.h"
#include "midip2p/state.h"

#define MIDIP2P_QUEUE 256U ///< Events remembered one by one, a power of two

/// Between keep-alives: a peer must notice soon that notes hang
#define MIDIP2P_ALIVE_GAP (250 * JAM_MS)

typedef struct Midip2pSender {
  Midip2pEvent   queue[MIDIP2P_QUEUE]; // Event n is at n mod MIDIP2P_QUEUE
  Midip2pState   tail;                 // After event `window` - 1
  Midip2pChanges changes;
  int64_t        acked;     // The peer's state includes all up to this
  int64_t        window;    // The queue holds the events from this on
  int64_t        written;   // All up to this went out at least once
  int64_t        last;      // All up to this are queued
  int64_t        last_us;   // Latest time of any
  int64_t        tail_us;   // Latest time of those before the window
  int64_t        whole;     // Until this is acknowledged the peer has nothing
  JamTime        fresh_at;  // When the first unwritten one was queued
  JamTime        repeat_at; // Next guard; void when all is acknowledged
  unsigned       repeat_step;
  JamTime        alive_at; // Next keep-alive, or JAM_NEVER
  JamTime        event_at; // When the last event was queued
  // Packets of a round that takes several: parts of a delta, then events
  bool     round;  // Under way
  bool     parted; // The delta takes parts; the window stays until it is in
  uint32_t part, parts;
  int64_t  part_base;
  int64_t  round_next;
  JamTime  round_at;
  // Round trip, from packets that were sent once
  int64_t      probe; // Event timed, or 0
  JamTime      probe_at;
  JamTime      rtt, deviation;
  bool         eager, wide; // A path that loses packets; many
  bool         raw;
  Midip2pTicks ticks; // The player's own clock
} Midip2pSender;

/// Returns the number of the first event of a stream. It differs between the
/// lives of a sender, so that an acknowledgement that arrives from an earlier
/// life falls outside the window.
int64_t midip2p_first_number(uint32_t epoch);

/// Starts a stream with an empty state.
void midip2p_sender_init(Midip2pSender* sender, uint32_t epoch);

/// Queues a valid event; one of origin MIDIP2P_RESTORED goes into the state.
/// Returns how many events there was no room for, and which went there too.
uint64_t midip2p_sender_push(Midip2pSender*      sender,
                             JamTime             now,
                             const Midip2pEvent* event);

/// Begins the stream with the present state, if it has not begun.
void midip2p_sender_begin(Midip2pSender* sender, JamTime now);

/// Marks the channels whose state is not the one of the start as changed.
void midip2p_sender_used(Midip2pSender* sender);

/// Lets the peer have the whole state anew.
void midip2p_sender_restate(Midip2pSender* sender, JamTime now);

/// Takes in an acknowledgement; one that makes no sense is ignored.
void midip2p_sender_ack(Midip2pSender* sender, JamTime now, int64_t number);

/// Fills in the events, delta and clock of the next packet and marks them as
/// written. Returns false when none is due.
bool midip2p_sender_fill(Midip2pSender* sender,
                         JamTime        now,
                         Midip2pPacket* packet);

/// Returns when `fill` has something, or JAM_NEVER.
JamTime midip2p_sender_deadline(const Midip2pSender* sender);

// For sender_fill.c

/// Returns the place of an event in the queue.
Midip2pEvent* midip2p_sender_at(Midip2pSender* sender, int64_t number);

/// Moves the events before `number` from the queue into the state.
void midip2p_sender_fold(Midip2pSender* sender, int64_t number);

/// Returns whether something that went out is not acknowledged.
bool midip2p_sender_pending(const Midip2pSender* sender);

/// Returns the wait for the next guard, and starts their schedule.
JamTime midip2p_sender_gap(const Midip2pSender* sender);
void    midip2p_sender_guard(Midip2pSender* sender, JamTime now);

/// Follows `tail` to the end of the queue in a copy.
void midip2p_sender_state(const Midip2pSender* sender, Midip2pState* out);

#endif // JAM_MIDIP2P_SENDER_H
