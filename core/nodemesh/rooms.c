// SPDX-License-Identifier: MIT
// Which rooms are hosted where, and the users that are here.

#include "nodemesh/mesh.h"

#include <sodium.h>

#include <string.h>

static void hash_of(const Nodemesh* const mesh,
                    const uint8_t         id[SYNCHUB_ROOM_SIZE],
                    uint8_t               out[NODEMESH_HASH_SIZE])
{
  // The shortest hash that the function has is 16 bytes
  uint8_t hash[16];
  (void)crypto_generichash(hash,
                           sizeof(hash),
                           id,
                           SYNCHUB_ROOM_SIZE,
                           mesh->room_key,
                           sizeof(mesh->room_key));
  memcpy(out, hash, NODEMESH_HASH_SIZE);
}

NodemeshRoom* nodemesh_room(Nodemesh* const mesh,
                            const uint8_t   hash[NODEMESH_HASH_SIZE],
                            const bool      make)
{
  NodemeshRoom* empty = NULL;
  for (unsigned i = 0U; i < mesh->config.max_rooms; ++i) {
    NodemeshRoom* const room = &mesh->rooms[i];
    if (room->used && memcmp(room->hash, hash, NODEMESH_HASH_SIZE) == 0) {
      return room;
    }
    empty = !empty && !room->used ? room : empty;
  }
  if (!make) {
    return NULL;
  }
  if (!empty) {
    ++mesh->counters.table_full;
    return NULL;
  }
  memset(empty, 0, sizeof(*empty));
  empty->used = true;
  memcpy(empty->hash, hash, NODEMESH_HASH_SIZE);
  return empty;
}

void nodemesh_room_settle(NodemeshRoom* const room)
{
  if (room->locals == 0U && room->persons == 0U && room->hosted == 0U &&
      room->told == 0U) {
    room->used = false;
  }
}

void nodemesh_local_settle(Nodemesh* const mesh, NodemeshLocal* const local)
{
  if (!local->used || !local->left || local->known) {
    return;
  }
  const uint16_t at   = (uint16_t)(local - mesh->locals);
  uint16_t*      link = &mesh->local_buckets[nodemesh_bucket(local->user.uid)];
  while (*link != at) {
    link = &mesh->locals[*link].chain;
  }
  *link       = local->chain;
  local->used = false;
}

NodemeshLocal* nodemesh_local_find(const Nodemesh* const mesh,
                                   const uint16_t        room,
                                   const uint8_t         uid[SYNCHUB_UID_SIZE])
{
  uint16_t at = mesh->local_buckets[nodemesh_bucket(uid)];
  while (at != NODEMESH_NONE) {
    NodemeshLocal* const local = &mesh->locals[at];
    if (!local->left && local->room == room &&
        memcmp(local->user.uid, uid, SYNCHUB_UID_SIZE) == 0) {
      return local;
    }
    at = local->chain;
  }
  return NULL;
}

static void reroute_room(Nodemesh* const mesh, const uint16_t room)
{
  for (unsigned i = 0U; i < mesh->max_locals; ++i) {
    NodemeshLocal* const local = &mesh->locals[i];
    if (local->used && !local->left && local->room == room) {
      local->rerouted = true;
      mesh->reroute   = true;
    }
  }
}

void nodemesh_reroute(Nodemesh* const mesh)
{
  for (unsigned i = 0U; i < mesh->max_locals; ++i) {
    mesh->locals[i].rerouted = true;
  }
  mesh->reroute = true;
}

unsigned nodemesh_join(Nodemesh* const           mesh,
                       const JamTime             now,
                       const uint8_t             id[SYNCHUB_ROOM_SIZE],
                       const NodemeshUser* const user)
{
  uint8_t hash[NODEMESH_HASH_SIZE];
  hash_of(mesh, id, hash);
  unsigned at = 0U;
  while (at < mesh->max_locals && mesh->locals[at].used) {
    ++at;
  }
  if (at == mesh->max_locals) {
    ++mesh->counters.table_full;
    return 0U;
  }
  NodemeshRoom* const room = nodemesh_room(mesh, hash, true);
  if (!room) {
    return 0U;
  }
  memcpy(room->id, id, SYNCHUB_ROOM_SIZE);
  ++room->locals;
  NodemeshLocal* const local = &mesh->locals[at];
  memset(local, 0, sizeof(*local));
  local->used           = true;
  local->rerouted       = true;
  local->room           = (uint16_t)(room - mesh->rooms);
  local->user           = *user;
  mesh->reroute         = true;
  uint16_t* const first = &mesh->local_buckets[nodemesh_bucket(user->uid)];
  local->chain          = *first;
  *first                = (uint16_t)at;
  nodemesh_dirty(mesh);
  nodemesh_persons_local(mesh, now, local);
  mesh->due = now;
  return at + 1U;
}

void nodemesh_set_epoch(Nodemesh* const mesh,
                        const JamTime   now,
                        const unsigned  local,
                        const uint32_t  epoch)
{
  NodemeshLocal* const user = &mesh->locals[local - 1U];
  user->user.epoch          = epoch;
  user->current             = 0U; // They shall hear it
  user->dropped             = false;
  mesh->dropping -= user->drop ? 1U : 0U;
  user->drop = false;
  nodemesh_dirty(mesh);
  nodemesh_persons_local(mesh, now, user);
  mesh->due = now;
}

bool nodemesh_leave(Nodemesh* const mesh,
                    const JamTime   now,
                    const unsigned  local,
                    const bool      moved)
{
  NodemeshLocal* const user = &mesh->locals[local - 1U];
  NodemeshRoom* const  room = &mesh->rooms[user->room];
  mesh->dropping -= user->drop ? 1U : 0U;
  mesh->counters.moved += moved ? 1U : 0U;
  user->drop  = false;
  user->left  = true;
  user->moved = moved;
  --room->locals;
  bool awaited = false;
  if (room->locals == 0U) {
    nodemesh_persons_forget(mesh, user->room);
  } else if (moved) {
    awaited = nodemesh_persons_await(mesh, now, user);
  } else {
    nodemesh_persons_local(mesh, now, user);
  }
  nodemesh_dirty(mesh);
  nodemesh_local_settle(mesh, user);
  nodemesh_room_settle(room);
  mesh->due = now;
  return awaited;
}

void nodemesh_room_input(Nodemesh* const              mesh,
                         const JamTime                now,
                         const unsigned               peer,
                         const NodemeshMessage* const message)
{
  NodemeshRoom* const room  = nodemesh_room(mesh, message->room, message->on);
  const uint64_t      bit   = nodemesh_bit(peer);
  const uint16_t      index = room ? (uint16_t)(room - mesh->rooms) : 0U;
  if (!room) {
    return;
  }
  if (message->on) {
    // It knows of nobody here yet, or not any more
    for (unsigned i = 0U; i < mesh->max_locals; ++i) {
      NodemeshLocal* const local = &mesh->locals[i];
      if (local->used && local->room == index && !local->left) {
        local->current &= ~bit;
      }
    }
    room->hosted |= bit;
    mesh->peers[peer].dirty  = true;
    mesh->peers[peer].cursor = 0U;
  } else {
    room->hosted &= ~bit;
    nodemesh_claims_forget(mesh, now, peer, index, false);
  }
  reroute_room(mesh, index);
  nodemesh_room_settle(room);
}

void nodemesh_rooms_forget(Nodemesh* const mesh, const unsigned peer)
{
  const uint64_t bit = nodemesh_bit(peer);
  for (unsigned i = 0U; i < mesh->max_locals; ++i) {
    NodemeshLocal* const local = &mesh->locals[i];
    if (local->used) {
      local->known &= ~bit;
      local->current &= ~bit;
      nodemesh_local_settle(mesh, local);
    }
  }
  for (unsigned i = 0U; i < mesh->config.max_rooms; ++i) {
    NodemeshRoom* const room = &mesh->rooms[i];
    if (room->used) {
      room->hosted &= ~bit;
      room->told &= ~bit;
      nodemesh_room_settle(room);
    }
  }
  nodemesh_reroute(mesh);
}

unsigned nodemesh_targets(const Nodemesh* const mesh,
                          const unsigned        local,
                          unsigned              peers[NODEMESH_MAX_PEERS])
{
  const NodemeshLocal* const user  = &mesh->locals[local - 1U];
  uint64_t                   mask  = mesh->rooms[user->room].hosted;
  unsigned                   count = 0U;
  for (unsigned i = 0U; mask; ++i, mask >>= 1U) {
    if ((mask & 1U) && mesh->peers[i].primary) {
      peers[count++] = i + 1U;
    }
  }
  return count;
}
