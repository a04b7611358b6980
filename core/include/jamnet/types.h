// SPDX-License-Identifier: MIT
// Types shared by the public API and every module of the core.

#ifndef JAMNET_TYPES_H
#define JAMNET_TYPES_H

#include <stddef.h>
#include <stdint.h>

/// A point on (or a span of) one monotonic clock, in nanoseconds.
typedef int64_t JamTime;

/// A deadline that never comes.
#define JAM_NEVER INT64_MAX

#define JAM_US INT64_C(1000)
#define JAM_MS INT64_C(1000000)
#define JAM_SECOND INT64_C(1000000000)

/// What a call came to. Zero is success.
typedef enum JamStatus {
  JAM_OK = 0,
  JAM_ERR_ARGUMENT,    ///< The caller passed something outside the contract
  JAM_ERR_MEMORY,      ///< An allocation failed
  JAM_ERR_FULL,        ///< A fixed buffer, table or queue has no room
  JAM_ERR_FORMAT,      ///< Input is not of the expected form
  JAM_ERR_STATE,       ///< Not possible in the present state
  JAM_ERR_CRYPTO,      ///< A key is unusable or a seal does not open
  JAM_ERR_REFUSED,     ///< The other side said no
  JAM_ERR_TIMEOUT,     ///< The other side did not answer
  JAM_ERR_NETWORK,     ///< The operating system refused a network operation
  JAM_ERR_IN_USE,      ///< Address, port or name is taken
  JAM_ERR_NOT_FOUND,   ///< No such file, host, user or device
  JAM_ERR_UNSUPPORTED, ///< Valid, but not supported here
  JAM_ERR_FILE,        ///< A file cannot be read or written
  JAM_ERR_DEVICE,      ///< An audio or MIDI device failed
  JAM_STATUS_COUNT
} JamStatus;

#if defined(__GNUC__)
#  define JAM_NODISCARD __attribute__((warn_unused_result))
#else
#  define JAM_NODISCARD
#endif

// Real-time marking: the compiler (clang 20 or newer) then proves that the
// function and all it calls neither allocate, lock nor enter the kernel.
#if defined(__clang__) && __clang_major__ >= 20
#  define JAM_RT __attribute__((nonblocking))
#else
#  define JAM_RT
#endif

/// Memory source for every `_new`; null means the C library.
///
/// `alloc` returns memory aligned for any type, or null. It is called from
/// `_new` functions only, `release` from `_free` only, both on the caller's
/// thread.
typedef struct JamAllocator {
  void* (*alloc)(void* context, size_t size);
  void (*release)(void* context, void* memory);
  void* context;
} JamAllocator;

#endif // JAMNET_TYPES_H
