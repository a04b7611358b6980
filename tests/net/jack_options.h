// SPDX-License-Identifier: MIT
// Command line of jack_harness.

#ifndef JAM_JACK_OPTIONS_H
#define JAM_JACK_OPTIONS_H

#include <stdbool.h>

typedef struct Options {
  const char *to, *from, *midi_to, *midi_from, *server, *server_b, *ref, *save,
    *track;
  double warm_s, seconds, wait_s;
  double min_exact, max_damaged, max_lost, max_trend;
  double seed, notes;
  bool   wire;
} Options;

/// Reads the command line over what `options` holds. False after a sentence on
/// standard error.
bool read_options(int argc, char** argv, Options* options);

#endif // JAM_JACK_OPTIONS_H
