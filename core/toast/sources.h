// SPDX-License-Identifier: MIT
// What each source of datagrams has been given: an IPv4 address, or the /64 of
// an IPv6 one. Only proven addresses are charged: whoever claims a false one
// can use up nobody's share.
//
// A table of fixed size for any number of sources: each has one cell in every
// row, found by a keyed hash, and the least of its cells counts. Sources that
// share a cell with a busy one in each row share its limit; an attacker cannot
// choose whom.
// Source: G. Cormode, S. Muthukrishnan, "An improved data stream summary: the
// count-min sketch and its applications", 2005.

#ifndef JAM_TOAST_SOURCES_H
#define JAM_TOAST_SOURCES_H

#include "toast/toast.h"

#define TOAST_SOURCE_ROWS 4U
#define TOAST_SOURCE_CELLS 1024U

/// A source; 0 is the own machine, which has no limits.
typedef uint64_t ToastSource;

typedef enum ToastRate {
  TOAST_RATE_INIT, ///< INITs with a valid cookie
  TOAST_RATE_JOIN, ///< What a node lets its members ask of it
  TOAST_RATE_COUNT
} ToastRate;

typedef struct ToastShares {
  uint16_t cells[TOAST_SOURCE_ROWS][TOAST_SOURCE_CELLS];
} ToastShares;

typedef struct ToastSources {
  uint8_t     key[16]; ///< Secret
  ToastShares sessions;
  ToastShares half_open;
  JamTime     rates[TOAST_RATE_COUNT][TOAST_SOURCE_ROWS][TOAST_SOURCE_CELLS];
} ToastSources;

/// Returns the source of an address.
ToastSource toast_source_of(const ToastSources* sources,
                            const ToastAddress* address);

/// Returns how many things a source has, or somewhat more.
unsigned toast_source_has(const ToastShares* shares, ToastSource source);

/// Gives a source one thing more, or takes one away.
void toast_source_give(ToastShares* shares, ToastSource source);
void toast_source_take(ToastShares* shares, ToastSource source);

/// Charges one event of a kind; false, and no charge, when there were too many
/// lately.
bool toast_source_charge(ToastSources* sources,
                         ToastRate     rate,
                         JamTime       now,
                         ToastSource   source);

#endif // JAM_TOAST_SOURCES_H
