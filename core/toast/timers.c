// SPDX-License-Identifier: MIT
// A binary heap that knows each slot's place in it.

#include "toast/timers.h"

#include <base/memory.h>

JamStatus toast_timers_init(ToastTimers* const        timers,
                            const JamAllocator* const allocator,
                            const unsigned            slots)
{
  timers->count = 0U;
  timers->slots =
    (ToastTimer*)jam_mem_new(allocator, slots * sizeof(*timers->slots));
  timers->heap =
    (uint16_t*)jam_mem_new(allocator, slots * sizeof(*timers->heap));
  if (!timers->slots || !timers->heap) {
    return JAM_ERR_MEMORY;
  }
  for (unsigned i = 0U; i < slots; ++i) {
    timers->slots[i].at    = JAM_NEVER;
    timers->slots[i].place = TOAST_TIMER_NONE;
  }
  return JAM_OK;
}

void toast_timers_deinit(ToastTimers* const        timers,
                         const JamAllocator* const allocator)
{
  jam_mem_free(allocator, timers->slots);
  jam_mem_free(allocator, timers->heap);
}

static void
put(ToastTimers* const timers, const unsigned place, const uint16_t slot)
{
  timers->heap[place]       = slot;
  timers->slots[slot].place = (uint16_t)place;
}

static void sift_up(ToastTimers* const timers, unsigned place)
{
  const uint16_t slot = timers->heap[place];
  const JamTime  at   = timers->slots[slot].at;
  while (place > 0U) {
    const unsigned parent = (place - 1U) / 2U;
    if (timers->slots[timers->heap[parent]].at <= at) {
      break;
    }
    put(timers, place, timers->heap[parent]);
    place = parent;
  }
  put(timers, place, slot);
}

static void sift_down(ToastTimers* const timers, unsigned place)
{
  const uint16_t slot = timers->heap[place];
  const JamTime  at   = timers->slots[slot].at;
  for (;;) {
    unsigned child = 2U * place + 1U;
    if (child >= timers->count) {
      break;
    }
    if (child + 1U < timers->count &&
        timers->slots[timers->heap[child + 1U]].at <
          timers->slots[timers->heap[child]].at) {
      ++child;
    }
    if (at <= timers->slots[timers->heap[child]].at) {
      break;
    }
    put(timers, place, timers->heap[child]);
    place = child;
  }
  put(timers, place, slot);
}

static void take_out(ToastTimers* const timers, const unsigned place)
{
  timers->slots[timers->heap[place]].place = TOAST_TIMER_NONE;
  --timers->count;
  if (place < timers->count) {
    put(timers, place, timers->heap[timers->count]);
    sift_down(timers, place);
    sift_up(timers, place);
  }
}

void toast_timers_set(ToastTimers* const timers,
                      const uint16_t     slot,
                      const JamTime      at)
{
  ToastTimer* const timer = &timers->slots[slot];
  timer->at               = at;
  if (timer->place == TOAST_TIMER_NONE) {
    if (at == JAM_NEVER) {
      return;
    }
    put(timers, timers->count++, slot);
  } else if (at == JAM_NEVER) {
    take_out(timers, timer->place);
    return;
  }
  sift_up(timers, timer->place);
  sift_down(timers, timer->place);
}

void toast_timers_lower(ToastTimers* const timers,
                        const uint16_t     slot,
                        const JamTime      at)
{
  if (at < timers->slots[slot].at) {
    toast_timers_set(timers, slot, at);
  }
}

JamTime toast_timers_next(const ToastTimers* const timers, uint16_t* const slot)
{
  if (timers->count == 0U) {
    return JAM_NEVER;
  }
  if (slot) {
    *slot = timers->heap[0];
  }
  return timers->slots[timers->heap[0]].at;
}
