// SPDX-License-Identifier: MIT
// A ring of what was sent lately, and a short list of what is due from it.

#include "toast/repair.h"

#include "toast/toast_wire.h"

#include <string.h>

void toast_repairs_set(ToastRepairs* const repairs, const unsigned distance)
{
  if (repairs->distance != distance) {
    repairs->distance  = (uint16_t)distance;
    repairs->count     = 0U;
    repairs->written   = 0U;
    repairs->due_count = 0U;
  }
}

static ToastSentFrame* place_of(const ToastRepairs* const repairs,
                                const uint32_t            index)
{
  return &repairs->sent[index % TOAST_REPAIR_FRAMES];
}

// Whether frame `index` is still there, with all its bytes
static bool is_kept(const ToastRepairs* const repairs, const uint32_t index)
{
  return repairs->count - index <= TOAST_REPAIR_FRAMES &&
         repairs->written - place_of(repairs, index)->at <= TOAST_REPAIR_ROOM;
}

static void keep(ToastRepairs* const  repairs,
                 const uint32_t       number,
                 const uint8_t* const frame,
                 const size_t         size)
{
  uint32_t at = repairs->written % TOAST_REPAIR_ROOM;
  if (size > TOAST_REPAIR_ROOM - at) {
    repairs->written += TOAST_REPAIR_ROOM - at; // In one piece
    at = 0U;
  }
  const ToastSentFrame sent          = {repairs->written,
                                        number,
                                        toast_get16(frame + 1),
                                        toast_get16(frame + 3),
                                        (uint16_t)size};
  *place_of(repairs, repairs->count) = sent;
  memcpy(repairs->data + at, frame, size);
  repairs->written += (uint32_t)size;
  ++repairs->count;
}

static void become_due(ToastRepairs* const repairs, const uint32_t index)
{
  if (repairs->due_count == TOAST_REPAIR_DUE) {
    toast_repairs_pop(repairs);
  }
  const unsigned end = (unsigned)(repairs->due_head + repairs->due_count);
  repairs->due[end % TOAST_REPAIR_DUE] = index;
  ++repairs->due_count;
}

void toast_repairs_note(ToastRepairs* const  repairs,
                        const uint32_t       number,
                        const uint8_t* const frame,
                        const size_t         size)
{
  if (repairs->distance == 0U) {
    return;
  }
  keep(repairs, number, frame, size);
  const uint16_t handle = toast_get16(frame + 1);
  const uint16_t wanted =
    (uint16_t)(toast_get16(frame + 3) - repairs->distance);
  const uint32_t newest = repairs->count - 1U;
  const uint32_t kept =
    newest < TOAST_REPAIR_FRAMES ? newest : TOAST_REPAIR_FRAMES - 1U;
  for (uint32_t back = 1U; back <= kept; ++back) {
    const ToastSentFrame* const sent = place_of(repairs, newest - back);
    if (sent->handle == handle && sent->seq == wanted) {
      become_due(repairs, newest - back);
      return;
    }
  }
}

const uint8_t* toast_repairs_front(ToastRepairs* const repairs,
                                   const uint32_t      number,
                                   size_t* const       size)
{
  while (repairs->due_count > 0U) {
    const uint32_t index = repairs->due[repairs->due_head % TOAST_REPAIR_DUE];
    const ToastSentFrame* const sent = place_of(repairs, index);
    if (is_kept(repairs, index)) {
      *size = sent->size;
      return sent->number == number
               ? NULL
               : repairs->data + sent->at % TOAST_REPAIR_ROOM;
    }
    toast_repairs_pop(repairs);
  }
  return NULL;
}

void toast_repairs_pop(ToastRepairs* const repairs)
{
  if (repairs->due_count > 0U) {
    repairs->due_head = (uint16_t)((repairs->due_head + 1U) % TOAST_REPAIR_DUE);
    --repairs->due_count;
  }
}

unsigned toast_repairs_drop(ToastRepairs* const repairs)
{
  const unsigned count = repairs->due_count;
  repairs->due_count   = 0U;
  return count;
}
