// SPDX-License-Identifier: MIT
// What came out of a jam, as JSON. SCENARIO.md says what each number means.

#ifndef JAM_SIM_REPORT_H
#define JAM_SIM_REPORT_H

#include "sim/scenario.h"

#include <stdint.h>
#include <stdio.h>

/// One player as heard by another.
typedef struct ReportListener {
  const char* at;
  const char* from;
  double      delay_ms_p50, delay_ms_p99;
  uint64_t    lost; ///< Packets that never came
  double      concealed_ms, longest_gap_ms, bytes_per_s;
  double      back_ms; ///< NaN: no node crashed while both were in
  double      snr_db;  ///< NaN: not measured
} ReportListener;

/// A client's idea of its node's clock.
typedef struct ReportClock {
  const char* client;
  const char* node;
  double      error_us_p50, error_us_p99; ///< Absolute, true
  double      last_us;                    ///< Signed, at the end
  double      sigma_us;                   ///< What it believes, at the end
} ReportClock;

/// One player's MIDI as received by another.
typedef struct ReportMidi {
  const char* at;
  const char* from;
  uint64_t    sent, received;
  uint64_t    lost;  ///< Sent while both were in the room, never received
  uint64_t    extra; ///< Received, but not what was due next
  double      delay_ms_p50, delay_ms_p99;
} ReportMidi;

/// What has gone through one node that is up at the end.
typedef struct ReportNode {
  const char* id;
  unsigned    users, elsewhere, siblings;
  uint64_t    media_in, to_siblings, from_siblings, unwanted, to_users;
} ReportNode;

typedef struct Report {
  int64_t         seed;
  uint64_t        hash;
  unsigned        listener_count, clock_count, midi_count, node_count;
  ReportListener* listeners;
  ReportClock*    clocks;
  ReportMidi*     midi;
  ReportNode*     nodes;
} Report;

/// Writes a report on one line.
void report_write(const Report* report, FILE* out);

/// Releases its lists.
void report_free(Report* report);

/// Returns the row, or null.
const ReportListener*
report_listener(const Report* report, const char* at, const char* from);

#endif // JAM_SIM_REPORT_H
