// SPDX-License-Identifier: MIT
// Drawing a jam over several nodes.

#include "sim/sim_mesh.h"

#include "base/rand.h"

#include <stdio.h>
#include <string.h>

#define QUIET_SECONDS 14.0 // After the last disruption

static double between(JamRand* const rand, const double low, const double high)
{
  return low + (high - low) * jam_rand_unit(rand);
}

static bool chance(JamRand* const rand, const double share)
{
  return jam_rand_unit(rand) < share;
}

static void draw_link(JamRand* const    rand,
                      Scenario* const   out,
                      const char* const a,
                      const char* const b,
                      const double      delay_ms,
                      const double      most_loss)
{
  ScenarioLink* const  link   = &out->links[out->link_count++];
  SimLinkConfig* const config = &link->config;
  memcpy(link->a, a, sizeof(link->a));
  memcpy(link->b, b, sizeof(link->b));
  config->delay  = (JamTime)(delay_ms * (double)JAM_MS);
  config->jitter = chance(rand, 0.5) ? SIM_JITTER_UNIFORM : SIM_JITTER_GAMMA;
  config->span   = (JamTime)(between(rand, 0.0, 3.0) * (double)JAM_MS);
  if (chance(rand, 0.4)) {
    config->loss  = between(rand, 0.0, most_loss);
    config->burst = chance(rand, 0.5) ? between(rand, 1.0, 4.0) : 0.0;
  }
  config->duplicate = chance(rand, 0.1) ? 0.03 : 0.0;
  config->reorder   = chance(rand, 0.1) ? 0.05 : 0.0;
}

static void draw_people(JamRand* const rand, Scenario* const out)
{
  out->client_count = 2U + jam_rand_below(rand, 5U);
  for (unsigned i = 0U; i < out->client_count; ++i) {
    ScenarioClient* const client = &out->clients[i];
    const unsigned        home   = jam_rand_below(rand, out->node_count);
    const double          near   = between(rand, 0.5, 25.0);
    (void)snprintf(client->name, sizeof(client->name), "p%u", i);
    memcpy(client->node, out->nodes[home].id, sizeof(client->node));
    if (chance(rand, 0.5)) {
      (void)snprintf(client->midi, sizeof(client->midi), "synth:notes");
    }
    client->ppm       = between(rand, -150.0, 150.0);
    client->clock_ppm = between(rand, -50.0, 50.0);
    client->mode      = (int64_t)jam_rand_below(rand, 3U);
    for (unsigned k = 0U; k < out->node_count; ++k) {
      const double more = k == home ? 0.0 : between(rand, 0.0, 30.0);
      draw_link(rand, out, client->name, out->nodes[k].id, near + more, 0.03);
    }
  }
}

static ScenarioEvent*
add_event(Scenario* const out, const ScenarioDo what, const double t)
{
  ScenarioEvent* const event = &out->events[out->event_count++];
  event->what                = what;
  event->t                   = t;
  event->flag                = true;
  return event;
}

static void
draw_node_event(JamRand* const rand, Scenario* const out, const double t)
{
  const char* const node = out->nodes[jam_rand_below(rand, out->node_count)].id;
  const bool        drains = chance(rand, 0.4);
  ScenarioEvent* const first =
    add_event(out, drains ? SCENARIO_DRAIN : SCENARIO_CRASH, t);
  memcpy(first->node, node, sizeof(first->node));
  if (drains) {
    ScenarioEvent* const end = add_event(out, SCENARIO_CRASH, t + 3.0);
    memcpy(end->node, node, sizeof(end->node));
  }
  if (chance(rand, 0.6)) {
    ScenarioEvent* const back =
      add_event(out, SCENARIO_RESTART, t + 3.5 + between(rand, -3.0, 3.0));
    back->t = drains && back->t < t + 3.1 ? t + 3.1 : back->t;
    memcpy(back->node, node, sizeof(back->node));
  }
}

static void draw_cut(JamRand* const rand, Scenario* const out, const double t)
{
  const unsigned a = jam_rand_below(rand, out->node_count);
  const unsigned b =
    (a + 1U + jam_rand_below(rand, out->node_count - 1U)) % out->node_count;
  ScenarioEvent* const event = add_event(out, SCENARIO_OUTAGE, t);
  event->seconds             = between(rand, 0.1, 8.0);
  memcpy(event->b, out->nodes[b].id, sizeof(event->b));
  if (chance(rand, 0.5)) {
    memcpy(event->a, out->nodes[a].id, sizeof(event->a));
  } else {
    const unsigned who = jam_rand_below(rand, out->client_count);
    memcpy(event->a, out->clients[who].name, sizeof(event->a));
    memcpy(event->b, out->clients[who].node, sizeof(event->b));
  }
}

static void draw_stay(JamRand* const rand, Scenario* const out, const double t)
{
  const unsigned    who  = jam_rand_below(rand, out->client_count);
  const char* const name = out->clients[who].name;
  if (chance(rand, 0.3)) {
    ScenarioEvent* const event = add_event(out, SCENARIO_REBIND, t);
    memcpy(event->client, name, sizeof(event->client));
    return;
  }
  ScenarioEvent* const leave = add_event(out, SCENARIO_LEAVE, t);
  memcpy(leave->client, name, sizeof(leave->client));
  ScenarioEvent* const back =
    add_event(out, SCENARIO_JOIN, t + between(rand, 0.05, 4.0));
  memcpy(back->client, name, sizeof(back->client));
}

void sim_mesh_draw(const uint64_t seed, Scenario* const out)
{
  JamRand rand;
  jam_rand_init(&rand, seed, 9100U);
  scenario_default(out);
  out->seed       = (int64_t)seed;
  out->frames     = 64;
  out->bits       = 16;
  out->node_count = 2U + jam_rand_below(&rand, 3U);
  for (unsigned i = 0U; i < out->node_count; ++i) {
    ScenarioNode* const node = &out->nodes[i];
    (void)snprintf(node->id, sizeof(node->id), "n%u", i);
    node->ppm = between(&rand, -50.0, 50.0);
  }
  draw_people(&rand, out);
  for (unsigned i = 0U; i < out->node_count; ++i) {
    for (unsigned k = 0U; k < i; ++k) {
      draw_link(&rand,
                out,
                out->nodes[i].id,
                out->nodes[k].id,
                between(&rand, 0.5, 40.0),
                0.02);
    }
  }
  out->seconds         = 9.0;
  const unsigned count = jam_rand_below(&rand, 4U);
  bool           died  = false;
  for (unsigned i = 0U; i < count; ++i) {
    const double   t    = between(&rand, 4.0, 8.0);
    const unsigned kind = jam_rand_below(&rand, 3U);
    if (kind == 0U && !died) {
      died = true; // One at a time: somebody must be left to go to
      draw_node_event(&rand, out, t);
    } else if (kind == 1U) {
      draw_cut(&rand, out, t);
    } else {
      draw_stay(&rand, out, t);
    }
  }
  for (unsigned i = 0U; i < out->event_count; ++i) {
    const ScenarioEvent* const event = &out->events[i];
    const double               end = event->t + event->seconds + QUIET_SECONDS;
    out->seconds                   = end > out->seconds ? end : out->seconds;
  }
}
