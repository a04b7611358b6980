// SPDX-License-Identifier: MIT
// Callers who were answered and have yet to show that they can seal. Each takes
// a few hundred bytes, no session; when the table is full a new one takes the
// place of any.

#ifndef JAM_TOAST_HALF_OPEN_H
#define JAM_TOAST_HALF_OPEN_H

#include "toast/sources.h"
#include "toast/toast.h"
#include "toast/toast_wire.h"

typedef struct ToastHalfOpen {
  bool         used;
  bool         sibling;
  bool         moved;   ///< Copies of the INIT came from elsewhere
  uint16_t     chain;   ///< Next with this hash of the INIT's key
  uint16_t     node_id; ///< Of a sibling
  ToastAddress address; ///< Where the first INIT came from
  ToastSource  source;  ///< Charged with this; 0: nobody
  uint32_t     cid;
  uint32_t     remote_cid;
  JamTime      until;
  int64_t      own_us;   ///< Own clock when the INIT came ...
  int64_t      their_us; ///< ... and what it says of the caller's
  uint8_t      identity[TOAST_ID_SIZE];
  uint8_t      send_key[TOAST_KEY_SIZE];
  uint8_t      receive_key[TOAST_KEY_SIZE];
  uint8_t      resume_secret[TOAST_KEY_SIZE];
  uint8_t      init[TOAST_WIRE_INIT_NOISE + TOAST_WIRE_SIBLING_INIT_NOISE_SIZE];
  uint8_t      accept[TOAST_WIRE_SIBLING_ACCEPT_SIZE];
  uint16_t     accept_size;
} ToastHalfOpen;

/// Takes a place, out of date ones first, else any; with a connection id.
/// Null when every id is in use.
ToastHalfOpen* toast_half_take(ToastEndpoint* endpoint, JamTime now);

/// Gives a place back and wipes it, but for its connection id.
void toast_half_release(ToastEndpoint* endpoint, ToastHalfOpen* half);

/// Returns whether more than half of the table is in use.
bool toast_half_crowded(ToastEndpoint* endpoint, JamTime now);

#endif // JAM_TOAST_HALF_OPEN_H
