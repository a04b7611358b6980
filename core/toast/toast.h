// SPDX-License-Identifier: MIT
// TOAST: UDP sessions for live media, as a state machine without I/O.
//
// A ToastEndpoint is one UDP port with a fixed table of sessions, dialled or
// accepted. It is driven by five verbs: input, output, deadline, tick, event.
// Time, datagrams, memory and a random seed come in from outside, so the same
// code runs under ppoll and in the simulator, bit for bit. Wire layout:
// toast_wire.h; rules and timers: PROTOCOL.md.
//
// Thread: everything here belongs to the network thread.

#ifndef JAM_TOAST_H
#define JAM_TOAST_H

#include <jamnet/types.h>

#include <stdbool.h>

#define TOAST_MAX_DATAGRAM 1200U ///< UDP payload, never exceeded
#define TOAST_MAX_MEDIA 1164U ///< Bytes of one MEDIA frame alone in a datagram
#define TOAST_MAX_EVENT 1024U ///< Bytes of one control message
#define TOAST_MAX_BULK 16384U ///< Bytes of one long message
#define TOAST_MAX_REPAIR 64U  ///< Frames between a frame and its repair
#define TOAST_KEY_SIZE 32U
#define TOAST_ID_SIZE 8U
#define TOAST_TICKET_SIZE 89U

/// IPv6 address (IPv4 as ::ffff:a.b.c.d) and port in host order.
typedef struct ToastAddress {
  uint8_t  ip[16];
  uint16_t port;
} ToastAddress;

/// A session of one endpoint; 0 is none. Never reused while it could be
/// mistaken: it carries a generation.
typedef uint32_t ToastSession;

typedef struct ToastConfig {
  unsigned max_sessions; ///< Fixed table size, 1 .. 16384
  bool     accept;       ///< Answer strangers' INIT (a node)
  uint16_t node_id;      ///< 10 bits; upper bits of the connection ids issued
  uint8_t  node_secret[TOAST_KEY_SIZE]; ///< X25519 key; used when accepting
  uint8_t  seed[32];     ///< Secret randomness; the endpoint draws all from it
  JamTime  idle_timeout; ///< Silence that ends a session; 0: 5 s
  bool     clustered;    ///< A node with siblings: sessions with them, tickets
  uint8_t  cluster_secret[TOAST_KEY_SIZE]; ///< Which all siblings know
  unsigned half_open; ///< Callers answered and not yet heard; 0: 1024, the most
} ToastConfig;

typedef struct ToastEndpoint ToastEndpoint;

/// Who a caller is, across nodes: drawn by the node where it began, kept when
/// it resumes elsewhere. The epoch rises with each resumption.
typedef struct ToastIdentity {
  uint8_t  id[TOAST_ID_SIZE];
  uint32_t epoch;
} ToastIdentity;

/// What a caller needs to go on at a sibling of its node. Secret.
typedef struct ToastTicket {
  ToastIdentity identity;
  uint8_t       secret[TOAST_KEY_SIZE];  ///< Proves that the ticket is its own
  uint8_t       data[TOAST_TICKET_SIZE]; ///< Opaque to all but the siblings
  uint32_t      number;                  ///< Of a session's tickets, in order
  int64_t       utc_us;   ///< UTC when it was received, as the node told it
  JamTime       received; ///< Own clock, then
} ToastTicket;

/// What a frame carries. Media, MIDI and table frames are sent once, unordered
/// and unreliable; events are repeated until acknowledged and arrive in order.
/// Order of sending: events, MIDI, tables and mesh; media; repair; bulk.
typedef enum ToastFrameKind {
  TOAST_FRAME_MEDIA, ///< A JDAT packet of stream `handle`; `seq` its counter
  TOAST_FRAME_MIDI,  ///< A JMID packet of stream `handle`
  TOAST_FRAME_TABLE, ///< Clock and jitter table entries
  TOAST_FRAME_EVENT, ///< A control message
  TOAST_FRAME_MESH,  ///< Soft state between siblings, at most TOAST_MAX_EVENT
                     ///< bytes; sent once, unordered and unreliable
  TOAST_FRAME_BULK,  ///< A long message: reliable, in order among its like, and
                     ///< the last to be sent; one at a time
  TOAST_FRAME_REPAIR ///< As MEDIA: a copy of an earlier frame, which may have
                     ///< come; received only, see toast_set_repair
} ToastFrameKind;

typedef struct ToastFrame {
  ToastFrameKind kind;
  uint16_t       handle; ///< Media and MIDI
  uint16_t       seq;    ///< Media: low 16 bits of the JDAT counter
  const uint8_t* data;
  size_t         size;
} ToastFrame;

typedef enum ToastEventKind {
  TOAST_EVENT_OPEN,   ///< Keys are agreed: frames may be sent
  TOAST_EVENT_CLOSED, ///< The session is gone; its handle is void
  TOAST_EVENT_FRAME   ///< A frame arrived
} ToastEventKind;

typedef enum ToastReason {
  TOAST_REASON_LOCAL = 1, ///< toast_close was called here
  TOAST_REASON_PEER,      ///< The peer sent CLOSE
  TOAST_REASON_SILENCE,   ///< Nothing heard for the idle time-out
  TOAST_REASON_NO_ANSWER, ///< The handshake got no answer
  TOAST_REASON_WRONG_KEY, ///< The answer did not come from that node's key
  TOAST_REASON_RESUMED,   ///< The caller goes on in a newer session here
  TOAST_REASON_VERSION    ///< The node speaks other versions only
} ToastReason;

typedef struct ToastEvent {
  ToastEventKind kind;
  ToastSession   session;
  ToastReason    reason;    ///< CLOSED
  bool           sibling;   ///< OPEN: the peer is a node of this cluster
  ToastFrame     frame;     ///< FRAME; data is valid until the next toast_input
  void*          user_data; ///< See toast_set_user_data; null until then
} ToastEvent;

/// What is known of the peer's clock: peer = own + offset + skew * (own - at).
/// Base delay asymmetry is invisible to any estimator: the true error may be
/// up to min_rtt / 2 beyond `error`.
typedef struct ToastClock {
  bool    valid;
  JamTime at;     ///< Own time to which offset belongs
  JamTime offset; ///< Peer minus own clock, ns
  double  skew;   ///< Peer's rate minus own, as a fraction (1e-6 = 1 ppm)
  JamTime error;  ///< One sigma of offset, ns
  double  skew_error;
  JamTime min_rtt; ///< Least round trip seen
} ToastClock;

/// Counters and measures of one session since it opened.
typedef struct ToastStats {
  uint64_t datagrams_sent, datagrams_received;
  uint64_t bytes_sent, bytes_received; ///< UDP payload
  uint64_t lost;       ///< Packet numbers that never came (2 s grace)
  uint64_t duplicates; ///< Replayed or duplicated datagrams, dropped
  uint64_t reordered;
  JamTime  jitter;    ///< 95th percentile of one-way delay above its minimum
  JamTime  rtt;       ///< Newest round trip
  double   peer_loss; ///< Share of our datagrams the peer missed, last 1 s
  uint64_t media_expired; ///< Frames dropped here: waited for longer than 20 ms
  uint64_t repairs_sent;
  uint64_t repairs_unsent; ///< Due, but the budget had no room for them
} ToastStats;

/// What the peer has last told of the path towards it, about every 20 ms while
/// media flows. Void while `count` is 0.
typedef struct ToastReport {
  uint32_t count;  ///< Reports so far: tells whether there is news
  JamTime  at;     ///< When it came
  uint32_t number; ///< Of our packets, the largest number that reached it
  uint64_t bitmap; ///< Which of the 64 before that: bit 63 is number - 1
  uint32_t bytes;  ///< Of UDP payload it has received, modulo 2^32
  uint32_t
          missing; ///< Of the numbers up to `number`; falls when late ones come
  JamTime rise;    ///< Delay of the fastest packet since the report before,
                   ///< above the least of the last 5 to 10 s
  JamTime jitter;  ///< 95th percentile of delay above the least
  double  late;    ///< Share of frames that came too late to be played
  JamTime depth;   ///< Its shortest playout buffer; 0 unknown
} ToastReport;

/// Datagrams that were no use, by cause; none of them is an error.
typedef struct ToastCounters {
  uint64_t too_short, too_long, unknown_type, bad_version;
  uint64_t unknown_session; ///< Short packet with a connection id not in use
  uint64_t bad_seal;        ///< Did not open: forged, damaged or stale key
  uint64_t bad_frame;       ///< Sealed by a peer, but malformed inside
  uint64_t replayed;
  uint64_t stale;      ///< RESUMEs out of date, or with an epoch seen before
  uint64_t table_full; ///< INITs dropped: every session slot is in use
  uint64_t cookies;    ///< INITs answered with a cookie: there were too many
  uint64_t limited;    ///< Refused: their source has had its share
  uint64_t replaced;   ///< Half-open sessions that had to make room
  uint64_t refused;    ///< RESUMEs of callers who were sent away
  uint64_t queue_full; ///< Frames dropped: send queue or bundle full
  uint64_t shed;       ///< Dropped unopened: had waited here for too long
  uint64_t handshakes; ///< Completed
} ToastCounters;

/// Creates an endpoint. All memory it will ever use is taken here.
/// Returns JAM_ERR_ARGUMENT, JAM_ERR_MEMORY, or JAM_ERR_CRYPTO (unusable key).
JAM_NODISCARD JamStatus toast_endpoint_new(const ToastConfig*  config,
                                           const JamAllocator* allocator,
                                           ToastEndpoint**     out);

#define TOAST_KEY_LINE 96U ///< With its end

/// Receives a line "TOAST CID caller|node PHASE KEY": the key of what that side
/// sends to this connection id, in hex. Network thread.
typedef void (*ToastKeyLog)(void* context, const char* line);

/// Tells `log` every new key from now on, so that captured packets can be read;
/// null, as at the start, tells nobody. Who has the lines can read all.
void toast_set_key_log(ToastEndpoint* endpoint, ToastKeyLog log, void* context);

/// Releases an endpoint and wipes its keys; null is ignored.
void toast_endpoint_free(ToastEndpoint* endpoint);

/// Starts a session with the node at `to` that owns `node_key`; the outcome
/// comes as an event. Returns JAM_ERR_FULL when the table is full, or
/// JAM_ERR_CRYPTO when no key can be agreed with `node_key`.
JAM_NODISCARD JamStatus toast_connect(ToastEndpoint*      endpoint,
                                      JamTime             now,
                                      const ToastAddress* to,
                                      const uint8_t node_key[TOAST_KEY_SIZE],
                                      ToastSession* out);

/// Sets UTC, microseconds since 1970 at `now`; tickets are dated by it. A node
/// with siblings calls it every few seconds.
void toast_set_utc(ToastEndpoint* endpoint, JamTime now, int64_t utc_us);

/// Sets the node id of sessions from now on; at most 10 bits.
void toast_set_node_id(ToastEndpoint* endpoint, uint16_t node_id);

/// Dials a sibling node, under the cluster secret; the outcome comes as an
/// event. Two nodes that dial each other at once get two sessions.
/// Returns JAM_ERR_STATE (not clustered), JAM_ERR_FULL or JAM_ERR_CRYPTO.
JAM_NODISCARD JamStatus toast_connect_sibling(ToastEndpoint*      endpoint,
                                              JamTime             now,
                                              const ToastAddress* to,
                                              ToastSession*       out);

/// Returns whether a session's peer is, or is dialled as, a sibling.
bool toast_is_sibling(const ToastEndpoint* endpoint, ToastSession session);

/// Returns the node id of an open session's peer; 0 unknown, or a client.
uint16_t toast_peer_node(const ToastEndpoint* endpoint, ToastSession session);

/// Reads who the caller of a session is. False for siblings, and at the caller
/// until it has a ticket.
bool toast_identity(const ToastEndpoint* endpoint,
                    ToastSession         session,
                    ToastIdentity*       out);

/// Sends the caller of this identity away: ends its session, if it has one
/// here, and takes none of its tickets as long as they last. Who tells the
/// siblings is decided above.
void toast_refuse(ToastEndpoint* endpoint,
                  JamTime        now,
                  const uint8_t  id[TOAST_ID_SIZE]);

/// Charges the source of an accepted session with something costly that its
/// peer asks for, such as joining a room. False: it has asked too often.
bool toast_charge(ToastEndpoint* endpoint, JamTime now, ToastSession session);

/// Reads the newest ticket of a session with a node; false if there is none
/// yet. The node renews it every minute, and it is good for ten: copy it while
/// the session lives.
bool toast_ticket(const ToastEndpoint* endpoint,
                  ToastSession         session,
                  ToastTicket*         out);

/// Goes on at a sibling of the node that gave the ticket. Frames may be sent at
/// once and count there at once; OPEN comes when the sibling answers, CLOSED
/// with NO_ANSWER after 3 s without. The session the ticket came with is left
/// alone; so are older attempts.
/// Returns JAM_ERR_FULL, or JAM_ERR_STATE when the ticket is out of date.
JAM_NODISCARD JamStatus toast_resume(ToastEndpoint*      endpoint,
                                     JamTime             now,
                                     const ToastAddress* to,
                                     uint16_t            node_id,
                                     const ToastTicket*  ticket,
                                     ToastSession*       out);

/// Ends a session: sends CLOSE (a few copies) and raises CLOSED. Unknown
/// sessions are ignored.
void toast_close(ToastEndpoint* endpoint, JamTime now, ToastSession session);

/// Queues a copy of a frame; toast_output then sends it at once, bundled with
/// whatever else waits for that peer.
/// Media that is not fetched within 20 ms is dropped, the oldest first.
/// Returns JAM_ERR_STATE (not open; bulk while resuming), JAM_ERR_ARGUMENT (too
/// large) or JAM_ERR_FULL (queue full: counted; media may simply be dropped;
/// bulk while the last one is on its way).
JAM_NODISCARD JamStatus toast_send(ToastEndpoint*    endpoint,
                                   JamTime           now,
                                   ToastSession      session,
                                   const ToastFrame* frame);

/// Sends each media frame once more beside the one `distance` frames after it,
/// at most TOAST_MAX_REPAIR; 0, as at the start, does not. Unknown sessions are
/// ignored.
void toast_set_repair(ToastEndpoint* endpoint,
                      ToastSession   session,
                      unsigned       distance);

/// Sets how many bytes per second may be sent in all; repair and bulk get what
/// control and media leave of it, and bulk at least a 50th. 0, as at the start:
/// no limit is known, repair is not held back, bulk goes at 125 kB/s. Unknown
/// sessions are ignored.
void toast_set_budget(ToastEndpoint* endpoint,
                      JamTime        now,
                      ToastSession   session,
                      uint32_t       bytes_per_second);

/// Tells the peer in the next reports how its media is faring here: the share
/// of frames too late to be played, and the shortest playout buffer, 0 if there
/// is none. Unknown sessions are ignored.
void toast_set_playout(ToastEndpoint* endpoint,
                       ToastSession   session,
                       double         late,
                       JamTime        depth);

/// Reads the newest report; false for an unknown session.
bool toast_report(const ToastEndpoint* endpoint,
                  ToastSession         session,
                  ToastReport*         out);

/// Tells how long the next datagrams to be taken in have waited on this
/// machine: too old ones are dropped unopened, bulk first, then repair, then
/// audio, control never. A node calls it; 0 at the start.
void toast_set_backlog(ToastEndpoint* endpoint, JamTime age);

/// Takes in one datagram. Whatever it is, it is safe: useless ones are counted.
void toast_input(ToastEndpoint*      endpoint,
                 JamTime             now,
                 const ToastAddress* from,
                 const uint8_t*      data,
                 size_t              size);

/// Writes the next datagram to send, at most TOAST_MAX_DATAGRAM bytes.
/// Returns its size, or 0 when nothing is due. Call until it returns 0.
size_t toast_output(ToastEndpoint* endpoint,
                    JamTime        now,
                    ToastAddress*  to,
                    uint8_t*       buffer,
                    size_t         capacity);

/// Returns when toast_tick must be called next, or JAM_NEVER.
JamTime toast_deadline(const ToastEndpoint* endpoint);

/// Does what is due: repeats, keep-alives, probes, time-outs.
void toast_tick(ToastEndpoint* endpoint, JamTime now);

/// Takes the next event; false when there is none. Call until false after each
/// input and tick: frame data lives only until the next input.
bool toast_event(ToastEndpoint* endpoint, ToastEvent* out);

/// Reads what is known of the peer's clock; false for an unknown session.
bool toast_clock(const ToastEndpoint* endpoint,
                 ToastSession         session,
                 ToastClock*          out);

/// Reads a session's counters; false for an unknown session.
bool toast_stats(const ToastEndpoint* endpoint,
                 ToastSession         session,
                 ToastStats*          out);

/// Returns when the newest authentic datagram of an open session came (at first
/// when it opened); 0 for any other session.
JamTime toast_heard(const ToastEndpoint* endpoint, ToastSession session);

/// Returns the peer's present address; null for an unknown session.
const ToastAddress* toast_peer(const ToastEndpoint* endpoint,
                               ToastSession         session);

/// Attaches the caller's own record to a session, for finding it again in
/// constant time: it comes back in every event of that session. Unknown
/// sessions are ignored. When a caller resumes at the very node where its
/// former session still lives, OPEN of the new session brings the former one's
/// record, and CLOSED of the former one (RESUMED) follows.
void toast_set_user_data(ToastEndpoint* endpoint,
                         ToastSession   session,
                         void*          data);

/// Returns the endpoint's counters. Valid as long as the endpoint.
const ToastCounters* toast_counters(const ToastEndpoint* endpoint);

/// Derives the public key of a node's secret. Any thread.
void toast_public_key(const uint8_t secret[TOAST_KEY_SIZE],
                      uint8_t       out[TOAST_KEY_SIZE]);

/// Derives the node secret that all nodes of a cluster share, so that one
/// invite fits all. Any thread.
void toast_cluster_node_secret(const uint8_t cluster_secret[TOAST_KEY_SIZE],
                               uint8_t       out[TOAST_KEY_SIZE]);

/// Derives a room's id from its secret: BLAKE2b-256 keyed with the secret over
/// "toast room". Any thread.
void toast_room_id(const uint8_t secret[TOAST_KEY_SIZE],
                   uint8_t       out[TOAST_KEY_SIZE]);

/// Converts own time to the peer's clock.
static inline JamTime toast_clock_to_peer(const ToastClock* const clock,
                                          const JamTime           own)
{
  return own + clock->offset +
         (JamTime)(clock->skew * (double)(own - clock->at));
}

/// Converts the peer's time to the own clock.
static inline JamTime toast_clock_from_peer(const ToastClock* const clock,
                                            const JamTime           peer)
{
  const JamTime own = peer - clock->offset;
  return own - (JamTime)(clock->skew * (double)(own - clock->at));
}

#endif // JAM_TOAST_H
