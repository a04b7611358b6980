// SPDX-License-Identifier: MIT
// Reading JMID packets of any JSON layout.

#include "midip2p/packet.h"

#include "wire/wire.h"

#include <cjson/cJSON.h>

static bool parse_stream(const cJSON* const json, uint32_t* const out)
{
  char text[9];
  if (!wire_get_string(json, "s", text, sizeof(text)) || !text[0]) {
    return false;
  }
  *out = 0U;
  for (const char* c = text; *c; ++c) {
    if (*c >= '0' && *c <= '9') {
      *out = *out << 4U | (uint32_t)(*c - '0');
    } else if (*c >= 'a' && *c <= 'f') {
      *out = *out << 4U | (uint32_t)(*c - 'a' + 10);
    } else {
      return false;
    }
  }
  return true;
}

static bool parse_event(const cJSON* const  item,
                        const int64_t       newest_us,
                        Midip2pEvent* const out)
{
  int64_t  age = 0;
  int64_t  numbers[4];
  unsigned count = 0U;
  if (!cJSON_IsArray(item) || !item->child ||
      !wire_int(item->child, -MIDIP2P_MAX_SPAN_US, 0, &age)) {
    return false;
  }
  for (const cJSON* at = item->child->next; at; at = at->next) {
    if (count == 4U || !wire_int(at, 0, 255, &numbers[count])) {
      return false;
    }
    ++count;
  }
  out->time_us = newest_us + age;
  return midip2p_message_make(numbers, count, out);
}

static bool parse_events(const cJSON* const json, Midip2pPacket* const out)
{
  const int64_t      limit     = MIDIP2P_MAX_NUMBER;
  const cJSON* const events    = wire_get(json, "e");
  int64_t            newest_us = 0;
  out->first                   = 0;
  out->count                   = 0U;
  if (!cJSON_IsArray(events)) {
    return false;
  }
  if (!events->child) {
    return true;
  }
  if (!wire_get_int(json, "t", -limit, limit, &newest_us) ||
      !wire_get_int(json, "n", 1, limit - MIDIP2P_WINDOW, &out->first)) {
    return false;
  }
  for (const cJSON* item = events->child; item; item = item->next) {
    if (out->count == MIDIP2P_WINDOW ||
        !parse_event(item, newest_us, &out->events[out->count])) {
      return false;
    }
    ++out->count;
  }
  return true;
}

static bool parse_packet(const cJSON* const json, Midip2pPacket* const out)
{
  const int64_t limit   = MIDIP2P_MAX_NUMBER;
  int64_t       version = 0;
  return wire_get_int(json, "j", 1, 1, &version) &&
         parse_stream(json, &out->stream) &&
         wire_get_int(json, "q", 0, limit, &out->serial) &&
         wire_get_int(json, "a", 0, limit, &out->ack) &&
         parse_events(json, out);
}

bool midip2p_packet_parse(const char* const    text,
                          const size_t         size,
                          Midip2pPacket* const out)
{
  cJSON* const json = wire_parse(text, size, 3U);
  const bool   good = json && parse_packet(json, out);
  wire_free(json);
  return good;
}

bool midip2p_packet_read(const char* const    text,
                         const size_t         size,
                         Midip2pPacket* const out)
{
  return size <= MIDIP2P_MAX_TEXT && (midip2p_packet_scan(text, size, out) ||
                                      midip2p_packet_parse(text, size, out));
}
