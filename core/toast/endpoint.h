// SPDX-License-Identifier: MIT
// Inside an endpoint: what the role files (handshake, accept, receive, send,
// riders, tick) share. Not for other modules.

#ifndef JAM_TOAST_ENDPOINT_H
#define JAM_TOAST_ENDPOINT_H

#include "toast/cookie.h"
#include "toast/drbg.h"
#include "toast/epochs.h"
#include "toast/half_open.h"
#include "toast/peer.h"
#include "toast/refused.h"
#include "toast/seal.h"
#include "toast/sources.h"
#include "toast/table.h"
#include "toast/ticket.h"
#include "toast/timers.h"
#include "toast/toast.h"
#include "toast/toast_wire.h"

#include <base/time.h>

#define TOAST_NO_SLOT UINT16_MAX
#define TOAST_PLACE_HALF 0x8000U ///< In a place: of the half-open table
#define TOAST_MAX_IDS (TOAST_WIRE_SLOT_MASK + 1U)
#define TOAST_REPLIES 256U
#define TOAST_MEDIA_ROOM 65536U
#define TOAST_MEDIA_FRAMES 256U
#define TOAST_URGENT_ROOM 16384U
#define TOAST_URGENT_FRAMES 64U
#define TOAST_MAX_PENDING 512U ///< Frames of one datagram, and held messages

/// Times what came from an unproven address may be sent there.
#define TOAST_AMPLIFICATION 3U

/// Buffers apart from the sessions, so that quiet ones stay out of the caches.
typedef struct ToastBuffers {
  ToastQueueFrame media_frames[TOAST_MEDIA_FRAMES];
  ToastQueueFrame urgent_frames[TOAST_URGENT_FRAMES];
  ToastSentFrame  sent_frames[TOAST_REPAIR_FRAMES];

  uint8_t media[TOAST_MEDIA_ROOM];
  uint8_t urgent[TOAST_URGENT_ROOM];
  uint8_t sent[TOAST_REPAIR_ROOM];
  uint8_t bulk_out[TOAST_MAX_BULK];
  uint8_t bulk_in[TOAST_MAX_BULK];
  uint8_t out[TOAST_WIRE_EVENT_WINDOW][TOAST_MAX_EVENT];
  uint8_t in[TOAST_WIRE_EVENT_WINDOW][TOAST_MAX_EVENT];
} ToastBuffers;

typedef struct ToastList {
  uint16_t first;
  uint16_t last;
} ToastList;

/// A short answer to a datagram that is not remembered.
typedef struct ToastReply {
  ToastAddress to;
  size_t       size;
  uint8_t      data[TOAST_WIRE_SIBLING_ACCEPT_SIZE];
} ToastReply;

struct ToastEndpoint {
  JamAllocator  allocator;
  bool          has_allocator;
  ToastConfig   config;
  ToastDrbg     drbg;
  ToastCounters counters;
  unsigned      max_sessions;
  ToastPeer*    peers;
  ToastBuffers* buffers;
  uint16_t*     id_places; ///< Of each connection id: who has it, or next free
  unsigned      id_count;
  unsigned      ids_free;
  ToastList     ids;   ///< Free ones, longest first
  uint16_t*     inits; ///< Hash of accepted INITs: first place of each chain
  uint32_t      inits_mask;
  uint8_t       inits_key[16];
  bool          has_utc;
  int64_t       utc_us; ///< At own time `utc_at`
  JamTime       utc_at;
  int64_t       utc_began;    ///< When it was first known
  uint32_t      resume_epoch; ///< Caller: highest used
  ToastEpoch*   epochs;       ///< Node: of those who resumed here
  unsigned      epoch_count;
  unsigned      unproven; ///< Sessions whose address may be false

  // When accepting
  ToastHalfOpen* half;
  unsigned       half_count;
  unsigned       half_used;
  JamTime        sweep_at;
  ToastSources*  sources;
  ToastCookies   cookies;
  ToastRefused   refused;
  unsigned       reply_first;
  unsigned       reply_count;
  ToastReply     replies[TOAST_REPLIES];

  ToastAddress from; ///< Of the newest datagram
  ToastAddress copy_to;
  size_t       copy_size; ///< Of the datagram that `copy_to` gets, too
  uint8_t      copy[TOAST_MAX_DATAGRAM];

  ToastTimers timers;
  ToastList   ready;
  ToastList   free;
  ToastList   life;
  JamTime     backlog; ///< How long the next datagram has waited already

  ToastKeyLog key_log; ///< Null: off
  void*       key_log_context;

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

/// Returns UTC in microseconds; `has_utc` tells whether it is known.
static inline int64_t toast_utc(const ToastEndpoint* const endpoint,
                                const JamTime              now)
{
  return endpoint->utc_us + jam_time_to_us(now - endpoint->utc_at);
}

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

/// The keys that a finished handshake gives.
typedef struct ToastHandshakeKeys {
  uint8_t send[TOAST_KEY_SIZE];
  uint8_t receive[TOAST_KEY_SIZE];
  uint8_t resume[TOAST_KEY_SIZE];
} ToastHandshakeKeys;

/// Takes the keys of a finished handshake and wipes the rest.
void toast_handshake_keys(NoiseState* noise, ToastHandshakeKeys* out);

/// Takes in an ACCEPT or SIBLING ACCEPT (caller's side).
void toast_input_accept(ToastEndpoint* endpoint,
                        JamTime        now,
                        const uint8_t* data,
                        size_t         size);

/// Takes in a COOKIE or VERSIONS (caller's side).
void toast_input_reply(ToastEndpoint*      endpoint,
                       const ToastAddress* from,
                       const uint8_t*      data,
                       size_t              size);

/// Writes the INIT or RESUMED that is due; 0 if none.
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

/// Opens a half-open session with a sealed packet that came for it; the packet
/// stays in `plain`. Null if it did not open or nobody more fits.
ToastPeer* toast_accept_first(ToastEndpoint*      endpoint,
                              JamTime             now,
                              ToastHalfOpen*      half,
                              const ToastAddress* from,
                              const uint8_t*      data,
                              size_t              size);

/// Charges a client's session to where it has been proven to come from.
void toast_charge_session(ToastEndpoint* endpoint, ToastPeer* peer);

/// Writes the oldest short answer that waits; 0 if none.
size_t
toast_reply_write(ToastEndpoint* endpoint, ToastAddress* to, uint8_t* out);

// resume.c

/// Seals a RESUME around `frames` bytes that stand in `out` already, where they
/// belong. Returns its size.
size_t
toast_resume_seal(ToastPeer* peer, JamTime now, uint8_t* out, size_t frames);

/// Takes in a RESUMED.
void toast_input_resumed(ToastEndpoint* endpoint,
                         JamTime        now,
                         const uint8_t* data,
                         size_t         size);

// resumed.c

/// Takes in a RESUME.
void toast_input_resume(ToastEndpoint*      endpoint,
                        JamTime             now,
                        const ToastAddress* from,
                        const uint8_t*      data,
                        size_t              size);

// tickets.c

/// Issues, renews and repeats the ticket of a caller, when it is time.
void toast_ticket_tick(ToastEndpoint* endpoint, ToastPeer* peer, JamTime now);

/// Writes a TICKET or TICKET_ACK frame. Returns its size.
size_t toast_ticket_write(const ToastPeer* peer, JamTime now, uint8_t* out);
size_t toast_receipt_write(const ToastPeer* peer, uint8_t* out);

/// Takes in a TICKET (caller) or TICKET_ACK (node).
void toast_ticket_take(ToastPeer* peer, JamTime now, const uint8_t* frame);
void toast_receipt_take(ToastPeer* peer, const uint8_t* frame);

// send.c

/// Returns how long a fragment waits for its acknowledgement.
static inline JamTime toast_bulk_gap(const ToastPeer* const peer)
{
  const JamTime trips = 2 * peer->clock.rtt * JAM_US;
  return trips > TOAST_FRAGMENT_GAP ? trips : TOAST_FRAGMENT_GAP;
}

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

/// Checks the frames of an opened datagram and that it was not seen before;
/// notes it in the window. False: counted, no effect.
bool toast_packet_fresh(ToastEndpoint* endpoint,
                        ToastPeer*     peer,
                        ToastPacket*   packet);

/// Takes in a fresh datagram.
void toast_packet_take(ToastEndpoint*     endpoint,
                       ToastPeer*         peer,
                       JamTime            now,
                       const ToastPacket* packet);

/// Takes in a sealed packet.
void toast_input_short(ToastEndpoint*      endpoint,
                       JamTime             now,
                       const ToastAddress* from,
                       const uint8_t*      data,
                       size_t              size);

// riders.c

/// Asks for a rider in the next datagram, within TOAST_RIDER_TIME from now.
void toast_ride(ToastEndpoint* endpoint,
                ToastPeer*     peer,
                JamTime        now,
                ToastRider     rider);

/// Writes the riders that wait, as far as they fit. Returns bytes written.
size_t
toast_riders_write(ToastPeer* peer, JamTime now, uint8_t* out, size_t capacity);

// keylog.c

/// Tells the present key of one direction of a session, if anybody asked.
void toast_key_log(const ToastEndpoint* endpoint,
                   const ToastPeer*     peer,
                   bool                 sending);

// tick.c

/// Returns when a session needs its next tick.
JamTime toast_peer_deadline(const ToastEndpoint* endpoint,
                            const ToastPeer*     peer);

#endif // JAM_TOAST_ENDPOINT_H
