// SPDX-License-Identifier: MIT
// Short packets under their keys.

#ifndef JAM_TOAST_SEAL_H
#define JAM_TOAST_SEAL_H

#include "toast/peer.h"
#include "toast/toast.h"

/// Seals a short packet around `frames` bytes that stand in `out` already.
/// Returns its size.
size_t toast_seal(const ToastEndpoint* endpoint,
                  ToastPeer*           peer,
                  JamTime              now,
                  uint8_t*             out,
                  size_t               frames,
                  uint8_t class);

/// Seals a packet whose first bytes are there but for the number, which is
/// never to be used again with this key.
size_t toast_seal_under(const uint8_t key[TOAST_KEY_SIZE],
                        bool          initiator,
                        uint32_t      number,
                        uint8_t*      out,
                        size_t        frames);

/// Opens a short packet under one key. `initiator`: the caller has sealed it.
bool toast_unseal(const uint8_t  key[TOAST_KEY_SIZE],
                  bool           initiator,
                  const uint8_t* data,
                  size_t         size,
                  uint8_t*       out);

/// Opens a short packet of a session into `plain` and follows its sender to the
/// next key.
bool toast_open_packet(ToastEndpoint* endpoint,
                       ToastPeer*     peer,
                       JamTime        now,
                       const uint8_t* data,
                       size_t         size);

/// Fills in the nonce of a packet. `initiator`: of the direction from caller
/// to node.
void toast_nonce(uint8_t nonce[12], bool initiator, uint32_t number);

#endif // JAM_TOAST_SEAL_H
