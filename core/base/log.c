// SPDX-License-Identifier: MIT
// Log lines through a ring.

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

JamStatus jam_log_init(JamLog* const             log,
                       const JamAllocator* const allocator,
                       const unsigned            lines)
{
  log->dropped = 0U;
  return jam_ring_init(&log->ring, allocator, lines * sizeof(JamLogLine));
}

void jam_log_deinit(JamLog* const log, const JamAllocator* const allocator)
{
  jam_ring_deinit(&log->ring, allocator);
}

// Names in a line are UTF-8, and who shows them wants whole characters. Takes a
// last character away whose bytes may be missing.
static void drop_cut_character(char* const text, const size_t length)
{
  size_t end = length;
  while (end > 0U && ((uint8_t)text[end - 1U] & 0xC0U) == 0x80U) {
    --end;
  }
  if (end > 0U && (uint8_t)text[end - 1U] >= 0xC0U) {
    --end;
  }
  text[end] = '\0';
}

void jam_log_write(JamLog* const     log,
                   const JamTime     now,
                   const JamLogLevel level,
                   const char* const format,
                   ...)
{
  JamLogLine line = {now, level, {0}};
  va_list    arguments;
  va_start(arguments, format);
  const int length = vsnprintf(line.text, sizeof(line.text), format, arguments);
  va_end(arguments);
  if (length < 0) {
    line.text[0] = '\0';
  } else if ((size_t)length >= sizeof(line.text)) {
    drop_cut_character(line.text, sizeof(line.text) - 1U);
  }
  if (!jam_ring_write(&log->ring, &line, sizeof(line))) {
    ++log->dropped;
  }
}

bool jam_log_read(JamLog* const log, JamLogLine* const out)
{
  return jam_ring_read(&log->ring, out, sizeof(*out));
}
