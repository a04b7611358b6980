// SPDX-License-Identifier: MIT
// Stage, nodes and events of a jam.

#include "sim/sim_stage.h"

#include "sim/sim_hash.h"

#include "base/rand.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOCK_PERIOD (50 * JAM_MS)
#define SPREAD (10 * JAM_MS) // Within which everybody starts
#define NODE_USERS 64U

static void node_input(void* const               self,
                       const JamTime             now,
                       const ToastAddress* const from,
                       const uint8_t* const      data,
                       const size_t              size)
{
  session_node_input((SessionNode*)self, now, from, data, size);
}

static size_t node_output(void* const         self,
                          const JamTime       now,
                          ToastAddress* const to,
                          uint8_t* const      buffer,
                          const size_t        capacity)
{
  return session_node_output((SessionNode*)self, now, to, buffer, capacity);
}

static JamTime node_deadline(const void* const self)
{
  return session_node_deadline((const SessionNode*)self);
}

static void node_tick(void* const self, const JamTime now)
{
  session_node_tick((SessionNode*)self, now);
}

static const SimEngine node_engine = {node_input,
                                      node_output,
                                      node_deadline,
                                      node_tick};

static void draw(JamRand* const rand, uint8_t* const out, const size_t size)
{
  for (size_t i = 0U; i < size; ++i) {
    out[i] = (uint8_t)jam_rand_u32(rand);
  }
}

// A node keeps its key over a restart, nothing else
static bool node_start(SimJam* const jam, SimNode* const node)
{
  if (node->engine) {
    return true;
  }
  draw(&node->rand, node->config.seed, sizeof(node->config.seed));
  if (session_node_new(&node->config, jam->stage.allocator, &node->engine) !=
      JAM_OK) {
    return false;
  }
  sim_cluster_begin(jam, node);
  sim_machine_run(&node->machine, node->engine);
  return true;
}

static void node_crash(SimNode* const node)
{
  sim_machine_run(&node->machine, NULL);
  session_node_free(node->engine);
  node->engine = NULL;
}

static void node_drain(SimNode* const node)
{
  if (node->engine) {
    session_node_drain(node->engine, sim_machine_now(&node->machine));
    sim_machine_turn(&node->machine);
  }
}

static bool add_node(SimJam* const jam, const unsigned number)
{
  SimNode* const node = &jam->nodes[jam->node_count++];
  node->spec          = &jam->scenario->nodes[number];
  jam_rand_init(&node->rand, (uint64_t)jam->scenario->seed, 500U + number);
  const SimClock clock = {
    .offset = (JamTime)(jam_rand_unit(&node->rand) * 1e6 * (double)JAM_SECOND),
    .skew   = node->spec->ppm * 1e-6};
  sim_machine_init(&node->machine,
                   &jam->world,
                   &jam->net,
                   &clock,
                   &node_engine);
  node->config.max_users = NODE_USERS;
  node->config.node_id   = (uint16_t)(number + 1U);
  draw(&node->rand, node->config.secret, sizeof(node->config.secret));
  toast_public_key(node->config.secret, node->key);
  sim_cluster_add(jam, node);
  return node_start(jam, node);
}

static unsigned host_of(const SimJam* const jam, const char* const name)
{
  const int client = scenario_client(jam->scenario, name);
  return client >= 0
           ? jam->players[client]->machine.number
           : jam->nodes[scenario_node(jam->scenario, name)].machine.number;
}

static void add_links(SimJam* const jam)
{
  for (unsigned i = 0U; i < jam->scenario->link_count; ++i) {
    const ScenarioLink* const link = &jam->scenario->links[i];
    const unsigned            a    = host_of(jam, link->a);
    const unsigned            b    = host_of(jam, link->b);
    sim_net_link(&jam->net, a, b, &link->config);
    if (!link->one_way) {
      sim_net_link(&jam->net, b, a, &link->config);
    }
  }
}

static void join(SimJam* const jam, const char* const name, const bool anywhere)
{
  SimPlayer* const player = jam->players[scenario_client(jam->scenario, name)];
  const SimNode* const node =
    &jam->nodes[scenario_node(jam->scenario, player->spec->node)];
  ToastAddress   addresses[SCENARIO_MAX_NODES];
  const unsigned count = sim_cluster_addresses(jam, node, anywhere, addresses);
  sim_player_join(player, addresses, count, node->key, jam->room_id);
}

// User ids are a node's affair; scenarios know names
static uint16_t user_of(SessionClient* const client, const char* const name)
{
  JamView view;
  session_client_view(client, &view);
  for (unsigned i = 0U; i < view.user_count; ++i) {
    if (strcmp(view.users[i].name, name) == 0) {
      return view.users[i].id;
    }
  }
  return 0U;
}

static void command(const SimJam* const jam, const ScenarioEvent* const event)
{
  static const JamCommandKind kinds[SCENARIO_DO_COUNT] = {
    [SCENARIO_SEND] = JAM_COMMAND_SEND,
    [SCENARIO_MUTE] = JAM_COMMAND_MUTE,
    [SCENARIO_GAIN] = JAM_COMMAND_GAIN};
  SessionClient* const client = sim_jam_client(jam, event->client);
  const JamCommand     wish   = {.kind = kinds[event->what],
                                 .user = event->user[0] ? user_of(client, event->user)
                                                        : (uint16_t)0U,
                                 .value = (float)event->value,
                                 .flag  = event->flag};
  (void)session_client_command(client, &wish);
}

static void outage(SimJam* const jam, const ScenarioEvent* const event)
{
  const unsigned a = host_of(jam, event->a);
  const unsigned b = host_of(jam, event->b);
  const JamTime  until =
    jam->world.now + (JamTime)(event->seconds * (double)JAM_SECOND);
  sim_link_outage(sim_net_find(&jam->net, a, b), until);
  sim_link_outage(sim_net_find(&jam->net, b, a), until);
}

static void happen(void* const context, const uint64_t argument)
{
  SimJam* const              jam   = (SimJam*)context;
  const ScenarioEvent* const event = &jam->scenario->events[argument];
  switch ((ScenarioDo)event->what) {
  case SCENARIO_JOIN:
    // Nodes may have come and gone since
    join(jam, event->client, true);
    break;
  case SCENARIO_LEAVE:
    sim_player_leave(
      jam->players[scenario_client(jam->scenario, event->client)]);
    break;
  case SCENARIO_REBIND:
    sim_net_rebind(&jam->net, host_of(jam, event->client));
    break;
  case SCENARIO_SEND:
  case SCENARIO_MUTE:
  case SCENARIO_GAIN:
    command(jam, event);
    break;
  case SCENARIO_OUTAGE:
    outage(jam, event);
    break;
  case SCENARIO_CRASH:
    node_crash(&jam->nodes[scenario_node(jam->scenario, event->node)]);
    jam->stage.crashed =
      jam->stage.crashed ? jam->stage.crashed : jam->world.now;
    break;
  case SCENARIO_RESTART:
    // Without memory it stays down, and nobody is heard: the test fails
    (void)node_start(jam,
                     &jam->nodes[scenario_node(jam->scenario, event->node)]);
    break;
  case SCENARIO_GAP:
    sim_device_gap(
      &jam->players[scenario_client(jam->scenario, event->client)]->device,
      (JamTime)(event->seconds * (double)JAM_SECOND));
    break;
  case SCENARIO_DRAIN:
    node_drain(&jam->nodes[scenario_node(jam->scenario, event->node)]);
    break;
  case SCENARIO_DO_COUNT:
    break;
  }
}

static void compare_clocks(void* const context, const uint64_t argument)
{
  SimJam* const jam = (SimJam*)context;
  for (unsigned i = 0U; i < jam->scenario->client_count; ++i) {
    const SimNode* const node = sim_cluster_home(jam, jam->players[i]);
    if (node) {
      sim_player_clock(jam->players[i], &node->machine.clock);
    }
  }
  sim_world_at(&jam->world,
               jam->world.now + CLOCK_PERIOD,
               compare_clocks,
               jam,
               argument);
}

// A client is in from the start unless the scenario first lets it join later
static bool joins_later(const Scenario* const scenario, const char* const name)
{
  double     first = 1e9;
  ScenarioDo what  = SCENARIO_DO_COUNT;
  for (unsigned i = 0U; i < scenario->event_count; ++i) {
    const ScenarioEvent* const event = &scenario->events[i];
    const bool                 mine  = strcmp(event->client, name) == 0;
    const bool                 stays =
      event->what == SCENARIO_JOIN || event->what == SCENARIO_LEAVE;
    if (mine && stays && event->t < first) {
      first = event->t;
      what  = (ScenarioDo)event->what;
    }
  }
  return what == SCENARIO_JOIN;
}

static void join_first(void* const context, const uint64_t argument)
{
  SimJam* const jam = (SimJam*)context;
  join(jam, jam->scenario->clients[argument].name, false);
}

static void begin(SimJam* const jam)
{
  const Scenario* const scenario = jam->scenario;
  JamRand               rand;
  jam_rand_init(&rand, (uint64_t)scenario->seed, 600U);
  for (unsigned i = 0U; i < scenario->client_count; ++i) {
    const JamTime when = (JamTime)(jam_rand_unit(&rand) * (double)SPREAD);
    sim_player_start(jam->players[i], when);
    if (!joins_later(scenario, scenario->clients[i].name)) {
      sim_world_at(&jam->world, when, join_first, jam, i);
    }
  }
  for (unsigned i = 0U; i < scenario->event_count; ++i) {
    const double at = scenario->events[i].t * (double)JAM_SECOND;
    sim_world_at(&jam->world, (JamTime)at, happen, jam, i);
    const int64_t what = scenario->events[i].what;
    jam->stage.faders_move |=
      what == SCENARIO_SEND || what == SCENARIO_MUTE || what == SCENARIO_GAIN;
  }
  sim_world_at(&jam->world, CLOCK_PERIOD, compare_clocks, jam, 0U);
}

static void set_stage(SimJam* const jam, const SimJamOptions* const options)
{
  SimStage* const stage = &jam->stage;
  stage->scenario       = jam->scenario;
  stage->world          = &jam->world;
  stage->net            = &jam->net;
  stage->allocator      = options->allocator;
  stage->dsp            = options->dsp;
  jam->net.capture      = options->capture;
  stage->out_dir        = options->out_dir;
  stage->players        = jam->players;
  stage->audio_hash     = sim_hash_start();
  stage->count          = jam->scenario->client_count;
  if (stage->dsp) {
    stage->sinc = (SimSinc*)sim_grow(NULL, sizeof(SimSinc));
    sim_sinc_init(stage->sinc);
  }
}

static bool fill(SimJam* const jam, char* const error)
{
  for (unsigned i = 0U; i < jam->scenario->node_count; ++i) {
    if (!add_node(jam, i)) {
      (void)snprintf(error, SCENARIO_ERROR_SIZE, "A node cannot be made.");
      return false;
    }
  }
  for (unsigned i = 0U; i < jam->scenario->client_count; ++i) {
    jam->players[i] =
      sim_player_new(&jam->stage, i, error, SCENARIO_ERROR_SIZE);
    if (!jam->players[i]) {
      return false;
    }
  }
  return true;
}

SimJam* sim_jam_new(const Scenario* const      scenario,
                    const SimJamOptions* const options,
                    char                       error[SCENARIO_ERROR_SIZE])
{
  SimJam* const jam = (SimJam*)sim_grow(NULL, sizeof(SimJam));
  memset(jam, 0, sizeof(*jam));
  jam->scenario = scenario;
  sim_world_init(&jam->world);
  sim_net_init(&jam->net, &jam->world, (uint64_t)scenario->seed);
  set_stage(jam, options);

  uint8_t secret[TOAST_KEY_SIZE];
  JamRand rand;
  jam_rand_init(&rand, (uint64_t)scenario->seed, 700U);
  draw(&rand, secret, sizeof(secret));
  toast_room_id(secret, jam->room_id);
  if (!fill(jam, error)) {
    sim_jam_free(jam);
    return NULL;
  }
  add_links(jam);
  begin(jam);
  return jam;
}

void sim_jam_free(SimJam* const jam)
{
  if (!jam) {
    return;
  }
  for (unsigned i = 0U; i < jam->scenario->client_count; ++i) {
    sim_player_free(jam->players[i]);
  }
  for (unsigned i = 0U; i < jam->node_count; ++i) {
    session_node_free(jam->nodes[i].engine);
  }
  free(jam->stage.sinc);
  sim_net_deinit(&jam->net);
  sim_world_deinit(&jam->world);
  free(jam);
}

void sim_jam_run(SimJam* const jam, const double until_seconds)
{
  sim_world_run(&jam->world, (JamTime)(until_seconds * (double)JAM_SECOND));
}

SessionClient* sim_jam_client(const SimJam* const jam, const char* const name)
{
  const int number = scenario_client(jam->scenario, name);
  return number >= 0 ? jam->players[number]->client : NULL;
}

SessionNode* sim_jam_node(const SimJam* const jam, const char* const id)
{
  const int number = scenario_node(jam->scenario, id);
  return number >= 0 ? jam->nodes[number].engine : NULL;
}

uint64_t sim_jam_hash(const SimJam* const jam)
{
  return sim_hash_u64(jam->net.hash, jam->stage.audio_hash);
}

uint64_t sim_jam_events(const SimJam* const jam)
{
  return jam->world.events;
}
