// SPDX-License-Identifier: MIT
// Files of packets, a line each, in either profile.

#include "jdat.h"

#include "wire/wire.h"

#include <cjson/cJSON.h>

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 8U
#define USED_SIZE 16U // ,"used":1023

int jdat_fault(const char* const format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  (void)fputs("jamnet-jdat: ", stderr);
  (void)vfprintf(stderr, format, arguments);
  va_end(arguments);
  (void)fputc('\n', stderr);
  return JDAT_FAULT;
}

FILE* jdat_open(const char* const path,
                const char* const mode,
                FILE* const       standard)
{
  if (!strcmp(path, "-")) {
    return standard;
  }
  FILE* const file = fopen(path, mode);
  if (!file) {
    (void)jdat_fault("%s cannot be opened: %s.", path, strerror(errno));
  }
  return file;
}

bool jdat_close(const char* const path, FILE* const file)
{
  const bool failed = ferror(file) != 0;
  const bool closed = strcmp(path, "-") ? !fclose(file) : !fflush(file);
  if (failed || !closed) {
    (void)jdat_fault("%s cannot be written to its end.", path);
  }
  return !failed && closed;
}

// Looks for "used", which no decoder knows. Only the text of a last packet is
// worth parsing for it.
static bool
read_used(const char* const text, const size_t size, JdatLine* const line)
{
  line->used = line->block.format.frames;
  if (!strstr(text, "used")) {
    return true;
  }
  cJSON* const json = wire_parse(text, size, MAX_DEPTH);
  int64_t      used = 0;
  bool         good = true;
  if (wire_get(json, "used")) {
    good = wire_get_int(json, "used", 1, line->block.format.frames, &used);
    line->used = (unsigned)used;
  }
  wire_free(json);
  return good;
}

static bool
read_packet(const char* const text, const size_t size, JdatLine* const line)
{
  line->plain = jellie_decode(text, size, &line->block) != JAM_OK;
  return (!line->plain || !jellie_decode_plain(text, size, &line->block)) &&
         read_used(text, size, line);
}

int jdat_read(const char* const path, FILE* const file, JdatLine* const line)
{
  static char text[JDAT_MAX_LINE + 2U];
  while (fgets(text, (int)sizeof(text), file)) {
    ++line->number;
    const size_t size = strlen(text);
    if (strspn(text, " \t\r\n") == size) {
      continue;
    }
    if (!read_packet(text, size, line)) {
      return jdat_fault("Line %zu of %s is no JDAT packet.",
                        line->number,
                        path);
    }
    return JDAT_OK;
  }
  return ferror(file) ? jdat_fault("%s cannot be read to its end.", path) : -1;
}

struct JdatCoder {
  JellieEncoder encoders[JELLIE_MAX_STREAM + 1U];
  bool          begun[JELLIE_MAX_STREAM + 1U];
};

JdatCoder* jdat_coder_new(void)
{
  return (JdatCoder*)calloc(1U, sizeof(JdatCoder));
}

void jdat_coder_free(JdatCoder* const coder)
{
  free(coder);
}

static size_t code_token(JdatCoder* const          coder,
                         const JellieFormat* const format,
                         const uint32_t            counter,
                         const int32_t* const      samples,
                         char* const               out,
                         const size_t              room)
{
  JellieEncoder* const encoder = &coder->encoders[format->stream];
  if (!coder->begun[format->stream]) {
    jellie_encoder_init(encoder);
    coder->begun[format->stream] = true;
  }
  return jellie_encode(encoder, format, counter, samples, out, room);
}

size_t jdat_code(JdatCoder* const          coder,
                 const JellieFormat* const format,
                 const uint32_t            counter,
                 const int32_t* const      samples,
                 const unsigned            used,
                 const bool                plain,
                 char* const               out)
{
  const size_t room = JDAT_MAX_LINE - USED_SIZE;
  const size_t size =
    plain ? jellie_encode_plain(format, counter, samples, out, room)
          : code_token(coder, format, counter, samples, out, room);
  if (size == 0U || used == format->frames) {
    return size;
  }
  // In place of the brace that ends the object
  const int more = snprintf(out + size - 1U, USED_SIZE, ",\"used\":%u}", used);
  return size - 1U + (size_t)more;
}
