// SPDX-License-Identifier: MIT
// The hub: fixed tables of users and rooms.

#include "synchub/hub.h"

#include "base/memory.h"

#include <string.h>

#define MAX_USERS 16384U
#define IDS 65536U

SynchubMember* synchub_member(const Synchub* const hub,
                              const SynchubUserId  user)
{
  const uint16_t at = hub->index[user];
  return (at == SYNCHUB_NOBODY) ? NULL : &hub->members[at];
}

JamStatus synchub_new(const JamAllocator* const allocator,
                      const unsigned            max_users,
                      Synchub** const           out)
{
  *out = NULL;
  if (max_users < 1U || max_users > MAX_USERS) {
    return JAM_ERR_ARGUMENT;
  }
  Synchub* const hub = (Synchub*)jam_mem_new(allocator, sizeof(*hub));
  if (!hub) {
    return JAM_ERR_MEMORY;
  }
  if (allocator) {
    hub->allocator     = *allocator;
    hub->has_allocator = true;
  }
  hub->capacity = max_users;
  hub->members =
    (SynchubMember*)jam_mem_new(allocator, max_users * sizeof(SynchubMember));
  hub->room_table =
    (SynchubRoom*)jam_mem_new(allocator, max_users * sizeof(SynchubRoom));
  hub->shared =
    (SynchubShared*)jam_mem_new(allocator, max_users * sizeof(SynchubShared));
  hub->index = (uint16_t*)jam_mem_new(allocator, IDS * sizeof(uint16_t));
  if (!hub->members || !hub->room_table || !hub->shared || !hub->index) {
    synchub_free(hub);
    return JAM_ERR_MEMORY;
  }
  memset(hub->index, 0xFF, IDS * sizeof(uint16_t));
  *out = hub;
  return JAM_OK;
}

SynchubShared* synchub_shared(const Synchub* const hub,
                              const SynchubUserId  user)
{
  const SynchubMember* const member = synchub_member(hub, user);
  return member ? &hub->shared[member->room] : NULL;
}

void synchub_free(Synchub* const hub)
{
  if (hub) {
    const JamAllocator  copy      = hub->allocator;
    const JamAllocator* allocator = hub->has_allocator ? &copy : NULL;
    jam_mem_free(allocator, hub->index);
    jam_mem_free(allocator, hub->shared);
    jam_mem_free(allocator, hub->room_table);
    jam_mem_free(allocator, hub->members);
    jam_mem_free(allocator, hub);
  }
}

// A room id opens the room to whoever knows it, so each is compared in full:
// how long it takes tells nothing. Null if there is none; `empty` becomes a
// free one.
static SynchubRoom* find_room(const Synchub* const hub,
                              const uint8_t* const id,
                              SynchubRoom** const  out_empty)
{
  SynchubRoom* match = NULL;
  SynchubRoom* empty = NULL;
  for (unsigned i = 0U; i < hub->capacity; ++i) {
    SynchubRoom* const room      = &hub->room_table[i];
    uint8_t            different = 0U;
    for (unsigned k = 0U; k < SYNCHUB_ROOM_SIZE; ++k) {
      different |= (uint8_t)(room->id[k] ^ id[k]);
    }
    if (room->count == 0U) {
      empty = empty ? empty : room;
    } else if (!different) {
      match = room;
    }
  }
  *out_empty = empty;
  return match;
}

// The room with this id, else a free one
static SynchubRoom* room_for(const Synchub* const hub, const uint8_t* const id)
{
  SynchubRoom*       empty = NULL;
  SynchubRoom* const match = find_room(hub, id, &empty);
  return match ? match : empty;
}

static void
open_room(Synchub* const hub, SynchubRoom* const room, const uint8_t* const id)
{
  SynchubShared* const shared = &hub->shared[room - hub->room_table];
  memset(shared, 0, sizeof(*shared));
  synchub_transport_init(&shared->transport);
  memcpy(room->id, id, SYNCHUB_ROOM_SIZE);
  for (unsigned i = 0U; i < SYNCHUB_MAX_MEMBERS; ++i) {
    room->places[i] = SYNCHUB_NOBODY;
  }
  ++hub->rooms;
}

// The id given out longest ago: all others come before it is used again
static SynchubUserId next_id(Synchub* const hub)
{
  do {
    hub->last_id = (SynchubUserId)(hub->last_id % SYNCHUB_MAX_ID + 1U);
  } while (synchub_member(hub, hub->last_id));
  return hub->last_id;
}

static void
enter(Synchub* const hub, SynchubRoom* const room, SynchubMember* const member)
{
  const uint16_t at    = (uint16_t)(member - hub->members);
  uint8_t        place = 0U;
  while (room->places[place] != SYNCHUB_NOBODY) {
    ++place;
  }
  room->places[place]         = at;
  room->order[room->count++]  = at;
  member->room                = (uint16_t)(room - hub->room_table);
  member->place               = place;
  hub->index[member->user.id] = at;
  ++hub->users;
}

JamStatus synchub_join(Synchub* const              hub,
                       const JamTime               joined,
                       const uint8_t               room_id[SYNCHUB_ROOM_SIZE],
                       const SynchubProfile* const profile,
                       const uint8_t* const        uid,
                       const uint32_t              tag,
                       SynchubUserId* const        out)
{
  *out = 0U;
  if (!synchub_profile_valid(profile)) {
    return JAM_ERR_ARGUMENT;
  }
  if (hub->users == hub->capacity) {
    return JAM_ERR_FULL;
  }
  SynchubRoom* const room = room_for(hub, room_id);
  if (room->count == SYNCHUB_MAX_MEMBERS) {
    return JAM_ERR_FULL;
  }
  if (room->count == 0U) {
    open_room(hub, room, room_id);
  }
  SynchubMember* member = hub->members;
  while (member->user.id != 0U) {
    ++member;
  }
  memset(member, 0, sizeof(*member));
  member->user.id      = next_id(hub);
  member->user.profile = *profile;
  member->user.joined  = joined;
  member->tag          = tag;
  if (uid) {
    memcpy(member->user.uid, uid, SYNCHUB_UID_SIZE);
  }
  synchub_name_clean(member->user.profile.name, profile->name);
  enter(hub, room, member);
  *out = member->user.id;
  return JAM_OK;
}

void synchub_leave(Synchub* const hub, const SynchubUserId user)
{
  SynchubMember* const member = synchub_member(hub, user);
  if (!member) {
    return;
  }
  SynchubRoom* const room = &hub->room_table[member->room];
  const uint16_t     at   = hub->index[user];
  unsigned           i    = 0U;
  while (room->order[i] != at) {
    ++i;
  }
  --room->count;
  memmove(&room->order[i],
          &room->order[i + 1U],
          (room->count - i) * sizeof(room->order[0]));
  room->places[member->place] = SYNCHUB_NOBODY;
  hub->index[user]            = SYNCHUB_NOBODY;
  member->user.id             = 0U;
  --hub->users;
  if (room->count == 0U) {
    --hub->rooms;
  }
}

const SynchubUser* synchub_user(const Synchub* const hub,
                                const SynchubUserId  user)
{
  const SynchubMember* const member = synchub_member(hub, user);
  return member ? &member->user : NULL;
}

bool synchub_set_profile(Synchub* const              hub,
                         const SynchubUserId         user,
                         const SynchubProfile* const profile,
                         const JamTime               joined)
{
  SynchubMember* const member = synchub_member(hub, user);
  SynchubProfile       clean  = {0};
  if (!member || !synchub_profile_valid(profile)) {
    return false;
  }
  clean.rate_hz = profile->rate_hz;
  clean.frames  = profile->frames;
  clean.bits    = profile->bits;
  clean.midi    = profile->midi;
  clean.tables  = profile->tables;
  synchub_name_clean(clean.name, profile->name);
  SynchubProfile* const old = &member->user.profile;

  const bool differs = member->user.joined != joined ||
                       strcmp(old->name, clean.name) != 0 ||
                       old->rate_hz != clean.rate_hz ||
                       old->frames != clean.frames || old->bits != clean.bits ||
                       old->midi != clean.midi || old->tables != clean.tables;
  *old                = clean;
  member->user.joined = joined;
  return differs;
}

SynchubUserId synchub_by_uid(const Synchub* const hub,
                             const uint8_t        room_id[SYNCHUB_ROOM_SIZE],
                             const uint8_t        uid[SYNCHUB_UID_SIZE])
{
  static const uint8_t     unknown[SYNCHUB_UID_SIZE];
  SynchubRoom*             empty = NULL;
  const SynchubRoom* const room  = find_room(hub, room_id, &empty);
  if (!room || memcmp(uid, unknown, sizeof(unknown)) == 0) {
    return 0U;
  }
  for (unsigned i = 0U; i < room->count; ++i) {
    const SynchubUser* const user = &hub->members[room->order[i]].user;
    if (memcmp(user->uid, uid, SYNCHUB_UID_SIZE) == 0) {
      return user->id;
    }
  }
  return 0U;
}

const uint8_t* synchub_room(const Synchub* const hub, const SynchubUserId user)
{
  const SynchubMember* const member = synchub_member(hub, user);
  return member ? hub->room_table[member->room].id : NULL;
}

uint32_t synchub_tag(const Synchub* const hub, const SynchubUserId user)
{
  const SynchubMember* const member = synchub_member(hub, user);
  return member ? member->tag : 0U;
}

size_t synchub_members(const Synchub* const      hub,
                       const SynchubUserId       user,
                       const SynchubUser** const out,
                       const size_t              capacity)
{
  const SynchubMember* const member = synchub_member(hub, user);
  size_t                     count  = 0U;
  if (member) {
    const SynchubRoom* const room = &hub->room_table[member->room];
    for (; count < room->count && count < capacity; ++count) {
      out[count] = &hub->members[room->order[count]].user;
    }
  }
  return count;
}

void synchub_count(const Synchub* const hub,
                   unsigned* const      users,
                   unsigned* const      rooms)
{
  *users = hub->users;
  *rooms = hub->rooms;
}
