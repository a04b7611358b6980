// SPDX-License-Identifier: MIT
// Callers who were shown the door: their tickets are worth nothing any more.
// The list remembers for as long as a ticket lasts; when it is full the oldest
// is forgotten.

#ifndef JAM_TOAST_REFUSED_H
#define JAM_TOAST_REFUSED_H

#include "toast/toast.h"

#define TOAST_REFUSED 256U

typedef struct ToastRefused {
  uint8_t  ids[TOAST_REFUSED][TOAST_ID_SIZE];
  JamTime  until[TOAST_REFUSED]; ///< 0: not in use
  unsigned next;
} ToastRefused;

/// Puts a caller on the list.
void toast_refused_add(ToastRefused* refused,
                       JamTime       now,
                       const uint8_t id[TOAST_ID_SIZE]);

/// Returns whether a caller is on the list.
bool toast_refused_has(const ToastRefused* refused,
                       JamTime             now,
                       const uint8_t       id[TOAST_ID_SIZE]);

#endif // JAM_TOAST_REFUSED_H
