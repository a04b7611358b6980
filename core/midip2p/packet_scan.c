// SPDX-License-Identifier: MIT
// Reading the JMID members we write ourselves, without a tree: nearly every
// packet takes this way. Whatever is in the least unusual is left to the
// general parser, so this one only ever needs to say no.

#include "midip2p/packet.h"

#include "wire/wire.h"

#include <string.h>

typedef struct Scan {
  const char* at;
  const char* end;
} Scan;

static void skip_space(Scan* const scan)
{
  while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\t' ||
                                  *scan->at == '\n' || *scan->at == '\r')) {
    ++scan->at;
  }
}

// Takes one character after white space, if it is `wanted`
static inline bool take(Scan* const scan, const char wanted)
{
  if (scan->at < scan->end && *scan->at == wanted) {
    ++scan->at;
    return true;
  }
  skip_space(scan);
  if (scan->at == scan->end || *scan->at != wanted) {
    return false;
  }
  ++scan->at;
  return true;
}

static bool take_int(Scan* const    scan,
                     const int64_t  minimum,
                     const int64_t  maximum,
                     int64_t* const out)
{
  const bool        negative = take(scan, '-'); // Also skips white space
  const char* const digits   = scan->at;
  int64_t           value    = 0;
  while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9' &&
         scan->at - digits < 16) {
    value = value * 10 + (*scan->at - '0');
    ++scan->at;
  }
  // No leading zeros, and no minus zero: a reader of ours never sees them
  const ptrdiff_t count = scan->at - digits;
  if (count == 0 || (*digits == '0' && (count > 1 || negative))) {
    return false;
  }
  *out = negative ? -value : value;
  return *out >= minimum && *out <= maximum;
}

static bool take_u32(Scan* const scan, const int64_t most, uint32_t* const out)
{
  int64_t value = 0;
  if (!take_int(scan, 0, most, &value)) {
    return false;
  }
  *out = (uint32_t)value;
  return true;
}

static bool take_stream(Scan* const scan, uint32_t* const out)
{
  static const char hex[]  = "0123456789abcdef";
  uint32_t          stream = 0U;
  unsigned          count  = 0U;
  if (!take(scan, '"')) {
    return false;
  }
  for (; scan->at < scan->end && count < 8U; ++count, ++scan->at) {
    const char* const digit = (const char*)memchr(hex, *scan->at, 16U);
    if (!digit) {
      break;
    }
    stream = stream << 4U | (uint32_t)(digit - hex);
  }
  *out = stream;
  if (count == 0U || scan->at == scan->end || *scan->at != '"') {
    return false;
  }
  ++scan->at;
  return true;
}

// Channel, kind and data
static bool take_message(Scan* const scan, Midip2pEvent* const out)
{
  int64_t numbers[4] = {0, 0, 0, 0};
  if (!take_int(scan, 0, 16, &numbers[0]) || !take(scan, ',') ||
      !take_int(scan, 0, 255, &numbers[1])) {
    return false;
  }
  const unsigned count = midip2p_message_numbers(numbers[0], numbers[1]);
  for (unsigned i = 2U; i < count; ++i) {
    if (!take(scan, ',') || !take_int(scan, 0, 127, &numbers[i])) {
      return false;
    }
  }
  return midip2p_message_make(numbers, count, out);
}

static bool take_event(Scan* const scan, Midip2pEvent* const out)
{
  return take_int(scan, -MIDIP2P_MAX_SPAN_US, 0, &out->time_us) &&
         take(scan, ',') && take_message(scan, out);
}

static bool take_change(Scan* const scan, Midip2pEvent* const out)
{
  out->time_us = 0;
  return take_message(scan, out) &&
         (!midip2p_is_note_on(out) ||
          (take(scan, ',') &&
           take_int(scan, -MIDIP2P_MAX_AGE_US, 0, &out->time_us)));
}

// A list of items, each in brackets or not
static bool take_list(Scan* const         scan,
                      const bool          flat,
                      bool                take_item(Scan*, Midip2pEvent*),
                      Midip2pEvent* const out,
                      const unsigned      most,
                      unsigned* const     count)
{
  *count = 0U;
  if (!take(scan, '[')) {
    return false;
  }
  if (take(scan, ']')) {
    return true;
  }
  do {
    if (*count == most || (!flat && !take(scan, '[')) ||
        !take_item(scan, &out[*count]) || (!flat && !take(scan, ']'))) {
      return false;
    }
    ++*count;
  } while (take(scan, ','));
  return take(scan, ']');
}

static bool take_clock(Scan* const scan, Midip2pClock* const out)
{
  const int64_t limit   = MIDIP2P_MAX_NUMBER;
  int64_t       running = 0;
  const bool    good =
    take(scan, '[') && take_int(scan, 0, 1, &running) && take(scan, ',') &&
    take_int(scan, 0, limit, &out->tick) && take(scan, ',') &&
    take_int(scan, -limit, limit, &out->time_us) && take(scan, ',') &&
    take_int(scan,
             MIDIP2P_MIN_QUARTER_US,
             MIDIP2P_MAX_QUARTER_US,
             &out->quarter_us) &&
    take(scan, ']');
  out->running = running != 0;
  return good;
}

static bool take_sysex(Scan* const scan, Midip2pFragment* const out)
{
  const int64_t limit = MIDIP2P_MAX_NUMBER;
  if (!take(scan, '[') || !take_int(scan, -limit, limit, &out->time_us) ||
      !take(scan, ',') || !take_u32(scan, UINT32_MAX, &out->id) ||
      !take(scan, ',') || !take_u32(scan, MIDIP2P_SYSEX, &out->offset) ||
      !take(scan, ',') || !take_u32(scan, MIDIP2P_SYSEX, &out->total) ||
      !take(scan, ',') || !take(scan, '"')) {
    return false;
  }
  const char* const text = scan->at;
  const char* const end =
    (const char*)memchr(text, '"', (size_t)(scan->end - text));
  if (!end) {
    return false;
  }
  const size_t length = (size_t)(end - text);
  out->size           = (uint32_t)(length * 3U / 4U);
  scan->at            = end + 1;
  return out->size <= MIDIP2P_FRAGMENT &&
         wire_base64_decode(text, length, out->bytes, out->size) &&
         take(scan, ']');
}

static bool take_pair(Scan* const     scan,
                      const int64_t   most,
                      uint32_t* const first,
                      uint32_t* const second)
{
  return take(scan, '[') && take_u32(scan, most, first) && take(scan, ',') &&
         take_u32(scan, most, second) && take(scan, ']');
}

static bool take_one(Scan* const scan)
{
  int64_t one = 0;
  return take_int(scan, 1, 1, &one);
}

// The value of the member whose key is one letter. `flat` is known since "j"
// comes before the lists.
static uint32_t take_value(Scan* const          scan,
                           const char           key,
                           const bool           flat,
                           Midip2pPacket* const out)
{
  const int64_t limit = MIDIP2P_MAX_NUMBER;
  switch (key) {
  case 'j':
    return take_one(scan) ? MIDIP2P_SEEN_J : 0U;
  case 's':
    return take_stream(scan, &out->stream) ? MIDIP2P_SEEN_S : 0U;
  case 'q':
    return take_int(scan, 0, limit, &out->serial) ? MIDIP2P_SEEN_Q : 0U;
  case 't':
    return take_int(scan, -limit, limit, &out->time_us) ? MIDIP2P_SEEN_T : 0U;
  case 'n':
    return take_int(scan, 1, limit - MIDIP2P_EVENTS, &out->first)
             ? MIDIP2P_SEEN_N
             : 0U;
  case 'a':
    return take_int(scan, 0, limit, &out->ack) ? MIDIP2P_SEEN_A : 0U;
  case 'e':
    return take_list(scan,
                     flat,
                     take_event,
                     out->events,
                     MIDIP2P_EVENTS,
                     &out->count)
             ? MIDIP2P_SEEN_E
             : 0U;
  case 'A':
    return take_int(scan, 0, limit, &out->base) ? MIDIP2P_SEEN_BASE : 0U;
  case 'c':
    return take_list(scan,
                     flat,
                     take_change,
                     out->delta,
                     MIDIP2P_DELTA,
                     &out->delta_count)
             ? MIDIP2P_SEEN_DELTA
             : 0U;
  case 'k':
    return take_clock(scan, &out->clock) ? MIDIP2P_SEEN_CLOCK : 0U;
  case 'h':
    return take_u32(scan, UINT32_MAX, &out->hash) ? MIDIP2P_SEEN_HASH : 0U;
  case 'r':
    return take_one(scan) ? MIDIP2P_SEEN_ASK : 0U;
  case 'f':
    return take_one(scan) ? MIDIP2P_SEEN_READS : 0U;
  case 'x':
    return take_sysex(scan, &out->fragment) ? MIDIP2P_SEEN_SYSEX : 0U;
  case 'y':
    return take_pair(scan, UINT32_MAX, &out->sysex_ack_id, &out->sysex_ack)
             ? MIDIP2P_SEEN_SYSEX_ACK
             : 0U;
  default:
    return 0U;
  }
}

static uint32_t
take_member(Scan* const scan, const uint32_t seen, Midip2pPacket* const out)
{
  const bool flat = (seen & MIDIP2P_SEEN_J) == 0U;
  if (!take(scan, '"') || scan->end - scan->at < 3) {
    return 0U;
  }
  const char* const key = scan->at;
  if (key[0] == 'c' && key[1] == 'p' && key[2] == '"') {
    scan->at += 3;
    return take(scan, ':') &&
               take_pair(scan, MIDIP2P_PARTS, &out->part, &out->parts)
             ? MIDIP2P_SEEN_PARTS
             : 0U;
  }
  scan->at += 2;
  return key[1] == '"' && take(scan, ':') ? take_value(scan, key[0], flat, out)
                                          : 0U;
}

bool midip2p_packet_scan(const char* const    text,
                         const size_t         size,
                         Midip2pPacket* const out)
{
  Scan     scan = {text, text + size};
  uint32_t seen = 0U;
  if (!take(&scan, '{')) {
    return false;
  }
  do {
    const uint32_t member = take_member(&scan, seen, out);
    // Twice the same, or the version after what depends on it: not ours
    if (!member || (seen & member) || (member == MIDIP2P_SEEN_J && seen)) {
      return false;
    }
    seen |= member;
  } while (take(&scan, ','));
  if (!take(&scan, '}')) {
    return false;
  }
  skip_space(&scan);
  return scan.at == scan.end && midip2p_packet_finish(out, seen);
}
