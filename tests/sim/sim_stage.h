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

#endif // JAM_SIM_STAGE_H
