// SPDX-License-Identifier: MIT
// JSON text into the caller's buffer.

#include "wire/wire.h"

#include "wire/utf8.h"

#include <string.h>

void wire_writer_init(WireWriter* const writer,
                      char* const       text,
                      const size_t      capacity)
{
  writer->text     = text;
  writer->capacity = capacity;
  writer->size     = 0U;
  writer->full     = false;
}

void wire_put(WireWriter* const writer, const char* const text)
{
  wire_put_bytes(writer, text, strlen(text));
}

void wire_put_bytes(WireWriter* const writer,
                    const char* const text,
                    const size_t      size)
{
  // Full stays full: a later, shorter piece must not slip into a torn text
  if (writer->full || size > writer->capacity - writer->size) {
    writer->full = true;
    return;
  }
  if (size > 0U) {
    memcpy(writer->text + writer->size, text, size);
    writer->size += size;
  }
}

void wire_put_int(WireWriter* const writer, const int64_t number)
{
  char     digits[20];
  size_t   begin = sizeof(digits);
  uint64_t rest  = number < 0 ? 0U - (uint64_t)number : (uint64_t)number;
  do {
    digits[--begin] = (char)('0' + (int)(rest % 10U));
    rest /= 10U;
  } while (rest > 0U);
  if (number < 0) {
    digits[--begin] = '-';
  }
  wire_put_bytes(writer, digits + begin, sizeof(digits) - begin);
}

// Returns the letter of a two-character escape, or 0 if there is none.
static char short_escape(const char c)
{
  switch (c) {
  case '"':
  case '\\':
    return c;
  case '\b':
    return 'b';
  case '\f':
    return 'f';
  case '\n':
    return 'n';
  case '\r':
    return 'r';
  case '\t':
    return 't';
  default:
    return 0;
  }
}

static bool is_plain(const char c)
{
  const uint8_t byte = (uint8_t)c;
  return byte >= 0x20U && byte < 0x80U && c != '"' && c != '\\';
}

static void put_escaped(WireWriter* const writer, const char c)
{
  static const char hex[]  = "0123456789abcdef";
  const char        letter = short_escape(c);
  if (letter) {
    const char pair[2] = {'\\', letter};
    wire_put_bytes(writer, pair, sizeof(pair));
  } else {
    const uint8_t byte = (uint8_t)c;
    const char    code[6] =
      {'\\', 'u', '0', '0', hex[byte >> 4U], hex[byte & 15U]};
    wire_put_bytes(writer, code, sizeof(code));
  }
}

void wire_put_string(WireWriter* const writer, const char* const text)
{
  const size_t size = strlen(text);
  size_t       at   = 0U;
  wire_put_bytes(writer, "\"", 1U);
  while (at < size && !writer->full) {
    size_t run = 0U;
    while (at + run < size && is_plain(text[at + run])) {
      ++run;
    }
    wire_put_bytes(writer, text + at, run);
    at += run;
    if (at == size) {
      break;
    }
    bool         good = false;
    const size_t next = wire_utf8_next(text + at, size - at, &good);
    if (!good) {
      wire_put_bytes(writer, "\xEF\xBF\xBD", 3U);
    } else if (next > 1U) {
      wire_put_bytes(writer, text + at, next);
    } else {
      put_escaped(writer, text[at]);
    }
    at += next;
  }
  wire_put_bytes(writer, "\"", 1U);
}

size_t wire_writer_size(const WireWriter* const writer)
{
  return writer->full ? 0U : writer->size;
}
