// SPDX-License-Identifier: MIT
// What must hold at the end of every jam that was given time to recover.

#ifndef JAM_SIM_INVARIANTS_H
#define JAM_SIM_INVARIANTS_H

#include "sim/sim_jam.h"

/// Returns whether a finished jam is as it must be; otherwise writes one
/// sentence that says what is not. Everybody must be in one room of the first
/// node at the end, and links must be alike in both directions.
bool sim_invariants_hold(const SimJam*   jam,
                         const Scenario* scenario,
                         const Report*   report,
                         char*           fault,
                         size_t          room);

/// Returns how many notes came too late to be played, of those of `row`: they
/// are lost, as they should be.
uint64_t sim_midi_late(const SimJam* jam, const ReportMidi* row);

#endif // JAM_SIM_INVARIANTS_H
