// SPDX-License-Identifier: MIT
// The keys of a session as text, for whoever asked to see inside packets.

#include "toast/endpoint.h"

#include <sodium.h>

#include <stdio.h>

void toast_set_key_log(ToastEndpoint* const endpoint,
                       const ToastKeyLog    log,
                       void* const          context)
{
  endpoint->key_log         = log;
  endpoint->key_log_context = context;
}

static void write_key(const ToastEndpoint* const endpoint,
                      const uint32_t             cid,
                      const bool                 caller,
                      const unsigned             phase,
                      const uint8_t              key[TOAST_KEY_SIZE])
{
  char hex[2U * TOAST_KEY_SIZE + 1U];
  char line[TOAST_KEY_LINE];
  (void)sodium_bin2hex(hex, sizeof(hex), key, TOAST_KEY_SIZE);
  (void)snprintf(line,
                 sizeof(line),
                 "TOAST %06x %s %u %s",
                 cid & 0xFFFFFFU,
                 caller ? "caller" : "node",
                 phase % 10U,
                 hex);
  endpoint->key_log(endpoint->key_log_context, line);
  sodium_memzero(hex, sizeof(hex));
  sodium_memzero(line, sizeof(line));
}

void toast_key_log(const ToastEndpoint* const endpoint, ToastPeer* const peer)
{
  ToastPhase* const send    = &peer->send_phase;
  ToastPhase* const receive = &peer->receive_phase;
  if (peer->state != TOAST_PEER_OPEN) {
    return; // There are none yet
  }
  if (endpoint->key_log && !send->logged) {
    write_key(endpoint,
              peer->remote_cid,
              peer->dialled,
              send->turns,
              peer->send_key);
  }
  if (endpoint->key_log && !receive->logged) {
    write_key(endpoint,
              peer->cid,
              !peer->dialled,
              receive->turns,
              peer->receive_key);
  }
  send->logged    = true;
  receive->logged = true;
}
