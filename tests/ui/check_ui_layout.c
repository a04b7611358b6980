// SPDX-License-Identifier: MIT
// At every size of the window: nothing overlaps, all is inside, and whatever
// can be pressed is tall enough for a thumb.

#include "scene.h"
#include "screen.h"

#include <check.h>

static const int widths[] =
  {360, 420, 599, 600, 700, 800, 959, 960, 1024, 1280, 1920, 2560};
static const int heights[] = {480, 500, 520, 549, 560, 600, 720, 760, 1080};

enum {
  WIDTHS    = sizeof(widths) / sizeof(widths[0]),
  HEIGHTS   = sizeof(heights) / sizeof(heights[0]),
  METER_MIN = 60
};

static UiScreen screen; // Too large for a stack

static void show(const int width, const int height, const Scene scene)
{
  JamView  view;
  UiConfig config;
  ui_config_default(&config);
  config.width  = width;
  config.height = height;
  config.invite = SCENE_LINK;
  scene_fill(&view, scene);
  ui_screen_init(&screen, &config);
  ui_screen_frame(&screen, &view, 0.0);
}

static bool is_ground(const UiPart part)
{
  return part == UI_PART_BACKDROP || part == UI_PART_BAR ||
         part == UI_PART_STATUS_BAR || part == UI_PART_STRIP ||
         part == UI_PART_EMPTY || part == UI_PART_MODES;
}

static bool contains(const UiBox outer, const UiBox inner)
{
  const UiBox common = ui_box_common(outer, inner);
  return common.x == inner.x && common.y == inner.y && common.w == inner.w &&
         common.h == inner.h;
}

static UiBox seen(const UiWidget* const widget, const UiBox box)
{
  return ui_box_empty(widget->clip) ? box : ui_box_common(box, widget->clip);
}

// Within the scrolled list everything counts, seen or not
static bool overlap(const UiWidget* const a,
                    const UiBox           box_a,
                    const UiWidget* const b,
                    const UiBox           box_b)
{
  const bool together = ui_box_empty(a->clip) == ui_box_empty(b->clip);
  return !ui_box_empty(ui_box_common(together ? box_a : seen(a, box_a),
                                     together ? box_b : seen(b, box_b)));
}

static void check_place(const UiWidget* const widget)
{
  const UiBox window = {0, 0, screen.width, screen.height};
  ck_assert_msg(widget->box.w > 0 && widget->box.h > 0,
                "part %d has no size at %d x %d",
                (int)widget->part,
                screen.width,
                screen.height);
  ck_assert_msg(contains(window, seen(widget, widget->box)),
                "part %d leaves the window at %d x %d",
                (int)widget->part,
                screen.width,
                screen.height);
  const bool in_strip =
    widget->part > UI_PART_STRIP && widget->part <= UI_PART_SEND;
  const UiWidget* const strip =
    ui_tree_find(&screen.tree, UI_PART_STRIP, widget->person);
  if (in_strip) {
    ck_assert_msg(strip && contains(strip->box, widget->box),
                  "part %d leaves its strip at %d x %d",
                  (int)widget->part,
                  screen.width,
                  screen.height);
  }
  if (widget->focusable) {
    ck_assert_int_ge(widget->hit.h, UI_HIT_MIN);
    ck_assert_int_ge(widget->hit.w, UI_HIT_MIN);
  }
}

// Asserts only what fails: Check writes down every assertion it passes
static void check_pair(const UiWidget* const a, const UiWidget* const b)
{
  if (is_ground(a->part) || is_ground(b->part)) {
    return;
  }
  const bool boxes = overlap(a, a->box, b, b->box);
  const bool hits =
    a->focusable && b->focusable && overlap(a, a->hit, b, b->hit);
  if (boxes || hits) {
    ck_abort_msg("%s of part %d of %u and part %d of %u meet at %d x %d",
                 boxes ? "boxes" : "hits",
                 (int)a->part,
                 a->person,
                 (int)b->part,
                 b->person,
                 screen.width,
                 screen.height);
  }
}

static void check_tree(void)
{
  const UiTree* const tree = &screen.tree;
  ck_assert_uint_lt(tree->count, UI_MAX_WIDGETS);
  for (unsigned i = 0; i < tree->count; ++i) {
    check_place(&tree->widgets[i]);
    for (unsigned k = 0; k < i; ++k) {
      check_pair(&tree->widgets[k], &tree->widgets[i]);
    }
  }
}

START_TEST(nothing_overlaps_and_all_is_inside_at_every_size)
{
  for (int w = 0; w < WIDTHS; ++w) {
    for (int h = 0; h < HEIGHTS; ++h) {
      show(widths[w], heights[h], (Scene)_i);
      check_tree();
    }
  }
}

END_TEST

START_TEST(all_meters_share_one_height)
{
  for (int w = 0; w < WIDTHS; ++w) {
    for (int h = 0; h < HEIGHTS; ++h) {
      show(widths[w], heights[h], (Scene)_i);
      if (screen.form == UI_FORM_NARROW) {
        continue;
      }
      const UiWidget* const own = ui_tree_find(&screen.tree, UI_PART_METER, 0);
      ck_assert_int_ge(own->box.y + own->box.h - screen.meter_top, METER_MIN);
      for (unsigned i = 1; i < screen.model.count; ++i) {
        const UiWidget* const other =
          ui_tree_find(&screen.tree, UI_PART_METER, i);
        ck_assert_int_eq(other->box.y, own->box.y);
        ck_assert_int_eq(other->box.h, own->box.h);
      }
    }
  }
}

END_TEST

START_TEST(a_banner_moves_neither_send_nor_mute_nor_solo)
{
  static const UiPart parts[] = {UI_PART_SEND, UI_PART_MUTE, UI_PART_SOLO};
  for (int w = 0; w < WIDTHS; ++w) {
    for (int h = 0; h < HEIGHTS; ++h) {
      UiBox before[3];
      show(widths[w], heights[h], SCENE_GOOD);
      if (screen.form == UI_FORM_NARROW) {
        continue;
      }
      for (unsigned i = 0; i < 3; ++i) {
        before[i] = ui_tree_find(&screen.tree, parts[i], i > 0)->box;
      }
      show(widths[w], heights[h], SCENE_TROUBLE);
      for (unsigned i = 0; i < 3; ++i) {
        const UiBox now = ui_tree_find(&screen.tree, parts[i], i > 0)->box;
        ck_assert_int_eq(now.x, before[i].x);
        ck_assert_int_eq(now.y, before[i].y);
      }
    }
  }
}

END_TEST

START_TEST(what_must_never_be_cut_is_there_at_the_smallest_size)
{
  static const UiPart parts[] = {UI_PART_PERSON,
                                 UI_PART_HEALTH,
                                 UI_PART_METER,
                                 UI_PART_MUTE};
  show(UI_WINDOW_MIN_W, UI_WINDOW_MIN_H, SCENE_GOOD);
  ck_assert_ptr_nonnull(ui_tree_find(&screen.tree, UI_PART_SEND, 0));
  ck_assert_ptr_nonnull(ui_tree_find(&screen.tree, UI_PART_DELAY, 0));
  ck_assert_ptr_nonnull(ui_tree_find(&screen.tree, UI_PART_INVITE, 0));
  for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); ++i) {
    ck_assert_ptr_nonnull(ui_tree_find(&screen.tree, parts[i], 1));
  }
}

END_TEST

START_TEST(the_drawn_sizes_are_kept_at_1280_by_720)
{
  static const struct {
    UiPart   part;
    unsigned person;
    UiBox    box;
  } rows[] = {{UI_PART_STRIP, 0, {16, 88, 300, 580}},
              {UI_PART_STRIP, 1, {332, 88, 224, 580}},
              {UI_PART_STRIP, 4, {1040, 88, 224, 580}},
              {UI_PART_SEND, 0, {32, 572, 268, 80}},
              {UI_PART_MONITOR, 0, {190, 515, 110, 44}},
              {UI_PART_METER, 1, {392, 248, 32, 280}},
              {UI_PART_FADER, 1, {466, 247, 56, 296}},
              {UI_PART_MUTE, 1, {348, 608, 92, 44}},
              {UI_PART_SOLO, 1, {448, 608, 92, 44}},
              {UI_PART_INVITE, 0, {1148, 12, 116, 48}}};

  show(1280, 720, SCENE_GOOD);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
    const UiWidget* const widget =
      ui_tree_find(&screen.tree, rows[i].part, rows[i].person);
    ck_assert_int_eq(widget->box.x, rows[i].box.x);
    ck_assert_int_eq(widget->box.y, rows[i].box.y);
    ck_assert_int_eq(widget->box.w, rows[i].box.w);
    ck_assert_int_eq(widget->box.h, rows[i].box.h);
  }
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("ui");
  TCase* const all   = tcase_create("layout");
  tcase_set_timeout(all, 60);
  tcase_add_loop_test(all,
                      nothing_overlaps_and_all_is_inside_at_every_size,
                      0,
                      SCENE_COUNT);
  tcase_add_loop_test(all, all_meters_share_one_height, 0, SCENE_COUNT);
  tcase_add_test(all, a_banner_moves_neither_send_nor_mute_nor_solo);
  tcase_add_test(all, what_must_never_be_cut_is_there_at_the_smallest_size);
  tcase_add_test(all, the_drawn_sizes_are_kept_at_1280_by_720);
  suite_add_tcase(suite, all);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? 1 : 0;
}
