// SPDX-License-Identifier: MIT
// Addresses where siblings may be, and when to dial them.

#include "nodemesh/mesh.h"

#include "base/time.h"

#include <string.h>

#define RETRY_GAP (500 * JAM_MS)
#define RETRY_MAX JAM_SECOND      // After a second failure
#define OWN_GAP (60 * JAM_SECOND) // Addresses are given to others one day

static bool same_address(const ToastAddress* const a,
                         const ToastAddress* const b)
{
  return a->port == b->port && memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

static NodemeshCandidate* candidate_at(Nodemesh* const           mesh,
                                       const ToastAddress* const address)
{
  for (unsigned i = 0U; i < NODEMESH_MAX_CANDIDATES; ++i) {
    NodemeshCandidate* const candidate = &mesh->candidates[i];
    if (candidate->used && same_address(&candidate->address, address)) {
      return candidate;
    }
  }
  return NULL;
}

void nodemesh_candidate(Nodemesh* const           mesh,
                        const JamTime             now,
                        const ToastAddress* const address)
{
  NodemeshCandidate* candidate = candidate_at(mesh, address);
  for (unsigned i = 0U; !candidate && i < NODEMESH_MAX_CANDIDATES; ++i) {
    if (!mesh->candidates[i].used) {
      candidate = &mesh->candidates[i];
      memset(candidate, 0, sizeof(*candidate));
      candidate->used     = true;
      candidate->address  = *address;
      candidate->retry_at = now;
      mesh->due           = now;
    }
  }
  if (candidate) {
    candidate->offered_at = now;
  } else {
    ++mesh->counters.table_full;
  }
}

void nodemesh_dial_failed(NodemeshCandidate* const candidate, const JamTime now)
{
  const JamTime gap   = candidate->own             ? OWN_GAP
                        : candidate->failures > 0U ? RETRY_MAX
                                                   : RETRY_GAP;
  candidate->session  = 0U;
  candidate->own      = false;
  candidate->retry_at = now + gap;
  ++candidate->failures;
}

void nodemesh_dialled(Nodemesh* const           mesh,
                      const JamTime             now,
                      const ToastAddress* const address,
                      const ToastSession        session)
{
  NodemeshCandidate* const candidate = candidate_at(mesh, address);
  if (!candidate) {
    return;
  }
  candidate->session = session;
  candidate->dial    = ++mesh->dials;
  if (session == 0U) {
    nodemesh_dial_failed(candidate, now);
  }
  mesh->due = now;
}

uint16_t nodemesh_candidate_of(const Nodemesh* const mesh,
                               const ToastSession    session)
{
  uint16_t i = 0U;
  while (i < NODEMESH_MAX_CANDIDATES &&
         mesh->candidates[i].session != session) {
    ++i;
  }
  return i < NODEMESH_MAX_CANDIDATES ? i : NODEMESH_NONE;
}

// Whether a candidate's node is connected already, whoever dialled
static bool is_reached(const Nodemesh* const          mesh,
                       const NodemeshCandidate* const candidate)
{
  for (unsigned i = 0U; i < NODEMESH_MAX_PEERS; ++i) {
    const NodemeshPeer* const peer = &mesh->peers[i];
    if (peer->session && !peer->ending &&
        (same_address(&peer->address, &candidate->address) ||
         (peer->known && candidate->life &&
          peer->hello.life == candidate->life))) {
      return true;
    }
  }
  return false;
}

JamTime nodemesh_candidate_tick(Nodemesh* const          mesh,
                                NodemeshCandidate* const candidate,
                                const JamTime            now)
{
  const JamTime end = candidate->offered_at + NODEMESH_OFFER_TIME;
  if (now >= end && candidate->session == 0U) {
    candidate->used = false;
    return JAM_NEVER;
  }
  if (candidate->session || candidate->wish) {
    return candidate->session ? JAM_NEVER : end;
  }
  if (is_reached(mesh, candidate)) {
    // Looked at again when that session ends
    candidate->retry_at = candidate->retry_at > now ? candidate->retry_at : now;
    return end;
  }
  if (now >= candidate->retry_at) {
    candidate->wish = true;
    mesh->wishes    = true;
    return end;
  }
  return jam_time_min(end, candidate->retry_at);
}
