// SPDX-License-Identifier: MIT
// How players are aligned: the modes give the delay they promise, a change of
// mode makes no click, and the click itself is where the beat is.

#include "support/engines.h"

#include "session/client_click.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define SECONDS 20U
#define TURN 0.05 // Of the sine that client 0 plays, per sample

static float heard[SECONDS * RATE];

static void wish(World* const world, const JamCommand command)
{
  ck_assert(session_client_command(world->clients[1], &command));
}

// How far the newest `frames` samples are from any sine of that pitch
static double roughness(const World* const world, const size_t frames)
{
  double worst = 0.0;
  for (size_t i = world->ear_count - frames; i < world->ear_count; ++i) {
    const double rest = (double)heard[i] -
                        2.0 * cos(TURN) * (double)heard[i - 1U] +
                        (double)heard[i - 2U];
    worst = fmax(worst, fabs(rest));
  }
  return worst;
}

START_TEST(changing_the_alignment_makes_no_click)
{
  static const struct {
    JamAlign align;
    double   least_ms, most_ms;
  } steps[] = {{JAM_ALIGN_BAR, 1999.5, 2000.5},
               {JAM_ALIGN_COMMON, 0.1, 40.0},
               {JAM_ALIGN_BAR, 1999.5, 2000.5},
               {JAM_ALIGN_LEAST, 0.1, 40.0}};

  World world;
  world_start(&world, 8U);
  world.ear      = heard;
  world.ear_room = SECONDS * RATE;
  world_join(&world, 0U, 1U);
  world_join(&world, 1U, 1U);
  world_run(&world, 5 * JAM_SECOND);
  const double usual = roughness(&world, 2U * RATE);
  for (unsigned i = 0U; i < sizeof(steps) / sizeof(steps[0]); ++i) {
    wish(
      &world,
      (JamCommand){.kind = JAM_COMMAND_ALIGN, .value = (float)steps[i].align});
    world_run(&world, 2 * JAM_SECOND);
    world.loudest[1] = 0.0f;
    world_run(&world, JAM_SECOND);
    ck_assert(world.loudest[1] > 0.2f);
    const JamView view = view_of(&world, 1U);
    ck_assert_int_eq(view.transport.align, steps[i].align);
    ck_assert_double_ge(view.users[1].delay_ms, steps[i].least_ms);
    ck_assert_double_le(view.users[1].delay_ms, steps[i].most_ms);
    // A cross-fade bends a sine a little; a click would be a hundred times that
    ck_assert_double_le(roughness(&world, 3U * RATE), usual + 0.002);
  }
  world_end(&world);
}

END_TEST

START_TEST(clicks_stand_on_the_first_sample_of_their_beat)
{
  ClickPlan plan = {.on = true, .level = 0.5f, .ns_per_frame = 1e9 / RATE};
  Click     click;
  synchub_transport_init(&plan.transport);
  synchub_transport_tempo(&plan.transport, 0, 150.0);
  synchub_transport_metre(&plan.transport, 0, 3U, 4U);
  plan.transport.rolling = true;
  client_click_init(&click, RATE);
  // 0.4 s are 19200 frames; the writer's beginning is half a frame after 100
  plan.device_position = 100;
  plan.ns              = -0.5e9 / RATE;
  int64_t  next        = 101;
  unsigned beats       = 0U;
  float    before      = 0.0f;
  for (int64_t at = 0; at < 5 * (int64_t)RATE; at += 37) {
    float        out[37] = {0.0f};
    float* const one[1]  = {out};
    client_click_render(&click, &plan, at, one, 1U, 37U);
    for (int64_t i = 0; i < 37; ++i) {
      // Its first sample is the zero from which the wave rises
      if (at + i == next + 1) {
        ck_assert(before == 0.0f && out[i] > 0.01f);
        ck_assert_int_eq(click.tone, beats % 3U == 0U);
        next += 19200;
        ++beats;
      } else if (at + i > next - 15000 && at + i <= next) {
        ck_assert(out[i] == 0.0f);
      }
      before = out[i];
    }
  }
  ck_assert_uint_eq(beats, 13U);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("session_align");
  TCase* const tcase = tcase_create("align");
  tcase_set_timeout(tcase, 60.0);
  tcase_add_test(tcase, changing_the_alignment_makes_no_click);
  tcase_add_test(tcase, clicks_stand_on_the_first_sample_of_their_beat);
  suite_add_tcase(suite, tcase);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
