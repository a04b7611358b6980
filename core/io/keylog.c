// SPDX-License-Identifier: MIT
// A file that session keys are appended to, readable by its owner alone.

#include "io/io.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

JamStatus io_key_log_open(const char* const path, int* const out)
{
  struct stat facts;
  *out = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (*out < 0) {
    return JAM_ERR_FILE;
  }
  if (fstat(*out, &facts) != 0 || (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    io_key_log_close(*out);
    *out = -1;
    return JAM_ERR_FILE;
  }
  return JAM_OK;
}

void io_key_log_write(const int log, const char* const line)
{
  (void)!write(log, line, strlen(line));
  (void)!write(log, "\n", 1U);
}

void io_key_log_close(const int log)
{
  if (log >= 0) {
    (void)close(log);
  }
}
