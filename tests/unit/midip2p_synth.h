// SPDX-License-Identifier: MIT
// A synthesiser that makes no sound but remembers all it is told: what a
// listener holds, judged by code of its own.

#ifndef UNIT_MIDIP2P_SYNTH_H
#define UNIT_MIDIP2P_SYNTH_H

#include <stdint.h>

#define SYNTH_PARAMETERS 64U

typedef struct Synth {
  uint8_t  notes[16][128], keys[16][128], controllers[16][128];
  uint32_t programs[16];
  uint8_t  pressure[16], mode[16][2];
  uint16_t bend[16];
  uint8_t  kind[16], high[16], low[16];
  uint32_t parameter_ids[SYNTH_PARAMETERS];
  uint16_t parameters[SYNTH_PARAMETERS];
  unsigned parameter_count;
  uint32_t system[3];
  uint64_t held, all; ///< Sums: of notes and pedals, of everything
} Synth;

/// Makes one that has been told nothing.
void synth_start(Synth* synth);

/// Plays a message; unused bytes are ignored.
void synth_follow(Synth* synth, const uint8_t* bytes);

#endif // UNIT_MIDIP2P_SYNTH_H
