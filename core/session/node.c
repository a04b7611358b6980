// SPDX-License-Identifier: MIT
// The node engine: opens every packet once, re-seals it per listener. Audio
// stays opaque; the hub knows who hears whom.

#include "session/node_internal.h"

#include "base/memory.h"
#include "base/time.h"

#include <string.h>

#define TABLE_PERIOD (100 * JAM_MS)
#define IDS 65536U
#define TURNED_AWAY 8U // Sessions of those who are told that it is full
#define MAX_REMOTES 12000U

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
  const unsigned remotes = 3U * config->max_users + SYNCHUB_MAX_MEMBERS;
  node->max_remotes      = !config->clustered      ? 0U
                           : remotes < MAX_REMOTES ? remotes
                                                   : MAX_REMOTES;
  const unsigned places  = config->max_users + node->max_remotes;
  node->users   = (NodeUser*)jam_mem_new(allocator, places * sizeof(NodeUser));
  node->slot_of = (uint16_t*)jam_mem_new(allocator, IDS * sizeof(uint16_t));
  if (!node->users || !node->slot_of) {
    return JAM_ERR_MEMORY;
  }
  ToastConfig toast  = {0};
  toast.max_sessions = config->max_users + TURNED_AWAY;
  toast.accept       = true;
  toast.node_id      = config->node_id;
  memcpy(toast.node_secret, config->secret, sizeof(toast.node_secret));
  memcpy(toast.seed, config->seed, sizeof(toast.seed));
  JamStatus status = config->clustered ? node_mesh_init(node, &toast) : JAM_OK;
  if (status == JAM_OK) {
    status = toast_endpoint_new(&toast, allocator, &node->endpoint);
  }
  if (status == JAM_OK) {
    status = synchub_new(allocator, places, &node->hub);
  }
  return status;
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
  const unsigned places = node->config.max_users + node->max_remotes;
  for (unsigned i = 0U; node->users && i < places; ++i) {
    node_midi_leave(node, &node->users[i]);
  }
  node_mesh_deinit(node);
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

size_t node_listeners(const SessionNode* const node,
                      const NodeUser* const    user,
                      NodeUser*                out[SYNCHUB_MAX_MEMBERS])
{
  const size_t count     = node_others(node, user, out);
  size_t       listeners = 0U;
  for (size_t i = 0U; i < count; ++i) {
    if (node_is_here(out[i])) {
      out[listeners++] = out[i];
    }
  }
  return listeners;
}

static void opened(SessionNode* const      node,
                   const JamTime           now,
                   const ToastEvent* const event)
{
  NodeUser* user = (NodeUser*)event->user_data;
  if (event->sibling) {
    node_sibling_opened(node, now, event->session);
    return;
  }
  for (unsigned i = 0U; !user && i < node->config.max_users; ++i) {
    if (!node->users[i].end.session) {
      user = &node->users[i];
      memset(user, 0, sizeof(*user));
    }
  }
  if (!user) {
    node_refuse(node, now, event->session, "This node is full.");
    toast_close(node->endpoint, now, event->session);
    return;
  }
  user->end.session = event->session;
  toast_set_user_data(node->endpoint, event->session, user);
  if (user->id) {
    node_mesh_join(node, now, user); // Resumed where it was: a new epoch
  }
}

static void closed(SessionNode* const      node,
                   const JamTime           now,
                   const ToastEvent* const event)
{
  NodeEnd* const end = (NodeEnd*)event->user_data;
  if (end && end->session != event->session) {
    return; // Its user goes on in a newer session
  }
  if (end && !end->sibling) {
    NodeUser* const user = (NodeUser*)event->user_data;
    node_leave(node, now, user, true);
    end->session = 0U;
  } else if (node->mesh) {
    node_sibling_closed(node,
                        now,
                        (NodeSibling*)event->user_data,
                        event->session);
  }
}

static void run_events(SessionNode* const node, const JamTime now)
{
  ToastEvent event;
  while (toast_event(node->endpoint, &event)) {
    const NodeEnd* const end = (const NodeEnd*)event.user_data;
    if (event.kind == TOAST_EVENT_OPEN) {
      opened(node, now, &event);
    } else if (event.kind == TOAST_EVENT_CLOSED) {
      closed(node, now, &event);
    } else if (end && end->session == event.session) {
      if (end->sibling) {
        node_sibling_frame(node,
                           now,
                           (const NodeSibling*)event.user_data,
                           &event.frame);
      } else {
        node_frame_input(node, now, (NodeUser*)event.user_data, &event.frame);
      }
    }
  }
}

// What the mesh does may end sessions
static void run(SessionNode* const node, const JamTime now)
{
  run_events(node, now);
  if (node->mesh) {
    node_mesh_run(node, now);
    run_events(node, now);
  }
}

void session_node_close(SessionNode* const node, const JamTime now)
{
  for (unsigned i = 0U; i < node->config.max_users; ++i) {
    if (node->users[i].end.session) {
      toast_close(node->endpoint, now, node->users[i].end.session);
    }
  }
  for (unsigned i = 0U; node->mesh && i < NODEMESH_MAX_PEERS; ++i) {
    if (node->siblings[i].end.session) {
      toast_close(node->endpoint, now, node->siblings[i].end.session);
    }
  }
  run_events(node, now);
}

void session_node_set_backlog(SessionNode* const node, const JamTime age)
{
  toast_set_backlog(node->endpoint, age);
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
  run(node, now);
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
  const JamTime own  = jam_time_min(node->next_table, node->midi_due);
  const JamTime mesh = node->mesh ? nodemesh_deadline(node->mesh) : JAM_NEVER;
  return jam_time_min(toast_deadline(node->endpoint), jam_time_min(own, mesh));
}

static void send_tables(SessionNode* const node, const JamTime now)
{
  bool     any  = false;
  unsigned here = 0U;
  for (unsigned i = 0U; i < node->config.max_users; ++i) {
    NodeUser* const user = &node->users[i];
    if (!user->id) {
      continue;
    }
    any = true;
    ++here;
    node_midi_set_loss(node, user);
    node_transport_run(node, now, user);
    char       text[TOAST_MAX_EVENT];
    ToastFrame frame = {TOAST_FRAME_TABLE, 0U, 0U, (const uint8_t*)text, 0U};
    frame.size = synchub_table_for(node->hub, user->id, text, sizeof(text));
    if (frame.size > 0U) {
      (void)!toast_send(node->endpoint, now, user->end.session, &frame);
    }
  }
  if (node->mesh) {
    node_midi_sibling_set_loss(node);
    nodemesh_set_load(node->mesh,
                      now,
                      node->draining ? 1000U
                                     : here * 1000U / node->config.max_users,
                      node->draining);
  }
  node->next_table = any ? now + TABLE_PERIOD : JAM_NEVER;
}

void session_node_tick(SessionNode* const node, const JamTime now)
{
  toast_tick(node->endpoint, now);
  run(node, now);
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
  for (unsigned i = 0U; i < node->max_remotes; ++i) {
    out->users -= node->users[node->config.max_users + i].id ? 1U : 0U;
  }
  out->siblings      = node->mesh ? nodemesh_sibling_count(node->mesh) : 0U;
  out->draining      = node->draining;
  out->datagrams_in  = node->datagrams_in;
  out->datagrams_out = node->datagrams_out;
  out->bytes_in      = node->bytes_in;
  out->bytes_out     = node->bytes_out;
  JamNodeRejected* const by = &out->rejected_by;
  by->malformed = c->too_short + c->too_long + c->unknown_type + c->bad_version;
  by->unknown   = c->unknown_session;
  by->unsealed  = c->bad_seal;
  by->replayed  = c->replayed;
  by->full      = c->table_full + c->limited;
  by->misplaced = c->bad_frame + node->out_of_place;
  if (node->mesh) {
    by->misplaced += nodemesh_counters(node->mesh)->malformed;
  }
  out->rejected = by->malformed + by->unknown + by->unsealed + by->replayed +
                  by->full + by->misplaced;
}
