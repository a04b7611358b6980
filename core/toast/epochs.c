// SPDX-License-Identifier: MIT
// A plain table: resumptions are rare.

#include "toast/epochs.h"

#include <base/time.h>

#include <string.h>

static bool older(const ToastEpoch* const a, const ToastEpoch* const b)
{
  return b->used && (!a->used || a->at < b->at);
}

bool toast_epochs_take(ToastEpoch* const          table,
                       const unsigned             count,
                       const JamTime              now,
                       const ToastIdentity* const identity)
{
  ToastEpoch* entry = &table[0];
  for (unsigned i = 0U; i < count; ++i) {
    if (table[i].used &&
        !memcmp(table[i].newest.id, identity->id, sizeof(identity->id))) {
      if (identity->epoch <= table[i].newest.epoch) {
        return false;
      }
      table[i].newest = *identity;
      table[i].at     = now;
      return true;
    }
    if (older(&table[i], entry)) {
      entry = &table[i];
    }
  }
  if (entry->used && now - entry->at < TOAST_EPOCH_KEEP) {
    return false;
  }
  entry->newest = *identity;
  entry->at     = now;
  entry->used   = true;
  return true;
}
