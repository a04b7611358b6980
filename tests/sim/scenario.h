// SPDX-License-Identifier: MIT
// SCENARIO: a jam written down as JSON. SCENARIO.md lists every key.

#ifndef JAM_SIM_SCENARIO_H
#define JAM_SIM_SCENARIO_H

#include "sim/sim_link.h"

#include <stdbool.h>
#include <stdint.h>

#define SCENARIO_MAX_NODES 8U
#define SCENARIO_MAX_CLIENTS 32U
#define SCENARIO_MAX_LINKS 128U
#define SCENARIO_MAX_EVENTS 256U
#define SCENARIO_NAME_SIZE 33U
#define SCENARIO_PATH_SIZE 256U
#define SCENARIO_ERROR_SIZE 200U
#define SCENARIO_SAME_PPM 1e9 ///< clock_ppm was not given: as ppm

typedef struct ScenarioNode {
  char   id[SCENARIO_NAME_SIZE];
  double ppm; ///< Of its clock
} ScenarioNode;

typedef struct ScenarioClient {
  char    name[SCENARIO_NAME_SIZE];
  char    node[SCENARIO_NAME_SIZE]; ///< Empty: the first node
  char    in[SCENARIO_PATH_SIZE];   ///< File, "synth:PART", empty: silence
  char    midi[SCENARIO_PATH_SIZE]; ///< File, "synth:notes", empty: none
  double  ppm;                      ///< Of its sound card
  double  clock_ppm;                ///< Of its host's clock
  double  wander_ppm;               ///< Slow change of the card's rate
  double  wake_us;                  ///< Mean lateness of its audio callback
  int64_t block;                    ///< Frames of its callback; 0: as packets
  int64_t mode;                     ///< A PlayoutMode
  double  kbit; ///< Of its audio's text at most; 0: lossless
} ScenarioClient;

typedef struct ScenarioLink {
  char          a[SCENARIO_NAME_SIZE];
  char          b[SCENARIO_NAME_SIZE];
  bool          one_way; ///< Only from a to b
  SimLinkConfig config;
} ScenarioLink;

typedef enum ScenarioDo {
  SCENARIO_JOIN,
  SCENARIO_LEAVE,
  SCENARIO_REBIND,
  SCENARIO_SEND, ///< flag: the client's send switch
  SCENARIO_MUTE, ///< flag: whether `client` hears `user`
  SCENARIO_GAIN, ///< value: the fader of `user` at `client`
  SCENARIO_OUTAGE,
  SCENARIO_CRASH,
  SCENARIO_RESTART,
  SCENARIO_GAP,   ///< The client's sound card stands still for `seconds`
  SCENARIO_DRAIN, ///< The node asks everybody to move
  SCENARIO_DO_COUNT
} ScenarioDo;

typedef struct ScenarioEvent {
  double  t;    ///< True time, seconds
  int64_t what; ///< A ScenarioDo
  char    client[SCENARIO_NAME_SIZE];
  char    user[SCENARIO_NAME_SIZE];
  char    node[SCENARIO_NAME_SIZE];
  char    a[SCENARIO_NAME_SIZE];
  char    b[SCENARIO_NAME_SIZE];
  double  seconds;
  double  value;
  bool    flag;
} ScenarioEvent;

typedef struct Scenario {
  int64_t        seed;
  double         seconds;
  int64_t        rate;   ///< Of every client
  int64_t        frames; ///< Of a packet
  int64_t        bits;
  bool           cluster; ///< Several nodes are one cluster
  unsigned       node_count, client_count, link_count, event_count;
  ScenarioNode   nodes[SCENARIO_MAX_NODES];
  ScenarioClient clients[SCENARIO_MAX_CLIENTS];
  ScenarioLink   links[SCENARIO_MAX_LINKS];
  ScenarioEvent  events[SCENARIO_MAX_EVENTS];
} Scenario;

/// Fills in one node, no clients, 10 s at 48 kHz in packets of one unit.
void scenario_default(Scenario* out);

/// Reads a scenario. On failure returns false and writes one sentence.
bool scenario_parse(const char* text,
                    size_t      size,
                    Scenario*   out,
                    char        error[SCENARIO_ERROR_SIZE]);

/// Reads a scenario from a file.
bool scenario_load(const char* path,
                   Scenario*   out,
                   char        error[SCENARIO_ERROR_SIZE]);

/// Returns the index of a client or node by name, or -1.
int scenario_client(const Scenario* scenario, const char* name);
int scenario_node(const Scenario* scenario, const char* id);

#endif // JAM_SIM_SCENARIO_H
