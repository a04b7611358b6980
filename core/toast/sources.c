// SPDX-License-Identifier: MIT
// Cells of rates hold the time at which their source has paid for everything so
// far; it may be ahead of now by a burst.

#include "toast/sources.h"

#include "toast/toast_wire.h"

#include <base/time.h>

#include <sodium.h>

#include <string.h>

typedef struct Limit {
  JamTime gap;   // Between events
  JamTime burst; // What may be ahead
} Limit;

static const Limit limits[TOAST_RATE_COUNT] = {
  [TOAST_RATE_INIT] = {JAM_SECOND / TOAST_WIRE_SOURCE_INITS, 2 * JAM_SECOND},
  [TOAST_RATE_JOIN] = {JAM_SECOND / TOAST_WIRE_SOURCE_JOINS, 4 * JAM_SECOND},
};

static unsigned cell_of(const ToastSource source, const unsigned row)
{
  return (unsigned)(source >> (16U * row)) & (TOAST_SOURCE_CELLS - 1U);
}

ToastSource toast_source_of(const ToastSources* const sources,
                            const ToastAddress* const address)
{
  static const uint8_t v4[12]  = {[10] = 0xff, [11] = 0xff};
  static const uint8_t own[16] = {[15] = 1};
  const uint8_t* const ip      = address->ip;
  const bool           is_v4   = !memcmp(ip, v4, sizeof(v4));
  if ((is_v4 && ip[12] == 127U) || !memcmp(ip, own, sizeof(own))) {
    return 0U;
  }
  uint8_t hash[crypto_shorthash_BYTES];
  (void)crypto_shorthash(hash, ip, is_v4 ? 16U : 8U, sources->key);
  const ToastSource source = toast_get64(hash);
  return source + (source == 0U);
}

unsigned toast_source_has(const ToastShares* const shares,
                          const ToastSource        source)
{
  unsigned least = source ? UINT16_MAX : 0U;
  for (unsigned row = 0U; source && row < TOAST_SOURCE_ROWS; ++row) {
    const unsigned count = shares->cells[row][cell_of(source, row)];
    least                = count < least ? count : least;
  }
  return least;
}

void toast_source_give(ToastShares* const shares, const ToastSource source)
{
  for (unsigned row = 0U; source && row < TOAST_SOURCE_ROWS; ++row) {
    ++shares->cells[row][cell_of(source, row)];
  }
}

void toast_source_take(ToastShares* const shares, const ToastSource source)
{
  for (unsigned row = 0U; source && row < TOAST_SOURCE_ROWS; ++row) {
    --shares->cells[row][cell_of(source, row)];
  }
}

bool toast_source_charge(ToastSources* const sources,
                         const ToastRate     rate,
                         const JamTime       now,
                         const ToastSource   source)
{
  const Limit* const limit = &limits[rate];
  JamTime            least = JAM_NEVER;
  for (unsigned row = 0U; row < TOAST_SOURCE_ROWS; ++row) {
    least =
      jam_time_min(least, sources->rates[rate][row][cell_of(source, row)]);
  }
  const JamTime paid = (least > now ? least : now) + limit->gap;
  if (source == 0U || paid - now > limit->burst) {
    return source == 0U;
  }
  for (unsigned row = 0U; row < TOAST_SOURCE_ROWS; ++row) {
    JamTime* const cell = &sources->rates[rate][row][cell_of(source, row)];
    *cell               = paid > *cell ? paid : *cell;
  }
  return true;
}
