// SPDX-License-Identifier: MIT
// The parts of a scenario; used by scenario.c only.

#ifndef JAM_SIM_SCENARIO_ITEMS_H
#define JAM_SIM_SCENARIO_ITEMS_H

#include "sim/scenario.h"

struct cJSON;

/// Each appends one item called `where`, or writes one sentence.
bool scenario_read_node(const struct cJSON* json,
                        const char*         where,
                        Scenario*           out,
                        char*               error);
bool scenario_read_client(const struct cJSON* json,
                          const char*         where,
                          Scenario*           out,
                          char*               error);
bool scenario_read_link(const struct cJSON* json,
                        const char*         where,
                        Scenario*           out,
                        char*               error);
bool scenario_read_event(const struct cJSON* json,
                         const char*         where,
                         Scenario*           out,
                         char*               error);

/// Returns the word for what an event does.
const char* scenario_deed(const ScenarioEvent* event);

#endif // JAM_SIM_SCENARIO_ITEMS_H
