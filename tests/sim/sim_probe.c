// SPDX-License-Identifier: MIT
// Behind the contract of the client engine.

#include "sim/sim_probe.h"

#include "session/client_internal.h"
#include "session/node_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WHOLE 1e-4 // Rounding of positions in doubles is far below

int64_t sim_probe_position(const SessionClient* const client)
{
  return client->rt.report.next_position;
}

const ToastAddress* sim_probe_home(const SessionClient* const client)
{
  return toast_peer(client->endpoint, client->session);
}

static int compare_uids(const void* const a, const void* const b)
{
  return memcmp(a, b, SYNCHUB_UID_SIZE);
}

unsigned sim_probe_uids(const SessionClient* const client,
                        uint8_t out[SYNCHUB_MAX_MEMBERS][SYNCHUB_UID_SIZE])
{
  const SynchubRoster* const roster = &client->roster;
  for (unsigned i = 0U; i < roster->count; ++i) {
    memcpy(out[i], roster->users[i].uid, SYNCHUB_UID_SIZE);
  }
  qsort(out, roster->count, SYNCHUB_UID_SIZE, compare_uids);
  return roster->count;
}

void sim_probe_node(const SessionNode* const node, SimNodeProbe* const out)
{
  JamNodeView view;
  session_node_view(node, &view);
  memset(out, 0, sizeof(*out));
  out->media_in      = node->media_in;
  out->to_siblings   = node->media_to_siblings;
  out->from_siblings = node->media_from_siblings;
  out->unwanted      = node->media_void;
  out->to_users      = node->media_to_users;
  out->here          = view.users;
  out->rooms         = view.rooms;
  out->siblings      = view.siblings;
  for (unsigned i = 0U; i < node->max_remotes; ++i) {
    out->elsewhere += node->users[node->config.max_users + i].id ? 1U : 0U;
  }
}

// A stay begins with a packet; going on at another node does not end it
static uint64_t life_of(const Remote* const remote)
{
  return (uint64_t)remote->first << 16U | remote->shown;
}

const char* sim_probe_user(SessionClient* const client,
                           const uint16_t       user,
                           uint64_t* const      life)
{
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    const Remote* const remote = client->remotes[i];
    if (remote && remote->use == REMOTE_ACTIVE && remote->shown == user) {
      *life = life_of(remote);
      return remote->profile.name;
    }
  }
  return NULL;
}

static void look(const SessionClient* const client,
                 const Remote* const        remote,
                 SimProbe* const            out)
{
  const PlayoutClock* const clock = &remote->clock;
  out->life                       = life_of(remote);
  out->heard                      = remote->heard;
  out->newest                     = remote->newest;
  out->packets                    = remote->packets;
  out->bytes                      = remote->bytes;
  out->packet_frames              = remote->format.frames;
  playout_report(remote->playout, &out->report);

  const int64_t since =
    client->rt.report.next_position - clock->device_position;
  const double position = clock->stream_position +
                          (double)since * clock->ratio -
                          out->report.delay_frames - remote->turn;
  // LOCKED reads whole samples
  out->read_position = fabs(position - rint(position)) < WHOLE &&
                           out->report.state == PLAYOUT_LOCKED
                         ? rint(position)
                         : position;
}

unsigned sim_probe(SessionClient* const client,
                   SimProbe             out[SYNCHUB_MAX_MEMBERS])
{
  unsigned count = 0U;
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    const Remote* const remote = client->remotes[i];
    if (!remote || remote->use != REMOTE_ACTIVE) {
      continue;
    }
    out[count].name = remote->profile.name;
    look(client, remote, &out[count++]);
  }
  return count;
}
