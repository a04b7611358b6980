// SPDX-License-Identifier: MIT
// Inside an endpoint: what the role files (handshake, accept, receive, send,
// riders, tick, table) share. Not for other modules.

#ifndef JAM_TOAST_ENDPOINT_H
#define JAM_TOAST_ENDPOINT_H

#include "toast/clock.h"
#include "toast/drbg.h"
#include "toast/inbox.h"
#include "toast/noise.h"
#include "toast/outbox.h"
#include "toast/path.h"
#include "toast/queue.h"
#include "toast/timers.h"
#include "toast/toast.h"
#include "toast/toast_wire.h"
#include "toast/window.h"

#include <base/time.h>

#define TOAST_NO_SLOT UINT16_MAX
#define TOAST_MEDIA_ROOM 49152U
#define TOAST_URGENT_ROOM 16384U
#define TOAST_MAX_PENDING 512U ///< Frames of one datagram, and held messages

// Timers
#define TOAST_HALF_OPEN_TIME (3 * JAM_SECOND)
#define TOAST_GIVE_UP_TIME (5 * JAM_SECOND)
#define TOAST_IDLE_TIME (5 * JAM_SECOND)
#define TOAST_HELLO_GAP (100 * JAM_MS) ///< Doubles with each repeat
#define TOAST_RIDER_TIME (5 * JAM_MS)
#define TOAST_FEEDBACK_GAP (20 * JAM_MS)
#define TOAST_PROBE_FAST_GAP (50 * JAM_MS)
#define TOAST_PROBE_SLOW_GAP (500 * JAM_MS)
#define TOAST_PROBE_FAST_TIME (2 * JAM_SECOND)
#define TOAST_CLOSE_COPIES 3U

typedef enum ToastPeerState {
  TOAST_PEER_FREE,
  TOAST_PEER_DIALLING,  ///< INIT is out, no ACCEPT yet
  TOAST_PEER_HALF_OPEN, ///< ACCEPT is out, nothing sealed heard yet
  TOAST_PEER_OPEN,
  TOAST_PEER_CLOSING, ///< Copies of CLOSE are going out
  TOAST_PEER_GONE     ///< Only its last event is still to be taken
} ToastPeerState;

/// Small frames that ride in the next datagram.
typedef enum ToastRider {
  TOAST_RIDER_ECHO     = 1U << 0U,
  TOAST_RIDER_ACK      = 1U << 1U,
  TOAST_RIDER_FEEDBACK = 1U << 2U
} ToastRider;

/// Everything about one session; the public ToastSession is its handle.
typedef struct ToastPeer {
  ToastPeerState state;
  ToastSession   handle;
  void*          user_data;
  ToastAddress   address;
  uint32_t       cid; ///< Ours
  uint32_t       remote_cid;
  uint32_t       send_number;
  uint8_t        send_key[TOAST_KEY_SIZE];
  uint8_t        receive_key[TOAST_KEY_SIZE];
  bool           dialled;
  bool           sibling;
  uint16_t       node_id; ///< Of the peer; 0: unknown, or a client
  bool           has_identity;
  ToastIdentity  identity; ///< Of the caller

  bool     ready;  ///< In the list of those with something to send
  bool     forced; ///< A datagram must leave even for riders alone
  uint8_t  riders;
  uint16_t ready_next;
  uint16_t ready_previous;

  JamTime  heard_at;
  JamTime  opened_at;
  JamTime  rider_at;    ///< When waiting riders get a datagram of their own
  JamTime  feedback_at; ///< Earliest next FEEDBACK
  JamTime  probe_at;    ///< Earliest next PROBE
  uint32_t echo_sent;
  uint32_t echo_heard;

  JamTime  hello_at; ///< Next INIT, ACCEPT or CLOSE copy
  JamTime  give_up_at;
  unsigned hello_count;
  bool     hello_due;
  bool     wrong_key; ///< An ACCEPT came that did not open

  bool        open_pending; ///< OPEN event not taken yet
  bool        closed_pending;
  ToastReason reason;
  uint16_t    life_next; ///< In the list of those with such events
  bool        in_life;
  uint16_t    chain; ///< Next free slot, or next in the INIT hash chain

  uint64_t       datagrams_sent, datagrams_received;
  uint64_t       bytes_sent, bytes_received;
  ToastWindow    window;
  ToastPath      path;
  ToastOutbox    outbox;
  ToastInbox     inbox;
  ToastQueue     urgent; ///< MIDI and tables
  ToastQueue     media;
  ToastEstimator clock;

  NoiseState noise;
  uint8_t    init[TOAST_WIRE_INIT_NOISE + TOAST_WIRE_SIBLING_INIT_NOISE_SIZE];
  uint8_t    accept[TOAST_WIRE_RESUMED_SIZE]; ///< The longest of the three
  size_t     accept_size;
} ToastPeer;

/// Buffers apart from the sessions, so that quiet ones stay out of the caches.
typedef struct ToastBuffers {
  uint8_t media[TOAST_MEDIA_ROOM];
  uint8_t urgent[TOAST_URGENT_ROOM];
  uint8_t out[TOAST_WIRE_EVENT_WINDOW][TOAST_MAX_EVENT];
  uint8_t in[TOAST_WIRE_EVENT_WINDOW][TOAST_MAX_EVENT];
} ToastBuffers;

typedef struct ToastList {
  uint16_t first;
  uint16_t last;
} ToastList;

struct ToastEndpoint {
  JamAllocator  allocator;
  bool          has_allocator;
  ToastConfig   config;
  ToastDrbg     drbg;
  ToastCounters counters;
  unsigned      max_sessions;
  ToastPeer*    peers;
  ToastBuffers* buffers;
  uint16_t*     inits; ///< Hash of accepted INITs: first slot of each chain
  uint32_t      inits_mask;
  uint8_t       inits_key[16];
  bool          has_utc;
  int64_t       utc_us; ///< At own time `utc_at`
  JamTime       utc_at;
  ToastTimers   timers;
  ToastList     ready;
  ToastList     free;
  ToastList     life;

  unsigned   pending_count; ///< Frames of the newest datagram ...
  unsigned   pending_taken; ///< ... and how many were taken
  uint8_t    plain[TOAST_MAX_DATAGRAM];
  ToastEvent pending[TOAST_MAX_PENDING];
};

static inline uint16_t toast_slot(const ToastEndpoint* const endpoint,
                                  const ToastPeer* const     peer)
{
  return (uint16_t)(peer - endpoint->peers);
}

// table.c

/// Builds the free list.
void toast_table_init(ToastEndpoint* endpoint);

/// Takes the slot that was free longest; null when the table is full.
ToastPeer* toast_table_take(ToastEndpoint* endpoint);

/// Gives a slot back and wipes it.
void toast_table_release(ToastEndpoint* endpoint, ToastPeer* peer);

/// Finds a live session by its handle.
ToastPeer* toast_table_find(const ToastEndpoint* endpoint, ToastSession handle);

/// Finds a session by a connection id of ours, in whatever state.
ToastPeer* toast_table_by_cid(const ToastEndpoint* endpoint, uint32_t cid);

/// Finds the session an INIT with this ephemeral key has made.
ToastPeer* toast_table_by_init(const ToastEndpoint* endpoint,
                               const uint8_t        ephemeral[TOAST_KEY_SIZE]);

/// Enters an accepted session under its INIT's ephemeral key.
void toast_table_add_init(ToastEndpoint* endpoint, ToastPeer* peer);

/// Puts a session on the list of those with something to send.
void toast_ready(ToastEndpoint* endpoint, ToastPeer* peer);

/// Takes a session off that list.
void toast_unready(ToastEndpoint* endpoint, ToastPeer* peer);

/// Raises OPEN.
void toast_raise_open(ToastEndpoint* endpoint, ToastPeer* peer);

/// Raises CLOSED.
void toast_raise_closed(ToastEndpoint* endpoint,
                        ToastPeer*     peer,
                        ToastReason    reason);

/// Ends a session: raises CLOSED and frees all but what that event needs.
void toast_end(ToastEndpoint* endpoint, ToastPeer* peer, ToastReason reason);

// handshake.c

/// Returns the size of the sealed content of an INIT of this type.
static inline size_t toast_init_payload(const uint8_t type)
{
  return type == TOAST_WIRE_SIBLING_INIT ? TOAST_WIRE_SIBLING_INIT_PAYLOAD
                                         : TOAST_WIRE_INIT_PAYLOAD;
}

/// Returns the size of its handshake message.
static inline size_t toast_init_noise_size(const uint8_t type)
{
  return toast_init_payload(type) + NOISE_OVERHEAD;
}

/// Returns whether a clock can show this.
bool toast_time_plausible(int64_t us);

/// Prepares the handshake that an INIT with these first bytes begins.
/// `node_key`: the initiator's, unless of siblings.
void toast_handshake_start(ToastEndpoint* endpoint,
                           NoiseState*    noise,
                           bool           initiator,
                           const uint8_t* init,
                           const uint8_t* node_key);

/// Takes the keys of a finished handshake and wipes the rest.
void toast_handshake_keys(ToastPeer* peer);

/// Takes in an ACCEPT or SIBLING ACCEPT (caller's side).
void toast_input_accept(ToastEndpoint* endpoint,
                        JamTime        now,
                        const uint8_t* data,
                        size_t         size);

/// Writes the INIT or ACCEPT that is due; 0 if none.
size_t toast_hello_write(ToastPeer* peer, uint8_t* out, size_t capacity);

/// Makes a session open: keys are there and the peer is known to have them.
void toast_open(ToastEndpoint* endpoint, ToastPeer* peer, JamTime now);

// accept.c

/// Takes in an INIT or SIBLING INIT.
void toast_input_init(ToastEndpoint*      endpoint,
                      JamTime             now,
                      const ToastAddress* from,
                      const uint8_t*      data,
                      size_t              size);

// frames.c

/// Checks the frames of an opened datagram.
bool toast_frames_valid(const ToastPeer* peer,
                        const uint8_t*   data,
                        size_t           size);

/// Acts on checked frames.
void toast_frames_take(ToastEndpoint* endpoint,
                       ToastPeer*     peer,
                       JamTime        now,
                       uint32_t       stamp,
                       const uint8_t* data,
                       size_t         size);

// receive.c

/// Takes in a sealed packet.
void toast_input_short(ToastEndpoint*      endpoint,
                       JamTime             now,
                       const ToastAddress* from,
                       const uint8_t*      data,
                       size_t              size);

/// Fills in the nonce of a packet. `initiator`: of the direction from caller
/// to node.
void toast_nonce(uint8_t nonce[12], bool initiator, uint32_t number);

// riders.c

/// Asks for a rider in the next datagram, within TOAST_RIDER_TIME from now.
void toast_ride(ToastEndpoint* endpoint,
                ToastPeer*     peer,
                JamTime        now,
                ToastRider     rider);

/// Writes the riders that wait, as far as they fit. Returns bytes written.
size_t
toast_riders_write(ToastPeer* peer, JamTime now, uint8_t* out, size_t capacity);

// tick.c

/// Returns when a session needs its next tick.
JamTime toast_peer_deadline(const ToastEndpoint* endpoint,
                            const ToastPeer*     peer);

#endif // JAM_TOAST_ENDPOINT_H
