// SPDX-License-Identifier: MIT
// The mesh and its node: sessions with siblings, and people who are there.

#include "session/node_internal.h"

#include "base/memory.h"
#include "base/time.h"

#include <string.h>

#define MAX_ROOMS 16384U
#define MOST_ROUNDS 16U // A mesh comes to rest in two or three

JamStatus node_mesh_init(SessionNode* const node, ToastConfig* const toast)
{
  const SessionNodeConfig* const config = &node->config;
  NodemeshConfig                 mesh   = {.max_users   = config->max_users,
                                           .max_remotes = node->max_remotes,
                                           .max_rooms   = MAX_ROOMS,
                                           .node_id     = config->node_id};
  memcpy(mesh.seed, config->seed, sizeof(mesh.seed));
  memcpy(mesh.cluster_secret,
         config->cluster_secret,
         sizeof(mesh.cluster_secret));
  memcpy(mesh.region, config->region, sizeof(mesh.region));
  for (unsigned i = 0U; i < config->address_count && i < SYNCHUB_MAX_ADDRESSES;
       ++i) {
    SynchubAddress* const address = &mesh.addresses[mesh.address_count++];
    memcpy(address->ip, config->addresses[i].ip, sizeof(address->ip));
    address->port = config->addresses[i].port;
  }
  const JamStatus status = nodemesh_new(&mesh, node->allocator, &node->mesh);
  if (status != JAM_OK) {
    return status;
  }
  const size_t links = (size_t)NODEMESH_MAX_PEERS * config->max_users;
  node->siblings =
    (NodeSibling*)jam_mem_new(node->allocator,
                              NODEMESH_MAX_PEERS * sizeof(NodeSibling));
  Midip2pLink** const all =
    (Midip2pLink**)jam_mem_new(node->allocator, links * sizeof(Midip2pLink*));
  for (unsigned i = 0U; node->siblings && i < NODEMESH_MAX_PEERS; ++i) {
    node->siblings[i].end.sibling = true;
    node->siblings[i].links = all ? all + (size_t)i * config->max_users : NULL;
  }
  if (!node->siblings || !all) {
    jam_mem_free(node->allocator, node->siblings ? NULL : all);
    return JAM_ERR_MEMORY;
  }
  toast->clustered = true;
  toast->max_sessions += NODEMESH_MAX_PEERS;
  toast->node_id = nodemesh_node_id(node->mesh);
  memcpy(toast->cluster_secret,
         config->cluster_secret,
         sizeof(toast->cluster_secret));
  toast_cluster_node_secret(config->cluster_secret, toast->node_secret);
  return JAM_OK;
}

void node_mesh_deinit(SessionNode* const node)
{
  for (unsigned i = 0U; node->siblings && i < NODEMESH_MAX_PEERS; ++i) {
    for (unsigned k = 0U; node->siblings[i].links && k < node->config.max_users;
         ++k) {
      node_midi_sibling_stop(&node->siblings[i], k);
    }
  }
  if (node->siblings) {
    jam_mem_free(node->allocator, node->siblings[0].links);
  }
  jam_mem_free(node->allocator, node->siblings);
  nodemesh_free(node->mesh);
}

unsigned node_peer_of(const SessionNode* const node,
                      const NodeSibling* const sibling)
{
  return (unsigned)(sibling - node->siblings) + 1U;
}

void node_sibling_opened(SessionNode* const node,
                         const JamTime      now,
                         const ToastSession session)
{
  const ToastAddress* const address = toast_peer(node->endpoint, session);
  const unsigned            peer    = address && node->mesh
                                        ? nodemesh_opened(node->mesh, now, session, address)
                                        : 0U;
  if (peer == 0U) {
    toast_close(node->endpoint, now, session);
    return;
  }
  NodeSibling* const sibling = &node->siblings[peer - 1U];
  sibling->end.session       = session;
  toast_set_user_data(node->endpoint, session, sibling);
}

void node_sibling_closed(SessionNode* const node,
                         const JamTime      now,
                         NodeSibling* const sibling,
                         const ToastSession session)
{
  if (sibling) {
    for (unsigned i = 0U; i < node->config.max_users; ++i) {
      node_midi_sibling_stop(sibling, i);
    }
    sibling->end.session = 0U;
  }
  nodemesh_closed(node->mesh, now, session);
}

NodeUser* node_remote_new(const SessionNode* const node)
{
  for (unsigned i = 0U; i < node->max_remotes; ++i) {
    NodeUser* const user = &node->users[node->config.max_users + i];
    if (!user->id) {
      memset(user, 0, sizeof(*user));
      return user;
    }
  }
  return NULL;
}

static int64_t utc_of(const SessionNode* const node, const JamTime time)
{
  return node->utc_us + jam_time_to_us(time - node->utc_at);
}

static JamTime
time_of(const SessionNode* const node, const JamTime now, const int64_t utc_us)
{
  const JamTime time =
    jam_time_add(node->utc_at, (utc_us - node->utc_us) * JAM_US);
  return jam_time_min(time, now); // Whatever a sibling's clock says
}

void node_mesh_join(SessionNode* const node,
                    const JamTime      now,
                    NodeUser* const    user)
{
  const SynchubUser* const known = synchub_user(node->hub, user->id);
  ToastIdentity            identity;
  if (!node->mesh ||
      !toast_identity(node->endpoint, user->end.session, &identity)) {
    return;
  }
  if (user->local) {
    nodemesh_set_epoch(node->mesh, now, user->local, identity.epoch);
    return;
  }
  NodemeshUser news = {.epoch     = identity.epoch,
                       .handle    = user->id,
                       .profile   = known->profile,
                       .joined_us = utc_of(node, known->joined)};
  memcpy(news.uid, identity.id, sizeof(news.uid));
  user->local =
    nodemesh_join(node->mesh, now, synchub_room(node->hub, user->id), &news);
}

static NodeUser* remote_of(const SessionNode* const   node,
                           const NodemeshEvent* const event)
{
  const SynchubUserId id =
    synchub_by_uid(node->hub, event->room, event->user.uid);
  return id ? node_user_by_id(node, id) : NULL;
}

static void
tell_all(SessionNode* const node, const JamTime now, const NodeUser* const user)
{
  NodeUser*    others[SYNCHUB_MAX_MEMBERS];
  const size_t count = node_listeners(node, user, others);
  for (size_t i = 0U; i < count; ++i) {
    node_introduce(node, now, user, others[i]);
  }
}

static NodeUser* add_remote(SessionNode* const         node,
                            const JamTime              now,
                            const NodemeshEvent* const event)
{
  NodeUser* const user = node_remote_new(node);
  if (!user || synchub_join(node->hub,
                            time_of(node, now, event->user.joined_us),
                            event->room,
                            &event->user.profile,
                            event->user.uid,
                            0U,
                            &user->id) != JAM_OK) {
    return NULL; // This room, or this node, can hold no more
  }
  node->slot_of[user->id] = (uint16_t)(user - node->users + 1);
  node_midi_join(node, now, user);
  return user;
}

static void user_event(SessionNode* const         node,
                       const JamTime              now,
                       const NodemeshEvent* const event)
{
  NodeUser* user   = remote_of(node, event);
  bool      is_new = !user;
  if (user && node_is_here(user)) {
    return;
  }
  if (!user) {
    user = event->homeless ? NULL : add_remote(node, now, event);
  } else if (synchub_set_profile(node->hub,
                                 user->id,
                                 &event->user.profile,
                                 synchub_user(node->hub, user->id)->joined)) {
    is_new = true;
  }
  if (!user) {
    return;
  }
  const unsigned      former = user->peer;
  const SynchubUserId handle = user->handle;
  user->peer                 = 0U;
  user->handle               = event->user.handle;
  for (unsigned i = 0U; !event->homeless && i < NODEMESH_MAX_PEERS; ++i) {
    user->peer =
      node->siblings[i].end.session == event->session ? i + 1U : user->peer;
  }
  if (user->peer && former && user->peer != former) {
    node_home_left(node, user, now, former, handle);
  }
  nodemesh_set_tag(node->mesh,
                   event->person,
                   (uint32_t)(user - node->users) + 1U);
  if (is_new) {
    tell_all(node, now, user);
  }
}

static NodeUser* user_by_local(const SessionNode* const node,
                               const unsigned           local)
{
  for (unsigned i = 0U; i < node->config.max_users; ++i) {
    if (node->users[i].id && node->users[i].local == local) {
      return &node->users[i];
    }
  }
  return NULL;
}

// It stays connected: should it mean to be here, it joins again
static void
drop(SessionNode* const node, const JamTime now, NodeUser* const user)
{
  const SynchubMessage gone = {.kind = SYNCHUB_GONE, .user = user->id};
  session_message_send(node->endpoint, now, user->end.session, &gone);
  node_leave(node, now, user, true);
}

static void dial(SessionNode* const        node,
                 const JamTime             now,
                 const ToastAddress* const address)
{
  ToastSession session = 0U;
  if (toast_connect_sibling(node->endpoint, now, address, &session) != JAM_OK) {
    session = 0U;
  }
  nodemesh_dialled(node->mesh, now, address, session);
}

static void happen(SessionNode* const         node,
                   const JamTime              now,
                   const NodemeshEvent* const event)
{
  NodeUser* const local =
    event->local ? user_by_local(node, event->local) : NULL;
  NodeUser* const remote =
    event->kind == NODEMESH_EVENT_GONE ? remote_of(node, event) : NULL;
  switch (event->kind) {
  case NODEMESH_EVENT_DIAL:
    dial(node, now, &event->address);
    break;
  case NODEMESH_EVENT_CLOSE:
    toast_close(node->endpoint, now, event->session);
    break;
  case NODEMESH_EVENT_NODE_ID:
    toast_set_node_id(node->endpoint, event->node_id);
    break;
  case NODEMESH_EVENT_SIBLINGS:
    for (unsigned i = 0U; i < node->config.max_users; ++i) {
      if (node->users[i].id) {
        node_siblings_tell(node, now, &node->users[i]);
      }
    }
    break;
  case NODEMESH_EVENT_ROUTES:
    if (local) {
      node_midi_routes(node, now, local);
    }
    break;
  case NODEMESH_EVENT_DROP:
    if (local) {
      drop(node, now, local);
    }
    break;
  case NODEMESH_EVENT_USER:
    user_event(node, now, event);
    break;
  case NODEMESH_EVENT_GONE:
    if (remote && !node_is_here(remote)) {
      node_user_gone(node, now, remote);
    }
    break;
  }
}

static void send_all(SessionNode* const node, const JamTime now)
{
  NodemeshPacket packet;
  while (nodemesh_output(node->mesh, now, &packet)) {
    const ToastFrame frame = {packet.reliable ? TOAST_FRAME_EVENT
                                              : TOAST_FRAME_MESH,
                              0U,
                              0U,
                              (const uint8_t*)packet.text,
                              packet.size};
    if (toast_send(node->endpoint, now, packet.session, &frame) != JAM_OK) {
      nodemesh_unsent(node->mesh, now);
    }
  }
}

void node_mesh_run(SessionNode* const node, const JamTime now)
{
  NodemeshEvent event;
  for (unsigned i = 0U; node->mesh && i < MOST_ROUNDS; ++i) {
    while (nodemesh_event(node->mesh, &event)) {
      happen(node, now, &event);
    }
    if (nodemesh_deadline(node->mesh) > now) {
      return;
    }
    nodemesh_tick(node->mesh, now);
    send_all(node, now);
  }
}
