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

static bool is_hex(const char c)
{
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
         (c >= 'A' && c <= 'F');
}

// Returns the length of the escape at the start of `text` (its backslash), or
// 0 if it is a wrong one or a NUL. cJSON takes wrong digits for NUL, and a NUL
// would cut short the C string that everybody else then reads. What letters
// may follow, and surrogates, cJSON checks itself.
static size_t escape_length(const char* const text, const size_t size)
{
  if (size < 2U || text[1] != 'u') {
    return 2U;
  }
  if (size < 6U || !memcmp(text + 2, "0000", 4U)) {
    return 0U;
  }
  for (size_t i = 2U; i < 6U; ++i) {
    if (!is_hex(text[i])) {
      return 0U;
    }
  }
  return 6U;
}

// Returns the length of the character at the start of `text`, inside a string,
// or 0 if it may not be there.
static size_t character_length(const char* const text, const size_t size)
{
  if (text[0] == '\\') {
    return escape_length(text, size);
  }
  bool         good   = false;
  const size_t length = wire_utf8_next(text, size, &good);
  return good && (uint8_t)text[0] >= 0x20U ? length : 0U;
}

// Returns where the string that starts at `at` (its quote) is over, or 0.
static size_t string_end(const char* const text, const size_t size, size_t at)
{
  ++at;
  while (at < size && text[at] != '"') {
    const size_t length = character_length(text + at, size - at);
    if (length == 0U) {
      return 0U;
    }
    at += length;
  }
  return at < size ? at + 1U : 0U;
}

// One pass over the text. Brackets that do not balance are refused here, where
// it costs no allocation, and so that the parser meets the end of the text,
// which is not terminated, in as few of its states as possible.
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
