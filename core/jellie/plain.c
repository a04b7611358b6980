// SPDX-License-Identifier: MIT
// The plain profile: the same block as readable numbers, for people, for other
// languages, and as a second opinion on the token profile.

#include "jellie/jellie.h"

#include "wire/wire.h"

#include <cjson/cJSON.h>

#define MAX_DEPTH 8U
#define COUNTER_MAX ((1U << JELLIE_COUNTER_BITS) - 1U)

static void put_member(WireWriter* const writer,
                       const char* const key,
                       const int64_t     number)
{
  wire_put(writer, key);
  wire_put_int(writer, number);
}

// Clamps to the depth and clears the low bits that the format leaves out.
static int32_t limit(const int32_t sample, const JellieFormat* const format)
{
  const int32_t top  = (int32_t)(UINT32_C(1) << (format->bits - 1U)) - 1;
  const int32_t unit = 1 << format->shift;
  const int32_t in = sample > top ? top : sample < -top - 1 ? -top - 1 : sample;
  return in - ((in % unit) + unit) % unit;
}

size_t jellie_encode_plain(const JellieFormat* const format,
                           const uint32_t            counter,
                           const int32_t* const      samples,
                           char* const               out,
                           const size_t              capacity)
{
  if (!jellie_format_valid(format)) {
    return 0U;
  }
  WireWriter writer;
  wire_writer_init(&writer, out, capacity);
  put_member(&writer, "{\"jdat\":", 1);
  put_member(&writer, ",\"stream\":", format->stream);
  put_member(&writer, ",\"seq\":", counter & COUNTER_MAX);
  put_member(&writer, ",\"rate\":", format->rate_hz);
  put_member(&writer, ",\"bits\":", format->bits);
  put_member(&writer, ",\"frames\":", format->frames);
  if (format->shift > 0U) {
    put_member(&writer, ",\"shift\":", format->shift);
  }
  for (unsigned lane = 0U; lane < format->lanes; ++lane) {
    wire_put(&writer, lane == 0U ? ",\"lanes\":[[" : "],[");
    for (unsigned i = lane; i < format->frames; i += format->lanes) {
      put_member(&writer, i == lane ? "" : ",", limit(samples[i], format));
    }
  }
  wire_put(&writer, "]]}");
  return wire_writer_size(&writer);
}

// Reads one lane of exactly the right length.
static bool
read_lane(const cJSON* const lane, const unsigned first, JellieBlock* const out)
{
  const int64_t top = INT64_C(1) << (out->format.bits - 1U);
  unsigned      at  = first;
  const cJSON*  item;
  if (!cJSON_IsArray(lane)) {
    return false;
  }
  cJSON_ArrayForEach(item, lane)
  {
    int64_t sample = 0;
    if (at >= out->frames || !wire_int(item, -top, top - 1, &sample) ||
        sample % (1 << out->format.shift) != 0) {
      return false;
    }
    out->samples[at] = (int32_t)sample;
    at += out->format.lanes;
  }
  return at == first + out->frames;
}

static bool read_format(const cJSON* const json, JellieBlock* const out)
{
  int64_t version = 0;
  int64_t stream  = 0;
  int64_t counter = 0;
  int64_t rate    = 0;
  int64_t bits    = 0;
  int64_t frames  = 0;
  int64_t shift   = 0;
  if (!wire_get_int(json, "jdat", 1, 1, &version) ||
      !wire_get_int(json, "stream", 0, JELLIE_MAX_STREAM, &stream) ||
      !wire_get_int(json, "seq", 0, COUNTER_MAX, &counter) ||
      !wire_get_int(json, "rate", 1, 192000, &rate) ||
      !wire_get_int(json, "bits", 16, 24, &bits) ||
      !wire_get_int(json, "frames", 1, JELLIE_MAX_FRAMES, &frames) ||
      (wire_get(json, "shift") &&
       !wire_get_int(json, "shift", 0, JELLIE_MAX_SHIFT, &shift))) {
    return false;
  }
  const int lanes = cJSON_GetArraySize(wire_get(json, "lanes"));
  if (lanes != 1 && lanes != 4) {
    return false;
  }
  out->format.rate_hz = (uint32_t)rate;
  out->format.frames  = (uint16_t)frames;
  out->format.bits    = (uint8_t)bits;
  out->format.lanes   = (uint8_t)lanes;
  out->format.stream  = (uint8_t)stream;
  out->format.shift   = (uint8_t)shift;
  out->counter        = (uint32_t)counter;
  out->division       = 1U;
  out->frames         = (uint16_t)frames;
  return jellie_format_valid(&out->format);
}

static bool read_block(const cJSON* const json, JellieBlock* const out)
{
  const cJSON* const lanes = wire_get(json, "lanes");
  const cJSON*       lane;
  unsigned           first = 0U;
  if (!cJSON_IsArray(lanes) || !read_format(json, out)) {
    return false;
  }
  cJSON_ArrayForEach(lane, lanes)
  {
    if (!read_lane(lane, first++, out)) {
      return false;
    }
  }
  return true;
}

JamStatus jellie_decode_plain(const char* const  text,
                              const size_t       size,
                              JellieBlock* const out)
{
  cJSON* const json = wire_parse(text, size, MAX_DEPTH);
  const bool   good = json && read_block(json, out);
  wire_free(json);
  return good ? JAM_OK : JAM_ERR_FORMAT;
}
