// SPDX-License-Identifier: MIT
// Reliable control messages, receiving side.

#include "toast/inbox.h"

#include <string.h>

void toast_inbox_hold(ToastInbox* const    inbox,
                      const uint16_t       id,
                      const uint8_t* const data,
                      const size_t         size)
{
  const uint16_t distance = (uint16_t)(id - inbox->next);
  if (distance == 0U || distance >= TOAST_WIRE_EVENT_WINDOW) {
    return; // A copy of an old one, or beyond what a sender may have open
  }
  const uint64_t bit = UINT64_C(1) << (distance - 1U);
  if (!(inbox->ahead & bit)) {
    const unsigned slot = id % TOAST_WIRE_EVENT_WINDOW;
    memcpy(inbox->data[slot], data, size);
    inbox->sizes[slot] = (uint16_t)size;
    inbox->ahead |= bit;
  }
}

bool toast_inbox_step(ToastInbox* const inbox)
{
  const bool held = inbox->ahead & 1U;
  inbox->ahead >>= 1U;
  ++inbox->next;
  return held;
}

const uint8_t* toast_inbox_held(const ToastInbox* const inbox,
                                size_t* const           size)
{
  const unsigned slot = inbox->next % TOAST_WIRE_EVENT_WINDOW;
  *size               = inbox->sizes[slot];
  return inbox->data[slot];
}
