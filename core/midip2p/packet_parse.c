// SPDX-License-Identifier: MIT
// Reading JMID packets of any JSON layout, and what makes a packet whole.

#include "midip2p/packet.h"

#include "wire/wire.h"

#include <cjson/cJSON.h>

#include <string.h>

// The next numbers of a list that runs on
typedef struct Numbers {
  const cJSON* at;
  bool         bad;
} Numbers;

static int64_t
next(Numbers* const numbers, const int64_t minimum, const int64_t maximum)
{
  int64_t value = 0;
  if (!numbers->at || !wire_int(numbers->at, minimum, maximum, &value)) {
    numbers->bad = true;
    return 0;
  }
  numbers->at = numbers->at->next;
  return value;
}

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

static void next_message(Numbers* const numbers, Midip2pEvent* const out)
{
  int64_t values[4]    = {next(numbers, 0, 16), next(numbers, 0, 255), 0, 0};
  const unsigned count = midip2p_message_numbers(values[0], values[1]);
  for (unsigned i = 2U; i < count && !numbers->bad; ++i) {
    values[i] = next(numbers, 0, 127);
  }
  numbers->bad = numbers->bad || !midip2p_message_make(values, count, out);
}

// An item of a later version (a string for its kind): it has a number, and no
// meaning here
static bool is_foreign(const cJSON* const item)
{
  return cJSON_IsArray(item) && item->child &&
         cJSON_IsString(item->child->next);
}

static void
next_item(Numbers* const numbers, const bool delta, Midip2pEvent* const out)
{
  out->time_us = delta ? 0 : next(numbers, -MIDIP2P_MAX_SPAN_US, 0);
  next_message(numbers, out);
  if (delta && !numbers->bad && midip2p_is_note_on(out)) {
    out->time_us = next(numbers, -MIDIP2P_MAX_AGE_US, 0);
  }
}

static bool parse_list(const cJSON* const  json,
                       const bool          flat,
                       const bool          delta,
                       Midip2pEvent* const out,
                       const unsigned      most,
                       unsigned* const     count)
{
  *count = 0U;
  if (!cJSON_IsArray(json)) {
    return false;
  }
  Numbers list = {json->child, false};
  while (list.at && !list.bad && *count < most) {
    Midip2pEvent* const event = &out[(*count)++];
    if (flat) {
      next_item(&list, delta, event);
    } else if (!delta && is_foreign(list.at)) {
      Numbers item = {list.at->child, false};
      memset(event, 0, sizeof(*event));
      event->time_us = next(&item, -MIDIP2P_MAX_SPAN_US, 0);
      list.bad       = item.bad;
      list.at        = list.at->next;
    } else {
      Numbers item = {cJSON_IsArray(list.at) ? list.at->child : NULL, false};
      next_item(&item, delta, event);
      list.bad = item.bad || item.at;
      list.at  = list.at->next;
    }
  }
  return !list.bad && !list.at;
}

static bool parse_clock(const cJSON* const json, Midip2pClock* const out)
{
  const int64_t limit   = MIDIP2P_MAX_NUMBER;
  Numbers       numbers = {cJSON_IsArray(json) ? json->child : NULL, false};
  out->running          = next(&numbers, 0, 1) != 0;
  out->tick             = next(&numbers, 0, limit);
  out->time_us          = next(&numbers, -limit, limit);
  out->quarter_us =
    next(&numbers, MIDIP2P_MIN_QUARTER_US, MIDIP2P_MAX_QUARTER_US);
  return !numbers.bad && !numbers.at;
}

static bool parse_pair(const cJSON* const json,
                       const int64_t      most,
                       uint32_t* const    first,
                       uint32_t* const    second)
{
  Numbers numbers = {cJSON_IsArray(json) ? json->child : NULL, false};
  *first          = (uint32_t)next(&numbers, 0, most);
  *second         = (uint32_t)next(&numbers, 0, most);
  return !numbers.bad && !numbers.at;
}

static bool parse_sysex(const cJSON* const json, Midip2pFragment* const out)
{
  const int64_t limit   = MIDIP2P_MAX_NUMBER;
  Numbers       numbers = {cJSON_IsArray(json) ? json->child : NULL, false};
  out->time_us          = next(&numbers, -limit, limit);
  out->id               = (uint32_t)next(&numbers, 0, UINT32_MAX);
  out->offset           = (uint32_t)next(&numbers, 0, MIDIP2P_SYSEX);
  out->total            = (uint32_t)next(&numbers, 0, MIDIP2P_SYSEX);
  if (numbers.bad || !cJSON_IsString(numbers.at) || numbers.at->next) {
    return false;
  }
  const char* const text   = numbers.at->valuestring;
  const size_t      length = strlen(text);
  out->size                = (uint32_t)(length * 3U / 4U);
  return out->size <= MIDIP2P_FRAGMENT &&
         wire_base64_decode(text, length, out->bytes, out->size);
}

// A member that is there must be good
static bool parse_known(const cJSON* const   json,
                        const uint32_t       seen,
                        Midip2pPacket* const out)
{
  const int64_t limit = MIDIP2P_MAX_NUMBER;
  const bool    flat  = (seen & MIDIP2P_SEEN_J) == 0U;
  int64_t       value = 0;
  if (((seen & MIDIP2P_SEEN_J) && !wire_get_int(json, "j", 1, 1, &value)) ||
      ((seen & MIDIP2P_SEEN_Q) &&
       !wire_get_int(json, "q", 0, limit, &out->serial)) ||
      ((seen & MIDIP2P_SEEN_T) &&
       !wire_get_int(json, "t", -limit, limit, &out->time_us)) ||
      ((seen & MIDIP2P_SEEN_N) &&
       !wire_get_int(json, "n", 1, limit - MIDIP2P_EVENTS, &out->first)) ||
      ((seen & MIDIP2P_SEEN_A) &&
       !wire_get_int(json, "a", 0, limit, &out->ack)) ||
      ((seen & MIDIP2P_SEEN_BASE) &&
       !wire_get_int(json, "A", 0, limit, &out->base)) ||
      ((seen & MIDIP2P_SEEN_ASK) && !wire_get_int(json, "r", 1, 1, &value)) ||
      ((seen & MIDIP2P_SEEN_READS) && !wire_get_int(json, "f", 1, 1, &value))) {
    return false;
  }
  if (seen & MIDIP2P_SEEN_HASH) {
    if (!wire_get_int(json, "h", 0, UINT32_MAX, &value)) {
      return false;
    }
    out->hash = (uint32_t)value;
  }
  return parse_stream(json, &out->stream) &&
         parse_list(wire_get(json, "e"),
                    flat,
                    false,
                    out->events,
                    MIDIP2P_EVENTS,
                    &out->count) &&
         (!(seen & MIDIP2P_SEEN_DELTA) || parse_list(wire_get(json, "c"),
                                                     flat,
                                                     true,
                                                     out->delta,
                                                     MIDIP2P_DELTA,
                                                     &out->delta_count)) &&
         (!(seen & MIDIP2P_SEEN_PARTS) || parse_pair(wire_get(json, "cp"),
                                                     MIDIP2P_PARTS,
                                                     &out->part,
                                                     &out->parts)) &&
         (!(seen & MIDIP2P_SEEN_CLOCK) ||
          parse_clock(wire_get(json, "k"), &out->clock)) &&
         (!(seen & MIDIP2P_SEEN_SYSEX) ||
          parse_sysex(wire_get(json, "x"), &out->fragment)) &&
         (!(seen & MIDIP2P_SEEN_SYSEX_ACK) || parse_pair(wire_get(json, "y"),
                                                         UINT32_MAX,
                                                         &out->sysex_ack_id,
                                                         &out->sysex_ack));
}

bool midip2p_packet_parse(const char* const    text,
                          const size_t         size,
                          Midip2pPacket* const out)
{
  // In the order of the bits
  static const char* const keys[] = {"j",
                                     "s",
                                     "q",
                                     "t",
                                     "n",
                                     "a",
                                     "e",
                                     "A",
                                     "c",
                                     "cp",
                                     "k",
                                     "h",
                                     "r",
                                     "f",
                                     "x",
                                     "y"};
  cJSON* const             json   = wire_parse(text, size, 3U);
  uint32_t                 seen   = 0U;
  for (unsigned i = 0U; i < sizeof(keys) / sizeof(keys[0]); ++i) {
    seen |= wire_get(json, keys[i]) ? 1U << i : 0U;
  }
  const bool good = json && (seen & MIDIP2P_SEEN_S) &&
                    (seen & MIDIP2P_SEEN_E) && parse_known(json, seen, out) &&
                    midip2p_packet_finish(out, seen);
  wire_free(json);
  return good;
}

static bool good_fragment(const Midip2pFragment* const fragment)
{
  return fragment->size > 0U && fragment->offset % MIDIP2P_FRAGMENT == 0U &&
         fragment->size <= fragment->total &&
         fragment->offset <= fragment->total - fragment->size &&
         (fragment->size == MIDIP2P_FRAGMENT ||
          fragment->offset + fragment->size == fragment->total);
}

bool midip2p_packet_finish(Midip2pPacket* const packet, const uint32_t seen)
{
  const uint32_t plain = MIDIP2P_SEEN_J | MIDIP2P_SEEN_Q | MIDIP2P_SEEN_A;
  const uint32_t range = MIDIP2P_SEEN_T | MIDIP2P_SEEN_N;
  const uint32_t delta = MIDIP2P_SEEN_BASE | MIDIP2P_SEEN_DELTA;
  const bool     flat  = (seen & MIDIP2P_SEEN_J) == 0U;
  packet->has          = (flat ? MIDIP2P_COMPACT : 0U) |
                ((seen & MIDIP2P_SEEN_N) ? MIDIP2P_HAS_RANGE : 0U) |
                ((seen & MIDIP2P_SEEN_DELTA) ? MIDIP2P_HAS_DELTA : 0U) |
                ((seen & MIDIP2P_SEEN_CLOCK) ? MIDIP2P_HAS_CLOCK : 0U) |
                ((seen & MIDIP2P_SEEN_HASH) ? MIDIP2P_HAS_HASH : 0U) |
                ((seen & MIDIP2P_SEEN_ASK) ? MIDIP2P_ASKS : 0U) |
                ((seen & MIDIP2P_SEEN_READS) ? MIDIP2P_READS : 0U) |
                ((seen & MIDIP2P_SEEN_SYSEX) ? MIDIP2P_HAS_SYSEX : 0U) |
                ((seen & MIDIP2P_SEEN_SYSEX_ACK) ? MIDIP2P_HAS_SYSEX_ACK : 0U);
  if (!(seen & MIDIP2P_SEEN_S) || !(seen & MIDIP2P_SEEN_E) ||
      (!flat && (seen & plain) != plain) || (flat && (seen & MIDIP2P_SEEN_Q)) ||
      ((seen & range) && (seen & range) != range) ||
      ((seen & delta) && (seen & delta) != delta)) {
    return false;
  }
  const bool ranged = (packet->has & MIDIP2P_HAS_RANGE) != 0U;
  if (!ranged && (packet->count > 0U ||
                  (packet->has & (MIDIP2P_HAS_DELTA | MIDIP2P_HAS_HASH)))) {
    return false;
  }
  if ((packet->has & MIDIP2P_HAS_SYSEX) && !good_fragment(&packet->fragment)) {
    return false;
  }
  packet->serial = flat ? 0 : packet->serial;
  packet->ack    = (seen & MIDIP2P_SEEN_A) ? packet->ack : 0;
  packet->first  = ranged ? packet->first : 0;
  for (unsigned i = 0U; i < packet->count; ++i) {
    packet->events[i].time_us += packet->time_us;
  }
  if (!(packet->has & MIDIP2P_HAS_DELTA)) {
    packet->delta_count = 0U;
    packet->base        = 0;
  } else if (packet->base >= packet->first) {
    return false;
  }
  for (unsigned i = 0U; i < packet->delta_count; ++i) {
    packet->delta[i].time_us += packet->time_us;
  }
  if (!(seen & MIDIP2P_SEEN_PARTS)) {
    packet->part  = 0U;
    packet->parts = 1U;
  }
  return packet->part < packet->parts &&
         (packet->parts == 1U || (packet->has & MIDIP2P_HAS_DELTA));
}

bool midip2p_packet_read(const char* const    text,
                         const size_t         size,
                         Midip2pPacket* const out)
{
  return size <= MIDIP2P_MAX_TEXT && (midip2p_packet_scan(text, size, out) ||
                                      midip2p_packet_parse(text, size, out));
}
