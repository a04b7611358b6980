// SPDX-License-Identifier: MIT
// Lines of text from the network thread to whoever prints or shows them.

#ifndef JAM_BASE_LOG_H
#define JAM_BASE_LOG_H

#include "base/ring.h"

#define JAM_LOG_TEXT_SIZE 112U

typedef enum JamLogLevel {
  JAM_LOG_DEBUG,
  JAM_LOG_INFO,
  JAM_LOG_WARNING,
  JAM_LOG_ERROR
} JamLogLevel;

typedef struct JamLogLine {
  JamTime     time;
  JamLogLevel level;
  char        text[JAM_LOG_TEXT_SIZE]; ///< UTF-8, cut if too long
} JamLogLine;

typedef struct JamLog {
  JamRing  ring;
  uint32_t dropped; ///< Lines that found the ring full. Owner: writing thread
} JamLog;

/// Makes room for `lines` unread lines. Setup thread.
JAM_NODISCARD JamStatus jam_log_init(JamLog*             log,
                                     const JamAllocator* allocator,
                                     unsigned            lines);

/// Releases what `init` took.
void jam_log_deinit(JamLog* log, const JamAllocator* allocator);

/// Writes a line, or counts it as dropped. Network thread (one writer).
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
void jam_log_write(JamLog* log, JamTime now, JamLogLevel level,
                   const char* format, ...);

/// Takes the oldest unread line. One reading thread.
bool jam_log_read(JamLog* log, JamLogLine* out);

#endif // JAM_BASE_LOG_H
