// SPDX-License-Identifier: MIT
// MIDIp2p: MIDI as JSON packets (JMID) that survive loss.
//
// Events are numbered, not packets: a packet holds the events not yet
// acknowledged, and what it cannot hold of them as a change of state, written
// in MIDI messages. So any packet that arrives repairs the loss of all before
// it. A link is one direction of MIDI over one hop, plus its acknowledgements;
// the node ends each link and starts a fresh one per receiver. Format:
// PROTOCOL.md. Methods: the recovery journal of RFC 6295, turned into one rule.
//
// Thread: the network thread.

#ifndef JAM_MIDIP2P_H
#define JAM_MIDIP2P_H

#include <jamnet/types.h>

#include <stdbool.h>

#define MIDIP2P_MAX_TEXT 1100U ///< Bytes of a JMID packet

#define MIDIP2P_MIN_QUARTER_US INT64_C(50000)    ///< 1200 beats a minute
#define MIDIP2P_MAX_QUARTER_US INT64_C(16000000) ///< 3.75 beats a minute

/// How an event came about.
enum {
  MIDIP2P_PLAYED,   ///< As it was sent
  MIDIP2P_CHANGE,   ///< Told as part of a state: the event itself was lost
  MIDIP2P_RESTORED, ///< Sounds already: play it now, however old it is
  MIDIP2P_RELEASED  ///< Its player has vanished
};

/// A short MIDI message at a time of the sender's stream clock.
typedef struct Midip2pEvent {
  int64_t time_us; ///< Stream clock: sample position * 1e6 / rate
  uint8_t size;    ///< 1 .. 3
  uint8_t bytes[3];
  uint8_t origin; ///< MIDIP2P_PLAYED ...
} Midip2pEvent;

/// Where a player's own MIDI clock stands.
typedef struct Midip2pClock {
  bool    running;
  int64_t tick;       ///< Since the start of the song, 24 a quarter
  int64_t time_us;    ///< When that tick is, on the sender's stream clock
  int64_t quarter_us; ///< Tempo
} Midip2pClock;

/// Makes the ticks of a clock again from what is known of it. Plain state; zero
/// to start.
typedef struct Midip2pTickPlayer {
  Midip2pClock clock;
  int64_t      next;    ///< Number of the tick to come
  int64_t      last_us; ///< When the last one was
  bool         known, started;
} Midip2pTickPlayer;

/// Takes in where the clock stands.
void midip2p_player_tell(Midip2pTickPlayer* player, const Midip2pClock* clock);

/// Takes the next tick due until a time of the sender's stream clock; false
/// when there is none. Each tick comes once, however the clock is corrected.
bool midip2p_player_tick(Midip2pTickPlayer* player,
                         int64_t            until_us,
                         int64_t*           time_us);

/// Counters of one link.
typedef struct Midip2pStats {
  uint64_t sent, received; ///< Events, each counted once
  uint64_t packets_sent, packets_received;
  uint64_t bytes_sent; ///< Of packets with events or state
  uint64_t largest;    ///< Packet, bytes
  uint64_t duplicates; ///< Events received again, ignored
  uint64_t malformed;  ///< Packets that were not JMID
  uint64_t gaps;       ///< Packets that the present state cannot use
  uint64_t repairs;    ///< State deltas applied
  uint64_t state_only; ///< Events known only by what they led to
  uint64_t diverged;   ///< Checksums of the state that did not agree
  uint64_t refused;    ///< Packets refused: the reader takes nothing
  uint64_t folded;     ///< Events never sent but as state: a flood
  uint64_t released;   ///< Notes ended since their player vanished
  uint64_t sysex_sent, sysex_received, sysex_refused; ///< Messages
} Midip2pStats;

typedef struct Midip2pLink Midip2pLink;

/// Creates a link; `epoch` distinguishes this life of the sender from earlier
/// ones, which are a little smaller (a receiver starts anew when it changes).
JAM_NODISCARD JamStatus midip2p_link_new(const JamAllocator* allocator,
                                         uint32_t            epoch,
                                         Midip2pLink**       out);

/// Releases a link; null is ignored.
void midip2p_link_free(Midip2pLink* link);

/// Queues an event to send. Its time is moved up to 10 s before the latest one
/// if it is older. MIDI clock is not sent as such unless the link is raw: it
/// becomes part of the clock. An event of origin MIDIP2P_RESTORED is told as
/// state, so that it sounds at the peer too. Returns JAM_ERR_ARGUMENT for what
/// is not one complete short message or whose time is beyond 2^52 us.
JAM_NODISCARD JamStatus midip2p_send(Midip2pLink*        link,
                                     JamTime             now,
                                     const Midip2pEvent* event);

/// Queues one system exclusive message, F0 to F7. Returns JAM_ERR_ARGUMENT for
/// anything else, JAM_ERR_FULL when 64 KiB wait already, JAM_ERR_MEMORY.
/// Allocates when none waited, and releases when the last one has arrived.
JAM_NODISCARD JamStatus midip2p_send_sysex(Midip2pLink*   link,
                                           JamTime        now,
                                           int64_t        time_us,
                                           const uint8_t* bytes,
                                           size_t         size);

/// Takes in a JMID packet from the peer.
void midip2p_input(Midip2pLink* link,
                   JamTime      now,
                   const char*  text,
                   size_t       size);

/// Writes the next packet due; `capacity` is at least MIDIP2P_MAX_TEXT. Returns
/// its size, or 0 when nothing is due. Call until it returns 0: a burst takes
/// several packets. Afterwards there may be events: notes of a peer that has
/// been silent for too long end here.
size_t
midip2p_output(Midip2pLink* link, JamTime now, char* text, size_t capacity);

/// Returns when midip2p_output has something to do, or JAM_NEVER.
JamTime midip2p_deadline(const Midip2pLink* link);

/// Takes the next received event, in order and once each; false when none.
/// Call until it returns false after each input and output: packets are refused
/// while much is left.
bool midip2p_event(Midip2pLink* link, Midip2pEvent* out);

/// Takes the received system exclusive message, if there is one complete: its
/// bytes are valid until the next call on this link. 0 when none.
size_t
midip2p_sysex(Midip2pLink* link, const uint8_t** bytes, int64_t* time_us);

/// Where the peer's MIDI clock stands; false if it has none.
bool midip2p_clock(const Midip2pLink* link, Midip2pClock* out);

/// Sends on a clock as it was received on another link.
void midip2p_set_clock(Midip2pLink*        link,
                       JamTime             now,
                       const Midip2pClock* clock);

/// Ends every note and pedal the received stream holds: the releases are the
/// next events. What it holds is not forgotten: the next packet brings it back.
void midip2p_link_release(Midip2pLink* link, int64_t time_us);

/// Lets `link`, which has sent nothing yet, begin with the state that another
/// one's peer holds: of what `from` has received (for a latecomer), or of what
/// it has sent (for its successor).
void midip2p_link_seed(Midip2pLink*       link,
                       JamTime            now,
                       const Midip2pLink* from,
                       bool               sent);

/// Tells the share of packets lost lately (0 .. 1), which sets how eagerly
/// events are repeated before they are acknowledged.
void midip2p_set_loss(Midip2pLink* link, double loss);

/// Offers the peer the compact profile, which both then use. Off at first.
void midip2p_set_compact(Midip2pLink* link, bool compact);

/// Sends every tick of a MIDI clock as an event. Off at first.
void midip2p_set_raw(Midip2pLink* link, bool raw);

/// Returns the checksum of the state: of what was sent, or received. For tests
/// and tools.
uint32_t midip2p_state_hash(const Midip2pLink* link, bool sent);

/// Returns the number of the last event queued to send, or of the last one that
/// the received state includes (0 while it is between two). For tests and
/// tools.
int64_t midip2p_number(const Midip2pLink* link, bool sent);

/// Returns the link's counters. Valid as long as the link.
const Midip2pStats* midip2p_stats(const Midip2pLink* link);

#endif // JAM_MIDIP2P_H
