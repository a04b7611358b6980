// SPDX-License-Identifier: MIT
// The state as JSON text:
//
//   {"jamnet":1,"link":"jamnet://...","name":"Ana","bits":24,
//    "params":{"input_gain":0,"output_gain":0,"monitor":0,"send":1,"mode":1}}

#include "shim.h"

#include <cjson/cJSON.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#define STATE_VERSION 1.0

static cJSON* write_params(const JamShimInstance* const self)
{
  cJSON* const json = cJSON_CreateObject();
  for (unsigned i = 0U; i < JAM_SHIM_PARAM_COUNT; ++i) {
    const float value = shim_get_param(self, (JamShimParam)i);
    (void)cJSON_AddNumberToObject(json, shim_params[i].symbol, (double)value);
  }
  return json;
}

size_t
shim_save(JamShimInstance* const self, char* const out, const size_t capacity)
{
  JamShimSettings settings;
  (void)pthread_mutex_lock(&self->mutex);
  shim_settings_newest(self);
  settings = self->wanted;
  (void)pthread_mutex_unlock(&self->mutex);

  cJSON* const json = cJSON_CreateObject();
  (void)cJSON_AddNumberToObject(json, "jamnet", STATE_VERSION);
  (void)cJSON_AddStringToObject(json, "link", settings.link);
  (void)cJSON_AddStringToObject(json, "name", settings.name);
  (void)cJSON_AddNumberToObject(json, "bits", (double)settings.bits);
  (void)cJSON_AddItemToObject(json, "params", write_params(self));
  char* const  text = cJSON_PrintUnformatted(json);
  const size_t size = text ? strlen(text) : 0U;
  if (text && size < capacity) {
    memcpy(out, text, size + 1U);
  } else if (capacity) {
    out[0] = '\0';
  }
  cJSON_free(text);
  cJSON_Delete(json);
  return size;
}

static bool
complain(char* const error, const size_t error_size, const char* const sentence)
{
  if (error_size) {
    (void)snprintf(error, error_size, "%s", sentence);
  }
  return false;
}

/// Takes a text if there is one; false if it is none or does not fit.
static bool read_text(const cJSON* const json,
                      const char* const  key,
                      char* const        out,
                      const size_t       capacity)
{
  const cJSON* const item = cJSON_GetObjectItemCaseSensitive(json, key);
  if (!item) {
    return true;
  }
  if (!cJSON_IsString(item) || strlen(item->valuestring) >= capacity) {
    return false;
  }
  (void)snprintf(out, capacity, "%s", item->valuestring);
  return true;
}

static bool read_bits(const cJSON* const json, uint32_t* const out)
{
  const cJSON* const item = cJSON_GetObjectItemCaseSensitive(json, "bits");
  if (!item) {
    return true;
  }
  if (!cJSON_IsNumber(item) ||
      (item->valuedouble != 16.0 && item->valuedouble != 24.0)) {
    return false;
  }
  *out = (uint32_t)item->valuedouble;
  return true;
}

static bool read_params(const cJSON* const json,
                        float              out[JAM_SHIM_PARAM_COUNT])
{
  const cJSON* const params = cJSON_GetObjectItemCaseSensitive(json, "params");
  for (unsigned i = 0U; i < JAM_SHIM_PARAM_COUNT; ++i) {
    const cJSON* const item =
      cJSON_GetObjectItemCaseSensitive(params, shim_params[i].symbol);
    out[i] = shim_params[i].initial;
    if (item && (!cJSON_IsNumber(item) || !isfinite(item->valuedouble) ||
                 fabs(item->valuedouble) > 1e6)) {
      return false;
    }
    if (item) {
      out[i] = (float)item->valuedouble;
    }
  }
  return !params || cJSON_IsObject(params);
}

static bool read_all(JamShimInstance* const self,
                     const cJSON* const     json,
                     char* const            error,
                     const size_t           error_size)
{
  JamConfig          config;
  JamShimSettings    settings = {{0}, {0}, 0U};
  float              params[JAM_SHIM_PARAM_COUNT];
  const cJSON* const version = cJSON_GetObjectItemCaseSensitive(json, "jamnet");
  if (!cJSON_IsObject(json) || !cJSON_IsNumber(version) ||
      version->valuedouble < 1.0) {
    return complain(error, error_size, "This is not a state of JAMNet.");
  }
  if (version->valuedouble >= STATE_VERSION + 1.0) {
    return complain(error,
                    error_size,
                    "This state was saved by a newer JAMNet. Install that one "
                    "to use it.");
  }
  jam_config_default(&config);
  settings.bits = config.bits;
  memcpy(settings.name, config.name, sizeof(config.name));
  if (!read_text(json, "link", settings.link, sizeof(settings.link)) ||
      !read_text(json, "name", settings.name, sizeof(settings.name)) ||
      !read_bits(json, &settings.bits) || !read_params(json, params)) {
    return complain(error,
                    error_size,
                    "This state of JAMNet holds a value that cannot be.");
  }
  for (unsigned i = 0U; i < JAM_SHIM_PARAM_COUNT; ++i) {
    (void)shim_set_param(self, (JamShimParam)i, params[i]);
  }
  return shim_set_settings(self, &settings);
}

bool shim_load(JamShimInstance* const self,
               const char* const      text,
               const size_t           size,
               char* const            error,
               const size_t           error_size)
{
  if (size > JAM_SHIM_STATE_SIZE) {
    return complain(error, error_size, "This is not a state of JAMNet.");
  }
  cJSON* const json   = cJSON_ParseWithLength(text, size);
  const bool   loaded = read_all(self, json, error, error_size);
  cJSON_Delete(json);
  return loaded;
}
