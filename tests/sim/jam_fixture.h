// SPDX-License-Identifier: MIT
// What the jam tests share: play a scenario given as text, look at people.

#ifndef JAM_SIM_JAM_FIXTURE_H
#define JAM_SIM_JAM_FIXTURE_H

#include "sim/sim_jam.h"
#include "support/test_allocator.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

typedef struct Stage {
  Scenario      scenario;
  SimJamOptions options;
  TestAllocator memory;
  JamAllocator  allocator;
  SimJam*       jam;
} Stage;

static Stage stage;

/// Sets a jam up, without sound unless `dsp`.
static inline void stage_open(const char* const text, const bool dsp)
{
  char error[SCENARIO_ERROR_SIZE] = "";
  ck_assert_msg(scenario_parse(text, strlen(text), &stage.scenario, error),
                "%s",
                error);
  stage.allocator =
    test_allocator_init(&stage.memory, TEST_ALLOCATOR_NEVER_FAIL);
  stage.options = (SimJamOptions){.dsp = dsp, .allocator = &stage.allocator};
  stage.jam     = sim_jam_new(&stage.scenario, &stage.options, error);
  ck_assert_msg(stage.jam != NULL, "%s", error);
}

/// Plays to the end and sums up; the jam stays to be looked at.
static inline void stage_play(Report* const out)
{
  sim_jam_run(stage.jam, stage.scenario.seconds);
  sim_jam_report(stage.jam, out);
}

/// Ends the jam: nothing may leak.
static inline void stage_close(Report* const report)
{
  report_free(report);
  sim_jam_free(stage.jam);
  ck_assert(test_allocator_is_clean(&stage.memory));
}

/// Returns what `name` sees.
static inline JamView stage_view(const char* const name)
{
  JamView view;
  session_client_view(sim_jam_client(stage.jam, name), &view);
  return view;
}

/// Returns the row of a pair that must have been heard.
static inline const ReportListener* stage_heard(const Report* const report,
                                                const char* const   at,
                                                const char* const   from)
{
  const ReportListener* const row = report_listener(report, at, from);
  ck_assert_msg(row != NULL, "%s never heard %s", at, from);
  return row;
}

#endif // JAM_SIM_JAM_FIXTURE_H
