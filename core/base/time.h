// SPDX-License-Identifier: MIT
// Arithmetic on JamTime that cannot overflow at JAM_NEVER. Real-time safe.

#ifndef JAM_BASE_TIME_H
#define JAM_BASE_TIME_H

#include <jamnet/types.h>

/// Returns the earlier of two times.
static inline JamTime jam_time_min(const JamTime a, const JamTime b)
{
  return a < b ? a : b;
}

/// Returns `time + span`, or JAM_NEVER if either is JAM_NEVER. Sums outside the
/// range stop at its ends: a peer's figures must not be able to overflow.
static inline JamTime jam_time_add(const JamTime time, const JamTime span)
{
  if (time == JAM_NEVER || span == JAM_NEVER) {
    return JAM_NEVER;
  }
  if (span > 0 && time > INT64_MAX - span) {
    return JAM_NEVER;
  }
  if (span < 0 && time < INT64_MIN - span) {
    return INT64_MIN;
  }
  return time + span;
}

/// Returns whole microseconds, rounded towards minus infinity.
static inline int64_t jam_time_to_us(const JamTime time)
{
  return time / JAM_US - (time % JAM_US < 0 ? 1 : 0);
}

#endif // JAM_BASE_TIME_H
