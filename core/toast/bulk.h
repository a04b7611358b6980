// SPDX-License-Identifier: MIT
// Messages longer than a datagram: sent in fragments until all are
// acknowledged, one message at a time and in order, each delivered once.
//
// All fragments but the last are full, so a fragment's place is known from its
// index alone. Memory for one message each way belongs to the session: whatever
// a peer sends, it takes no more.

#ifndef JAM_TOAST_BULK_H
#define JAM_TOAST_BULK_H

#include "toast/toast.h"
#include "toast/toast_wire.h"

typedef struct ToastBulkOut {
  uint8_t* data;     ///< TOAST_MAX_BULK bytes, owned by the endpoint
  JamTime  since;    ///< It was given
  JamTime  force_at; ///< When a fragment must leave, packet or not
  uint16_t id;
  uint16_t size;                           ///< 0: no message waits
  uint16_t acked;                          ///< Bit i: fragment i
  JamTime  sent[TOAST_WIRE_MAX_FRAGMENTS]; ///< JAM_NEVER: not yet
} ToastBulkOut;

typedef struct ToastBulkIn {
  uint8_t* data; ///< TOAST_MAX_BULK bytes, owned by the endpoint
  uint16_t id;   ///< The message to come
  uint16_t have; ///< Bit i: fragment i of it
  uint8_t  count;
  uint16_t size; ///< Of the last that is complete
  uint16_t acked_id;
  uint16_t acked; ///< To be acknowledged: what came of message `acked_id`
} ToastBulkIn;

/// Takes a copy of a message; false while another one waits.
bool toast_bulk_push(ToastBulkOut*  bulk,
                     JamTime        now,
                     const uint8_t* data,
                     size_t         size);

/// Returns the frame size of the fragment that is due now; 0 if none.
size_t toast_bulk_due(const ToastBulkOut* bulk, JamTime now, JamTime gap);

/// Writes that fragment. `gap`: after which it would be sent again.
size_t
toast_bulk_write(ToastBulkOut* bulk, JamTime now, JamTime gap, uint8_t* out);

/// Finds the time at which the next fragment is due.
void toast_bulk_wait(ToastBulkOut* bulk, JamTime gap);

/// Takes in an acknowledgement. Nonsense is ignored.
void toast_bulk_ack(ToastBulkOut* bulk, uint16_t id, uint16_t bitmap);

/// Checks the size and place of a FRAGMENT frame; `left` bytes are there.
/// Returns its size, or 0.
size_t toast_bulk_frame_size(const uint8_t* frame, size_t left);

/// Takes in a checked FRAGMENT frame; true when it completes the message, which
/// is `data` and `size` of `bulk` until the next one.
bool toast_bulk_take(ToastBulkIn* bulk, const uint8_t* frame, size_t size);

#endif // JAM_TOAST_BULK_H
