// SPDX-License-Identifier: MIT
// Control messages on their way in: put in order, each delivered once.

#ifndef JAM_TOAST_INBOX_H
#define JAM_TOAST_INBOX_H

#include "toast/toast.h"
#include "toast/toast_wire.h"

typedef struct ToastInbox {
  uint8_t (*data)[TOAST_MAX_EVENT]; ///< Owned by the endpoint
  uint64_t ahead;                   ///< Bit i: message `next` + 1 + i is held
  uint16_t next;                    ///< The one to be delivered next
  uint16_t sizes[TOAST_WIRE_EVENT_WINDOW];
} ToastInbox;

/// Takes in a message that is not the next one; held if it is ahead.
void toast_inbox_hold(ToastInbox*    inbox,
                      uint16_t       id,
                      const uint8_t* data,
                      size_t         size);

/// Steps over message `next`, which the caller delivers. Returns true if the
/// one after it is held: get it with `held` and step again.
bool toast_inbox_step(ToastInbox* inbox);

/// Returns message `next`, held until the inbox comes round to its place.
const uint8_t* toast_inbox_held(const ToastInbox* inbox, size_t* size);

#endif // JAM_TOAST_INBOX_H
