// SPDX-License-Identifier: MIT
// The receiving half of a link: follows the state of the sender, and hands out
// what brings a reader there. Private to the module.

#ifndef JAM_MIDIP2P_RECEIVER_H
#define JAM_MIDIP2P_RECEIVER_H

#include "midip2p/held.h"

#define MIDIP2P_UNREAD 512U ///< Events waiting, a power of two

typedef struct Midip2pReceiver {
  Midip2pEvent unread[MIDIP2P_UNREAD]; // From `out` on
  unsigned     in, out;
  Midip2pState state;    // Of the stream up to `complete`
  Midip2pHeld  heard;    // What the reader holds
  int64_t      complete; // Our state includes all up to this
  int64_t      time_us;  // Of the stream, as far as we know
  JamTime      ack_at;   // When to acknowledge, or JAM_NEVER
  JamTime      acked_at; // When we last did
  JamTime      heard_at; // When the last packet of the stream came
  uint32_t     stream;
  bool         known;  // Whether there is such a stream
  bool         asks;   // Something is wrong: we want the whole state
  bool         silent; // The sender has vanished: the reader must hold nothing
  bool         settling; // What the reader holds may differ from the state
  // A delta in parts
  int64_t      part_first, part_base;
  uint32_t     parts, parts_left;
  uint64_t     parts_in[MIDIP2P_PARTS / 64U];
  bool         whole; // The parts are of a whole state, and some are missing
  bool         has_clock;
  Midip2pClock clock;
} Midip2pReceiver;

/// Starts without a stream.
void midip2p_receiver_init(Midip2pReceiver* receiver);

/// Takes in what a packet says of the stream. Returns whether the packet is of
/// the present stream.
bool midip2p_receiver_take(Midip2pReceiver*     receiver,
                           JamTime              now,
                           const Midip2pPacket* packet,
                           Midip2pStats*        stats);

/// Ends what is held by a sender of whom nothing has come for too long.
void midip2p_receiver_tick(Midip2pReceiver* receiver, JamTime now);

/// Returns when `tick` or an acknowledgement is due, or JAM_NEVER.
JamTime midip2p_receiver_deadline(const Midip2pReceiver* receiver);

/// Hands out the next event; false when there is none.
bool midip2p_receiver_next(Midip2pReceiver* receiver,
                           Midip2pEvent*    out,
                           Midip2pStats*    stats);

/// Lets the reader release all that it holds.
void midip2p_receiver_release(Midip2pReceiver* receiver, int64_t time_us);

/// Notes that an acknowledgement went out.
void midip2p_receiver_acked(Midip2pReceiver* receiver, JamTime now);

#endif // JAM_MIDIP2P_RECEIVER_H
