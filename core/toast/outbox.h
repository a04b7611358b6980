// SPDX-License-Identifier: MIT
// Control messages on their way out: repeated in spaced copies until the peer
// acknowledges them (timers.h says when). None is ever given up while the
// session lives: what is too late to be of use only its reader can tell.

#ifndef JAM_TOAST_OUTBOX_H
#define JAM_TOAST_OUTBOX_H

#include "toast/toast.h"
#include "toast/toast_wire.h"

typedef struct ToastOutMessage {
  JamTime  first;        ///< Time of the first copy
  JamTime  last;         ///< Of the newest
  uint32_t first_number; ///< Packet number of the first copy
  uint16_t size;
  uint8_t  copies;
  bool     acked;
} ToastOutMessage;

typedef struct ToastOutbox {
  uint8_t (*data)[TOAST_MAX_EVENT]; ///< Owned by the endpoint
  JamTime         force_at;         ///< When a copy must leave, packet or not
  uint16_t        oldest;
  uint16_t        next;
  ToastOutMessage messages[TOAST_WIRE_EVENT_WINDOW];
} ToastOutbox;

/// Takes a copy of a message; false when the window is full.
bool toast_outbox_push(ToastOutbox*   outbox,
                       JamTime        now,
                       const uint8_t* data,
                       size_t         size);

/// Takes in an acknowledgement: all below `next`, and `next` + 1 + i for each
/// set bit i. Nonsense is ignored.
void toast_outbox_ack(ToastOutbox* outbox, uint16_t next, uint64_t bitmap);

/// Writes the frames that are due in packet `number`, as many as fit.
/// Returns the number of bytes written.
size_t toast_outbox_write(ToastOutbox* outbox,
                          JamTime      now,
                          uint32_t     number,
                          uint8_t*     out,
                          size_t       capacity);

/// Returns whether any message waits for an acknowledgement.
static inline bool toast_outbox_waits(const ToastOutbox* const outbox)
{
  return outbox->oldest != outbox->next;
}

#endif // JAM_TOAST_OUTBOX_H
