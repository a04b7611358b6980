// SPDX-License-Identifier: MIT
// Sound cards 400 ppm apart that wander: nothing is dropped or repeated and the
// delay stays, so that recordings of both ends line up. Three minutes; with
// JAM_LONG three hours.

#include "sim/jam_fixture.h"

#include "session/client_internal.h"
#include "sim/sim_stage.h"

#include <math.h>
#include <stdlib.h>

#define SETTLED_S 60.0
#define MOST_MS 1.0 // That the delay may differ, first to last
#define PPM 200.0
#define WANDER_PPM 3.0

typedef struct Since {
  size_t        samples; // Of the delay
  PlayoutReport report;
} Since;

static const SimHeard* heard_by(const unsigned at)
{
  return &stage.jam->players[at]->heard[1U - at];
}

static Since mark(const unsigned at)
{
  const SimHeard* const heard = heard_by(at);
  return (Since){heard->delays_ms.count, heard->newest.report};
}

static void judge(const unsigned at, const Since* const since)
{
  const SimHeard* const heard = heard_by(at);
  double                least = 1e9;
  double                most  = 0.0;
  for (size_t i = since->samples; i < heard->delays_ms.count; ++i) {
    const double ms = (double)heard->delays_ms.values[i];
    least           = fmin(least, ms);
    most            = fmax(most, ms);
  }
  const PlayoutReport* const now = &heard->newest.report;
  ck_assert_uint_eq(now->concealed, since->report.concealed);
  ck_assert_uint_eq(now->jumps, since->report.jumps);
  ck_assert_uint_eq(now->late, since->report.late);
  ck_assert_uint_gt(now->played, since->report.played);
  const Remote* const remote = stage.jam->players[at]->client->remotes[0];
  const double        truth = at == 0U ? (1.0 - PPM * 1e-6) / (1.0 + PPM * 1e-6)
                                       : (1.0 + PPM * 1e-6) / (1.0 - PPM * 1e-6);
  const double        ppm   = 1e6 * (remote->clock.ratio / truth - 1.0);
  (void)printf("%s: delay %.3f to %.3f ms, ratio within %.2f ppm of the mean\n",
               stage.scenario.clients[at].name,
               least,
               most,
               fabs(ppm));
  ck_assert_double_le(most - least, MOST_MS);
  ck_assert_double_le(fabs(ppm), 2.0 * WANDER_PPM + 2.0);
}

START_TEST(nothing_is_lost_between_cards_that_drift)
{
  static const char text[] =
    "{\"seed\":9,\"seconds\":10800,\"clients\":[{\"name\":\"ann\",\"ppm\":200,"
    "\"wander_ppm\":3},{\"name\":\"bob\",\"ppm\":-200,\"wander_ppm\":3,"
    "\"clock_ppm\":40}],\"links\":[{\"a\":\"ann\",\"b\":\"node\",\"delay_ms\":"
    "8,\"jitter\":{\"kind\":\"uniform\",\"ms\":0.5}},{\"a\":\"bob\",\"b\":"
    "\"node\",\"delay_ms\":12,\"jitter\":{\"kind\":\"uniform\",\"ms\":0.5}}]}";
  const double end_s = getenv("JAM_LONG") ? 10800.0 : 180.0;
  Report       report;
  stage_open(text, false);
  sim_jam_run(stage.jam, SETTLED_S);
  const Since since[2] = {mark(0U), mark(1U)};
  sim_jam_run(stage.jam, end_s);
  judge(0U, &since[0]);
  judge(1U, &since[1]);
  sim_jam_report(stage.jam, &report);
  stage_close(&report);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("sim_drift");
  TCase* const tcase = tcase_create("drift");
  tcase_set_timeout(tcase, 3600.0);
  tcase_add_test(tcase, nothing_is_lost_between_cards_that_drift);
  suite_add_tcase(suite, tcase);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
