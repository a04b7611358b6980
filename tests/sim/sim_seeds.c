// SPDX-License-Identifier: MIT
// sim_seeds FIRST COUNT [--sound | --mesh]: random jams, one a seed, and what
// must hold in all of them. A failure prints the seed and the command that
// replays it.

#include "sim/sim_invariants.h"
#include "sim/sim_jam.h"
#include "sim/sim_mesh.h"

#include "base/rand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUIET_SECONDS 11.0 // After the last disruption: time to reconnect

static double between(JamRand* const rand, const double low, const double high)
{
  return low + (high - low) * jam_rand_unit(rand);
}

static bool chance(JamRand* const rand, const double share)
{
  return jam_rand_unit(rand) < share;
}

static void draw_link(JamRand* const        rand,
                      ScenarioLink* const   link,
                      const unsigned        client,
                      const Scenario* const scenario)
{
  SimLinkConfig* const config = &link->config;
  memcpy(link->a, scenario->clients[client].name, sizeof(link->a));
  memcpy(link->b, scenario->nodes[0].id, sizeof(link->b));
  config->delay  = (JamTime)(between(rand, 0.2, 40.0) * (double)JAM_MS);
  config->jitter = (SimJitter)jam_rand_below(rand, SIM_JITTER_COUNT);
  config->span   = (JamTime)(between(rand, 0.0, 8.0) * (double)JAM_MS);
  if (chance(rand, 0.6)) {
    config->loss  = between(rand, 0.0, 0.06);
    config->burst = chance(rand, 0.5) ? between(rand, 1.0, 6.0) : 0.0;
  }
  config->duplicate = chance(rand, 0.2) ? 0.05 : 0.0;
  config->reorder   = chance(rand, 0.2) ? 0.1 : 0.0;
}

static void draw_client(JamRand* const  rand,
                        Scenario* const scenario,
                        const unsigned  number)
{
  static const int64_t     blocks[] = {0, 32, 48, 64, 128, 256, 441};
  static const char* const sounds[] = {"synth:guitar",
                                       "synth:bass",
                                       "synth:drums",
                                       "synth:keys",
                                       "synth:lead"};
  ScenarioClient* const    client   = &scenario->clients[number];
  (void)snprintf(client->name, sizeof(client->name), "p%u", number);
  memcpy(client->node, scenario->nodes[0].id, sizeof(client->node));
  (void)snprintf(client->in, sizeof(client->in), "%s", sounds[number % 5U]);
  if (chance(rand, 0.5)) {
    (void)snprintf(client->midi, sizeof(client->midi), "synth:notes");
  }
  client->ppm       = between(rand, -150.0, 150.0);
  client->clock_ppm = between(rand, -50.0, 50.0);
  client->wake_us   = chance(rand, 0.5) ? between(rand, 0.0, 150.0) : 0.0;
  client->block     = blocks[jam_rand_below(rand, 7U)];
  client->mode      = (int64_t)jam_rand_below(rand, 3U);
}

static void draw_event(JamRand* const rand, Scenario* const scenario)
{
  ScenarioEvent* const event = &scenario->events[scenario->event_count++];
  const unsigned       who   = jam_rand_below(rand, scenario->client_count);
  const char* const    name  = scenario->clients[who].name;
  event->flag                = true;
  event->t                   = between(rand, 3.0, 6.0);
  memcpy(event->client, name, sizeof(event->client));
  memcpy(event->a, name, sizeof(event->a));
  memcpy(event->b, scenario->nodes[0].id, sizeof(event->b));
  memcpy(event->node, scenario->nodes[0].id, sizeof(event->node));
  static const ScenarioDo kinds[] = {SCENARIO_JOIN,
                                     SCENARIO_REBIND,
                                     SCENARIO_OUTAGE,
                                     SCENARIO_CRASH,
                                     SCENARIO_LEAVE};
  event->what                     = kinds[jam_rand_below(rand, 5U)];
  event->seconds                  = between(rand, 0.02, 7.0);
  if (event->what == SCENARIO_CRASH || event->what == SCENARIO_LEAVE) {
    ScenarioEvent* const back = &scenario->events[scenario->event_count++];
    *back                     = *event;
    back->what =
      event->what == SCENARIO_CRASH ? SCENARIO_RESTART : SCENARIO_JOIN;
    back->t += between(rand, 0.05, 4.0);
  }
}

// Somebody's address changes as well; whoever is away then does not notice
static void draw_rebind(JamRand* const rand, Scenario* const scenario)
{
  ScenarioEvent* const event = &scenario->events[scenario->event_count++];
  const unsigned       who   = jam_rand_below(rand, scenario->client_count);
  event->what                = SCENARIO_REBIND;
  event->t                   = between(rand, 3.0, 9.0);
  memcpy(event->client, scenario->clients[who].name, sizeof(event->client));
}

static void draw_scenario(const uint64_t seed, Scenario* const out)
{
  static const int64_t rates[] = {48000, 48000, 44100, 96000};
  JamRand              rand;
  jam_rand_init(&rand, seed, 9000U);
  scenario_default(out);
  out->seed         = (int64_t)seed;
  out->rate         = rates[jam_rand_below(&rand, 4U)];
  out->frames       = out->rate == 96000 ? 128 : 64;
  out->bits         = chance(&rand, 0.5) ? 16 : 24;
  out->nodes[0].ppm = between(&rand, -50.0, 50.0);
  out->client_count = 2U + jam_rand_below(&rand, 4U);
  for (unsigned i = 0U; i < out->client_count; ++i) {
    draw_client(&rand, out, i);
    draw_link(&rand, &out->links[out->link_count++], i, out);
  }
  out->seconds = 8.0;
  if (chance(&rand, 0.5)) {
    draw_event(&rand, out);
    if (chance(&rand, 0.4)) {
      draw_rebind(&rand, out);
    }
    for (unsigned i = 0U; i < out->event_count; ++i) {
      const ScenarioEvent* const event = &out->events[i];
      const double end = event->t + event->seconds + QUIET_SECONDS;
      out->seconds     = end > out->seconds ? end : out->seconds;
    }
  }
}

typedef enum Family { PLAIN, SOUND, MESH } Family;

static const char* const options_of[] = {"", " --sound", " --mesh"};

static bool play(const Scenario* const scenario,
                 const Family          family,
                 uint64_t* const       hash,
                 char* const           fault,
                 const size_t          room)
{
  char                error[SCENARIO_ERROR_SIZE];
  const SimJamOptions options = {.dsp = family == SOUND};
  SimMeshLook         look;
  SimJam* const       jam = sim_jam_new(scenario, &options, error);
  if (!jam) {
    (void)snprintf(fault, room, "%s", error);
    return false;
  }
  Report report;
  sim_jam_run(jam, scenario->seconds - SIM_MESH_LAST_SECONDS);
  if (family == MESH) {
    sim_mesh_look(jam, scenario, &look);
  }
  sim_jam_run(jam, scenario->seconds);
  sim_jam_report(jam, &report);
  *hash = report.hash;
  const bool good =
    family == MESH ? sim_mesh_holds(jam, scenario, &report, &look, fault, room)
                   : sim_invariants_hold(jam, scenario, &report, fault, room);
  report_free(&report);
  sim_jam_free(jam);
  return good;
}

static bool seed_holds(const uint64_t seed, const Family family)
{
  static Scenario scenario;
  char            fault[300] = "";
  uint64_t        first = 0U, second = 0U;
  if (family == MESH) {
    sim_mesh_draw(seed, &scenario);
  } else {
    draw_scenario(seed, &scenario);
  }
  bool good = play(&scenario, family, &first, fault, sizeof(fault));
  // Every tenth is played twice
  if (good && seed % 10U == 0U) {
    good = play(&scenario, family, &second, fault, sizeof(fault));
    if (good && first != second) {
      (void)snprintf(fault, sizeof(fault), "The second run had another hash.");
      good = false;
    }
  }
  if (!good) {
    (void)printf("Seed %llu: %s\nReplay: sim_seeds %llu 1%s\n",
                 (unsigned long long)seed,
                 fault,
                 (unsigned long long)seed,
                 options_of[family]);
  }
  return good;
}

static int family_of(const char* const option)
{
  for (int i = SOUND; i <= MESH; ++i) {
    if (strcmp(option, options_of[i] + 1) == 0) {
      return i;
    }
  }
  return -1;
}

int main(const int argc, char** const argv)
{
  const int family = argc == 4 ? family_of(argv[3]) : PLAIN;
  if (argc < 3 || argc > 4 || family < 0) {
    (void)fputs("Usage: sim_seeds FIRST COUNT [--sound | --mesh]\n", stderr);
    return 2;
  }
  const uint64_t begin  = strtoull(argv[1], NULL, 10);
  const uint64_t count  = strtoull(argv[2], NULL, 10);
  uint64_t       failed = 0U;
  for (uint64_t seed = begin; seed < begin + count; ++seed) {
    failed += seed_holds(seed, (Family)family) ? 0U : 1U;
    (void)fflush(stdout);
  }
  (void)printf("%llu of %llu seeds hold.\n",
               (unsigned long long)(count - failed),
               (unsigned long long)count);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
