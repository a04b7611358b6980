// SPDX-License-Identifier: MIT
// One direction of a network path: when does a datagram arrive, if at all?

#ifndef JAM_SIM_LINK_H
#define JAM_SIM_LINK_H

#include "base/rand.h"

#include <jamnet/types.h>

#include <stdbool.h>

typedef enum SimJitter {
  SIM_JITTER_NONE,
  SIM_JITTER_UNIFORM, ///< 0 .. span
  SIM_JITTER_NORMAL,  ///< Absolute value of a normal draw, sigma = span
  SIM_JITTER_GAMMA,   ///< Shape 2, mean = span: the tail of busy queues
  SIM_JITTER_WIFI,    ///< Stalls of span/4 .. span about once a second, after
                      ///< which all that waited comes at once; small else
  SIM_JITTER_GRID,    ///< Arrivals only at multiples of span (mobile radio)
  SIM_JITTER_COUNT
} SimJitter;

typedef struct SimLinkConfig {
  JamTime   delay; ///< Least one-way delay
  SimJitter jitter;
  JamTime   span;      ///< Of the jitter
  double    loss;      ///< Share of datagrams, 0 .. 1
  double    burst;     ///< Mean length of a run of losses; <= 1: independent
  double    duplicate; ///< Share that arrives twice
  double    reorder; ///< Share that may overtake or be overtaken; others queue
  uint64_t  mask;    ///< Datagram n is lost if bit n mod 64 is set
  double    kbit;    ///< Rate, 0: unlimited
  JamTime   queue;   ///< Longest wait for the rate; later ones are dropped
} SimLinkConfig;

typedef struct SimLink {
  SimLinkConfig config;
  JamRand       rand;
  uint64_t      sent, lost, duplicated, reordered;
  JamTime       outage_end;
  JamTime       sent_at; // Newest datagram
  bool          bad;     // Gilbert-Elliott state: in a run of losses
  JamTime       free_at; // The rate limiter has sent all before
  JamTime       newest;  // Latest arrival of those that keep order
  JamTime       stall_begin, stall_end;
} SimLink;

/// Starts a link; `stream` tells links of one seed apart.
void sim_link_init(SimLink*             link,
                   const SimLinkConfig* config,
                   uint64_t             seed,
                   uint64_t             stream);

/// Sends a datagram of `size` bytes of UDP payload at true time `now`.
/// Returns how many copies arrive (0 .. 2) and when.
unsigned
sim_link_send(SimLink* link, JamTime now, size_t size, JamTime arrivals[2]);

/// Loses everything sent before `until`.
void sim_link_outage(SimLink* link, JamTime until);

#endif // JAM_SIM_LINK_H
