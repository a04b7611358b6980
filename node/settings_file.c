// SPDX-License-Identifier: MIT
// Settings from a JSON file.

#include "settings.h"

#include <cjson/cJSON.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SIZE 65536U

static bool complain(const char* const path, const char* const what)
{
  (void)fprintf(stderr,
                "jamnet-node: The configuration file '%s' %s.\n",
                path,
                what);
  return false;
}

static char* read_all(const char* const path)
{
  FILE* const file = fopen(path, "rb");
  if (!file) {
    return NULL;
  }
  char* const  text = (char*)calloc(1U, MAX_SIZE + 1U);
  const size_t size = text ? fread(text, 1U, MAX_SIZE, file) : 0U;
  const bool   read = text && !ferror(file) && size < MAX_SIZE;
  (void)fclose(file);
  if (!read) {
    free(text);
    return NULL;
  }
  return text;
}

static const Setting* find(const char* const key)
{
  for (unsigned i = 0U; i < SETTING_COUNT; ++i) {
    if (node_settings[i].key && strcmp(node_settings[i].key, key) == 0) {
      return &node_settings[i];
    }
  }
  return NULL;
}

static bool set(NodeSettings* const  out,
                const Setting* const setting,
                const cJSON* const   item,
                const char* const    source)
{
  char        number[32];
  const char* value = NULL;
  if (cJSON_IsBool(item) && setting->type == SETTING_SWITCH) {
    value = cJSON_IsTrue(item) ? "true" : "false";
  } else if (cJSON_IsNumber(item) && setting->type == SETTING_NUMBER) {
    (void)snprintf(number, sizeof(number), "%.10g", item->valuedouble);
    value = number;
  } else if (cJSON_IsString(item) && setting->type != SETTING_SWITCH &&
             setting->type != SETTING_NUMBER) {
    value = item->valuestring;
  }
  if (!value) {
    const char* const type = setting->type == SETTING_SWITCH   ? "true or false"
                             : setting->type == SETTING_NUMBER ? "a number"
                                                               : "a text";
    (void)fprintf(stderr, "jamnet-node: %s takes %s.\n", source, type);
    return false;
  }
  return node_settings_set(out, setting, source, value);
}

bool node_settings_file(NodeSettings* const out, const char* const path)
{
  char* const text = read_all(path);
  if (!text) {
    return complain(path, "cannot be read");
  }
  cJSON* const json = cJSON_ParseWithOpts(text, NULL, true);
  free(text);
  if (!cJSON_IsObject(json)) {
    cJSON_Delete(json);
    return complain(path, "is not a JSON object");
  }
  bool valid = true;
  for (const cJSON* item = json->child; item && valid; item = item->next) {
    const Setting* const setting = find(item->string);
    char                 source[256];
    (void)snprintf(source,
                   sizeof(source),
                   "\"%.64s\" in '%.160s'",
                   item->string,
                   path);
    if (!setting) {
      (void)fprintf(stderr, "jamnet-node: %s is not a setting.\n", source);
    }
    valid = setting && set(out, setting, item, source);
  }
  cJSON_Delete(json);
  return valid;
}
