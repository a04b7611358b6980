// SPDX-License-Identifier: MIT
// The click: the beats of the shared transport, made where they are heard. Its
// samples stand where the clocks say, whatever the network does.
//
// Plain data, audio thread; plans come by a mailbox.

#ifndef JAM_SESSION_CLIENT_CLICK_H
#define JAM_SESSION_CLIENT_CLICK_H

#include "synchub/synchub.h"

/// What to play, and where the writer's clock stands on the own device.
typedef struct ClickPlan {
  bool             on;              ///< False: silence
  float            level;           ///< Linear
  int64_t          device_position; ///< At this local position ...
  double           ns; ///< ... so long after transport.time of the writer ...
  double           ns_per_frame; ///< ... which goes on at this rate
  SynchubTransport transport;
} ClickPlan;

typedef struct Click {
  double   rate_hz;
  double   turn[2][2]; ///< Cosine and sine per frame: beat, and first of a bar
  double   decay;      ///< Per frame
  double   x, y;       ///< The sounding one
  unsigned tone;
  unsigned left;    ///< Frames for which it goes on
  int64_t  last;    ///< Device position of the newest; INT64_MIN: none yet
  uint64_t started; ///< Clicks so far
  int64_t due; ///< Device position that goes on from the newest; else INT64_MIN
} Click;

/// Prepares a click for a device rate. Not real-time safe.
void client_click_init(Click* click, double rate_hz);

/// Adds the clicks of `frames` frames from `device_position` on to `channels`
/// outputs.
void client_click_render(Click*           click,
                         const ClickPlan* plan,
                         int64_t          device_position,
                         float* const*    out,
                         unsigned         channels,
                         unsigned         frames) JAM_RT;

#endif // JAM_SESSION_CLIENT_CLICK_H
