// SPDX-License-Identifier: MIT
// The network thread of a machine, as events.

#include "sim/sim_host.h"

#include <string.h>

// No thread wakes up sooner again, whatever its engine asks for
#define SHORTEST_SLEEP (5 * JAM_US)

static void wake_up(void* context, uint64_t wake);

static void schedule(SimMachine* const machine)
{
  const JamTime due = machine->engine->deadline(machine->self);
  if (due == JAM_NEVER) {
    return;
  }
  const JamTime soonest = machine->world->now + SHORTEST_SLEEP;
  JamTime       when    = sim_clock_when(&machine->clock, due);
  when                  = when > soonest ? when : soonest;
  // A wake-up that is too early finds nothing to do and is cheap; so one that
  // is pending already need not be taken back
  if (when < machine->wake_at) {
    machine->wake_at = when;
    sim_world_at(machine->world, when, wake_up, machine, ++machine->wake);
  }
}

static void output_all(SimMachine* const machine, const JamTime now)
{
  uint8_t      buffer[TOAST_MAX_DATAGRAM];
  ToastAddress to;
  size_t       size = 0U;
  while ((size = machine->engine
                   ->output(machine->self, now, &to, buffer, sizeof(buffer))) >
         0U) {
    sim_net_send(machine->net, machine->number, &to, buffer, size);
  }
}

void sim_machine_turn(SimMachine* const machine)
{
  if (!machine->self) {
    return;
  }
  const JamTime now = sim_machine_now(machine);
  ++machine->turns;
  machine->engine->tick(machine->self, now);
  output_all(machine, now);
  schedule(machine);
}

static void wake_up(void* const context, const uint64_t wake)
{
  SimMachine* const machine = (SimMachine*)context;
  if (wake != machine->wake) {
    return;
  }
  machine->wake_at = JAM_NEVER;
  if (!machine->self) {
    return;
  }
  if (machine->engine->deadline(machine->self) > sim_machine_now(machine)) {
    ++machine->idle_turns;
    schedule(machine);
  } else {
    sim_machine_turn(machine);
  }
}

static void receive(void* const               context,
                    const ToastAddress* const from,
                    const uint8_t* const      data,
                    const size_t              size)
{
  SimMachine* const machine = (SimMachine*)context;
  if (machine->self) {
    machine->engine->input(machine->self,
                           sim_machine_now(machine),
                           from,
                           data,
                           size);
    sim_machine_turn(machine);
  }
}

void sim_machine_init(SimMachine* const      machine,
                      SimWorld* const        world,
                      SimNet* const          net,
                      const SimClock* const  clock,
                      const SimEngine* const engine)
{
  memset(machine, 0, sizeof(*machine));
  machine->world   = world;
  machine->net     = net;
  machine->clock   = *clock;
  machine->engine  = engine;
  machine->wake_at = JAM_NEVER;
  machine->number  = sim_net_add(net, receive, machine);
}

void sim_machine_run(SimMachine* const machine, void* const self)
{
  machine->self = self;
  sim_machine_turn(machine);
}

JamTime sim_machine_now(const SimMachine* const machine)
{
  return sim_clock_read(&machine->clock, machine->world->now);
}
