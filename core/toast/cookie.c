// SPDX-License-Identifier: MIT
// BLAKE2b-128, keyed with BLAKE2b-256 of the secret and the two minutes.

#include "toast/cookie.h"

#include <base/time.h>

#include <sodium.h>

#define PERIOD (120 * JAM_SECOND)

bool toast_cookie_needed(ToastCookies* const cookies,
                         const JamTime       now,
                         const bool          crowded)
{
  if (now - cookies->second >= JAM_SECOND) {
    cookies->second = now;
    cookies->inits  = 0U;
  }
  if (++cookies->inits > TOAST_WIRE_FLOOD) {
    cookies->until = jam_time_add(now, JAM_SECOND);
  }
  return crowded || now < cookies->until;
}

static void make(const ToastCookies* const cookies,
                 const JamTime             period,
                 const ToastAddress* const from,
                 const uint8_t* const      init,
                 uint8_t                   out[TOAST_WIRE_COOKIE_BYTES])
{
  uint8_t number[8];
  uint8_t key[TOAST_KEY_SIZE];
  uint8_t port[2];
  toast_put64(number, (uint64_t)period);
  toast_put16(port, from->port);
  (void)crypto_generichash(key,
                           sizeof(key),
                           number,
                           sizeof(number),
                           cookies->secret,
                           sizeof(cookies->secret));
  crypto_generichash_state state;
  (void)
    crypto_generichash_init(&state, key, sizeof(key), TOAST_WIRE_COOKIE_BYTES);
  (void)crypto_generichash_update(&state, from->ip, sizeof(from->ip));
  (void)crypto_generichash_update(&state, port, sizeof(port));
  (void)crypto_generichash_update(&state,
                                  init + TOAST_WIRE_INIT_CID,
                                  TOAST_WIRE_CID_SIZE);
  (void)crypto_generichash_update(&state,
                                  init + TOAST_WIRE_INIT_NOISE,
                                  TOAST_KEY_SIZE);
  (void)crypto_generichash_final(&state, out, TOAST_WIRE_COOKIE_BYTES);
}

void toast_cookie_make(const ToastCookies* const cookies,
                       const JamTime             now,
                       const ToastAddress* const from,
                       const uint8_t* const      init,
                       uint8_t                   out[TOAST_WIRE_COOKIE_BYTES])
{
  make(cookies, now / PERIOD, from, init, out);
}

bool toast_cookie_valid(const ToastCookies* const cookies,
                        const JamTime             now,
                        const ToastAddress* const from,
                        const uint8_t* const      init)
{
  const uint8_t* const cookie = init + TOAST_WIRE_INIT_COOKIE;
  uint8_t              wanted[TOAST_WIRE_COOKIE_BYTES];
  if (sodium_is_zero(cookie, TOAST_WIRE_COOKIE_BYTES)) {
    return false;
  }
  for (JamTime back = 0; back < 2; ++back) {
    make(cookies, now / PERIOD - back, from, init, wanted);
    if (!sodium_memcmp(wanted, cookie, sizeof(wanted))) {
      return true;
    }
  }
  return false;
}
