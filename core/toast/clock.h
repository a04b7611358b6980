// SPDX-License-Identifier: MIT
// What the stamps of a session tell of the peer's clock. An object of its own:
// feed it stamps and the peer's reports, read offset, skew and their errors.
//
// Every packet carries its sender's stamp. Each side keeps the least difference
// arrival - stamp of each 100 ms of the peer's clock and reports the newest
// eight, so both hold both directions. The fit runs 10 times a second for the
// first 5 s, then 4 times; its output then moves smoothly.

#ifndef JAM_TOAST_CLOCK_H
#define JAM_TOAST_CLOCK_H

#include "toast/envelope.h"
#include "toast/toast.h"
#include "toast/toast_wire.h"

#define TOAST_CLOCK_LIMIT_US (INT64_C(1) << 51U)

typedef struct ToastBlock {
  int64_t number; ///< Of 100 ms since the peer's zero
  int64_t least;  ///< Own arrival - peer stamp, us
  int64_t own;    ///< Own time of that arrival, us
  uint8_t at;     ///< Its stamp within the block, in 400 us
} ToastBlock;

typedef struct ToastEstimator {
  // Per packet
  int64_t difference; ///< Reference for unwrapping own - peer, us
  int64_t block_begin;
  int64_t block_end;
  int64_t floor; ///< Least plausible own - stamp now, us: jitter's zero
  int64_t fit_at;

  ToastBlock block;                              ///< Open
  ToastBlock reports[TOAST_WIRE_BLOCKMIN_COUNT]; ///< Newest at report_count - 1
  uint32_t   report_count;                       ///< Runs on; slot is modulo 8
  bool       report_due;
  int64_t    returned; ///< Newest own block the peer has reported

  int64_t best_rtt; ///< Of all echoes, us; INT64_MAX before the first
  int64_t best_offset;
  int64_t rtt; ///< Of the newest echo, us
  int64_t first_us;

  ToastPoints dn;
  ToastPoints up;
  ToastFit    fit;
  double      bias; ///< Known asymmetry from a path change, us

  bool    locked; ///< Published values are slewed
  double  offset; ///< Published, beyond -difference, us
  double  rate;   ///< Of the follower, ppm
  double  skew;   ///< Published, ppm
  int64_t at;     ///< Own time of the published values, us; 0: none
  bool    valid;
} ToastEstimator;

/// Starts at own time `own_us`, when the peer's clock showed about `peer_us`
/// (within half an hour). Both at most TOAST_CLOCK_LIMIT_US in size.
void toast_clock_init(ToastEstimator* estimator,
                      int64_t         own_us,
                      int64_t         peer_us);

/// Takes the stamp of a packet that arrived now; returns its delay above the
/// least, in us.
int64_t
toast_clock_arrival(ToastEstimator* estimator, int64_t own_us, uint32_t stamp);

/// Takes an exchange that ended now: own packet stamped `sent` reached the peer
/// at its `heard`, its answer was stamped `answered`.
void toast_clock_echo(ToastEstimator* estimator,
                      int64_t         own_us,
                      uint32_t        sent,
                      uint32_t        heard,
                      uint32_t        answered);

/// Adds a difference peer arrival - own stamp for own time `sent_us`.
void toast_clock_returned(ToastEstimator* estimator,
                          int64_t         sent_us,
                          uint32_t        difference);

/// Fits and publishes anew when it is time. Cheap when it is not.
void toast_clock_update(ToastEstimator* estimator, int64_t own_us);

/// Reads the published estimate.
void toast_clock_read(const ToastEstimator* estimator, ToastClock* out);

/// Writes a BLOCKMIN frame; returns its size, or 0 without news or room.
size_t toast_clock_report_write(ToastEstimator* estimator,
                                uint8_t*        out,
                                size_t          capacity);

/// Takes in the peer's BLOCKMIN frame, which holds `count` entries.
void toast_clock_report_read(ToastEstimator* estimator,
                             int64_t         own_us,
                             const uint8_t*  frame,
                             unsigned        count);

#endif // JAM_TOAST_CLOCK_H
