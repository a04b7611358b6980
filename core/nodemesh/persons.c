// SPDX-License-Identifier: MIT
// Whose users are where: the people that claims add up to.
//
// Each user record has one writer, its home. Where several nodes claim a user,
// the highest epoch is right and the others have yet to hear of it. When that
// home says that the user has left, the others will hear of that too.

#include "nodemesh/mesh.h"

#include "base/time.h"

#include <string.h>

static void unmark(Nodemesh* const mesh, NodemeshPerson* const person)
{
  mesh->dirty_persons -= person->dirty ? 1U : 0U;
  person->dirty = false;
}

static void mark(Nodemesh* const mesh, NodemeshPerson* const person)
{
  mesh->dirty_persons += person->dirty ? 0U : 1U;
  person->dirty = true;
}

static void settle(Nodemesh* const mesh, NodemeshPerson* const person)
{
  if (!person->used || person->shown || person->dirty ||
      person->claims != NODEMESH_NONE) {
    return;
  }
  const uint16_t at = (uint16_t)(person - mesh->persons);
  uint16_t* link    = &mesh->person_buckets[nodemesh_bucket(person->user.uid)];
  while (*link != at) {
    link = &mesh->persons[*link].chain;
  }
  *link                    = person->chain;
  person->used             = false;
  NodemeshRoom* const room = &mesh->rooms[person->room];
  --room->persons;
  nodemesh_room_settle(room);
}

// Whether claim `a` goes before `b`. Sessions of the same node claim the same.
static bool
is_better(const Nodemesh* const mesh, const uint16_t a, const uint16_t b)
{
  if (b == NODEMESH_NONE) {
    return true;
  }
  const NodemeshClaim* const x  = &mesh->claims[a];
  const NodemeshClaim* const y  = &mesh->claims[b];
  const NodemeshPeer* const  px = &mesh->peers[x->peer];
  const NodemeshPeer* const  py = &mesh->peers[y->peer];
  if (x->user.epoch != y->user.epoch) {
    return x->user.epoch > y->user.epoch;
  }
  if (px->hello.life != py->hello.life) {
    return px->hello.life < py->hello.life;
  }
  return px->primary && !py->primary;
}

static uint16_t best_claim(const Nodemesh* const       mesh,
                           const NodemeshPerson* const person)
{
  uint16_t best = NODEMESH_NONE;
  for (uint16_t i = person->claims; i != NODEMESH_NONE;
       i          = mesh->claims[i].next) {
    if (mesh->claims[i].user.epoch >= person->left &&
        is_better(mesh, i, best)) {
      best = i;
    }
  }
  return best;
}

static bool outdoes(const Nodemesh* const      mesh,
                    const NodemeshClaim* const claim,
                    const NodemeshLocal* const local)
{
  return claim->user.epoch != local->user.epoch
           ? claim->user.epoch > local->user.epoch
           : mesh->peers[claim->peer].hello.life < mesh->self.life;
}

static void lose_home(Nodemesh* const       mesh,
                      NodemeshPerson* const person,
                      const JamTime         until)
{
  if (!person->shown) {
    person->until = JAM_NEVER; // Nobody has seen it: nobody misses it
    unmark(mesh, person);
    return;
  }
  person->until = jam_time_min(person->until, until);
  mesh->due     = jam_time_min(mesh->due, person->until);
  mark(mesh, person);
}

// The person is here: whoever asks sees the local user
static void stand_for(Nodemesh* const       mesh,
                      NodemeshPerson* const person,
                      NodemeshLocal* const  local)
{
  mesh->dropping -= local->drop ? 1U : 0U;
  local->drop    = false;
  local->dropped = false;
  person->best   = NODEMESH_NONE;
  person->until  = JAM_NEVER;
  person->shown  = false;
  unmark(mesh, person);
  settle(mesh, person);
}

void nodemesh_review(Nodemesh* const       mesh,
                     NodemeshPerson* const person,
                     const JamTime         until)
{
  const uint16_t before = person->best;
  person->best          = best_claim(mesh, person);

  NodemeshLocal* const local =
    nodemesh_local_find(mesh, person->room, person->user.uid);
  NodemeshClaim* const claim =
    person->best == NODEMESH_NONE ? NULL : &mesh->claims[person->best];
  if (local && claim && outdoes(mesh, claim, local)) {
    if (!local->drop && !local->dropped) {
      local->drop = true;
      ++mesh->dropping;
    }
  } else if (local) {
    stand_for(mesh, person, local);
    return;
  }
  if (claim) {
    person->user  = claim->user;
    person->until = JAM_NEVER;
    mark(mesh, person);
  } else if (before != NODEMESH_NONE) {
    // Whoever is waited for already is so for as long as before
    lose_home(mesh, person, until);
  }
  settle(mesh, person);
}

static NodemeshPerson* find_person(const Nodemesh* const mesh,
                                   const uint16_t        room,
                                   const uint8_t         uid[SYNCHUB_UID_SIZE])
{
  uint16_t at = mesh->person_buckets[nodemesh_bucket(uid)];
  while (at != NODEMESH_NONE) {
    NodemeshPerson* const person = &mesh->persons[at];
    if (person->room == room &&
        memcmp(person->user.uid, uid, SYNCHUB_UID_SIZE) == 0) {
      return person;
    }
    at = person->chain;
  }
  return NULL;
}

NodemeshPerson* nodemesh_person(Nodemesh* const mesh,
                                const uint16_t  room,
                                const uint8_t   uid[SYNCHUB_UID_SIZE])
{
  NodemeshPerson* person = find_person(mesh, room, uid);
  for (uint16_t i = 0U; !person && i < mesh->config.max_remotes; ++i) {
    if (mesh->persons[i].used) {
      continue;
    }
    uint16_t* const first = &mesh->person_buckets[nodemesh_bucket(uid)];
    person                = &mesh->persons[i];
    memset(person, 0, sizeof(*person));
    memcpy(person->user.uid, uid, SYNCHUB_UID_SIZE);
    person->used   = true;
    person->room   = room;
    person->claims = NODEMESH_NONE;
    person->best   = NODEMESH_NONE;
    person->until  = JAM_NEVER;
    person->chain  = *first;
    *first         = i;
    ++mesh->rooms[room].persons;
  }
  mesh->counters.table_full += person ? 0U : 1U;
  return person;
}

void nodemesh_person_left(NodemeshPerson* const person, const uint32_t epoch)
{
  const uint64_t next = (uint64_t)epoch + 1U;
  person->left        = person->left > next ? person->left : next;
}

void nodemesh_persons_forget(Nodemesh* const mesh, const uint16_t room)
{
  nodemesh_claims_void(mesh, room);
  for (unsigned i = 0U; i < mesh->config.max_remotes; ++i) {
    NodemeshPerson* const person = &mesh->persons[i];
    if (person->used && person->room == room) {
      lose_home(mesh, person, NODEMESH_NOW); // Homeless ones too
      settle(mesh, person);
    }
  }
}

void nodemesh_persons_local(Nodemesh* const            mesh,
                            const JamTime              now,
                            const NodemeshLocal* const local)
{
  NodemeshPerson* const person =
    find_person(mesh, local->room, local->user.uid);
  if (person) {
    if (local->left) {
      nodemesh_person_left(person, local->user.epoch);
    }
    nodemesh_review(mesh, person, now + NODEMESH_GRACE);
  }
}

bool nodemesh_persons_await(Nodemesh* const            mesh,
                            const JamTime              now,
                            const NodemeshLocal* const local)
{
  NodemeshPerson* const person =
    nodemesh_person(mesh, local->room, local->user.uid);
  if (!person) {
    return false;
  }
  if (person->best == NODEMESH_NONE) {
    person->user = local->user;
  }
  person->shown = true;
  lose_home(mesh, person, now + NODEMESH_GRACE);
  nodemesh_review(mesh, person, now + NODEMESH_GRACE);
  return true;
}

void nodemesh_persons_rank(Nodemesh* const mesh, const JamTime now)
{
  for (unsigned i = 0U; i < mesh->config.max_remotes; ++i) {
    NodemeshPerson* const person = &mesh->persons[i];
    if (person->used && person->best != NODEMESH_NONE) {
      nodemesh_review(mesh, person, now + NODEMESH_GRACE);
    }
  }
}

JamTime nodemesh_persons_tick(Nodemesh* const mesh, const JamTime now)
{
  JamTime due = JAM_NEVER;
  for (unsigned i = 0U; i < mesh->config.max_remotes; ++i) {
    NodemeshPerson* const person = &mesh->persons[i];
    if (!person->used || person->until == JAM_NEVER) {
      continue;
    }
    if (now >= person->until) {
      person->until = NODEMESH_NOW;
      mark(mesh, person);
    } else {
      due = jam_time_min(due, person->until);
    }
  }
  return due;
}

bool nodemesh_persons_event(Nodemesh* const mesh, NodemeshEvent* const out)
{
  for (unsigned i = 0U; i < mesh->config.max_remotes; ++i) {
    NodemeshPerson* const person = &mesh->persons[i];
    if (!person->used || !person->dirty) {
      continue;
    }
    const bool homeless = person->best == NODEMESH_NONE;
    const bool gone     = homeless && person->until == NODEMESH_NOW;
    unmark(mesh, person);
    out->kind     = gone ? NODEMESH_EVENT_GONE : NODEMESH_EVENT_USER;
    out->person   = i + 1U;
    out->tag      = person->tag;
    out->room     = mesh->rooms[person->room].id;
    out->homeless = homeless;
    out->user     = person->user;
    out->session =
      homeless ? 0U : mesh->peers[mesh->claims[person->best].peer].session;
    person->shown = !gone;
    if (gone) {
      person->tag   = 0U;
      person->until = JAM_NEVER;
      settle(mesh, person);
    }
    return true;
  }
  mesh->dirty_persons = 0U;
  return false;
}

void nodemesh_set_tag(Nodemesh* const mesh,
                      const unsigned  person,
                      const uint32_t  tag)
{
  mesh->persons[person - 1U].tag = tag;
}
