// SPDX-License-Identifier: MIT
// The receiving half of a link: puts events in order, once each, and knows
// what they hold down. Private to the module.

#ifndef JAM_MIDIP2P_RECEIVER_H
#define JAM_MIDIP2P_RECEIVER_H

#include "midip2p/packet.h"
#include "midip2p/state.h"

#define MIDIP2P_UNREAD 256U ///< Events waiting, a power of two

typedef struct Midip2pReceiver {
  Midip2pEvent slots[MIDIP2P_UNREAD]; // Event n is at n mod MIDIP2P_UNREAD
  uint64_t     present[MIDIP2P_UNREAD / 64U]; // Which ones have arrived
  int64_t      read;                          // The reader has all up to this
  int64_t      complete; // All up to this have arrived: the acknowledgement
  JamTime      ack_at;   // When to acknowledge, or JAM_NEVER
  JamTime      acked_at; // When we last did
  Midip2pState state;    // Of what the reader has
  int64_t      release_after; // Release when the reader has all up to this
  int64_t      release_us;
  uint32_t     stream, stream_before;
  bool         known, known_before; // Whether there is such a stream
  bool         releasing;
} Midip2pReceiver;

/// Starts without a stream.
void midip2p_receiver_init(Midip2pReceiver* receiver);

/// Takes in the events of a packet.
void midip2p_receiver_take(Midip2pReceiver*     receiver,
                           JamTime              now,
                           const Midip2pPacket* packet,
                           Midip2pStats*        stats);

/// Hands out the next event; false when there is none.
bool midip2p_receiver_next(Midip2pReceiver* receiver,
                           Midip2pEvent*    out,
                           Midip2pStats*    stats);

/// Puts the releases of all that is held after the events that have arrived.
void midip2p_receiver_release(Midip2pReceiver* receiver, int64_t time_us);

/// Notes that an acknowledgement went out.
void midip2p_receiver_acked(Midip2pReceiver* receiver, JamTime now);

#endif // JAM_MIDIP2P_RECEIVER_H
