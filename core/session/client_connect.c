// SPDX-License-Identifier: MIT
// How a client gets into a room, and back into it.

#include "session/client_internal.h"

#include <stdio.h>
#include <string.h>

#define RETRY_PERIOD (500 * JAM_MS)
#define OTHER_VERSION                                                          \
  "The node speaks another version of JAMNet. Update the older one."

static void set_state(SessionClient* const client,
                      const JamState       state,
                      const char* const    message)
{
  client->state = state;
  (void)snprintf(client->message, sizeof(client->message), "%s", message);
}

void client_send_join(SessionClient* const client,
                      const JamTime        now,
                      const ToastSession   to)
{
  SynchubMessage join = {.kind = SYNCHUB_JOIN};
  memcpy(join.room, client->room_id, sizeof(join.room));
  join.profile = client->config.profile;
  session_message_send(client->endpoint, now, to, &join);
}

// All nodes of a cluster have one key: an invite to one opens them all
static unsigned list_addresses(const SessionClient* const client,
                               ToastAddress               out[MAX_DIALS])
{
  unsigned count = client->address_count;
  memcpy(out, client->addresses, count * sizeof(out[0]));
  for (unsigned i = 0U; i < client->roam.known_count; ++i) {
    const SynchubSibling* const sibling = &client->roam.siblings[i];
    if (count < MAX_DIALS && sibling->address_count > 0U) {
      memcpy(out[count].ip, sibling->addresses[0].ip, sizeof(out[count].ip));
      out[count].port = sibling->addresses[0].port;
      ++count;
    }
  }
  return count;
}

static bool dial(SessionClient* const client, const JamTime now)
{
  ToastAddress   addresses[MAX_DIALS];
  const unsigned count = list_addresses(client, addresses);
  bool           any   = false;
  for (unsigned i = 0U; i < count; ++i) {
    client->dialled[i] = 0U;
    any |= toast_connect(client->endpoint,
                         now,
                         &addresses[i],
                         client->node_key,
                         &client->dialled[i]) == JAM_OK;
  }
  return any;
}

static void hang_up_others(SessionClient* const client, const JamTime now)
{
  for (unsigned i = 0U; i < MAX_DIALS; ++i) {
    const ToastSession other = client->dialled[i];
    client->dialled[i]       = 0U;
    if (other && other != client->session) {
      toast_close(client->endpoint, now, other);
    }
  }
}

JamStatus session_client_join(SessionClient* const      client,
                              const JamTime             now,
                              const ToastAddress* const addresses,
                              const unsigned            count,
                              const uint8_t node_key[TOAST_KEY_SIZE],
                              const uint8_t room_id[SYNCHUB_ROOM_SIZE])
{
  if (client->state != JAM_STATE_IDLE && client->state != JAM_STATE_FAILED) {
    return JAM_ERR_STATE;
  }
  if (count < 1U || count > SESSION_MAX_ADDRESSES) {
    return JAM_ERR_ARGUMENT;
  }
  memcpy(client->addresses, addresses, count * sizeof(addresses[0]));
  memcpy(client->node_key, node_key, TOAST_KEY_SIZE);
  memcpy(client->room_id, room_id, SYNCHUB_ROOM_SIZE);
  client->address_count = count;
  client->wrong_key     = false;
  client->wrong_version = false;
  memset(&client->roam, 0, sizeof(client->roam));
  client->next_view = now;
  set_state(client, JAM_STATE_CONNECTING, "Looking for the node.");
  if (!dial(client, now)) {
    set_state(client,
              JAM_STATE_FAILED,
              "This invite does not hold a usable key. Ask for a new one.");
    return JAM_ERR_CRYPTO;
  }
  return JAM_OK;
}

void session_client_leave(SessionClient* const client, const JamTime now)
{
  client_roam_stop(client, now);
  if (client->session) {
    const SynchubMessage leave   = {.kind = SYNCHUB_LEAVE};
    const ToastSession   session = client->session;
    session_message_send(client->endpoint, now, session, &leave);
    client->session = 0U;
    toast_close(client->endpoint, now, session);
  }
  hang_up_others(client, now);
  client_remotes_clear(client, now);
  client_transport_stop(client);
  memset(&client->roam, 0, sizeof(client->roam)); // Its ticket is secret
  client->retry_at  = JAM_NEVER;
  client->next_view = now;
  set_state(client, JAM_STATE_IDLE, "");
}

void client_connect_opened(SessionClient* const client,
                           const JamTime        now,
                           const ToastSession   session)
{
  if (client->session || client->state == JAM_STATE_IDLE) {
    toast_close(client->endpoint, now, session); // A slower address
    return;
  }
  client->session = session;
  hang_up_others(client, now);
  client_transport_stop(client); // The node says what it is now
  client_midi_start(client, now, false);
  client_send_join(client, now, session);
  client_roam_start(client, now);
  client->roam.has_ticket = false; // It was another identity's
  client->next_row        = now + JAM_SECOND / 4;
  client->next_clock      = now;
}

static void give_up(SessionClient* const client)
{
  set_state(client,
            JAM_STATE_FAILED,
            client->wrong_version ? OTHER_VERSION
            : client->wrong_key
              ? "The node at that address is not the one of this invite. Ask "
                "for a new one."
              : "No answer from the node. Is it running, is its UDP port open "
                "to you, and is this its newest invite?");
}

void client_connect_closed(SessionClient* const    client,
                           const JamTime           now,
                           const ToastEvent* const event)
{
  if (event->session != client->session) {
    bool waiting = false;
    for (unsigned i = 0U; i < MAX_DIALS; ++i) {
      if (client->dialled[i] == event->session) {
        client->dialled[i] = 0U;
        client->wrong_key |= event->reason == TOAST_REASON_WRONG_KEY;
        client->wrong_version |= event->reason == TOAST_REASON_VERSION;
      }
      waiting |= client->dialled[i] != 0U;
    }
    if (waiting || client->session) {
      return;
    }
    if (client->state == JAM_STATE_CONNECTING) {
      give_up(client);
    } else if (client->state == JAM_STATE_RECONNECTING) {
      client->retry_at = now + RETRY_PERIOD;
    }
    return;
  }
  client->session = 0U;
  if (!client_roam_lost(client, now)) {
    client_session_lost(client,
                        now,
                        event->reason == TOAST_REASON_PEER
                          ? "The node closed the room. Trying to come back."
                          : "Reconnecting. The node stopped answering.");
  }
}

void client_session_lost(SessionClient* const client,
                         const JamTime        now,
                         const char* const    message)
{
  client_roam_stop(client, now);
  client_remotes_clear(client, now);
  client->retry_at = now + RETRY_PERIOD;
  set_state(client, JAM_STATE_RECONNECTING, message);
}

void client_connect_tick(SessionClient* const client, const JamTime now)
{
  if (now >= client->retry_at) {
    client->retry_at = dial(client, now) ? JAM_NEVER : now + RETRY_PERIOD;
  }
}

static void welcome(SessionClient* const client)
{
  const unsigned others = client->roster.count ? client->roster.count - 1U : 0U;
  char           text[JAM_TEXT_SIZE] = "You are the first in the room.";
  if (others > 0U) {
    (void)snprintf(text,
                   sizeof(text),
                   "%u other%s in the room.",
                   others,
                   others == 1U ? "" : "s");
  }
  set_state(client, JAM_STATE_JOINED, text);
}

static void refused(SessionClient* const client,
                    const JamTime        now,
                    const char* const    reason)
{
  const ToastSession session = client->session;
  client->session            = 0U;
  toast_close(client->endpoint, now, session);
  client_roam_stop(client, now);
  client_remotes_clear(client, now);
  set_state(client, JAM_STATE_FAILED, reason);
}

static void room_message(SessionClient* const        client,
                         const JamTime               now,
                         const SynchubMessage* const message)
{
  const SynchubUserId before = client->roster.self;
  if (!synchub_roster_apply(&client->roster, message)) {
    return;
  }
  client_remotes_update(client, now);
  if (client->roster.self) {
    client->shown_self =
      client->shown_self ? client->shown_self : client->roster.self;
    welcome(client);
  } else if (before) {
    client_roam_dropped(client, now);
  }
}

void client_message(SessionClient* const    client,
                    const JamTime           now,
                    const ToastFrame* const frame)
{
  SynchubMessage message;
  if (synchub_message_read((const char*)frame->data, frame->size, &message) !=
      JAM_OK) {
    return;
  }
  ClientRoam* const roam = &client->roam;
  switch (message.kind) {
  case SYNCHUB_REFUSED:
    refused(client, now, message.reason);
    break;
  case SYNCHUB_SIBLINGS:
    client_roam_learn(roam, message.siblings, message.sibling_count);
    break;
  case SYNCHUB_MOVE:
    roam->asked = true;
    break;
  case SYNCHUB_TRANSPORT:
  case SYNCHUB_RULER:
    client_transport_message(client, &message);
    break;
  default:
    room_message(client, now, &message);
    break;
  }
}

void client_send_row(SessionClient* const client, const JamTime now)
{
  SynchubUser own = {.id = client->roster.self};
  ToastClock  clock;
  if (!own.id || !toast_clock(client->endpoint, client->session, &clock)) {
    return;
  }
  ToastStats stats;
  if (toast_stats(client->endpoint, client->session, &stats)) {
    own.row.jitter = stats.jitter;
    own.row.rtt    = stats.rtt;
    own.row.loss   = stats.peer_loss;
    if (client->midi) {
      midip2p_set_loss(client->midi, stats.peer_loss);
    }
  }
  const PlayoutDll* const dll = &client->report.dll;
  if (clock.valid && dll->started) {
    SynchubMap* const map      = &own.row.map;
    const int64_t     position = (int64_t)playout_dll_position(dll, now);
    const double      rate     = 1e9 / dll->period;
    map->valid                 = true;
    map->position              = position;
    map->time  = toast_clock_to_peer(&clock, playout_dll_time(dll, position));
    map->skew  = rate / (client->format.rate_hz * (1.0 + clock.skew)) - 1.0;
    map->error = clock.error;
    map->skew_error = clock.skew_error;
  }
  char                     text[256];
  const SynchubUser* const rows[] = {&own};
  size_t                   count  = 0U;
  const ToastFrame         frame  = {
             TOAST_FRAME_TABLE,
             0U,
             0U,
             (const uint8_t*)text,
             synchub_table_write(rows, 1U, text, sizeof(text), &count)};
  if (count == 1U) {
    (void)!toast_send(client->endpoint, now, client->session, &frame);
  }
}
