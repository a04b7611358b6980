// SPDX-License-Identifier: MIT
// Sessions with siblings: who is there, and which of several counts.

#include "nodemesh/mesh.h"

#include "base/time.h"

#include <string.h>

#define HEARD_LATELY JAM_SECOND // For a session to count when there are two

unsigned nodemesh_opened(Nodemesh* const           mesh,
                         const JamTime             now,
                         const ToastSession        session,
                         const ToastAddress* const address)
{
  for (unsigned i = 0U; i < NODEMESH_MAX_PEERS; ++i) {
    NodemeshPeer* const peer = &mesh->peers[i];
    if (peer->session) {
      continue;
    }
    memset(peer, 0, sizeof(*peer));
    peer->session   = session;
    peer->address   = *address;
    peer->candidate = nodemesh_candidate_of(mesh, session);
    peer->dial      = peer->candidate == NODEMESH_NONE
                        ? 0U
                        : mesh->candidates[peer->candidate].dial;
    peer->heard_at  = now;
    peer->hello_at  = now;
    peer->redundant = JAM_NEVER;
    peer->dirty     = true;
    mesh->due       = now;
    return i + 1U;
  }
  ++mesh->counters.table_full;
  return 0U;
}

void nodemesh_dirty(Nodemesh* const mesh)
{
  for (unsigned i = 0U; i < NODEMESH_MAX_PEERS; ++i) {
    mesh->peers[i].dirty  = true;
    mesh->peers[i].cursor = 0U;
  }
}

// Of two sessions between the same nodes both sides must keep the same one
// without a word: that dialled by the node with the lower life, and of its
// dials the first
static bool is_better(const Nodemesh* const     mesh,
                      const NodemeshPeer* const a,
                      const NodemeshPeer* const b)
{
  const uint64_t life_a = a->dial ? mesh->self.life : a->hello.life;
  const uint64_t life_b = b->dial ? mesh->self.life : b->hello.life;
  const uint64_t dial_a = a->dial ? a->dial : a->hello.dial;
  const uint64_t dial_b = b->dial ? b->dial : b->hello.dial;
  return life_a != life_b ? life_a < life_b : dial_a < dial_b;
}

static bool counts(const NodemeshPeer* const peer)
{
  return peer->session && peer->known && !peer->ending;
}

static bool is_primary(const Nodemesh* const     mesh,
                       const NodemeshPeer* const peer,
                       const JamTime             now)
{
  const bool fresh = now - peer->heard_at < HEARD_LATELY;
  for (unsigned i = 0U; i < NODEMESH_MAX_PEERS; ++i) {
    const NodemeshPeer* const other = &mesh->peers[i];
    if (other == peer || !counts(other) ||
        other->hello.life != peer->hello.life) {
      continue;
    }
    // A dead one is no rival to a live one, whatever its rank
    const bool other_fresh = now - other->heard_at < HEARD_LATELY;
    if (other_fresh != fresh ? other_fresh : is_better(mesh, other, peer)) {
      return false;
    }
  }
  return true;
}

static void rank(Nodemesh* const mesh, const JamTime now)
{
  bool changed = false;
  for (unsigned i = 0U; i < NODEMESH_MAX_PEERS; ++i) {
    NodemeshPeer* const peer    = &mesh->peers[i];
    const bool          primary = counts(peer) && is_primary(mesh, peer, now);
    changed |= primary != peer->primary;
    peer->primary = primary;
    if (primary || !counts(peer)) {
      peer->redundant = JAM_NEVER;
    } else if (peer->redundant == JAM_NEVER) {
      peer->redundant = now;
    }
  }
  if (changed) {
    mesh->siblings_wish = true;
    nodemesh_reroute(mesh);
    nodemesh_persons_rank(mesh, now);
  }
}

static void end(Nodemesh* const mesh,
                const JamTime   now,
                const unsigned  at,
                const bool      moved)
{
  NodemeshPeer* const peer = &mesh->peers[at];
  if (peer->ending) {
    return;
  }
  peer->ending = true;
  mesh->wishes = true;
  rank(mesh, now);
  nodemesh_rooms_forget(mesh, at);
  nodemesh_claims_forget(mesh, now, at, NODEMESH_NONE, moved);
}

void nodemesh_closed(Nodemesh* const    mesh,
                     const JamTime      now,
                     const ToastSession session)
{
  if (session == 0U) {
    return;
  }
  bool known = false;
  for (unsigned i = 0U; i < NODEMESH_MAX_PEERS; ++i) {
    if (mesh->peers[i].session == session) {
      known = mesh->peers[i].known;
      end(mesh, now, i, true);
      mesh->peers[i].session = 0U;
    }
  }
  const uint16_t at = nodemesh_candidate_of(mesh, session);
  if (at != NODEMESH_NONE) {
    NodemeshCandidate* const candidate = &mesh->candidates[at];
    candidate->failures                = known ? 0U : candidate->failures;
    nodemesh_dial_failed(candidate, now);
  }
  mesh->due = now;
}

void nodemesh_heard(Nodemesh* const mesh,
                    const JamTime   now,
                    const unsigned  peer)
{
  mesh->peers[peer - 1U].heard_at = now;
}

// The older node keeps its id; of two that started together, that with the
// lower life
static bool keeps_id(const NodemeshHello* const self,
                     const NodemeshHello* const other)
{
  const int64_t mine   = self->since_us ? self->since_us : INT64_MAX;
  const int64_t theirs = other->since_us ? other->since_us : INT64_MAX;
  return mine != theirs ? mine < theirs : self->life < other->life;
}

static bool id_taken(const Nodemesh* const mesh, const uint16_t node_id)
{
  for (unsigned i = 0U; i < NODEMESH_MAX_PEERS; ++i) {
    if (counts(&mesh->peers[i]) && mesh->peers[i].hello.node_id == node_id) {
      return true;
    }
  }
  return false;
}

static void yield_id(Nodemesh* const mesh, const JamTime now)
{
  // 1023 ids, at most 64 of them taken: this ends
  do {
    mesh->self.node_id =
      (uint16_t)(1U + jam_rand_below(&mesh->rand, NODEMESH_MAX_NODE));
  } while (id_taken(mesh, mesh->self.node_id));
  mesh->node_id_wish  = true;
  mesh->siblings_wish = true;
  for (unsigned i = 0U; i < NODEMESH_MAX_PEERS; ++i) {
    mesh->peers[i].hello_at = now;
  }
}

static bool hello_differs(const NodemeshHello* const a,
                          const NodemeshHello* const b)
{
  return a->node_id != b->node_id || a->draining != b->draining ||
         a->address_count != b->address_count ||
         memcmp(a->addresses, b->addresses, sizeof(a->addresses)) != 0;
}

void nodemesh_hello(Nodemesh* const            mesh,
                    const JamTime              now,
                    const unsigned             at,
                    const NodemeshHello* const hello)
{
  NodemeshPeer* const      peer      = &mesh->peers[at];
  NodemeshCandidate* const candidate = peer->candidate == NODEMESH_NONE
                                         ? NULL
                                         : &mesh->candidates[peer->candidate];
  if (candidate && candidate->session == peer->session) {
    candidate->life = hello->life;
    candidate->own  = hello->life == mesh->self.life;
  }
  if (hello->life == mesh->self.life) {
    end(mesh, now, at, false); // This very node, by one of its addresses
    return;
  }
  if (peer->known && peer->hello.life != hello->life) {
    ++mesh->counters.malformed;
    return;
  }
  mesh->siblings_wish |= !peer->known || hello_differs(&peer->hello, hello);
  const bool first = !peer->known;
  peer->hello      = *hello;
  peer->known      = true;
  if (first) {
    peer->dirty  = true;
    peer->cursor = 0U;
  }
  rank(mesh, now);
  if (hello->node_id == mesh->self.node_id && !keeps_id(&mesh->self, hello)) {
    yield_id(mesh, now);
  }
}

static JamTime
peer_tick(Nodemesh* const mesh, const unsigned at, const JamTime now)
{
  NodemeshPeer* const peer = &mesh->peers[at];
  if (!peer->session || peer->ending) {
    return JAM_NEVER;
  }
  const JamTime dead  = peer->heard_at + NODEMESH_DEAD_TIME;
  const JamTime spare = jam_time_add(peer->redundant, NODEMESH_DUPLICATE_TIME);
  if (now >= dead || now >= spare) {
    mesh->counters.deaths += now >= dead ? 1U : 0U;
    end(mesh, now, at, true);
    return JAM_NEVER;
  }
  // Output happens with every tick
  JamTime       due = jam_time_min(dead, spare);
  const JamTime next =
    peer->dirty && peer->blocked_to > now ? peer->blocked_to : peer->hello_at;
  return jam_time_min(due, next > peer->blocked_to ? next : peer->blocked_to);
}

JamTime nodemesh_peers_tick(Nodemesh* const mesh, const JamTime now)
{
  JamTime due = JAM_NEVER;
  rank(mesh, now);
  for (unsigned i = 0U; i < NODEMESH_MAX_PEERS; ++i) {
    due = jam_time_min(due, peer_tick(mesh, i, now));
  }
  for (unsigned i = 0U; i < NODEMESH_MAX_CANDIDATES; ++i) {
    NodemeshCandidate* const candidate = &mesh->candidates[i];
    if (candidate->used) {
      due = jam_time_min(due, nodemesh_candidate_tick(mesh, candidate, now));
    }
  }
  return due;
}

unsigned nodemesh_sibling_count(const Nodemesh* const mesh)
{
  unsigned count = 0U;
  for (unsigned i = 0U; i < NODEMESH_MAX_PEERS; ++i) {
    count += mesh->peers[i].primary ? 1U : 0U;
  }
  return count;
}

bool nodemesh_sibling(const Nodemesh* const  mesh,
                      const unsigned         index,
                      NodemeshSibling* const out)
{
  unsigned left = index;
  memset(out, 0, sizeof(*out));
  for (unsigned i = 0U; i < NODEMESH_MAX_PEERS; ++i) {
    const NodemeshPeer* const peer = &mesh->peers[i];
    if (!peer->primary || left-- > 0U) {
      continue;
    }
    const NodemeshHello* const hello = &peer->hello;
    out->session                     = peer->session;
    out->node_id                     = hello->node_id;
    out->draining                    = hello->draining;
    out->since_us                    = hello->since_us;
    out->load                        = hello->load;
    out->address_count               = hello->address_count;
    memcpy(out->region, hello->region, sizeof(out->region));
    memcpy(out->addresses, hello->addresses, sizeof(out->addresses));
    return true;
  }
  return false;
}
