// SPDX-License-Identifier: MIT
// Laws of meter, fader and pan, their texts, and the calm of the view model.

#include "laws.h"
#include "scene.h"
#include "theme.h"
#include "view.h"

#include <check.h>

#include <math.h>
#include <string.h>

#define SMALL 0.0011F
#define NEAR(x, y, most)                                                       \
  ck_assert_double_eq_tol((double)(x), (double)(y), (double)(most))
#define SAME(x, y) ck_assert_double_eq((double)(x), (double)(y))

START_TEST(a_meter_stands_where_the_scale_says)
{
  static const struct {
    float db, p;
  } rows[] = {{-60, 0},
              {-40, .128F},
              {-30, .240F},
              {-20, .405F},
              {-12, .590F},
              {-6, .771F},
              {0, 1},
              {-90, 0},
              {6, 1}};

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
    NEAR(ui_meter_position(rows[i].db), rows[i].p, SMALL);
  }
  SAME(ui_meter_position(-INFINITY), 0.0F);
  SAME(ui_meter_position(NAN), 0.0F);
}

END_TEST

START_TEST(a_fader_stands_where_the_scale_says)
{
  static const struct {
    float db, p;
  } rows[] = {{0, .794F},
              {-6, .630F},
              {-12, .501F},
              {-20, .368F},
              {-40, .171F}};

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
    const float gain = powf(10.0F, rows[i].db / 20.0F);
    NEAR(ui_fader_position(gain), rows[i].p, SMALL);
    NEAR(ui_fader_gain(ui_fader_position(gain)), gain, SMALL);
  }
  SAME(ui_fader_gain(1.0F), 2.0F);
  SAME(ui_fader_gain(0.019F), 0.0F);
  SAME(ui_fader_gain(NAN), 0.0F);
}

END_TEST

START_TEST(steps_land_on_whole_tenths_and_stop_at_both_ends)
{
  float gain = 1.0F;
  for (int i = 0; i < 10; ++i) {
    gain = ui_gain_step(gain, -UI_FADER_FINE_DB);
  }
  NEAR(ui_db(gain), -1.0F, SMALL);
  SAME(ui_gain_step(2.0F, 1.0F), 2.0F);
  SAME(ui_gain_step(ui_gain_step(0.0F, 1.0F), -1.0F), 0.0F);
  ck_assert(ui_gain_step(0.0F, 1.0F) > 0.0F);
  SAME(ui_pan_step(0.99F, 5.0F), 1.0F);
  NEAR(ui_pan_step(0.0F, -1.0F), -0.02F, SMALL);
}

END_TEST

START_TEST(values_are_written_and_spoken)
{
  char text[64];
  ui_db_text(text, sizeof(text), -2.04F, true);
  ck_assert_str_eq(text,
                   "\xE2\x88\x92"
                   "2.0 dB");
  ui_db_text(text, sizeof(text), -0.01F, true);
  ck_assert_str_eq(text, "0.0 dB");
  ui_db_text(text, sizeof(text), 3.5F, false);
  ck_assert_str_eq(text, "+3.5");
  ui_db_text(text, sizeof(text), -INFINITY, false);
  ck_assert_str_eq(text, "\xE2\x88\x92inf");
  ui_db_words(text, sizeof(text), -9.0F);
  ck_assert_str_eq(text, "minus 9.0 decibels");
  ui_pan_text(text, sizeof(text), -0.4F);
  ck_assert_str_eq(text, "L 20");
  ui_pan_words(text, sizeof(text), 0.5F);
  ck_assert_str_eq(text, "right 25");
  ui_pan_words(text, sizeof(text), 0.001F);
  ck_assert_str_eq(text, "centre");
}

END_TEST

START_TEST(text_of_strangers_is_made_harmless)
{
  static const struct {
    const char *in, *out;
  } rows[] = {{"Zo\xC3\xAB", "Zo\xC3\xAB"},
              {"a\nb\x7F", "a b "},
              {"\xFF\xC3", "??"},
              {"\xC0\x80", "??"},
              {"x\xE2\x80\xAEy", "x y"},
              {"\xED\xA0\x80", "???"}};

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
    char out[32];
    ui_clean_text(out, sizeof(out), rows[i].in, strlen(rows[i].in));
    ck_assert_str_eq(out, rows[i].out);
  }
  char out[4];
  ui_clean_text(out, sizeof(out), "ab\xC3\xAB", 4);
  ck_assert_str_eq(out, "ab");
}

END_TEST

START_TEST(a_peak_rises_at_once_holds_and_falls)
{
  UiMeter meter;
  JamUser user = {.peak = 1.0F, .rms = 0.5F};
  ui_meter_init(&meter);
  ui_meter_update(&meter, &user, 0.0, 0.01);
  NEAR(meter.peak_db, 0.0F, SMALL);
  user.peak = 0.0F;
  user.rms  = 0.0F;
  for (int i = 1; i <= 100; ++i) {
    ui_meter_update(&meter, &user, i * 0.01, 0.01);
  }
  NEAR(meter.peak_db, -20.0F, 0.01F);
  NEAR(meter.hold_db, 0.0F, SMALL);
  for (int i = 101; i <= 200; ++i) {
    ui_meter_update(&meter, &user, i * 0.01, 0.01);
  }
  NEAR(meter.hold_db, -6.0F, 0.2F);
  ck_assert(meter.rms_db < UI_METER_FLOOR_DB);
}

END_TEST

static UiModel started(JamView* const view, const Scene scene)
{
  UiModel model;
  scene_fill(view, scene);
  ui_model_init(&model, JAM_MODE_NORMAL);
  ui_model_update(&model, view, 0.0);
  return model;
}

START_TEST(health_gets_worse_soon_and_better_late)
{
  JamView view;
  UiModel model = started(&view, SCENE_GOOD);
  ck_assert_int_eq(model.people[2].link.shown, JAM_HEALTH_OK);
  view.users[2].health = JAM_HEALTH_BAD;
  ui_model_update(&model, &view, 0.1);
  ui_model_update(&model, &view, 0.5);
  ck_assert_int_eq(model.people[2].link.shown, JAM_HEALTH_OK);
  ui_model_update(&model, &view, 0.7);
  ck_assert_int_eq(model.people[2].link.shown, JAM_HEALTH_BAD);
  view.users[2].health = JAM_HEALTH_OK;
  ui_model_update(&model, &view, 0.8);
  ui_model_update(&model, &view, 3.7);
  ck_assert_int_eq(model.people[2].link.shown, JAM_HEALTH_BAD);
  ui_model_update(&model, &view, 3.9);
  ck_assert_int_eq(model.people[2].link.shown, JAM_HEALTH_OK);
}

END_TEST

START_TEST(the_parts_of_the_delay_sum_to_it)
{
  JamView view;
  UiModel model = started(&view, SCENE_GOOD);
  ck_assert(model.delay.known);
  ck_assert_int_eq(model.delay.total_ms, 23);
  ck_assert_int_eq(model.delay.devices_ms + model.delay.network_ms +
                     model.delay.buffer_ms,
                   model.delay.total_ms);
  ck_assert_str_eq(model.delay.farthest, "Ana");
  ck_assert_int_eq(model.delay.farthest_ms, 31);
  for (unsigned i = 1; i < view.user_count; ++i) {
    view.users[i].network_ms = 500.0F;
    view.users[i].buffer_ms  = NAN;
  }
  ui_model_update(&model, &view, 1.0);
  ck_assert_int_eq(model.delay.devices_ms + model.delay.network_ms +
                     model.delay.buffer_ms,
                   model.delay.total_ms);
}

END_TEST

static unsigned take_mutes(UiModel* const model, bool* const muted)
{
  JamCommand command;
  unsigned   count = 0;
  while (ui_model_take(model, &command)) {
    ck_assert_int_eq(command.kind, JAM_COMMAND_MUTE);
    muted[command.user] = command.flag;
    ++count;
  }
  return count;
}

START_TEST(solo_is_made_of_mutes_and_gives_them_back)
{
  JamView view;
  bool    muted[64] = {false};
  UiModel model     = started(&view, SCENE_GOOD);
  ui_ask_mute(&model, 1, true);
  ui_ask_solo(&model, 2, true, false);
  ck_assert_uint_eq(take_mutes(&model, muted), 3);
  ck_assert(muted[11] && !muted[12] && muted[13] && muted[14]);
  ui_ask_no_solo(&model);
  ck_assert_uint_eq(take_mutes(&model, muted), 2);
  ck_assert(muted[11] && !muted[12] && !muted[13] && !muted[14]);
}

END_TEST

START_TEST(nobody_stays_silent_when_the_soloist_leaves)
{
  JamView view;
  bool    muted[64] = {false};
  UiModel model     = started(&view, SCENE_GOOD);
  ui_ask_solo(&model, 4, true, false);
  (void)take_mutes(&model, muted);
  --view.user_count;
  ui_model_update(&model, &view, 0.1);
  ck_assert_uint_eq(take_mutes(&model, muted), 3);
  ck_assert(!muted[11] && !muted[12] && !muted[13]);
  ck_assert_str_eq(model.note, "Davi left.");
}

END_TEST

START_TEST(a_wish_counts_until_the_engine_had_time_to_hear_it)
{
  JamView view;
  UiModel model = started(&view, SCENE_GOOD);
  ui_ask_gain(&model, 1, 0.5F);
  ui_ask_gain(&model, 1, 0.25F);
  ck_assert_uint_eq(model.command_count, 1);
  ui_model_update(&model, &view, 0.1);
  SAME(model.people[1].gain.value, 0.25F);
  ui_model_update(&model, &view, 1.0);
  SAME(model.people[1].gain.value, view.users[1].gain);
}

END_TEST

START_TEST(a_silent_sound_card_is_noticed)
{
  JamView view;
  UiModel model = started(&view, SCENE_GOOD);
  ++view.callbacks;
  ui_model_update(&model, &view, 1.4);
  ck_assert(!model.device_silent);
  ui_model_update(&model, &view, 3.0);
  ck_assert(model.device_silent);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("ui");
  TCase* const laws  = tcase_create("laws");
  tcase_add_test(laws, a_meter_stands_where_the_scale_says);
  tcase_add_test(laws, a_fader_stands_where_the_scale_says);
  tcase_add_test(laws, steps_land_on_whole_tenths_and_stop_at_both_ends);
  tcase_add_test(laws, values_are_written_and_spoken);
  tcase_add_test(laws, text_of_strangers_is_made_harmless);
  tcase_add_test(laws, a_peak_rises_at_once_holds_and_falls);
  tcase_add_test(laws, health_gets_worse_soon_and_better_late);
  tcase_add_test(laws, the_parts_of_the_delay_sum_to_it);
  tcase_add_test(laws, solo_is_made_of_mutes_and_gives_them_back);
  tcase_add_test(laws, nobody_stays_silent_when_the_soloist_leaves);
  tcase_add_test(laws, a_wish_counts_until_the_engine_had_time_to_hear_it);
  tcase_add_test(laws, a_silent_sound_card_is_noticed);
  suite_add_tcase(suite, laws);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? 1 : 0;
}
