// SPDX-License-Identifier: MIT
// The keyboard: what moves the focus and what comes out as a command; and what
// the widget tree says.

#include "hand.h"

#include <check.h>

#include <stdio.h>

enum { TEXT_SIZE = 65536 };

static void check_text(const Scene scene, const char* const file)
{
  static char expected[TEXT_SIZE];
  static char actual[TEXT_SIZE];
  FILE* const in = fopen(file, "r");
  ck_assert_ptr_nonnull(in);
  expected[fread(expected, 1, sizeof(expected) - 1U, in)] = '\0';
  fclose(in);
  hand_show(scene);
  ck_assert_uint_lt(ui_tree_describe(&hand_screen.tree, actual, sizeof(actual)),
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

  hand_show(SCENE_GOOD);
  for (size_t i = 0; i < sizeof(walk) / sizeof(walk[0]); ++i) {
    hand_key(UI_KEY_TAB);
    hand_expect_focus(walk[i].part, walk[i].person);
  }
  hand_key_with(UI_KEY_TAB, true, false);
  hand_expect_focus(UI_PART_SOLO, 1);
  unsigned steps = 0;
  do {
    hand_key(UI_KEY_TAB);
    ++steps;
  } while (hand_screen.focus.part != UI_PART_SEND && steps < 100);
  ck_assert_uint_eq(steps, 15);
  hand_expect_nothing();
}

END_TEST

START_TEST(arrows_change_values_and_go_to_the_neighbour)
{
  hand_show(SCENE_GOOD);
  hand_key('1');
  hand_expect_focus(UI_PART_FADER, 1);
  hand_key(UI_KEY_UP);
  hand_expect(JAM_COMMAND_GAIN, 11, 0.8913, false);
  hand_key_with(UI_KEY_DOWN, true, false);
  hand_expect(JAM_COMMAND_GAIN, 11, 0.8810, false);
  hand_key(UI_KEY_END);
  hand_expect(JAM_COMMAND_GAIN, 11, 0.0, false);
  hand_key(UI_KEY_HOME);
  hand_key(UI_KEY_HOME);
  hand_expect(JAM_COMMAND_GAIN, 11, 2.0, false);
  hand_key(UI_KEY_RIGHT);
  hand_expect_focus(UI_PART_FADER, 2);
  hand_key(UI_KEY_TAB);
  hand_expect_focus(UI_PART_PAN, 2);
  hand_key(UI_KEY_DOWN);
  hand_expect(JAM_COMMAND_PAN, 12, -0.02, false);
  hand_key(UI_KEY_LEFT);
  hand_expect_focus(UI_PART_PAN, 1);
  hand_key('0');
  hand_expect_focus(UI_PART_FADER, 0);
  hand_key(UI_KEY_PAGE_DOWN);
  hand_expect(JAM_COMMAND_GAIN, 0, 0.4467, false);
  hand_expect_nothing();
}

END_TEST

START_TEST(single_letters_do_what_must_be_quick)
{
  hand_show(SCENE_GOOD);
  hand_key('m');
  hand_expect(JAM_COMMAND_SEND, 0, 0.0, false);
  hand_key('t');
  hand_expect(JAM_COMMAND_SEND, 0, 0.0, true);
  ck_assert_str_eq(hand_find(UI_PART_SEND, 0)->note, "While you hold T");
  ui_screen_event(&hand_screen,
                  &(UiEvent){.kind = UI_EVENT_KEY_UP, .key = 't'});
  hand_expect(JAM_COMMAND_SEND, 0, 0.0, false);
  hand_key('u');
  for (unsigned i = 11; i < 15; ++i) {
    hand_expect(JAM_COMMAND_MUTE, i, 0.0, true);
  }
  hand_key('u');
  for (unsigned i = 11; i < 15; ++i) {
    hand_expect(JAM_COMMAND_MUTE, i, 0.0, false);
  }
  hand_key_with('l', false, true);
  for (unsigned i = 11; i < 15; ++i) {
    hand_expect(JAM_COMMAND_GAIN, i, 1.0, false);
  }
  hand_expect_nothing();
  hand_key_with('+', false, true);
  ck_assert_double_eq((double)hand_screen.scale, 1.25);
  hand_key_with('d', false, true);
  ck_assert(hand_screen.wants_quit);
}

END_TEST

START_TEST(a_held_key_that_switches_switches_once)
{
  hand_show(SCENE_GOOD);
  hand_key('m');
  ui_screen_event(
    &hand_screen,
    &(UiEvent){.kind = UI_EVENT_KEY_DOWN, .key = 'm', .repeat = true});
  hand_expect(JAM_COMMAND_SEND, 0, 0.0, false);
  hand_expect_nothing();
}

END_TEST

START_TEST(talk_ends_when_the_window_loses_the_keyboard)
{
  hand_show(SCENE_TROUBLE);
  hand_key('t');
  hand_expect(JAM_COMMAND_SEND, 0, 0.0, true);
  ui_screen_event(&hand_screen, &(UiEvent){.kind = UI_EVENT_BLUR});
  hand_expect(JAM_COMMAND_SEND, 0, 0.0, false);
}

END_TEST

START_TEST(focus_stays_with_a_person_when_others_leave)
{
  hand_show(SCENE_GOOD);
  hand_key('3');
  hand_expect_focus(UI_PART_FADER, 3);
  hand_view.users[1] = hand_view.users[4];
  --hand_view.user_count;
  hand_frame();
  hand_expect_focus(UI_PART_FADER, 2);
  ck_assert_str_eq(hand_screen.model.people[2].name, "Cleo");
}

END_TEST

START_TEST(focus_scrolls_into_sight)
{
  hand_show(SCENE_CROWD);
  for (int i = 0; i < 40; ++i) {
    hand_key(UI_KEY_TAB);
  }
  const UiWidget* const at = ui_target_widget(&hand_screen, &hand_screen.focus);
  const UiBox           seen = ui_box_common(at->box, at->clip);
  ck_assert_int_eq(seen.w, at->box.w);
  ck_assert_int_gt(hand_screen.scroll, 0);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("ui");
  TCase* const all   = tcase_create("keys");
  tcase_set_timeout(all, 60);
  tcase_add_test(all, the_tree_says_what_the_window_shows);
  tcase_add_test(all, tab_walks_through_every_control_and_back_to_the_first);
  tcase_add_test(all, arrows_change_values_and_go_to_the_neighbour);
  tcase_add_test(all, single_letters_do_what_must_be_quick);
  tcase_add_test(all, a_held_key_that_switches_switches_once);
  tcase_add_test(all, talk_ends_when_the_window_loses_the_keyboard);
  tcase_add_test(all, focus_stays_with_a_person_when_others_leave);
  tcase_add_test(all, focus_scrolls_into_sight);
  suite_add_tcase(suite, all);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? 1 : 0;
}
