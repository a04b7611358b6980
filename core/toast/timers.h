// SPDX-License-Identifier: MIT
// Which session must be woken next: a binary heap of times, one per slot.

#ifndef JAM_TOAST_TIMERS_H
#define JAM_TOAST_TIMERS_H

#include <jamnet/types.h>

#include <stdbool.h>

#define TOAST_TIMER_NONE UINT16_MAX

typedef struct ToastTimer {
  JamTime  at;
  uint16_t place; ///< In the heap; TOAST_TIMER_NONE if not set
} ToastTimer;

typedef struct ToastTimers {
  ToastTimer* slots; ///< One per session. Owned
  uint16_t*   heap;  ///< Slots, earliest first. Owned
  unsigned    count;
} ToastTimers;

/// Makes room for `slots` timers, none set.
JAM_NODISCARD JamStatus toast_timers_init(ToastTimers*        timers,
                                          const JamAllocator* allocator,
                                          unsigned            slots);

/// Releases what `init` took.
void toast_timers_deinit(ToastTimers* timers, const JamAllocator* allocator);

/// Sets a slot's time; JAM_NEVER unsets it.
void toast_timers_set(ToastTimers* timers, uint16_t slot, JamTime at);

/// Sets a slot's time if that is earlier than the present one. A time that has
/// moved later needs no call: the slot is woken early and set anew.
void toast_timers_lower(ToastTimers* timers, uint16_t slot, JamTime at);

/// Returns the earliest time, or JAM_NEVER; `slot` may be null.
JamTime toast_timers_next(const ToastTimers* timers, uint16_t* slot);

#endif // JAM_TOAST_TIMERS_H
