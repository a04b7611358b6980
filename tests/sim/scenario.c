// SPDX-License-Identifier: MIT
// A scenario as a whole: its lists, and that every name in them means
// something.

#include "sim/scenario.h"

#include "sim/fields.h"
#include "sim/scenario_items.h"
#include "sim/sim_world.h"

#include "jellie/jellie.h"
#include "wire/wire.h"

#include <cjson/cJSON.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILE 65536U
#define EXACT 9007199254740992.0 // Integers beyond are not exact in JSON

static const Field top_fields[] = {
  {.key     = "seed",
   .kind    = FIELD_INTEGER,
   .offset  = offsetof(Scenario, seed),
   .maximum = EXACT},
  {.key     = "seconds",
   .kind    = FIELD_NUMBER,
   .offset  = offsetof(Scenario, seconds),
   .minimum = 0.01,
   .maximum = 864000.0},
  {.key     = "rate",
   .kind    = FIELD_INTEGER,
   .offset  = offsetof(Scenario, rate),
   .minimum = 44100.0,
   .maximum = 192000.0},
  {.key     = "frames",
   .kind    = FIELD_INTEGER,
   .offset  = offsetof(Scenario, frames),
   .minimum = 32.0,
   .maximum = 1024.0},
  {.key     = "bits",
   .kind    = FIELD_INTEGER,
   .offset  = offsetof(Scenario, bits),
   .minimum = 16.0,
   .maximum = 24.0},
  {.key = "cluster", .kind = FIELD_FLAG, .offset = offsetof(Scenario, cluster)},
  {.key = "nodes", .kind = FIELD_OTHER},
  {.key = "clients", .kind = FIELD_OTHER},
  {.key = "links", .kind = FIELD_OTHER},
  {.key = "events", .kind = FIELD_OTHER},
  {0}};

void scenario_default(Scenario* const out)
{
  memset(out, 0, sizeof(*out));
  out->seed       = 1U;
  out->seconds    = 10.0;
  out->rate       = 48000;
  out->bits       = 24;
  out->cluster    = true;
  out->node_count = 1U;
  (void)snprintf(out->nodes[0].id, sizeof(out->nodes[0].id), "node");
}

int scenario_client(const Scenario* const scenario, const char* const name)
{
  for (unsigned i = 0U; i < scenario->client_count; ++i) {
    if (strcmp(scenario->clients[i].name, name) == 0) {
      return (int)i;
    }
  }
  return -1;
}

int scenario_node(const Scenario* const scenario, const char* const id)
{
  for (unsigned i = 0U; i < scenario->node_count; ++i) {
    if (strcmp(scenario->nodes[i].id, id) == 0) {
      return (int)i;
    }
  }
  return -1;
}

typedef bool (*ReadItem)(const cJSON* json,
                         const char*  where,
                         Scenario*    out,
                         char*        error);

static bool read_list(const cJSON* const top,
                      const char* const  key,
                      const unsigned     maximum,
                      const ReadItem     read,
                      Scenario* const    out,
                      char* const        error)
{
  const cJSON* const list = cJSON_GetObjectItemCaseSensitive(top, key);
  if (!list) {
    return true;
  }
  if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > (int)maximum) {
    (void)snprintf(error,
                   SCENARIO_ERROR_SIZE,
                   "%s must be an array of at most %u.",
                   key,
                   maximum);
    return false;
  }
  unsigned     i    = 0U;
  const cJSON* item = NULL;
  cJSON_ArrayForEach(item, list)
  {
    char where[32];
    (void)snprintf(where, sizeof(where), "%s[%u]", key, i++);
    if (!read(item, where, out, error)) {
      return false;
    }
  }
  return true;
}

static bool known(const Scenario* const scenario,
                  const char* const     where,
                  const char* const     name,
                  const bool            client,
                  const bool            node,
                  char* const           error)
{
  const bool found = (client && scenario_client(scenario, name) >= 0) ||
                     (node && scenario_node(scenario, name) >= 0);
  if (!found) {
    (void)snprintf(error,
                   SCENARIO_ERROR_SIZE,
                   "%s: there is no %s \"%s\".",
                   where,
                   !node     ? "client"
                   : !client ? "node"
                             : "client or node",
                   name);
  }
  return found;
}

static bool event_known(const Scenario* const      scenario,
                        const ScenarioEvent* const event,
                        char* const                error)
{
  const char* const where = scenario_deed(event);
  switch (event->what) {
  case SCENARIO_JOIN:
  case SCENARIO_LEAVE:
  case SCENARIO_REBIND:
  case SCENARIO_SEND:
  case SCENARIO_GAP:
    return known(scenario, where, event->client, true, false, error);
  case SCENARIO_MUTE:
  case SCENARIO_GAIN:
    return known(scenario, where, event->client, true, false, error) &&
           known(scenario, where, event->user, true, false, error);
  case SCENARIO_OUTAGE:
    return known(scenario, where, event->a, true, true, error) &&
           known(scenario, where, event->b, true, true, error);
  case SCENARIO_CRASH:
  case SCENARIO_RESTART:
  case SCENARIO_DRAIN:
    return known(scenario, where, event->node, false, true, error);
  case SCENARIO_DO_COUNT:
    break;
  }
  return false;
}

static bool names_known(Scenario* const out, char* const error)
{
  if (out->node_count == 0U) {
    (void)snprintf(error, SCENARIO_ERROR_SIZE, "A jam needs a node.");
    return false;
  }
  for (unsigned i = 0U; i < out->client_count; ++i) {
    ScenarioClient* const client = &out->clients[i];
    if (!client->node[0]) {
      memcpy(client->node, out->nodes[0].id, sizeof(client->node));
    }
    if (!known(out, client->name, client->node, false, true, error)) {
      return false;
    }
    if (scenario_client(out, client->name) != (int)i ||
        scenario_node(out, client->name) >= 0) {
      (void)snprintf(error,
                     SCENARIO_ERROR_SIZE,
                     "The name \"%s\" is used twice.",
                     client->name);
      return false;
    }
  }
  for (unsigned i = 0U; i < out->link_count; ++i) {
    const ScenarioLink* const link = &out->links[i];
    if (!known(out, "links", link->a, true, true, error) ||
        !known(out, "links", link->b, true, true, error)) {
      return false;
    }
  }
  for (unsigned i = 0U; i < out->event_count; ++i) {
    if (!event_known(out, &out->events[i], error)) {
      return false;
    }
  }
  return true;
}

static bool
read_top(const cJSON* const json, Scenario* const out, char* const error)
{
  scenario_default(out);
  if (!fields_read(json,
                   "The scenario",
                   top_fields,
                   out,
                   error,
                   SCENARIO_ERROR_SIZE)) {
    return false;
  }
  out->frames = out->frames ? out->frames : jellie_unit((uint32_t)out->rate);
  if (cJSON_GetObjectItemCaseSensitive(json, "nodes")) {
    out->node_count = 0U;
  }
  return read_list(json,
                   "nodes",
                   SCENARIO_MAX_NODES,
                   scenario_read_node,
                   out,
                   error) &&
         read_list(json,
                   "clients",
                   SCENARIO_MAX_CLIENTS,
                   scenario_read_client,
                   out,
                   error) &&
         read_list(json,
                   "links",
                   SCENARIO_MAX_LINKS,
                   scenario_read_link,
                   out,
                   error) &&
         read_list(json,
                   "events",
                   SCENARIO_MAX_EVENTS,
                   scenario_read_event,
                   out,
                   error) &&
         names_known(out, error);
}

bool scenario_parse(const char* const text,
                    const size_t      size,
                    Scenario* const   out,
                    char              error[SCENARIO_ERROR_SIZE])
{
  cJSON* const json = wire_parse(text, size, 8U);
  if (!json) {
    (void)snprintf(error,
                   SCENARIO_ERROR_SIZE,
                   "The scenario is not valid JSON.");
    return false;
  }
  const bool read = read_top(json, out, error);
  wire_free(json);
  return read;
}

bool scenario_load(const char* const path,
                   Scenario* const   out,
                   char              error[SCENARIO_ERROR_SIZE])
{
  FILE* const file = fopen(path, "rb");
  if (!file) {
    (void)snprintf(error, SCENARIO_ERROR_SIZE, "%.150s cannot be read.", path);
    return false;
  }
  char* const  text = (char*)sim_grow(NULL, MAX_FILE + 1U);
  const size_t size = fread(text, 1U, MAX_FILE + 1U, file);
  (void)fclose(file);
  const bool read = scenario_parse(text, size, out, error);
  free(text);
  return read;
}
