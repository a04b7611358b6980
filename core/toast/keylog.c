// SPDX-License-Identifier: MIT
// The keys of sessions as text, each when it is new, for whoever asked to see
// inside packets.

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
                      const ToastPhase* const    phase,
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
                 phase->bit ? 1U : 0U,
                 hex);
  endpoint->key_log(endpoint->key_log_context, line);
  sodium_memzero(hex, sizeof(hex));
  sodium_memzero(line, sizeof(line));
}

void toast_key_log(const ToastEndpoint* const endpoint,
                   const ToastPeer* const     peer,
                   const bool                 sending)
{
  if (endpoint->key_log && sending) {
    write_key(endpoint,
              peer->remote_cid,
              peer->dialled,
              &peer->send_phase,
              peer->send_key);
  } else if (endpoint->key_log) {
    write_key(endpoint,
              peer->cid,
              !peer->dialled,
              &peer->receive_phase,
              peer->receive_key);
  }
}
