// SPDX-License-Identifier: MIT
// Nodes that are one cluster: what they would learn from files, name service
// and the system's clock.

#include "sim/sim_stage.h"

#include <string.h>

#define NEWS_PERIOD (5 * JAM_SECOND)
#define EPOCH_US INT64_C(1750000000000000) // UTC at true time 0
#define UTC_ERROR_US 20000.0

static bool is_clustered(const SimJam* const jam)
{
  return jam->scenario->cluster && jam->scenario->node_count > 1U;
}

void sim_cluster_add(SimJam* const jam, SimNode* const node)
{
  if (!is_clustered(jam)) {
    return;
  }
  JamRand rand;
  jam_rand_init(&rand, (uint64_t)jam->scenario->seed, 800U);
  SessionNodeConfig* const config = &node->config;
  config->clustered               = true;
  for (size_t i = 0U; i < sizeof(config->cluster_secret); ++i) {
    config->cluster_secret[i] = (uint8_t)jam_rand_u32(&rand);
  }
  config->address_count = 1U;
  sim_net_address(&jam->net, node->machine.number, &config->addresses[0]);
  uint8_t secret[TOAST_KEY_SIZE];
  toast_cluster_node_secret(config->cluster_secret, secret);
  toast_public_key(secret, node->key);
  node->utc_error_us =
    (int64_t)((jam_rand_unit(&node->rand) - 0.5) * 2.0 * UTC_ERROR_US);
}

static void tell(SimJam* const jam, SimNode* const node)
{
  const JamTime now = sim_machine_now(&node->machine);
  session_node_set_utc(node->engine,
                       now,
                       EPOCH_US + jam->world.now / JAM_US + node->utc_error_us);
  // Itself included, as a name service would
  for (unsigned i = 0U; i < jam->node_count; ++i) {
    ToastAddress address;
    sim_net_address(&jam->net, jam->nodes[i].machine.number, &address);
    session_node_sibling(node->engine, now, &address);
  }
}

static void bring_news(void* const context, const uint64_t number)
{
  SimJam* const  jam  = (SimJam*)context;
  SimNode* const node = &jam->nodes[number];
  if (node->engine) {
    tell(jam, node);
    sim_machine_turn(&node->machine);
  }
  sim_world_at(&jam->world,
               jam->world.now + NEWS_PERIOD,
               bring_news,
               jam,
               number);
}

void sim_cluster_begin(SimJam* const jam, SimNode* const node)
{
  if (!is_clustered(jam)) {
    return;
  }
  if (jam->world.now == 0) {
    // Each looks for the others as soon as all exist, then at times of its own
    const uint64_t number = (uint64_t)(node - jam->nodes);
    sim_world_at(&jam->world,
                 (JamTime)number * JAM_MS,
                 bring_news,
                 jam,
                 number);
  }
  tell(jam, node);
}

unsigned sim_cluster_addresses(SimJam* const        jam,
                               const SimNode* const node,
                               const bool           all,
                               ToastAddress         out[SCENARIO_MAX_NODES])
{
  unsigned count = 0U;
  for (unsigned i = 0U; i < jam->node_count; ++i) {
    const SimNode* const other = &jam->nodes[i];
    if (other == node || (all && is_clustered(jam))) {
      sim_net_address(&jam->net, other->machine.number, &out[count++]);
    }
  }
  return count;
}

SimNode* sim_cluster_home(SimJam* const jam, const SimPlayer* const player)
{
  const ToastAddress* const at = sim_probe_home(player->client);
  for (unsigned i = 0U; at && i < jam->node_count; ++i) {
    ToastAddress address;
    sim_net_address(&jam->net, jam->nodes[i].machine.number, &address);
    if (address.port == at->port &&
        memcmp(address.ip, at->ip, sizeof(at->ip)) == 0) {
      return &jam->nodes[i];
    }
  }
  return NULL;
}
