// SPDX-License-Identifier: MIT
// What a Playout is made of. Private to playout.

#ifndef JAM_PLAYOUT_STREAM_H
#define JAM_PLAYOUT_STREAM_H

#include "base/mailbox.h"
#include "base/ring.h"
#include "playout/conceal.h"
#include "playout/resample.h"

#define PLAYOUT_FADE 128U ///< Frames of a cross-fade between two readings

/// In the ring of blocks: this header, then its samples if it has any.
typedef struct PlayoutBlock {
  int64_t  position;
  uint32_t frames;
  uint32_t has_samples;
} PlayoutBlock;

/// Where the stream is read. The position of device frame d is
/// clock(d) - intended, were it not for the noise of the clock.
typedef struct PlayoutReader {
  PlayoutState state;
  int64_t      at;       // Next sample to play ...
  double       fraction; // ... and how far beyond it, below 1
  double       intended; // Delay, on the clock as the reader has filtered it
  double       error;    // LOCKED: filtered distance to the clock, samples
  int64_t      due;      // Device position that continues the last block
  bool         locking;  // TRACKING towards whole samples
  int64_t      offset;   // Then: stream position less device position
  unsigned     fading;   // Frames of TRACKING/LOCKED cross-fade done, plus one
  double       calm_at;  // Delay that the settled time is counted for
  double       settled;  // Seconds at the same rate and delay
  double       patience; // Seconds to be settled before LOCKED
  double       locked;   // Seconds in LOCKED
  double       roomy;    // Seconds with far more delay than wanted
  double       tight;    // Seconds that LOCKED has missed delay
  double       wrong;    // Seconds that its position has been far off
  double       hold;     // Seconds in which the delay stays
} PlayoutReader;

struct Playout {
  PlayoutConfig config;
  JamAllocator  allocator;
  bool          own_allocator; // False: the C library

  // Between the threads
  JamRing    blocks;
  JamRing    arrivals;
  JamMailbox clocks;
  JamMailbox delays;
  JamMailbox models;
  JamMailbox reports;

  // Owner: network thread
  PlayoutReport last_report;

  // Owner: audio thread
  double           nominal; // Stream samples per device frame
  PlayoutClock     clock;
  double           delay;
  bool             has_clock, has_delay;
  bool             has_packet; // Since IDLE
  bool             has_newest;
  bool             anchored; // In this block
  int64_t          newest;   // End of the newest packet
  double           silence;  // Seconds without a packet
  uint64_t         late, jumps;
  bool             starving;       // Every packet comes too late ...
  int64_t          starved_since;  // ... from this device position on ...
  double           starved_needed; // ... by what this delay would cure
  double           starved_doubt;  // Seconds more of it before it is believed
  double           least_needed;   // By the fastest packets of late
  PlayoutStore     store;
  PlayoutConceal   conceal;
  PlayoutReader    reader;
  PlayoutResampler resampler;
  PlayoutMeter     meter;
  float            other[PLAYOUT_MAX_FRAMES]; // Second signal of a cross-fade
};

/// What one block is read with.
typedef struct PlayoutMove {
  double  step; // Stream samples per frame; 1 in LOCKED
  bool    land; // Ends on a whole sample: LOCKED follows
  bool    jump; // First move outright to ...
  int64_t to_at;
  double  to_fraction;
} PlayoutMove;

/// Returns clock(device position) less the read position.
double playout_lag(const Playout* self, int64_t device_position) JAM_RT;

/// Returns the look-ahead of TRACKING, in samples.
double playout_look(const Playout* self) JAM_RT;

/// Starts to read, out of IDLE, where the clock and delay say.
void playout_steer_start(Playout* self, int64_t device_position) JAM_RT;

/// Follows a device position that does not continue the last block.
void playout_steer_slip(Playout* self, int64_t device_position) JAM_RT;

/// Decides state and speed of the next block.
PlayoutMove
playout_steer(Playout* self, int64_t device_position, unsigned frames) JAM_RT;

/// Moves the read position by whole samples and a fraction.
void playout_reader_move(PlayoutReader* reader, double samples) JAM_RT;

/// Sets the read position outright; what is skipped is not played.
void playout_seek(Playout* self, int64_t at, double fraction) JAM_RT;

/// Reads a block as decided and moves on.
void playout_read(Playout*           self,
                  const PlayoutMove* move,
                  float*             out,
                  unsigned           frames) JAM_RT;

#endif // JAM_PLAYOUT_STREAM_H
