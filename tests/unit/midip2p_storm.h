// SPDX-License-Identifier: MIT
// One random performance over one random path: every packet that is taken in
// must leave the listener in the state that the player was in.

#ifndef UNIT_MIDIP2P_STORM_H
#define UNIT_MIDIP2P_STORM_H

#include "midip2p/midip2p.h"

/// A mistake put into the packets under way, to see that it is noticed.
typedef enum StormFault {
  STORM_NO_FAULT,
  STORM_FAULT_PRESSURE, ///< Deltas without channel pressure
  STORM_FAULT_SELECT,   ///< Without restoring the chosen parameter
  STORM_FAULT_FIRST,    ///< Without their first message
  STORM_FAULT_NOTE,     ///< Deltas without note-offs
  STORM_FAULT_EVENT,    ///< Events lose the oldest of each packet
  STORM_FAULTS
} StormFault;

typedef struct StormCounts {
  uint64_t patterns;
  uint64_t accepted;   ///< Packets that told of the stream, and were usable
  uint64_t mismatches; ///< After them, in what a synthesiser holds
  uint64_t internal;   ///< Checksums of both ends that differ
  uint64_t stuck;      ///< Notes and pedals that differ at the end
  uint64_t unfinished; ///< Patterns whose end never arrived
  uint64_t repairs, parts, restarts, silences, sysex, sysex_bad, largest;
} StormCounts;

/// Plays the pattern of a seed and adds to `counts`. With a fault, a clean
/// result is the surprise.
void storm_play(uint64_t seed, StormFault fault, StormCounts* counts);

#endif // UNIT_MIDIP2P_STORM_H
