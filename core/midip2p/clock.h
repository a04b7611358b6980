// SPDX-License-Identifier: MIT
// A player's own MIDI clock: many ticks in, few snapshots out, and ticks again
// at the far end. Private to the module; the far end is in midip2p.h.

#ifndef JAM_MIDIP2P_CLOCK_H
#define JAM_MIDIP2P_CLOCK_H

#include "midip2p/midip2p.h"

#define MIDIP2P_TICKS 192U ///< Eight quarters

typedef struct Midip2pTicks {
  int64_t      times[MIDIP2P_TICKS]; // Of the last ticks, in a ring
  unsigned     count; // Ticks in all, since the clock began to flow
  unsigned     span;  // The last of them, that keep one tempo
  double       noise; // Mean size of residuals, us
  int64_t      next;  // Number of the tick to come
  JamTime      seen_at;
  JamTime      tell_at;  // When to tell, or JAM_NEVER
  unsigned     goodbyes; // Snapshots still to send after the last tick
  Midip2pClock clock;
} Midip2pTicks;

/// Starts without a clock.
void midip2p_ticks_init(Midip2pTicks* ticks);

/// Follows a message of the stream: ticks, start, position. Returns whether it
/// was a tick.
bool midip2p_ticks_follow(Midip2pTicks*       ticks,
                          JamTime             now,
                          const Midip2pEvent* event);

/// Takes over a snapshot.
void midip2p_ticks_relay(Midip2pTicks*       ticks,
                         JamTime             now,
                         const Midip2pClock* clock);

/// Returns whether a snapshot is due, and when one will be.
bool    midip2p_ticks_due(const Midip2pTicks* ticks, JamTime now);
JamTime midip2p_ticks_deadline(const Midip2pTicks* ticks);

/// Makes the snapshot that a packet carries; false when there is no clock.
bool midip2p_ticks_tell(Midip2pTicks* ticks, JamTime now, Midip2pClock* out);

#endif // JAM_MIDIP2P_CLOCK_H
