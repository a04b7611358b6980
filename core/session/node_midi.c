// SPDX-License-Identifier: MIT
// MIDI through the node, hop by hop: each player's stream ends here and a fresh
// one starts towards every listener, so that a slow listener holds up nobody.

#include "session/node_internal.h"

#include "base/time.h"

static NodeDownlink* downlink_from(NodeUser* const     listener,
                                   const SynchubUserId from)
{
  for (unsigned i = 0U; i < SYNCHUB_MAX_MEMBERS; ++i) {
    if (listener->downlinks[i].from == from) {
      return &listener->downlinks[i];
    }
  }
  return NULL;
}

// A late joiner starts with what already sounds: programs, controllers, notes
void node_midi_catch_up(SessionNode* const    node,
                        const JamTime         now,
                        const NodeUser* const player,
                        Midip2pLink* const    link)
{
  Midip2pEvent state[MIDIP2P_MAX_STATE];
  const size_t count = midip2p_link_state(player->uplink,
                                          player->midi_time_us,
                                          state,
                                          MIDIP2P_MAX_STATE);
  for (size_t i = 0U; i < count; ++i) {
    (void)!midip2p_send(link, now, &state[i]);
  }
  node->midi_due = count ? now : node->midi_due;
}

static void start_downlink(SessionNode* const    node,
                           const JamTime         now,
                           NodeUser* const       listener,
                           const NodeUser* const player)
{
  NodeDownlink* const link = downlink_from(listener, 0U);
  if (link &&
      midip2p_link_new(node->allocator, ++node->epoch, &link->link) == JAM_OK) {
    link->from = player->id;
    node_midi_catch_up(node, now, player, link->link);
  }
}

static void stop_downlink(NodeDownlink* const link)
{
  midip2p_link_free(link->link);
  link->link = NULL;
  link->from = 0U;
}

// Everybody's MIDI towards a user who is here
void node_midi_listen(SessionNode* const node,
                      const JamTime      now,
                      NodeUser* const    user)
{
  NodeUser*    others[SYNCHUB_MAX_MEMBERS];
  const size_t count = node_others(node, user, others);
  for (size_t i = 0U; i < count; ++i) {
    if (others[i]->uplink) {
      start_downlink(node, now, user, others[i]);
    }
  }
}

void node_midi_join(SessionNode* const node,
                    const JamTime      now,
                    NodeUser* const    user)
{
  NodeUser*    listeners[SYNCHUB_MAX_MEMBERS];
  const size_t count = node_listeners(node, user, listeners);
  const bool   plays = synchub_user(node->hub, user->id)->profile.midi;
  // Without memory the jam goes on without this player's MIDI
  if (plays &&
      midip2p_link_new(node->allocator, ++node->epoch, &user->uplink) !=
        JAM_OK) {
    user->uplink = NULL;
  }
  for (size_t i = 0U; user->uplink && i < count; ++i) {
    start_downlink(node, now, listeners[i], user);
  }
  if (node_is_here(user)) {
    node_midi_listen(node, now, user);
  }
}

// The player is the same, only at another place: what it holds goes with it
void node_midi_move(NodeUser* const from, NodeUser* const to)
{
  to->uplink       = from->uplink;
  to->midi_time_us = from->midi_time_us;
  from->uplink     = NULL;
}

void node_midi_deafen(NodeUser* const user)
{
  for (unsigned i = 0U; i < SYNCHUB_MAX_MEMBERS; ++i) {
    stop_downlink(&user->downlinks[i]);
  }
}

void node_midi_leave(SessionNode* const node, NodeUser* const user)
{
  if (user->id && user->uplink) {
    NodeUser*    others[SYNCHUB_MAX_MEMBERS];
    const size_t count = node_listeners(node, user, others);
    for (size_t i = 0U; i < count; ++i) {
      NodeDownlink* const link = downlink_from(others[i], user->id);
      if (link) {
        stop_downlink(link);
      }
    }
  }
  midip2p_link_free(user->uplink);
  user->uplink = NULL;
  node_midi_deafen(user);
}

// Writes what is due on a link towards `to`. Returns when more will be.
JamTime node_midi_send(SessionNode* const node,
                       const JamTime      now,
                       Midip2pLink* const link,
                       const ToastSession to,
                       const uint16_t     handle)
{
  char       text[MIDIP2P_MAX_TEXT];
  ToastFrame frame = {TOAST_FRAME_MIDI, handle, 0U, (const uint8_t*)text, 0U};
  while (midip2p_deadline(link) <= now &&
         (frame.size = midip2p_output(link, now, text, sizeof(text))) > 0U) {
    if (toast_send(node->endpoint, now, to, &frame) != JAM_OK) {
      return now + 10 * JAM_MS; // Its queue is full
    }
  }
  return midip2p_deadline(link);
}

void node_midi_fan_out(SessionNode* const node,
                       const JamTime      now,
                       NodeUser* const    user)
{
  NodeUser*    others[SYNCHUB_MAX_MEMBERS];
  const size_t count = node_listeners(node, user, others);
  Midip2pEvent event;
  while (midip2p_event(user->uplink, &event)) {
    user->midi_time_us = event.time_us;
    for (size_t i = 0U; i < count; ++i) {
      NodeDownlink* const link = downlink_from(others[i], user->id);
      if (link) {
        // A listener that acknowledges nothing loses notes, never note-offs
        (void)!midip2p_send(link->link, now, &event);
      }
    }
    if (user->local) {
      node_midi_sibling_event(node, now, user, &event);
    }
  }
}

void node_midi_input(SessionNode* const      node,
                     const JamTime           now,
                     NodeUser* const         user,
                     const ToastFrame* const frame)
{
  const char* const text = (const char*)frame->data;
  if (frame->handle == user->id) {
    if (!user->uplink) {
      ++node->out_of_place;
      return;
    }
    midip2p_input(user->uplink, now, text, frame->size);
    node_midi_fan_out(node, now, user);
  } else {
    NodeDownlink* const link =
      frame->handle ? downlink_from(user, frame->handle) : NULL;
    if (!link) {
      ++node->out_of_place;
      return;
    }
    midip2p_input(link->link, now, text, frame->size);
  }
  node_midi_run(node, now);
}

static JamTime
run_user(SessionNode* const node, const JamTime now, NodeUser* const user)
{
  const ToastSession session = user->end.session;
  JamTime            due     = JAM_NEVER;
  if (user->uplink) {
    due = node_midi_send(node, now, user->uplink, session, user->id);
  }
  for (unsigned k = 0U; k < SYNCHUB_MAX_MEMBERS; ++k) {
    const NodeDownlink* const link = &user->downlinks[k];
    if (link->from) {
      due = jam_time_min(
        due,
        node_midi_send(node, now, link->link, session, link->from));
    }
  }
  return due;
}

void node_midi_run(SessionNode* const node, const JamTime now)
{
  JamTime due = node->mesh ? node_midi_sibling_run(node, now) : JAM_NEVER;
  for (unsigned i = 0U; i < node->config.max_users; ++i) {
    if (node->users[i].id) {
      due = jam_time_min(due, run_user(node, now, &node->users[i]));
    }
  }
  node->midi_due = due;
}

void node_midi_set_loss(const SessionNode* const node, NodeUser* const user)
{
  ToastStats stats;
  if (!toast_stats(node->endpoint, user->end.session, &stats)) {
    return;
  }
  for (unsigned i = 0U; i < SYNCHUB_MAX_MEMBERS; ++i) {
    if (user->downlinks[i].from) {
      midip2p_set_loss(user->downlinks[i].link, stats.peer_loss);
    }
  }
}
