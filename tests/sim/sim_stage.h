// SPDX-License-Identifier: MIT
// What a SimJam is made of. Private to sim_jam*.c.

#ifndef JAM_SIM_STAGE_H
#define JAM_SIM_STAGE_H

#include "sim/sim_jam.h"
#include "sim/sim_player.h"

#include "base/rand.h"

typedef struct SimNode {
  const ScenarioNode* spec;
  SimMachine          machine;
  SessionNodeConfig   config;
  SessionNode*        engine; // Null while it is down
  JamRand             rand;
  uint8_t             key[TOAST_KEY_SIZE];
  int64_t             utc_error_us; // What its idea of UTC is off by
} SimNode;

struct SimJam {
  const Scenario* scenario;
  SimWorld        world;
  SimNet          net;
  SimStage        stage;
  uint8_t         room_id[SYNCHUB_ROOM_SIZE];
  unsigned        node_count;
  SimNode         nodes[SCENARIO_MAX_NODES];
  SimPlayer*      players[SCENARIO_MAX_CLIENTS];
};

// sim_cluster.c

/// Makes a node one of the cluster, if the scenario has one. Before it starts.
void sim_cluster_add(SimJam* jam, SimNode* node);

/// Tells a node the time and where others may be, and keeps doing so.
void sim_cluster_begin(SimJam* jam, SimNode* node);

/// Lists where a client of `node` may join: there, or with an invite for `all`
/// at any node of its cluster. Returns the number of addresses.
unsigned sim_cluster_addresses(SimJam*        jam,
                               const SimNode* node,
                               bool           all,
                               ToastAddress   out[SCENARIO_MAX_NODES]);

/// Returns the node with which a client has its session, or null.
SimNode* sim_cluster_home(SimJam* jam, const SimPlayer* player);

#endif // JAM_SIM_STAGE_H
