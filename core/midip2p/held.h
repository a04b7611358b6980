// SPDX-License-Identifier: MIT
// What a received stream holds down: the notes and pedals that must be let go
// when its sender vanishes. Private to the module.

#ifndef JAM_MIDIP2P_HELD_H
#define JAM_MIDIP2P_HELD_H

#include "midip2p/midip2p.h"

typedef struct Midip2pHeld {
  uint64_t notes[16][2]; ///< By channel: one bit a key
  uint8_t  pedals[16];   ///< By channel: one bit each of CC 64, 66, 67
  unsigned count;        ///< Bits set in all
} Midip2pHeld;

/// Follows one valid message.
void midip2p_held_follow(Midip2pHeld* held, const Midip2pEvent* event);

/// Makes the message that ends one held note or pedal, channel by channel; its
/// time is left alone. False when nothing is held. Does not change `held`:
/// follow the message to go on to the next.
bool midip2p_held_next(const Midip2pHeld* held, Midip2pEvent* out);

/// Returns whether a message ends a note or pedal.
bool midip2p_is_release(const Midip2pEvent* event);

#endif // JAM_MIDIP2P_HELD_H
