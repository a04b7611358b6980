// SPDX-License-Identifier: MIT
// Any samples as packets. What our writer writes, cJSON must read as the same
// strings and numbers, our scanner as the same strings, and our decoder as the
// same samples.
//
// Input: format, shift, counter, then steps that make samples. They are coded
// twice: by an encoder that knows nothing, then by one that has just heard
// them.

#include "jellie/jellie.h"
#include "jellie/packet.h"
#include "unit/jellie_formats.h"

#include <cjson/cJSON.h>

#include <stdlib.h>
#include <string.h>

#define MAX_PLAIN 16384U
#define ALWAYS_FITS (256U * 24U) // Bits of a block that is never refused

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

typedef struct Input {
  const uint8_t* data;
  size_t         size;
} Input;

static JellieEncoder encoder;
static JellieBlock   block;
static int32_t       samples[JELLIE_MAX_FRAMES];

static void must(const bool truth)
{
  if (!truth) {
    abort();
  }
}

// Returns the next byte, or 0 at the end.
static uint8_t take(Input* const input)
{
  if (input->size == 0U) {
    return 0U;
  }
  --input->size;
  return *input->data++;
}

static int32_t take_sample(Input* const input, const unsigned bits)
{
  uint32_t value = 0U;
  for (unsigned bit = 0U; bit < bits; bit += 8U) {
    value |= (uint32_t)take(input) << bit;
  }
  return (int32_t)value - (int32_t)(UINT32_C(1) << (bits - 1U));
}

static int32_t clamp(const int32_t value, const unsigned bits)
{
  const int32_t top = (int32_t)(UINT32_C(1) << (bits - 1U)) - 1;
  return value > top ? top : value < -top - 1 ? -top - 1 : value;
}

// Continues the samples by 1 to 32 in one of eight ways.
static unsigned
put_step(Input* const input, const unsigned bits, const unsigned from)
{
  const uint8_t  step  = take(input);
  const int32_t  last  = from > 0U ? samples[from - 1U] : 0;
  const int32_t  slope = from > 1U ? last - samples[from - 2U] : 0;
  const unsigned run   = 1U + step / 8U;
  for (unsigned i = 0U; i < run && from + i < JELLIE_MAX_FRAMES; ++i) {
    int32_t* const at   = samples + from + i;
    const int32_t  back = from + i > 0U ? at[-1] : 0;
    switch (step % 8U) {
    case 0U:
      *at = 0;
      break;
    case 1U:
      *at = last;
      break;
    case 2U:
      *at = take_sample(input, bits);
      break;
    case 3U:
      *at = clamp(back + (int8_t)take(input), bits);
      break;
    case 4U:
      *at = clamp(back + slope, bits);
      break;
    case 5U:
      *at = clamp(back >= 0 ? INT32_MIN : INT32_MAX, bits);
      break;
    case 6U:
      *at = i % 4U ? 0 : take_sample(input, bits);
      break;
    default:
      *at = (int8_t)take(input);
      break;
    }
  }
  return from + run;
}

static void check_decoded(const JellieFormat* const format)
{
  must(block.frames == format->frames && block.division == 1U);
  must(block.format.rate_hz == format->rate_hz);
  must(block.format.bits == format->bits);
  must(block.format.lanes == format->lanes);
  must(block.format.stream == format->stream);
  must(block.format.shift == format->shift);
  const int32_t unit = 1 << format->shift;
  for (unsigned i = 0U; i < format->frames; ++i) {
    const int32_t lost = samples[i] - block.samples[i];
    must(block.samples[i] % unit == 0 && lost >= 0 && lost < unit);
  }
}

// The strings of the scanner are those of cJSON.
static void check_strings(const char* const text, const size_t size)
{
  JelliePacket packet;
  must(jellie_scan(text, size, &packet));
  cJSON* const       json  = cJSON_ParseWithLength(text, size);
  const cJSON* const array = cJSON_GetObjectItemCaseSensitive(json, "J");
  must(cJSON_GetArraySize(json) == 1);
  must(cJSON_GetArraySize(array) + 1 == (int)packet.count);
  const cJSON* item = NULL;
  unsigned     i    = 1U;
  cJSON_ArrayForEach(item, array)
  {
    must(cJSON_IsString(item));
    const size_t head = i == 1U ? JELLIE_HEAD_SIZE : 0U;
    must(strlen(item->valuestring) == head + packet.sizes[i]);
    must(packet.strings[i] - head == packet.strings[i == 1U ? 0U : i]);
    must(!memcmp(item->valuestring,
                 packet.strings[i] - head,
                 head + packet.sizes[i]));
    ++i;
  }
  cJSON_Delete(json);
}

static void check_token(const JellieFormat* const format,
                        const uint32_t            counter)
{
  static char   text[JELLIE_MAX_TEXT];
  static char   other[JELLIE_MAX_TEXT];
  JellieEncoder before = encoder;
  const size_t  size =
    jellie_encode(&encoder, format, counter, samples, text, sizeof(text));
  if (size == 0U) {
    must((unsigned)format->frames * format->bits > ALWAYS_FITS);
    return;
  }
  check_strings(text, size);
  must(!jellie_decode(text, size, &block));
  must(block.counter == counter % (1U << JELLIE_COUNTER_BITS));
  check_decoded(format);

  if (counter % 4U == 0U) { // Coding is what takes time
    JellieEncoder same = before;
    must(jellie_encode(&same, format, counter, samples, other, size) == size);
    must(!memcmp(text, other, size));
    must(jellie_encode(&before, format, counter, samples, other, size - 1U) ==
         0U);
  }
}

// The numbers that were written are those of cJSON.
static void check_plain(const JellieFormat* const format,
                        const uint32_t            counter)
{
  static char  text[MAX_PLAIN];
  const size_t size =
    jellie_encode_plain(format, counter, samples, text, sizeof(text));
  must(size > 0U && !jellie_decode_plain(text, size, &block));
  check_decoded(format);

  cJSON* const       json  = cJSON_ParseWithLength(text, size);
  const cJSON* const lanes = cJSON_GetObjectItemCaseSensitive(json, "lanes");
  const cJSON*       lane  = NULL;
  unsigned           first = 0U;
  must(cJSON_GetArraySize(lanes) == (int)format->lanes);
  cJSON_ArrayForEach(lane, lanes)
  {
    unsigned     at   = first++;
    const cJSON* item = NULL;
    cJSON_ArrayForEach(item, lane)
    {
      must(at < format->frames);
      must((int32_t)item->valuedouble == block.samples[at]);
      at += format->lanes;
    }
    must(at >= format->frames);
  }
  cJSON_Delete(json);
}

int LLVMFuzzerTestOneInput(const uint8_t* const data, const size_t size)
{
  Input          input   = {data, size};
  JellieFormat   format  = format_number(take(&input) % FORMAT_COUNT);
  const uint8_t  shift   = take(&input);
  const uint32_t counter = (uint32_t)take_sample(&input, 24U) * 5U;
  unsigned       count   = 0U;
  memset(samples, 0, sizeof(samples));
  while (count < format.frames && input.size > 0U) {
    count = put_step(&input, format.bits, count);
  }
  // Mostly lossless
  format.shift = (uint8_t)(shift < 128U ? 0U : shift % (JELLIE_MAX_SHIFT + 1U));
  jellie_encoder_init(&encoder);
  check_token(&format, counter);
  check_token(&format, counter);
  check_plain(&format, counter);
  return 0;
}
