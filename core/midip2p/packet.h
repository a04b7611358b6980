// SPDX-License-Identifier: MIT
// A JMID packet as a struct, and its text forms. Private to the module and its
// tests. Layout: PROTOCOL.md.

#ifndef JAM_MIDIP2P_PACKET_H
#define JAM_MIDIP2P_PACKET_H

#include "midip2p/midip2p.h"

/// Largest integer in a packet: every JSON reader holds it exactly.
#define MIDIP2P_MAX_NUMBER INT64_C(9007199254740991)

/// Events of one packet lie at most this far before its newest one.
#define MIDIP2P_MAX_SPAN_US INT64_C(10000000)

typedef struct Midip2pPacket {
  uint32_t     stream; ///< Sender's epoch
  int64_t      serial; ///< Packet number
  int64_t      first;  ///< Number of events[0]; 0 without events
  int64_t      ack;    ///< Last event complete in the other direction
  unsigned     count;
  Midip2pEvent events[MIDIP2P_WINDOW];
} Midip2pPacket;

// Messages

/// Returns the size (1 .. 3) of the message with this status byte, or 0 for a
/// data byte and for system exclusive.
uint8_t midip2p_message_size(uint8_t status);

/// Returns whether the event holds one complete short message.
bool midip2p_message_valid(const Midip2pEvent* event);

/// Makes the message of one item of `e`: `count` numbers from the channel on.
/// False if they are not a message.
bool midip2p_message_make(const int64_t* numbers,
                          unsigned       count,
                          Midip2pEvent*  out);

// Text

/// Writes a packet. Returns its size, or 0 if it does not fit.
size_t
midip2p_packet_write(const Midip2pPacket* packet, char* text, size_t capacity);

/// Reads a packet of any layout; unknown members are skipped. Allocates only
/// when the layout is not the one midip2p_packet_write makes.
bool midip2p_packet_read(const char* text, size_t size, Midip2pPacket* out);

/// Reads the layout of midip2p_packet_write, with white space where JSON has
/// it. False for anything else, be it valid or not.
bool midip2p_packet_scan(const char* text, size_t size, Midip2pPacket* out);

/// Reads any layout through the general parser.
bool midip2p_packet_parse(const char* text, size_t size, Midip2pPacket* out);

#endif // JAM_MIDIP2P_PACKET_H
