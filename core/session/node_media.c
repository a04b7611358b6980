// SPDX-License-Identifier: MIT
// Frames on their way through the node: re-sealed per listener, audio opaque.
// What comes from a user here goes to all who listen here and once to each
// sibling of the room; what comes from a sibling goes to those here only.

#include "session/node_internal.h"

#include <math.h>

#define FORMER_TIME (200 * JAM_MS) // Longer than any detour between nodes
#define PASSED_BITS 64U

static bool is_media(const ToastFrame* const frame)
{
  return frame->kind == TOAST_FRAME_MEDIA || frame->kind == TOAST_FRAME_REPAIR;
}

static void fan_out(SessionNode* const      node,
                    const JamTime           now,
                    const NodeUser* const   user,
                    const ToastFrame* const frame)
{
  NodeUser*    others[SYNCHUB_MAX_MEMBERS];
  const size_t count = node_listeners(node, user, others);
  ToastFrame   copy  = *frame;
  copy.handle        = user->id; // Whatever the sender wrote there
  if (frame->kind == TOAST_FRAME_REPAIR) {
    copy.kind = TOAST_FRAME_MEDIA; // For the first time on this hop
  }
  for (size_t i = 0U; i < count; ++i) {
    // A full queue drops its oldest media and is counted by the transport
    (void)!toast_send(node->endpoint, now, others[i]->end.session, &copy);
  }
  node->media_to_users += count;
}

void node_to_siblings(SessionNode* const      node,
                      const JamTime           now,
                      const NodeUser* const   user,
                      const ToastFrame* const frame)
{
  unsigned       peers[NODEMESH_MAX_PEERS];
  const unsigned count = nodemesh_targets(node->mesh, user->local, peers);
  for (unsigned i = 0U; i < count; ++i) {
    const NodeSibling* const sibling = &node->siblings[peers[i] - 1U];
    (void)!toast_send(node->endpoint, now, sibling->end.session, frame);
  }
  node->media_to_siblings += frame->kind == TOAST_FRAME_MEDIA ? count : 0U;
}

static bool is_after(const uint16_t a, const uint16_t b)
{
  return a != b && (uint16_t)(a - b) < 0x8000U;
}

// Whether a packet has not been passed on yet; notes that it is now. What lies
// further back than the bits reach is an old repair, or a stream begun anew.
static bool
take_first(NodeUser* const user, const uint16_t seq, const bool repair)
{
  const uint16_t ahead = (uint16_t)(seq - user->newest);
  const uint16_t back  = (uint16_t)(user->newest - seq);
  const bool     after = user->passed == 0U || is_after(seq, user->newest);
  if (!after && back < PASSED_BITS) {
    const uint64_t bit  = UINT64_C(1) << back;
    const bool     seen = user->passed & bit;
    user->passed |= bit;
    return !seen;
  }
  if (!after && repair) {
    return false;
  }
  const bool near = after && user->passed && ahead < PASSED_BITS;
  user->passed    = near ? (user->passed << ahead) | 1U : 1U;
  user->newest    = seq;
  return true;
}

// Counts a packet of a user and says whether it is to be passed on
static bool pass_on(SessionNode* const      node,
                    NodeUser* const         user,
                    const ToastFrame* const frame)
{
  const bool repair = frame->kind == TOAST_FRAME_REPAIR;
  const bool first  = take_first(user, frame->seq, repair);
  node->media_repaired += repair && first;
  node->media_spare += repair && !first;
  node->media_void += !repair && !first;
  return first;
}

// Whether a packet that came by the user's present home is to be passed on: for
// a moment after a move the former one may have been faster with it
static bool take(SessionNode* const      node,
                 NodeUser* const         user,
                 const JamTime           now,
                 const ToastFrame* const frame)
{
  if (now < user->former_until && !is_after(frame->seq, user->former_newest)) {
    ++node->media_void;
    return false;
  }
  if (!user->heard) {
    user->heard = true;
    user->first = frame->seq;
  }
  return pass_on(node, user, frame);
}

static void media_input(SessionNode* const      node,
                        const JamTime           now,
                        NodeUser* const         user,
                        const ToastFrame* const frame)
{
  if (!take(node, user, now, frame)) {
    return;
  }
  ++node->media_in;
  fan_out(node, now, user, frame);
  if (user->local) {
    ToastFrame copy = *frame;
    copy.kind       = TOAST_FRAME_MEDIA;
    copy.handle     = user->id;
    node_to_siblings(node, now, user, &copy);
  }
}

static void table_input(SessionNode* const      node,
                        const JamTime           now,
                        const NodeUser* const   user,
                        const ToastFrame* const frame)
{
  SynchubUser row;
  size_t      count = 0U;
  if (synchub_table_read((const char*)frame->data,
                         frame->size,
                         &row,
                         1U,
                         &count) != JAM_OK ||
      count != 1U || row.id != user->id) {
    ++node->out_of_place;
    return;
  }
  synchub_set_row(node->hub, user->id, &row.row);
  node->next_table = now; // It rides with the media
  if (user->local) {
    node_to_siblings(node, now, user, frame); // It is on this node's clock
  }
}

void node_frame_input(SessionNode* const      node,
                      const JamTime           now,
                      NodeUser* const         user,
                      const ToastFrame* const frame)
{
  if (frame->kind == TOAST_FRAME_EVENT) {
    node_message_input(node, now, user, frame);
  } else if (!user->id || frame->kind == TOAST_FRAME_MESH ||
             frame->kind == TOAST_FRAME_BULK) {
    ++node->out_of_place;
  } else if (is_media(frame)) {
    media_input(node, now, user, frame);
  } else if (frame->kind == TOAST_FRAME_MIDI) {
    node_midi_input(node, now, user, frame);
  } else {
    table_input(node, now, user, frame);
  }
}

// The user elsewhere whose stream this is; null if it is nobody's any more
static NodeUser* source_of(SessionNode* const       node,
                           const NodeSibling* const sibling,
                           const SynchubUserId      handle)
{
  uint32_t slot = 0U;
  if (!nodemesh_source(node->mesh,
                       node_peer_of(node, sibling),
                       handle,
                       &slot) ||
      slot == 0U || !node->users[slot - 1U].id) {
    return NULL;
  }
  return &node->users[slot - 1U];
}

// Whoever has just moved, if this is what it sent by its former home before:
// nobody gets it twice, since its present home does not have it
static NodeUser* former_of(const SessionNode* const node,
                           const JamTime            now,
                           const unsigned           peer,
                           const ToastFrame* const  frame)
{
  for (unsigned i = 0U; i < NODE_MOVERS; ++i) {
    NodeUser* const user = &node->users[node->movers[i]];
    if (user->id && user->former_peer == peer &&
        user->former_handle == frame->handle && now < user->former_until) {
      if (user->heard && !is_after(user->first, frame->seq)) {
        return NULL;
      }
      if (is_after(frame->seq, user->former_newest)) {
        user->former_newest = frame->seq;
      }
      return user;
    }
  }
  return NULL;
}

void node_home_left(SessionNode* const  node,
                    NodeUser* const     user,
                    const JamTime       now,
                    const unsigned      peer,
                    const SynchubUserId handle)
{
  user->former_peer   = peer;
  user->former_handle = handle;
  user->former_until  = peer ? now + FORMER_TIME : 0;
  user->former_newest = user->newest;
  user->heard         = false;
  if (peer) {
    node->movers[node->moved++ % NODE_MOVERS] = (uint16_t)(user - node->users);
  }
}

// From the clock of the user's home to ours, and the path by the hop between
static void translate(const SessionNode* const node,
                      const ToastSession       session,
                      SynchubRow* const        row)
{
  SynchubMap* const map = &row->map;
  ToastClock        clock;
  ToastStats        stats;
  if (map->valid && toast_clock(node->endpoint, session, &clock) &&
      clock.valid) {
    map->time       = toast_clock_from_peer(&clock, map->time);
    map->skew       = (1.0 + map->skew) * (1.0 + clock.skew) - 1.0;
    map->error      = (JamTime)hypot((double)map->error, (double)clock.error);
    map->skew_error = hypot(map->skew_error, clock.skew_error);
  } else {
    map->valid = false;
  }
  if (toast_stats(node->endpoint, session, &stats)) {
    row->jitter = (JamTime)hypot((double)row->jitter, (double)stats.jitter);
    row->rtt += stats.rtt;
    row->loss = 1.0 - (1.0 - row->loss) * (1.0 - stats.peer_loss);
  }
}

// Whose room's transport a frame tells, if it does
static NodeUser* read_transport(SessionNode* const       node,
                                const NodeSibling* const sibling,
                                const ToastFrame* const  frame,
                                SynchubMessage* const    out)
{
  return synchub_message_read((const char*)frame->data, frame->size, out) ==
               JAM_OK &&
             out->kind == SYNCHUB_TRANSPORT && out->user
           ? source_of(node, sibling, out->user)
           : NULL;
}

static void sibling_table(SessionNode* const       node,
                          const JamTime            now,
                          const NodeSibling* const sibling,
                          const ToastFrame* const  frame)
{
  SynchubUser    rows[SYNCHUB_MAX_MEMBERS];
  SynchubMessage message;
  size_t         count = 0U;
  if (synchub_table_read((const char*)frame->data,
                         frame->size,
                         rows,
                         SYNCHUB_MAX_MEMBERS,
                         &count) != JAM_OK) {
    NodeUser* const user = read_transport(node, sibling, frame, &message);
    if (user) {
      node_transport_sibling(node, now, user, sibling->end.session, &message);
    } else {
      ++node->out_of_place;
    }
    return;
  }
  for (size_t i = 0U; i < count; ++i) {
    const NodeUser* const user = source_of(node, sibling, rows[i].id);
    if (user) {
      translate(node, sibling->end.session, &rows[i].row);
      synchub_set_row(node->hub, user->id, &rows[i].row);
      node->next_table = now;
    }
  }
}

void node_sibling_frame(SessionNode* const       node,
                        const JamTime            now,
                        const NodeSibling* const sibling,
                        const ToastFrame* const  frame)
{
  const unsigned peer = node_peer_of(node, sibling);
  if (frame->kind == TOAST_FRAME_EVENT || frame->kind == TOAST_FRAME_MESH) {
    nodemesh_input(node->mesh,
                   now,
                   peer,
                   (const char*)frame->data,
                   frame->size);
    return;
  }
  nodemesh_heard(node->mesh, now, peer);
  if (frame->kind == TOAST_FRAME_BULK) {
    ++node->out_of_place;
  } else if (frame->kind == TOAST_FRAME_TABLE) {
    sibling_table(node, now, sibling, frame);
  } else if (frame->kind == TOAST_FRAME_MIDI) {
    node_midi_sibling_input(node, now, sibling, frame);
  } else {
    NodeUser* user = source_of(node, sibling, frame->handle);
    ++node->media_from_siblings;
    if (!user) {
      user = former_of(node, now, peer, frame);
      node->media_void += !user;
      user = user && pass_on(node, user, frame) ? user : NULL;
    } else if (!take(node, user, now, frame)) {
      user = NULL;
    }
    if (user) {
      fan_out(node, now, user, frame);
    }
  }
}
