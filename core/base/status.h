// SPDX-License-Identifier: MIT
// One status enum for the whole core, in words.

#ifndef JAM_BASE_STATUS_H
#define JAM_BASE_STATUS_H

#include <jamnet/types.h>

/// Returns one sentence without a final period, never null. Any thread.
const char* jam_strerror(JamStatus status);

#endif // JAM_BASE_STATUS_H
