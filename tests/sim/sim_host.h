// SPDX-License-Identifier: MIT
// A machine on the network: a clock of its own and one engine, driven as the
// real network thread drives it: input, tick, output all, wait.

#ifndef JAM_SIM_HOST_H
#define JAM_SIM_HOST_H

#include "sim/sim_clock.h"
#include "sim/sim_net.h"

/// The five verbs of whatever runs on the host.
typedef struct SimEngine {
  void (*input)(void*               self,
                JamTime             now,
                const ToastAddress* from,
                const uint8_t*      data,
                size_t              size);
  size_t (*output)(void*         self,
                   JamTime       now,
                   ToastAddress* to,
                   uint8_t*      buffer,
                   size_t        capacity);
  JamTime (*deadline)(const void* self);
  void (*tick)(void* self, JamTime now);
} SimEngine;

typedef struct SimMachine {
  SimWorld*        world;
  SimNet*          net;
  unsigned         number; ///< In the network
  SimClock         clock;
  const SimEngine* engine;
  void*            self;    ///< The engine's object; null while it is down
  JamTime          wake_at; // True time of the wake-up that counts
  uint64_t         wake;    // Its number; earlier ones are void
  uint64_t         turns, idle_turns;
} SimMachine;

/// Puts a machine on the network, engine down.
void sim_machine_init(SimMachine*      machine,
                      SimWorld*        world,
                      SimNet*          net,
                      const SimClock*  clock,
                      const SimEngine* engine);

/// Starts the engine, or with null takes it down.
void sim_machine_run(SimMachine* machine, void* self);

/// Returns what the machine's clock shows now.
JamTime sim_machine_now(const SimMachine* machine);

/// Does one turn of the network thread now: after a call into the engine from
/// another thread that would wake it.
void sim_machine_turn(SimMachine* machine);

#endif // JAM_SIM_HOST_H
