// SPDX-License-Identifier: MIT
// The state that a stream of MIDI has brought about: what a synthesiser would
// hold. Both ends of a link keep it; it is what a lost event leaves behind.
// Private to the module.

#ifndef JAM_MIDIP2P_STATE_H
#define JAM_MIDIP2P_STATE_H

#include "midip2p/packet.h"

#define MIDIP2P_PARAMETERS 64U ///< RPN and NRPN that a link remembers

/// Bits of Midip2pChannel.notes
#define MIDIP2P_NOTE_OFF 128U ///< Was played, is not now

// What has never been set is 0; values are stored as one more than they are
typedef struct Midip2pChannel {
  uint8_t  notes[128]; ///< Velocity of a held note; 0: never, 128: released
  uint8_t  keys[128];  ///< Key pressures
  uint8_t  controllers[128]; ///< 124: omni 1 off 2 on; 126: mono, or 129 poly
  uint32_t starts[128];      ///< Of notes, low bits of microseconds
  uint8_t  program, bank[2];
  uint8_t  pressure;
  uint8_t  bend[2];
  uint8_t  select[3]; ///< Parameter: 1 if NRPN; 127 - value of high and low
} Midip2pChannel;

typedef struct Midip2pParameter {
  uint8_t  channel;
  uint8_t  select[3]; ///< As in Midip2pChannel
  uint16_t value;
  uint16_t change; ///< As in Midip2pChanges
} Midip2pParameter;

typedef struct Midip2pState {
  Midip2pChannel   channels[16];
  Midip2pParameter parameters[MIDIP2P_PARAMETERS];
  unsigned         parameter_count;
  uint8_t          running; ///< 1 stopped, 2 running
  uint8_t          position[2], song;
} Midip2pState;

// Number of the event that last changed a value, low bits: a value that seems
// younger than it is, is sent in vain and does no harm
typedef struct Midip2pChannelChanges {
  uint16_t notes[128], keys[128], controllers[128];
  uint16_t program, pressure, bend, select;
  int64_t  latest; ///< Of any of them, all bits
} Midip2pChannelChanges;

typedef struct Midip2pChanges {
  Midip2pChannelChanges channels[16];
  uint16_t              running, position, song;
} Midip2pChanges;

/// Makes the state of a stream that has said nothing.
void midip2p_state_init(Midip2pState* state);

/// Follows one valid message. With `changes` (may be null) notes there that
/// event `number` made the change.
void midip2p_state_follow(Midip2pState*       state,
                          Midip2pChanges*     changes,
                          int64_t             number,
                          const Midip2pEvent* event);

/// Returns whether following the message would change nothing, so that a
/// receiver need not play it.
bool midip2p_state_has(const Midip2pState* state, const Midip2pEvent* message);

/// Returns the checksum in keep-alives; PROTOCOL.md says of what.
uint32_t midip2p_state_checksum(const Midip2pState* state);

/// Some messages of a state that belong together.
typedef struct Midip2pGroup {
  Midip2pEvent messages[6];
  unsigned     count;
} Midip2pGroup;

/// Calls `put` for every group of messages that brings a receiver who has
/// all events up to `base` (0: none) to the state after event `last`. Stops
/// when `put` returns false. The order of groups does not matter.
void midip2p_state_delta(const Midip2pState*   state,
                         const Midip2pChanges* changes,
                         int64_t               base,
                         int64_t               last,
                         int64_t               time_us,
                         bool                  put(void*, const Midip2pGroup*),
                         void*                 context);

#endif // JAM_MIDIP2P_STATE_H
