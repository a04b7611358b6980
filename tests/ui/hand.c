// SPDX-License-Identifier: MIT
// A user made of events.

#include "hand.h"

#include <check.h>

UiScreen hand_screen;
JamView  hand_view;

static double now;

void hand_frame(void)
{
  now += 0.01;
  ui_screen_frame(&hand_screen, &hand_view, now);
}

void hand_show(const Scene scene)
{
  UiConfig config;
  ui_config_default(&config);
  config.title  = "Tuesday room";
  config.invite = SCENE_LINK;
  scene_fill(&hand_view, scene);
  ui_screen_init(&hand_screen, &config);
  now = 0.0;
  hand_frame();
}

void hand_key(const int which)
{
  ui_screen_event(&hand_screen,
                  &(UiEvent){.kind = UI_EVENT_KEY_DOWN, .key = which});
  hand_frame();
}

void hand_key_with(const int which, const bool shift, const bool ctrl)
{
  ui_screen_event(&hand_screen,
                  &(UiEvent){.kind  = UI_EVENT_KEY_DOWN,
                             .key   = which,
                             .shift = shift,
                             .ctrl  = ctrl});
  hand_frame();
}

const UiWidget* hand_find(const UiPart part, const unsigned person)
{
  const UiWidget* const widget = ui_tree_find(&hand_screen.tree, part, person);
  ck_assert_ptr_nonnull(widget);
  return widget;
}

void hand_mouse(const UiEventKind kind,
                const int         x,
                const int         y,
                const int         clicks)
{
  ui_screen_event(&hand_screen,
                  &(UiEvent){.kind = kind, .x = x, .y = y, .clicks = clicks});
  hand_frame();
}

void hand_click(const UiPart part, const unsigned person, const bool alt)
{
  const UiBox box = hand_find(part, person)->box;
  const int   x   = box.x + box.w / 2;
  const int   y   = box.y + box.h / 2;
  hand_mouse(UI_EVENT_PRESS, x, y, 1);
  ui_screen_event(
    &hand_screen,
    &(UiEvent){.kind = UI_EVENT_RELEASE, .x = x, .y = y, .alt = alt});
  hand_frame();
}

void hand_expect(const JamCommandKind kind,
                 const unsigned       user,
                 const double         value,
                 const bool           flag)
{
  JamCommand command;
  ck_assert(ui_model_take(&hand_screen.model, &command));
  ck_assert_int_eq(command.kind, kind);
  ck_assert_uint_eq(command.user, user);
  ck_assert_double_eq_tol((double)command.value, value, 0.001);
  ck_assert_int_eq(command.flag, flag);
}

void hand_expect_nothing(void)
{
  JamCommand command;
  ck_assert(!ui_model_take(&hand_screen.model, &command));
}

void hand_expect_focus(const UiPart part, const unsigned person)
{
  const UiWidget* const widget =
    ui_target_widget(&hand_screen, &hand_screen.focus);
  ck_assert_ptr_nonnull(widget);
  ck_assert_int_eq(widget->part, part);
  ck_assert_uint_eq(widget->person, person);
  ck_assert(widget->focus);
}
