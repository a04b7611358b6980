// SPDX-License-Identifier: MIT
// The product's clock estimators at both ends of a path, fed with the stamps
// that either end sees: what a node and a client do, without the datagrams.
// Times are in us of the end that took the stamp.

#ifndef SUPPORT_CLOCK_PAIR_H
#define SUPPORT_CLOCK_PAIR_H

#include "toast/clock.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct ClockPair {
  bool           started;
  ToastEstimator node;
  ToastEstimator client;
  int64_t        published; // Client time of the newest estimate taken
  uint8_t        report[TOAST_WIRE_BLOCKMIN_HEAD +
                 TOAST_WIRE_BLOCKMIN_COUNT * TOAST_WIRE_BLOCKMIN_ENTRY];
  size_t         report_size;
  int64_t        report_at; // Node time at which it was ready to ride
} ClockPair;

/// What the client publishes: its own clock minus the node's, as of `at_us`.
typedef struct ClockEstimate {
  int64_t at_us;
  double  offset_us;
  double  skew_ppm;
  double  error_us; ///< One sigma
} ClockEstimate;

void clock_pair_init(ClockPair* pair);

/// A client's packet, stamped `sent`, reached the node at `heard`.
void clock_pair_up(ClockPair* pair, int64_t sent, int64_t heard);

/// A node's packet, stamped `sent`, reached the client at `heard`.
void clock_pair_down(ClockPair* pair, int64_t sent, int64_t heard);

/// A node's packet that answers a probe: the client sent it at `sent`, the node
/// heard it at `reached` and answered at `answered`, heard at `heard`.
void clock_pair_echo(ClockPair* pair,
                     int64_t    sent,
                     int64_t    reached,
                     int64_t    answered,
                     int64_t    heard);

/// Takes the client's estimate if there is a newer one than last time.
bool clock_pair_take(ClockPair* pair, ClockEstimate* out);

#endif // SUPPORT_CLOCK_PAIR_H
