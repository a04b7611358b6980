// SPDX-License-Identifier: MIT
// A peer that seems to have moved: authentic packets come from a new address,
// as when a NAT forgets its mapping. Anybody who can copy packets could make
// that up, so the session stays where it is until the peer has answered a PATH
// that went to the new address and nowhere else. Meanwhile the new address gets
// copies of what the old one gets, at most three times what came from there:
// the one who really moved misses nothing, and a stranger gains nothing.

#ifndef JAM_TOAST_ROUTE_H
#define JAM_TOAST_ROUTE_H

#include "toast/toast.h"
#include "toast/toast_wire.h"

typedef struct ToastRoute {
  bool         active;
  bool         due; ///< A PATH must leave
  ToastAddress address;
  uint8_t      challenge[TOAST_WIRE_CHALLENGE];
  size_t       credit; ///< Bytes that may still be sent there
  JamTime      began;
  JamTime      path_at; ///< Next PATH after that ...
  JamTime      gap;     ///< ... and the one after it
  bool         reply_due;
  uint8_t      reply[TOAST_WIRE_CHALLENGE]; ///< To the peer's newest PATH
} ToastRoute;

typedef struct ToastPeer   ToastPeer;
typedef struct ToastPacket ToastPacket;

/// Takes in where a fresh packet came from.
void toast_route_follow(ToastEndpoint*      endpoint,
                        ToastPeer*          peer,
                        JamTime             now,
                        const ToastAddress* from,
                        const ToastPacket*  packet);

/// Notes that the peer is where it claims to be.
void toast_route_proven(ToastEndpoint* endpoint, ToastPeer* peer);

/// Notes that the peer may not be where it claims to be.
void toast_route_doubt(ToastEndpoint* endpoint, ToastPeer* peer, JamTime now);

/// Returns when a route needs its next tick.
JamTime toast_route_deadline(const ToastRoute* route);

/// Does what is due.
void toast_route_tick(ToastEndpoint* endpoint, ToastPeer* peer, JamTime now);

/// Writes the PATH that is due, for an address of its own; 0 if none.
size_t toast_route_write(const ToastEndpoint* endpoint,
                         ToastPeer*           peer,
                         JamTime              now,
                         ToastAddress*        to,
                         uint8_t*             out);

/// Keeps a copy of a datagram for the new address, if it may have it.
void toast_route_copy(ToastEndpoint* endpoint,
                      ToastPeer*     peer,
                      const uint8_t* data,
                      size_t         size);

/// Writes the copy that waits; 0 if none.
size_t
toast_route_copy_write(ToastEndpoint* endpoint, ToastAddress* to, uint8_t* out);

/// Takes in a PATH.
void toast_route_asked(ToastEndpoint* endpoint,
                       ToastPeer*     peer,
                       JamTime        now,
                       const uint8_t* frame);

/// Writes the PATH_REPLY that is due. Returns its size, 0 if none.
size_t
toast_route_reply_write(ToastRoute* route, uint8_t* out, size_t capacity);

/// Takes in a PATH_REPLY.
void toast_route_answered(ToastEndpoint* endpoint,
                          ToastPeer*     peer,
                          const uint8_t* frame);

#endif // JAM_TOAST_ROUTE_H
