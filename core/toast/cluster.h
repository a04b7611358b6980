// SPDX-License-Identifier: MIT
// What is derived from the secret that the nodes of a cluster share. Each key
// is BLAKE2b-256, keyed with the secret, over a text of its own.

#ifndef JAM_TOAST_CLUSTER_H
#define JAM_TOAST_CLUSTER_H

#include "toast/toast.h"

/// Derives the key that authenticates siblings to each other.
void toast_cluster_sibling_key(const uint8_t secret[TOAST_KEY_SIZE],
                               uint8_t       out[TOAST_KEY_SIZE]);

/// Derives the key of tickets issued in an hour since 1970.
void toast_cluster_ticket_key(const uint8_t secret[TOAST_KEY_SIZE],
                              uint32_t      hour,
                              uint8_t       out[TOAST_KEY_SIZE]);

#endif // JAM_TOAST_CLUSTER_H
