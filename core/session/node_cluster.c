// SPDX-License-Identifier: MIT
// A node as part of a cluster, seen from outside: where its siblings are, what
// time it is, where its users can go, and its end.

#include "session/node_internal.h"

#include "base/time.h"

#include <string.h>

void session_node_set_utc(SessionNode* const node,
                          const JamTime      now,
                          const int64_t      utc_us)
{
  if (node->mesh && node->utc_us == 0) {
    nodemesh_set_since(node->mesh, utc_us);
  }
  node->utc_us = utc_us;
  node->utc_at = now;
  toast_set_utc(node->endpoint, now, utc_us);
}

void session_node_sibling(SessionNode* const        node,
                          const JamTime             now,
                          const ToastAddress* const address)
{
  if (node->mesh) {
    nodemesh_candidate(node->mesh, now, address);
  }
}

typedef struct Offer {
  NodemeshSibling sibling;
  JamTime         rtt;
} Offer;

// Those that take users, nearest first. Returns their number.
static unsigned offers(const SessionNode* const node,
                       Offer                    out[SYNCHUB_MAX_SIBLINGS])
{
  unsigned count = 0U;
  Offer    next;
  for (unsigned i = 0U; nodemesh_sibling(node->mesh, i, &next.sibling); ++i) {
    ToastStats stats;
    if (next.sibling.draining || next.sibling.address_count == 0U ||
        !toast_stats(node->endpoint, next.sibling.session, &stats)) {
      continue;
    }
    next.rtt    = stats.rtt;
    unsigned at = count < SYNCHUB_MAX_SIBLINGS ? count++ : count;
    for (; at > 0U && out[at - 1U].rtt > next.rtt; --at) {
      if (at < SYNCHUB_MAX_SIBLINGS) {
        out[at] = out[at - 1U];
      }
    }
    if (at < SYNCHUB_MAX_SIBLINGS) {
      out[at] = next;
    }
  }
  return count;
}

bool node_can_hand_on(const SessionNode* const node)
{
  Offer found[SYNCHUB_MAX_SIBLINGS];
  return node->mesh && offers(node, found) > 0U;
}

void node_siblings_tell(SessionNode* const    node,
                        const JamTime         now,
                        const NodeUser* const user)
{
  if (!node->mesh) {
    return;
  }
  Offer                found[SYNCHUB_MAX_SIBLINGS];
  const unsigned       count   = offers(node, found);
  const SynchubMessage move    = {.kind = SYNCHUB_MOVE};
  SynchubMessage       message = {.kind = SYNCHUB_SIBLINGS,
                                  .node = nodemesh_node_id(node->mesh)};
  message.sibling_count        = count;
  for (unsigned i = 0U; i < count; ++i) {
    const NodemeshSibling* const from = &found[i].sibling;
    SynchubSibling* const        to   = &message.siblings[i];
    to->node                          = from->node_id;
    to->address_count                 = from->address_count;
    memcpy(to->addresses, from->addresses, sizeof(to->addresses));
  }
  session_message_send(node->endpoint, now, user->end.session, &message);
  if (node->draining && count > 0U) {
    session_message_send(node->endpoint, now, user->end.session, &move);
  }
}

void session_node_drain(SessionNode* const node, const JamTime now)
{
  if (node->draining) {
    return;
  }
  node->draining = true;
  if (!node->mesh) {
    return;
  }
  nodemesh_set_load(node->mesh, now, 1000U, true);
  for (unsigned i = 0U; i < node->config.max_users; ++i) {
    if (node->users[i].id) {
      node_siblings_tell(node, now, &node->users[i]);
    }
  }
  node_mesh_run(node, now);
}

bool session_node_drained(const SessionNode* const node)
{
  for (unsigned i = 0U; i < node->config.max_users; ++i) {
    if (node->users[i].id) {
      return false;
    }
  }
  return node->draining;
}
