// SPDX-License-Identifier: MIT
// Blocks of a sound card in virtual time.

#include "sim/sim_device.h"

#include <math.h>
#include <string.h>

#define WANDER_CYCLE (300 * JAM_SECOND)

void sim_device_init(SimDevice* const             device,
                     SimWorld* const              world,
                     const SimDeviceConfig* const config,
                     const uint64_t               seed,
                     const uint64_t               stream)
{
  memset(device, 0, sizeof(*device));
  device->config = *config;
  device->world  = world;
  jam_rand_init(&device->rand, seed, stream);
  device->clock.skew         = config->skew;
  device->clock.wander_skew  = config->wander;
  device->clock.wander_cycle = config->wander > 0.0 ? WANDER_CYCLE : 0;
}

double sim_device_time(const SimDevice* const device, const double position)
{
  const double  shown = position * 1e9 / device->config.rate_hz;
  const JamTime whole = (JamTime)floor(shown);
  return (double)sim_clock_when(&device->clock, whole) +
         (shown - (double)whole);
}

static void block(void* context, uint64_t life);

static void schedule(SimDevice* const device)
{
  const double block_ns =
    1e9 * device->config.frames / (double)device->config.rate_hz;
  double late = 0.0;
  if (device->config.wake_up > 0) {
    late =
      -(double)device->config.wake_up * log(1.0 - jam_rand_unit(&device->rand));
  }
  // A callback that is later than this would be an xrun
  late             = fmin(late, 0.75 * block_ns);
  const double due = sim_device_time(device, (double)device->position);
  sim_world_at(device->world,
               (JamTime)ceil(due + late),
               block,
               device,
               device->life);
}

static void block(void* const context, const uint64_t life)
{
  SimDevice* const device = (SimDevice*)context;
  if (life != device->life) {
    return;
  }
  const int64_t position = device->position;
  device->position += device->config.frames;
  schedule(device);
  device->config.callback(device->config.context,
                          position,
                          device->config.frames);
}

void sim_device_start(SimDevice* const device, const JamTime when)
{
  ++device->life;
  device->position     = 0;
  device->clock.offset = 0;
  device->clock.offset = -sim_clock_read(&device->clock, when);
  schedule(device);
}

void sim_device_gap(SimDevice* const device, const JamTime span)
{
  device->clock.offset -= span;
}

void sim_device_stop(SimDevice* const device)
{
  ++device->life;
}
