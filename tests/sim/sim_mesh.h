// SPDX-License-Identifier: MIT
// Random jams over several nodes, and what must hold at their end.

#ifndef JAM_SIM_MESH_H
#define JAM_SIM_MESH_H

#include "sim/sim_jam.h"
#include "sim/sim_probe.h"

/// The end of each jam, in which nothing is disturbed any more
#define SIM_MESH_LAST_SECONDS 2.0

/// What has gone through nodes and clients by then.
typedef struct SimMeshLook {
  SimNodeProbe nodes[SCENARIO_MAX_NODES];
  int64_t      newest[SCENARIO_MAX_CLIENTS][SCENARIO_MAX_CLIENTS];
} SimMeshLook;

/// Draws a jam: nodes of one cluster, players all over it, links, and in most
/// of them nodes that die, drain or part.
void sim_mesh_draw(uint64_t seed, Scenario* out);

/// Looks at all engines; to be compared later.
void sim_mesh_look(const SimJam*   jam,
                   const Scenario* scenario,
                   SimMeshLook*    out);

/// Judges the end: one roster everywhere, everybody is heard, each stream
/// crosses each link between nodes once, nothing is passed on twice. On failure
/// returns false and writes one sentence.
bool sim_mesh_holds(const SimJam*      jam,
                    const Scenario*    scenario,
                    const Report*      report,
                    const SimMeshLook* before,
                    char*              fault,
                    size_t             room);

#endif // JAM_SIM_MESH_H
