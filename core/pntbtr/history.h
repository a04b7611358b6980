// SPDX-License-Identifier: MIT
// Reading a history. Private to pntbtr.

#ifndef JAM_PNTBTR_HISTORY_H
#define JAM_PNTBTR_HISTORY_H

#include "pntbtr/pntbtr.h"

/// Copies the samples from position `from` on.
void pntbtr_history_read(const PntbtrHistory* history,
                         int64_t              from,
                         float*               out,
                         unsigned             frames);

#endif // JAM_PNTBTR_HISTORY_H
