// SPDX-License-Identifier: MIT
// The keyboard: one walk through all controls, values under the arrows, and
// single letters for what must be quick.

#include "screen.h"

#define SCALE_STEP 0.25F
#define PAN_PAGE 10.0F
#define PAN_END 100.0F

// The order of the walk; parts of a person are walked person by person
static const UiPart own_order[]    = {UI_PART_SEND,
                                      UI_PART_FADER,
                                      UI_PART_MONITOR};
static const UiPart player_order[] = {UI_PART_HEALTH,
                                      UI_PART_FADER,
                                      UI_PART_PAN,
                                      UI_PART_MUTE,
                                      UI_PART_SOLO};

enum {
  OWN_PARTS    = sizeof(own_order) / sizeof(own_order[0]),
  PLAYER_PARTS = sizeof(player_order) / sizeof(player_order[0]),
  MAX_STOPS    = OWN_PARTS + JAM_MAX_USERS * PLAYER_PARTS + 8
};

typedef struct Walk {
  unsigned        count;
  const UiWidget* stops[MAX_STOPS];
} Walk;

static void add_stop(Walk* const           walk,
                     const UiScreen* const screen,
                     UiPart                part,
                     unsigned              who)
{
  const UiWidget* const widget = ui_tree_find(&screen->tree, part, who);
  if (widget && widget->focusable && walk->count < MAX_STOPS) {
    walk->stops[walk->count++] = widget;
  }
}

static Walk walk_of(const UiScreen* const screen)
{
  Walk walk = {0};
  for (unsigned i = 0; i < OWN_PARTS; ++i) {
    add_stop(&walk, screen, own_order[i], 0);
  }
  for (unsigned person = 1; person < screen->model.count; ++person) {
    for (unsigned i = 0; i < PLAYER_PARTS; ++i) {
      add_stop(&walk, screen, player_order[i], person);
    }
  }
  // One stop for the three choices: the one that is on
  add_stop(&walk, screen, UI_PART_MODE, (unsigned)screen->model.mode);
  add_stop(&walk, screen, UI_PART_INVITE, 0);
  add_stop(&walk, screen, UI_PART_COPY, 0);
  return walk;
}

static void set_focus(UiScreen* const screen, const UiWidget* const widget)
{
  screen->by_keyboard = true;
  if (widget) {
    screen->focus  = ui_target(screen, widget);
    screen->reveal = true;
  }
}

static void walk_on(UiScreen* const screen, const bool back)
{
  const Walk            walk = walk_of(screen);
  const UiWidget* const from = ui_target_widget(screen, &screen->focus);
  unsigned              at   = back ? 0 : walk.count - 1U;
  for (unsigned i = 0; i < walk.count; ++i) {
    if (walk.stops[i] == from) {
      at = i;
    }
  }
  if (walk.count > 0) {
    const unsigned step = back ? walk.count - 1U : 1U;
    set_focus(screen, walk.stops[(at + step) % walk.count]);
  }
}

static bool is_of_other(const UiWidget* const widget)
{
  return widget->person > 0 && widget->part > UI_PART_STRIP &&
         widget->part <= UI_PART_SOLO;
}

// To the neighbour, on the same control; own fader is beside the first one
static void
walk_across(UiScreen* const screen, const UiWidget* const from, const int step)
{
  if (from->part == UI_PART_MODE) {
    const int mode = (int)from->person + step;
    if (mode >= JAM_MODE_TIGHT && mode <= JAM_MODE_SAFE) {
      ui_ask_mode(&screen->model, (JamMode)mode);
      set_focus(screen,
                ui_tree_find(&screen->tree, UI_PART_MODE, (unsigned)mode));
    }
    return;
  }
  const int next = (int)from->person + step;
  if ((is_of_other(from) || from->part == UI_PART_FADER) && next >= 0) {
    const UiWidget* const widget =
      ui_tree_find(&screen->tree, from->part, (unsigned)next);
    if (widget && widget->focusable) {
      set_focus(screen, widget);
    } else if (next > 0) {
      set_focus(screen,
                ui_tree_find(&screen->tree, UI_PART_FADER, (unsigned)next));
    }
  }
}

static void select_person(UiScreen* const screen, const unsigned person)
{
  const UiWidget* const fader =
    ui_tree_find(&screen->tree, UI_PART_FADER, person);
  set_focus(screen,
            fader ? fader : ui_tree_find(&screen->tree, UI_PART_SEND, person));
}

// Keys that move the focus or the value under it; false if not one of them
static bool key_on_focus(UiScreen* const screen, const UiEvent* const event)
{
  const UiWidget* const at = ui_target_widget(screen, &screen->focus);
  if (!at) {
    return false;
  }
  const bool  slider = at->role == UI_ROLE_SLIDER;
  const bool  pan    = at->part == UI_PART_PAN;
  const float unit   = (event->shift && !pan) ? UI_FADER_FINE_DB : 1.0F;
  const float page   = pan ? PAN_PAGE : UI_FADER_PAGE_DB;
  switch (event->key) {
  case UI_KEY_UP:
  case UI_KEY_DOWN:
    if (slider) {
      ui_slide(screen, at, event->key == UI_KEY_UP ? unit : -unit);
    } else {
      walk_on(screen, event->key == UI_KEY_UP);
    }
    break;
  case UI_KEY_LEFT:
  case UI_KEY_RIGHT:
    walk_across(screen, at, event->key == UI_KEY_LEFT ? -1 : 1);
    break;
  case UI_KEY_PAGE_UP:
    ui_slide(screen, at, page);
    break;
  case UI_KEY_PAGE_DOWN:
    ui_slide(screen, at, -page);
    break;
  case UI_KEY_HOME:
    ui_slide(screen, at, PAN_END);
    break;
  case UI_KEY_END:
    ui_slide(screen, at, -PAN_END);
    break;
  default:
    return false;
  }
  screen->by_keyboard = true;
  return true;
}

static void key_with_ctrl(UiScreen* const screen, const int key)
{
  switch (key) {
  case 'l':
    ui_ask_level_all(&screen->model);
    break;
  case '+':
  case '=':
    ui_screen_set_scale(screen, screen->scale + SCALE_STEP);
    break;
  case '-':
    ui_screen_set_scale(screen, screen->scale - SCALE_STEP);
    break;
  case '0':
    ui_screen_set_scale(screen, 1.0F);
    break;
  case 'd':
  case 'q':
    screen->wants_quit = true;
    break;
  default:
    break;
  }
}

static void mute_all(UiModel* const model)
{
  bool any = false;
  for (unsigned i = 1; i < model->count; ++i) {
    any = any || model->people[i].mute.value <= 0.0F;
  }
  ui_ask_mute_all(model, any);
}

static void key_letter(UiScreen* const screen, const UiEvent* const event)
{
  UiModel* const model = &screen->model;
  if (event->key >= '0' && event->key <= '9') {
    select_person(screen, (unsigned)(event->key - '0'));
    return;
  }
  switch (event->key) {
  case 'm':
    ui_ask_send(model, !ui_model_sending(model));
    break;
  case 't':
    ui_ask_talk(model, true);
    break;
  case 'u':
    mute_all(model);
    break;
  case 's':
    if (event->shift) {
      ui_ask_no_solo(model);
    }
    break;
  default:
    break;
  }
}

static void press_focus(UiScreen* const screen, const bool alone)
{
  const UiWidget* const at = ui_target_widget(screen, &screen->focus);
  screen->by_keyboard      = true;
  if (at) {
    ui_activate(screen, at, alone);
  }
}

void ui_key(UiScreen* const screen, const UiEvent* const event)
{
  if (event->kind == UI_EVENT_KEY_UP) {
    if (event->key == 't') {
      ui_ask_talk(&screen->model, false);
    }
    return;
  }
  if (event->key == UI_KEY_TAB) {
    walk_on(screen, event->shift);
  } else if (event->key == UI_KEY_ESCAPE) {
    ui_close_popover(screen);
  } else if (event->ctrl) {
    key_with_ctrl(screen, event->key);
  } else if (key_on_focus(screen, event) || event->repeat) {
    // Sliders repeat; nothing that switches does
  } else if (event->key == UI_KEY_ENTER || event->key == ' ') {
    press_focus(screen, event->alt);
  } else if (!event->alt) {
    key_letter(screen, event);
  }
}
