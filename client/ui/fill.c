// SPDX-License-Identifier: MIT
// What every widget of a person is called, what it says and where its moving
// parts stand.

#include "screen.h"

#include "laws.h"

#include <math.h>
#include <string.h>

static const char* const mode_names[] = {"Tight", "Normal", "Safe"};

static const char* whose(const UiScreen* const screen, const unsigned person)
{
  return (person == 0) ? "You" : screen->model.people[person].name;
}

#define NAME(widget, ...)                                                      \
  ui_say((widget)->name, sizeof((widget)->name), __VA_ARGS__)
#define VALUE(widget, ...)                                                     \
  ui_say((widget)->value, sizeof((widget)->value), __VA_ARGS__)
#define LABEL(widget, ...)                                                     \
  ui_say((widget)->label, sizeof((widget)->label), __VA_ARGS__)
#define NOTE(widget, ...)                                                      \
  ui_say((widget)->note, sizeof((widget)->note), __VA_ARGS__)
#define FIGURE(widget, ...)                                                    \
  ui_say((widget)->figure, sizeof((widget)->figure), __VA_ARGS__)

static void fill_person(const UiScreen* const screen, UiWidget* const widget)
{
  const UiModel* const  model  = &screen->model;
  const UiPerson* const person = &model->people[widget->person];
  const bool            self   = widget->person == 0;
  NAME(widget, "%s", person->name);
  LABEL(widget, "%s", person->name);
  widget->dim = !self && ui_person_silenced(model, person);
  widget->on  = person->midi;
  widget->lit = model->now < person->midi_until;
  if (self) {
    NOTE(widget, "You");
  } else {
    NOTE(widget, "Loss %.1f %%", (double)person->loss * 100.0);
  }
  VALUE(widget, "%s%s", widget->note, person->midi ? ", sends MIDI" : "");
}

static void fill_own_health(const UiScreen* const screen,
                            UiWidget* const       widget)
{
  const UiModel* const model   = &screen->model;
  const UiLink* const  link    = &model->people[0].link;
  const bool           clipped = model->now < model->people[0].meter.clip_until;
  NAME(widget, "You, link");
  widget->health = link->shown;
  if (model->device_silent) {
    widget->health = JAM_HEALTH_BAD;
    LABEL(widget, "No sound card");
    NOTE(widget, "It has stopped answering");
  } else if (model->state != JAM_STATE_JOINED) {
    widget->health  = JAM_HEALTH_WARN;
    const bool back = model->state == JAM_STATE_RECONNECTING;
    LABEL(widget, "%s", back ? "Reconnecting" : "Not in the room");
    NOTE(widget,
         "%s",
         back ? "Keep playing: you come back" : "Nobody hears you yet");
  } else if (clipped) {
    widget->health = JAM_HEALTH_WARN;
    LABEL(widget, "Too loud");
    NOTE(widget, "Turn the gain down on your interface");
  } else if (link->shown == JAM_HEALTH_OK) {
    LABEL(widget, "You sound good");
    NOTE(widget, "%s", link->detail[0] ? link->detail : "No clipping");
  } else {
    LABEL(widget, "%s", link->cause);
    NOTE(widget, "%s", link->detail);
  }
}

static void fill_health(const UiScreen* const screen, UiWidget* const widget)
{
  static const char* const words[] = {"good", "warning", "bad"};
  const UiModel* const     model   = &screen->model;
  if (widget->person == 0) {
    fill_own_health(screen, widget);
  } else {
    const UiLink* const link = &model->people[widget->person].link;
    NAME(widget, "%s, link", whose(screen, widget->person));
    widget->health = link->shown;
    LABEL(widget, "%s", link->cause);
    NOTE(widget, "%s", link->detail);
    if (link->delay_ms > 0) {
      FIGURE(widget, "%d ms", link->delay_ms);
    }
    const bool acts = link->shown != JAM_HEALTH_OK && link->buffer_helps &&
                      model->mode < JAM_MODE_SAFE && !widget->compact;
    if (acts) {
      static const char* const actions[] = {"Use the normal buffer",
                                            "Use the safe buffer"};
      ui_say(widget->action,
             sizeof(widget->action),
             "%s%s",
             widget->thin ? mode_names[model->mode + 1] : actions[model->mode],
             widget->thin ? " buffer" : "");
      widget->role = UI_ROLE_BUTTON;
      ui_make_control(widget, widget->box);
    }
  }
  VALUE(widget,
        "%s: %s%s%s. %s%s%s",
        words[widget->health],
        widget->label,
        widget->figure[0] ? ", " : "",
        widget->figure,
        widget->note,
        widget->action[0] ? ". " : "",
        widget->action);
}

static void fill_meter(const UiScreen* const screen, UiWidget* const widget)
{
  const UiModel* const  model  = &screen->model;
  const UiPerson* const person = &model->people[widget->person];
  const bool            level  = screen->form == UI_FORM_NARROW;
  const int             lamp   = level ? 0 : screen->meter_top - widget->box.y;
  const float length = (float)(level ? widget->box.w : widget->box.h - lamp);
  const float db[]   = {person->meter.rms_db,
                        person->meter.peak_db,
                        person->meter.hold_db};
  for (int i = 0; i < 3; ++i) {
    widget->amount[i] = (int)lrintf(ui_meter_position(db[i]) * length);
  }
  widget->parts[0] = lamp;
  widget->lit      = model->now < person->meter.clip_until;
  widget->dim      = (widget->person == 0) ? !ui_model_sending(model)
                                           : person->mute.value > 0.0F;
  // Silent only because another has solo
  widget->marked =
    widget->person > 0 && !widget->dim && ui_person_silenced(model, person);
  char words[UI_LABEL_SIZE];
  ui_db_words(words, sizeof(words), person->meter.figure_db);
  NAME(widget, "%s, meter", whose(screen, widget->person));
  VALUE(widget, "%s peak%s", words, widget->lit ? ", clipped" : "");
}

static void fill_peak(const UiScreen* const screen, UiWidget* const widget)
{
  const UiMeter* const meter = &screen->model.people[widget->person].meter;
  const float          db =
    (meter->figure_db < UI_METER_FLOOR_DB) ? -INFINITY : meter->figure_db;
  ui_db_text(widget->label,
             sizeof(widget->label),
             fminf(db, 0.0F),
             screen->form == UI_FORM_NARROW);
}

static void fill_fader(const UiScreen* const screen, UiWidget* const widget)
{
  const UiPerson* const person = &screen->model.people[widget->person];
  const bool            level  = screen->form == UI_FORM_NARROW;
  const int             cap    = level ? UI_CAP_NARROW : UI_CAP_H;
  const int             length = (level ? widget->box.w : widget->box.h) - cap;
  const float           p      = ui_fader_position(person->gain.value);
  widget->amount[0]            = (int)lrintf(p * (float)length);
  NAME(widget, "%s, level", whose(screen, widget->person));
  ui_db_words(widget->value, sizeof(widget->value), ui_db(person->gain.value));
}

static void fill_level(const UiScreen* const screen, UiWidget* const widget)
{
  ui_db_text(widget->label,
             sizeof(widget->label),
             ui_db(screen->model.people[widget->person].gain.value),
             screen->form == UI_FORM_WIDE);
}

static void fill_pan(const UiScreen* const screen, UiWidget* const widget)
{
  const float pan = screen->model.people[widget->person].pan.value;
  NAME(widget, "%s, pan", whose(screen, widget->person));
  LABEL(widget, "Pan");
  ui_pan_text(widget->figure, sizeof(widget->figure), pan);
  ui_pan_words(widget->value, sizeof(widget->value), pan);
  widget->amount[0] = (int)lrintf(pan * 1000.0F);
}

static void fill_switch(const UiScreen* const screen, UiWidget* const widget)
{
  const UiPerson* const person = &screen->model.people[widget->person];
  const bool            narrow = screen->form == UI_FORM_NARROW;
  const char* const     who    = whose(screen, widget->person);
  if (widget->part == UI_PART_MUTE) {
    widget->on = person->mute.value > 0.0F;
    NAME(widget, "%s, mute", who);
    LABEL(widget, "%s", narrow ? "M" : widget->on ? "Muted" : "Mute");
  } else if (widget->part == UI_PART_SOLO) {
    widget->on = person->solo;
    NAME(widget, "%s, solo", who);
    LABEL(widget, "%s", narrow ? "S" : "Solo");
  } else {
    widget->on = screen->model.monitor;
    NAME(widget, "Hear me");
    LABEL(widget, "Hear me");
  }
  VALUE(widget, "%s", widget->on ? "on" : "off");
}

static void fill_send(const UiScreen* const screen, UiWidget* const widget)
{
  const UiModel* const model  = &screen->model;
  const unsigned       others = model->count - 1U;
  widget->on                  = ui_model_sending(model);
  widget->marked              = model->device_silent;
  NAME(widget, "Send");
  if (model->device_silent) {
    LABEL(widget, "No input");
    NOTE(widget, "The sound card is silent");
  } else if (!widget->on) {
    LABEL(widget, "Muted");
    NOTE(widget, "Nobody hears you");
  } else {
    LABEL(widget, "Sending");
    if (model->talking) {
      NOTE(widget, "While you hold T");
    } else if (model->state != JAM_STATE_JOINED) {
      NOTE(widget, "Not in the room yet");
    } else if (others == 0) {
      NOTE(widget, "Nobody else is here");
    } else if (others == 1) {
      NOTE(widget, "%s hears you", model->people[1].name);
    } else {
      NOTE(widget, "All %u hear you", others);
    }
  }
  VALUE(widget,
        "%s, %s%s",
        widget->on ? "on" : "off",
        widget->note,
        widget->on ? "" : ". Press M to send");
}

static JamHealth delay_health(const int ms)
{
  return (ms < UI_DELAY_OK_MS)     ? JAM_HEALTH_OK
         : (ms < UI_DELAY_WARN_MS) ? JAM_HEALTH_WARN
                                   : JAM_HEALTH_BAD;
}

static void fill_delay(const UiScreen* const screen, UiWidget* const widget)
{
  static const char* const words[] = {"good", "high", "too high to play"};
  const UiDelay* const     delay   = &screen->model.delay;
  NAME(widget, "Total delay");
  const bool medium = screen->form == UI_FORM_MEDIUM;
  LABEL(widget, "%s", medium ? "Delay" : "Total delay");
  widget->on = delay->known;
  if (!delay->known) {
    VALUE(widget, "not known yet");
    return;
  }
  if (delay->rough) {
    LABEL(widget, "%s", medium ? "About" : "Delay, about");
  }
  widget->health   = delay_health(delay->total_ms);
  widget->parts[0] = delay->devices_ms;
  widget->parts[1] = delay->network_ms;
  widget->parts[2] = delay->buffer_ms;
  FIGURE(widget, "%d", delay->total_ms);
  if (screen->model.count > 2) {
    NOTE(widget,
         "%s: %s %d",
         medium ? "far" : "farthest",
         delay->farthest,
         delay->farthest_ms);
  }
  VALUE(widget,
        "%s%d milliseconds, %s. Devices %d, network %d, buffer %d. "
        "Farthest %s, %d",
        delay->rough ? "about " : "",
        delay->total_ms,
        words[widget->health],
        delay->devices_ms,
        delay->network_ms,
        delay->buffer_ms,
        delay->farthest,
        delay->farthest_ms);
}

static void fill_mode(const UiScreen* const screen, UiWidget* const widget)
{
  static const char* const caps[] = {"10 ms", "30 ms", "80 ms"};
  const unsigned           mode   = widget->person;
  widget->on                      = (unsigned)screen->model.mode == mode;
  LABEL(widget, "%s", mode_names[mode]);
  NOTE(widget, "%s", caps[mode]);
  NAME(widget, "Buffer %s, at most %s", mode_names[mode], caps[mode]);
  VALUE(widget, "%s", widget->on ? "chosen" : "not chosen");
}

static void fill_hand(const UiScreen* const screen, UiWidget* const widget)
{
  const UiTarget own = ui_target(screen, widget);
  widget->hover      = ui_same_target(&screen->hover, &own);
  widget->pressed    = ui_same_target(&screen->pressed, &own);
  widget->focus = screen->by_keyboard && ui_same_target(&screen->focus, &own);
}

static void fill_widget(const UiScreen* const screen, UiWidget* const widget)
{
  typedef void (*Fill)(const UiScreen*, UiWidget*);
  static const Fill fills[UI_PART_COUNT] = {
    [UI_PART_PERSON] = fill_person,     [UI_PART_HEALTH] = fill_health,
    [UI_PART_METER] = fill_meter,       [UI_PART_PEAK] = fill_peak,
    [UI_PART_FADER] = fill_fader,       [UI_PART_LEVEL] = fill_level,
    [UI_PART_PAN] = fill_pan,           [UI_PART_MUTE] = fill_switch,
    [UI_PART_SOLO] = fill_switch,       [UI_PART_MONITOR] = fill_switch,
    [UI_PART_SEND] = fill_send,         [UI_PART_DELAY] = fill_delay,
    [UI_PART_MODE] = fill_mode,         [UI_PART_ROOM] = ui_fill_room,
    [UI_PART_STATE] = ui_fill_room,     [UI_PART_BANNER] = ui_fill_room,
    [UI_PART_INVITE] = ui_fill_invite,  [UI_PART_EMPTY] = ui_fill_invite,
    [UI_PART_POPOVER] = ui_fill_invite, [UI_PART_LINK] = ui_fill_invite,
    [UI_PART_COPY] = ui_fill_invite,    [UI_PART_STATUS] = ui_fill_status,
    [UI_PART_FACTS] = ui_fill_status};

  widget->form = screen->form;
  if (widget->part == UI_PART_STRIP) {
    widget->health = (widget->person > 0)
                       ? screen->model.people[widget->person].link.shown
                       : JAM_HEALTH_OK;
  }
  if (fills[widget->part]) {
    fills[widget->part](screen, widget);
  }
  if (widget->part >= UI_PART_STRIP && widget->part <= UI_PART_SEND) {
    widget->hue = screen->model.people[widget->person].hue;
  }
  fill_hand(screen, widget);
}

void ui_fill(UiScreen* const screen)
{
  for (unsigned i = 0; i < screen->tree.count; ++i) {
    fill_widget(screen, &screen->tree.widgets[i]);
  }
}
