// SPDX-License-Identifier: MIT
// When things happen, and which session must be woken next.
//
// A caller repeats its INIT after 100, 200, 400 ... ms; it gives up after 5 s.
// A half-open session ends after 3 s without a timer of its own, an open one
// after the idle time-out without an authentic packet, or when its address is
// not proven within 3 s. RESUMEs leave with every packet for 3 s at most.
//
// PATH goes to a new address at once, then 100, 300, 700 ... ms later; after 3
// s that address is forgotten. A sending key lasts 10 minutes or 2^30 packets,
// a former receiving key 3 s more.
//
// Media that waits for longer than 20 ms is dropped. Repair leaves in the
// packet of the frame that makes it due, or not at all. A fragment leaves as
// soon as the budget has room for it, and again when it is not acknowledged
// for 100 ms or two round trips.
//
// A control message rides in packets n, n + 2, n + 5 and n + 9, with 1 ms
// between two copies, or in the first packet 2, 6 and 10 ms after the first
// copy, and gets a packet of its own 3, 7 and 11 ms after it; unacknowledged
// still, it rides every 20 ms and gets a packet of its own after 20, 20, 40,
// 80, 100, 100 ... ms.
//
// Echoes, acknowledgements, tickets and probes ride in the next packet and get
// one of their own 5 ms after they were due. FEEDBACK is due 20 ms after the
// last one, 10 ms while delay is rising, once media has come. PROBE is due
// every 50 ms in the first 2 s, then every 500 ms. A ticket is renewed every 60
// s and sent every 100 ms until it is acknowledged.
//
// CLOSE is sent three times, 20 ms apart.
//
// A datagram that has already waited in this machine is dropped unopened: bulk
// after 5 ms, repair after 10 ms, audio after 20 ms, control never.

#ifndef JAM_TOAST_TIMERS_H
#define JAM_TOAST_TIMERS_H

#include <jamnet/types.h>

#include <stdbool.h>

#define TOAST_HELLO_GAP (100 * JAM_MS) ///< Doubles from the second repeat on
#define TOAST_GIVE_UP_TIME (5 * JAM_SECOND)
#define TOAST_HALF_OPEN_TIME (3 * JAM_SECOND)
#define TOAST_IDLE_TIME (5 * JAM_SECOND) ///< Unless configured
#define TOAST_RESUME_TIME (3 * JAM_SECOND)

#define TOAST_PATH_GAP (100 * JAM_MS) ///< Doubles with each repeat
#define TOAST_PATH_TIME (3 * JAM_SECOND)
#define TOAST_REKEY_TIME (600 * JAM_SECOND)
#define TOAST_REKEY_PACKETS 0x40000000U
#define TOAST_REKEY_KEEP (3 * JAM_SECOND)

#define TOAST_MEDIA_TIME (20 * JAM_MS)
#define TOAST_FRAGMENT_GAP (100 * JAM_MS)
#define TOAST_EVENT_LEAST_GAP JAM_MS
#define TOAST_EVENT_RIDES                                                      \
  {                                                                            \
    0, 2, 6, 10                                                                \
  } ///< Packets ride, ms after the first
#define TOAST_EVENT_COPIES                                                     \
  {                                                                            \
    0, 3, 7, 11                                                                \
  } ///< Own packets, ms after the first
#define TOAST_EVENT_RIDE_GAP (20 * JAM_MS)
#define TOAST_EVENT_GAPS                                                       \
  {                                                                            \
    20, 20, 40, 80, 100                                                        \
  } ///< Then, ms after the last

#define TOAST_RIDER_TIME (5 * JAM_MS)
#define TOAST_FEEDBACK_GAP (20 * JAM_MS)
#define TOAST_FEEDBACK_FAST_GAP (10 * JAM_MS)
#define TOAST_PROBE_FAST_GAP (50 * JAM_MS)
#define TOAST_PROBE_SLOW_GAP (500 * JAM_MS)
#define TOAST_PROBE_FAST_TIME (2 * JAM_SECOND)
#define TOAST_TICKET_RENEWAL (60 * JAM_SECOND)
#define TOAST_TICKET_GAP (100 * JAM_MS)

#define TOAST_CLOSE_COPIES 3U
#define TOAST_CLOSE_GAP (20 * JAM_MS)

#define TOAST_SHED_AUDIO (20 * JAM_MS)
#define TOAST_SHED_REPAIR (10 * JAM_MS)
#define TOAST_SHED_BULK (5 * JAM_MS)

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
