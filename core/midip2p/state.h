// SPDX-License-Identifier: MIT
// The state a received stream has brought about, so that somebody who joins
// later can be brought to it. Private to the module.

#ifndef JAM_MIDIP2P_STATE_H
#define JAM_MIDIP2P_STATE_H

#include "midip2p/held.h"

// By channel. What has never been set is 0, anything else one more than its
// value.
typedef struct Midip2pState {
  Midip2pHeld held;
  uint8_t     velocities[16][128]; ///< Of the last note-on; the value itself
  uint8_t     controllers[16][128];
  uint8_t     program[16];
  uint8_t     pressure[16];
  uint8_t     bend[16][2];
} Midip2pState;

/// Follows one valid message.
void midip2p_state_follow(Midip2pState* state, const Midip2pEvent* event);

/// Writes the messages that lead to the state from nothing, the most important
/// first. Returns their number.
size_t midip2p_state_write(const Midip2pState* state,
                           int64_t             time_us,
                           Midip2pEvent*       out,
                           size_t              capacity);

#endif // JAM_MIDIP2P_STATE_H
