// SPDX-License-Identifier: MIT
// A stream within a rate: packets that need too much are coded with a shift.
//
// Over any half second, the packets together stay within the rate, unless the
// largest shift is not enough; then later ones pay it back as far as they can.
// Each packet aims at its even share plus a part of what those before it have
// left over, so an attack after something soft may have more, but never so much
// that later packets must do with less than nine tenths of theirs. The shift
// that fits follows from the newest packet: one step of shift is about one bit
// a sample, and so is twice the level. If the packet does turn out too large
// for the half second, the next larger shift is tried.
//
// Thread: any, one at a time; the encoder's. Bounded, allocates nothing.

#ifndef JELLIE_THRIFT_H
#define JELLIE_THRIFT_H

#include "jellie/shape.h"

// Packets in half a second: of half a unit at 48 kHz
#define JELLIE_THRIFT_PACKETS 750U

/// One stream, with its encoder. Plain memory of the caller's, 45 KB.
typedef struct JellieThrift {
  JellieEncoder encoder;
  JellieFormat  format;
  JellieShaper  shaper;
  uint32_t      rate_bps; ///< Bits of packet text a second; 0: lossless
  unsigned      count;    ///< Packets in half a second
  unsigned      budget;   ///< Bytes in half a second
  unsigned      at;       ///< Of the oldest in sizes
  uint16_t      sizes[JELLIE_THRIFT_PACKETS];
  double        worth; ///< Bits a sample at level 1 without a shift
  uint64_t      over;  ///< Packets for which the largest shift was too little
} JellieThrift;

/// Starts lossless. The format must be valid. Its shift becomes that of the
/// newest packet.
void jellie_thrift_init(JellieThrift* thrift, const JellieFormat* format);

/// Sets the rate of the packets to come, in bits of text a second; 0 means
/// lossless, whatever it takes.
void jellie_thrift_set(JellieThrift* thrift, uint32_t rate_bps);

/// Encodes the next block of the stream as jellie_encode does, within the rate.
size_t jellie_thrift_encode(JellieThrift*  thrift,
                            uint32_t       counter,
                            const int32_t* samples,
                            char*          out,
                            size_t         capacity);

#endif // JELLIE_THRIFT_H
