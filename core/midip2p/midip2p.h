// SPDX-License-Identifier: MIT
// MIDIp2p: MIDI as JSON packets (JMID) that survive loss.
//
// Events are numbered, not packets: a packet holds the window of events not yet
// acknowledged, so any packet repairs the loss of those before it. A link is
// one direction of MIDI over one hop, plus its acknowledgements; the node ends
// each link and starts a fresh one per receiver. Format: PROTOCOL.md.
//
// Thread: the network thread.

#ifndef JAM_MIDIP2P_H
#define JAM_MIDIP2P_H

#include <jamnet/types.h>

#include <stdbool.h>

#define MIDIP2P_MAX_TEXT 1100U ///< Bytes of a JMID packet
#define MIDIP2P_WINDOW 16U     ///< Events in one packet
#define MIDIP2P_MAX_STATE 160U ///< Messages a fresh link always has room for

/// A short MIDI message at a time of the sender's stream clock.
typedef struct Midip2pEvent {
  int64_t time_us; ///< Stream clock: sample position * 1e6 / rate
  uint8_t size;    ///< 1 .. 3
  uint8_t bytes[3];
} Midip2pEvent;

/// Counters of one link.
typedef struct Midip2pStats {
  uint64_t sent, received; ///< Events, each counted once
  uint64_t packets_sent, packets_received;
  uint64_t duplicates; ///< Events received again, ignored
  uint64_t malformed;  ///< Packets that were not JMID
  uint64_t queue_full; ///< Events refused: 256 unacknowledged or unread
  uint64_t released;   ///< Notes ended by midip2p_link_release
} Midip2pStats;

typedef struct Midip2pLink Midip2pLink;

/// Creates a link; `epoch` distinguishes this life of the sender from earlier
/// ones (a receiver starts anew when it changes).
JAM_NODISCARD JamStatus midip2p_link_new(const JamAllocator* allocator,
                                         uint32_t            epoch,
                                         Midip2pLink**       out);

/// Releases a link; null is ignored.
void midip2p_link_free(Midip2pLink* link);

/// Queues an event to send. Times must not decrease (they are clamped).
/// Returns JAM_ERR_ARGUMENT for what is not one complete short message (channel
/// messages, system common, system real time; no system exclusive) or whose
/// time is beyond 2^53 us, JAM_ERR_FULL when the peer acknowledges nothing: the
/// event is dropped. Releases of notes and of the sustain pedal find room
/// longer than others do.
JAM_NODISCARD JamStatus midip2p_send(Midip2pLink*        link,
                                     JamTime             now,
                                     const Midip2pEvent* event);

/// Takes in a JMID packet from the peer (events, acknowledgement or both).
void midip2p_input(Midip2pLink* link,
                   JamTime      now,
                   const char*  text,
                   size_t       size);

/// Writes the next packet due; `capacity` is at least MIDIP2P_MAX_TEXT. Returns
/// its size, or 0 when nothing is due. Call until it returns 0: a burst takes
/// several packets.
size_t
midip2p_output(Midip2pLink* link, JamTime now, char* text, size_t capacity);

/// Returns when midip2p_output has something to say, or JAM_NEVER.
JamTime midip2p_deadline(const Midip2pLink* link);

/// Takes the next received event, in order and once each; false when none.
/// Call until it returns false after each input: what is not taken is not
/// acknowledged beyond 256 events, and a restarted peer has to wait for it.
bool midip2p_event(Midip2pLink* link, Midip2pEvent* out);

/// Ends every note and pedal the received stream holds: queues the releases as
/// received events at `time_us`. For a player who has vanished.
void midip2p_link_release(Midip2pLink* link, int64_t time_us);

/// Writes the messages (at `time_us`) that bring somebody who knows nothing of
/// the received stream to the state that midip2p_event has led to: programs,
/// controllers, bends, held notes. The node sends them into the fresh link of a
/// late joiner. Returns their number; the least important are left out when
/// `capacity` (MIDIP2P_MAX_STATE) is short.
size_t midip2p_link_state(const Midip2pLink* link,
                          int64_t            time_us,
                          Midip2pEvent*      out,
                          size_t             capacity);

/// Counts an event as received and taken, without any packet, so that
/// midip2p_link_state speaks of it. For a link that only sends: its owner keeps
/// there what the next link must begin with, when this one ends.
void midip2p_link_follow(Midip2pLink* link, const Midip2pEvent* event);

/// Tells the share of packets lost lately (0 .. 1), which sets how eagerly
/// events are repeated before they are acknowledged.
void midip2p_set_loss(Midip2pLink* link, double loss);

/// Returns the link's counters. Valid as long as the link.
const Midip2pStats* midip2p_stats(const Midip2pLink* link);

#endif // JAM_MIDIP2P_H
