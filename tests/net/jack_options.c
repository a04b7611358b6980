// SPDX-License-Identifier: MIT
// Command line of jack_harness.

#include "jack_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct TextOption {
  const char*  name;
  const char** value;
} TextOption;

typedef struct NumberOption {
  const char* name;
  double*     value;
} NumberOption;

static bool
set_option(Options* const o, const char* const name, const char* const value)
{
  const TextOption   texts[]   = {{"--to", &o->to},
                                  {"--from", &o->from},
                                  {"--midi-to", &o->midi_to},
                                  {"--midi-from", &o->midi_from},
                                  {"--server", &o->server},
                                  {"--server-b", &o->server_b},
                                  {"--ref", &o->ref},
                                  {"--save", &o->save},
                                  {"--track", &o->track}};
  const NumberOption numbers[] = {{"--warm", &o->warm_s},
                                  {"--seconds", &o->seconds},
                                  {"--wait", &o->wait_s},
                                  {"--min-exact", &o->min_exact},
                                  {"--max-damaged", &o->max_damaged},
                                  {"--max-lost", &o->max_lost},
                                  {"--max-trend", &o->max_trend},
                                  {"--seed", &o->seed},
                                  {"--notes", &o->notes}};
  for (size_t i = 0U; i < sizeof(texts) / sizeof(texts[0]); ++i) {
    if (!strcmp(name, texts[i].name)) {
      *texts[i].value = value;
      return true;
    }
  }
  for (size_t i = 0U; i < sizeof(numbers) / sizeof(numbers[0]); ++i) {
    if (!strcmp(name, numbers[i].name)) {
      char* end         = NULL;
      *numbers[i].value = strtod(value, &end);
      return end != value && *end == '\0' && *numbers[i].value >= 0.0;
    }
  }
  return false;
}

bool read_options(const int argc, char** const argv, Options* const o)
{
  for (int i = 1; i < argc; ++i) {
    if (!strcmp(argv[i], "--wire")) {
      o->wire      = true;
      o->to        = "harness-rec:audio";
      o->midi_to   = "harness-rec:midi";
      o->from      = NULL;
      o->midi_from = NULL;
    } else if (i + 1 >= argc || !set_option(o, argv[i], argv[i + 1])) {
      (void)fprintf(stderr, "jack_harness: bad option \"%s\"\n", argv[i]);
      return false;
    } else {
      ++i;
    }
  }
  if (!o->to || (!o->from && !o->wire) || o->seconds < 2.0) {
    (void)fputs("jack_harness: --to and --from name the ports; --seconds is 2 "
                "or more\n",
                stderr);
    return false;
  }
  return true;
}
