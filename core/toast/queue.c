// SPDX-License-Identifier: MIT
// A ring of contiguous pieces.

#include "toast/queue.h"

uint8_t* toast_queue_push(ToastQueue* const queue,
                          const JamTime     now,
                          const uint32_t    size)
{
  if (queue->count == 0U) {
    queue->write = 0U;
    queue->head  = 0U;
  }
  if (queue->count == queue->most || size > queue->capacity) {
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
  const ToastQueueFrame frame = {now, at, size};

  queue->frames[(unsigned)(queue->head + queue->count) % queue->most] = frame;
  queue->write = at + size;
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
    queue->head = (uint16_t)((queue->head + 1U) % queue->most);
    --queue->count;
  }
}

unsigned toast_queue_expire(ToastQueue* const queue, const JamTime oldest)
{
  unsigned dropped = 0U;
  while (queue->count > 0U && queue->frames[queue->head].since < oldest) {
    toast_queue_pop(queue);
    ++dropped;
  }
  return dropped;
}
