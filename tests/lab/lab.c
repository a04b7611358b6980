// SPDX-License-Identifier: MIT
// jamnet-lab COMMAND ARGUMENTS...: finds the command.

#include "lab.h"

#include <stdio.h>
#include <string.h>

typedef struct Command {
  const char* name;
  int (*run)(int argc, char** argv);
  const char* usage;
} Command;

static const Command commands[] = {
  {"jdat",
   lab_jdat,
   "FILE... [--bits 16|24] [--frames N] [--lanes 1|4] "
   "[--profile token|plain]"},
  {"lossy", lab_lossy, "FILE... [--frames N [--lanes 1|4] [--kbit WIRE_RATE]]"},
  {"nmr", lab_nmr, "REFERENCE TEST"},
  {"thin",
   lab_thin,
   "[FILE] --keep 1|2 [--out OUT.wav] [--bits 16|24] [--frames N] "
   "[--rate R] [--floor DB] [--seed N] (without FILE: tones)"},
  {"vectors", lab_vectors, ""},
  {"midi",
   lab_midi,
   "FILE.mid [--loss PERCENT] [--burst-ms MS] [--rtt MS] [--spare MS] "
   "[--compact 0|1] [--seed N] [--out DIR]"},
  {"sim",
   lab_sim,
   "SCENARIO.json [--no-dsp] [--out DIR] [--report FILE] [--audio FILE] "
   "[--seed N] [--seconds S] [--pcap FILE] [--key-log FILE] [--cost]"},
  {"conceal", lab_conceal, "FILE --trace GAPS --out OUT.wav [--future N]"},
  {"clock", lab_clock, "TRACE.csv"},
  {"toast", lab_toast, ""},
  {"heard", lab_heard, "--report R.json --heard HEARD.wav NAME=PLAYED.wav..."},
  {"band",
   lab_band,
   "--part guitar|bass|drums|keys|lead --out FILE.wav [--seconds S] "
   "[--rate R] [--bits 16|24] [--seed N]"},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

int main(const int argc, char** const argv)
{
  for (size_t i = 0U; argc > 1 && i < COMMANDS; ++i) {
    if (!strcmp(argv[1], commands[i].name)) {
      return commands[i].run(argc - 1, argv + 1);
    }
  }
  if (argc > 1 && strcmp(argv[1], "--help") != 0) {
    return lab_fault("%s is not a command; try --help", argv[1]);
  }
  for (size_t i = 0U; i < COMMANDS; ++i) {
    printf("jamnet-lab %s %s\n", commands[i].name, commands[i].usage);
  }
  return argc > 1 ? LAB_OK : LAB_FAULT;
}
