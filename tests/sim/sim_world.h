// SPDX-License-Identifier: MIT
// Virtual time: a heap of things that will happen, and nothing else.
//
// True time is what no host can read: hosts see it through clocks of their own
// (sim_clock.h). Events at the same time happen in the order they were asked
// for, so a run depends on nothing but its seed.

#ifndef JAM_SIM_WORLD_H
#define JAM_SIM_WORLD_H

#include <jamnet/types.h>

#include <stdbool.h>

/// What happens; `argument` is the caller's.
typedef void (*SimAction)(void* context, uint64_t argument);

typedef struct SimEntry {
  JamTime   time;
  uint64_t  order;
  SimAction action;
  void*     context;
  uint64_t  argument;
} SimEntry;

typedef struct SimWorld {
  JamTime   now;    ///< True time
  uint64_t  events; ///< That have happened
  uint64_t  asked;  // Order of the next entry
  SimEntry* heap;
  size_t    count;
  size_t    capacity;
} SimWorld;

/// Starts at true time 0 with nothing to happen.
void sim_world_init(SimWorld* world);

/// Forgets what was to happen.
void sim_world_deinit(SimWorld* world);

/// Lets `action` happen at `time`, or at once if that has passed. JAM_NEVER is
/// ignored.
void sim_world_at(SimWorld* world,
                  JamTime   time,
                  SimAction action,
                  void*     context,
                  uint64_t  argument);

/// Lets everything happen that is due up to and including `until`; `now` is
/// `until` afterwards.
void sim_world_run(SimWorld* world, JamTime until);

/// Memory for the simulator itself: never null, the program ends instead. It
/// does not count as the engines'.
void* sim_grow(void* memory, size_t size);

#endif // JAM_SIM_WORLD_H
