// SPDX-License-Identifier: MIT
// Command line of the example host.

#ifndef JAM_HOST_OPTIONS_H
#define JAM_HOST_OPTIONS_H

#include <stdbool.h>

#define HOST_MAX_BLOCK 16384U

typedef struct HostOptions {
  const char* library;
  const char* link;
  const char* name;
  const char* state; // Read at the start if it is there, written at the end
  const char* in;    // Null: a tone
  const char* out;   // Null: nothing is written
  double      rate_hz;
  double      seconds;
  unsigned    block;
  bool        fast;
} HostOptions;

/// Reads the command line over what `out` holds; prints help and exits if asked
/// to. False after one sentence on standard error.
bool host_options_read(int argc, char** argv, HostOptions* out);

/// Prints one sentence on standard error; returns false.
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
bool host_complain(const char* format, ...);

#endif // JAM_HOST_OPTIONS_H
