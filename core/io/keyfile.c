// SPDX-License-Identifier: MIT
// A secret key in a file: one line of base64url, readable by its owner alone.

#include "io/io.h"

#include "wire/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_SIZE 44U // 32 bytes in base64url and a line end

static JamStatus make(const char* const path, uint8_t out[TOAST_KEY_SIZE])
{
  char            line[LINE_SIZE + 1U];
  const JamStatus status = io_random(out, TOAST_KEY_SIZE);
  if (status != JAM_OK) {
    return status;
  }
  (void)wire_base64_encode(out, TOAST_KEY_SIZE, line, sizeof(line));
  line[LINE_SIZE - 1U] = '\n';

  const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    return JAM_ERR_FILE;
  }
  const bool written = write(fd, line, LINE_SIZE) == (ssize_t)LINE_SIZE;
  const bool closed  = close(fd) == 0;
  sodium_memzero(line, sizeof(line));
  if (!written || !closed) {
    (void)unlink(path);
    return JAM_ERR_FILE;
  }
  return JAM_OK;
}

JamStatus io_key_read(const char* const path, uint8_t out[TOAST_KEY_SIZE])
{
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return errno == ENOENT ? JAM_ERR_NOT_FOUND : JAM_ERR_FILE;
  }
  struct stat facts;
  char        line[LINE_SIZE + 1U];
  const bool  secret = fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) &&
                      (facts.st_mode & (S_IRWXG | S_IRWXO)) == 0;
  const ssize_t size = secret ? read(fd, line, sizeof(line)) : -1;
  (void)close(fd);
  if (size < 0) {
    return JAM_ERR_FILE;
  }
  const size_t length =
    (size_t)size - ((size > 0 && line[size - 1] == '\n') ? 1U : 0U);
  const bool valid = wire_base64_decode(line, length, out, TOAST_KEY_SIZE);
  sodium_memzero(line, sizeof(line));
  return valid ? JAM_OK : JAM_ERR_CRYPTO;
}

JamStatus io_key_file(const char* const path, uint8_t out[TOAST_KEY_SIZE])
{
  const JamStatus status = io_key_read(path, out);
  return status == JAM_ERR_NOT_FOUND ? make(path, out) : status;
}
