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

void jam_log_write(JamLog* const     log,
                   const JamTime     now,
                   const JamLogLevel level,
                   const char* const format,
                   ...)
{
  JamLogLine line = {now, level, {0}};
  va_list    arguments;
  va_start(arguments, format);
  (void)vsnprintf(line.text, sizeof(line.text), format, arguments);
  va_end(arguments);
  if (!jam_ring_write(&log->ring, &line, sizeof(line))) {
    ++log->dropped;
  }
}

bool jam_log_read(JamLog* const log, JamLogLine* const out)
{
  return jam_ring_read(&log->ring, out, sizeof(*out));
}
