// SPDX-License-Identifier: MIT
// The fixed table of sessions, the connection ids that lead to it, and the
// lists that run through it.

#ifndef JAM_TOAST_TABLE_H
#define JAM_TOAST_TABLE_H

#include "toast/half_open.h"
#include "toast/peer.h"
#include "toast/toast.h"

/// Builds the free list.
void toast_table_init(ToastEndpoint* endpoint);

/// Takes the connection id that was free longest, for a place: a slot, or a
/// half-open session. False when every id is in use.
bool toast_id_take(ToastEndpoint* endpoint, unsigned place, uint32_t* cid);

/// Gives a connection id back.
void toast_id_release(ToastEndpoint* endpoint, uint32_t cid);

/// Takes the slot that was free longest; null when the table is full. Its
/// connection id is a new one, or that of `half`, whose place it takes.
ToastPeer* toast_table_take(ToastEndpoint* endpoint, ToastHalfOpen* half);

/// Gives a slot back and wipes it.
void toast_table_release(ToastEndpoint* endpoint, ToastPeer* peer);

/// Finds a live session by its handle.
ToastPeer* toast_table_find(const ToastEndpoint* endpoint, ToastSession handle);

/// Finds a session by a connection id of ours, in whatever state.
ToastPeer* toast_table_by_cid(const ToastEndpoint* endpoint, uint32_t cid);

/// Finds a half-open session by its connection id.
ToastHalfOpen* toast_half_by_cid(const ToastEndpoint* endpoint, uint32_t cid);

/// Finds the open session of a caller with this identity; null if none.
ToastPeer* toast_table_by_identity(const ToastEndpoint* endpoint,
                                   const uint8_t        id[TOAST_ID_SIZE]);

/// Finds the place of what an INIT or RESUME with this ephemeral key has made;
/// TOAST_NO_SLOT if nothing.
uint16_t toast_table_by_init(const ToastEndpoint* endpoint,
                             const uint8_t        ephemeral[TOAST_KEY_SIZE]);

/// Enters a place under its caller's ephemeral key.
void toast_table_add_init(ToastEndpoint* endpoint, unsigned place);

/// Takes a place out again; one that is not there is ignored.
void toast_table_remove_init(ToastEndpoint* endpoint, unsigned place);

/// Puts a session on the list of those with something to send.
void toast_ready(ToastEndpoint* endpoint, ToastPeer* peer);

/// Takes a session off that list.
void toast_unready(ToastEndpoint* endpoint, ToastPeer* peer);

/// Raises OPEN.
void toast_raise_open(ToastEndpoint* endpoint, ToastPeer* peer);

/// Raises CLOSED.
void toast_raise_closed(ToastEndpoint* endpoint,
                        ToastPeer*     peer,
                        ToastReason    reason);

/// Ends a session: raises CLOSED and frees all but what that event needs.
void toast_end(ToastEndpoint* endpoint, ToastPeer* peer, ToastReason reason);

#endif // JAM_TOAST_TABLE_H
