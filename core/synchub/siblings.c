// SPDX-License-Identifier: MIT
// Where else a client can go: node ids and addresses. Addresses are numbers,
// since a client that has to move has no time to ask for names.

#include "synchub/siblings.h"

#include <cjson/cJSON.h>

#include <string.h>

#define ADDRESS_SIZE 18U // IPv6 and port, both in network order
#define MAX_NODE 1023

void synchub_address_write(const SynchubAddress* const address,
                           char out[SYNCHUB_ADDRESS_TEXT + 1U])
{
  uint8_t bytes[ADDRESS_SIZE];
  memcpy(bytes, address->ip, sizeof(address->ip));
  bytes[16] = (uint8_t)(address->port >> 8U);
  bytes[17] = (uint8_t)(address->port & 0xFFU);
  (void)
    wire_base64_encode(bytes, sizeof(bytes), out, SYNCHUB_ADDRESS_TEXT + 1U);
}

bool synchub_address_read(const char* const text, SynchubAddress* const out)
{
  uint8_t bytes[ADDRESS_SIZE];
  if (!wire_base64_decode(text, strlen(text), bytes, sizeof(bytes))) {
    return false;
  }
  memcpy(out->ip, bytes, sizeof(out->ip));
  out->port = (uint16_t)(bytes[16] << 8U | bytes[17]);
  return out->port != 0U;
}

void synchub_siblings_put(WireWriter* const           writer,
                          const SynchubMessage* const message)
{
  wire_put(writer, "\"node\":");
  wire_put_int(writer, message->node);
  wire_put(writer, ",\"list\":[");
  for (unsigned i = 0U; i < message->sibling_count; ++i) {
    const SynchubSibling* const sibling = &message->siblings[i];
    wire_put(writer, i ? ",{\"node\":" : "{\"node\":");
    wire_put_int(writer, sibling->node);
    wire_put(writer, ",\"at\":[");
    for (unsigned k = 0U; k < sibling->address_count; ++k) {
      wire_put(writer, k ? "," : "");
      char text[SYNCHUB_ADDRESS_TEXT + 1U];
      synchub_address_write(&sibling->addresses[k], text);
      wire_put_string(writer, text);
    }
    wire_put(writer, "]}");
  }
  wire_put(writer, "]");
}

static bool read_sibling(const cJSON* const json, SynchubSibling* const out)
{
  const cJSON* const list = wire_get(json, "at");
  int64_t            node = 0;
  if (!cJSON_IsArray(list) || !wire_get_int(json, "node", 1, MAX_NODE, &node)) {
    return false;
  }
  out->node = (uint16_t)node;
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

bool synchub_siblings_read(const cJSON* const body, SynchubMessage* const out)
{
  const cJSON* const list = wire_get(body, "list");
  int64_t            node = 0;
  if (!cJSON_IsArray(list) || !wire_get_int(body, "node", 1, MAX_NODE, &node)) {
    return false;
  }
  out->node = (uint16_t)node;
  for (const cJSON* at = list->child; at; at = at->next) {
    if (out->sibling_count == SYNCHUB_MAX_SIBLINGS ||
        !read_sibling(at, &out->siblings[out->sibling_count])) {
      return false;
    }
    ++out->sibling_count;
  }
  return true;
}
