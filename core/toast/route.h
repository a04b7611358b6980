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

#endif // JAM_TOAST_ROUTE_H
