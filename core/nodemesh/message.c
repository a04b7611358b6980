// SPDX-License-Identifier: MIT
// Messages between siblings: an object with one member, which names the kind.
// Users are written as the hub writes them, with two more members.

#include "nodemesh/mesh.h"

#include "wire/wire.h"

#include <cjson/cJSON.h>

#include <string.h>

#define VERSION 1
#define MAX_EXACT INT64_C(9007199254740991) // 2^53 - 1
#define EIGHT_TEXT 11U // Characters of 8 bytes in base64url
#define MAX_DEPTH 4U
#define MAX_LOAD 1000

static void
put_member(WireWriter* const writer, const char* const key, const int64_t value)
{
  wire_put(writer, key);
  wire_put_int(writer, value);
}

static void put_eight(WireWriter* const    writer,
                      const char* const    key,
                      const uint8_t* const bytes)
{
  char text[EIGHT_TEXT + 1U];
  (void)wire_base64_encode(bytes, NODEMESH_HASH_SIZE, text, sizeof(text));
  wire_put(writer, key);
  wire_put_string(writer, text);
}

static void put_hello(WireWriter* const          writer,
                      const NodemeshHello* const hello)
{
  uint8_t life[8];
  memcpy(life, &hello->life, sizeof(life));
  put_member(writer, "{\"hello\":{\"v\":", VERSION);
  put_member(writer, ",\"node\":", hello->node_id);
  put_eight(writer, ",\"life\":", life);
  put_member(writer, ",\"since\":", hello->since_us);
  put_member(writer, ",\"dial\":", (int64_t)hello->dial);
  put_member(writer, ",\"drain\":", hello->draining ? 1 : 0);
  put_member(writer, ",\"load\":", hello->load);
  wire_put(writer, ",\"region\":");
  wire_put_string(writer, hello->region);
  wire_put(writer, ",\"at\":[");
  for (unsigned i = 0U; i < hello->address_count; ++i) {
    char text[SYNCHUB_ADDRESS_TEXT + 1U];
    synchub_address_write(&hello->addresses[i], text);
    wire_put(writer, i ? "," : "");
    wire_put_string(writer, text);
  }
  wire_put(writer, "]}}");
}

// As the hub says it, its two closing braces left out
static void put_hub(WireWriter* const         writer,
                    const SynchubMessageKind  kind,
                    const NodemeshUser* const user)
{
  SynchubMessage message = {.kind    = kind,
                            .user    = user->handle,
                            .profile = user->profile,
                            .joined  = user->joined_us * JAM_US};
  char           text[SYNCHUB_MAX_MESSAGE];
  memcpy(message.uid, user->uid, sizeof(message.uid));
  const size_t size = synchub_message_write(&message, text, sizeof(text));
  if (size > 2U) {
    wire_put_bytes(writer, text, size - 2U);
  } else {
    writer->full = true;
  }
}

size_t nodemesh_message_write(const NodemeshMessage* const message,
                              char* const                  text,
                              const size_t                 capacity)
{
  WireWriter writer;
  wire_writer_init(&writer, text, capacity);
  switch (message->kind) {
  case NODEMESH_HELLO:
    put_hello(&writer, &message->hello);
    break;
  case NODEMESH_ROOM:
    put_eight(&writer, "{\"room\":{\"r\":", message->room);
    put_member(&writer, ",\"on\":", message->on ? 1 : 0);
    wire_put(&writer, "}}");
    break;
  case NODEMESH_USER:
    put_hub(&writer, SYNCHUB_USER, &message->user);
    put_eight(&writer, ",\"r\":", message->room);
    put_member(&writer, ",\"epoch\":", message->user.epoch);
    wire_put(&writer, "}}");
    break;
  case NODEMESH_GONE:
    put_hub(&writer, SYNCHUB_GONE, &message->user);
    put_member(&writer, ",\"moved\":", message->moved ? 1 : 0);
    wire_put(&writer, "}}");
    break;
  }
  return wire_writer_size(&writer);
}

static bool
read_eight(const cJSON* const body, const char* const key, uint8_t* const out)
{
  const char* const text = cJSON_GetStringValue(wire_get(body, key));
  return text &&
         wire_base64_decode(text, strlen(text), out, NODEMESH_HASH_SIZE);
}

static bool
read_flag(const cJSON* const body, const char* const key, bool* const out)
{
  int64_t value = 0;
  if (!wire_get_int(body, key, 0, 1, &value)) {
    return false;
  }
  *out = value != 0;
  return true;
}

static bool read_addresses(const cJSON* const body, NodemeshHello* const out)
{
  const cJSON* const list = wire_get(body, "at");
  if (!cJSON_IsArray(list)) {
    return false;
  }
  for (const cJSON* at = list->child; at; at = at->next) {
    const char* const text = cJSON_GetStringValue(at);
    if (!text || out->address_count == SYNCHUB_MAX_ADDRESSES ||
        !synchub_address_read(text, &out->addresses[out->address_count])) {
      return false;
    }
    ++out->address_count;
  }
  return true;
}

static JamStatus read_hello(const cJSON* const body, NodemeshHello* const out)
{
  int64_t version = 0;
  int64_t node    = 0;
  int64_t dial    = 0;
  int64_t load    = 0;
  uint8_t life[8];
  if (!wire_get_int(body, "v", 1, MAX_EXACT, &version)) {
    return JAM_ERR_FORMAT;
  }
  if (version != VERSION) {
    return JAM_ERR_UNSUPPORTED;
  }
  if (!wire_get_int(body, "node", 1, NODEMESH_MAX_NODE, &node) ||
      !read_eight(body, "life", life) ||
      !wire_get_int(body, "since", 0, MAX_EXACT, &out->since_us) ||
      !wire_get_int(body, "dial", 0, MAX_EXACT, &dial) ||
      !read_flag(body, "drain", &out->draining) ||
      !wire_get_int(body, "load", 0, MAX_LOAD, &load) ||
      !wire_get_string(body, "region", out->region, sizeof(out->region)) ||
      !read_addresses(body, out)) {
    return JAM_ERR_FORMAT;
  }
  memcpy(&out->life, life, sizeof(life));
  out->node_id = (uint16_t)node;
  out->dial    = (uint64_t)dial;
  out->load    = (unsigned)load;
  return out->life ? JAM_OK : JAM_ERR_FORMAT;
}

// What the hub's reader leaves out
static bool read_more(const cJSON* const body, NodemeshMessage* const out)
{
  int64_t epoch = 0;
  if (out->kind == NODEMESH_GONE) {
    return read_flag(body, "moved", &out->moved);
  }
  if (!read_eight(body, "r", out->room) ||
      !wire_get_int(body, "epoch", 0, UINT32_MAX, &epoch)) {
    return false;
  }
  out->user.epoch = (uint32_t)epoch;
  return true;
}

static JamStatus read_user(const char* const      text,
                           const size_t           size,
                           const cJSON* const     body,
                           NodemeshMessage* const out)
{
  static const uint8_t unknown[SYNCHUB_UID_SIZE];
  SynchubMessage       hub;
  if (synchub_message_read(text, size, &hub) != JAM_OK ||
      hub.user > SYNCHUB_MAX_ID || !read_more(body, out)) {
    return JAM_ERR_FORMAT;
  }
  out->user.handle = hub.user;
  if (out->kind == NODEMESH_GONE) {
    return JAM_OK;
  }
  out->user.profile   = hub.profile;
  out->user.joined_us = hub.joined / JAM_US;
  memcpy(out->user.uid, hub.uid, sizeof(hub.uid));
  return synchub_profile_valid(&hub.profile) &&
             memcmp(hub.uid, unknown, sizeof(unknown)) != 0
           ? JAM_OK
           : JAM_ERR_FORMAT;
}

static JamStatus read_message(const char* const      text,
                              const size_t           size,
                              const cJSON* const     json,
                              NodemeshMessage* const out)
{
  static const char* const kinds[] = {"hello", "room", "user", "gone"};
  const cJSON* const       body    = json->child;
  if (!cJSON_IsObject(json) || !body || body->next || !cJSON_IsObject(body)) {
    return JAM_ERR_FORMAT;
  }
  unsigned kind = 0U;
  while (kind < 4U && strcmp(body->string, kinds[kind]) != 0) {
    ++kind;
  }
  out->kind = (NodemeshKind)kind;
  if (kind == NODEMESH_HELLO) {
    return read_hello(body, &out->hello);
  }
  if (kind == NODEMESH_ROOM) {
    return read_eight(body, "r", out->room) && read_flag(body, "on", &out->on)
             ? JAM_OK
             : JAM_ERR_FORMAT;
  }
  return kind < 4U ? read_user(text, size, body, out) : JAM_ERR_FORMAT;
}

JamStatus nodemesh_message_read(const char* const      text,
                                const size_t           size,
                                NodemeshMessage* const out)
{
  memset(out, 0, sizeof(*out));
  if (size > NODEMESH_MAX_MESSAGE) {
    return JAM_ERR_FORMAT;
  }
  cJSON* const json = wire_parse(text, size, MAX_DEPTH);
  if (!json) {
    return JAM_ERR_FORMAT;
  }
  const JamStatus status = read_message(text, size, json, out);
  wire_free(json);
  return status;
}
