// SPDX-License-Identifier: MIT
// A mesh's life, and what comes in and is due.

#include "nodemesh/mesh.h"

#include "base/memory.h"
#include "base/time.h"

#include <sodium.h>

#include <string.h>

#define MAX_USERS 16384U
#define MAX_TABLE 60000U

static void derive(const uint8_t     key[32],
                   const char* const text,
                   uint8_t* const    out,
                   const size_t      size)
{
  (void)
    crypto_generichash(out, size, (const uint8_t*)text, strlen(text), key, 32U);
}

static uint16_t draw_node_id(Nodemesh* const mesh)
{
  return (uint16_t)(1U + jam_rand_below(&mesh->rand, NODEMESH_MAX_NODE));
}

static void init_self(Nodemesh* const mesh, const NodemeshConfig* const config)
{
  uint8_t bytes[24];
  derive(config->seed, "nodemesh life", bytes, sizeof(bytes));
  uint64_t seed = 0U;
  memcpy(&mesh->self.life, bytes, sizeof(mesh->self.life));
  memcpy(&seed, bytes + 8, sizeof(seed));
  jam_rand_init(&mesh->rand, seed, 1U);
  mesh->self.life |= 1U; // Never 0
  mesh->self.node_id = config->node_id ? config->node_id : draw_node_id(mesh);
  memcpy(mesh->self.region, config->region, sizeof(mesh->self.region));
  mesh->self.region[NODEMESH_MAX_REGION - 1U] = '\0';
  mesh->self.address_count                    = config->address_count;
  memcpy(mesh->self.addresses, config->addresses, sizeof(mesh->self.addresses));
  derive(config->cluster_secret,
         "nodemesh rooms",
         mesh->room_key,
         sizeof(mesh->room_key));
}

static bool init_tables(Nodemesh* const           mesh,
                        const JamAllocator* const a,
                        const NodemeshConfig*     config)
{
  // Those who have left stay until everybody knows
  mesh->max_locals = 2U * config->max_users;
  // Somebody who moves is claimed by two for a moment
  mesh->max_claims = config->max_remotes + config->max_remotes / 4U + 4U;
  mesh->rooms =
    (NodemeshRoom*)jam_mem_new(a, config->max_rooms * sizeof(NodemeshRoom));
  mesh->locals =
    (NodemeshLocal*)jam_mem_new(a, mesh->max_locals * sizeof(NodemeshLocal));
  mesh->claims =
    (NodemeshClaim*)jam_mem_new(a, mesh->max_claims * sizeof(NodemeshClaim));
  mesh->persons =
    (NodemeshPerson*)jam_mem_new(a,
                                 config->max_remotes * sizeof(NodemeshPerson));
  for (unsigned i = 0U; i < NODEMESH_BUCKETS; ++i) {
    mesh->claim_buckets[i]  = NODEMESH_NONE;
    mesh->person_buckets[i] = NODEMESH_NONE;
    mesh->local_buckets[i]  = NODEMESH_NONE;
  }
  return mesh->rooms && mesh->locals && mesh->claims && mesh->persons;
}

static bool config_valid(const NodemeshConfig* const config)
{
  return config->max_users >= 1U && config->max_users <= MAX_USERS &&
         config->max_remotes >= 1U && config->max_remotes <= 48000U &&
         config->max_rooms >= 1U && config->max_rooms <= MAX_TABLE &&
         config->node_id <= NODEMESH_MAX_NODE &&
         config->address_count <= SYNCHUB_MAX_ADDRESSES;
}

JamStatus nodemesh_new(const NodemeshConfig* const config,
                       const JamAllocator* const   allocator,
                       Nodemesh** const            out)
{
  *out = NULL;
  if (!config_valid(config)) {
    return JAM_ERR_ARGUMENT;
  }
  Nodemesh* const mesh = (Nodemesh*)jam_mem_new(allocator, sizeof(*mesh));
  if (!mesh) {
    return JAM_ERR_MEMORY;
  }
  if (allocator) {
    mesh->allocator     = *allocator;
    mesh->has_allocator = true;
  }
  mesh->config = *config;
  mesh->due    = JAM_NEVER;
  init_self(mesh, config);
  if (!init_tables(mesh, allocator, config)) {
    nodemesh_free(mesh);
    return JAM_ERR_MEMORY;
  }
  *out = mesh;
  return JAM_OK;
}

void nodemesh_free(Nodemesh* const mesh)
{
  if (mesh) {
    const JamAllocator  copy      = mesh->allocator;
    const JamAllocator* allocator = mesh->has_allocator ? &copy : NULL;
    jam_mem_free(allocator, mesh->rooms);
    jam_mem_free(allocator, mesh->locals);
    jam_mem_free(allocator, mesh->claims);
    jam_mem_free(allocator, mesh->persons);
    sodium_memzero(mesh, sizeof(*mesh));
    jam_mem_free(allocator, mesh);
  }
}

void nodemesh_set_since(Nodemesh* const mesh, const int64_t utc_us)
{
  mesh->self.since_us = utc_us > 0 ? utc_us : 0;
}

void nodemesh_set_load(Nodemesh* const mesh,
                       const JamTime   now,
                       const unsigned  load,
                       const bool      drain)
{
  mesh->self.load = load < 1000U ? load : 1000U;
  if (mesh->self.draining != drain) {
    mesh->self.draining = drain;
    for (unsigned i = 0U; i < NODEMESH_MAX_PEERS; ++i) {
      mesh->peers[i].hello_at = now;
    }
    mesh->due = now;
  }
}

uint16_t nodemesh_node_id(const Nodemesh* const mesh)
{
  return mesh->self.node_id;
}

void nodemesh_input(Nodemesh* const   mesh,
                    const JamTime     now,
                    const unsigned    peer,
                    const char* const text,
                    const size_t      size)
{
  NodemeshMessage message;
  if (nodemesh_message_read(text, size, &message) != JAM_OK || peer < 1U ||
      peer > NODEMESH_MAX_PEERS || !mesh->peers[peer - 1U].session) {
    ++mesh->counters.malformed;
    return;
  }
  const unsigned      at   = peer - 1U;
  NodemeshPeer* const from = &mesh->peers[at];
  from->heard_at           = now;
  mesh->due                = now;
  if (from->ending) {
    return;
  }
  if (message.kind == NODEMESH_HELLO) {
    nodemesh_hello(mesh, now, at, &message.hello);
  } else if (!from->known) {
    ++mesh->counters.malformed; // The first event is a HELLO
  } else if (message.kind == NODEMESH_ROOM) {
    nodemesh_room_input(mesh, now, at, &message);
  } else if (message.kind == NODEMESH_USER) {
    nodemesh_user_input(mesh, now, at, &message);
  } else {
    nodemesh_gone_input(mesh, now, at, &message);
  }
}

void nodemesh_tick(Nodemesh* const mesh, const JamTime now)
{
  if (now >= mesh->due) {
    mesh->due             = JAM_NEVER;
    const JamTime peers   = nodemesh_peers_tick(mesh, now);
    const JamTime persons = nodemesh_persons_tick(mesh, now);
    mesh->due = jam_time_min(mesh->due, jam_time_min(peers, persons));
  }
}

JamTime nodemesh_deadline(const Nodemesh* const mesh)
{
  return mesh->due;
}

static bool peers_event(Nodemesh* const mesh, NodemeshEvent* const out)
{
  for (unsigned i = 0U; i < NODEMESH_MAX_PEERS; ++i) {
    NodemeshPeer* const peer = &mesh->peers[i];
    if (peer->session && peer->ending && !peer->end_told) {
      peer->end_told = true;
      out->kind      = NODEMESH_EVENT_CLOSE;
      out->session   = peer->session;
      return true;
    }
  }
  for (unsigned i = 0U; i < NODEMESH_MAX_CANDIDATES; ++i) {
    NodemeshCandidate* const candidate = &mesh->candidates[i];
    if (candidate->used && candidate->wish) {
      candidate->wish = false;
      out->kind       = NODEMESH_EVENT_DIAL;
      out->address    = candidate->address;
      return true;
    }
  }
  mesh->wishes = false;
  return false;
}

static bool locals_event(Nodemesh* const mesh, NodemeshEvent* const out)
{
  for (unsigned i = 0U; i < mesh->max_locals; ++i) {
    NodemeshLocal* const local = &mesh->locals[i];
    if (!local->used || local->left) {
      continue;
    }
    if (local->drop || local->rerouted) {
      out->kind = local->drop ? NODEMESH_EVENT_DROP : NODEMESH_EVENT_ROUTES;
      if (local->drop) {
        --mesh->dropping;
        local->drop    = false;
        local->dropped = true;
      } else {
        local->rerouted = false;
      }
      out->local = i + 1U;
      return true;
    }
  }
  mesh->reroute = false;
  return false;
}

bool nodemesh_event(Nodemesh* const mesh, NodemeshEvent* const out)
{
  memset(out, 0, sizeof(*out));
  if (mesh->node_id_wish) {
    mesh->node_id_wish = false;
    out->kind          = NODEMESH_EVENT_NODE_ID;
    out->node_id       = mesh->self.node_id;
    return true;
  }
  // A local user that goes makes place for the person it becomes
  if ((mesh->dropping > 0U || mesh->reroute) && locals_event(mesh, out)) {
    return true;
  }
  if (mesh->dirty_persons > 0U && nodemesh_persons_event(mesh, out)) {
    return true;
  }
  if (mesh->siblings_wish) {
    mesh->siblings_wish = false;
    out->kind           = NODEMESH_EVENT_SIBLINGS;
    return true;
  }
  return mesh->wishes && peers_event(mesh, out);
}

const NodemeshCounters* nodemesh_counters(const Nodemesh* const mesh)
{
  return &mesh->counters;
}
