// SPDX-License-Identifier: MIT
// Control messages between client and hub: an object with one member, which
// names the kind.

#include "synchub/siblings.h"
#include "synchub/transport_text.h"

#include <cjson/cJSON.h>

#include <string.h>

#define VERSION 1
#define ROOM_TEXT 43U // Characters of 32 bytes in base64url
#define MAX_EXACT INT64_C(9007199254740991) // 2^53 - 1
#define UID_TEXT 11U                        // Characters of 8 bytes
#define KINDS 10U
#define MAX_DEPTH 5U // Of a list of addresses

static const char* const kinds[KINDS] = {"join",
                                         "leave",
                                         "welcome",
                                         "user",
                                         "gone",
                                         "refused",
                                         "siblings",
                                         "move",
                                         "transport",
                                         "ruler"};

static bool uid_known(const uint8_t uid[SYNCHUB_UID_SIZE])
{
  static const uint8_t unknown[SYNCHUB_UID_SIZE];
  return memcmp(uid, unknown, sizeof(unknown)) != 0;
}

// Writing

static void
put_member(WireWriter* const writer, const char* const key, const int64_t value)
{
  wire_put(writer, key);
  wire_put_int(writer, value);
}

static void put_profile(WireWriter* const           writer,
                        const SynchubProfile* const profile)
{
  char name[SYNCHUB_MAX_NAME + 1U];
  synchub_name_clean(name, profile->name);
  wire_put(writer, ",\"name\":");
  wire_put_string(writer, name);
  put_member(writer, ",\"rate\":", profile->rate_hz);
  put_member(writer, ",\"bits\":", profile->bits);
  put_member(writer, ",\"frames\":", profile->frames);
  put_member(writer, ",\"midi\":", profile->midi ? 1 : 0);
  if (profile->tables != 0U) {
    put_member(writer, ",\"tables\":", profile->tables);
  }
}

static void put_join(WireWriter* const writer, const SynchubMessage* message)
{
  char room[ROOM_TEXT + 1U];
  (void)wire_base64_encode(message->room,
                           sizeof(message->room),
                           room,
                           sizeof(room));
  put_member(writer, "\"v\":", VERSION);
  wire_put(writer, ",\"room\":");
  wire_put_string(writer, room);
  put_profile(writer, &message->profile);
}

static void put_user(WireWriter* const writer, const SynchubMessage* message)
{
  put_member(writer, "\"user\":", message->user);
  if (uid_known(message->uid)) {
    char uid[UID_TEXT + 1U];
    (void)wire_base64_encode(message->uid, SYNCHUB_UID_SIZE, uid, sizeof(uid));
    wire_put(writer, ",\"uid\":");
    wire_put_string(writer, uid);
  }
  put_profile(writer, &message->profile);
  put_member(writer, ",\"t\":", synchub_us(message->joined));
}

static void put_body(WireWriter* const           writer,
                     const SynchubMessage* const message)
{
  switch (message->kind) {
  case SYNCHUB_JOIN:
    put_join(writer, message);
    break;
  case SYNCHUB_LEAVE:
  case SYNCHUB_MOVE:
    break;
  case SYNCHUB_WELCOME:
  case SYNCHUB_GONE:
    put_member(writer, "\"user\":", message->user);
    break;
  case SYNCHUB_USER:
    put_user(writer, message);
    break;
  case SYNCHUB_REFUSED:
    wire_put(writer, "\"why\":");
    wire_put_string(writer, message->reason);
    break;
  case SYNCHUB_SIBLINGS:
    synchub_siblings_put(writer, message);
    break;
  case SYNCHUB_TRANSPORT:
    synchub_transport_put(writer, message);
    break;
  case SYNCHUB_RULER:
    synchub_ruler_put(writer, message);
    break;
  }
}

size_t synchub_message_write(const SynchubMessage* const message,
                             char* const                 text,
                             const size_t                capacity)
{
  WireWriter writer;
  wire_writer_init(&writer, text, capacity);
  wire_put(&writer, "{\"");
  wire_put(&writer, kinds[message->kind]);
  wire_put(&writer, "\":{");
  put_body(&writer, message);
  wire_put(&writer, "}}");
  return wire_writer_size(&writer);
}

// Reading

static bool read_profile(const cJSON* const body, SynchubProfile* const out)
{
  const char* const name   = cJSON_GetStringValue(wire_get(body, "name"));
  int64_t           rate   = 0;
  int64_t           bits   = 0;
  int64_t           frames = 0;
  int64_t           midi   = 0;
  int64_t           tables = 0;
  if (!name || !wire_get_int(body, "rate", 1, UINT32_MAX, &rate) ||
      !wire_get_int(body, "bits", 1, UINT8_MAX, &bits) ||
      !wire_get_int(body, "frames", 1, UINT16_MAX, &frames) ||
      !wire_get_int(body, "midi", 0, 1, &midi) ||
      (wire_get(body, "tables") &&
       !wire_get_int(body, "tables", 0, UINT32_MAX, &tables))) {
    return false;
  }
  synchub_name_clean(out->name, name);
  out->rate_hz = (uint32_t)rate;
  out->bits    = (uint8_t)bits;
  out->frames  = (uint16_t)frames;
  out->midi    = midi != 0;
  out->tables  = (uint32_t)tables;
  return true;
}

static JamStatus read_join(const cJSON* const body, SynchubMessage* const out)
{
  const char* const room    = cJSON_GetStringValue(wire_get(body, "room"));
  int64_t           version = 0;
  if (!wire_get_int(body, "v", 1, MAX_EXACT, &version)) {
    return JAM_ERR_FORMAT;
  }
  if (version != VERSION) {
    return JAM_ERR_UNSUPPORTED;
  }
  return (room &&
          wire_base64_decode(room,
                             strlen(room),
                             out->room,
                             sizeof(out->room)) &&
          read_profile(body, &out->profile))
           ? JAM_OK
           : JAM_ERR_FORMAT;
}

static bool read_user(const cJSON* const body, SynchubUserId* const out)
{
  int64_t user = 0;
  if (!wire_get_int(body, "user", 1, UINT16_MAX, &user)) {
    return false;
  }
  *out = (SynchubUserId)user;
  return true;
}

// Missing means unknown
static bool read_uid(const cJSON* const body, uint8_t out[SYNCHUB_UID_SIZE])
{
  const cJSON* const json = wire_get(body, "uid");
  const char* const  text = cJSON_GetStringValue(json);
  return !json ||
         (text &&
          wire_base64_decode(text, strlen(text), out, SYNCHUB_UID_SIZE));
}

static bool read_member(const cJSON* const body, SynchubMessage* const out)
{
  int64_t joined_us = 0;
  if (!read_user(body, &out->user) || !read_uid(body, out->uid) ||
      !read_profile(body, &out->profile) ||
      !wire_get_int(body, "t", -MAX_EXACT, MAX_EXACT, &joined_us)) {
    return false;
  }
  out->joined = joined_us * JAM_US;
  return true;
}

static JamStatus read_body(const cJSON* const body, SynchubMessage* const out)
{
  bool good = false;
  switch (out->kind) {
  case SYNCHUB_JOIN:
    return read_join(body, out);
  case SYNCHUB_LEAVE:
  case SYNCHUB_MOVE:
    good = true;
    break;
  case SYNCHUB_WELCOME:
  case SYNCHUB_GONE:
    good = read_user(body, &out->user);
    break;
  case SYNCHUB_USER:
    good = read_member(body, out);
    break;
  case SYNCHUB_REFUSED:
    good = wire_get_string(body, "why", out->reason, sizeof(out->reason));
    break;
  case SYNCHUB_SIBLINGS:
    good = synchub_siblings_read(body, out);
    break;
  case SYNCHUB_TRANSPORT:
    good = synchub_transport_read(body, out);
    break;
  case SYNCHUB_RULER:
    good = synchub_ruler_read(body, out);
    break;
  }
  return good ? JAM_OK : JAM_ERR_FORMAT;
}

static JamStatus read_message(const cJSON* const    json,
                              SynchubMessage* const out)
{
  if (!cJSON_IsObject(json) || !json->child || json->child->next ||
      !cJSON_IsObject(json->child)) {
    return JAM_ERR_FORMAT;
  }
  for (unsigned i = 0U; i < KINDS; ++i) {
    if (!strcmp(json->child->string, kinds[i])) {
      out->kind = (SynchubMessageKind)i;
      return read_body(json->child, out);
    }
  }
  return JAM_ERR_FORMAT;
}

JamStatus synchub_message_read(const char* const     text,
                               const size_t          size,
                               SynchubMessage* const out)
{
  memset(out, 0, sizeof(*out));
  if (size > SYNCHUB_MAX_MESSAGE) {
    return JAM_ERR_FORMAT;
  }
  cJSON* const json = wire_parse(text, size, MAX_DEPTH);
  if (!json) {
    return JAM_ERR_FORMAT;
  }
  const JamStatus status = read_message(json, out);
  wire_free(json);
  return status;
}
