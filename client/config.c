// SPDX-License-Identifier: MIT
// The configuration file: JSON, in $XDG_CONFIG_HOME/jamnet/config.json.

#include "options.h"

#include <cjson/cJSON.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_SIZE 65536L

static bool folder(char* const out, const size_t capacity)
{
  const char* const xdg  = getenv("XDG_CONFIG_HOME");
  const char* const home = getenv("HOME");
  int               size = -1;
  if (xdg && xdg[0] == '/') {
    size = snprintf(out, capacity, "%s/jamnet", xdg);
  } else if (home && home[0]) {
    size = snprintf(out, capacity, "%s/.config/jamnet", home);
  }
  return size > 0 && (size_t)size < capacity;
}

static bool path(char* const out, const size_t capacity)
{
  char      in[OPTION_PATH_SIZE];
  const int size =
    folder(in, sizeof(in)) ? snprintf(out, capacity, "%s/config.json", in) : -1;
  return size > 0 && (size_t)size < capacity;
}

static char* read_all(const char* const name)
{
  FILE* const file = fopen(name, "rb");
  if (!file) {
    return NULL;
  }
  char* const  text = (char*)calloc(1U, (size_t)MAX_SIZE + 1U);
  const size_t size = text ? fread(text, 1U, (size_t)MAX_SIZE, file) : 0U;
  (void)fclose(file);
  if (size == (size_t)MAX_SIZE) {
    text[0] = '\0'; // Too long to be ours: not JSON, so it is reported
  }
  return text;
}

static void get_text(const cJSON* const json,
                     const char* const  key,
                     char* const        out,
                     const size_t       capacity)
{
  const cJSON* const item = cJSON_GetObjectItemCaseSensitive(json, key);
  if (cJSON_IsString(item)) {
    (void)client_copy(out, capacity, item->valuestring);
  }
}

static bool valid_bits(const double bits)
{
  return bits == 16.0 || bits == 24.0;
}

static void apply(const cJSON* const json, ClientOptions* const out)
{
  get_text(json, "name", out->name, sizeof(out->name));
  get_text(json, "audio", out->audio, sizeof(out->audio));
  get_text(json, "api", out->api, sizeof(out->api));
  get_text(json, "input", out->input, sizeof(out->input));
  get_text(json, "output", out->output, sizeof(out->output));
  get_text(json, "midi_in", out->midi_in, sizeof(out->midi_in));
  get_text(json, "midi_out", out->midi_out, sizeof(out->midi_out));
  get_text(json, "midi_in_map", out->midi_in_map, sizeof(out->midi_in_map));
  get_text(json, "midi_out_map", out->midi_out_map, sizeof(out->midi_out_map));
  get_text(json, "theme", out->theme, sizeof(out->theme));
  const cJSON* const bits = cJSON_GetObjectItemCaseSensitive(json, "bits");
  if (cJSON_IsNumber(bits) && valid_bits(bits->valuedouble)) {
    out->bits = (unsigned)bits->valuedouble;
  }
  const cJSON* const mode = cJSON_GetObjectItemCaseSensitive(json, "mode");
  if (cJSON_IsNumber(mode) && mode->valuedouble >= 0.0 &&
      mode->valuedouble <= (double)JAM_MODE_SAFE) {
    out->mode = (JamMode)mode->valuedouble;
  }
}

bool client_config_load(ClientOptions* const options)
{
  char  name[OPTION_PATH_SIZE];
  char* text = path(name, sizeof(name)) ? read_all(name) : NULL;
  if (!text) {
    return true; // None yet
  }
  cJSON* const json = cJSON_Parse(text);
  free(text);
  if (!cJSON_IsObject(json)) {
    cJSON_Delete(json);
    (void)fprintf(stderr,
                  "jamnet: The settings in '%s' are not valid JSON. Mend or "
                  "delete the file.\n",
                  name);
    return false;
  }
  apply(json, options);
  cJSON_Delete(json);
  return true;
}

static bool write_all(const char* const name, const char* const text)
{
  char      temporary[OPTION_PATH_SIZE + 8U];
  const int size = snprintf(temporary, sizeof(temporary), "%s.new", name);
  if (size < 0 || (size_t)size >= sizeof(temporary)) {
    return false;
  }
  FILE* const file = fopen(temporary, "wb");
  if (!file) {
    return false;
  }
  const bool written = fputs(text, file) >= 0 && fputc('\n', file) != EOF;
  const bool closed  = fclose(file) == 0;
  // Renamed when complete, so that a full disk never costs the old settings
  return written && closed && rename(temporary, name) == 0;
}

static bool make_folders(void)
{
  char name[OPTION_PATH_SIZE];
  if (!folder(name, sizeof(name))) {
    return false;
  }
  for (char* c = name + 1; *c; ++c) {
    if (*c == '/') {
      *c = '\0';
      (void)mkdir(name, 0700);
      *c = '/';
    }
  }
  return mkdir(name, 0700) == 0 || errno == EEXIST;
}

bool client_config_save(const ClientOptions* const options)
{
  char         name[OPTION_PATH_SIZE];
  cJSON* const json = cJSON_CreateObject();
  cJSON_AddStringToObject(json, "name", options->name);
  cJSON_AddStringToObject(json, "audio", options->audio);
  cJSON_AddStringToObject(json, "api", options->api);
  cJSON_AddStringToObject(json, "input", options->input);
  cJSON_AddStringToObject(json, "output", options->output);
  cJSON_AddStringToObject(json, "midi_in", options->midi_in);
  cJSON_AddStringToObject(json, "midi_out", options->midi_out);
  cJSON_AddStringToObject(json, "midi_in_map", options->midi_in_map);
  cJSON_AddStringToObject(json, "midi_out_map", options->midi_out_map);
  cJSON_AddStringToObject(json, "theme", options->theme);
  cJSON_AddNumberToObject(json, "bits", options->bits);
  cJSON_AddNumberToObject(json, "mode", (double)options->mode);
  char* const text = cJSON_Print(json);
  cJSON_Delete(json);
  const bool saved =
    text && make_folders() && path(name, sizeof(name)) && write_all(name, text);
  cJSON_free(text);
  if (!saved) {
    (void)fputs("jamnet: The settings could not be saved.\n", stderr);
  }
  return saved;
}
