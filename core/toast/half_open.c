// SPDX-License-Identifier: MIT
// No timers: who is out of date is swept out when somebody new comes.

#include "toast/half_open.h"

#include "toast/endpoint.h"

#include <sodium.h>

#define SWEEP_GAP (100 * JAM_MS)

static void drop(ToastEndpoint* const endpoint, ToastHalfOpen* const half)
{
  toast_id_release(endpoint, half->cid);
  toast_half_release(endpoint, half);
}

static void sweep(ToastEndpoint* const endpoint, const JamTime now)
{
  if (now < endpoint->sweep_at && endpoint->half_used < endpoint->half_count) {
    return;
  }
  for (unsigned i = 0U; i < endpoint->half_count; ++i) {
    ToastHalfOpen* const half = &endpoint->half[i];
    if (half->used && now >= half->until) {
      drop(endpoint, half);
    }
  }
  endpoint->sweep_at = jam_time_add(now, SWEEP_GAP);
}

bool toast_half_crowded(ToastEndpoint* const endpoint, const JamTime now)
{
  if (2U * endpoint->half_used > endpoint->half_count) {
    sweep(endpoint, now);
  }
  return 2U * endpoint->half_used > endpoint->half_count;
}

ToastHalfOpen* toast_half_take(ToastEndpoint* const endpoint, const JamTime now)
{
  sweep(endpoint, now);
  uint8_t draw[4];
  toast_drbg_draw(&endpoint->drbg, draw, sizeof(draw));
  unsigned place = toast_get32(draw) % endpoint->half_count;
  if (endpoint->half_used == endpoint->half_count) {
    drop(endpoint, &endpoint->half[place]);
    ++endpoint->counters.replaced;
  }
  while (endpoint->half[place].used) {
    place = (place + 1U) % endpoint->half_count;
  }
  ToastHalfOpen* const half = &endpoint->half[place];
  if (!toast_id_take(endpoint, TOAST_PLACE_HALF | place, &half->cid)) {
    return NULL;
  }
  half->used  = true;
  half->chain = TOAST_NO_SLOT;
  ++endpoint->half_used;
  return half;
}

void toast_half_release(ToastEndpoint* const endpoint,
                        ToastHalfOpen* const half)
{
  toast_table_remove_init(endpoint,
                          TOAST_PLACE_HALF | (unsigned)(half - endpoint->half));
  toast_source_take(&endpoint->sources->half_open, half->source);
  sodium_memzero(half, sizeof(*half));
  --endpoint->half_used;
}
