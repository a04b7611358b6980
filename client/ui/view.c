// SPDX-License-Identifier: MIT
// Takes the engine's snapshot in: who is here, how they are, how late it is.

#include "view.h"

#include "laws.h"
#include "theme.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEVICE_STOPPED_S 1.5
#define JITTER_WORTH_BUFFER_MS 4.0F
#define ROUGH_CLOCK_US 2000.0F
#define LONGEST_MS 9999.0F

enum { SELF_HUE = 4 };

void ui_model_init(UiModel* const model, const JamMode mode)
{
  memset(model, 0, sizeof(*model));
  model->count                = 1;
  model->mode                 = mode;
  model->people[0].hue        = SELF_HUE;
  model->people[0].gain.value = 1.0F;
  snprintf(model->people[0].name, sizeof(model->people[0].name), "You");
  ui_meter_init(&model->people[0].meter);
}

static int whole_ms(const float ms)
{
  return (ms > 0.0F) ? (int)lrintf(fminf(ms, LONGEST_MS)) : 0;
}

static void follow(UiWish* const wish, const float value, const double now)
{
  if (now >= wish->until) {
    wish->value = isfinite(value) ? value : 0.0F;
  }
}

// The hue that is worn least; among equals the first of an order that keeps
// neighbours apart
static unsigned free_hue(const UiModel* const model)
{
  static const unsigned order[UI_HUES] = {1, 2, 0, 3, 5, 6, 7, 4};

  unsigned worn[UI_HUES] = {0};
  for (unsigned i = 0; i < model->count; ++i) {
    ++worn[model->people[i].hue];
  }
  unsigned best = order[0];
  for (unsigned i = 1; i < UI_HUES; ++i) {
    if (worn[order[i]] < worn[best]) {
      best = order[i];
    }
  }
  return best;
}

static void say(UiModel* const model, const char* const name, const char* what)
{
  if (model->started) {
    snprintf(model->note, sizeof(model->note), "%s %s.", name, what);
    model->note_until = model->now + UI_NOTE_S;
  }
}

static void set_words(UiLink* const link, const JamUser* const user)
{
  ui_clean_text(link->cause,
                sizeof(link->cause),
                user->cause,
                sizeof(user->cause));
  ui_clean_text(link->detail,
                sizeof(link->detail),
                user->detail,
                sizeof(user->detail));
  link->delay_ms     = whole_ms(user->delay_ms);
  link->buffer_helps = user->jitter_ms >= JITTER_WORTH_BUFFER_MS;
}

// Worse shows soon and better shows late, so that a link on the edge does not
// flicker
static void
update_link(UiLink* const link, const JamUser* const user, const double now)
{
  const JamHealth health =
    (user->health > JAM_HEALTH_BAD) ? JAM_HEALTH_BAD : user->health;
  if (health != link->next) {
    link->next       = health;
    link->next_since = now;
  }
  const double wait =
    (link->next > link->shown) ? UI_WORSE_AFTER_S : UI_BETTER_AFTER_S;
  const bool changes =
    link->next != link->shown && now - link->next_since >= wait;
  if (changes) {
    link->shown = link->next;
  }
  const bool same = link->shown == health;
  if (changes || (same && now >= link->words_at)) {
    set_words(link, user);
    link->words_at = now + UI_DELAY_FIGURE_S;
  }
}

static UiPerson* find_person(UiModel* const model, const uint16_t id)
{
  for (unsigned i = 1; i < model->count; ++i) {
    if (model->people[i].id == id) {
      return &model->people[i];
    }
  }
  return NULL;
}

static void set_name(UiPerson* const person, const JamUser* const user)
{
  ui_clean_text(person->name,
                sizeof(person->name),
                user->name,
                sizeof(user->name));
  if (person->name[0] == '\0') {
    snprintf(person->name, sizeof(person->name), "Player");
  }
}

static UiPerson* add_person(UiModel* const model, const JamUser* const user)
{
  if (model->count >= JAM_MAX_USERS) {
    return NULL;
  }
  const unsigned  hue    = free_hue(model);
  UiPerson* const person = &model->people[model->count++];
  memset(person, 0, sizeof(*person));
  person->id          = user->id;
  person->hue         = hue;
  person->midi_events = user->midi_events;
  person->link.shown  = user->health;
  person->link.next   = user->health;
  person->heard_off   = user->muted;
  ui_meter_init(&person->meter);
  person->meter.clips = user->clips;
  set_name(person, user);
  say(model, person->name, "joined");
  return person;
}

static void update_person(UiModel* const       model,
                          UiPerson* const      person,
                          const JamUser* const user,
                          const double         elapsed)
{
  const double now = model->now;
  person->id       = user->id;
  person->present  = true;
  person->midi     = user->midi;
  person->loss_now = (user->loss > 0.0F) ? user->loss : 0.0F;
  set_name(person, user);
  follow(&person->gain, user->gain, now);
  follow(&person->pan, user->pan, now);
  if (ui_model_solo_count(model) == 0) {
    follow(&person->mute, user->muted ? 1.0F : 0.0F, now);
    if (now >= person->mute.until) {
      person->heard_off = user->muted;
    }
  }
  update_link(&person->link, user, now);
  ui_meter_update(&person->meter, user, now, elapsed);
  if (user->midi_events != person->midi_events) {
    person->midi_events = user->midi_events;
    person->midi_until  = now + UI_MIDI_LAMP_S;
  }
}

static void drop_absent(UiModel* const model)
{
  unsigned kept = 1;
  for (unsigned i = 1; i < model->count; ++i) {
    if (model->people[i].present) {
      if (kept != i) {
        model->people[kept] = model->people[i];
      }
      ++kept;
    } else {
      say(model, model->people[i].name, "left");
    }
  }
  model->count = kept;
}

static void update_people(UiModel* const       model,
                          const JamView* const view,
                          const double         elapsed)
{
  for (unsigned i = 1; i < model->count; ++i) {
    model->people[i].present = false;
  }
  for (unsigned i = 0; i < view->user_count && i < JAM_MAX_USERS; ++i) {
    const JamUser* const user   = &view->users[i];
    UiPerson*            person = &model->people[0];
    if (!user->self) {
      person = find_person(model, user->id);
      person = person ? person : add_person(model, user);
    }
    if (person) {
      update_person(model, person, user, elapsed);
    }
  }
  drop_absent(model);
}

static int by_delay(const void* const a, const void* const b)
{
  const JamUser* const x = *(const JamUser* const*)a;
  const JamUser* const y = *(const JamUser* const*)b;
  return (x->delay_ms > y->delay_ms) - (x->delay_ms < y->delay_ms);
}

// The median person's delay; between two, the mean of both
static void update_delay(UiModel* const model, const JamView* const view)
{
  const JamUser* others[JAM_MAX_USERS];
  unsigned       count = 0;
  for (unsigned i = 0; i < view->user_count && i < JAM_MAX_USERS; ++i) {
    if (!view->users[i].self && view->users[i].delay_ms > 0.0F) {
      others[count++] = &view->users[i];
    }
  }
  UiDelay* const delay = &model->delay;
  delay->known         = count > 0;
  delay->rough         = view->clock_error_us > ROUGH_CLOCK_US;
  if (!delay->known) {
    return;
  }
  qsort(others, count, sizeof(others[0]), by_delay);
  const JamUser* const low  = others[(count - 1U) / 2U];
  const JamUser* const high = others[count / 2U];
  const JamUser* const last = others[count - 1U];
  const int network = whole_ms((low->network_ms + high->network_ms) / 2.0F);
  const int buffer  = whole_ms((low->buffer_ms + high->buffer_ms) / 2.0F);
  delay->total_ms   = whole_ms((low->delay_ms + high->delay_ms) / 2.0F);
  // The parts always sum to the figure above them
  delay->network_ms  = (network < delay->total_ms) ? network : delay->total_ms;
  const int left     = delay->total_ms - delay->network_ms;
  delay->buffer_ms   = (buffer < left) ? buffer : left;
  delay->devices_ms  = left - delay->buffer_ms;
  delay->farthest_ms = whole_ms(last->delay_ms);
  ui_clean_text(delay->farthest,
                sizeof(delay->farthest),
                last->name,
                sizeof(last->name));
}

static void update_state(UiModel* const model, const JamView* const view)
{
  if (!model->started || view->state != model->state) {
    model->state       = view->state;
    model->state_since = model->now;
  }
  ui_clean_text(model->message,
                sizeof(model->message),
                view->message,
                sizeof(view->message));
  if (!model->started || view->callbacks != model->callbacks) {
    model->callbacks   = view->callbacks;
    model->callback_at = model->now;
  }
  model->device_silent = model->now - model->callback_at > DEVICE_STOPPED_S;
  model->rate_hz       = view->rate_hz;
  model->bits          = view->bits;
}

// Figures that would be unreadable if they changed with every frame
static void update_facts(UiModel* const model, const JamView* const view)
{
  if (model->now >= model->facts_at) {
    model->facts_at = model->now + UI_FIGURE_S;
    model->rtt_ms   = view->rtt_ms;
    model->loss     = 0.0F;
    for (unsigned i = 0; i < view->user_count && i < JAM_MAX_USERS; ++i) {
      model->loss = fmaxf(model->loss, view->users[i].loss);
    }
    for (unsigned i = 0; i < model->count; ++i) {
      model->people[i].meter.figure_db = model->people[i].meter.hold_db;
      model->people[i].loss            = model->people[i].loss_now;
    }
  }
  if (model->now >= model->delay.renewed_at) {
    model->delay.renewed_at = model->now + UI_DELAY_FIGURE_S;
    update_delay(model, view);
  }
}

void ui_model_update(UiModel* const       model,
                     const JamView* const view,
                     const double         now)
{
  const double elapsed = model->started ? now - model->now : (double)INFINITY;
  model->now           = now;
  update_state(model, view);
  update_people(model, view, elapsed);
  follow(&model->send, view->sending ? 1.0F : 0.0F, now);
  update_facts(model, view);
  ui_ask_heard(model);
  model->started = true;
}
