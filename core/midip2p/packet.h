// SPDX-License-Identifier: MIT
// A JMID packet as a struct, and its text forms. Private to the module and its
// tests. Layout: PROTOCOL.md.

#ifndef JAM_MIDIP2P_PACKET_H
#define JAM_MIDIP2P_PACKET_H

#include "midip2p/midip2p.h"

/// Largest integer in a packet: every JSON reader holds it exactly.
#define MIDIP2P_MAX_NUMBER INT64_C(9007199254740991)

/// Events of one packet lie at most this far before its time.
#define MIDIP2P_MAX_SPAN_US INT64_C(10000000)

/// A note of a state delta began at most this long before the packet's time.
#define MIDIP2P_MAX_AGE_US INT64_C(4294967295)

#define MIDIP2P_EVENTS 48U    ///< In one packet, at most
#define MIDIP2P_DELTA 128U    ///< State messages in one packet, at most
#define MIDIP2P_PARTS 192U    ///< Packets of one state delta, at most
#define MIDIP2P_FRAGMENT 600U ///< Bytes of system exclusive in one packet
#define MIDIP2P_SYSEX 65536U  ///< Bytes of one such message, at most

/// What a packet may have besides its events.
enum {
  MIDIP2P_HAS_RANGE     = 1U,  ///< t and n
  MIDIP2P_HAS_DELTA     = 2U,  ///< A and c
  MIDIP2P_HAS_CLOCK     = 4U,  ///< k
  MIDIP2P_HAS_HASH      = 8U,  ///< h
  MIDIP2P_ASKS          = 16U, ///< r: send me the whole state
  MIDIP2P_READS         = 32U, ///< f: I read the compact profile
  MIDIP2P_COMPACT       = 64U, ///< Is itself compact
  MIDIP2P_HAS_SYSEX     = 128U,
  MIDIP2P_HAS_SYSEX_ACK = 256U
};

/// One fragment of a system exclusive message.
typedef struct Midip2pFragment {
  int64_t  time_us;
  uint32_t id;
  uint32_t offset, total;
  uint32_t size;
  uint8_t  bytes[MIDIP2P_FRAGMENT];
} Midip2pFragment;

typedef struct Midip2pPacket {
  uint32_t        stream; ///< Sender's epoch
  uint32_t        has;
  int64_t         serial;  ///< Packet number; not in the compact profile
  int64_t         time_us; ///< No event of the stream so far is later
  int64_t         first;   ///< Number of events[0], or of the event to come
  int64_t         ack;     ///< Last event complete in the other direction
  int64_t         base; ///< The delta starts after this event; 0: from nothing
  uint32_t        part, parts; ///< Of the delta; parts >= 1
  uint32_t        hash;        ///< Of the whole state before `first`
  unsigned        count, delta_count;
  Midip2pClock    clock;
  Midip2pEvent    events[MIDIP2P_EVENTS];
  Midip2pEvent    delta[MIDIP2P_DELTA]; ///< Times only of note-ons
  uint32_t        sysex_ack_id, sysex_ack;
  Midip2pFragment fragment;
} Midip2pPacket;

// Messages

/// Returns the size (1 .. 3) of the message with this status byte, or 0 for a
/// data byte and for system exclusive.
uint8_t midip2p_message_size(uint8_t status);

/// Returns whether the event holds one complete short message.
bool midip2p_message_valid(const Midip2pEvent* event);

/// Returns whether it begins a note.
bool midip2p_is_note_on(const Midip2pEvent* event);

/// Makes the message of one item: `count` numbers from the channel on. False if
/// they are not a message.
bool midip2p_message_make(const int64_t* numbers,
                          unsigned       count,
                          Midip2pEvent*  out);

/// Returns how many numbers a message of this channel and kind has from the
/// channel on (2 .. 4), or 0 if there is no such message.
unsigned midip2p_message_numbers(int64_t channel, int64_t kind);

// Text

/// Writes a packet. Returns its size, or 0 if it does not fit.
size_t
midip2p_packet_write(const Midip2pPacket* packet, char* text, size_t capacity);

/// Reads a packet of any layout; unknown members are skipped. Allocates only
/// when the layout is unusual.
bool midip2p_packet_read(const char* text, size_t size, Midip2pPacket* out);

/// Reads our own members in any order, with white space where JSON has it.
/// False for anything else, be it valid or not.
bool midip2p_packet_scan(const char* text, size_t size, Midip2pPacket* out);

/// Reads any layout through the general parser.
bool midip2p_packet_parse(const char* text, size_t size, Midip2pPacket* out);

/// Checks what members must be there together, and makes the times of events
/// absolute; both readers end with it. Bits of `seen` are below.
bool midip2p_packet_finish(Midip2pPacket* packet, uint32_t seen);

enum {
  MIDIP2P_SEEN_J         = 1U,
  MIDIP2P_SEEN_S         = 2U,
  MIDIP2P_SEEN_Q         = 4U,
  MIDIP2P_SEEN_T         = 8U,
  MIDIP2P_SEEN_N         = 16U,
  MIDIP2P_SEEN_A         = 32U,
  MIDIP2P_SEEN_E         = 64U,
  MIDIP2P_SEEN_BASE      = 128U,
  MIDIP2P_SEEN_DELTA     = 256U,
  MIDIP2P_SEEN_PARTS     = 512U,
  MIDIP2P_SEEN_CLOCK     = 1024U,
  MIDIP2P_SEEN_HASH      = 2048U,
  MIDIP2P_SEEN_ASK       = 4096U,
  MIDIP2P_SEEN_READS     = 8192U,
  MIDIP2P_SEEN_SYSEX     = 16384U,
  MIDIP2P_SEEN_SYSEX_ACK = 32768U
};

#endif // JAM_MIDIP2P_PACKET_H
