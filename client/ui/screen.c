// SPDX-License-Identifier: MIT
// The window as a state machine: one frame, one event.

#include "screen.h"

#include "laws.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SCALE_MIN 0.75F
#define SCALE_MAX 3.0F

void ui_config_default(UiConfig* const config)
{
  memset(config, 0, sizeof(*config));
  config->mode = JAM_MODE_NORMAL;
}

void ui_screen_init(UiScreen* const screen, const UiConfig* const config)
{
  memset(screen, 0, sizeof(*screen));
  const char* const title = config->title ? config->title : "Jam room";
  const char* const link  = config->invite ? config->invite : "";
  ui_clean_text(screen->title, sizeof(screen->title), title, strlen(title));
  ui_clean_text(screen->link, sizeof(screen->link), link, strlen(link));
  screen->theme = config->theme;
  screen->scale = 1.0F;
  if (config->scale > 0.0F) {
    ui_screen_set_scale(screen, config->scale);
  }
  ui_model_init(&screen->model, config->mode);
  ui_screen_resize(screen,
                   config->width > 0 ? config->width : UI_WINDOW_W,
                   config->height > 0 ? config->height : UI_WINDOW_H);
}

void ui_screen_set_scale(UiScreen* const screen, const float scale)
{
  screen->scale = fminf(fmaxf(scale, SCALE_MIN), SCALE_MAX);
}

void ui_screen_resize(UiScreen* const screen, const int width, const int height)
{
  screen->width  = (width > UI_WINDOW_MIN_W) ? width : UI_WINDOW_MIN_W;
  screen->height = (height > UI_WINDOW_MIN_H) ? height : UI_WINDOW_MIN_H;
  screen->form   = (screen->width >= UI_WIDE_FROM)     ? UI_FORM_WIDE
                   : (screen->width >= UI_MEDIUM_FROM) ? UI_FORM_MEDIUM
                                                       : UI_FORM_NARROW;
}

static bool is_of_person(const UiPart part)
{
  return part >= UI_PART_STRIP && part <= UI_PART_SOLO;
}

UiTarget ui_target(const UiScreen* const screen, const UiWidget* const widget)
{
  UiTarget target = {.set  = true,
                     .part = widget->part,
                     .id   = (uint16_t)widget->person};
  if (is_of_person(widget->part)) {
    target.own = widget->person == 0;
    target.id  = target.own ? 0 : screen->model.people[widget->person].id;
  }
  return target;
}

bool ui_same_target(const UiTarget* const a, const UiTarget* const b)
{
  return a->set && b->set && a->part == b->part && a->id == b->id &&
         a->own == b->own;
}

const UiWidget* ui_target_widget(const UiScreen* const screen,
                                 const UiTarget* const target)
{
  for (unsigned i = 0; i < screen->tree.count && target->set; ++i) {
    const UiWidget* const widget = &screen->tree.widgets[i];
    const UiTarget        own    = ui_target(screen, widget);
    if (ui_same_target(&own, target)) {
      return widget;
    }
  }
  return NULL;
}

static void build(UiScreen* const screen)
{
  ui_layout(screen);
  ui_fill(screen);
}

// Scrolls so that the focused widget's whole strip or row is seen
static bool reveal_focus(UiScreen* const screen)
{
  const UiWidget* const widget = ui_target_widget(screen, &screen->focus);
  screen->reveal               = false;
  if (!widget || ui_box_empty(widget->clip)) {
    return false;
  }
  const UiWidget* const strip =
    ui_tree_find(&screen->tree, UI_PART_STRIP, widget->person);
  const bool narrow = screen->form == UI_FORM_NARROW;
  const int  start =
    narrow ? strip->box.y - screen->list.y : strip->box.x - screen->list.x;
  const int size = narrow ? strip->box.h : strip->box.w;
  const int seen = narrow ? screen->list.h : screen->list.w;
  if (start >= 0 && start + size <= seen) {
    return false;
  }
  screen->scroll += (start < 0) ? start : start + size - seen;
  return true;
}

void ui_screen_frame(UiScreen* const      screen,
                     const JamView* const view,
                     const double         now)
{
  ui_model_update(&screen->model, view, now);
  if (screen->popover && (screen->model.count < 2 || !screen->link[0])) {
    ui_close_popover(screen);
  }
  build(screen);
  if (screen->reveal && reveal_focus(screen)) {
    build(screen);
  }
}

void ui_screen_event(UiScreen* const screen, const UiEvent* const event)
{
  if (event->kind == UI_EVENT_KEY_DOWN || event->kind == UI_EVENT_KEY_UP) {
    ui_key(screen, event);
  } else {
    ui_pointer(screen, event);
  }
}

void ui_close_popover(UiScreen* const screen)
{
  screen->popover = false;
  if (screen->focus.part == UI_PART_COPY) {
    screen->focus = screen->before_popover;
  }
}

static void copy_link(UiScreen* const screen)
{
  screen->wants_copy = true;
  screen->copied     = true;
  screen->copied_at  = screen->model.now;
}

static void invite(UiScreen* const screen)
{
  if (screen->popover) {
    ui_close_popover(screen);
    return;
  }
  copy_link(screen);
  // Alone, the link already stands in the middle of the window
  if (screen->model.count > 1) {
    screen->before_popover = screen->focus;
    screen->popover        = true;
    if (screen->by_keyboard) {
      screen->focus = (UiTarget){.set = true, .part = UI_PART_COPY};
    }
  }
}

void ui_activate(UiScreen* const       screen,
                 const UiWidget* const widget,
                 const bool            alone)
{
  UiModel* const model  = &screen->model;
  const unsigned person = widget->person;
  switch (widget->part) {
  case UI_PART_SEND:
    ui_ask_send(model, !ui_model_sending(model));
    break;
  case UI_PART_MONITOR:
    ui_ask_monitor(model, !model->monitor);
    break;
  case UI_PART_MUTE:
    ui_ask_mute(model, person, model->people[person].mute.value <= 0.0F);
    break;
  case UI_PART_SOLO:
    ui_ask_solo(model, person, alone || !model->people[person].solo, alone);
    break;
  case UI_PART_HEALTH:
    if (model->mode < JAM_MODE_SAFE) {
      ui_ask_mode(model, (JamMode)(model->mode + 1));
    }
    break;
  case UI_PART_MODE:
    ui_ask_mode(model, (JamMode)person);
    break;
  case UI_PART_METER:
    ui_clear_clip(model, person);
    break;
  case UI_PART_INVITE:
    invite(screen);
    break;
  case UI_PART_COPY:
    copy_link(screen);
    break;
  default:
    break;
  }
}

void ui_slide(UiScreen* const       screen,
              const UiWidget* const widget,
              const float           steps)
{
  UiModel* const        model  = &screen->model;
  const UiPerson* const person = &model->people[widget->person];
  if (widget->part == UI_PART_FADER) {
    ui_ask_gain(model, widget->person, ui_gain_step(person->gain.value, steps));
  } else if (widget->part == UI_PART_PAN) {
    ui_ask_pan(model, widget->person, ui_pan_step(person->pan.value, steps));
  }
}
