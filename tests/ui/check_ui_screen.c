// SPDX-License-Identifier: MIT
// Keyboard and mouse: what moves the focus, what comes out as a command, and
// what the widget tree says.

#include "scene.h"
#include "screen.h"

#include <check.h>

#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = 65536 };

static UiScreen screen; // Too large for a stack
static JamView  view;
static double   now;

static void frame(void)
{
  now += 0.01;
  ui_screen_frame(&screen, &view, now);
}

static void show(const Scene scene)
{
  UiConfig config;
  ui_config_default(&config);
  config.title  = "Tuesday room";
  config.invite = SCENE_LINK;
  scene_fill(&view, scene);
  ui_screen_init(&screen, &config);
  now = 0.0;
  frame();
}

static void key(const int which)
{
  ui_screen_event(&screen, &(UiEvent){.kind = UI_EVENT_KEY_DOWN, .key = which});
  frame();
}

static void key_with(const int which, const bool shift, const bool ctrl)
{
  ui_screen_event(&screen,
                  &(UiEvent){.kind  = UI_EVENT_KEY_DOWN,
                             .key   = which,
                             .shift = shift,
                             .ctrl  = ctrl});
  frame();
}

static const UiWidget* find(const UiPart part, const unsigned person)
{
  const UiWidget* const widget = ui_tree_find(&screen.tree, part, person);
  ck_assert_ptr_nonnull(widget);
  return widget;
}

static void
mouse(const UiEventKind kind, const int x, const int y, const int clicks)
{
  ui_screen_event(&screen,
                  &(UiEvent){.kind = kind, .x = x, .y = y, .clicks = clicks});
  frame();
}

static void click(const UiPart part, const unsigned person, const bool alt)
{
  const UiBox box = find(part, person)->box;
  const int   x   = box.x + box.w / 2;
  const int   y   = box.y + box.h / 2;
  mouse(UI_EVENT_PRESS, x, y, 1);
  ui_screen_event(
    &screen,
    &(UiEvent){.kind = UI_EVENT_RELEASE, .x = x, .y = y, .alt = alt});
  frame();
}

static void expect(const JamCommandKind kind,
                   const unsigned       user,
                   const double         value,
                   const bool           flag)
{
  JamCommand command;
  ck_assert(ui_model_take(&screen.model, &command));
  ck_assert_int_eq(command.kind, kind);
  ck_assert_uint_eq(command.user, user);
  ck_assert_double_eq_tol((double)command.value, value, 0.001);
  ck_assert_int_eq(command.flag, flag);
}

static void expect_nothing(void)
{
  JamCommand command;
  ck_assert(!ui_model_take(&screen.model, &command));
}

static void expect_focus(const UiPart part, const unsigned person)
{
  const UiWidget* const widget = ui_target_widget(&screen, &screen.focus);
  ck_assert_ptr_nonnull(widget);
  ck_assert_int_eq(widget->part, part);
  ck_assert_uint_eq(widget->person, person);
  ck_assert(widget->focus);
}

static void check_text(const Scene scene, const char* const file)
{
  static char expected[TEXT_SIZE];
  static char actual[TEXT_SIZE];
  FILE* const in = fopen(file, "r");
  ck_assert_ptr_nonnull(in);
  expected[fread(expected, 1, sizeof(expected) - 1U, in)] = '\0';
  fclose(in);
  show(scene);
  ck_assert_uint_lt(ui_tree_describe(&screen.tree, actual, sizeof(actual)),
                    sizeof(actual));
  ck_assert_str_eq(actual, expected);
}

START_TEST(the_tree_says_what_the_window_shows)
{
  check_text(SCENE_GOOD, UI_TESTS "/good.txt");
  check_text(SCENE_TROUBLE, UI_TESTS "/trouble.txt");
  check_text(SCENE_ALONE, UI_TESTS "/alone.txt");
}

END_TEST

START_TEST(tab_walks_through_every_control_and_back_to_the_first)
{
  static const struct {
    UiPart   part;
    unsigned person;
  } walk[] = {{UI_PART_SEND, 0},
              {UI_PART_FADER, 0},
              {UI_PART_MONITOR, 0},
              {UI_PART_HEALTH, 1},
              {UI_PART_FADER, 1},
              {UI_PART_PAN, 1},
              {UI_PART_MUTE, 1},
              {UI_PART_SOLO, 1},
              {UI_PART_FADER, 2}};

  show(SCENE_GOOD);
  for (size_t i = 0; i < sizeof(walk) / sizeof(walk[0]); ++i) {
    key(UI_KEY_TAB);
    expect_focus(walk[i].part, walk[i].person);
  }
  key_with(UI_KEY_TAB, true, false);
  expect_focus(UI_PART_SOLO, 1);
  unsigned steps = 0;
  do {
    key(UI_KEY_TAB);
    ++steps;
  } while (screen.focus.part != UI_PART_SEND && steps < 100);
  ck_assert_uint_eq(steps, 15);
  expect_nothing();
}

END_TEST

START_TEST(arrows_change_values_and_go_to_the_neighbour)
{
  show(SCENE_GOOD);
  key('1');
  expect_focus(UI_PART_FADER, 1);
  key(UI_KEY_UP);
  expect(JAM_COMMAND_GAIN, 11, 0.8913, false);
  key_with(UI_KEY_DOWN, true, false);
  expect(JAM_COMMAND_GAIN, 11, 0.8810, false);
  key(UI_KEY_END);
  expect(JAM_COMMAND_GAIN, 11, 0.0, false);
  key(UI_KEY_HOME);
  key(UI_KEY_HOME);
  expect(JAM_COMMAND_GAIN, 11, 2.0, false);
  key(UI_KEY_RIGHT);
  expect_focus(UI_PART_FADER, 2);
  key(UI_KEY_TAB);
  expect_focus(UI_PART_PAN, 2);
  key(UI_KEY_DOWN);
  expect(JAM_COMMAND_PAN, 12, -0.02, false);
  key(UI_KEY_LEFT);
  expect_focus(UI_PART_PAN, 1);
  key('0');
  expect_focus(UI_PART_FADER, 0);
  key(UI_KEY_PAGE_DOWN);
  expect(JAM_COMMAND_GAIN, 0, 0.4467, false);
  expect_nothing();
}

END_TEST

START_TEST(single_letters_do_what_must_be_quick)
{
  show(SCENE_GOOD);
  key('m');
  expect(JAM_COMMAND_SEND, 0, 0.0, false);
  key('t');
  expect(JAM_COMMAND_SEND, 0, 0.0, true);
  ck_assert_str_eq(find(UI_PART_SEND, 0)->note, "While you hold T");
  ui_screen_event(&screen, &(UiEvent){.kind = UI_EVENT_KEY_UP, .key = 't'});
  expect(JAM_COMMAND_SEND, 0, 0.0, false);
  key('u');
  for (unsigned i = 11; i < 15; ++i) {
    expect(JAM_COMMAND_MUTE, i, 0.0, true);
  }
  key('u');
  for (unsigned i = 11; i < 15; ++i) {
    expect(JAM_COMMAND_MUTE, i, 0.0, false);
  }
  key_with('l', false, true);
  for (unsigned i = 11; i < 15; ++i) {
    expect(JAM_COMMAND_GAIN, i, 1.0, false);
  }
  expect_nothing();
  key_with('+', false, true);
  ck_assert_double_eq((double)screen.scale, 1.25);
  key_with('d', false, true);
  ck_assert(screen.wants_quit);
}

END_TEST

START_TEST(a_held_key_that_switches_switches_once)
{
  show(SCENE_GOOD);
  key('m');
  ui_screen_event(
    &screen,
    &(UiEvent){.kind = UI_EVENT_KEY_DOWN, .key = 'm', .repeat = true});
  expect(JAM_COMMAND_SEND, 0, 0.0, false);
  expect_nothing();
}

END_TEST

START_TEST(talk_ends_when_the_window_loses_the_keyboard)
{
  show(SCENE_TROUBLE);
  key('t');
  expect(JAM_COMMAND_SEND, 0, 0.0, true);
  ui_screen_event(&screen, &(UiEvent){.kind = UI_EVENT_BLUR});
  expect(JAM_COMMAND_SEND, 0, 0.0, false);
}

END_TEST

START_TEST(buttons_ask_for_what_they_say)
{
  show(SCENE_GOOD);
  click(UI_PART_SEND, 0, false);
  expect(JAM_COMMAND_SEND, 0, 0.0, false);
  click(UI_PART_MONITOR, 0, false);
  expect(JAM_COMMAND_MONITOR, 0, 0.0, true);
  click(UI_PART_MUTE, 2, false);
  expect(JAM_COMMAND_MUTE, 12, 0.0, true);
  ck_assert_str_eq(find(UI_PART_MUTE, 2)->label, "Muted");
  click(UI_PART_HEALTH, 1, false);
  expect(JAM_COMMAND_MODE, 0, JAM_MODE_SAFE, false);
  ck_assert(!find(UI_PART_HEALTH, 1)->focusable);
  click(UI_PART_MODE, JAM_MODE_TIGHT, false);
  expect(JAM_COMMAND_MODE, 0, JAM_MODE_TIGHT, false);
  expect_nothing();
}

END_TEST

START_TEST(alt_click_makes_solo_exclusive)
{
  show(SCENE_GOOD);
  click(UI_PART_SOLO, 1, false);
  click(UI_PART_SOLO, 2, true);
  ck_assert(!screen.model.people[1].solo && screen.model.people[2].solo);
  ck_assert_str_eq(find(UI_PART_STATUS, 0)->label,
                   "Only Ben is heard. Shift+S clears.");
  key_with('s', true, false);
  ck_assert_uint_eq(ui_model_solo_count(&screen.model), 0);
  ck_assert_str_eq(find(UI_PART_STATUS, 0)->label, "Everyone hears you.");
}

END_TEST

START_TEST(a_press_that_leaves_the_button_does_nothing)
{
  show(SCENE_GOOD);
  const UiBox box = find(UI_PART_MUTE, 1)->box;
  mouse(UI_EVENT_PRESS, box.x + 4, box.y + 4, 1);
  ck_assert(find(UI_PART_MUTE, 1)->pressed);
  mouse(UI_EVENT_RELEASE, 2, 2, 1);
  expect_nothing();
}

END_TEST

START_TEST(a_cap_keeps_the_place_where_it_was_taken)
{
  show(SCENE_GOOD);
  const UiWidget* const fader  = find(UI_PART_FADER, 2);
  const int             middle = fader->box.x + fader->box.w / 2;
  const int cap = fader->box.y + fader->box.h - UI_CAP_H / 2 - fader->amount[0];
  mouse(UI_EVENT_PRESS, middle, cap + 10, 1);
  expect_nothing();
  mouse(UI_EVENT_MOVE, middle, cap + 10 + 50, 1);
  const int sunk = find(UI_PART_FADER, 2)->amount[0];
  ck_assert_int_eq(fader->amount[0], sunk);
  ck_assert_int_le(cap + 50 - 1,
                   find(UI_PART_FADER, 2)->box.y +
                     find(UI_PART_FADER, 2)->box.h - UI_CAP_H / 2 - sunk);
  // Close to 0 dB it snaps
  mouse(UI_EVENT_MOVE, middle, cap + 10 + 2, 1);
  mouse(UI_EVENT_RELEASE, middle, cap + 10 + 2, 1);
  expect(JAM_COMMAND_GAIN, 12, 1.0, false);
  expect_nothing();
}

END_TEST

START_TEST(clicks_wheel_and_double_click_move_a_fader)
{
  show(SCENE_GOOD);
  const UiBox box    = find(UI_PART_FADER, 1)->box;
  const int   middle = box.x + box.w / 2;
  mouse(UI_EVENT_PRESS, middle, box.y + 2, 1);
  expect(JAM_COMMAND_GAIN, 11, 0.8913, false);
  mouse(UI_EVENT_RELEASE, middle, box.y + 2, 1);
  mouse(UI_EVENT_MOVE, middle, box.y + 100, 0);
  ui_screen_event(&screen,
                  &(UiEvent){.kind = UI_EVENT_WHEEL, .wheel_y = -1.0F});
  expect(JAM_COMMAND_GAIN, 11, 0.7943, false);
  ui_screen_event(
    &screen,
    &(UiEvent){.kind = UI_EVENT_WHEEL, .wheel_y = 1.0F, .shift = true});
  expect(JAM_COMMAND_GAIN, 11, 0.8035, false);
  mouse(UI_EVENT_PRESS, middle, box.y + 100, 2);
  expect(JAM_COMMAND_GAIN, 11, 1.0, false);
  expect_nothing();
}

END_TEST

START_TEST(invite_copies_the_link_and_shows_it)
{
  show(SCENE_GOOD);
  click(UI_PART_INVITE, 0, false);
  ck_assert(screen.wants_copy);
  ck_assert_str_eq(find(UI_PART_LINK, 0)->value, SCENE_LINK);
  ck_assert_str_eq(find(UI_PART_COPY, 0)->label, "Copied");
  mouse(UI_EVENT_PRESS, 500, 600, 1);
  ck_assert_ptr_null(ui_tree_find(&screen.tree, UI_PART_POPOVER, 0));
  expect_nothing();
  // By keyboard, focus goes in and comes back
  do {
    key(UI_KEY_TAB);
  } while (screen.focus.part != UI_PART_INVITE);
  key(UI_KEY_ENTER);
  expect_focus(UI_PART_COPY, 0);
  key(UI_KEY_ESCAPE);
  expect_focus(UI_PART_INVITE, 0);
}

END_TEST

START_TEST(focus_stays_with_a_person_when_others_leave)
{
  show(SCENE_GOOD);
  key('3');
  expect_focus(UI_PART_FADER, 3);
  view.users[1] = view.users[4];
  --view.user_count;
  frame();
  expect_focus(UI_PART_FADER, 2);
  ck_assert_str_eq(screen.model.people[2].name, "Cleo");
}

END_TEST

START_TEST(focus_scrolls_into_sight)
{
  show(SCENE_CROWD);
  for (int i = 0; i < 40; ++i) {
    key(UI_KEY_TAB);
  }
  const UiWidget* const at   = ui_target_widget(&screen, &screen.focus);
  const UiBox           seen = ui_box_common(at->box, at->clip);
  ck_assert_int_eq(seen.w, at->box.w);
  ck_assert_int_gt(screen.scroll, 0);
}

END_TEST

START_TEST(random_input_never_breaks_the_window)
{
  unsigned seed = 20;
  show(SCENE_CROWD);
  for (int i = 0; i < 20000; ++i) {
    seed                 = seed * 1664525U + 1013904223U;
    const unsigned r     = seed >> 8U;
    const UiEvent  event = {.kind    = (UiEventKind)(r % 8U),
                            .x       = (int)(r >> 3U) % 1300 - 10,
                            .y       = (int)(r >> 7U) % 740 - 10,
                            .clicks  = 1 + (int)(r & 1U),
                            .wheel_y = (float)((int)(r >> 5U) % 7 - 3),
                            .key     = (int)(r >> 4U) % 300,
                            .shift   = (r & 16U) != 0,
                            .ctrl    = (r & 96U) == 96U,
                            .alt     = (r & 128U) != 0};
    ui_screen_event(&screen, &event);
    if (r % 64U == 0) {
      ui_screen_resize(&screen,
                       300 + (int)(r >> 6U) % 1500,
                       400 + (int)(r >> 9U) % 800);
      scene_fill(&view, (Scene)((r >> 11U) % SCENE_COUNT));
      frame();
    }
  }
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("ui");
  TCase* const all   = tcase_create("screen");
  tcase_set_timeout(all, 60);
  tcase_add_test(all, the_tree_says_what_the_window_shows);
  tcase_add_test(all, tab_walks_through_every_control_and_back_to_the_first);
  tcase_add_test(all, arrows_change_values_and_go_to_the_neighbour);
  tcase_add_test(all, single_letters_do_what_must_be_quick);
  tcase_add_test(all, a_held_key_that_switches_switches_once);
  tcase_add_test(all, talk_ends_when_the_window_loses_the_keyboard);
  tcase_add_test(all, buttons_ask_for_what_they_say);
  tcase_add_test(all, alt_click_makes_solo_exclusive);
  tcase_add_test(all, a_press_that_leaves_the_button_does_nothing);
  tcase_add_test(all, a_cap_keeps_the_place_where_it_was_taken);
  tcase_add_test(all, clicks_wheel_and_double_click_move_a_fader);
  tcase_add_test(all, invite_copies_the_link_and_shows_it);
  tcase_add_test(all, focus_stays_with_a_person_when_others_leave);
  tcase_add_test(all, focus_scrolls_into_sight);
  tcase_add_test(all, random_input_never_breaks_the_window);
  suite_add_tcase(suite, all);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? 1 : 0;
}
