// SPDX-License-Identifier: MIT
// The node engine: opens every packet once, re-seals it per listener. Audio
// stays opaque; the hub knows who hears whom.

#include "session/node_internal.h"

#include "base/memory.h"
#include "base/time.h"

#include <string.h>

#define TABLE_PERIOD (100 * JAM_MS)

static JamStatus init(SessionNode* const             node,
                      const SessionNodeConfig* const config,
                      const JamAllocator* const      allocator)
{
  node->allocator  = allocator;
  node->config     = *config;
  node->next_table = JAM_NEVER;
  node->midi_due   = JAM_NEVER;
  memcpy(&node->epoch, config->seed, sizeof(node->epoch));
  if (config->max_users < 1U || config->max_users > 4096U) {
    return JAM_ERR_ARGUMENT;
  }
  node->users =
    (NodeUser*)jam_mem_new(allocator, config->max_users * sizeof(NodeUser));
  node->slot_of = (uint16_t*)jam_mem_new(allocator, 65536U * sizeof(uint16_t));
  if (!node->users || !node->slot_of) {
    return JAM_ERR_MEMORY;
  }
  ToastConfig toast  = {0};
  toast.max_sessions = config->max_users;
  toast.accept       = true;
  toast.node_id      = config->node_id;
  memcpy(toast.node_secret, config->secret, sizeof(toast.node_secret));
  memcpy(toast.seed, config->seed, sizeof(toast.seed));
  const JamStatus status =
    toast_endpoint_new(&toast, allocator, &node->endpoint);
  return status != JAM_OK
           ? status
           : synchub_new(allocator, config->max_users, &node->hub);
}

JamStatus session_node_new(const SessionNodeConfig* const config,
                           const JamAllocator* const      allocator,
                           SessionNode** const            out)
{
  *out = NULL;
  SessionNode* const node =
    (SessionNode*)jam_mem_new(allocator, sizeof(SessionNode));
  if (!node) {
    return JAM_ERR_MEMORY;
  }
  const JamStatus status = init(node, config, allocator);
  if (status != JAM_OK) {
    session_node_free(node);
    return status;
  }
  *out = node;
  return JAM_OK;
}

void session_node_free(SessionNode* const node)
{
  if (!node) {
    return;
  }
  for (unsigned i = 0U; node->users && i < node->config.max_users; ++i) {
    node_midi_leave(node, &node->users[i]);
  }
  toast_endpoint_free(node->endpoint);
  synchub_free(node->hub);
  jam_mem_free(node->allocator, node->users);
  jam_mem_free(node->allocator, node->slot_of);
  jam_mem_free(node->allocator, node);
}

NodeUser* node_user_by_id(const SessionNode* const node, const SynchubUserId id)
{
  return node->slot_of[id] ? &node->users[node->slot_of[id] - 1U] : NULL;
}

size_t node_others(const SessionNode* const node,
                   const NodeUser* const    user,
                   NodeUser*                out[SYNCHUB_MAX_MEMBERS])
{
  const SynchubUser* members[SYNCHUB_MAX_MEMBERS];
  const size_t       count =
    synchub_members(node->hub, user->id, members, SYNCHUB_MAX_MEMBERS);
  size_t others = 0U;
  for (size_t i = 0U; i < count; ++i) {
    NodeUser* const other = node_user_by_id(node, members[i]->id);
    if (other && other != user) {
      out[others++] = other;
    }
  }
  return others;
}

static void send_message(SessionNode* const          node,
                         const JamTime               now,
                         const ToastSession          to,
                         const SynchubMessage* const message)
{
  char             text[SYNCHUB_MAX_MESSAGE];
  const size_t     size  = synchub_message_write(message, text, sizeof(text));
  const ToastFrame frame = {TOAST_FRAME_EVENT,
                            0U,
                            0U,
                            (const uint8_t*)text,
                            size};
  // Fails only for a client that acknowledges nothing and is about to go
  (void)!toast_send(node->endpoint, now, to, &frame);
}

static void introduce(SessionNode* const    node,
                      const JamTime         now,
                      const NodeUser* const whom,
                      const NodeUser* const to)
{
  const SynchubUser* const user    = synchub_user(node->hub, whom->id);
  SynchubMessage           message = {.kind = SYNCHUB_USER};
  message.user                     = user->id;
  message.profile                  = user->profile;
  message.joined                   = user->joined;
  send_message(node, now, to->session, &message);
}

static void refuse(SessionNode* const node,
                   const JamTime      now,
                   const ToastSession to,
                   const char* const  reason)
{
  SynchubMessage refusal = {.kind = SYNCHUB_REFUSED};
  strncpy(refusal.reason, reason, sizeof(refusal.reason) - 1U);
  send_message(node, now, to, &refusal);
}

static void join(SessionNode* const          node,
                 const JamTime               now,
                 NodeUser* const             user,
                 const SynchubMessage* const message)
{
  if (user->id) {
    ++node->out_of_place; // One room per session
    return;
  }
  if (synchub_join(node->hub,
                   now,
                   message->room,
                   &message->profile,
                   user->session,
                   &user->id) != JAM_OK) {
    user->id = 0U;
    refuse(node, now, user->session, "This room is full.");
    return;
  }
  node->slot_of[user->id] = (uint16_t)(user - node->users + 1);
  node_midi_join(node, now, user);

  const SynchubMessage welcome = {.kind = SYNCHUB_WELCOME, .user = user->id};
  send_message(node, now, user->session, &welcome);
  introduce(node, now, user, user);
  NodeUser*    others[SYNCHUB_MAX_MEMBERS];
  const size_t count = node_others(node, user, others);
  for (size_t i = 0U; i < count; ++i) {
    introduce(node, now, others[i], user);
    introduce(node, now, user, others[i]);
  }
  node->next_table = jam_time_min(node->next_table, now);
}

static void
leave(SessionNode* const node, const JamTime now, NodeUser* const user)
{
  if (!user->id) {
    return;
  }
  NodeUser*            others[SYNCHUB_MAX_MEMBERS];
  const size_t         count = node_others(node, user, others);
  const SynchubMessage gone  = {.kind = SYNCHUB_GONE, .user = user->id};
  for (size_t i = 0U; i < count; ++i) {
    send_message(node, now, others[i]->session, &gone);
  }
  node_midi_leave(node, user);
  synchub_leave(node->hub, user->id);
  node->slot_of[user->id] = 0U;
  user->id                = 0U;
}

static void message_input(SessionNode* const      node,
                          const JamTime           now,
                          NodeUser* const         user,
                          const ToastFrame* const frame)
{
  SynchubMessage  message;
  const JamStatus status =
    synchub_message_read((const char*)frame->data, frame->size, &message);
  if (status == JAM_ERR_UNSUPPORTED) {
    refuse(node,
           now,
           user->session,
           "This node speaks another version of JAMNet. Update the older one.");
  } else if (status != JAM_OK) {
    ++node->out_of_place;
  } else if (message.kind == SYNCHUB_JOIN) {
    join(node, now, user, &message);
  } else if (message.kind == SYNCHUB_LEAVE) {
    leave(node, now, user);
  } else {
    ++node->out_of_place;
  }
}

static void media_input(SessionNode* const      node,
                        const JamTime           now,
                        const NodeUser* const   user,
                        const ToastFrame* const frame)
{
  NodeUser*    others[SYNCHUB_MAX_MEMBERS];
  const size_t count = node_others(node, user, others);
  ToastFrame   copy  = *frame;
  copy.handle        = user->id; // Whatever the sender wrote there
  for (size_t i = 0U; i < count; ++i) {
    // A full queue drops its oldest media and is counted by the transport
    (void)!toast_send(node->endpoint, now, others[i]->session, &copy);
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
}

static void frame_input(SessionNode* const      node,
                        const JamTime           now,
                        NodeUser* const         user,
                        const ToastFrame* const frame)
{
  if (frame->kind == TOAST_FRAME_EVENT) {
    message_input(node, now, user, frame);
  } else if (!user->id) {
    ++node->out_of_place;
  } else if (frame->kind == TOAST_FRAME_MEDIA) {
    media_input(node, now, user, frame);
  } else if (frame->kind == TOAST_FRAME_MIDI) {
    node_midi_input(node, now, user, frame);
  } else {
    table_input(node, now, user, frame);
  }
}

static void opened(SessionNode* const node, const ToastSession session)
{
  for (unsigned i = 0U; i < node->config.max_users; ++i) {
    if (!node->users[i].session) {
      memset(&node->users[i], 0, sizeof(node->users[i]));
      node->users[i].session = session;
      toast_set_user_data(node->endpoint, session, &node->users[i]);
      return;
    }
  }
}

static void run_events(SessionNode* const node, const JamTime now)
{
  ToastEvent event;
  while (toast_event(node->endpoint, &event)) {
    if (event.kind == TOAST_EVENT_OPEN) {
      opened(node, event.session);
      continue;
    }
    NodeUser* const user = (NodeUser*)event.user_data;
    if (!user) {
      continue;
    }
    if (event.kind == TOAST_EVENT_CLOSED) {
      leave(node, now, user);
      user->session = 0U;
    } else {
      frame_input(node, now, user, &event.frame);
    }
  }
}

void session_node_close(SessionNode* const node, const JamTime now)
{
  for (unsigned i = 0U; i < node->config.max_users; ++i) {
    if (node->users[i].session) {
      toast_close(node->endpoint, now, node->users[i].session);
    }
  }
  run_events(node, now);
}

void session_node_input(SessionNode* const        node,
                        const JamTime             now,
                        const ToastAddress* const from,
                        const uint8_t* const      data,
                        const size_t              size)
{
  ++node->datagrams_in;
  node->bytes_in += size;
  toast_input(node->endpoint, now, from, data, size);
  run_events(node, now);
}

size_t session_node_output(SessionNode* const  node,
                           const JamTime       now,
                           ToastAddress* const to,
                           uint8_t* const      buffer,
                           const size_t        capacity)
{
  const size_t size = toast_output(node->endpoint, now, to, buffer, capacity);
  if (size > 0U) {
    ++node->datagrams_out;
    node->bytes_out += size;
  }
  return size;
}

JamTime session_node_deadline(const SessionNode* const node)
{
  return jam_time_min(toast_deadline(node->endpoint),
                      jam_time_min(node->next_table, node->midi_due));
}

static void send_tables(SessionNode* const node, const JamTime now)
{
  bool any = false;
  for (unsigned i = 0U; i < node->config.max_users; ++i) {
    NodeUser* const user = &node->users[i];
    if (!user->session || !user->id) {
      continue;
    }
    any = true;
    node_midi_set_loss(node, user);
    char       text[TOAST_MAX_EVENT];
    ToastFrame frame = {TOAST_FRAME_TABLE, 0U, 0U, (const uint8_t*)text, 0U};
    frame.size = synchub_table_for(node->hub, user->id, text, sizeof(text));
    if (frame.size > 0U) {
      (void)!toast_send(node->endpoint, now, user->session, &frame);
    }
  }
  node->next_table = any ? now + TABLE_PERIOD : JAM_NEVER;
}

void session_node_tick(SessionNode* const node, const JamTime now)
{
  toast_tick(node->endpoint, now);
  run_events(node, now);
  if (now >= node->next_table) {
    send_tables(node, now);
  }
  if (now >= node->midi_due) {
    node_midi_run(node, now);
  }
}

void session_node_view(const SessionNode* const node, JamNodeView* const out)
{
  const ToastCounters* const c = toast_counters(node->endpoint);
  memset(out, 0, sizeof(*out));
  synchub_count(node->hub, &out->users, &out->rooms);
  out->datagrams_in  = node->datagrams_in;
  out->datagrams_out = node->datagrams_out;
  out->bytes_in      = node->bytes_in;
  out->bytes_out     = node->bytes_out;
  out->rejected      = c->too_short + c->too_long + c->unknown_type +
                  c->bad_version + c->unknown_session + c->bad_seal +
                  c->bad_frame + c->replayed + c->table_full +
                  node->out_of_place;
}
