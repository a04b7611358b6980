// SPDX-License-Identifier: MIT
// Summing up a jam.

#include "sim/sim_stage.h"

#include <string.h>

#define MIDI_GRACE JAM_SECOND // What was played last may still be on the way

void sim_jam_listen_anew(SimJam* const jam)
{
  for (unsigned i = 0U; i < jam->scenario->client_count; ++i) {
    for (unsigned k = 0U; k < jam->scenario->client_count; ++k) {
      jam->players[i]->heard[k].signal = 0.0;
      jam->players[i]->heard[k].noise  = 0.0;
    }
  }
}

double sim_jam_busiest(const SimJam* const jam)
{
  uint64_t most = 0U;
  for (unsigned i = 0U; i < jam->node_count; ++i) {
    const uint64_t turns = jam->nodes[i].machine.turns;
    most                 = turns > most ? turns : most;
  }
  for (unsigned i = 0U; i < jam->scenario->client_count; ++i) {
    const uint64_t turns = jam->players[i]->machine.turns;
    most                 = turns > most ? turns : most;
  }
  return (double)most * 1e9 / (double)jam->world.now;
}

static void
report_midi(SimJam* const jam, SimHeard* const heard, ReportMidi* const out)
{
  const int              from   = scenario_client(jam->scenario, out->from);
  const SimPlayer* const player = jam->players[from];
  sim_midi_close(&heard->midi, &player->log, jam->world.now - MIDI_GRACE);
  out->sent         = heard->midi.sent;
  out->received     = heard->midi.received;
  out->lost         = heard->midi.lost;
  out->extra        = heard->midi.extra;
  out->delay_ms_p50 = sim_samples_quantile(&heard->midi_ms, 0.5);
  out->delay_ms_p99 = sim_samples_quantile(&heard->midi_ms, 0.99);
}

static void report_nodes(const SimJam* const jam, Report* const out)
{
  const size_t size = (jam->node_count + 1U) * sizeof(ReportNode);
  out->nodes        = (ReportNode*)sim_grow(NULL, size);
  for (unsigned i = 0U; i < jam->node_count; ++i) {
    const SimNode* const node = &jam->nodes[i];
    SimNodeProbe         probe;
    if (!node->engine) {
      continue;
    }
    sim_probe_node(node->engine, &probe);
    out->nodes[out->node_count++] = (ReportNode){node->spec->id,
                                                 probe.here,
                                                 probe.elsewhere,
                                                 probe.siblings,
                                                 probe.media_in,
                                                 probe.to_siblings,
                                                 probe.from_siblings,
                                                 probe.unwanted,
                                                 probe.to_users};
  }
}

static void report_pair(SimJam* const    jam,
                        SimPlayer* const at,
                        const SimPlayer* from,
                        Report* const    out)
{
  SimHeard* const heard = &at->heard[from->number];
  if (heard->known) {
    ReportListener* const row = &out->listeners[out->listener_count++];
    row->at                   = at->spec->name;
    row->from                 = from->spec->name;
    sim_heard_report(heard, (uint32_t)jam->scenario->rate, row);
  }
  if (from->song.count > 0U) {
    ReportMidi* const row = &out->midi[out->midi_count++];
    row->at               = at->spec->name;
    row->from             = from->spec->name;
    report_midi(jam, heard, row);
  }
}

void sim_jam_report(SimJam* const jam, Report* const out)
{
  const unsigned count = jam->scenario->client_count;
  const size_t   pairs = (size_t)count * count + 1U;
  memset(out, 0, sizeof(*out));
  out->seed = jam->scenario->seed;
  out->hash = sim_jam_hash(jam);
  out->listeners =
    (ReportListener*)sim_grow(NULL, pairs * sizeof(ReportListener));
  out->midi = (ReportMidi*)sim_grow(NULL, pairs * sizeof(ReportMidi));
  out->clocks =
    (ReportClock*)sim_grow(NULL, (count + 1U) * sizeof(ReportClock));
  report_nodes(jam, out);
  for (unsigned i = 0U; i < count; ++i) {
    SimPlayer* const   player = jam->players[i];
    ReportClock* const clock  = &out->clocks[out->clock_count++];
    clock->client             = player->spec->name;
    clock->node               = player->spec->node;
    clock->error_us_p50       = sim_samples_quantile(&player->clock_us, 0.5);
    clock->error_us_p99       = sim_samples_quantile(&player->clock_us, 0.99);
    clock->last_us            = player->clock_last_us;
    clock->sigma_us           = player->clock_sigma_us;
    for (unsigned k = 0U; k < count; ++k) {
      if (k != i) {
        report_pair(jam, player, jam->players[k], out);
      }
    }
  }
}
