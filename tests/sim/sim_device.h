// SPDX-License-Identifier: MIT
// A sound card: calls back for every block, at the rate of its own crystal.

#ifndef JAM_SIM_DEVICE_H
#define JAM_SIM_DEVICE_H

#include "sim/sim_clock.h"
#include "sim/sim_world.h"

#include "base/rand.h"

/// The block that starts at device position `position` is due.
typedef void (*SimDeviceCallback)(void*    context,
                                  int64_t  position,
                                  unsigned frames);

typedef struct SimDeviceConfig {
  uint32_t          rate_hz; ///< Nominal
  unsigned          frames;  ///< Of a block
  double            skew;    ///< Of its crystal, against true time
  double            wander;  ///< Further slow change of skew
  JamTime           wake_up; ///< Mean lateness of the callback
  SimDeviceCallback callback;
  void*             context;
} SimDeviceConfig;

typedef struct SimDevice {
  SimDeviceConfig config;
  SimWorld*       world;
  SimClock        clock; // Shows nanoseconds of samples since the start
  JamRand         rand;
  int64_t         position; // Of the next block
  uint64_t        life;     // Callbacks of an earlier life are void
} SimDevice;

/// Prepares a card that is not running.
void sim_device_init(SimDevice*             device,
                     SimWorld*              world,
                     const SimDeviceConfig* config,
                     uint64_t               seed,
                     uint64_t               stream);

/// Starts it: position 0 is due at true time `when`.
void sim_device_start(SimDevice* device, JamTime when);

/// Lets it stand still: what was due later is due that much later still.
void sim_device_gap(SimDevice* device, JamTime span);

/// Stops it.
void sim_device_stop(SimDevice* device);

/// Returns the true time at which a (fractional) position is due.
double sim_device_time(const SimDevice* device, double position);

#endif // JAM_SIM_DEVICE_H
