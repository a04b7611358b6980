// SPDX-License-Identifier: MIT
// The mouse: buttons, caps, the wheel, the invite.

#include "hand.h"

#include <check.h>

START_TEST(buttons_ask_for_what_they_say)
{
  hand_show(SCENE_GOOD);
  hand_click(UI_PART_SEND, 0, false);
  hand_expect(JAM_COMMAND_SEND, 0, 0.0, false);
  hand_click(UI_PART_MONITOR, 0, false);
  hand_expect(JAM_COMMAND_MONITOR, 0, 0.0, true);
  hand_click(UI_PART_MUTE, 2, false);
  hand_expect(JAM_COMMAND_MUTE, 12, 0.0, true);
  ck_assert_str_eq(hand_find(UI_PART_MUTE, 2)->label, "Muted");
  hand_click(UI_PART_HEALTH, 1, false);
  hand_expect(JAM_COMMAND_MODE, 0, JAM_MODE_SAFE, false);
  ck_assert(!hand_find(UI_PART_HEALTH, 1)->focusable);
  hand_click(UI_PART_MODE, JAM_MODE_TIGHT, false);
  hand_expect(JAM_COMMAND_MODE, 0, JAM_MODE_TIGHT, false);
  hand_expect_nothing();
}

END_TEST

START_TEST(alt_click_makes_solo_exclusive)
{
  hand_show(SCENE_GOOD);
  hand_click(UI_PART_SOLO, 1, false);
  hand_click(UI_PART_SOLO, 2, true);
  ck_assert(!hand_screen.model.people[1].solo &&
            hand_screen.model.people[2].solo);
  ck_assert_str_eq(hand_find(UI_PART_STATUS, 0)->label,
                   "Only Ben is heard. Shift+S clears.");
  hand_key_with('s', true, false);
  ck_assert_uint_eq(ui_model_solo_count(&hand_screen.model), 0);
  ck_assert_str_eq(hand_find(UI_PART_STATUS, 0)->label, "Everyone hears you.");
}

END_TEST

START_TEST(a_press_that_leaves_the_button_does_nothing)
{
  hand_show(SCENE_GOOD);
  const UiBox box = hand_find(UI_PART_MUTE, 1)->box;
  hand_mouse(UI_EVENT_PRESS, box.x + 4, box.y + 4, 1);
  ck_assert(hand_find(UI_PART_MUTE, 1)->pressed);
  hand_mouse(UI_EVENT_RELEASE, 2, 2, 1);
  hand_expect_nothing();
}

END_TEST

START_TEST(a_cap_keeps_the_place_where_it_was_taken)
{
  hand_show(SCENE_GOOD);
  const UiWidget* const fader  = hand_find(UI_PART_FADER, 2);
  const int             middle = fader->box.x + fader->box.w / 2;
  const int cap = fader->box.y + fader->box.h - UI_CAP_H / 2 - fader->amount[0];
  hand_mouse(UI_EVENT_PRESS, middle, cap + 10, 1);
  hand_expect_nothing();
  hand_mouse(UI_EVENT_MOVE, middle, cap + 10 + 50, 1);
  const int sunk = hand_find(UI_PART_FADER, 2)->amount[0];
  ck_assert_int_eq(fader->amount[0], sunk);
  ck_assert_int_le(cap + 50 - 1,
                   hand_find(UI_PART_FADER, 2)->box.y +
                     hand_find(UI_PART_FADER, 2)->box.h - UI_CAP_H / 2 - sunk);
  // Close to 0 dB it snaps
  hand_mouse(UI_EVENT_MOVE, middle, cap + 10 + 2, 1);
  hand_mouse(UI_EVENT_RELEASE, middle, cap + 10 + 2, 1);
  hand_expect(JAM_COMMAND_GAIN, 12, 1.0, false);
  hand_expect_nothing();
}

END_TEST

START_TEST(clicks_wheel_and_double_click_move_a_fader)
{
  hand_show(SCENE_GOOD);
  const UiBox box    = hand_find(UI_PART_FADER, 1)->box;
  const int   middle = box.x + box.w / 2;
  hand_mouse(UI_EVENT_PRESS, middle, box.y + 2, 1);
  hand_expect(JAM_COMMAND_GAIN, 11, 0.8913, false);
  hand_mouse(UI_EVENT_RELEASE, middle, box.y + 2, 1);
  hand_mouse(UI_EVENT_MOVE, middle, box.y + 100, 0);
  ui_screen_event(&hand_screen,
                  &(UiEvent){.kind = UI_EVENT_WHEEL, .wheel_y = -1.0F});
  hand_expect(JAM_COMMAND_GAIN, 11, 0.7943, false);
  ui_screen_event(
    &hand_screen,
    &(UiEvent){.kind = UI_EVENT_WHEEL, .wheel_y = 1.0F, .shift = true});
  hand_expect(JAM_COMMAND_GAIN, 11, 0.8035, false);
  hand_mouse(UI_EVENT_PRESS, middle, box.y + 100, 2);
  hand_expect(JAM_COMMAND_GAIN, 11, 1.0, false);
  hand_expect_nothing();
}

END_TEST

START_TEST(invite_copies_the_link_and_shows_it)
{
  hand_show(SCENE_GOOD);
  hand_click(UI_PART_INVITE, 0, false);
  ck_assert(hand_screen.wants_copy);
  ck_assert_str_eq(hand_find(UI_PART_LINK, 0)->value, SCENE_LINK);
  ck_assert_str_eq(hand_find(UI_PART_COPY, 0)->label, "Copied");
  hand_mouse(UI_EVENT_PRESS, 500, 600, 1);
  ck_assert_ptr_null(ui_tree_find(&hand_screen.tree, UI_PART_POPOVER, 0));
  hand_expect_nothing();
  // By keyboard, focus goes in and comes back
  do {
    hand_key(UI_KEY_TAB);
  } while (hand_screen.focus.part != UI_PART_INVITE);
  hand_key(UI_KEY_ENTER);
  hand_expect_focus(UI_PART_COPY, 0);
  hand_key(UI_KEY_ESCAPE);
  hand_expect_focus(UI_PART_INVITE, 0);
}

END_TEST

START_TEST(random_input_never_breaks_the_window)
{
  unsigned seed = 20;
  hand_show(SCENE_CROWD);
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
    ui_screen_event(&hand_screen, &event);
    if (r % 64U == 0) {
      ui_screen_resize(&hand_screen,
                       300 + (int)(r >> 6U) % 1500,
                       400 + (int)(r >> 9U) % 800);
      scene_fill(&hand_view, (Scene)((r >> 11U) % SCENE_COUNT));
      hand_frame();
    }
  }
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("ui");
  TCase* const all   = tcase_create("mouse");
  tcase_set_timeout(all, 60);
  tcase_add_test(all, buttons_ask_for_what_they_say);
  tcase_add_test(all, alt_click_makes_solo_exclusive);
  tcase_add_test(all, a_press_that_leaves_the_button_does_nothing);
  tcase_add_test(all, a_cap_keeps_the_place_where_it_was_taken);
  tcase_add_test(all, clicks_wheel_and_double_click_move_a_fader);
  tcase_add_test(all, invite_copies_the_link_and_shows_it);
  tcase_add_test(all, random_input_never_breaks_the_window);
  suite_add_tcase(suite, all);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? 1 : 0;
}
