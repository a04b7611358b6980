// SPDX-License-Identifier: MIT
// One session of an endpoint, as its role files share it. Not for other
// modules.

#ifndef JAM_TOAST_PEER_H
#define JAM_TOAST_PEER_H

#include "toast/budget.h"
#include "toast/bulk.h"
#include "toast/clock.h"
#include "toast/feedback.h"
#include "toast/inbox.h"
#include "toast/noise.h"
#include "toast/outbox.h"
#include "toast/path.h"
#include "toast/queue.h"
#include "toast/repair.h"
#include "toast/route.h"
#include "toast/sources.h"
#include "toast/toast.h"
#include "toast/toast_wire.h"
#include "toast/window.h"

#include <base/time.h>

#include <string.h>

typedef enum ToastPeerState {
  TOAST_PEER_FREE,
  TOAST_PEER_DIALLING, ///< INIT is out, no ACCEPT yet
  TOAST_PEER_RESUMING, ///< RESUMEs are out, no RESUMED yet
  TOAST_PEER_OPEN,
  TOAST_PEER_CLOSING, ///< Copies of CLOSE are going out
  TOAST_PEER_GONE     ///< Only its last event is still to be taken
} ToastPeerState;

/// Small frames that ride in the next datagram.
typedef enum ToastRider {
  TOAST_RIDER_ECHO     = 1U << 0U,
  TOAST_RIDER_ACK      = 1U << 1U,
  TOAST_RIDER_FEEDBACK = 1U << 2U,
  TOAST_RIDER_TICKET   = 1U << 3U, ///< Node
  TOAST_RIDER_RECEIPT  = 1U << 4U, ///< Caller: TICKET_ACK
  TOAST_RIDER_FRAGMENT = 1U << 5U  ///< FRAGMENT_ACK
} ToastRider;

/// The key of one direction, as it goes on. All zero at first.
typedef struct ToastPhase {
  uint8_t  bit;   ///< TOAST_WIRE_PHASE or 0
  JamTime  until; ///< Sending: of this key. Receiving: of the former; 0: none
  uint32_t limit; ///< Sending: first number of the next key. Receiving: of this
  bool     has_next;
  uint8_t  next[TOAST_KEY_SIZE];  ///< Receiving
  uint8_t  other[TOAST_KEY_SIZE]; ///< Receiving: the former
} ToastPhase;

/// A datagram that has been opened.
typedef struct ToastPacket {
  uint32_t       number;
  uint32_t       stamp;
  uint32_t       expected; ///< Of the window, before it
  size_t         size;     ///< Of the datagram
  const uint8_t* frames;
  size_t         frames_size;
} ToastPacket;

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
  ToastPhase     send_phase;
  ToastPhase     receive_phase;
  ToastSource    source; ///< Node: charged with this session; 0: nobody
  ToastRoute     route;
  bool           dialled;
  bool           sibling;
  uint16_t       node_id; ///< Of the peer; 0: unknown, or a client
  bool           has_identity;
  ToastIdentity  identity; ///< Of the caller

  uint8_t resume_secret[TOAST_KEY_SIZE]; ///< For the tickets of this session
  ToastTicket ticket; ///< Newest; while resuming, the one that was used
  bool        has_ticket;
  uint32_t    ticket_acked; ///< Number of the newest the caller has
  JamTime     ticket_at;    ///< Node: when to look after it

  bool    resuming; ///< Caller: packets leave as RESUMEs
  bool    early;    ///< Node: RESUMEs are still taken, under `early_key`
  uint8_t early_key[TOAST_KEY_SIZE];
  bool    unproven; ///< Node: the address may be false
  bool    moved;    ///< Node: what opened the session came from several
  size_t  credit;   ///< Bytes that may be sent there, while unproven

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

  JamTime  hello_at; ///< Next INIT or CLOSE copy
  JamTime  hello_gap;
  JamTime  give_up_at;
  unsigned hello_count;
  bool     hello_due;
  bool     wrong_key;     ///< An ACCEPT came that did not open
  bool     wrong_version; ///< A VERSIONS came
  unsigned cookie_count;  ///< Taken, at most one for each INIT

  bool        open_pending; ///< OPEN event not taken yet
  bool        closed_pending;
  ToastReason reason;
  uint16_t    life_next; ///< In the list of those with such events
  bool        in_life;
  uint16_t    chain; ///< Next free slot, or place in the INIT hash chain

  uint64_t       datagrams_sent, datagrams_received;
  uint64_t       bytes_sent, bytes_received;
  uint64_t       media_expired, repairs_sent, repairs_unsent;
  ToastWindow    window;
  ToastPath      path;
  ToastOutbox    outbox;
  ToastInbox     inbox;
  ToastQueue     urgent; ///< MIDI and tables
  ToastQueue     media;
  ToastRepairs   repairs;
  ToastBudget    budget;
  ToastBulkOut   bulk_out;
  ToastBulkIn    bulk_in;
  ToastFeedback  feedback;
  ToastEstimator clock;

  NoiseState noise;
  uint8_t    init[TOAST_WIRE_INIT_NOISE + TOAST_WIRE_SIBLING_INIT_NOISE_SIZE];
  uint8_t    accept[TOAST_WIRE_RESUMED_SIZE]; ///< The RESUMED
  size_t     accept_size;
} ToastPeer;

/// Returns whether a datagram may be sent to a session's address.
static inline bool toast_may_send(const ToastPeer* const peer,
                                  const size_t           size)
{
  return !peer->unproven || peer->credit >= size;
}

static inline bool toast_same_address(const ToastAddress* const a,
                                      const ToastAddress* const b)
{
  return a->port == b->port && !memcmp(a->ip, b->ip, sizeof(a->ip));
}

#endif // JAM_TOAST_PEER_H
