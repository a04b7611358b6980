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
static void catch_up(SessionNode* const        node,
                     const JamTime             now,
                     const NodeUser* const     player,
                     const NodeDownlink* const link)
{
  Midip2pEvent state[MIDIP2P_MAX_STATE];
  const size_t count = midip2p_link_state(player->uplink,
                                          player->midi_time_us,
                                          state,
                                          MIDIP2P_MAX_STATE);
  for (size_t i = 0U; i < count; ++i) {
    (void)!midip2p_send(link->link, now, &state[i]);
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
    catch_up(node, now, player, link);
  }
}

static void stop_downlink(NodeDownlink* const link)
{
  midip2p_link_free(link->link);
  link->link = NULL;
  link->from = 0U;
}

void node_midi_join(SessionNode* const node,
                    const JamTime      now,
                    NodeUser* const    user)
{
  NodeUser*    others[SYNCHUB_MAX_MEMBERS];
  const size_t count = node_others(node, user, others);
  const bool   plays = synchub_user(node->hub, user->id)->profile.midi;
  // Without memory the jam goes on without this player's MIDI
  if (plays &&
      midip2p_link_new(node->allocator, ++node->epoch, &user->uplink) !=
        JAM_OK) {
    user->uplink = NULL;
  }
  for (size_t i = 0U; i < count; ++i) {
    if (user->uplink) {
      start_downlink(node, now, others[i], user);
    }
    if (others[i]->uplink) {
      start_downlink(node, now, user, others[i]);
    }
  }
}

void node_midi_leave(SessionNode* const node, NodeUser* const user)
{
  if (user->id && user->uplink) {
    NodeUser*    others[SYNCHUB_MAX_MEMBERS];
    const size_t count = node_others(node, user, others);
    for (size_t i = 0U; i < count; ++i) {
      NodeDownlink* const link = downlink_from(others[i], user->id);
      if (link) {
        stop_downlink(link);
      }
    }
  }
  midip2p_link_free(user->uplink);
  user->uplink = NULL;
  for (unsigned i = 0U; i < SYNCHUB_MAX_MEMBERS; ++i) {
    stop_downlink(&user->downlinks[i]);
  }
}

// Writes what is due on a link towards `to`. Returns when more will be.
static JamTime send_link(SessionNode* const  node,
                         const JamTime       now,
                         Midip2pLink* const  link,
                         const ToastSession  to,
                         const SynchubUserId handle)
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

static void
fan_out(SessionNode* const node, const JamTime now, NodeUser* const user)
{
  NodeUser*    others[SYNCHUB_MAX_MEMBERS];
  const size_t count = node_others(node, user, others);
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
    fan_out(node, now, user);
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

void node_midi_run(SessionNode* const node, const JamTime now)
{
  JamTime due = JAM_NEVER;
  for (unsigned i = 0U; i < node->config.max_users; ++i) {
    NodeUser* const user = &node->users[i];
    if (!user->session || !user->id) {
      continue;
    }
    if (user->uplink) {
      due = jam_time_min(
        due,
        send_link(node, now, user->uplink, user->session, user->id));
    }
    for (unsigned k = 0U; k < SYNCHUB_MAX_MEMBERS; ++k) {
      NodeDownlink* const link = &user->downlinks[k];
      if (link->from) {
        due = jam_time_min(
          due,
          send_link(node, now, link->link, user->session, link->from));
      }
    }
  }
  node->midi_due = due;
}

void node_midi_set_loss(const SessionNode* const node, NodeUser* const user)
{
  ToastStats stats;
  if (!toast_stats(node->endpoint, user->session, &stats)) {
    return;
  }
  for (unsigned i = 0U; i < SYNCHUB_MAX_MEMBERS; ++i) {
    if (user->downlinks[i].from) {
      midip2p_set_loss(user->downlinks[i].link, stats.peer_loss);
    }
  }
}
