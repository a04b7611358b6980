// SPDX-License-Identifier: MIT
// What siblings say of their users. Each claim belongs to the session on which
// it came and goes with it.

#include "nodemesh/mesh.h"

#include <string.h>

static uint16_t*
bucket_of(Nodemesh* const mesh, const unsigned peer, const SynchubUserId handle)
{
  return &mesh->claim_buckets[(handle + peer * 131U) % NODEMESH_BUCKETS];
}

uint16_t nodemesh_claim(const Nodemesh* const mesh,
                        const unsigned        peer,
                        const SynchubUserId   handle)
{
  uint16_t at = mesh->claim_buckets[(handle + peer * 131U) % NODEMESH_BUCKETS];
  while (at != NODEMESH_NONE && (mesh->claims[at].peer != peer ||
                                 mesh->claims[at].user.handle != handle)) {
    at = mesh->claims[at].chain;
  }
  return at;
}

static void
remove_claim(Nodemesh* const mesh, const uint16_t at, const JamTime until)
{
  NodemeshClaim* const  claim  = &mesh->claims[at];
  NodemeshPerson* const person = &mesh->persons[claim->person];
  uint16_t*             link = bucket_of(mesh, claim->peer, claim->user.handle);
  while (*link != at) {
    link = &mesh->claims[*link].chain;
  }
  *link = claim->chain;
  link  = &person->claims;
  while (*link != at) {
    link = &mesh->claims[*link].next;
  }
  *link       = claim->next;
  claim->used = false;
  nodemesh_review(mesh, person, until);
}

static uint16_t free_claim(const Nodemesh* const mesh)
{
  uint16_t at = 0U;
  while (at < mesh->max_claims && mesh->claims[at].used) {
    ++at;
  }
  return at < mesh->max_claims ? at : NODEMESH_NONE;
}

static void add_claim(Nodemesh* const           mesh,
                      const unsigned            peer,
                      NodemeshPerson* const     person,
                      const uint16_t            at,
                      const NodemeshUser* const user)
{
  NodemeshClaim* const claim = &mesh->claims[at];
  uint16_t* const      link  = bucket_of(mesh, peer, user->handle);
  claim->used                = true;
  claim->peer                = (uint8_t)peer;
  claim->person              = (uint16_t)(person - mesh->persons);
  claim->user                = *user;
  claim->chain               = *link;
  claim->next                = person->claims;
  *link                      = at;
  person->claims             = at;
}

void nodemesh_user_input(Nodemesh* const              mesh,
                         const JamTime                now,
                         const unsigned               peer,
                         const NodemeshMessage* const message)
{
  NodemeshRoom* const room = nodemesh_room(mesh, message->room, false);
  if (!room || room->locals == 0U) {
    return; // Sent before it heard that the room has closed here
  }
  const uint16_t        old = nodemesh_claim(mesh, peer, message->user.handle);
  NodemeshPerson* const person =
    nodemesh_person(mesh, (uint16_t)(room - mesh->rooms), message->user.uid);
  if (!person) {
    return;
  }
  const uint16_t index = (uint16_t)(person - mesh->persons);
  if (old != NODEMESH_NONE && mesh->claims[old].person == index) {
    mesh->claims[old].user = message->user;
  } else {
    if (old != NODEMESH_NONE) {
      remove_claim(mesh,
                   old,
                   NODEMESH_NOW); // The number is somebody else's now
    }
    const uint16_t at = free_claim(mesh);
    if (at == NODEMESH_NONE) {
      ++mesh->counters.table_full;
    } else {
      add_claim(mesh, peer, person, at, &message->user);
    }
  }
  nodemesh_review(mesh, person, now + NODEMESH_GRACE);
}

void nodemesh_gone_input(Nodemesh* const              mesh,
                         const JamTime                now,
                         const unsigned               peer,
                         const NodemeshMessage* const message)
{
  const uint16_t at = nodemesh_claim(mesh, peer, message->user.handle);
  if (at != NODEMESH_NONE) {
    const NodemeshClaim* const claim = &mesh->claims[at];
    if (!message->moved) {
      nodemesh_person_left(&mesh->persons[claim->person], claim->user.epoch);
    }
    remove_claim(mesh,
                 at,
                 message->moved ? now + NODEMESH_GRACE : NODEMESH_NOW);
  }
}

void nodemesh_claims_forget(Nodemesh* const mesh,
                            const JamTime   now,
                            const unsigned  peer,
                            const uint16_t  room,
                            const bool      moved)
{
  for (uint16_t i = 0U; i < mesh->max_claims; ++i) {
    const NodemeshClaim* const claim = &mesh->claims[i];
    if (claim->used && claim->peer == peer &&
        (room == NODEMESH_NONE || mesh->persons[claim->person].room == room)) {
      remove_claim(mesh, i, moved ? now + NODEMESH_GRACE : NODEMESH_NOW);
    }
  }
}

void nodemesh_claims_void(Nodemesh* const mesh, const uint16_t room)
{
  for (uint16_t i = 0U; i < mesh->max_claims; ++i) {
    const NodemeshClaim* const claim = &mesh->claims[i];
    if (claim->used && mesh->persons[claim->person].room == room) {
      remove_claim(mesh, i, NODEMESH_NOW);
    }
  }
}

bool nodemesh_source(const Nodemesh* const mesh,
                     const unsigned        peer,
                     const SynchubUserId   handle,
                     uint32_t* const       out_tag)
{
  const uint16_t at = nodemesh_claim(mesh, peer - 1U, handle);
  if (at == NODEMESH_NONE) {
    return false;
  }
  const NodemeshPerson* const person = &mesh->persons[mesh->claims[at].person];
  if (person->best == NODEMESH_NONE) {
    return false;
  }
  const NodemeshClaim* const best = &mesh->claims[person->best];
  *out_tag                        = person->tag;
  return best->user.handle == handle && mesh->peers[best->peer].hello.life ==
                                          mesh->peers[peer - 1U].hello.life;
}
