// SPDX-License-Identifier: MIT
// What the reader of a stream holds down: the notes and pedals that must be let
// go when its sender vanishes. Private to the module.

#ifndef JAM_MIDIP2P_HELD_H
#define JAM_MIDIP2P_HELD_H

#include "midip2p/state.h"

typedef struct Midip2pHeld {
  uint8_t  notes[16][128]; ///< Velocity, or 0
  uint8_t  pedals[16];     ///< By channel: one bit each of CC 64, 66, 67
  unsigned count;          ///< Bits set in all
} Midip2pHeld;

/// Follows one valid message.
void midip2p_held_follow(Midip2pHeld* held, const Midip2pEvent* event);

/// Makes the message that ends one held note or pedal, channel by channel; its
/// time is left alone. False when nothing is held. Does not change `held`:
/// follow the message to go on to the next.
bool midip2p_held_next(const Midip2pHeld* held, Midip2pEvent* out);

/// Lets a state hold no note and no pedal.
void midip2p_held_silence(Midip2pState* state);

/// Makes the message that brings what is held one step nearer to a state: a
/// release first, then a note or pedal that the state holds. False when they
/// agree. Like midip2p_held_next otherwise.
bool midip2p_held_towards(const Midip2pHeld*  held,
                          const Midip2pState* state,
                          Midip2pEvent*       out);

#endif // JAM_MIDIP2P_HELD_H
