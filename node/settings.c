// SPDX-License-Identifier: MIT
// Settings from text, from the environment, and as help.

#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void* place(NodeSettings* const out, const Setting* const setting)
{
  return (char*)out + setting->offset;
}

// HOST:PORT with a port of 0 .. 65535; the host is the resolver's business
static bool is_address(const char* const text, const size_t size)
{
  size_t digits = 0U;
  long   port   = 0;
  while (digits < size && text[size - 1U - digits] >= '0' &&
         text[size - 1U - digits] <= '9') {
    ++digits;
  }
  if (digits < 1U || digits > 5U || digits >= size ||
      text[size - 1U - digits] != ':') {
    return false;
  }
  port = strtol(text + size - digits, NULL, 10);
  return port <= 65535L;
}

static bool is_list(const char* const text)
{
  for (const char* at = text; at;) {
    const char* const comma = strchr(at, ',');
    if (!is_address(at, comma ? (size_t)(comma - at) : strlen(at))) {
      return false;
    }
    at = comma ? comma + 1 : NULL;
  }
  return true;
}

static bool refuse(const char* const source,
                   const char* const takes,
                   const char* const value)
{
  (void)fprintf(stderr,
                "jamnet-node: %s takes %s, not '%s'.\n",
                source,
                takes,
                value);
  return false;
}

static bool set_text(char* const          out,
                     const Setting* const setting,
                     const char* const    source,
                     const char* const    value)
{
  if (strlen(value) >= SETTING_TEXT_SIZE) {
    (void)fprintf(stderr,
                  "jamnet-node: %s takes at most %u characters.\n",
                  source,
                  SETTING_TEXT_SIZE - 1U);
    return false;
  }
  if (value[0] && setting->type == SETTING_ADDRESS &&
      !is_address(value, strlen(value))) {
    return refuse(source, "ADDR:PORT, such as 0.0.0.0:8080", value);
  }
  if (value[0] && setting->type == SETTING_LIST && !is_list(value)) {
    return refuse(source,
                  "HOST:PORT, several separated by commas, such as "
                  "0.0.0.0:4460",
                  value);
  }
  strcpy(out, value);
  return true;
}

static bool set_number(unsigned* const      out,
                       const Setting* const setting,
                       const char* const    source,
                       const char* const    value)
{
  char*               end    = NULL;
  const unsigned long number = strtoul(value, &end, 10);
  if (value[0] < '0' || value[0] > '9' || *end || number < setting->min ||
      number > setting->max) {
    char takes[64];
    (void)snprintf(takes,
                   sizeof(takes),
                   "a whole number from %u to %u",
                   setting->min,
                   setting->max);
    return refuse(source, takes, value);
  }
  *out = (unsigned)number;
  return true;
}

static bool
set_switch(bool* const out, const char* const source, const char* const value)
{
  const bool on  = strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
  const bool off = strcmp(value, "false") == 0 || strcmp(value, "0") == 0;
  *out           = on;
  return on || off || refuse(source, "true or false", value);
}

bool node_settings_set(NodeSettings* const  out,
                       const Setting* const setting,
                       const char* const    source,
                       const char* const    value)
{
  void* const to = place(out, setting);
  switch (setting->type) {
  case SETTING_NUMBER:
    return set_number((unsigned*)to, setting, source, value);
  case SETTING_SWITCH:
    return set_switch((bool*)to, source, value);
  default:
    return set_text((char*)to, setting, source, value);
  }
}

void node_settings_default(NodeSettings* const out)
{
  memset(out, 0, sizeof(*out));
  for (unsigned i = 0U; i < SETTING_COUNT; ++i) {
    const Setting* const setting = &node_settings[i];
    if (setting->fallback) {
      (void)node_settings_set(out, setting, "default", setting->fallback);
    }
  }
}

bool node_settings_env(NodeSettings* const out)
{
  for (unsigned i = 0U; i < SETTING_COUNT; ++i) {
    const Setting* const setting = &node_settings[i];
    char* const          value   = getenv(setting->env);
    if (!value || !value[0]) {
      continue;
    }
    const bool valid = node_settings_set(out, setting, setting->env, value);
    if (setting->type == SETTING_SECRET) {
      explicit_bzero(value, strlen(value)); // Where others may look it up
      (void)unsetenv(setting->env);
    }
    if (!valid) {
      return false;
    }
  }
  return true;
}

void node_settings_fly(NodeSettings* const out)
{
  const char* const region = getenv("FLY_REGION");
  const char* const app    = getenv("FLY_APP_NAME");
  if (region && !out->region[0] && strlen(region) < 16U) {
    strcpy(out->region, region);
  }
  // Only a cluster tells players where its nodes are
  if (app && !out->address[0] &&
      (out->cluster_secret[0] || out->cluster_file[0])) {
    const size_t first = strcspn(out->listen, ",");
    size_t       colon = first;
    while (colon > 0U && out->listen[colon] != ':') {
      --colon;
    }
    (void)snprintf(out->address,
                   sizeof(out->address),
                   "%.200s.fly.dev%.*s",
                   app,
                   (int)(first - colon),
                   out->listen + colon);
  }
}

static void print_help_of(const Setting* const setting)
{
  char left[40] = "";
  (void)snprintf(left,
                 sizeof(left),
                 "%s%s%s%s",
                 setting->flag ? "--" : "",
                 setting->flag ? setting->flag : setting->env,
                 setting->value ? " " : "",
                 setting->value ? setting->value : "");
  for (const char* line = setting->help; line;) {
    const char* const end = strchr(line, '\n');
    (void)printf("  %-25s %.*s",
                 left,
                 end ? (int)(end - line) : (int)strlen(line),
                 line);
    if (!end && setting->fallback) {
      (void)printf(" (default %s)", setting->fallback);
    }
    (void)puts("");
    left[0] = '\0';
    line    = end ? end + 1 : NULL;
  }
}

void node_settings_help(void)
{
  for (unsigned i = 0U; i < SETTING_COUNT; ++i) {
    print_help_of(&node_settings[i]);
  }
}
