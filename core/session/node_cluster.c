// SPDX-License-Identifier: MIT
// A node among its siblings, and its end.

#include "session/node_internal.h"

#include "base/time.h"

void session_node_set_utc(SessionNode* const node,
                          const JamTime      now,
                          const int64_t      utc_us)
{
  node->utc_us = utc_us;
  node->utc_at = now;
}

void session_node_sibling(SessionNode* const        node,
                          const JamTime             now,
                          const ToastAddress* const address)
{
  (void)now;
  (void)address;
  (void)node;
}

void session_node_drain(SessionNode* const node, const JamTime now)
{
  if (node->draining) {
    return;
  }
  node->draining            = true;
  const SynchubMessage move = {.kind = SYNCHUB_MOVE};
  for (unsigned i = 0U; i < node->config.max_users; ++i) {
    const NodeUser* const user = &node->users[i];
    if (user->session && user->id) {
      node_send_message(node, now, user->session, &move);
    }
  }
}

bool session_node_drained(const SessionNode* const node)
{
  for (unsigned i = 0U; i < node->config.max_users; ++i) {
    if (node->users[i].session && node->users[i].id) {
      return false;
    }
  }
  return node->draining;
}
