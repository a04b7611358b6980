// SPDX-License-Identifier: MIT
// The audio callback of a simulated player; used by sim_player.c only.

#ifndef JAM_SIM_EARS_H
#define JAM_SIM_EARS_H

#include <stdint.h>

/// Plays and listens for one block. `context` is a SimPlayer.
void sim_ears_block(void* context, int64_t position, unsigned frames);

#endif // JAM_SIM_EARS_H
