// SPDX-License-Identifier: MIT
// What was heard of whom, as JSON.

#include "app.h"

#include <cjson/cJSON.h>

#include <stdio.h>

static void
add_user(const App* const app, const JamUser* const user, cJSON* const list)
{
  const double seconds =
    app->joined ? (double)(jam_now() - app->joined) * 1e-9 : 0.0;
  const double ms  = 1e3 / app->heard.rate_hz;
  cJSON* const row = cJSON_CreateObject();
  cJSON_AddStringToObject(row, "from", user->name);
  cJSON_AddNumberToObject(row, "delay_ms", (double)user->delay_ms);
  cJSON_AddNumberToObject(row, "buffer_ms", (double)user->buffer_ms);
  cJSON_AddNumberToObject(row, "lost", (double)user->lost);
  cJSON_AddNumberToObject(row, "late", (double)user->late);
  cJSON_AddNumberToObject(row, "concealed_ms", (double)user->concealed * ms);
  cJSON_AddNumberToObject(row,
                          "longest_gap_ms",
                          (double)user->longest_gap * ms);
  cJSON_AddNumberToObject(row,
                          "bytes_per_s",
                          seconds > 0.0 ? (double)user->bytes / seconds : 0.0);
  cJSON_AddBoolToObject(row, "locked", user->locked);
  cJSON_AddNumberToObject(row, "midi_events", (double)user->midi_events);
  cJSON_AddNumberToObject(row, "midi_late", (double)user->midi_late);
  cJSON_AddItemToArray(list, row);
}

bool app_report(const App* const app, const char* const path)
{
  cJSON* const json = cJSON_CreateObject();
  cJSON* const list = cJSON_CreateArray();
  cJSON_AddStringToObject(json, "at", app->options->name);
  cJSON_AddNumberToObject(json, "rate", (double)app->heard.rate_hz);
  cJSON_AddNumberToObject(json, "rtt_ms", (double)app->heard.rtt_ms);
  cJSON_AddNumberToObject(json,
                          "clock_error_us",
                          (double)app->heard.clock_error_us);
  cJSON_AddNumberToObject(json,
                          "clock_bound_ms",
                          (double)app->heard.clock_bound_ms);
  cJSON_AddBoolToObject(json, "rolling", app->view.transport.rolling);
  cJSON_AddNumberToObject(json, "bpm", (double)app->view.transport.bpm);
  cJSON_AddNumberToObject(json, "bar", (double)app->view.transport.bar);
  cJSON_AddNumberToObject(json, "overruns", (double)app->heard.overruns);
  for (unsigned i = 0U; i < app->heard.user_count; ++i) {
    if (!app->heard.users[i].self) {
      add_user(app, &app->heard.users[i], list);
    }
  }
  cJSON_AddItemToObject(json, "listeners", list);
  char* const text = cJSON_Print(json);
  FILE* const file = text ? fopen(path, "w") : NULL;
  const bool  written =
    file && fputs(text, file) >= 0 && fputc('\n', file) != EOF;
  const bool closed = file && fclose(file) == 0;
  cJSON_free(text);
  cJSON_Delete(json);
  if (!written || !closed) {
    (void)fprintf(stderr, "jamnet: The report '%s' cannot be written.\n", path);
  }
  return written && closed;
}
