// SPDX-License-Identifier: MIT
// Media frames sent once more, a given number of frames later: frame n - d of a
// stream goes out again beside its frame n. What was sent lately is kept in a
// ring, only while repair is on.

#ifndef JAM_TOAST_REPAIR_H
#define JAM_TOAST_REPAIR_H

#include <jamnet/types.h>

#include <stdbool.h>

#define TOAST_REPAIR_ROOM 65536U
#define TOAST_REPAIR_FRAMES 256U
#define TOAST_REPAIR_DUE 64U

typedef struct ToastSentFrame {
  uint32_t at;     ///< Bytes written before it
  uint32_t number; ///< Of the packet it was in
  uint16_t handle;
  uint16_t seq;
  uint16_t size;
} ToastSentFrame;

typedef struct ToastRepairs {
  uint8_t*        data;     ///< TOAST_REPAIR_ROOM bytes, owned by the endpoint
  ToastSentFrame* sent;     ///< TOAST_REPAIR_FRAMES, owned by the endpoint
  uint32_t        written;  ///< Bytes ever; wraps
  uint32_t        count;    ///< Frames ever; wraps
  uint16_t        distance; ///< 0: off
  uint16_t        due_head;
  uint16_t        due_count;
  uint32_t        due[TOAST_REPAIR_DUE]; ///< Of `count`, when they were sent
} ToastRepairs;

/// Sets the distance; forgets what was sent before.
void toast_repairs_set(ToastRepairs* repairs, unsigned distance);

/// Notes a MEDIA frame, in wire form, that leaves in packet `number`; the one
/// `distance` before it becomes due.
void toast_repairs_note(ToastRepairs*  repairs,
                        uint32_t       number,
                        const uint8_t* frame,
                        size_t         size);

/// Returns the next frame that is due, in wire form; null if there is none that
/// may go into packet `number`: not into the same as the first time.
const uint8_t*
toast_repairs_front(ToastRepairs* repairs, uint32_t number, size_t* size);

/// Takes that frame off the list.
void toast_repairs_pop(ToastRepairs* repairs);

/// Gives up all that is due. Returns how many.
unsigned toast_repairs_drop(ToastRepairs* repairs);

#endif // JAM_TOAST_REPAIR_H
