// SPDX-License-Identifier: MIT
// The highest epoch a node has seen of each caller who resumed there: a RESUME
// whose epoch does not rise is a replay, or overtaken.
//
// The table is bounded and forgets its oldest entry, but none younger than
// TOAST_EPOCH_KEEP: that is longer than a RESUME stays fresh, so a forgotten
// one cannot come back. While all entries are young nobody new may resume.

#ifndef JAM_TOAST_EPOCHS_H
#define JAM_TOAST_EPOCHS_H

#include "toast/toast.h"

#define TOAST_EPOCH_KEEP (10 * JAM_SECOND)

typedef struct ToastEpoch {
  ToastIdentity newest;
  JamTime       at;
  bool          used;
} ToastEpoch;

/// Notes an epoch; false if one as high is known, or no entry may be forgotten.
bool toast_epochs_take(ToastEpoch*          table,
                       unsigned             count,
                       JamTime              now,
                       const ToastIdentity* identity);

#endif // JAM_TOAST_EPOCHS_H
