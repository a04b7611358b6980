// SPDX-License-Identifier: MIT
// The table-driven reader.

#include "sim/fields.h"

#include <cjson/cJSON.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const Field* field_of(const Field* const fields, const char* const key)
{
  for (const Field* field = fields; field->key; ++field) {
    if (strcmp(field->key, key) == 0) {
      return field;
    }
  }
  return NULL;
}

static bool
read_string(const cJSON* const value, const Field* const field, char* const out)
{
  if (!cJSON_IsString(value) || strlen(value->valuestring) >= field->size) {
    return false;
  }
  memcpy(out, value->valuestring, strlen(value->valuestring) + 1U);
  return true;
}

static bool
read_choice(const cJSON* const value, const Field* const field, void* const out)
{
  for (int64_t i = 0; cJSON_IsString(value) && field->choices[i]; ++i) {
    if (strcmp(field->choices[i], value->valuestring) == 0) {
      memcpy(out, &i, sizeof(i));
      return true;
    }
  }
  return false;
}

static bool
read_value(const cJSON* const value, const Field* const field, void* const base)
{
  void* const  out  = (char*)base + field->offset;
  const bool   flag = cJSON_IsTrue(value);
  const double number =
    cJSON_IsNumber(value) ? value->valuedouble : (double)NAN;
  const bool    within = number >= field->minimum && number <= field->maximum;
  const int64_t whole  = within ? (int64_t)number : 0;
  switch (field->kind) {
  case FIELD_NUMBER:
    memcpy(out, &number, sizeof(number));
    return within;
  case FIELD_INTEGER:
    memcpy(out, &whole, sizeof(whole));
    return within && floor(number) == number;
  case FIELD_STRING:
    return read_string(value, field, (char*)out);
  case FIELD_FLAG:
    memcpy(out, &flag, sizeof(flag));
    return cJSON_IsBool(value);
  case FIELD_CHOICE:
    return read_choice(value, field, out);
  case FIELD_OTHER:
    break;
  }
  return true;
}

static void complain(char* const        error,
                     const size_t       room,
                     const char* const  where,
                     const Field* const field)
{
  char wanted[120] = "a string of fitting length";
  if (field->kind == FIELD_FLAG) {
    (void)snprintf(wanted, sizeof(wanted), "true or false");
  } else if (field->kind == FIELD_NUMBER || field->kind == FIELD_INTEGER) {
    (void)snprintf(wanted,
                   sizeof(wanted),
                   "%s from %g to %g",
                   field->kind == FIELD_NUMBER ? "a number" : "an integer",
                   field->minimum,
                   field->maximum);
  } else if (field->kind == FIELD_CHOICE) {
    size_t used = (size_t)snprintf(wanted, sizeof(wanted), "one of");
    for (unsigned i = 0U; field->choices[i] && used < sizeof(wanted); ++i) {
      used += (size_t)snprintf(wanted + used,
                               sizeof(wanted) - used,
                               " %s",
                               field->choices[i]);
    }
  }
  (void)snprintf(error, room, "%s: %s must be %s.", where, field->key, wanted);
}

bool fields_read(const cJSON* const object,
                 const char* const  where,
                 const Field* const fields,
                 void* const        out,
                 char* const        error,
                 const size_t       room)
{
  if (!cJSON_IsObject(object)) {
    (void)snprintf(error, room, "%s must be an object.", where);
    return false;
  }
  const cJSON* value = NULL;
  cJSON_ArrayForEach(value, object)
  {
    const Field* const field = field_of(fields, value->string);
    if (!field ||
        cJSON_GetObjectItemCaseSensitive(object, value->string) != value) {
      (void)snprintf(error,
                     room,
                     "%s: %s key \"%.40s\".",
                     where,
                     field ? "repeated" : "unknown",
                     value->string);
      return false;
    }
    if (!read_value(value, field, out)) {
      complain(error, room, where, field);
      return false;
    }
  }
  for (const Field* field = fields; field->key; ++field) {
    if (field->required &&
        !cJSON_GetObjectItemCaseSensitive(object, field->key)) {
      (void)snprintf(error, room, "%s: %s is missing.", where, field->key);
      return false;
    }
  }
  return true;
}
