// SPDX-License-Identifier: MIT
// Cookies: how a flooded node learns that an INIT comes from where it claims,
// without remembering anything. A cookie is a keyed hash of the address and the
// INIT it was made for; the key is of two minutes, and the one before still
// holds.

#ifndef JAM_TOAST_COOKIE_H
#define JAM_TOAST_COOKIE_H

#include "toast/toast.h"
#include "toast/toast_wire.h"

typedef struct ToastCookies {
  uint8_t  secret[TOAST_KEY_SIZE];
  JamTime  second; ///< Start of the present second ...
  unsigned inits;  ///< ... and the INITs in it
  JamTime  until;  ///< Cookies are asked for
} ToastCookies;

/// Counts an INIT. Returns whether cookies are asked for: for a second after
/// any with more than TOAST_WIRE_FLOOD INITs, or while `crowded`.
bool toast_cookie_needed(ToastCookies* cookies, JamTime now, bool crowded);

/// Writes the cookie for an INIT that came from an address.
void toast_cookie_make(const ToastCookies* cookies,
                       JamTime             now,
                       const ToastAddress* from,
                       const uint8_t*      init,
                       uint8_t             out[TOAST_WIRE_COOKIE_BYTES]);

/// Returns whether an INIT carries the cookie that was made for it.
bool toast_cookie_valid(const ToastCookies* cookies,
                        JamTime             now,
                        const ToastAddress* from,
                        const uint8_t*      init);

#endif // JAM_TOAST_COOKIE_H
