// SPDX-License-Identifier: MIT
// System exclusive: long messages in fragments, beside the events and not in
// their order, so that they hold back no note. Private to the module.

#ifndef JAM_MIDIP2P_SYSEX_H
#define JAM_MIDIP2P_SYSEX_H

#include "midip2p/packet.h"

#define MIDIP2P_FRAGMENTS                                                      \
  ((MIDIP2P_SYSEX + MIDIP2P_FRAGMENT - 1U) / MIDIP2P_FRAGMENT)

// Waiting messages lie one after the other, each led by its size and time
typedef struct Midip2pSysexOut {
  uint8_t* bytes; // Null when nothing waits
  uint32_t size;
  uint32_t id;    // Of the first one
  uint32_t acked; // Of its bytes
  uint32_t sent;
  JamTime  send_at; // When the next fragment may go
  JamTime  repeat_at;
} Midip2pSysexOut;

typedef struct Midip2pSysexIn {
  uint8_t* bytes; // Null when none is under way
  uint32_t id, total, missing;
  int64_t  time_us;
  uint64_t present[(MIDIP2P_FRAGMENTS + 63U) / 64U];
  uint32_t done; // Last message complete
  bool     known, complete, taken;
  JamTime  ack_at; // Or JAM_NEVER
} Midip2pSysexIn;

void midip2p_sysex_out_init(Midip2pSysexOut* out);
void midip2p_sysex_in_init(Midip2pSysexIn* in);

/// Queues a message.
JamStatus midip2p_sysex_push(Midip2pSysexOut*    out,
                             const JamAllocator* allocator,
                             JamTime             now,
                             int64_t             time_us,
                             const uint8_t*      bytes,
                             size_t              size);

/// Takes in what the peer has of message `id`.
void midip2p_sysex_ack(Midip2pSysexOut*    out,
                       const JamAllocator* allocator,
                       JamTime             now,
                       uint32_t            id,
                       uint32_t            bytes);

/// Makes the next fragment due; false when none is.
bool    midip2p_sysex_fill(Midip2pSysexOut* out,
                           JamTime          now,
                           JamTime          patience,
                           Midip2pFragment* fragment);
JamTime midip2p_sysex_deadline(const Midip2pSysexOut* out);

/// Takes in a fragment. False when it is refused: no memory, or the message
/// before it has not been read.
bool midip2p_sysex_take(Midip2pSysexIn*        in,
                        const JamAllocator*    allocator,
                        JamTime                now,
                        const Midip2pFragment* fragment);

/// Says what to acknowledge.
void midip2p_sysex_answer(Midip2pSysexIn* in, uint32_t* id, uint32_t* bytes);

/// Takes the complete message, if any.
size_t midip2p_sysex_read(Midip2pSysexIn*     in,
                          const JamAllocator* allocator,
                          const uint8_t**     bytes,
                          int64_t*            time_us);

void midip2p_sysex_out_free(Midip2pSysexOut*    out,
                            const JamAllocator* allocator);
void midip2p_sysex_in_free(Midip2pSysexIn* in, const JamAllocator* allocator);

#endif // JAM_MIDIP2P_SYSEX_H
