// SPDX-License-Identifier: MIT
// Any bytes as JSON: what the reader accepts must be sound all the way down,
// and what the writer makes of it must mean the same. The text ends where
// memory ends, as the parser is a library that no sanitizer sees into.

#include "support/guarded.h"
#include "wire/wire.h"

#include <cjson/cJSON.h>

#include <stdbool.h>

#define DEPTH 6U
#define MAX_TEXT 65536U
#define CAPACITY (8U * MAX_TEXT)

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

static void must(const bool truth)
{
  if (!truth) {
    abort();
  }
}

// Writes a tree by the writer. Returns false if it holds a number that the
// writer has no form for.
static bool put_tree(WireWriter* const writer, const cJSON* const json)
{
  int64_t number = 0;
  if (cJSON_IsString(json)) {
    wire_put_string(writer, json->valuestring);
  } else if (cJSON_IsNumber(json)) {
    if (!wire_int(json, INT64_MIN, INT64_MAX, &number)) {
      return false;
    }
    must(!wire_int(json, INT64_MIN, number - 1, &number));
    must(!wire_int(json, number + 1, INT64_MAX, &number));
    wire_put_int(writer, number);
  } else if (cJSON_IsArray(json) || cJSON_IsObject(json)) {
    const bool object = cJSON_IsObject(json);
    wire_put(writer, object ? "{" : "[");
    for (const cJSON* child = json->child; child; child = child->next) {
      if (object) {
        wire_put_string(writer, child->string);
        wire_put(writer, ":");
      }
      if (!put_tree(writer, child)) {
        return false;
      }
      wire_put(writer, child->next ? "," : "");
    }
    wire_put(writer, object ? "}" : "]");
  } else {
    wire_put(writer,
             cJSON_IsNull(json)   ? "null"
             : cJSON_IsTrue(json) ? "true"
                                  : "false");
  }
  return true;
}

static unsigned depth_of(const cJSON* const json)
{
  unsigned deepest = 0U;
  for (const cJSON* child = json->child; child; child = child->next) {
    const unsigned depth = depth_of(child);
    deepest              = depth > deepest ? depth : deepest;
  }
  return deepest + (cJSON_IsArray(json) || cJSON_IsObject(json) ? 1U : 0U);
}

// Compares in order, because a member may occur twice.
static bool same_tree(const cJSON* const a, const cJSON* const b)
{
  const cJSON* x = a->child;
  const cJSON* y = b->child;
  for (; x && y; x = x->next, y = y->next) {
    if ((x->string && strcmp(x->string, y->string) != 0) || !same_tree(x, y)) {
      return false;
    }
  }
  return !x && !y && a->type == b->type &&
         (!cJSON_IsNumber(a) || !(a->valuedouble < b->valuedouble ||
                                  a->valuedouble > b->valuedouble)) &&
         (!cJSON_IsString(a) || strcmp(a->valuestring, b->valuestring) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t* const data, const size_t size)
{
  static char    text[CAPACITY];
  static Guarded memory;
  if (!memory.base) {
    memory = guarded_new(MAX_TEXT);
  }
  if (size > MAX_TEXT) {
    return 0;
  }
  cJSON* const json =
    wire_parse(guarded_copy(&memory, data, size), size, DEPTH);
  if (!json) {
    return 0;
  }
  must(depth_of(json) <= DEPTH);
  char name[16];
  (void)wire_get_string(json, "name", name, sizeof(name));

  WireWriter writer;
  wire_writer_init(&writer, text, sizeof(text));
  if (put_tree(&writer, json)) {
    const size_t written = wire_writer_size(&writer);
    must(written > 0U);
    cJSON* const copy = cJSON_ParseWithLength(text, written);
    must(copy && same_tree(json, copy));
    cJSON_Delete(copy);
  }
  wire_free(json);
  return 0;
}
