// SPDX-License-Identifier: MIT
// JSON from a peer: what is too long, too deep or not text at all is refused
// before cJSON sees it.

#include "wire/wire.h"

#include "wire/utf8.h"

#include <cjson/cJSON.h>

#include <math.h>
#include <string.h>

#define MAX_TEXT 65536U

// Doubles stand for one integer each only below 2^53
#define MAX_EXACT 9007199254740991.0

static bool is_space(const char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Returns where the string that starts at `at` (its quote) is over, or 0. All
// of it must be UTF-8 without control characters. An escaped NUL is refused
// too: it would cut the C string short that everybody else then reads.
static size_t string_end(const char* const text, const size_t size, size_t at)
{
  ++at;
  while (at < size) {
    const char c = text[at];
    if (c == '"') {
      return at + 1U;
    }
    if (c == '\\') {
      if (size - at >= 6U && !memcmp(text + at + 1U, "u0000", 5U)) {
        return 0U;
      }
      at += 2U;
    } else if ((uint8_t)c < 0x20U) {
      return 0U;
    } else {
      bool good = false;
      at += wire_utf8_next(text + at, size - at, &good);
      if (!good) {
        return 0U;
      }
    }
  }
  return 0U;
}

// One pass over the text. Brackets must balance, so that cJSON never runs into
// the end of the text, which need not be terminated, inside a container.
static bool
is_sound(const char* const text, const size_t size, const unsigned max_depth)
{
  unsigned depth = 0U;
  size_t   at    = 0U;
  while (at < size) {
    const char c = text[at];
    if (c == '"') {
      at = string_end(text, size, at);
      if (at == 0U) {
        return false;
      }
      continue;
    }
    if (c == '{' || c == '[') {
      if (depth++ >= max_depth) {
        return false;
      }
    } else if (c == '}' || c == ']') {
      if (depth-- == 0U) {
        return false;
      }
    } else if (!is_space(c) && (c < ' ' || c > '~')) {
      return false;
    }
    ++at;
  }
  return depth == 0U;
}

cJSON*
wire_parse(const char* const text, const size_t size, const unsigned max_depth)
{
  if (size == 0U || size > MAX_TEXT || !is_sound(text, size, max_depth)) {
    return NULL;
  }
  const char*  end  = NULL;
  cJSON* const json = cJSON_ParseWithLengthOpts(text, size, &end, false);
  if (!json) {
    return NULL;
  }
  while (end < text + size && is_space(*end)) {
    ++end;
  }
  if (end != text + size) {
    cJSON_Delete(json);
    return NULL;
  }
  return json;
}

void wire_free(cJSON* const json)
{
  cJSON_Delete(json);
}

const cJSON* wire_get(const cJSON* const object, const char* const key)
{
  return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key)
                                : NULL;
}

bool wire_int(const cJSON* const value,
              const int64_t      minimum,
              const int64_t      maximum,
              int64_t* const     out)
{
  if (!cJSON_IsNumber(value)) {
    return false;
  }
  const double number = value->valuedouble;
  if (!(fabs(number) <= MAX_EXACT)) {
    return false;
  }
  const int64_t whole = (int64_t)number;
  if ((double)whole < number || (double)whole > number || whole < minimum ||
      whole > maximum) {
    return false;
  }
  *out = whole;
  return true;
}

bool wire_get_int(const cJSON* const object,
                  const char* const  key,
                  const int64_t      minimum,
                  const int64_t      maximum,
                  int64_t* const     out)
{
  return wire_int(wire_get(object, key), minimum, maximum, out);
}

bool wire_get_string(const cJSON* const object,
                     const char* const  key,
                     char* const        out,
                     const size_t       capacity)
{
  const char* const text = cJSON_GetStringValue(wire_get(object, key));
  if (!text) {
    return false;
  }
  const size_t size = strlen(text) + 1U;
  if (size > capacity) {
    return false;
  }
  memcpy(out, text, size);
  return true;
}
