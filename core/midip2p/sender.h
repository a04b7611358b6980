// SPDX-License-Identifier: MIT
// The sending half of a link: which events go into the next packet, and when.
// Private to the module.

#ifndef JAM_MIDIP2P_SENDER_H
#define JAM_MIDIP2P_SENDER_H

#include "midip2p/packet.h"

#define MIDIP2P_QUEUE 256U  ///< Events on their way, a power of two
#define MIDIP2P_RESERVE 64U ///< Of these, kept for note and pedal releases
#define MIDIP2P_ROUND 64    ///< Events in one round of repeats, at most

typedef struct Midip2pSender {
  Midip2pEvent queue[MIDIP2P_QUEUE]; // Event n is at n mod MIDIP2P_QUEUE
  int64_t      acked;                // The peer has all events up to this
  int64_t      written;              // All up to this went out at least once
  int64_t      last;                 // All up to this are queued
  int64_t      last_us;              // Time of the newest
  JamTime      fresh_at;             // When the first unwritten one was queued
  JamTime      repeat_at;            // Next round; void when all is acked
  unsigned     repeat_step;
  int64_t      round_next; // Round under way: from here
  int64_t      round_end;  // up to and without this
  JamTime      round_at;   // since then
  bool         eager;
} Midip2pSender;

/// Returns the number of the first event of a stream. It differs between the
/// lives of a sender, so that an acknowledgement that arrives from an earlier
/// life falls outside the window.
int64_t midip2p_first_number(uint32_t epoch);

/// Starts a stream.
void midip2p_sender_init(Midip2pSender* sender, uint32_t epoch);

/// Queues a valid event. Returns false when there is no room for it.
bool midip2p_sender_push(Midip2pSender*      sender,
                         JamTime             now,
                         const Midip2pEvent* event);

/// Takes in an acknowledgement; one that makes no sense is ignored.
void midip2p_sender_ack(Midip2pSender* sender, JamTime now, int64_t number);

/// Fills in the events of the next packet and marks them as written.
/// Returns false when none are due.
bool midip2p_sender_fill(Midip2pSender* sender,
                         JamTime        now,
                         Midip2pPacket* packet);

/// Returns when `fill` has something, or JAM_NEVER.
JamTime midip2p_sender_deadline(const Midip2pSender* sender);

#endif // JAM_MIDIP2P_SENDER_H
