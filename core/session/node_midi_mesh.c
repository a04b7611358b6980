// SPDX-License-Identifier: MIT
// MIDI between siblings, one hop like any other: a player's stream starts anew
// towards each sibling of the room and ends there. User ids have 15 bits; the
// sixteenth of a handle tells what goes back to the player's node from what
// comes from there.

#include "session/node_internal.h"

#include "base/time.h"

#define BACK 0x8000U // Acknowledgements: the id is of the reader's own user

void node_midi_sibling_stop(NodeSibling* const sibling, const unsigned slot)
{
  midip2p_link_free(sibling->links[slot]);
  sibling->links[slot] = NULL;
}

void node_midi_routes(SessionNode* const node,
                      const JamTime      now,
                      NodeUser* const    user)
{
  const unsigned slot = (unsigned)(user - node->users);
  unsigned       peers[NODEMESH_MAX_PEERS];
  const unsigned count = nodemesh_targets(node->mesh, user->local, peers);
  unsigned       next  = 0U;
  for (unsigned i = 0U; i < NODEMESH_MAX_PEERS; ++i) {
    NodeSibling* const sibling = &node->siblings[i];
    const bool         wanted  = next < count && peers[next] == i + 1U;
    next += wanted ? 1U : 0U;
    if (!wanted || !user->uplink) {
      node_midi_sibling_stop(sibling, slot);
    } else if (!sibling->links[slot] &&
               node_midi_link(node, &sibling->links[slot]) == JAM_OK) {
      node_midi_catch_up(node, now, user, sibling->links[slot]);
    }
  }
}

size_t node_midi_sibling_links(const SessionNode* const node,
                               const NodeUser* const    user,
                               Midip2pLink** const      out)
{
  const unsigned slot = (unsigned)(user - node->users);
  unsigned       peers[NODEMESH_MAX_PEERS];
  const unsigned count = nodemesh_targets(node->mesh, user->local, peers);
  size_t         links = 0U;
  for (unsigned i = 0U; i < count; ++i) {
    Midip2pLink* const link = node->siblings[peers[i] - 1U].links[slot];
    if (link) {
      out[links++] = link;
    }
  }
  return links;
}

void node_midi_sibling_input(SessionNode* const       node,
                             const JamTime            now,
                             const NodeSibling* const sibling,
                             const ToastFrame* const  frame)
{
  const char* const text = (const char*)frame->data;
  if (frame->handle & BACK) {
    const NodeUser* const user =
      node_user_by_id(node, (SynchubUserId)(frame->handle & ~BACK));
    const unsigned slot = user ? (unsigned)(user - node->users) : 0U;
    if (user && node_is_here(user) && sibling->links[slot]) {
      midip2p_input(sibling->links[slot], now, text, frame->size);
      node_midi_run(node, now);
    }
    return;
  }
  uint32_t slot = 0U;
  if (!nodemesh_source(node->mesh,
                       node_peer_of(node, sibling),
                       frame->handle,
                       &slot) ||
      slot == 0U || !node->users[slot - 1U].uplink) {
    return;
  }
  NodeUser* const player = &node->users[slot - 1U];
  midip2p_input(player->uplink, now, text, frame->size);
  (void)node_midi_fan_out(node, now, player);
  node_midi_run(node, now);
}

static JamTime
run_sibling(SessionNode* const node, const JamTime now, NodeSibling* sibling)
{
  JamTime due = JAM_NEVER;
  for (unsigned i = 0U; i < node->config.max_users; ++i) {
    if (sibling->links[i] && node->users[i].id) {
      due = jam_time_min(due,
                         node_midi_send(node,
                                        now,
                                        sibling->links[i],
                                        sibling->end.session,
                                        node->users[i].id));
    }
  }
  return due;
}

JamTime node_midi_sibling_run(SessionNode* const node, const JamTime now)
{
  JamTime due = JAM_NEVER;
  for (unsigned i = 0U; i < NODEMESH_MAX_PEERS; ++i) {
    if (node->siblings[i].end.session) {
      due = jam_time_min(due, run_sibling(node, now, &node->siblings[i]));
    }
  }
  for (unsigned i = 0U; i < node->max_remotes; ++i) {
    NodeUser* const player = &node->users[node->config.max_users + i];
    if (player->id && player->uplink && player->peer) {
      due = jam_time_min(
        due,
        node_midi_send(node,
                       now,
                       player->uplink,
                       node->siblings[player->peer - 1U].end.session,
                       (uint16_t)(player->handle | BACK)));
      due = node_midi_fan_out(node, now, player) ? now : due;
    }
  }
  return due;
}

void node_midi_sibling_set_loss(const SessionNode* const node)
{
  for (unsigned i = 0U; i < NODEMESH_MAX_PEERS; ++i) {
    const NodeSibling* const sibling = &node->siblings[i];
    ToastStats               stats;
    if (!sibling->end.session ||
        !toast_stats(node->endpoint, sibling->end.session, &stats)) {
      continue;
    }
    for (unsigned k = 0U; k < node->config.max_users; ++k) {
      if (sibling->links[k]) {
        midip2p_set_loss(sibling->links[k], stats.peer_loss);
      }
    }
  }
}
