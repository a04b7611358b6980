// SPDX-License-Identifier: MIT
// Prints the results of an analysis as members of a JSON object.

#ifndef JAM_JACK_REPORT_H
#define JAM_JACK_REPORT_H

#include "jack_analyse.h"
#include "jack_signal.h"

/// Prints "exact":{...} and a comma.
void report_exact(const ExactReport* report, double rate_hz);

/// Prints "drift":{...} and a comma.
void report_drift(const DriftReport* report);

/// Prints "midi":{...}.
void report_notes(const NoteReport* report);

#endif // JAM_JACK_REPORT_H
