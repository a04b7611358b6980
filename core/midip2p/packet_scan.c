// SPDX-License-Identifier: MIT
// Reading the JMID layout we write ourselves, without a tree: nearly every
// packet takes this way. Whatever is in the least unusual is left to the
// general parser, so this one only ever needs to say no.

#include "midip2p/packet.h"

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
static bool take(Scan* const scan, const char wanted)
{
  skip_space(scan);
  if (scan->at == scan->end || *scan->at != wanted) {
    return false;
  }
  ++scan->at;
  return true;
}

// Takes "k": for a key of one letter, or nothing
static bool take_key(Scan* const scan, const char key)
{
  skip_space(scan);
  if (scan->end - scan->at < 3 || scan->at[0] != '"' || scan->at[1] != key ||
      scan->at[2] != '"') {
    return false;
  }
  scan->at += 3;
  return take(scan, ':');
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

static bool
take_event(Scan* const scan, const int64_t newest_us, Midip2pEvent* const out)
{
  int64_t  age = 0;
  int64_t  numbers[4];
  unsigned count = 0U;
  if (!take(scan, '[') || !take_int(scan, -MIDIP2P_MAX_SPAN_US, 0, &age)) {
    return false;
  }
  for (; count < 4U && take(scan, ','); ++count) {
    if (!take_int(scan, 0, 255, &numbers[count])) {
      return false;
    }
  }
  out->time_us = newest_us + age;
  return take(scan, ']') && midip2p_message_make(numbers, count, out);
}

static bool
take_events(Scan* const scan, const int64_t newest_us, Midip2pPacket* const out)
{
  if (!take(scan, '[')) {
    return false;
  }
  if (out->first == 0) {
    return take(scan, ']');
  }
  do {
    if (out->count == MIDIP2P_WINDOW ||
        !take_event(scan, newest_us, &out->events[out->count])) {
      return false;
    }
    ++out->count;
  } while (take(scan, ','));
  return take(scan, ']');
}

bool midip2p_packet_scan(const char* const    text,
                         const size_t         size,
                         Midip2pPacket* const out)
{
  const int64_t limit     = MIDIP2P_MAX_NUMBER;
  int64_t       version   = 0;
  int64_t       newest_us = 0;
  Scan          scan      = {text, text + size};
  out->first              = 0;
  out->count              = 0U;
  if (!take(&scan, '{') || !take_key(&scan, 'j') ||
      !take_int(&scan, 1, 1, &version) || !take(&scan, ',') ||
      !take_key(&scan, 's') || !take_stream(&scan, &out->stream) ||
      !take(&scan, ',') || !take_key(&scan, 'q') ||
      !take_int(&scan, 0, limit, &out->serial) || !take(&scan, ',')) {
    return false;
  }
  // Without events there is neither time nor number
  if (take_key(&scan, 't') &&
      (!take_int(&scan, -limit, limit, &newest_us) || !take(&scan, ',') ||
       !take_key(&scan, 'n') ||
       !take_int(&scan, 1, limit - MIDIP2P_WINDOW, &out->first) ||
       !take(&scan, ','))) {
    return false;
  }
  if (!take_key(&scan, 'a') || !take_int(&scan, 0, limit, &out->ack) ||
      !take(&scan, ',') || !take_key(&scan, 'e') ||
      !take_events(&scan, newest_us, out) || !take(&scan, '}')) {
    return false;
  }
  skip_space(&scan);
  return scan.at == scan.end;
}
