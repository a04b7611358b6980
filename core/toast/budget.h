// SPDX-License-Identifier: MIT
// How much repair and bulk a session may send: a token bucket over everything
// that leaves. Control and audio are never held back by it, but what they use
// is no longer there for the others; bulk keeps a small share of its own, so
// that it ends even then.

#ifndef JAM_TOAST_BUDGET_H
#define JAM_TOAST_BUDGET_H

#include <jamnet/types.h>

#include <stdbool.h>

typedef struct ToastBudget {
  uint32_t rate;  ///< Bytes per second of all classes; 0: no limit is known
  JamTime  at;    ///< Filled up to here
  int64_t  rest;  ///< What nobody has used, bytes * 1e9; negative: overdrawn
  int64_t  share; ///< Kept for bulk, likewise
} ToastBudget;

/// Sets the rate, from now on.
void toast_budget_set(ToastBudget* budget, JamTime now, uint32_t rate);

/// Adds what time has brought.
void toast_budget_fill(ToastBudget* budget, JamTime now);

/// Takes what a datagram has used, of whatever class.
void toast_budget_spend(ToastBudget* budget, size_t size);

/// Returns whether repair may fill a datagram up to `size` bytes.
bool toast_budget_repairs(const ToastBudget* budget, size_t size);

/// Returns when bulk may fill a datagram up to `size` bytes.
JamTime toast_budget_bulk_at(const ToastBudget* budget, size_t size);

/// Takes `size` bytes of bulk from the share kept for it, if the rest of the
/// rate has no room for them.
void toast_budget_take_bulk(ToastBudget* budget, size_t size);

#endif // JAM_TOAST_BUDGET_H
