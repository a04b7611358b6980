// SPDX-License-Identifier: MIT
// A whole jam in virtual time: nodes, players, links, and what happens to them,
// from one scenario and its seed.

#ifndef JAM_SIM_JAM_H
#define JAM_SIM_JAM_H

#include "sim/report.h"
#include "sim/scenario.h"
#include "sim/sim_capture.h"

#include "session/session.h"

typedef struct SimJamOptions {
  bool                dsp;       ///< False: protocol, clocks, counters only
  const char*         out_dir;   ///< WAV of each listener; null: none
  const JamAllocator* allocator; ///< Of the engines; null: the C library
  SimCapture*         capture;   ///< Of what is sent; null: none
} SimJamOptions;

typedef struct SimJam SimJam;

/// Sets everything up; nothing has happened yet. `scenario` and `options` stay
/// the caller's and must outlive the jam. On failure returns null and writes
/// one sentence.
SimJam* sim_jam_new(const Scenario*      scenario,
                    const SimJamOptions* options,
                    char                 error[SCENARIO_ERROR_SIZE]);

/// Releases a jam; null is ignored.
void sim_jam_free(SimJam* jam);

/// Lets everything happen up to a true time.
void sim_jam_run(SimJam* jam, double until_seconds);

/// Returns a client's engine, to look at; null for an unknown name.
SessionClient* sim_jam_client(const SimJam* jam, const char* name);

/// Returns a node's engine, to look at; null while it is down.
SessionNode* sim_jam_node(const SimJam* jam, const char* id);

/// Returns the hash of every datagram delivered and all sound so far.
uint64_t sim_jam_hash(const SimJam* jam);

/// Returns how many events have happened.
uint64_t sim_jam_events(const SimJam* jam);

/// Returns how often a second the busiest engine has woken up.
double sim_jam_busiest(const SimJam* jam);

/// Forgets all comparisons of sound so far.
void sim_jam_listen_anew(SimJam* jam);

/// Sums up. Once, at the end; names in it live as long as the scenario.
void sim_jam_report(SimJam* jam, Report* out);

#endif // JAM_SIM_JAM_H
