// SPDX-License-Identifier: MIT
// Finding the strings of a token packet. Text exactly as our encoder writes it
// is split without allocation; any other text goes through a JSON parser.

#include "jellie/packet.h"

#include "wire/wire.h"

#include <cjson/cJSON.h>

#include <string.h>

#define SPARE ",\"S\":\""
#define SPARE_SIZE 6U
#define MAX_DEPTH 8U

// Returns the number of characters before the closing quote, or `size` if
// there is none or if the string needs a parser.
static size_t plain_string(const char* const text, const size_t size)
{
  size_t at = 0U;
  while (at < size && text[at] != '"') {
    if (text[at] == '\\' || text[at] < ' ' || text[at] > '~') {
      return size;
    }
    ++at;
  }
  return at;
}

// Returns whether `tail` is what may follow the array in canonical text.
static bool is_tail(const char* const tail, const size_t size)
{
  if (size == 1U) {
    return tail[0] == '}';
  }
  if (size < SPARE_SIZE + 2U || memcmp(tail, SPARE, SPARE_SIZE) != 0) {
    return false;
  }
  const size_t rest = size - SPARE_SIZE;
  const size_t end  = plain_string(tail + SPARE_SIZE, rest);
  return end + 2U == rest && tail[size - 1U] == '}';
}

// Takes one string of the array; the first one is two, the head and a lane.
// Returns false if there are too many, or no head.
static bool
add_string(JelliePacket* const out, const char* const text, const size_t size)
{
  if (out->count == JELLIE_STRINGS ||
      (out->count == 0U && size < JELLIE_HEAD_SIZE)) {
    return false;
  }
  const size_t head = out->count == 0U ? JELLIE_HEAD_SIZE : 0U;
  if (head > 0U) {
    out->strings[0] = text;
    out->sizes[0]   = head;
    out->count      = 1U;
  }
  out->strings[out->count] = text + head;
  out->sizes[out->count++] = size - head;
  return true;
}

bool jellie_scan(const char* const   text,
                 const size_t        size,
                 JelliePacket* const out)
{
  out->count = 0U;
  out->tree  = NULL;
  if (size < JELLIE_PREFIX_SIZE ||
      memcmp(text, JELLIE_PREFIX, JELLIE_PREFIX_SIZE) != 0) {
    return false;
  }
  size_t at = JELLIE_PREFIX_SIZE;
  for (;;) {
    const size_t length = plain_string(text + at, size - at);
    if (size - at - length < 3U || !add_string(out, text + at, length)) {
      return false;
    }
    at += length;
    if (text[at + 1U] == ']') {
      return is_tail(text + at + 2U, size - at - 2U);
    }
    if (text[at + 1U] != ',' || text[at + 2U] != '"') {
      return false;
    }
    at += 3U;
  }
}

JamStatus jellie_packet_read(const char* const   text,
                             const size_t        size,
                             JelliePacket* const out)
{
  if (jellie_scan(text, size, out)) {
    return JAM_OK;
  }
  out->count               = 0U;
  out->tree                = wire_parse(text, size, MAX_DEPTH);
  const cJSON* const array = out->tree ? wire_get(out->tree, "J") : NULL;
  if (!cJSON_IsArray(array)) {
    return JAM_ERR_FORMAT;
  }
  const cJSON* item = NULL;
  cJSON_ArrayForEach(item, array)
  {
    if (!cJSON_IsString(item) ||
        !add_string(out, item->valuestring, strlen(item->valuestring))) {
      return JAM_ERR_FORMAT;
    }
  }
  return JAM_OK;
}

void jellie_packet_release(JelliePacket* const packet)
{
  wire_free(packet->tree);
  packet->tree = NULL;
}
