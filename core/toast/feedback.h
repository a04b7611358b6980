// SPDX-License-Identifier: MIT
// What one side tells the other of the path towards itself: how much came, how
// late, how it is faring. About every 20 ms while media flows.

#ifndef JAM_TOAST_FEEDBACK_H
#define JAM_TOAST_FEEDBACK_H

#include "toast/path.h"
#include "toast/toast.h"
#include "toast/window.h"

// The least difference of the peer's arrivals and own stamps in a span of time
typedef struct ToastFloor {
  bool     known;
  uint32_t least; ///< us, modulo 2^32
  JamTime  at;    ///< When it was told
} ToastFloor;

typedef struct ToastFeedback {
  // To be told: since the last report
  bool     heard;
  int64_t  delay_us; ///< Of the fastest packet, above the least ever
  uint32_t least;    ///< Its arrival - stamp, us, modulo 2^32
  // ... and as the layer above says
  uint8_t  late;  ///< In 255ths
  uint16_t depth; ///< In 10 us

  // Told by the peer
  ToastReport report;
  ToastFloor  floors[2]; ///< Present and former span of 5 s
  JamTime     floor_since;
} ToastFeedback;

/// Notes a packet: its arrival - stamp, and its delay above the least ever.
void toast_feedback_arrival(ToastFeedback* feedback,
                            uint32_t       difference,
                            int64_t        delay_us);

/// Notes how media fares here: see toast_set_playout.
void toast_feedback_set_playout(ToastFeedback* feedback,
                                double         late,
                                JamTime        depth);

/// Returns whether delay has been rising since the last report: then reports
/// come more often.
bool toast_feedback_rising(const ToastFeedback* feedback);

/// Writes a FEEDBACK frame. Returns its size.
size_t toast_feedback_write(ToastFeedback*     feedback,
                            const ToastPath*   path,
                            const ToastWindow* window,
                            uint8_t*           out);

/// Takes in a FEEDBACK frame. `skew`: the peer's clock rate minus the own one.
void toast_feedback_take(ToastFeedback* feedback,
                         JamTime        now,
                         double         skew,
                         const uint8_t* frame);

#endif // JAM_TOAST_FEEDBACK_H
