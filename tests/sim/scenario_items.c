// SPDX-License-Identifier: MIT
// Nodes, clients, links and events of a scenario: their keys and limits.

#include "sim/scenario_items.h"

#include "sim/fields.h"

#include <cjson/cJSON.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER(type, member, low, high)                                        \
  {                                                                            \
    .key = #member, .kind = FIELD_NUMBER, .offset = offsetof(type, member),    \
    .minimum = (low), .maximum = (high)                                        \
  }
#define INTEGER(type, member, low, high)                                       \
  {                                                                            \
    .key = #member, .kind = FIELD_INTEGER, .offset = offsetof(type, member),   \
    .minimum = (low), .maximum = (high)                                        \
  }
#define STRING(type, member, need)                                             \
  {                                                                            \
    .key = #member, .kind = FIELD_STRING, .offset = offsetof(type, member),    \
    .size = sizeof(((type*)0)->member), .required = (need)                     \
  }
#define FLAG(type, member)                                                     \
  {                                                                            \
    .key = #member, .kind = FIELD_FLAG, .offset = offsetof(type, member)       \
  }
#define CHOICE(type, name, member, list, need)                                 \
  {                                                                            \
    .key = (name), .kind = FIELD_CHOICE, .offset = offsetof(type, member),     \
    .choices = (list), .required = (need)                                      \
  }

static const char* const modes[] = {"tight", "normal", "safe", "none", NULL};
static const char* const jitters[] =
  {"none", "uniform", "normal", "gamma", "wifi", "grid", NULL};

// In the order of ScenarioDo
static const char* const deeds[] = {"join",
                                    "leave",
                                    "rebind",
                                    "send",
                                    "mute",
                                    "gain",
                                    "outage",
                                    "crash",
                                    "restart",
                                    "gap",
                                    "drain",
                                    NULL};

// Links are written in other units than they are kept in
typedef struct RawLink {
  char   a[SCENARIO_NAME_SIZE], b[SCENARIO_NAME_SIZE];
  double delay_ms, loss, burst, kbit, queue_ms, duplicate, reorder;
  char   mask[17];
  bool   one_way;
} RawLink;

typedef struct RawJitter {
  int64_t kind;
  double  ms;
} RawJitter;

static const Field node_fields[] = {STRING(ScenarioNode, id, true),
                                    NUMBER(ScenarioNode, ppm, -1e4, 1e4),
                                    {0}};

static const Field client_fields[] = {
  STRING(ScenarioClient, name, true),
  STRING(ScenarioClient, node, false),
  STRING(ScenarioClient, in, false),
  STRING(ScenarioClient, midi, false),
  NUMBER(ScenarioClient, ppm, -1e4, 1e4),
  NUMBER(ScenarioClient, clock_ppm, -1e4, 1e4),
  NUMBER(ScenarioClient, wander_ppm, 0.0, 100.0),
  NUMBER(ScenarioClient, wake_us, 0.0, 10000.0),
  INTEGER(ScenarioClient, block, 16.0, 4096.0),
  CHOICE(ScenarioClient, "mode", mode, modes, false),
  NUMBER(ScenarioClient, kbit, 0.0, 1e5),
  {0}};

static const Field link_fields[] = {STRING(RawLink, a, true),
                                    STRING(RawLink, b, true),
                                    NUMBER(RawLink, delay_ms, 0.0, 10000.0),
                                    {.key = "jitter", .kind = FIELD_OTHER},
                                    NUMBER(RawLink, loss, 0.0, 1.0),
                                    NUMBER(RawLink, burst, 0.0, 10000.0),
                                    NUMBER(RawLink, kbit, 0.0, 1e9),
                                    NUMBER(RawLink, queue_ms, 0.0, 10000.0),
                                    NUMBER(RawLink, duplicate, 0.0, 1.0),
                                    NUMBER(RawLink, reorder, 0.0, 1.0),
                                    STRING(RawLink, mask, false),
                                    FLAG(RawLink, one_way),
                                    {0}};

static const Field jitter_fields[] = {
  CHOICE(RawJitter, "kind", kind, jitters, true),
  NUMBER(RawJitter, ms, 0.0, 10000.0),
  {0}};

static const Field event_fields[] = {
  NUMBER(ScenarioEvent, t, 0.0, 864000.0),
  CHOICE(ScenarioEvent, "do", what, deeds, true),
  STRING(ScenarioEvent, client, false),
  STRING(ScenarioEvent, user, false),
  STRING(ScenarioEvent, node, false),
  STRING(ScenarioEvent, a, false),
  STRING(ScenarioEvent, b, false),
  NUMBER(ScenarioEvent, seconds, 0.0, 864000.0),
  NUMBER(ScenarioEvent, value, 0.0, 2.0),
  FLAG(ScenarioEvent, flag),
  {0}};

bool scenario_read_node(const cJSON* const json,
                        const char* const  where,
                        Scenario* const    out,
                        char* const        error)
{
  return fields_read(json,
                     where,
                     node_fields,
                     &out->nodes[out->node_count++],
                     error,
                     SCENARIO_ERROR_SIZE);
}

bool scenario_read_client(const cJSON* const json,
                          const char* const  where,
                          Scenario* const    out,
                          char* const        error)
{
  ScenarioClient* const client = &out->clients[out->client_count++];
  client->mode                 = 1; // Normal
  client->clock_ppm            = SCENARIO_SAME_PPM;
  return fields_read(json,
                     where,
                     client_fields,
                     client,
                     error,
                     SCENARIO_ERROR_SIZE);
}

static bool read_jitter(const cJSON* const   json,
                        const char* const    where,
                        SimLinkConfig* const out,
                        char* const          error)
{
  RawJitter raw = {0, 0.0};
  if (json && !fields_read(json,
                           where,
                           jitter_fields,
                           &raw,
                           error,
                           SCENARIO_ERROR_SIZE)) {
    return false;
  }
  out->jitter = (SimJitter)raw.kind;
  out->span   = (JamTime)(raw.ms * (double)JAM_MS);
  return true;
}

bool scenario_read_link(const cJSON* const json,
                        const char* const  where,
                        Scenario* const    out,
                        char* const        error)
{
  RawLink raw = {.queue_ms = 200.0};
  if (!fields_read(json,
                   where,
                   link_fields,
                   &raw,
                   error,
                   SCENARIO_ERROR_SIZE)) {
    return false;
  }
  char*               end  = raw.mask;
  const uint64_t      mask = raw.mask[0] ? strtoull(raw.mask, &end, 16) : 0U;
  ScenarioLink* const link = &out->links[out->link_count++];
  memcpy(link->a, raw.a, sizeof(link->a));
  memcpy(link->b, raw.b, sizeof(link->b));
  link->one_way = raw.one_way;
  link->config =
    (SimLinkConfig){.delay     = (JamTime)(raw.delay_ms * (double)JAM_MS),
                    .loss      = raw.loss,
                    .burst     = raw.burst,
                    .duplicate = raw.duplicate,
                    .reorder   = raw.reorder,
                    .mask      = mask,
                    .kbit      = raw.kbit,
                    .queue     = (JamTime)(raw.queue_ms * (double)JAM_MS)};
  if (*end) {
    (void)snprintf(error,
                   SCENARIO_ERROR_SIZE,
                   "%s: mask must be hexadecimal.",
                   where);
    return false;
  }
  return read_jitter(cJSON_GetObjectItemCaseSensitive(json, "jitter"),
                     where,
                     &link->config,
                     error);
}

bool scenario_read_event(const cJSON* const json,
                         const char* const  where,
                         Scenario* const    out,
                         char* const        error)
{
  ScenarioEvent* const event = &out->events[out->event_count++];
  event->flag                = true;
  event->value               = 1.0;
  event->what                = SCENARIO_DO_COUNT;
  return fields_read(json,
                     where,
                     event_fields,
                     event,
                     error,
                     SCENARIO_ERROR_SIZE);
}

const char* scenario_deed(const ScenarioEvent* const event)
{
  return deeds[event->what];
}
