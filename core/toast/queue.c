// SPDX-License-Identifier: MIT
// A ring of contiguous pieces.

#include "toast/queue.h"

uint8_t* toast_queue_push(ToastQueue* const queue, const uint32_t size)
{
  if (queue->count == 0U) {
    queue->write = 0U;
    queue->head  = 0U;
  }
  if (queue->count == TOAST_QUEUE_FRAMES || size > queue->capacity) {
    return NULL;
  }
  const uint32_t tail = queue->frames[queue->head].at;
  uint32_t       at   = queue->write;
  if (queue->count == 0U || queue->write > tail) {
    if (size > queue->capacity - queue->write) {
      at = 0U; // The rest of the buffer is too short: wrap before it
      if (size > tail) {
        return NULL;
      }
    }
  } else if (size > tail - queue->write) {
    return NULL;
  }
  const unsigned slot = (queue->head + queue->count) % TOAST_QUEUE_FRAMES;

  queue->frames[slot].at   = at;
  queue->frames[slot].size = size;
  queue->write             = at + size;
  ++queue->count;
  return queue->data + at;
}

const uint8_t* toast_queue_front(const ToastQueue* const queue,
                                 uint32_t* const         size)
{
  if (queue->count == 0U) {
    return NULL;
  }
  *size = queue->frames[queue->head].size;
  return queue->data + queue->frames[queue->head].at;
}

void toast_queue_pop(ToastQueue* const queue)
{
  if (queue->count > 0U) {
    queue->head = (uint16_t)((queue->head + 1U) % TOAST_QUEUE_FRAMES);
    --queue->count;
  }
}
