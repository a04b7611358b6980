// SPDX-License-Identifier: MIT
// What one listener got of one player, measured in true time.

#ifndef JAM_SIM_MEASURE_H
#define JAM_SIM_MEASURE_H

#include "sim/report.h"
#include "sim/sim_midi.h"
#include "sim/sim_probe.h"

/// Numbers to take percentiles of.
typedef struct SimSamples {
  float* values;
  size_t count, capacity;
} SimSamples;

/// Appends a number.
void sim_samples_add(SimSamples* samples, double value);

/// Returns the `share` quantile (0 .. 1), NaN if empty. Sorts.
double sim_samples_quantile(SimSamples* samples, double share);

typedef struct SimHeard {
  bool         known; ///< Something was received, ever
  uint64_t     life;
  SimProbe     newest; // Of this life ...
  int64_t      first;  // ... which began at this position ...
  uint64_t     first_packets, first_bytes;
  uint64_t     lost, bytes; // Of earlier lives
  uint64_t     concealed, longest;
  double       active_s; // Earlier lives
  JamTime      begun, looked;
  int64_t      watched; ///< Newest position at the last watch
  uint64_t     watched_life;
  JamTime      moved;   ///< When that last changed; 0: never watched
  JamTime      silence; ///< Longest without change
  bool         reading; ///< read_from is where the present block began
  double       read_from;
  double       signal, noise; ///< Sums of squares
  SimSamples   delays_ms;
  SimMidiHeard midi;
  uint64_t     midi_life;
  SimSamples   midi_ms;
} SimHeard;

/// Takes in what the engine knows of the stream at true time `now`.
void sim_heard_probe(SimHeard* heard, const SimProbe* probe, JamTime now);

/// After a node has crashed, called with every audio block: how long nothing
/// comes. `now` is true time.
void sim_heard_watch(SimHeard* heard, const SimProbe* probe, JamTime now);

/// Sums up. `rate_hz` of the stream; the names are borrowed.
void sim_heard_report(SimHeard* heard, uint32_t rate_hz, ReportListener* out);

/// Releases what it gathered.
void sim_heard_free(SimHeard* heard);

#endif // JAM_SIM_MEASURE_H
