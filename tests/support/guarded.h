// SPDX-License-Identifier: MIT
// Memory that ends where the next byte may not be touched, so that reading past
// the end is seen even in libraries that no sanitizer has instrumented.

#ifndef JAM_TEST_GUARDED_H
#define JAM_TEST_GUARDED_H

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct Guarded {
  uint8_t* base;
  size_t   room; ///< Whole pages before the forbidden one
  size_t   page;
} Guarded;

/// Makes room for `capacity` bytes. Ends the program if there is none.
static inline Guarded guarded_new(const size_t capacity)
{
  Guarded   self     = {NULL, 0U, (size_t)sysconf(_SC_PAGESIZE)};
  const int zero     = open("/dev/zero", O_RDWR);
  self.room          = (capacity / self.page + 1U) * self.page;
  void* const memory = mmap(NULL,
                            self.room + self.page,
                            PROT_READ | PROT_WRITE,
                            MAP_PRIVATE,
                            zero,
                            0);
  if (zero < 0 || memory == MAP_FAILED) {
    abort();
  }
  (void)close(zero);
  self.base = (uint8_t*)memory;
  if (mprotect(self.base + self.room, self.page, PROT_NONE) != 0) {
    abort();
  }
  return self;
}

static inline void guarded_free(const Guarded* const self)
{
  (void)munmap(self->base, self->room + self->page);
}

/// Returns a copy of `size` bytes whose end is the end of the memory. It is
/// overwritten by the next.
static inline char* guarded_copy(const Guarded* const self,
                                 const void* const    data,
                                 const size_t         size)
{
  if (size > self->room) {
    abort();
  }
  uint8_t* const at = self->base + self->room - size;
  if (size > 0U) {
    memcpy(at, data, size);
  }
  return (char*)at;
}

#endif // JAM_TEST_GUARDED_H
