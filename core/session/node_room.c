// SPDX-License-Identifier: MIT
// Who comes into a room and who goes, and what everybody there is told.

#include "session/node_internal.h"

#include "base/time.h"

#include <string.h>

void node_introduce(SessionNode* const    node,
                    const JamTime         now,
                    const NodeUser* const whom,
                    const NodeUser* const to)
{
  const SynchubUser* const user    = synchub_user(node->hub, whom->id);
  SynchubMessage           message = {.kind = SYNCHUB_USER};
  message.user                     = user->id;
  message.profile                  = user->profile;
  message.joined                   = user->joined;
  memcpy(message.uid, user->uid, sizeof(message.uid));
  session_message_send(node->endpoint, now, to->end.session, &message);
}

void node_refuse(SessionNode* const node,
                 const JamTime      now,
                 const ToastSession to,
                 const char* const  reason)
{
  SynchubMessage refusal = {.kind = SYNCHUB_REFUSED};
  strncpy(refusal.reason, reason, sizeof(refusal.reason) - 1U);
  session_message_send(node->endpoint, now, to, &refusal);
}

static void welcome(SessionNode* const    node,
                    const JamTime         now,
                    const NodeUser* const user,
                    const bool            is_new)
{
  const SynchubMessage message = {.kind = SYNCHUB_WELCOME, .user = user->id};
  NodeUser*            others[SYNCHUB_MAX_MEMBERS];
  const size_t         count = node_others(node, user, others);
  session_message_send(node->endpoint, now, user->end.session, &message);
  node_introduce(node, now, user, user);
  for (size_t i = 0U; i < count; ++i) {
    node_introduce(node, now, others[i], user);
    if (is_new && node_is_here(others[i])) {
      node_introduce(node, now, user, others[i]);
    }
  }
  node_transport_tell(node, now, user);
  node_siblings_tell(node, now, user);
  node->next_table = jam_time_min(node->next_table, now);
}

static void
set_place(SessionNode* const node, NodeUser* const user, const SynchubUserId id)
{
  user->id          = id;
  node->slot_of[id] = (uint16_t)(user - node->users + 1);
}

// Somebody whom this room knows goes on in this session: everybody keeps the
// number, and hears nothing of it unless the profile has changed
static void take_over(SessionNode* const          node,
                      const JamTime               now,
                      NodeUser* const             user,
                      NodeUser* const             former,
                      const SynchubMessage* const message)
{
  const SynchubUserId id     = former->id;
  const ToastSession  old    = former->end.session;
  const unsigned      local  = former->local;
  const JamTime       joined = synchub_user(node->hub, id)->joined;
  const bool          differs =
    synchub_set_profile(node->hub, id, &message->profile, joined);
  if (old) {
    node_midi_deafen(former);
    for (unsigned i = 0U; node->mesh && i < NODEMESH_MAX_PEERS; ++i) {
      node_midi_sibling_stop(&node->siblings[i],
                             (unsigned)(former - node->users));
    }
  }
  node_midi_move(former, user);
  user->newest = former->newest;
  user->passed = former->passed;
  node_home_left(node, user, now, former->peer, former->handle);
  former->id    = 0U;
  former->local = 0U;
  former->peer  = 0U;
  user->local   = local;
  set_place(node, user, id);
  node_midi_listen(node, now, user);
  node_mesh_join(node, now, user);
  if (old) {
    toast_close(node->endpoint, now, old);
  }
  welcome(node, now, user, differs);
}

static bool come_in(SessionNode* const          node,
                    const JamTime               now,
                    NodeUser* const             user,
                    const ToastIdentity* const  identity,
                    const SynchubMessage* const message)
{
  SynchubUserId id = 0U;
  if (synchub_join(node->hub,
                   now,
                   message->room,
                   &message->profile,
                   identity->id,
                   user->end.session,
                   &id) != JAM_OK) {
    node_refuse(node, now, user->end.session, "This room is full.");
    return false;
  }
  set_place(node, user, id);
  user->passed = 0U;
  node_home_left(node, user, now, 0U, 0U);
  node_midi_join(node, now, user);
  node_mesh_join(node, now, user);
  welcome(node, now, user, true);
  return true;
}

static void join(SessionNode* const          node,
                 const JamTime               now,
                 NodeUser* const             user,
                 const SynchubMessage* const message)
{
  ToastIdentity identity = {{0}, 0U};
  (void)toast_identity(node->endpoint, user->end.session, &identity);
  if (user->id) {
    // Said again after a resumption here; but one room per session
    if (memcmp(synchub_room(node->hub, user->id),
               message->room,
               SYNCHUB_ROOM_SIZE) == 0) {
      welcome(node, now, user, false);
    } else {
      ++node->out_of_place;
    }
    return;
  }
  // Whoever can be handed on is let in for that; others look elsewhere, or here
  // again when this node is back
  if (node->draining && !node_can_hand_on(node)) {
    toast_close(node->endpoint, now, user->end.session);
    return;
  }
  const SynchubUserId id =
    synchub_by_uid(node->hub, message->room, identity.id);
  if (id) {
    take_over(node, now, user, node_user_by_id(node, id), message);
  } else {
    (void)come_in(node, now, user, &identity, message);
  }
}

void node_user_gone(SessionNode* const node,
                    const JamTime      now,
                    NodeUser* const    user)
{
  NodeUser*            others[SYNCHUB_MAX_MEMBERS];
  const size_t         count = node_listeners(node, user, others);
  const SynchubMessage gone  = {.kind = SYNCHUB_GONE, .user = user->id};
  for (size_t i = 0U; i < count; ++i) {
    session_message_send(node->endpoint, now, others[i]->end.session, &gone);
  }
  node_midi_leave(node, user);
  synchub_leave(node->hub, user->id);
  node->slot_of[user->id] = 0U;
  user->id                = 0U;
  user->peer              = 0U;
}

void node_leave(SessionNode* const node,
                const JamTime      now,
                NodeUser* const    user,
                const bool         moved)
{
  if (!user->id) {
    return;
  }
  const unsigned local   = user->local;
  const unsigned slot    = (unsigned)(user - node->users);
  NodeUser*      place   = NULL;
  bool           awaited = false;
  for (unsigned i = 0U; node->mesh && i < NODEMESH_MAX_PEERS; ++i) {
    node_midi_sibling_stop(&node->siblings[i], slot);
  }
  user->local = 0U;
  if (local) {
    place   = moved ? node_remote_new(node) : NULL;
    awaited = nodemesh_leave(node->mesh, now, local, place != NULL);
  }
  if (!awaited) {
    node_user_gone(node, now, user);
    return;
  }
  // Nobody here notices anything yet
  const SynchubUserId id = user->id;
  node_midi_deafen(user);
  node_midi_move(user, place);
  place->newest = user->newest;
  place->passed = user->passed;
  user->id      = 0U;
  set_place(node, place, id);
}

void node_message_input(SessionNode* const      node,
                        const JamTime           now,
                        NodeUser* const         user,
                        const ToastFrame* const frame)
{
  SynchubMessage  message;
  const JamStatus status =
    synchub_message_read((const char*)frame->data, frame->size, &message);
  if (status == JAM_ERR_UNSUPPORTED) {
    node_refuse(
      node,
      now,
      user->end.session,
      "This node speaks another version of JAMNet. Update the older one.");
  } else if (status != JAM_OK) {
    ++node->out_of_place;
  } else if (message.kind == SYNCHUB_JOIN &&
             !toast_charge(node->endpoint, now, user->end.session)) {
    node_refuse(node,
                now,
                user->end.session,
                "Too many came from your address just now. Try again later.");
  } else if (message.kind == SYNCHUB_JOIN) {
    join(node, now, user, &message);
  } else if (message.kind == SYNCHUB_TRANSPORT) {
    node_transport_input(node, now, user, &message);
  } else if (message.kind == SYNCHUB_LEAVE) {
    node_leave(node, now, user, false);
  } else {
    ++node->out_of_place;
  }
}
