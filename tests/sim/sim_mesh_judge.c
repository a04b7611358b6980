// SPDX-License-Identifier: MIT
// What must hold at the end of a jam over several nodes.

#include "sim/sim_invariants.h"
#include "sim/sim_mesh.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MOST_TURNS_PER_SECOND 12000.0

typedef struct Judge {
  const SimJam*      jam;
  const Scenario*    scenario;
  const Report*      report;
  const SimMeshLook* before;
  SimMeshLook        now;
  char*              fault;
  size_t             room;
} Judge;

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static bool
blame(const Judge* const judge, const char* const format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(judge->fault, judge->room, format, arguments);
  va_end(arguments);
  return false;
}

void sim_mesh_look(const SimJam* const   jam,
                   const Scenario* const scenario,
                   SimMeshLook* const    out)
{
  memset(out, 0, sizeof(*out));
  for (unsigned i = 0U; i < scenario->node_count; ++i) {
    const SessionNode* const node = sim_jam_node(jam, scenario->nodes[i].id);
    if (node) {
      sim_probe_node(node, &out->nodes[i]);
    }
  }
  for (unsigned i = 0U; i < scenario->client_count; ++i) {
    SimProbe             probes[SYNCHUB_MAX_MEMBERS];
    SessionClient* const client =
      sim_jam_client(jam, scenario->clients[i].name);
    const unsigned count = sim_probe(client, probes);
    for (unsigned k = 0U; k < count; ++k) {
      const int from = scenario_client(scenario, probes[k].name);
      if (from >= 0 && probes[k].heard) {
        out->newest[i][from] = probes[k].newest;
      }
    }
  }
}

static bool one_roster_everywhere(const Judge* const judge)
{
  uint8_t        first[SYNCHUB_MAX_MEMBERS][SYNCHUB_UID_SIZE];
  uint8_t        uids[SYNCHUB_MAX_MEMBERS][SYNCHUB_UID_SIZE];
  const unsigned all = judge->scenario->client_count;
  for (unsigned i = 0U; i < all; ++i) {
    const char* const    name   = judge->scenario->clients[i].name;
    SessionClient* const client = sim_jam_client(judge->jam, name);
    JamView              view;
    session_client_view(client, &view);
    if (view.state != JAM_STATE_JOINED) {
      return blame(judge,
                   "%s is in state %d at the end (%s)",
                   name,
                   (int)view.state,
                   view.message);
    }
    const unsigned count = sim_probe_uids(client, i ? uids : first);
    if (count != all || view.user_count != all) {
      return blame(judge, "%s sees %u people, not %u", name, count, all);
    }
    if (i && memcmp(uids, first, all * sizeof(first[0])) != 0) {
      return blame(judge, "%s sees other people than p0", name);
    }
  }
  return true;
}

static bool everybody_is_heard(const Judge* const judge)
{
  for (unsigned i = 0U; i < judge->scenario->client_count; ++i) {
    for (unsigned k = 0U; k < judge->scenario->client_count; ++k) {
      const int64_t frames =
        judge->now.newest[i][k] - judge->before->newest[i][k];
      const double seconds = (double)frames / (double)judge->scenario->rate;
      if (i != k && !(seconds > SIM_MESH_LAST_SECONDS - 0.3)) {
        return blame(judge,
                     "%s heard %.2f s of the last %.0f of %s",
                     judge->scenario->clients[i].name,
                     seconds,
                     SIM_MESH_LAST_SECONDS,
                     judge->scenario->clients[k].name);
      }
    }
  }
  return true;
}

static unsigned hosts(const SimMeshLook* const look, unsigned* const out_up)
{
  unsigned count = 0U;
  *out_up        = 0U;
  for (unsigned i = 0U; i < SCENARIO_MAX_NODES; ++i) {
    count += look->nodes[i].here > 0U ? 1U : 0U;
    *out_up += look->nodes[i].siblings > 0U ? 1U : 0U;
  }
  return count;
}

// Each stream once over each link, to each listener once, and none in vain
static bool each_stream_takes_its_way(const Judge* const judge)
{
  unsigned       up    = 0U;
  const unsigned count = hosts(&judge->now, &up);
  for (unsigned i = 0U; i < judge->scenario->node_count; ++i) {
    const SimNodeProbe* const a     = &judge->before->nodes[i];
    const SimNodeProbe* const b     = &judge->now.nodes[i];
    const uint64_t            in    = b->media_in - a->media_in;
    const uint64_t            other = b->from_siblings - a->from_siblings;
    const uint64_t            to    = b->to_siblings - a->to_siblings;
    const uint64_t            users = b->to_users - a->to_users;
    const char* const         id    = judge->scenario->nodes[i].id;
    if (b->siblings && b->siblings != up - 1U) {
      return blame(judge, "%s knows %u of %u nodes", id, b->siblings, up - 1U);
    }
    if (b->here && to != in * (count - 1U)) {
      return blame(judge,
                   "%s sent %llu packets %llu times to %u siblings",
                   id,
                   (unsigned long long)in,
                   (unsigned long long)to,
                   count - 1U);
    }
    if (b->here && users != in * (b->here - 1U) + other * b->here) {
      return blame(judge,
                   "%s passed %llu and %llu packets on %llu times to %u",
                   id,
                   (unsigned long long)in,
                   (unsigned long long)other,
                   (unsigned long long)users,
                   b->here);
    }
    if (b->unwanted != a->unwanted || (!b->here && (in || other))) {
      return blame(judge, "%s gets what nobody there wants", id);
    }
  }
  return true;
}

static bool midi_arrives(const Judge* const judge)
{
  for (unsigned i = 0U; i < judge->report->midi_count; ++i) {
    const ReportMidi* const row = &judge->report->midi[i];
    if (!row->received) {
      return blame(judge, "No MIDI of %s reached %s", row->from, row->at);
    }
    if (judge->scenario->event_count == 0U &&
        (row->extra || row->lost > sim_midi_late(judge->jam, row))) {
      return blame(judge,
                   "MIDI of %s to %s: %llu lost, %llu not in order",
                   row->from,
                   row->at,
                   (unsigned long long)row->lost,
                   (unsigned long long)row->extra);
    }
  }
  return true;
}

bool sim_mesh_holds(const SimJam* const      jam,
                    const Scenario* const    scenario,
                    const Report* const      report,
                    const SimMeshLook* const before,
                    char* const              fault,
                    const size_t             room)
{
  Judge judge = {.jam      = jam,
                 .scenario = scenario,
                 .report   = report,
                 .before   = before,
                 .fault    = fault,
                 .room     = room};
  sim_mesh_look(jam, scenario, &judge.now);
  if (sim_jam_busiest(jam) > MOST_TURNS_PER_SECOND) {
    return blame(&judge,
                 "An engine woke up %.0f times a second",
                 sim_jam_busiest(jam));
  }
  return one_roster_everywhere(&judge) && everybody_is_heard(&judge) &&
         each_stream_takes_its_way(&judge) && midi_arrives(&judge);
}
