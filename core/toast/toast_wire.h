// SPDX-License-Identifier: MIT
// The wire layout of TOAST in one place: sizes, offsets, types, limits.
// All numbers are little endian. PROTOCOL.md explains them.

#ifndef JAM_TOAST_WIRE_H
#define JAM_TOAST_WIRE_H

#include <stdint.h>

#define TOAST_WIRE_VERSION 1U

// First byte of a datagram
#define TOAST_WIRE_INIT 0x01U
#define TOAST_WIRE_COOKIE 0x02U
#define TOAST_WIRE_ACCEPT 0x03U
#define TOAST_WIRE_SIBLING_INIT 0x04U
#define TOAST_WIRE_SIBLING_ACCEPT 0x05U
#define TOAST_WIRE_RESUME 0x06U
#define TOAST_WIRE_RESUMED 0x07U
#define TOAST_WIRE_VERSIONS 0x08U
#define TOAST_WIRE_SHORT 0x80U
#define TOAST_WIRE_PHASE 0x40U // Of a short packet: changes with each key
#define TOAST_WIRE_CLASS_MASK 0x03U
#define TOAST_WIRE_CLASS_CONTROL 0U
#define TOAST_WIRE_CLASS_AUDIO 1U
#define TOAST_WIRE_CLASS_REPAIR 2U
#define TOAST_WIRE_CLASS_BULK 3U

#define TOAST_WIRE_TAG_SIZE 16U
#define TOAST_WIRE_CID_SIZE 3U
#define TOAST_WIRE_SLOT_BITS 14U
#define TOAST_WIRE_SLOT_MASK 0x3FFFU
#define TOAST_WIRE_MAX_NODE_ID 0x3FFU

// INIT: type, version, client id, cookie, ephemeral, sealed {time}, padding
#define TOAST_WIRE_INIT_CID 2U
#define TOAST_WIRE_INIT_HEAD 5U // Bytes that enter the prologue
#define TOAST_WIRE_INIT_COOKIE 5U
#define TOAST_WIRE_COOKIE_BYTES 16U
#define TOAST_WIRE_INIT_NOISE 21U
#define TOAST_WIRE_INIT_PAYLOAD 8U
#define TOAST_WIRE_INIT_NOISE_SIZE                                             \
  (32U + TOAST_WIRE_INIT_PAYLOAD + TOAST_WIRE_TAG_SIZE)
#define TOAST_WIRE_INIT_SIZE 256U

// COOKIE: type, client id, first bytes of the INIT's ephemeral, cookie
// VERSIONS: type, client id, the same bytes, lowest and highest version
#define TOAST_WIRE_REPLY_CID 1U
#define TOAST_WIRE_REPLY_ECHO 4U
#define TOAST_WIRE_ECHO_BYTES 8U
#define TOAST_WIRE_REPLY_BODY (TOAST_WIRE_REPLY_ECHO + TOAST_WIRE_ECHO_BYTES)
#define TOAST_WIRE_COOKIE_SIZE (TOAST_WIRE_REPLY_BODY + TOAST_WIRE_COOKIE_BYTES)
#define TOAST_WIRE_VERSIONS_SIZE (TOAST_WIRE_REPLY_BODY + 2U)

// Limits of a node towards strangers
#define TOAST_WIRE_FLOOD 500U          // INITs a second; more need cookies
#define TOAST_WIRE_HALF_OPEN 1024U     // Answered and not yet heard
#define TOAST_WIRE_SOURCE_INITS 20U    // A second and source, with cookies
#define TOAST_WIRE_SOURCE_JOINS 10U    // A second and source
#define TOAST_WIRE_SOURCE_SESSIONS 32U // Or an eighth of all, if that is more
#define TOAST_WIRE_SOURCE_SHARE 8U

// ACCEPT: type, client id, ephemeral, sealed {node id, capabilities, time}
#define TOAST_WIRE_ACCEPT_CID 1U
#define TOAST_WIRE_ACCEPT_NOISE 4U
#define TOAST_WIRE_ACCEPT_PAYLOAD 15U
#define TOAST_WIRE_ACCEPT_NOISE_SIZE                                           \
  (32U + TOAST_WIRE_ACCEPT_PAYLOAD + TOAST_WIRE_TAG_SIZE)
#define TOAST_WIRE_ACCEPT_SIZE                                                 \
  (TOAST_WIRE_ACCEPT_NOISE + TOAST_WIRE_ACCEPT_NOISE_SIZE)

// SIBLING INIT and ACCEPT: the same, with node id 2 (and capabilities 4) after
#define TOAST_WIRE_SIBLING_INIT_PAYLOAD 14U
#define TOAST_WIRE_SIBLING_INIT_NOISE_SIZE                                     \
  (32U + TOAST_WIRE_SIBLING_INIT_PAYLOAD + TOAST_WIRE_TAG_SIZE)
#define TOAST_WIRE_SIBLING_ACCEPT_PAYLOAD 17U
#define TOAST_WIRE_SIBLING_ACCEPT_NOISE_SIZE                                   \
  (32U + TOAST_WIRE_SIBLING_ACCEPT_PAYLOAD + TOAST_WIRE_TAG_SIZE)
#define TOAST_WIRE_SIBLING_ACCEPT_SIZE                                         \
  (TOAST_WIRE_ACCEPT_NOISE + TOAST_WIRE_SIBLING_ACCEPT_NOISE_SIZE)

// Ticket: hour 1, nonce 24, sealed {id 8, epoch 4, resume secret 32, UTC 4}
#define TOAST_WIRE_TICKET_NONCE 1U
#define TOAST_WIRE_TICKET_SEALED 25U
#define TOAST_WIRE_TICKET_PAYLOAD 48U
#define TOAST_WIRE_TICKET_BYTES                                                \
  (TOAST_WIRE_TICKET_SEALED + TOAST_WIRE_TICKET_PAYLOAD + TOAST_WIRE_TAG_SIZE)

// RESUME: type, version, client id, packet number, send stamp, ticket,
// ephemeral, sealed {UTC 8, clock 8, epoch 4, frames}
#define TOAST_WIRE_RESUME_CID 2U
#define TOAST_WIRE_RESUME_NUMBER 5U
#define TOAST_WIRE_RESUME_STAMP 9U
#define TOAST_WIRE_RESUME_TICKET 13U
#define TOAST_WIRE_RESUME_EPHEMERAL                                            \
  (TOAST_WIRE_RESUME_TICKET + TOAST_WIRE_TICKET_BYTES)
#define TOAST_WIRE_RESUME_HEAD (TOAST_WIRE_RESUME_EPHEMERAL + 32U)
#define TOAST_WIRE_RESUME_PAYLOAD 20U // Before the frames
#define TOAST_WIRE_RESUME_MIN                                                  \
  (TOAST_WIRE_RESUME_HEAD + TOAST_WIRE_RESUME_PAYLOAD + TOAST_WIRE_TAG_SIZE)
#define TOAST_WIRE_RESUME_FRAMES (1200U - TOAST_WIRE_RESUME_MIN)

// RESUMED: type, client id, ephemeral, sealed {node id, capabilities, time,
// epoch}
#define TOAST_WIRE_RESUMED_CID 1U
#define TOAST_WIRE_RESUMED_EPHEMERAL 4U
#define TOAST_WIRE_RESUMED_HEAD 36U
#define TOAST_WIRE_RESUMED_PAYLOAD 19U
#define TOAST_WIRE_RESUMED_SIZE                                                \
  (TOAST_WIRE_RESUMED_HEAD + TOAST_WIRE_RESUMED_PAYLOAD + TOAST_WIRE_TAG_SIZE)

// Short packet: class, receiver's id, packet number, send stamp, sealed frames
#define TOAST_WIRE_SHORT_CID 1U
#define TOAST_WIRE_SHORT_NUMBER 4U
#define TOAST_WIRE_SHORT_STAMP 8U
#define TOAST_WIRE_SHORT_HEAD 12U
#define TOAST_WIRE_SHORT_MIN (TOAST_WIRE_SHORT_HEAD + TOAST_WIRE_TAG_SIZE)
#define TOAST_WIRE_MAX_NUMBER 0xFFFFFFF0U // A session ends here: no nonce twice
#define TOAST_WIRE_MAX_FRAMES (1200U - TOAST_WIRE_SHORT_MIN)

// Frames: type, then ...
#define TOAST_WIRE_FRAME_MEDIA 1U     // handle 2, seq 2, length 2, data
#define TOAST_WIRE_FRAME_MIDI 2U      // handle 2, length 2, data
#define TOAST_WIRE_FRAME_TABLE 3U     // length 2, data
#define TOAST_WIRE_FRAME_EVENT 4U     // id 2, length 2, data
#define TOAST_WIRE_FRAME_EVENT_ACK 5U // next id 2, bitmap of the 64 after it 8
#define TOAST_WIRE_FRAME_FEEDBACK 6U  // See TOAST_WIRE_FEEDBACK_*
#define TOAST_WIRE_FRAME_BLOCKMIN 7U  // count 1, newest block 2, count x 6
#define TOAST_WIRE_FRAME_PROBE 8U
#define TOAST_WIRE_FRAME_ECHO 9U // stamp of the probe 4, its arrival 4
#define TOAST_WIRE_FRAME_CLOSE 10U
#define TOAST_WIRE_FRAME_MESH 11U   // length 2, data
#define TOAST_WIRE_FRAME_TICKET 12U // number 4, id 8, epoch 4, UTC 8, ticket
#define TOAST_WIRE_FRAME_TICKET_ACK 13U // number 4
#define TOAST_WIRE_FRAME_PATH 14U       // challenge 8
#define TOAST_WIRE_FRAME_PATH_REPLY 15U // challenge 8
#define TOAST_WIRE_FRAME_REPAIR 16U     // as MEDIA
#define TOAST_WIRE_FRAME_FRAGMENT 17U // id 2, index 1, count 1, length 2, data
#define TOAST_WIRE_FRAME_FRAGMENT_ACK 18U // id 2, bitmap 2

#define TOAST_WIRE_MEDIA_HEAD 7U
#define TOAST_WIRE_MIDI_HEAD 5U
#define TOAST_WIRE_TABLE_HEAD 3U
#define TOAST_WIRE_EVENT_HEAD 5U
#define TOAST_WIRE_EVENT_ACK_SIZE 11U
#define TOAST_WIRE_FRAGMENT_HEAD 7U
#define TOAST_WIRE_FRAGMENT_ACK_SIZE 5U
#define TOAST_WIRE_BLOCKMIN_HEAD 4U // With the type
#define TOAST_WIRE_BLOCKMIN_ENTRY                                              \
  6U // blocks back 1, stamp in block 1, difference 4
#define TOAST_WIRE_BLOCKMIN_COUNT 8U
#define TOAST_WIRE_PROBE_SIZE 1U
#define TOAST_WIRE_ECHO_SIZE 9U
#define TOAST_WIRE_CLOSE_SIZE 1U
#define TOAST_WIRE_MESH_HEAD 3U
#define TOAST_WIRE_TICKET_ID 5U
#define TOAST_WIRE_TICKET_EPOCH 13U
#define TOAST_WIRE_TICKET_UTC 17U
#define TOAST_WIRE_TICKET_DATA 25U
#define TOAST_WIRE_TICKET_SIZE                                                 \
  (TOAST_WIRE_TICKET_DATA + TOAST_WIRE_TICKET_BYTES)
#define TOAST_WIRE_TICKET_ACK_SIZE 5U
#define TOAST_WIRE_CHALLENGE 8U
#define TOAST_WIRE_PATH_SIZE (1U + TOAST_WIRE_CHALLENGE)

#define TOAST_WIRE_EVENT_WINDOW 64U
#define TOAST_WIRE_FRAGMENT 1024U // Bytes of each but the last
#define TOAST_WIRE_MAX_FRAGMENTS 16U

// FEEDBACK: type, largest packet number, which of the 64 before it came, bytes
// received, packets missing, least difference arrival - stamp (us), jitter (10
// us), late frames (in 255ths), playout buffer (10 us)
#define TOAST_WIRE_FEEDBACK_LARGEST 1U
#define TOAST_WIRE_FEEDBACK_BITMAP 5U
#define TOAST_WIRE_FEEDBACK_BYTES 13U
#define TOAST_WIRE_FEEDBACK_MISSING 17U
#define TOAST_WIRE_FEEDBACK_LEAST 21U
#define TOAST_WIRE_FEEDBACK_JITTER 25U
#define TOAST_WIRE_FEEDBACK_LATE 27U
#define TOAST_WIRE_FEEDBACK_DEPTH 28U
#define TOAST_WIRE_FEEDBACK_SIZE 30U

// What a datagram and a frame cost, whatever they carry
#define TOAST_WIRE_DATAGRAM_COST 28U
#define TOAST_WIRE_FRAME_COST 8U
_Static_assert(TOAST_WIRE_SHORT_MIN == TOAST_WIRE_DATAGRAM_COST, "28 bytes");
_Static_assert(TOAST_WIRE_MEDIA_HEAD <= TOAST_WIRE_FRAME_COST, "MEDIA, REPAIR");
_Static_assert(TOAST_WIRE_MIDI_HEAD <= TOAST_WIRE_FRAME_COST, "MIDI");
_Static_assert(TOAST_WIRE_TABLE_HEAD <= TOAST_WIRE_FRAME_COST, "TABLE");
_Static_assert(TOAST_WIRE_EVENT_HEAD <= TOAST_WIRE_FRAME_COST, "EVENT");
_Static_assert(TOAST_WIRE_MESH_HEAD <= TOAST_WIRE_FRAME_COST, "MESH");
_Static_assert(TOAST_WIRE_FRAGMENT_HEAD <= TOAST_WIRE_FRAME_COST, "FRAGMENT");
_Static_assert(TOAST_WIRE_FRAGMENT_HEAD + TOAST_WIRE_FRAGMENT <=
                 TOAST_WIRE_MAX_FRAMES,
               "A fragment fits a datagram");

static inline uint16_t toast_get16(const uint8_t* const p)
{
  return (uint16_t)(p[0] | (p[1] << 8U));
}

static inline uint32_t toast_get24(const uint8_t* const p)
{
  return (uint32_t)p[0] | ((uint32_t)p[1] << 8U) | ((uint32_t)p[2] << 16U);
}

static inline uint32_t toast_get32(const uint8_t* const p)
{
  return toast_get24(p) | ((uint32_t)p[3] << 24U);
}

static inline uint64_t toast_get64(const uint8_t* const p)
{
  return toast_get32(p) | ((uint64_t)toast_get32(p + 4) << 32U);
}

static inline void toast_put16(uint8_t* const p, const uint16_t v)
{
  p[0] = (uint8_t)v;
  p[1] = (uint8_t)(v >> 8U);
}

static inline void toast_put24(uint8_t* const p, const uint32_t v)
{
  toast_put16(p, (uint16_t)v);
  p[2] = (uint8_t)(v >> 16U);
}

static inline void toast_put32(uint8_t* const p, const uint32_t v)
{
  toast_put24(p, v);
  p[3] = (uint8_t)(v >> 24U);
}

static inline void toast_put64(uint8_t* const p, const uint64_t v)
{
  toast_put32(p, (uint32_t)v);
  toast_put32(p + 4, (uint32_t)(v >> 32U));
}

#endif // JAM_TOAST_WIRE_H
