// SPDX-License-Identifier: MIT
// What one session knows of its path: loss both ways, order, jitter.

#ifndef JAM_TOAST_PATH_H
#define JAM_TOAST_PATH_H

#include <jamnet/types.h>

#include <stdbool.h>

#define TOAST_PATH_BINS 384U
#define TOAST_PATH_REPORTS 11U
#define TOAST_PATH_MARKS 3U

typedef struct ToastPathMark {
  uint32_t expected; ///< Largest packet number plus one, a while ago
  uint32_t received; ///< How many of those have come since
} ToastPathMark;

typedef struct ToastPathReport {
  JamTime  time;
  uint32_t largest;
  uint32_t missing;
} ToastPathReport;

typedef struct ToastPath {
  uint32_t        received; ///< Distinct datagrams
  uint32_t        bytes;    ///< Of their UDP payload, modulo 2^32
  uint64_t        lost;
  uint64_t        reordered;
  uint64_t        duplicates;
  JamTime         mark_at;
  ToastPathMark   marks[TOAST_PATH_MARKS]; ///< Newest first, 1 s apart
  ToastPathReport reports[TOAST_PATH_REPORTS];
  uint32_t        report_count; ///< Runs on
  ToastPathReport newest_report;
  uint32_t        jitter_total;
  uint16_t        jitter[TOAST_PATH_BINS];
} ToastPath;

/// Notes a fresh datagram. `expected` is the window's before it.
void toast_path_arrival(ToastPath* path,
                        JamTime    now,
                        uint32_t   expected,
                        uint32_t   number,
                        size_t     size);

/// Notes a datagram's delay above the least, in us.
void toast_path_delay(ToastPath* path, int64_t delay_us);

/// Notes the peer's count: `missing` of the numbers up to `largest` have not
/// reached it.
void toast_path_feedback(ToastPath* path,
                         JamTime    now,
                         uint32_t   largest,
                         uint32_t   missing);

/// Returns the 95th percentile of the delay above the least.
JamTime toast_path_jitter(const ToastPath* path);

/// Returns the share of own datagrams the peer missed in the last second.
double toast_path_peer_loss(const ToastPath* path);

#endif // JAM_TOAST_PATH_H
