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

JamStatus node_midi_link(SessionNode* const node, Midip2pLink** const out)
{
  const JamStatus status =
    midip2p_link_new(node->allocator, ++node->epoch, out);
  if (status == JAM_OK) {
    midip2p_set_compact(*out, true);
  }
  return status;
}

// A late joiner starts with what already sounds: programs, controllers, notes
void node_midi_catch_up(SessionNode* const    node,
                        const JamTime         now,
                        const NodeUser* const player,
                        Midip2pLink* const    link)
{
  midip2p_link_seed(link, now, player->uplink, false);
  node->midi_due = now;
}

static void start_downlink(SessionNode* const    node,
                           const JamTime         now,
                           NodeUser* const       listener,
                           const NodeUser* const player)
{
  NodeDownlink* const link = downlink_from(listener, 0U);
  if (link && node_midi_link(node, &link->link) == JAM_OK) {
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
  if (plays && node_midi_link(node, &user->uplink) != JAM_OK) {
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
  to->uplink   = from->uplink;
  from->uplink = NULL;
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

// Everybody who gets the MIDI of a player: listeners, and siblings with some
static size_t links_from(SessionNode* const    node,
                         const NodeUser* const user,
                         Midip2pLink**         out)
{
  NodeUser*    others[SYNCHUB_MAX_MEMBERS];
  const size_t count = node_listeners(node, user, others);
  size_t       links = 0U;
  for (size_t i = 0U; i < count; ++i) {
    const NodeDownlink* const link = downlink_from(others[i], user->id);
    if (link) {
      out[links++] = link->link;
    }
  }
  return links +
         (user->local ? node_midi_sibling_links(node, user, out + links) : 0U);
}

static void send_on(Midip2pLink* const* const links,
                    const size_t              count,
                    const JamTime             now,
                    const Midip2pEvent* const event)
{
  for (size_t i = 0U; i < count; ++i) {
    (void)!midip2p_send(links[i], now, event);
  }
}

// A listener to whom a long message does not get through loses it; others not
static bool fan_out_long(NodeUser* const           user,
                         Midip2pLink* const* const links,
                         const size_t              count,
                         const JamTime             now)
{
  const uint8_t* bytes   = NULL;
  int64_t        time_us = 0;
  const size_t   size    = midip2p_sysex(user->uplink, &bytes, &time_us);
  for (size_t i = 0U; size > 0U && i < count; ++i) {
    (void)!midip2p_send_sysex(links[i], now, time_us, bytes, size);
  }
  return size > 0U;
}

static bool fan_out_clock(NodeUser* const           user,
                          Midip2pLink* const* const links,
                          const size_t              count,
                          const JamTime             now)
{
  Midip2pClock clock;
  if (!midip2p_clock(user->uplink, &clock) ||
      (clock.time_us == user->midi_clock.time_us &&
       clock.running == user->midi_clock.running)) {
    return false;
  }
  user->midi_clock = clock;
  for (size_t i = 0U; i < count; ++i) {
    midip2p_set_clock(links[i], now, &clock);
  }
  return true;
}

bool node_midi_fan_out(SessionNode* const node,
                       const JamTime      now,
                       NodeUser* const    user)
{
  Midip2pLink* links[SYNCHUB_MAX_MEMBERS + NODEMESH_MAX_PEERS];
  const size_t count = links_from(node, user, links);
  Midip2pEvent event;
  bool         any = false;
  while (midip2p_event(user->uplink, &event)) {
    send_on(links, count, now, &event);
    any = true;
  }
  any = fan_out_long(user, links, count, now) || any;
  return fan_out_clock(user, links, count, now) || any;
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
    (void)node_midi_fan_out(node, now, user);
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
    // Who has been silent for too long holds nothing any more
    due = node_midi_fan_out(node, now, user) ? now : due;
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
