// SPDX-License-Identifier: MIT
// One block of a player: play into the engine, take the mix, and compare it
// with what the others really played.
//
// The reference is made from the others' sound at the positions where the
// engine reads, so what remains is what coding, resampling and concealment did.

#include "sim/sim_ears.h"

#include "sim/sim_hash.h"
#include "sim/sim_player.h"

#include <math.h>
#include <string.h>

#define PROBE_SECONDS 0.02

// A stream that has just begun is not compared: its start is in concealed_ms
#define SETTLES (2 * JAM_SECOND)

static SimPlayer* player_by_name(const SimStage* const stage,
                                 const char* const     name)
{
  const int number = scenario_client(stage->scenario, name);
  return number >= 0 ? stage->players[number] : NULL;
}

static void hear_midi(SimPlayer* const player)
{
  JamMidiEvent event;
  while (session_client_midi_pull(player->client, &event)) {
    uint64_t          life = 0U;
    const char* const name = sim_probe_user(player->client, event.user, &life);
    const SimPlayer* const from =
      name ? player_by_name(player->stage, name) : NULL;
    if (!from) {
      continue; // Notes that end because their player has left
    }
    SimHeard* const heard = &player->heard[from->number];
    if (heard->midi_life != life) {
      heard->midi_life = life;
      sim_midi_restart(&heard->midi);
    }
    const SimNote* const note =
      sim_midi_heard(&heard->midi, &from->log, event.bytes, event.size);
    if (note) {
      const JamTime due = sim_clock_when(&player->machine.clock, event.time);
      sim_samples_add(&heard->midi_ms, 1e-6 * (double)(due - note->time));
    }
  }
}

// From the moment a sample enters the player's converter, one block before the
// callback that brings it, to the moment it is handed to the listener's card
static void measure_delay(const SimPlayer* const player,
                          const SimPlayer* const from,
                          const SimProbe* const  probe,
                          SimHeard* const        heard)
{
  if (probe->report.state == PLAYOUT_IDLE) {
    return;
  }
  const int64_t next   = sim_probe_position(player->client);
  const double  block  = (double)from->device.config.frames;
  const double  played = sim_device_time(&player->device, (double)next);
  const double  taken =
    sim_device_time(&from->device, probe->read_position - block);
  sim_samples_add(&heard->delays_ms, 1e-6 * (played - taken));
}

typedef struct Sources {
  unsigned  count;
  SimHeard* heard[SYNCHUB_MAX_MEMBERS];
  double    power[SYNCHUB_MAX_MEMBERS];
} Sources;

// Takes what one player really played out of the residue of the mix
static bool subtract(const SimPlayer* const player,
                     const SimPlayer* const from,
                     const SimProbe* const  probe,
                     float* const           residue,
                     const unsigned         frames,
                     Sources* const         sources)
{
  SimHeard* const heard   = &player->heard[from->number];
  const bool      playing = probe->report.state != PLAYOUT_IDLE;
  const bool      whole   = heard->reading && playing;
  const double    step =
    (probe->read_position - heard->read_from) / (double)frames;
  const double begin = heard->read_from;
  heard->reading     = playing;
  heard->read_from   = probe->read_position;
  if (!whole || fabs(step - 1.0) > 0.15) {
    return !playing && !whole;
  }
  if (player->stage->world->now - heard->begun < SETTLES) {
    return false;
  }
  float reference[PLAYOUT_MAX_FRAMES];
  if (from->sound.frames) {
    sim_audio_between(&from->sound,
                      player->stage->sinc,
                      begin,
                      step,
                      reference,
                      frames);
  } else {
    memset(reference, 0, frames * sizeof(float));
  }
  double power = 0.0;
  for (unsigned i = 0U; i < frames; ++i) {
    residue[i] -= reference[i];
    power += (double)reference[i] * (double)reference[i];
  }
  sources->heard[sources->count]   = heard;
  sources->power[sources->count++] = power;
  return true;
}

static void compare(SimPlayer* const      player,
                    const SimProbe* const probes,
                    const unsigned        count,
                    const unsigned        frames)
{
  float   residue[PLAYOUT_MAX_FRAMES];
  Sources sources = {0};
  bool    all     = true;
  memcpy(residue, player->mix, frames * sizeof(float));
  for (unsigned i = 0U; i < count; ++i) {
    const SimPlayer* const from = player_by_name(player->stage, probes[i].name);
    all                         = from &&
          subtract(player, from, &probes[i], residue, frames, &sources) && all;
  }
  if (!all) {
    return;
  }
  double noise = 0.0;
  for (unsigned i = 0U; i < frames; ++i) {
    noise += (double)residue[i] * (double)residue[i];
  }
  for (unsigned i = 0U; i < sources.count; ++i) {
    sources.heard[i]->signal += sources.power[i];
    sources.heard[i]->noise += noise;
  }
}

static void probe(SimPlayer* const player, const unsigned frames)
{
  const SimStage* const stage  = player->stage;
  const uint64_t        period = (uint64_t)ceil(
    PROBE_SECONDS * (double)stage->scenario->rate / (double)frames);
  const bool     full  = player->callbacks % period == 0U;
  const bool     sound = stage->dsp && !stage->faders_move;
  SimProbe       probes[SYNCHUB_MAX_MEMBERS];
  const bool     watch = stage->crashed != 0;
  const unsigned count =
    full || sound || watch ? sim_probe(player->client, probes) : 0U;
  for (unsigned i = 0U; watch && i < count; ++i) {
    const SimPlayer* const from = player_by_name(stage, probes[i].name);
    if (from) {
      sim_heard_watch(&player->heard[from->number],
                      &probes[i],
                      stage->world->now);
    }
  }
  for (unsigned i = 0U; full && i < count; ++i) {
    const SimPlayer* const from = player_by_name(stage, probes[i].name);
    if (from) {
      SimHeard* const heard = &player->heard[from->number];
      sim_heard_probe(heard, &probes[i], stage->world->now);
      measure_delay(player, from, &probes[i], heard);
    }
  }
  if (sound) {
    compare(player, probes, count, frames);
  }
}

void sim_ears_block(void* const    context,
                    const int64_t  position,
                    const unsigned frames)
{
  SimPlayer* const player = (SimPlayer*)context;
  SimStage* const  stage  = player->stage;
  const bool       sound  = stage->dsp && player->sound.frames > 0U;
  float* const     mix    = player->mix;
  if (sound) {
    sim_audio_read(&player->sound, position, player->in, frames);
  }
  session_client_process(player->client,
                         sound ? player->in : NULL,
                         &mix,
                         stage->dsp ? 1U : 0U,
                         frames,
                         sim_machine_now(&player->machine));
  ++player->callbacks;
  if (stage->dsp) {
    stage->audio_hash =
      sim_hash_bytes(stage->audio_hash, mix, frames * sizeof(float));
    sim_recorder_write(player->recorder, mix, frames);
  }
  hear_midi(player);
  probe(player, frames);
}
