// SPDX-License-Identifier: MIT
// Reliable control messages, sending side.

#include "toast/outbox.h"

#include "toast/timers.h"

#include <base/time.h>

#include <string.h>

#define REPEAT_ROOM 600U // Bytes of one packet for repeats: media goes on
#define SPACED 4U        // Copies, the first with them

static ToastOutMessage* message_of(ToastOutbox* const outbox, const uint16_t id)
{
  return &outbox->messages[id % TOAST_WIRE_EVENT_WINDOW];
}

// When a message gets a datagram of its own for its next copy
static JamTime force_at(const ToastOutMessage* const message)
{
  static const uint8_t copies_ms[SPACED] = TOAST_EVENT_COPIES;
  static const uint8_t gaps_ms[]         = TOAST_EVENT_GAPS;
  const unsigned       last              = (unsigned)sizeof(gaps_ms) - 1U;
  if (message->copies < SPACED) {
    return message->first + copies_ms[message->copies] * JAM_MS;
  }
  const unsigned gap = message->copies - SPACED;
  return message->last + gaps_ms[gap < last ? gap : last] * JAM_MS;
}

static bool is_due(const ToastOutMessage* const message,
                   const JamTime                now,
                   const uint32_t               number)
{
  static const uint8_t spacing[SPACED]  = {0, 2, 5, 9};
  static const uint8_t rides_ms[SPACED] = TOAST_EVENT_RIDES;
  if (message->copies >= SPACED) {
    return now - message->last >= TOAST_EVENT_RIDE_GAP;
  }
  const uint32_t packets = number - message->first_number;
  return message->copies == 0U ||
         (packets >= spacing[message->copies] &&
          now - message->last >= TOAST_EVENT_LEAST_GAP) ||
         now - message->first >= rides_ms[message->copies] * JAM_MS;
}

bool toast_outbox_push(ToastOutbox* const   outbox,
                       const JamTime        now,
                       const uint8_t* const data,
                       const size_t         size)
{
  if ((uint16_t)(outbox->next - outbox->oldest) >= TOAST_WIRE_EVENT_WINDOW) {
    return false;
  }
  ToastOutMessage* const message = message_of(outbox, outbox->next);
  memset(message, 0, sizeof(*message));
  message->size = (uint16_t)size;
  memcpy(outbox->data[outbox->next % TOAST_WIRE_EVENT_WINDOW], data, size);
  ++outbox->next;
  outbox->force_at = now;
  return true;
}

void toast_outbox_ack(ToastOutbox* const outbox,
                      const uint16_t     next,
                      const uint64_t     bitmap)
{
  const uint16_t waiting = (uint16_t)(outbox->next - outbox->oldest);
  const uint16_t below   = (uint16_t)(next - outbox->oldest);
  if (below > waiting) {
    return; // Older than what we know, or never sent
  }
  for (unsigned i = 0U; i < below; ++i) {
    message_of(outbox, (uint16_t)(outbox->oldest + i))->acked = true;
  }
  for (unsigned i = 0U; below + 1U + i < waiting; ++i) {
    if ((bitmap >> i) & 1U) {
      message_of(outbox, (uint16_t)(next + 1U + i))->acked = true;
    }
  }
  while (toast_outbox_waits(outbox) &&
         message_of(outbox, outbox->oldest)->acked) {
    ++outbox->oldest;
  }
  if (!toast_outbox_waits(outbox)) {
    outbox->force_at = JAM_NEVER;
  }
}

size_t toast_outbox_write(ToastOutbox* const outbox,
                          const JamTime      now,
                          const uint32_t     number,
                          uint8_t* const     out,
                          const size_t       capacity)
{
  size_t used      = 0U;
  outbox->force_at = JAM_NEVER;
  for (uint16_t id = outbox->oldest; id != outbox->next; ++id) {
    ToastOutMessage* const message = message_of(outbox, id);
    const size_t           size    = TOAST_WIRE_EVENT_HEAD + message->size;
    if (message->acked) {
      continue;
    }
    const size_t room = message->copies && used ? REPEAT_ROOM : capacity;
    if (is_due(message, now, number) && used + size <= room) {
      out[used] = TOAST_WIRE_FRAME_EVENT;
      toast_put16(out + used + 1U, id);
      toast_put16(out + used + 3U, message->size);
      memcpy(out + used + TOAST_WIRE_EVENT_HEAD,
             outbox->data[id % TOAST_WIRE_EVENT_WINDOW],
             message->size);
      message->first_number = message->copies ? message->first_number : number;
      message->first        = message->copies ? message->first : now;
      message->copies = (uint8_t)(message->copies + (message->copies < 255U));
      message->last   = now;
      used += size;
    }
    outbox->force_at = jam_time_min(outbox->force_at, force_at(message));
  }
  return used;
}
