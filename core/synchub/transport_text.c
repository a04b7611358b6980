// SPDX-License-Identifier: MIT
// The shared transport as JSON: whole numbers only.

#include "synchub/transport_text.h"

#include <cjson/cJSON.h>

#include <math.h>
#include <stdlib.h>

#define MAX_EXACT INT64_C(9007199254740991) // 2^53 - 1
#define MAX_NODE 1023
#define MAX_SKEW_PPB 10000000
#define POINT 6U // Numbers of a point of the tempo map
#define RULER 3U

static void put_list(WireWriter* const    writer,
                     const int64_t* const numbers,
                     const unsigned       count)
{
  for (unsigned i = 0U; i < count; ++i) {
    wire_put(writer, i > 0U ? "," : "[");
    wire_put_int(writer, numbers[i]);
  }
  wire_put(writer, "]");
}

static bool
read_list(const cJSON* const json, int64_t* const out, const unsigned count)
{
  if (!cJSON_IsArray(json) || cJSON_GetArraySize(json) != (int)count) {
    return false;
  }
  unsigned i = 0U;
  for (const cJSON* at = json->child; at; at = at->next) {
    if (!wire_int(at, -MAX_EXACT, MAX_EXACT, &out[i++])) {
      return false;
    }
  }
  return true;
}

static void
put_member(WireWriter* const writer, const char* const key, const int64_t value)
{
  wire_put(writer, key);
  wire_put_int(writer, value);
}

static void put_stamp(WireWriter* const             writer,
                      const SynchubTransport* const transport)
{
  put_member(writer, "\"stamp\":", (int64_t)transport->stamp);
  put_member(writer, ",\"node\":", transport->node);
}

static bool read_stamp(const cJSON* const body, SynchubTransport* const out)
{
  int64_t stamp = 0;
  int64_t node  = 0;
  if (!wire_get_int(body, "stamp", 0, MAX_EXACT, &stamp) ||
      !wire_get_int(body, "node", 0, MAX_NODE, &node)) {
    return false;
  }
  out->stamp = (uint64_t)stamp;
  out->node  = (uint16_t)node;
  return true;
}

static void put_ruler(WireWriter* const writer, const SynchubRuler* const ruler)
{
  const int64_t numbers[RULER] = {synchub_us(ruler->writer),
                                  synchub_us(ruler->own),
                                  llround(ruler->skew * 1e9)};
  wire_put(writer, ",\"ruler\":");
  put_list(writer, numbers, RULER);
}

static bool read_ruler(const cJSON* const body, SynchubRuler* const out)
{
  int64_t numbers[RULER];
  if (!read_list(wire_get(body, "ruler"), numbers, RULER) ||
      llabs(numbers[2]) > MAX_SKEW_PPB) {
    return false;
  }
  out->writer = numbers[0] * JAM_US;
  out->own    = numbers[1] * JAM_US;
  out->skew   = (double)numbers[2] * 1e-9;
  return true;
}

static bool read_point(const cJSON* const json, SynchubTempo* const out)
{
  int64_t numbers[POINT];
  if (!read_list(json, numbers, POINT) || numbers[2] < 0 ||
      numbers[2] > UINT8_MAX || numbers[3] < 0 || numbers[3] > UINT8_MAX ||
      numbers[4] < 0 || numbers[4] > UINT32_MAX || numbers[5] < 0 ||
      numbers[5] > UINT8_MAX) {
    return false;
  }
  *out = (SynchubTempo){.tick       = numbers[0],
                        .quarter_ns = numbers[1],
                        .beats      = (uint8_t)numbers[2],
                        .unit       = (uint8_t)numbers[3],
                        .bar        = (uint32_t)numbers[4],
                        .beat       = (uint8_t)numbers[5]};
  return true;
}

void synchub_transport_put(WireWriter* const           writer,
                           const SynchubMessage* const message)
{
  const SynchubTransport* const transport = &message->transport;
  put_stamp(writer, transport);
  if (message->user) {
    put_member(writer, ",\"user\":", message->user);
  }
  put_member(writer, ",\"align\":", (int64_t)transport->align);
  put_member(writer, ",\"roll\":", transport->rolling ? 1 : 0);
  put_member(writer, ",\"in\":", transport->count_in);
  put_member(writer, ",\"tick\":", transport->tick);
  put_member(writer, ",\"t\":", synchub_us(transport->time));
  wire_put(writer, ",\"map\":[");
  for (unsigned i = 0U; i < transport->count; ++i) {
    const SynchubTempo* const tempo          = &transport->tempi[i];
    const int64_t             numbers[POINT] = {tempo->tick,
                                                tempo->quarter_ns,
                                                tempo->beats,
                                                tempo->unit,
                                                tempo->bar,
                                                tempo->beat};
    wire_put(writer, i > 0U ? "," : "");
    put_list(writer, numbers, POINT);
  }
  wire_put(writer, "]");
  put_ruler(writer, &transport->ruler);
}

bool synchub_transport_read(const cJSON* const body, SynchubMessage* const out)
{
  SynchubTransport* const transport = &out->transport;
  const cJSON* const      map       = wire_get(body, "map");
  int64_t                 user      = 0;
  int64_t                 align     = 0;
  int64_t                 rolling   = 0;
  int64_t                 count_in  = 0;
  int64_t                 time_us   = 0;
  if (!read_stamp(body, transport) || !read_ruler(body, &transport->ruler) ||
      (wire_get(body, "user") &&
       !wire_get_int(body, "user", 1, UINT16_MAX, &user)) ||
      !wire_get_int(body, "align", 0, SYNCHUB_ALIGN_BAR, &align) ||
      !wire_get_int(body, "roll", 0, 1, &rolling) ||
      !wire_get_int(body, "in", 0, SYNCHUB_MAX_COUNT_IN, &count_in) ||
      !wire_get_int(body, "tick", 0, MAX_EXACT, &transport->tick) ||
      !wire_get_int(body, "t", -MAX_EXACT, MAX_EXACT, &time_us) ||
      !cJSON_IsArray(map)) {
    return false;
  }
  out->user           = (SynchubUserId)user;
  transport->align    = (SynchubAlign)align;
  transport->rolling  = rolling != 0;
  transport->count_in = (uint8_t)count_in;
  transport->time     = time_us * JAM_US;
  for (const cJSON* at = map->child; at; at = at->next) {
    if (transport->count == SYNCHUB_MAX_TEMPI ||
        !read_point(at, &transport->tempi[transport->count++])) {
      return false;
    }
  }
  return synchub_transport_valid(transport);
}

void synchub_ruler_put(WireWriter* const           writer,
                       const SynchubMessage* const message)
{
  put_stamp(writer, &message->transport);
  put_ruler(writer, &message->transport.ruler);
}

bool synchub_ruler_read(const cJSON* const body, SynchubMessage* const out)
{
  return read_stamp(body, &out->transport) &&
         read_ruler(body, &out->transport.ruler);
}
