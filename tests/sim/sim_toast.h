// SPDX-License-Identifier: MIT
// One session over a bad path: what becomes of its media, of control messages
// and of repair, in virtual time. The test and `jamnet-lab toast` share it.

#ifndef JAM_SIM_TOAST_H
#define JAM_SIM_TOAST_H

#include "sim/sim_link.h"

#include <stddef.h>

typedef struct SimToastConfig {
  uint64_t      seed;
  SimLinkConfig path; ///< Each way
  unsigned      packets;
  JamTime       packet_gap;
  size_t        packet_size;
  unsigned      streams;     ///< Sent at once, as from a node to a listener
  unsigned      repair;      ///< Distance; 0: off
  uint32_t      budget;      ///< Bytes per second; 0: unlimited
  unsigned      event_every; ///< Packets; 0: no events
} SimToastConfig;

typedef struct SimToastResult {
  uint64_t events, events_delivered;
  uint64_t events_late;    ///< Not usable within one-way delay + 12 ms
  bool     events_intact;  ///< In order and each once
  uint64_t frames;         ///< Of media
  uint64_t frames_lost;    ///< Did not come for the first time
  uint64_t frames_missing; ///< Nor by repair
  uint64_t frames_spare;   ///< Repairs of what had come
  uint64_t repairs_sent, repairs_unsent;
  uint64_t datagrams, bytes; ///< Sent with media or repair, UDP payload
  uint64_t reports;          ///< FEEDBACK that came back
} SimToastResult;

/// Plays it; false if the session did not open.
bool sim_toast_run(const SimToastConfig* config, SimToastResult* out);

#endif // JAM_SIM_TOAST_H
