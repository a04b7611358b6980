// SPDX-License-Identifier: MIT
// The words about the room: its bar, the banner, the invite and the status
// line. What went wrong comes first, then what happens or what to do.

#include "screen.h"

#include <math.h>
#include <string.h>

#define COPIED_S 6.0

#define SET(field, ...) ui_say((field), sizeof(field), __VA_ARGS__)

static void fill_title(const UiScreen* const screen, UiWidget* const widget)
{
  const unsigned count = screen->model.count;
  SET(widget->name, "Room %s", screen->title);
  SET(widget->label, "%s", screen->title);
  SET(widget->note, "Private, %u player%s", count, count == 1 ? "" : "s");
  SET(widget->value, "%s", widget->note);
}

static void fill_state(const UiScreen* const screen, UiWidget* const widget)
{
  static const char* const words[] = {"Not connected",
                                      "Connecting",
                                      "Connected",
                                      "Reconnecting",
                                      "Not connected"};
  const UiModel* const     model   = &screen->model;
  const unsigned           state   = (unsigned)model->state;
  widget->health                   = (state == JAM_STATE_JOINED) ? JAM_HEALTH_OK
                                     : (state == JAM_STATE_FAILED) ? JAM_HEALTH_BAD
                                                                   : JAM_HEALTH_WARN;
  SET(widget->name, "Connection");
  SET(widget->label, "%s", words[(state <= JAM_STATE_FAILED) ? state : 0]);
  if (state == JAM_STATE_JOINED && model->rtt_ms > 0.0F) {
    const bool next_door = model->rtt_ms < 1.0F;
    SET(widget->label,
        "Connected, node %s%.0f ms",
        next_door ? "under " : "",
        next_door ? 1.0 : (double)model->rtt_ms);
  }
  SET(widget->value, "%s", widget->label);
}

static void fill_banner(const UiScreen* const screen, UiWidget* const widget)
{
  static const char* const sentences[] = {
    "You are not in a room.",
    "Looking for the room.",
    "",
    "The node stopped answering. Keep playing: you come back by yourself.",
    "The room cannot be reached."};
  const UiModel* const model = &screen->model;
  fill_state(screen, widget);
  const unsigned state = (unsigned)model->state;
  const char*    said  = sentences[(state <= JAM_STATE_FAILED) ? state : 0];
  SET(widget->note, "%s", model->message[0] ? model->message : said);
  if (state == JAM_STATE_CONNECTING || state == JAM_STATE_RECONNECTING) {
    const int lasted = (int)(model->now - model->state_since);
    if (lasted > 0) {
      SET(widget->figure, "%d s", lasted);
    }
    widget->on = true;
  }
  SET(widget->value, "%s. %s", widget->label, widget->note);
}

void ui_fill_room(const UiScreen* const screen, UiWidget* const widget)
{
  if (widget->part == UI_PART_ROOM) {
    fill_title(screen, widget);
  } else if (widget->part == UI_PART_STATE) {
    fill_state(screen, widget);
  } else {
    fill_banner(screen, widget);
  }
}

static bool just_copied(const UiScreen* const screen)
{
  return screen->copied && screen->model.now - screen->copied_at < COPIED_S;
}

static void fill_empty(const UiScreen* const screen, UiWidget* const widget)
{
  SET(widget->name, "Nobody else is here yet");
  SET(widget->label, "Nobody else is here yet");
  SET(widget->note,
      "%s",
      screen->link[0] ? "Send this link to the people you want to play with."
                      : "The others appear here as soon as they join.");
  SET(widget->value, "%s", widget->note);
}

void ui_fill_invite(const UiScreen* const screen, UiWidget* const widget)
{
  const bool copied = just_copied(screen);
  switch (widget->part) {
  case UI_PART_INVITE:
    SET(widget->name, "Invite");
    SET(widget->label, "Invite");
    SET(widget->value, "copies the link that lets others in");
    break;
  case UI_PART_EMPTY:
    fill_empty(screen, widget);
    break;
  case UI_PART_POPOVER:
    SET(widget->name, "Invite");
    SET(widget->label, "Invite");
    SET(widget->note, "Whoever has this link can join and hear you.");
    SET(widget->value, "%s", widget->note);
    break;
  case UI_PART_LINK:
    // A widget holds the start of a very long link; Copy takes all of it
    SET(widget->name, "Invite link");
    SET(widget->label, "Link");
    SET(widget->value, "%s", screen->link);
    SET(widget->note, "%s", screen->link);
    break;
  default:
    SET(widget->name, "Copy link");
    SET(widget->label, "%s", copied ? "Copied" : "Copy link");
    SET(widget->value, "%s", copied ? "copied" : "");
    widget->on = copied;
    break;
  }
}

// The worst link of the others, if it is worth a sentence
static const UiPerson* worst_person(const UiModel* const model)
{
  const UiPerson* worst = NULL;
  for (unsigned i = 1; i < model->count; ++i) {
    const UiPerson* const person = &model->people[i];
    if (person->link.shown > (worst ? worst->link.shown : JAM_HEALTH_WARN)) {
      worst = person;
    }
  }
  return worst;
}

static JamHealth say_trouble(const UiScreen* const screen,
                             UiWidget* const       widget)
{
  const UiModel* const  model  = &screen->model;
  const bool            narrow = screen->form == UI_FORM_NARROW;
  const UiMeter* const  own    = &model->people[0].meter;
  const UiPerson* const worst  = worst_person(model);
  if (model->device_silent) {
    SET(widget->label, "The sound card stopped. Plug it in again.");
    return JAM_HEALTH_BAD;
  }
  if (!ui_model_sending(model)) {
    const bool playing = own->peak_db > UI_SILENCE_DB;
    SET(widget->label,
        "You are muted%s%s. Press M to send.",
        playing && !narrow ? " and playing" : "",
        narrow ? "" : ": nobody hears you");
    return JAM_HEALTH_BAD;
  }
  if (model->now < own->clip_until) {
    SET(widget->label, "Too loud. Turn the gain down on your interface.");
    return JAM_HEALTH_WARN;
  }
  if (ui_model_solo_count(model) > 0) {
    const bool one = ui_model_solo_count(model) == 1;
    SET(widget->label,
        "Only %s %s heard. Shift+S clears.",
        one ? ui_model_solo(model)->name : "those with Solo",
        one ? "is" : "are");
    return JAM_HEALTH_WARN;
  }
  if (worst) {
    SET(widget->label, "%s: %s.", worst->name, worst->link.cause);
    return JAM_HEALTH_WARN;
  }
  return JAM_HEALTH_OK;
}

static void fill_sentence(const UiScreen* const screen, UiWidget* const widget)
{
  const UiModel* const model = &screen->model;
  SET(widget->name, "Status");
  widget->health = JAM_HEALTH_WARN;
  const bool in_room =
    model->state == JAM_STATE_JOINED || model->state == JAM_STATE_RECONNECTING;
  if (in_room) {
    widget->health = say_trouble(screen, widget);
  }
  if (widget->label[0] == '\0' && model->state != JAM_STATE_JOINED) {
    fill_state(screen, widget);
    SET(widget->name, "Status");
  }
  if (widget->label[0] == '\0') {
    if (model->now < model->note_until) {
      SET(widget->label, "%.*s", UI_LABEL_SIZE - 1, model->note);
    } else {
      SET(widget->label,
          "%s",
          model->count > 1 ? "Everyone hears you."
                           : "Ready. Invite the others.");
    }
  }
  SET(widget->value, "%s", widget->label);
}

// Facts in the order in which a narrow window keeps them: the first is last
// to go. Each ends with a newline.
static void fill_facts(const UiScreen* const screen, UiWidget* const widget)
{
  const UiModel* const model = &screen->model;
  SET(widget->name, "Facts");
  const bool in_room =
    model->state == JAM_STATE_JOINED || model->state == JAM_STATE_RECONNECTING;
  if (!in_room || model->rate_hz == 0) {
    return;
  }
  SET(widget->note,
      "Loss %.1f %%\nNode %s%.0f ms\n%g kHz, %u bit lossless\nEncrypted\n",
      (double)model->loss * 100.0,
      model->rtt_ms < 1.0F ? "under " : "",
      fmax((double)model->rtt_ms, 1.0),
      (double)model->rate_hz / 1000.0,
      (unsigned)model->bits);
  size_t used = 0;
  for (const char* c = widget->note; *c && used + 3 < UI_VALUE_SIZE; ++c) {
    widget->value[used++] = (*c == '\n') ? ';' : *c;
    if (*c == '\n') {
      widget->value[used++] = ' ';
    }
  }
  // Without the separator after the last
  widget->value[(used >= 2) ? used - 2 : 0] = '\0';
}

void ui_fill_status(const UiScreen* const screen, UiWidget* const widget)
{
  if (widget->part == UI_PART_STATUS) {
    fill_sentence(screen, widget);
  } else {
    fill_facts(screen, widget);
  }
}
