// SPDX-License-Identifier: MIT
// Made-up jams: five friends on a Tuesday, and worse evenings.

#include "scene.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static float linear(const float db)
{
  return powf(10.0F, db / 20.0F);
}

const char* scene_name(const Scene scene)
{
  static const char* const names[SCENE_COUNT] = {"good",
                                                 "trouble",
                                                 "alone",
                                                 "crowd"};
  return names[scene];
}

typedef struct Player {
  const char *name, *cause, *detail;
  JamHealth   health;
  float       rms_db, peak_db, gain_db, pan;
  float       delay_ms, network_ms, buffer_ms, jitter_ms, loss;
  bool        midi, locked;
} Player;

static const Player band[] = {{"Mira",
                               "Good",
                               "48 kHz, 24 bit lossless",
                               JAM_HEALTH_OK,
                               -20,
                               -10.4F,
                               -1,
                               0,
                               0,
                               0,
                               0,
                               0.2F,
                               0,
                               false,
                               true},
                              {"Ana",
                               "Wi-Fi jitter 18 ms",
                               "48 kHz, 24 bit lossless",
                               JAM_HEALTH_WARN,
                               -17,
                               -9.2F,
                               -2,
                               -0.4F,
                               31,
                               12,
                               12,
                               18,
                               0.001F,
                               true,
                               false},
                              {"Ben",
                               "Good",
                               "48 kHz, 24 bit, bit-exact",
                               JAM_HEALTH_OK,
                               -15,
                               -7.6F,
                               0,
                               0,
                               19,
                               8,
                               4,
                               0.4F,
                               0,
                               false,
                               true},
                              {"Cleo",
                               "Good",
                               "48 kHz, 24 bit, bit-exact",
                               JAM_HEALTH_OK,
                               -13,
                               -3.4F,
                               -6,
                               0,
                               22,
                               9,
                               5,
                               0.6F,
                               0,
                               true,
                               true},
                              {"Davi",
                               "Good",
                               "48 kHz, 24 bit, bit-exact",
                               JAM_HEALTH_OK,
                               -30,
                               -16.5F,
                               -4,
                               0.5F,
                               24,
                               10,
                               6,
                               1.5F,
                               0,
                               false,
                               false}};

enum { BAND = sizeof(band) / sizeof(band[0]) };

static void fill_user(JamUser* const user, const Player* const player)
{
  snprintf(user->name, sizeof(user->name), "%s", player->name);
  snprintf(user->cause, sizeof(user->cause), "%s", player->cause);
  snprintf(user->detail, sizeof(user->detail), "%s", player->detail);
  user->health     = player->health;
  user->rms        = linear(player->rms_db);
  user->peak       = linear(player->peak_db);
  user->gain       = linear(player->gain_db);
  user->pan        = player->pan;
  user->delay_ms   = player->delay_ms;
  user->network_ms = player->network_ms;
  user->buffer_ms  = player->buffer_ms;
  user->jitter_ms  = player->jitter_ms;
  user->loss       = player->loss;
  user->midi       = player->midi;
  user->locked     = player->locked;
}

static void add_trouble(JamView* const view)
{
  JamUser* const davi = &view->users[BAND - 1];
  view->state         = JAM_STATE_RECONNECTING;
  view->sending       = false;
  davi->health        = JAM_HEALTH_BAD;
  davi->delay_ms      = 58.0F;
  davi->network_ms    = 30.0F;
  davi->buffer_ms     = 22.0F;
  davi->jitter_ms     = 34.0F;
  davi->loss          = 0.06F;
  davi->peak          = linear(-1.0F);
  davi->clips         = 1;
  snprintf(davi->cause, sizeof(davi->cause), "Losing 6 %%");
  snprintf(davi->detail, sizeof(davi->detail), "Weak Wi-Fi: use a cable");
  snprintf(view->message,
           sizeof(view->message),
           "The node stopped answering. Moving you to another: keep playing.");
  for (unsigned i = 1; i < BAND - 1; ++i) {
    view->users[i].delay_ms += 11.0F;
    view->users[i].network_ms += 11.0F;
  }
  view->users[2].muted = true;
}

static void add_crowd(JamView* const view)
{
  static const char* const names[] = {"Maximiliana von Hohenfels-Str",
                                      "李小龍",
                                      "  ",
                                      "\xFF\xFE broken",
                                      "zo\xC3\xAB\nnewline",
                                      "محمد",
                                      "O",
                                      "a name of thirty-two characters!"};
  for (unsigned i = BAND; i < JAM_MAX_USERS; ++i) {
    JamUser* const user = &view->users[i];
    fill_user(user, &band[1 + i % (BAND - 1)]);
    user->id = (uint16_t)(100U + i);
    snprintf(user->name,
             sizeof(user->name),
             "%s",
             names[i % (sizeof(names) / sizeof(names[0]))]);
  }
  view->user_count = JAM_MAX_USERS;
}

void scene_fill(JamView* const view, const Scene scene)
{
  memset(view, 0, sizeof(*view));
  view->state          = JAM_STATE_JOINED;
  view->sending        = true;
  view->rate_hz        = 48000;
  view->bits           = 24;
  view->packet_frames  = 64;
  view->rtt_ms         = 9.0F;
  view->clock_error_us = 300.0F;
  view->callbacks      = 1000;
  view->user_count     = (scene == SCENE_ALONE) ? 1 : BAND;
  for (unsigned i = 0; i < BAND; ++i) {
    fill_user(&view->users[i], &band[i]);
    view->users[i].id   = (uint16_t)(10U + i);
    view->users[i].self = i == 0;
  }
  if (scene == SCENE_TROUBLE) {
    add_trouble(view);
  } else if (scene == SCENE_CROWD) {
    add_crowd(view);
  }
}
