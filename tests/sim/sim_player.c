// SPDX-License-Identifier: MIT
// A player's life and its clock; what happens in its audio callback is in
// sim_ears.c.

#include "sim/sim_player.h"

#include "sim/sim_ears.h"

#include "base/rand.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOCK_SETTLES (2 * JAM_SECOND)

static void engine_input(void* const               self,
                         const JamTime             now,
                         const ToastAddress* const from,
                         const uint8_t* const      data,
                         const size_t              size)
{
  session_client_input((SessionClient*)self, now, from, data, size);
}

static size_t engine_output(void* const         self,
                            const JamTime       now,
                            ToastAddress* const to,
                            uint8_t* const      buffer,
                            const size_t        capacity)
{
  return session_client_output((SessionClient*)self, now, to, buffer, capacity);
}

static JamTime engine_deadline(const void* const self)
{
  return session_client_deadline((const SessionClient*)self);
}

static void engine_tick(void* const self, const JamTime now)
{
  session_client_tick((SessionClient*)self, now);
}

static const SimEngine client_engine = {engine_input,
                                        engine_output,
                                        engine_deadline,
                                        engine_tick};

static bool new_client(SimPlayer* const player)
{
  const Scenario* const       scenario = player->stage->scenario;
  const ScenarioClient* const spec     = player->spec;
  SessionClientConfig         config   = {0};
  (void)snprintf(config.profile.name,
                 sizeof(config.profile.name),
                 "%.*s",
                 (int)SYNCHUB_MAX_NAME,
                 spec->name);
  config.profile.rate_hz = (uint32_t)scenario->rate;
  config.profile.frames  = (uint16_t)scenario->frames;
  config.profile.bits    = (uint8_t)scenario->bits;
  config.profile.midi    = spec->midi[0] != '\0';
  config.mode            = (PlayoutMode)spec->mode;
  config.dsp             = player->stage->dsp;
  JamRand rand;
  jam_rand_init(&rand, (uint64_t)scenario->seed, 100U + player->number);
  for (size_t i = 0U; i < sizeof(config.seed); ++i) {
    config.seed[i] = (uint8_t)jam_rand_u32(&rand);
  }
  if (session_client_new(&config, player->stage->allocator, &player->client) !=
      JAM_OK) {
    return false;
  }
  session_client_rate(player->client, (uint32_t)(spec->kbit * 1e3));
  SimCapture* const capture = player->stage->net->capture;
  if (capture && capture->keys) {
    session_client_set_key_log(player->client, sim_capture_key, capture);
  }
  return true;
}

static void make_hardware(SimPlayer* const player)
{
  SimStage* const             stage    = player->stage;
  const Scenario* const       scenario = stage->scenario;
  const ScenarioClient* const spec     = player->spec;
  const uint64_t              seed     = (uint64_t)scenario->seed;
  JamRand                     rand;
  jam_rand_init(&rand, seed, 200U + player->number);
  // A host's clock starts anywhere: it counts from its boot
  const double ppm =
    spec->clock_ppm >= SCENARIO_SAME_PPM ? spec->ppm : spec->clock_ppm;
  const SimClock clock = {
    .offset = (JamTime)(jam_rand_unit(&rand) * 1e6 * (double)JAM_SECOND),
    .skew   = ppm * 1e-6};
  sim_machine_init(&player->machine,
                   stage->world,
                   stage->net,
                   &clock,
                   &client_engine);
  const SimDeviceConfig card = {
    .rate_hz  = (uint32_t)scenario->rate,
    .frames   = (unsigned)(spec->block ? spec->block : scenario->frames),
    .skew     = spec->ppm * 1e-6,
    .wander   = spec->wander_ppm * 1e-6,
    .wake_up  = (JamTime)(spec->wake_us * (double)JAM_US),
    .callback = sim_ears_block,
    .context  = player};
  sim_device_init(&player->device,
                  stage->world,
                  &card,
                  seed,
                  300U + player->number);
}

static bool
make_music(SimPlayer* const player, char* const error, const size_t room)
{
  const SimStage* const       stage    = player->stage;
  const Scenario* const       scenario = stage->scenario;
  const ScenarioClient* const spec     = player->spec;
  const uint64_t              seed     = (uint64_t)scenario->seed;
  if (stage->dsp && !sim_audio_load(&player->sound,
                                    spec->in,
                                    (uint32_t)scenario->rate,
                                    (unsigned)scenario->bits,
                                    seed + player->number,
                                    scenario->seconds,
                                    error,
                                    room)) {
    return false;
  }
  if (stage->dsp && stage->out_dir) {
    player->recorder =
      sim_recorder_new(stage->out_dir, spec->name, (uint32_t)scenario->rate);
    if (!player->recorder) {
      (void)snprintf(error,
                     room,
                     "Cannot write %s/%s.wav.",
                     stage->out_dir,
                     spec->name);
      return false;
    }
  }
  return sim_song_load(&player->song,
                       spec->midi,
                       seed + player->number,
                       scenario->seconds,
                       error,
                       room);
}

SimPlayer* sim_player_new(SimStage* const stage,
                          const unsigned  number,
                          char* const     error,
                          const size_t    room)
{
  SimPlayer* const player = (SimPlayer*)sim_grow(NULL, sizeof(SimPlayer));
  memset(player, 0, sizeof(*player));
  player->stage      = stage;
  player->spec       = &stage->scenario->clients[number];
  player->number     = number;
  const size_t heard = sizeof(SimHeard) * (size_t)stage->scenario->client_count;
  player->heard      = (SimHeard*)sim_grow(NULL, heard);
  memset(player->heard, 0, heard);
  make_hardware(player);
  if (!new_client(player)) {
    (void)snprintf(error,
                   room,
                   "Client \"%s\" cannot be made with %ld Hz, %ld bits and "
                   "%ld frames.",
                   player->spec->name,
                   (long)stage->scenario->rate,
                   (long)stage->scenario->bits,
                   (long)stage->scenario->frames);
    sim_player_free(player);
    return NULL;
  }
  if (!make_music(player, error, room)) {
    sim_player_free(player);
    return NULL;
  }
  return player;
}

void sim_player_free(SimPlayer* const player)
{
  if (!player) {
    return;
  }
  session_client_free(player->client);
  sim_audio_free(&player->sound);
  sim_recorder_free(player->recorder);
  sim_song_free(&player->song);
  sim_song_free(&player->log);
  for (unsigned i = 0U; i < player->stage->scenario->client_count; ++i) {
    sim_heard_free(&player->heard[i]);
  }
  free(player->heard);
  free(player->clock_us.values);
  free(player);
}

// What is played to an empty room is nobody's loss
static bool is_joined(const SimPlayer* const player)
{
  JamView view;
  session_client_view(player->client, &view);
  return view.state == JAM_STATE_JOINED;
}

static void play_note(void* const context, const uint64_t argument)
{
  SimPlayer* const player = (SimPlayer*)context;
  const SimNote    note   = player->song.notes[argument];
  JamMidiEvent     event  = {.time = sim_machine_now(&player->machine),
                             .size = note.size};
  memcpy(event.bytes, note.bytes, sizeof(event.bytes));
  if (session_client_midi_push(player->client, &event) && is_joined(player)) {
    SimNote played = note;
    played.time    = player->stage->world->now;
    sim_song_add(&player->log, &played);
  }
  if (argument + 1U < player->song.count) {
    const JamTime wait = player->song.notes[argument + 1U].time - note.time;
    sim_world_at(player->stage->world,
                 player->stage->world->now + wait,
                 play_note,
                 player,
                 argument + 1U);
  }
}

void sim_player_start(SimPlayer* const player, const JamTime when)
{
  sim_device_start(&player->device, when);
  sim_machine_run(&player->machine, player->client);
  if (player->song.count > 0U) {
    sim_world_at(player->stage->world,
                 when + player->song.notes[0].time,
                 play_note,
                 player,
                 0U);
  }
}

void sim_player_join(SimPlayer* const          player,
                     const ToastAddress* const addresses,
                     const unsigned            count,
                     const uint8_t             node_key[TOAST_KEY_SIZE],
                     const uint8_t             room_id[SYNCHUB_ROOM_SIZE])
{
  // Refused when in a room already: then the scenario asked twice
  (void)!session_client_join(player->client,
                             sim_machine_now(&player->machine),
                             addresses,
                             count,
                             node_key,
                             room_id);
  sim_machine_turn(&player->machine);
}

void sim_player_leave(SimPlayer* const player)
{
  session_client_leave(player->client, sim_machine_now(&player->machine));
  sim_machine_turn(&player->machine);
}

void sim_player_clock(SimPlayer* const player, const SimClock* const node)
{
  ToastClock clock;
  session_client_clock(player->client, &clock);
  if (!clock.valid) {
    player->clock_since = 0;
    return;
  }
  const JamTime now   = player->stage->world->now;
  const JamTime own   = sim_machine_now(&player->machine);
  const JamTime truth = sim_clock_read(node, now);
  const double  error_us =
    1e-3 * (double)(toast_clock_to_peer(&clock, own) - truth);
  player->clock_last_us  = error_us;
  player->clock_sigma_us = 1e-3 * (double)clock.error;
  player->clock_since    = player->clock_since ? player->clock_since : now;
  if (now - player->clock_since >= CLOCK_SETTLES) {
    sim_samples_add(&player->clock_us, fabs(error_us));
  }
}
