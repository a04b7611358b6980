// SPDX-License-Identifier: MIT
// The mouse: a cap keeps the place where it was taken, a click beside it moves
// by one step, the wheel moves what it is over or scrolls.

#include "screen.h"

#include "laws.h"

#include <math.h>

#define SCROLL_STEP 48.0F

static bool is_slider(const UiWidget* const widget)
{
  return widget && widget->role == UI_ROLE_SLIDER;
}

// The track of a slider: where it starts, how long it is, and whether it runs
// upwards
typedef struct Track {
  float start, length;
  bool  upwards;
} Track;

static Track track_of(const UiWidget* const widget)
{
  if (widget->part == UI_PART_PAN) {
    const UiBox track = ui_pan_track(widget->box);
    return (Track){(float)track.x, (float)track.w, false};
  }
  if (widget->form == UI_FORM_NARROW) {
    return (Track){(float)(widget->box.x + UI_CAP_NARROW / 2),
                   (float)(widget->box.w - UI_CAP_NARROW),
                   false};
  }
  return (Track){(float)(widget->box.y + widget->box.h - UI_CAP_H / 2),
                 (float)(widget->box.h - UI_CAP_H),
                 true};
}

static float along(const Track track, const UiEvent* const event)
{
  return track.upwards ? track.start - (float)event->y
                       : (float)event->x - track.start;
}

// Where the middle of the cap is, along its track
static float cap_at(const UiScreen* const screen, const UiWidget* const widget)
{
  const UiPerson* const person = &screen->model.people[widget->person];
  const Track           track  = track_of(widget);
  if (widget->part == UI_PART_PAN) {
    return (person->pan.value + 1.0F) / 2.0F * track.length;
  }
  return ui_fader_position(person->gain.value) * track.length;
}

static void drag(UiScreen* const       screen,
                 const UiWidget* const widget,
                 const UiEvent* const  event)
{
  const Track track = track_of(widget);
  const float at    = along(track, event) - screen->drag_offset;
  const bool  pan   = widget->part == UI_PART_PAN;
  const float rest  = pan ? 0.5F : ui_fader_position(1.0F);
  const bool  snaps = fabsf(at - rest * track.length) <= (float)UI_DETENT_PX;
  const float p     = fminf(fmaxf(at / track.length, 0.0F), 1.0F);
  UiModel*    model = &screen->model;
  if (pan) {
    // Whole marks only: that is what the figure shows
    const float value = ui_pan_step(snaps ? 0.0F : 2.0F * p - 1.0F, 0.0F);
    ui_ask_pan(model, widget->person, value);
  } else {
    ui_ask_gain(model, widget->person, snaps ? 1.0F : ui_fader_gain(p));
  }
}

static void press_slider(UiScreen* const       screen,
                         const UiWidget* const widget,
                         const UiEvent* const  event)
{
  const bool  pan = widget->part == UI_PART_PAN;
  const int   cap = pan                              ? UI_PAN_KNOB
                    : widget->form == UI_FORM_NARROW ? UI_CAP_NARROW
                                                     : UI_CAP_H;
  const float off = along(track_of(widget), event) - cap_at(screen, widget);
  if (event->clicks >= 2) {
    screen->pressed.set = false;
    if (pan) {
      ui_ask_pan(&screen->model, widget->person, 0.0F);
    } else {
      ui_ask_gain(&screen->model, widget->person, 1.0F);
    }
  } else if (fabsf(off) <= (float)cap / 2.0F) {
    screen->drag_offset = off;
  } else {
    screen->pressed.set = false;
    ui_slide(screen, widget, off > 0.0F ? 1.0F : -1.0F);
  }
}

static void press(UiScreen* const screen, const UiEvent* const event)
{
  const UiWidget* const widget = ui_tree_at(&screen->tree, event->x, event->y);
  screen->by_keyboard          = false;
  screen->pressed.set          = false;
  if (screen->popover && (!widget || (widget->part != UI_PART_POPOVER &&
                                      widget->part != UI_PART_COPY &&
                                      widget->part != UI_PART_INVITE))) {
    ui_close_popover(screen);
    return;
  }
  if (!widget) {
    return;
  }
  screen->pressed = ui_target(screen, widget);
  if (widget->focusable) {
    screen->focus = screen->pressed;
  }
  if (is_slider(widget)) {
    press_slider(screen, widget, event);
  }
}

static void release(UiScreen* const screen, const UiEvent* const event)
{
  const UiWidget* const under  = ui_tree_at(&screen->tree, event->x, event->y);
  const UiWidget* const widget = ui_target_widget(screen, &screen->pressed);
  screen->pressed.set          = false;
  if (widget && widget == under && !is_slider(widget)) {
    ui_activate(screen, widget, event->alt);
  }
}

static void move(UiScreen* const screen, const UiEvent* const event)
{
  const UiWidget* const under = ui_tree_at(&screen->tree, event->x, event->y);
  const UiWidget* const held  = ui_target_widget(screen, &screen->pressed);
  screen->pointer_x           = event->x;
  screen->pointer_y           = event->y;
  screen->hover.set           = false;
  if (under) {
    screen->hover = ui_target(screen, under);
  }
  if (is_slider(held)) {
    drag(screen, held, event);
  }
}

static void wheel(UiScreen* const screen, const UiEvent* const event)
{
  const UiWidget* const under =
    ui_tree_at(&screen->tree, screen->pointer_x, screen->pointer_y);
  const bool across = fabsf(event->wheel_x) > fabsf(event->wheel_y);
  if (is_slider(under) && !across) {
    const bool fine = event->shift && under->part == UI_PART_FADER;
    ui_slide(screen,
             under,
             event->wheel_y * (fine ? UI_FADER_FINE_DB : UI_FADER_STEP_DB));
  } else {
    const float turned = across ? event->wheel_x : -event->wheel_y;
    const int   next   = screen->scroll + (int)lrintf(turned * SCROLL_STEP);
    screen->scroll     = (next > 0) ? next : 0;
  }
}

void ui_pointer(UiScreen* const screen, const UiEvent* const event)
{
  switch (event->kind) {
  case UI_EVENT_MOVE:
    move(screen, event);
    break;
  case UI_EVENT_PRESS:
    press(screen, event);
    break;
  case UI_EVENT_RELEASE:
    release(screen, event);
    break;
  case UI_EVENT_WHEEL:
    wheel(screen, event);
    break;
  case UI_EVENT_BLUR:
    // The release of a held talk key would go to another window
    ui_ask_talk(&screen->model, false);
    screen->pressed.set = false;
    break;
  default:
    screen->hover.set = false;
    break;
  }
}
