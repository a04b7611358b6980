// SPDX-License-Identifier: MIT
// Frames that wait for the next datagram, already in wire form and each in one
// piece, with the time since when they wait. Empty most of the time: it then
// starts again at its first bytes, so that a quiet session touches little
// memory.

#ifndef JAM_TOAST_QUEUE_H
#define JAM_TOAST_QUEUE_H

#include <jamnet/types.h>

#include <stddef.h>
#include <stdint.h>

typedef struct ToastQueueFrame {
  JamTime  since;
  uint32_t at;
  uint32_t size;
} ToastQueueFrame;

typedef struct ToastQueue {
  uint8_t*         data;   ///< Owned by the endpoint, as are ...
  ToastQueueFrame* frames; ///< ... `most` of these
  uint32_t         capacity;
  uint32_t         write;
  uint16_t         most;
  uint16_t         head;
  uint16_t         count;
} ToastQueue;

/// Makes room for a frame of `size` bytes at the end; null when full.
uint8_t* toast_queue_push(ToastQueue* queue, JamTime now, uint32_t size);

/// Returns the oldest frame, or null.
const uint8_t* toast_queue_front(const ToastQueue* queue, uint32_t* size);

/// Drops the oldest frame.
void toast_queue_pop(ToastQueue* queue);

/// Drops all frames that wait since before `oldest`. Returns how many.
unsigned toast_queue_expire(ToastQueue* queue, JamTime oldest);

#endif // JAM_TOAST_QUEUE_H
