// SPDX-License-Identifier: MIT
// What is painted: colours where they must be, the same picture whether
// painted whole or piece by piece, and the tokens as written down.

#include "paint.h"
#include "scene.h"

#include <cjson/cJSON.h>
#include <check.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_SIZE = 65536, NEAR = 2 };

static UiScreen screen; // Too large for a stack
static UiTree   before;
static JamView  view;

static void show(const Scene scene, const UiTheme theme, int width, int height)
{
  UiConfig config;
  ui_config_default(&config);
  config.width  = width;
  config.height = height;
  config.theme  = theme;
  config.invite = SCENE_LINK;
  scene_fill(&view, scene);
  ui_screen_init(&screen, &config);
  ui_screen_frame(&screen, &view, 0.0);
}

static UiCanvas* canvas_for(const float scale)
{
  UiCanvas* const canvas =
    ui_canvas_new((int)ceilf((float)screen.width * scale),
                  (int)ceilf((float)screen.height * scale),
                  scale);
  ck_assert_ptr_nonnull(canvas);
  ui_canvas_use(canvas, ui_palette(screen.theme));
  return canvas;
}

static UiColour pixel(UiCanvas* const canvas, const int x, const int y)
{
  int            stride = 0;
  uint32_t       argb   = 0;
  unsigned char* row    = ui_canvas_pixels(canvas, &stride);
  ui_canvas_flush(canvas);
  memcpy(&argb, row + y * stride + x * 4, sizeof(argb));
  return argb << 8U | 0xFFU;
}

static void check_colour(UiCanvas* const canvas,
                         const int       x,
                         const int       y,
                         const UiColour  wanted)
{
  const UiColour found = pixel(canvas, x, y);
  for (unsigned shift = 8; shift <= 24; shift += 8) {
    const int a = (int)((found >> shift) & 0xFFU);
    const int b = (int)((wanted >> shift) & 0xFFU);
    ck_assert_msg(abs(a - b) <= NEAR,
                  "%08X instead of %08X at %d, %d",
                  (unsigned)found,
                  (unsigned)wanted,
                  x,
                  y);
  }
}

START_TEST(meters_have_the_colour_of_their_person)
{
  show(SCENE_GOOD, (UiTheme)_i, 1280, 720);
  UiCanvas* const        canvas = canvas_for(1.0F);
  const UiPalette* const p      = ui_palette(screen.theme);
  ui_paint(canvas, &screen.tree, screen.tree.widgets[0].box);
  for (unsigned i = 0; i < screen.model.count; ++i) {
    const UiWidget* const meter = ui_tree_find(&screen.tree, UI_PART_METER, i);
    const int             x     = meter->box.x + meter->box.w / 2;
    const int             floor = meter->box.y + meter->box.h;
    const UiColour        own   = p->identity[screen.model.people[i].hue];
    check_colour(canvas, x, floor - 8, own);
    check_colour(canvas, x, floor - meter->amount[0] + 3, own);
    if (i != 3) {
      const int above = floor - meter->amount[2] - UI_HOLD_LINE - 2;
      check_colour(canvas, x, above, p->well);
    } else {
      check_colour(canvas, x, floor - meter->amount[1] + 3, p->meter_warn);
    }
  }
  ui_canvas_free(canvas);
}

END_TEST

START_TEST(who_is_muted_here_has_a_grey_meter)
{
  show(SCENE_TROUBLE, UI_THEME_DARK, 1280, 720);
  UiCanvas* const canvas = canvas_for(1.0F);
  ui_paint(canvas, &screen.tree, screen.tree.widgets[0].box);
  const UiWidget* const meter = ui_tree_find(&screen.tree, UI_PART_METER, 2);
  check_colour(canvas,
               meter->box.x + meter->box.w / 2,
               meter->box.y + meter->box.h - 8,
               ui_palette(UI_THEME_DARK)->meter_muted);
  ui_canvas_free(canvas);
}

END_TEST

START_TEST(painting_what_changed_gives_the_whole_picture)
{
  static const int   sizes[][2] = {{1280, 720}, {800, 600}, {420, 760}};
  static const float scales[]   = {1.25F, 1.0F, 0.75F};
  for (unsigned s = 0; s < 3; ++s) {
    UiBox boxes[UI_MAX_DAMAGE];
    show(SCENE_GOOD, UI_THEME_DARK, sizes[s][0], sizes[s][1]);
    UiCanvas* const pieces = canvas_for(scales[s]);
    UiCanvas* const whole  = canvas_for(scales[s]);
    ui_paint(pieces, &screen.tree, screen.tree.widgets[0].box);
    before = screen.tree;
    for (unsigned i = 0; i < view.user_count; ++i) {
      view.users[i].peak *= 1.7F;
      view.users[i].rms *= 0.5F;
      view.users[i].gain *= 0.7F;
      view.users[i].pan += 0.1F;
    }
    view.users[2].muted       = true;
    view.users[3].midi_events = 1;
    view.sending              = false;
    ui_screen_frame(&screen, &view, 0.6);
    const unsigned count = ui_damage(&before, &screen.tree, boxes);
    ck_assert_uint_gt(count, 5);
    for (unsigned i = 0; i < count; ++i) {
      ck_assert_int_lt(boxes[i].h, screen.height);
      ui_paint(pieces, &screen.tree, boxes[i]);
    }
    ui_paint(whole, &screen.tree, screen.tree.widgets[0].box);
    int                  stride = 0;
    const unsigned char* a      = ui_canvas_pixels(pieces, &stride);
    const unsigned char* b      = ui_canvas_pixels(whole, &stride);
    ui_canvas_flush(pieces);
    ui_canvas_flush(whole);
    ck_assert_int_eq(
      memcmp(a, b, (size_t)stride * (size_t)((float)screen.height * scales[s])),
      0);
    ui_canvas_free(pieces);
    ui_canvas_free(whole);
  }
}

END_TEST

START_TEST(a_still_room_paints_nothing)
{
  UiBox boxes[UI_MAX_DAMAGE];
  show(SCENE_GOOD, UI_THEME_DARK, 1280, 720);
  ui_screen_frame(&screen, &view, 0.01);
  before = screen.tree;
  ui_screen_frame(&screen, &view, 0.02);
  ck_assert_uint_eq(ui_damage(&before, &screen.tree, boxes), 0);
}

END_TEST

START_TEST(every_scene_paints_in_every_theme_and_scale)
{
  static const float scales[] = {0.75F, 1.25F, 2.0F};
  for (int theme = 0; theme < UI_THEME_COUNT; ++theme) {
    for (int scene = 0; scene < SCENE_COUNT; ++scene) {
      show((Scene)scene, (UiTheme)theme, 960, 560);
      UiCanvas* const canvas = canvas_for(scales[_i]);
      ui_paint(canvas, &screen.tree, screen.tree.widgets[0].box);
      check_colour(canvas, 2, 2, ui_palette(screen.theme)->bar);
      ui_canvas_free(canvas);
    }
  }
}

END_TEST

START_TEST(a_window_opens_shows_and_closes)
{
  JamCommand command;
  UiConfig   config;
  char       text[4096];
  ui_config_default(&config);
  config.scale = 1.0F;
  scene_fill(&view, SCENE_GOOD);
  Ui* const ui = ui_new(&config);
  ck_assert_ptr_nonnull(ui);
  ck_assert(ui_frame(ui, &view));
  ck_assert(ui_frame(ui, &view));
  ck_assert(!ui_take_command(ui, &command));
  ck_assert_uint_lt(ui_describe(ui, text, sizeof(text)), sizeof(text));
  ck_assert_ptr_nonnull(strstr(text, "Room Jam room"));
  ck_assert(!ui_screenshot(ui, "/nonexistent/shot.png"));
  ui_free(ui);
  ui_free(NULL);
}

END_TEST

static UiColour colour_of(const cJSON* const text)
{
  const char* const   digits = cJSON_GetStringValue(text) + 1;
  const unsigned long value  = strtoul(digits, NULL, 16);
  return (strlen(digits) == 6) ? (UiColour)(value << 8U | 0xFFU)
                               : (UiColour)value;
}

static cJSON* read_tokens(void)
{
  static char text[FILE_SIZE];
  FILE* const in = fopen(UI_ASSETS "/theme.json", "r");
  ck_assert_ptr_nonnull(in);
  text[fread(text, 1, sizeof(text) - 1U, in)] = '\0';
  fclose(in);
  cJSON* const tokens = cJSON_Parse(text);
  ck_assert_ptr_nonnull(tokens);
  return tokens;
}

#define ROW(field)                                                             \
  {                                                                            \
#    field, offsetof(UiPalette, field)                                         \
  }

static const struct {
  const char* name;
  size_t      offset;
} colours[] = {ROW(bg),
               ROW(bar),
               ROW(surface),
               ROW(control),
               ROW(control_hover),
               ROW(control_pressed),
               ROW(well),
               ROW(line),
               ROW(edge),
               ROW(text),
               ROW(text2),
               ROW(text3),
               ROW(text_disabled),
               ROW(fill_dim),
               ROW(primary),
               ROW(primary_hover),
               ROW(primary_pressed),
               ROW(on_primary),
               ROW(focus),
               ROW(ok),
               ROW(ok_fill),
               ROW(ok_fill_low),
               ROW(on_ok),
               ROW(ok_tint),
               ROW(warn),
               ROW(warn_fill),
               ROW(on_warn),
               ROW(warn_tint),
               ROW(bad),
               ROW(bad_fill),
               ROW(on_bad),
               ROW(bad_tint),
               ROW(bad_edge),
               ROW(rec),
               ROW(cap_top),
               ROW(cap_bottom),
               ROW(cap_line),
               ROW(meter_warn),
               ROW(meter_clip),
               ROW(meter_muted),
               ROW(tick),
               ROW(shade),
               ROW(on_identity)};

static void check_palette(const cJSON* const theme, const UiPalette* const p)
{
  for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); ++i) {
    const cJSON* const token =
      cJSON_GetObjectItemCaseSensitive(theme, colours[i].name);
    UiColour is = 0;
    memcpy(&is, (const char*)p + colours[i].offset, sizeof(is));
    ck_assert_msg(token && is == colour_of(token), "%s", colours[i].name);
  }
  const cJSON* hues = cJSON_GetObjectItemCaseSensitive(theme, "identity");
  const cJSON* hue  = hues->child;
  for (int i = 0; i < UI_HUES; ++i, hue = hue->next) {
    ck_assert_uint_eq(p->identity[i], colour_of(hue));
  }
  const cJSON* split = cJSON_GetObjectItemCaseSensitive(theme, "split")->child;
  for (int i = 0; i < UI_SPLITS; ++i, split = split->next) {
    ck_assert_uint_eq(p->split[i], colour_of(split));
  }
}

START_TEST(the_tables_are_the_tokens)
{
  static const char* const names[] = {"dark", "light", "high_contrast"};
  cJSON* const             tokens  = read_tokens();
  const cJSON* const       themes =
    cJSON_GetObjectItemCaseSensitive(tokens, "themes");
  for (int i = 0; i < UI_THEME_COUNT; ++i) {
    check_palette(cJSON_GetObjectItemCaseSensitive(themes, names[i]),
                  ui_palette((UiTheme)i));
  }
  const cJSON* const scale = cJSON_GetObjectItemCaseSensitive(
    cJSON_GetObjectItemCaseSensitive(tokens, "type"),
    "scale");
  for (int i = 0; i < UI_TYPE_COUNT; ++i) {
    const UiFont* const font = ui_font((UiType)i);
    const cJSON* const  row =
      cJSON_GetObjectItemCaseSensitive(scale, font->token);
    ck_assert_ptr_nonnull(row);
    ck_assert_int_eq(cJSON_GetObjectItemCaseSensitive(row, "px")->valueint,
                     font->px);
    ck_assert_int_eq(cJSON_GetObjectItemCaseSensitive(row, "weight")->valueint,
                     font->weight);
  }
  cJSON_Delete(tokens);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("ui");
  TCase* const all   = tcase_create("look");
  tcase_set_timeout(all, 60);
  tcase_add_loop_test(all,
                      meters_have_the_colour_of_their_person,
                      0,
                      UI_THEME_COUNT);
  tcase_add_test(all, who_is_muted_here_has_a_grey_meter);
  tcase_add_test(all, painting_what_changed_gives_the_whole_picture);
  tcase_add_test(all, a_still_room_paints_nothing);
  tcase_add_loop_test(all, every_scene_paints_in_every_theme_and_scale, 0, 3);
  tcase_add_test(all, a_window_opens_shows_and_closes);
  tcase_add_test(all, the_tables_are_the_tokens);
  suite_add_tcase(suite, all);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? 1 : 0;
}
