// SPDX-License-Identifier: MIT
// Tickets: what a node tells its siblings about a caller, carried by the caller
// itself. Sealed with XChaCha20-Poly1305 under a key of the hour.

#ifndef JAM_TOAST_TICKET_H
#define JAM_TOAST_TICKET_H

#include "toast/drbg.h"
#include "toast/toast.h"

#define TOAST_TICKET_LIFE_US INT64_C(600000000)
#define TOAST_TICKET_AHEAD_US                                                  \
  INT64_C(2000000) ///< How far siblings' clocks may differ

typedef struct ToastTicketContent {
  ToastIdentity identity;
  uint8_t       secret[TOAST_KEY_SIZE]; ///< Resume secret of the session
} ToastTicketContent;

/// Seals a ticket that is issued at `utc_us`.
void toast_ticket_seal(const uint8_t             cluster_secret[TOAST_KEY_SIZE],
                       ToastDrbg*                drbg,
                       int64_t                   utc_us,
                       const ToastTicketContent* content,
                       uint8_t                   out[TOAST_TICKET_SIZE]);

/// Opens a ticket at `utc_us`. JAM_ERR_CRYPTO if no sibling has issued it,
/// JAM_ERR_STATE if it is out of date.
JAM_NODISCARD JamStatus
toast_ticket_open(const uint8_t       cluster_secret[TOAST_KEY_SIZE],
                  int64_t             utc_us,
                  const uint8_t       ticket[TOAST_TICKET_SIZE],
                  ToastTicketContent* out);

#endif // JAM_TOAST_TICKET_H
