// SPDX-License-Identifier: MIT
// The plug-in alone with its host: callbacks, state, levels, and everything a
// host may do wrongly.

#include "rig.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE 48000.0
#define FRAMES 64U
#define NOWHERE                                                                \
  "jamnet://nobody.invalid:4460/"                                              \
  "#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA."                              \
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

#define EQ(a, b) ck_assert_double_eq((double)(a), (double)(b))
#define LE(a, b) ck_assert_double_le((double)(a), (double)(b))

static const JamShim*   shim;
static JamShimInstance* jam;
static float            in[2][RIG_MAX_BLOCK];
static float            out[2][RIG_MAX_BLOCK];

static void setup(void)
{
  shim = jam_shim_get(JAM_SHIM_VERSION);
  ck_assert_ptr_nonnull(shim);
  jam = shim->create();
  ck_assert_ptr_nonnull(jam);
}

static void teardown(void)
{
  shim->destroy(jam);
}

static void process(const unsigned in_channels,
                    const unsigned out_channels,
                    unsigned       frames)
{
  const float* const ins[2]  = {in[0], in[1]};
  float* const       outs[2] = {out[0], out[1]};
  JamShimBlock       block   = {0};
  block.frames               = frames;
  block.in_channels          = in_channels;
  block.in                   = ins;
  block.out_channels         = out_channels;
  block.out                  = outs;
  shim->process(jam, &block);
}

static void fill(float* const to, const float value)
{
  for (unsigned i = 0U; i < RIG_MAX_BLOCK; ++i) {
    to[i] = value;
  }
}

/// Calls until the first output's last sample is this, as a parameter takes a
/// moment; false if it never is.
static bool comes_to(const unsigned in_channels, const float value)
{
  const JamTime end = jam_now() + RIG_PATIENCE;
  do {
    rig_nap();
    process(in_channels, 2U, FRAMES);
  } while (fabsf(out[0][FRAMES - 1U] - value) > 1e-4F && jam_now() < end);
  return fabsf(out[0][FRAMES - 1U] - value) <= 1e-4F;
}

static bool says(const JamShimConnection connection, const char* const part)
{
  const JamTime end = jam_now() + RIG_PATIENCE;
  JamShimStatus status;
  do {
    rig_nap();
    shim->status(jam, &status);
  } while (
    (status.connection != connection || !strstr(status.sentence, part)) &&
    jam_now() < end);
  return status.connection == connection && strstr(status.sentence, part);
}

START_TEST(the_library_tells_what_it_is)
{
  ck_assert_ptr_null(jam_shim_get(0U));
  ck_assert_ptr_null(jam_shim_get(JAM_SHIM_VERSION + 1U));
  ck_assert_uint_eq(shim->version, JAM_SHIM_VERSION);
  ck_assert_uint_eq(shim->size, sizeof(JamShim));
  const JamShimInfo* const info = shim->describe();
  ck_assert_str_eq(info->version, jam_version());
  ck_assert_uint_eq(info->param_count, JAM_SHIM_PARAM_COUNT);
  ck_assert_uint_eq(info->port_count, 4U);
  for (unsigned i = 0U; i < info->param_count; ++i) {
    const JamShimParamInfo* const p = &info->params[i];
    LE(p->minimum, p->initial);
    LE(p->initial, p->maximum);
    EQ(shim->get_param(jam, (JamShimParam)i), p->initial);
    ck_assert_int_eq(p->choices != NULL, p->kind == JAM_SHIM_CHOICE);
  }
  shim->destroy(NULL);
}

END_TEST

START_TEST(parameters_stay_in_their_range)
{
  ck_assert(shim->set_param(jam, JAM_SHIM_INPUT_GAIN, 1000.0F));
  EQ(shim->get_param(jam, JAM_SHIM_INPUT_GAIN), 12.0F);
  ck_assert(shim->set_param(jam, JAM_SHIM_INPUT_GAIN, -INFINITY));
  EQ(shim->get_param(jam, JAM_SHIM_INPUT_GAIN), -60.0F);
  ck_assert(!shim->set_param(jam, JAM_SHIM_INPUT_GAIN, NAN));
  EQ(shim->get_param(jam, JAM_SHIM_INPUT_GAIN), -60.0F);
  ck_assert(shim->set_param(jam, JAM_SHIM_MODE, 1.7F));
  EQ(shim->get_param(jam, JAM_SHIM_MODE), 2.0F);
  ck_assert(!shim->set_param(jam, JAM_SHIM_PARAM_COUNT, 1.0F));
  EQ(shim->get_param(jam, JAM_SHIM_PARAM_COUNT), 0.0F);
}

END_TEST

START_TEST(a_state_comes_back)
{
  char            text[JAM_SHIM_STATE_SIZE];
  char            again[JAM_SHIM_STATE_SIZE];
  char            error[JAM_SHIM_TEXT_SIZE] = "";
  JamShimSettings settings;
  shim->get_settings(jam, &settings);
  strcpy(settings.link, NOWHERE);
  strcpy(settings.name, "Zo\xc3\xab \"Q\"");
  settings.bits = 16U;
  ck_assert(shim->set_settings(jam, &settings));
  ck_assert(shim->set_param(jam, JAM_SHIM_OUTPUT_GAIN, -7.25F));
  ck_assert(shim->set_param(jam, JAM_SHIM_SEND, 0.0F));
  ck_assert(shim->set_param(jam, JAM_SHIM_MODE, 2.0F));
  const size_t size = shim->save(jam, text, sizeof(text));
  ck_assert_uint_eq(size, strlen(text));
  ck_assert_uint_eq(shim->save(jam, again, size), size);
  ck_assert_str_eq(again, "");

  JamShimInstance* const other = shim->create();
  JamShimSettings        got;
  ck_assert(shim->load(other, text, size, error, sizeof(error)));
  shim->get_settings(other, &got);
  ck_assert_str_eq(got.link, NOWHERE);
  ck_assert_str_eq(got.name, settings.name);
  ck_assert_uint_eq(got.bits, 16U);
  EQ(shim->get_param(other, JAM_SHIM_OUTPUT_GAIN), -7.25F);
  EQ(shim->get_param(other, JAM_SHIM_SEND), 0.0F);
  EQ(shim->get_param(other, JAM_SHIM_MODE), 2.0F);
  ck_assert_uint_eq(shim->save(other, again, sizeof(again)), size);
  ck_assert_str_eq(again, text);
  shim->destroy(other);
}

END_TEST

START_TEST(the_longest_settings_fit_a_state)
{
  char            text[JAM_SHIM_STATE_SIZE];
  JamShimSettings settings;
  memset(&settings, 1, sizeof(settings)); // Written as six characters each
  settings.link[JAM_SHIM_LINK_SIZE - 1U] = '\0';
  settings.name[JAM_SHIM_NAME_SIZE - 1U] = '\0';
  settings.bits                          = 24U;
  ck_assert(shim->set_settings(jam, &settings));
  const size_t size = shim->save(jam, text, sizeof(text));
  ck_assert_uint_lt(size, sizeof(text));
  ck_assert(shim->load(jam, text, size, NULL, 0U));
}

END_TEST

START_TEST(what_is_no_state_changes_nothing)
{
  static const char* const wrong[] = {
    "",
    "hello",
    "[]",
    "{}",
    "{\"jamnet\":\"1\"}",
    "{\"jamnet\":0}",
    "{\"jamnet\":1,\"link\":5}",
    "{\"jamnet\":1,\"bits\":20}",
    "{\"jamnet\":1,\"params\":7}",
    "{\"jamnet\":1,\"params\":{\"mode\":\"safe\"}}",
    "{\"jamnet\":1,\"params\":{\"mode\":1e999}}",
    "{\"jamnet\":1,\"name\":\"0123456789012345678901234567890123456789\"}",
    "{\"jamnet\":2}"};
  char before[JAM_SHIM_STATE_SIZE];
  char after[JAM_SHIM_STATE_SIZE];
  (void)shim->save(jam, before, sizeof(before));
  for (size_t i = 0U; i < sizeof(wrong) / sizeof(wrong[0]); ++i) {
    char error[JAM_SHIM_TEXT_SIZE] = "";
    ck_assert_msg(
      !shim->load(jam, wrong[i], strlen(wrong[i]), error, sizeof(error)),
      "%s was taken",
      wrong[i]);
    ck_assert(strlen(error) > 10U && error[strlen(error) - 1U] == '.');
  }
  (void)shim->save(jam, after, sizeof(after));
  ck_assert_str_eq(before, after);

  JamShimSettings settings;
  shim->get_settings(jam, &settings);
  settings.bits = 20U;
  ck_assert(!shim->set_settings(jam, &settings));
  settings.bits = 24U;
  memset(settings.name, 'x', sizeof(settings.name));
  ck_assert(!shim->set_settings(jam, &settings));
}

END_TEST

START_TEST(a_state_of_a_newer_minor_kind_is_taken)
{
  static const char text[] =
    "{\"jamnet\":1,\"colour\":\"red\",\"params\":{\"reverb\":3,\"mode\":0}}";
  char error[JAM_SHIM_TEXT_SIZE];
  ck_assert(shim->load(jam, text, strlen(text), error, sizeof(error)));
  EQ(shim->get_param(jam, JAM_SHIM_MODE), 0.0F);
}

END_TEST

START_TEST(without_activation_there_is_silence)
{
  fill(in[0], 0.5F);
  fill(out[0], 0.5F);
  process(1U, 2U, FRAMES);
  EQ(out[0][0], 0.0F);
  ck_assert(shim->activate(jam, RATE, FRAMES));
  ck_assert(says(JAM_SHIM_IDLE, "invite"));
  shim->deactivate(jam);
  fill(out[0], 0.5F);
  process(1U, 2U, FRAMES);
  EQ(out[0][FRAMES - 1U], 0.0F);
  shim->deactivate(jam);
}

END_TEST

START_TEST(rates_that_cannot_be_are_told)
{
  static const double wrong[] =
    {88200.0, 8000.0, 0.0, -48000.0, 44200.0, (double)NAN, (double)INFINITY};
  static const double right[] =
    {44100.0, 44144.0, 47953.0, 48047.0, 96000.0, 192000.0};
  ck_assert(shim->set_param(jam, JAM_SHIM_MONITOR, 1.0F));
  for (size_t i = 0U; i < sizeof(wrong) / sizeof(wrong[0]); ++i) {
    ck_assert(!shim->activate(jam, wrong[i], FRAMES));
    fill(in[0], 0.5F);
    fill(out[0], 0.5F);
    process(1U, 2U, FRAMES);
    EQ(out[0][FRAMES - 1U], 0.0F);
    ck_assert(says(JAM_SHIM_FAILED, "44100, 48000, 96000 or 192000"));
  }
  for (size_t i = 0U; i < sizeof(right) / sizeof(right[0]); ++i) {
    ck_assert(shim->activate(jam, right[i], FRAMES));
    ck_assert(comes_to(1U, 0.5F));
  }
}

END_TEST

START_TEST(levels_are_what_was_asked_for)
{
  ck_assert(shim->activate(jam, RATE, FRAMES));
  ck_assert(shim->set_param(jam, JAM_SHIM_MONITOR, 1.0F));
  fill(in[0], 0.5F);
  fill(in[1], -0.25F);
  ck_assert(comes_to(1U, 0.5F));
  ck_assert(comes_to(2U, 0.125F)); // Their mean
  ck_assert(shim->set_param(jam, JAM_SHIM_INPUT_GAIN, -6.0206F));
  ck_assert(comes_to(1U, 0.25F));
  ck_assert(shim->set_param(jam, JAM_SHIM_OUTPUT_GAIN, 6.0206F));
  ck_assert(comes_to(1U, 0.5F));
  JamShimStatus status;
  shim->status(jam, &status);
  LE(fabsf(status.out_peak - 0.5F), 0.01F);
  LE(0.25F, status.in_peak);
  ck_assert(shim->set_param(jam, JAM_SHIM_OUTPUT_GAIN, -60.0F));
  process(1U, 2U, FRAMES);
  process(1U, 2U, FRAMES);
  EQ(out[0][0], 0.0F);
  ck_assert(shim->set_param(jam, JAM_SHIM_OUTPUT_GAIN, 0.0F));
  ck_assert(shim->set_param(jam, JAM_SHIM_MONITOR, 0.0F));
  ck_assert(comes_to(1U, 0.0F));
}

END_TEST

START_TEST(buffers_may_be_shared_or_missing)
{
  float* const       outs[3] = {in[0], in[1], out[0]};
  const float* const ins[1]  = {in[0]};
  JamShimBlock       block   = {0};
  const JamTime      end     = jam_now() + RIG_PATIENCE;
  ck_assert(shim->activate(jam, RATE, FRAMES));
  ck_assert(shim->set_param(jam, JAM_SHIM_MONITOR, 1.0F));
  block.frames       = FRAMES;
  block.in_channels  = 1U;
  block.in           = ins;
  block.out_channels = 3U;
  block.out          = outs;
  do {
    rig_nap();
    fill(in[0], 0.5F);
    fill(out[0], 0.5F);
    shim->process(jam, &block);
    EQ(out[0][FRAMES - 1U], 0.0F);
  } while (in[0][FRAMES - 1U] != 0.5F && jam_now() < end);
  EQ(in[0][FRAMES - 1U], 0.5F);
  process(0U, 2U, FRAMES);
  EQ(out[0][FRAMES - 1U], 0.0F);
  process(1U, 0U, FRAMES);
  process(0U, 0U, FRAMES);
  process(1U, 2U, 0U);
  process(1U, 2U, RIG_MAX_BLOCK);
  EQ(out[0][RIG_MAX_BLOCK - 1U], 0.5F);
}

END_TEST

START_TEST(what_is_no_number_goes_nowhere)
{
  ck_assert(shim->activate(jam, RATE, FRAMES));
  ck_assert(shim->set_param(jam, JAM_SHIM_MONITOR, 1.0F));
  fill(in[0], 0.5F);
  ck_assert(comes_to(1U, 0.5F));
  static const float bad[] = {(float)NAN,
                              (float)INFINITY,
                              (float)-INFINITY,
                              1e29F};
  for (size_t i = 0U; i < sizeof(bad) / sizeof(bad[0]); ++i) {
    in[0][i] = bad[i];
  }
  process(1U, 2U, FRAMES);
  for (size_t i = 0U; i < sizeof(bad) / sizeof(bad[0]); ++i) {
    EQ(out[0][i], 0.0F);
  }
  EQ(out[0][FRAMES - 1U], 0.5F);
  JamShimStatus status;
  shim->status(jam, &status);
  LE(status.in_peak, 0.5F);
}

END_TEST

START_TEST(faster_than_real_time_is_silent_and_passes)
{
  ck_assert(shim->activate(jam, RATE, 1024U));
  ck_assert(shim->set_param(jam, JAM_SHIM_MONITOR, 1.0F));
  fill(in[0], 0.5F);
  ck_assert(comes_to(1U, 0.5F));
  for (unsigned i = 0U; i < 60U * 48U; ++i) {
    process(1U, 2U, 1000U); // A minute in a moment
  }
  EQ(out[0][999], 0.0F);
  ck_assert(comes_to(1U, 0.5F)); // At the pace of naps again
}

END_TEST

START_TEST(offline_is_silent_at_once)
{
  const float* const ins[1]  = {in[0]};
  float* const       outs[1] = {out[0]};
  JamShimBlock       block   = {0};
  ck_assert(shim->activate(jam, RATE, FRAMES));
  ck_assert(shim->set_param(jam, JAM_SHIM_MONITOR, 1.0F));
  fill(in[0], 0.5F);
  ck_assert(comes_to(1U, 0.5F));
  block.frames       = FRAMES;
  block.in_channels  = 1U;
  block.in           = ins;
  block.out_channels = 1U;
  block.out          = outs;
  block.offline      = true;
  shim->process(jam, &block);
  EQ(out[0][0], 0.0F);
  EQ(out[0][FRAMES - 1U], 0.0F);
}

END_TEST

START_TEST(midi_that_is_none_is_ignored)
{
  const float* const ins[1]  = {in[0]};
  float* const       outs[1] = {out[0]};
  const JamShimMidi  midi[]  = {{0U, 0U, {0}},
                                {1U, 4U, {0xF0U, 1U, 2U}},
                                {7000U, 3U, {0x90U, 60U, 1U}},
                                {3U, 1U, {0x05U, 0U, 0U}}};
  JamShimBlock       block   = {0};
  block.frames               = FRAMES;
  block.in_channels          = 1U;
  block.in                   = ins;
  block.out_channels         = 1U;
  block.out                  = outs;
  block.midi_in_count        = 4U;
  block.midi_in              = midi;
  block.midi_out_count       = 77U;
  ck_assert(shim->activate(jam, RATE, FRAMES));
  for (unsigned i = 0U; i < 200U; ++i) {
    shim->process(jam, &block);
    ck_assert_uint_eq(block.midi_out_count, 0U);
  }
}

END_TEST

START_TEST(wrong_links_are_told)
{
  ck_assert(shim->activate(jam, RATE, FRAMES));
  rig_link(shim, jam, "hello");
  ck_assert(says(JAM_SHIM_FAILED, "not an invite link"));
  rig_link(shim, jam, NOWHERE);
  ck_assert(says(JAM_SHIM_FAILED, "cannot be found"));
  rig_link(shim, jam, "");
  ck_assert(says(JAM_SHIM_IDLE, "Give this plug-in an invite link."));
}

END_TEST

START_TEST(instances_come_and_go_while_names_are_resolved)
{
  for (unsigned i = 0U; i < 20U; ++i) {
    JamShimInstance* const other = rig_instance(shim, "Short", NOWHERE);
    ck_assert(shim->activate(other, RATE, FRAMES));
    for (unsigned n = 0U; n < i % 5U; ++n) {
      rig_nap();
    }
    if (i % 2U) {
      shim->deactivate(other);
      ck_assert(shim->activate(other, 44100.0, FRAMES));
    }
    shim->destroy(other);
  }
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("plugin_shim");
  TCase* const tests = tcase_create("host");
  tcase_set_timeout(tests, 100.0);
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, the_library_tells_what_it_is);
  tcase_add_test(tests, parameters_stay_in_their_range);
  tcase_add_test(tests, a_state_comes_back);
  tcase_add_test(tests, the_longest_settings_fit_a_state);
  tcase_add_test(tests, what_is_no_state_changes_nothing);
  tcase_add_test(tests, a_state_of_a_newer_minor_kind_is_taken);
  tcase_add_test(tests, without_activation_there_is_silence);
  tcase_add_test(tests, rates_that_cannot_be_are_told);
  tcase_add_test(tests, levels_are_what_was_asked_for);
  tcase_add_test(tests, buffers_may_be_shared_or_missing);
  tcase_add_test(tests, what_is_no_number_goes_nowhere);
  tcase_add_test(tests, faster_than_real_time_is_silent_and_passes);
  tcase_add_test(tests, offline_is_silent_at_once);
  tcase_add_test(tests, midi_that_is_none_is_ignored);
  tcase_add_test(tests, wrong_links_are_told);
  tcase_add_test(tests, instances_come_and_go_while_names_are_resolved);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
