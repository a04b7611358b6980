// SPDX-License-Identifier: MIT
// Clocks and the system's randomness.

#include "io/io.h"

#include <sodium.h>
#include <time.h>

JamTime io_now(void)
{
  struct timespec now;
#if defined(__clang__) && __clang_major__ >= 20
#  pragma clang diagnostic push
#  pragma clang diagnostic ignored "-Wfunction-effects"
#endif
  // Read from memory the kernel maps into the process: no system call
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
#if defined(__clang__) && __clang_major__ >= 20
#  pragma clang diagnostic pop
#endif
  return (JamTime)now.tv_sec * JAM_SECOND + now.tv_nsec;
}

int64_t io_utc_us(void)
{
  struct timespec now;
  (void)clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

JamStatus io_random(uint8_t* const out, const size_t size)
{
  if (sodium_init() < 0) {
    return JAM_ERR_CRYPTO;
  }
  randombytes_buf(out, size);
  return JAM_OK;
}
