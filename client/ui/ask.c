// SPDX-License-Identifier: MIT
// What the user asks for: shown at once, and queued as commands. Solo is made
// of mutes, because it only concerns what is heard here.

#include "view.h"

#include <string.h>

#define ENGINE_LAG_S 0.5 // For so long the user's word beats the engine's

static void
wish(const UiModel* const model, UiWish* const it, const float value)
{
  it->value = value;
  it->until = model->now + ENGINE_LAG_S;
}

// A newer wish for the same thing replaces one that still waits
static void queue(UiModel* const model, const JamCommand command)
{
  for (unsigned i = 0; i < model->command_count; ++i) {
    JamCommand* const waiting = &model->commands[i];
    if (waiting->kind == command.kind && waiting->user == command.user) {
      *waiting = command;
      return;
    }
  }
  if (model->command_count < UI_COMMANDS) {
    model->commands[model->command_count++] = command;
  }
}

static uint16_t command_user(const UiModel* const model, const unsigned person)
{
  return (person == 0) ? 0 : model->people[person].id;
}

unsigned ui_model_solo_count(const UiModel* const model)
{
  unsigned count = 0;
  for (unsigned i = 1; i < model->count; ++i) {
    count += model->people[i].solo ? 1U : 0U;
  }
  return count;
}

const UiPerson* ui_model_solo(const UiModel* const model)
{
  for (unsigned i = 1; i < model->count; ++i) {
    if (model->people[i].solo) {
      return &model->people[i];
    }
  }
  return NULL;
}

bool ui_person_silenced(const UiModel* const  model,
                        const UiPerson* const person)
{
  return person->mute.value > 0.0F ||
         (ui_model_solo_count(model) > 0 && !person->solo);
}

bool ui_model_sending(const UiModel* const model)
{
  return model->send.value > 0.0F;
}

void ui_ask_heard(UiModel* const model)
{
  for (unsigned i = 1; i < model->count; ++i) {
    UiPerson* const person = &model->people[i];
    const bool      off    = ui_person_silenced(model, person);
    if (off != person->heard_off) {
      person->heard_off  = off;
      person->mute.until = model->now + ENGINE_LAG_S;
      queue(model,
            (JamCommand){.kind = JAM_COMMAND_MUTE,
                         .user = person->id,
                         .flag = off});
    }
  }
}

void ui_ask_gain(UiModel* const model, const unsigned person, const float gain)
{
  wish(model, &model->people[person].gain, gain);
  queue(model,
        (JamCommand){.kind  = JAM_COMMAND_GAIN,
                     .user  = command_user(model, person),
                     .value = gain});
}

void ui_ask_pan(UiModel* const model, const unsigned person, const float pan)
{
  wish(model, &model->people[person].pan, pan);
  queue(model,
        (JamCommand){.kind  = JAM_COMMAND_PAN,
                     .user  = command_user(model, person),
                     .value = pan});
}

void ui_ask_mute(UiModel* const model, const unsigned person, const bool on)
{
  wish(model, &model->people[person].mute, on ? 1.0F : 0.0F);
  ui_ask_heard(model);
}

void ui_ask_mute_all(UiModel* const model, const bool on)
{
  for (unsigned i = 1; i < model->count; ++i) {
    ui_ask_mute(model, i, on);
  }
}

void ui_ask_solo(UiModel* const model,
                 const unsigned person,
                 const bool     on,
                 const bool     alone)
{
  for (unsigned i = 1; alone && i < model->count; ++i) {
    model->people[i].solo = false;
  }
  model->people[person].solo = on;
  ui_ask_heard(model);
}

void ui_ask_no_solo(UiModel* const model)
{
  for (unsigned i = 1; i < model->count; ++i) {
    model->people[i].solo = false;
  }
  ui_ask_heard(model);
}

void ui_ask_level_all(UiModel* const model)
{
  for (unsigned i = 1; i < model->count; ++i) {
    ui_ask_gain(model, i, 1.0F);
  }
}

void ui_ask_send(UiModel* const model, const bool on)
{
  model->talking = false;
  wish(model, &model->send, on ? 1.0F : 0.0F);
  queue(model, (JamCommand){.kind = JAM_COMMAND_SEND, .flag = on});
}

void ui_ask_talk(UiModel* const model, const bool on)
{
  if (on ? !ui_model_sending(model) : model->talking) {
    ui_ask_send(model, on);
    model->talking = on;
  }
}

void ui_ask_monitor(UiModel* const model, const bool on)
{
  model->monitor = on;
  queue(model, (JamCommand){.kind = JAM_COMMAND_MONITOR, .flag = on});
}

void ui_ask_mode(UiModel* const model, const JamMode mode)
{
  model->mode = mode;
  queue(model, (JamCommand){.kind = JAM_COMMAND_MODE, .value = (float)mode});
}

void ui_clear_clip(UiModel* const model, const unsigned person)
{
  model->people[person].meter.clip_until = 0.0;
}

bool ui_model_take(UiModel* const model, JamCommand* const out)
{
  if (model->command_count == 0) {
    return false;
  }
  *out = model->commands[0];
  --model->command_count;
  memmove(&model->commands[0],
          &model->commands[1],
          model->command_count * sizeof(model->commands[0]));
  return true;
}
