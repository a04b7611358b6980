// SPDX-License-Identifier: MIT
// When to go on at a sibling of the node.
//
// A node answers media with feedback every 20 ms and sends what others play at
// every block, so a silence of 80 ms, or twice the fourth longest of the last
// few seconds, means trouble. A false alarm costs little: the present session
// stays as it is while a sibling is tried, and if it is heard again before the
// sibling has taken over, that is called off. For the first 30 ms the sibling
// is not even asked to let us in, so that nobody else notices. After two false
// alarms in ten seconds the third is not called off.

#include "session/client_internal.h"

#include "base/time.h"

#include <string.h>

#define PATIENCE (80 * JAM_MS)
#define IDLE_PATIENCE (1200 * JAM_MS) // Nothing is sent that must be answered
#define MOST_PATIENCE (1500 * JAM_MS)
#define JOIN_WAIT (30 * JAM_MS)
#define UPLINK_GAP (50 * JAM_MS)
#define GAPS_TIME (4 * JAM_SECOND)
#define SETTLE_TIME JAM_SECOND
#define STALL_TIME (40 * JAM_MS) // Ticks come every 16 ms
#define STALL_GRACE (20 * JAM_MS)
#define TRY_GAP (250 * JAM_MS)
#define ROUND_GAP JAM_SECOND
#define SEARCH_TIME (4 * JAM_SECOND) // Without any session
#define RETURN_GAP (500 * JAM_MS)
#define ALARM_TIME (10 * JAM_SECOND)

void client_roam_start(SessionClient* const client, const JamTime now)
{
  ClientRoam* const roam = &client->roam;
  roam->settled_at       = now + SETTLE_TIME;
  roam->heard_at         = now;
  roam->gaps_since       = now;
  roam->asked            = false;
  roam->searching        = false;
  roam->moving           = false;
  memset(roam->gaps, 0, sizeof(roam->gaps));
}

void client_roam_stop(SessionClient* const client, const JamTime now)
{
  ClientRoam* const roam = &client->roam;
  roam->asked            = false;
  roam->searching        = false;
  client_legs_drop(client, now);
  client_leg_drop(client, now, &roam->former);
}

static bool can_roam(const SessionClient* const client)
{
  return client->state == JAM_STATE_JOINED && client->roam.has_ticket &&
         client->roam.sibling_count > 0U;
}

static void insert_gap(JamTime longest[ROAM_GAPS], JamTime gap)
{
  for (unsigned i = 0U; i < ROAM_GAPS; ++i) {
    if (gap > longest[i]) {
      const JamTime shorter = longest[i];
      longest[i]            = gap;
      gap                   = shorter;
    }
  }
}

static void note_gap(ClientRoam* const roam, const JamTime now)
{
  if (now - roam->gaps_since >= GAPS_TIME) {
    memcpy(roam->gaps[1], roam->gaps[0], sizeof(roam->gaps[1]));
    memset(roam->gaps[0], 0, sizeof(roam->gaps[0]));
    roam->gaps_since = now;
  }
  insert_gap(roam->gaps[0], now - roam->heard_at);
}

// How long the present node may be silent
static JamTime patience(const ClientRoam* const roam, const JamTime now)
{
  JamTime longest[ROAM_GAPS];
  memcpy(longest, roam->gaps[0], sizeof(longest));
  for (unsigned i = 0U; i < ROAM_GAPS; ++i) {
    insert_gap(longest, roam->gaps[1][i]);
  }
  const JamTime least =
    now - roam->uplink_at < UPLINK_GAP ? PATIENCE : IDLE_PATIENCE;
  const JamTime usual = 2 * longest[ROAM_GAPS - 1U];
  return jam_time_min(usual > least ? usual : least, MOST_PATIENCE);
}

static void
search(SessionClient* const client, const JamTime now, const bool move)
{
  ClientRoam* const roam = &client->roam;
  if (!roam->searching) {
    roam->searching       = true;
    roam->searching_since = now;
    roam->next_try        = now;
    roam->tried           = 0U;
  }
  const JamTime before = roam->false_alarms[1];
  roam->moving |= move || (before != 0 && now - before < ALARM_TIME);
}

static void call_off(SessionClient* const client, const JamTime now)
{
  ClientRoam* const roam = &client->roam;
  roam->searching        = false;
  roam->false_alarms[1]  = roam->false_alarms[0];
  roam->false_alarms[0]  = now;
  client_legs_drop(client, now);
}

void client_roam_heard(SessionClient* const client, const JamTime now)
{
  ClientRoam* const roam = &client->roam;
  if (toast_heard(client->endpoint, client->session) != now ||
      roam->heard_at == now) {
    return;
  }
  note_gap(roam, now);
  roam->heard_at = now;
  if (roam->searching && !roam->moving) {
    call_off(client, now);
  }
}

void client_roam_dropped(SessionClient* const client, const JamTime now)
{
  client->roam.moving |= client->roam.searching; // A sibling has us already
  client->roam.return_at = now;
}

static bool any_leg(const ClientRoam* const roam)
{
  bool any = false;
  for (unsigned i = 0U; i < MAX_LEGS; ++i) {
    any |= roam->legs[i].session != 0U;
  }
  return any;
}

// A sibling that was tried in vain has told our node that we moved there. To be
// had back takes a higher epoch, so we resume where we are.
static void come_back(SessionClient* const client, const JamTime now)
{
  ClientRoam* const         roam = &client->roam;
  const ToastAddress* const address =
    toast_peer(client->endpoint, client->session);
  if (client->roster.self || roam->searching || any_leg(roam) || !address ||
      now < roam->return_at) {
    return;
  }
  SynchubSibling own = {.node =
                          toast_peer_node(client->endpoint, client->session),
                        .address_count = 1U};
  memcpy(own.addresses[0].ip, address->ip, sizeof(address->ip));
  own.addresses[0].port = address->port;
  roam->return_at       = now + RETURN_GAP;
  if (!roam->has_ticket || client_leg_try(client, now, &own) != JAM_OK) {
    client_send_join(client, now, client->session);
  }
  for (unsigned i = 0U; i < MAX_LEGS; ++i) {
    client_leg_join(client, now, &roam->legs[i]);
  }
}

bool client_roam_lost(SessionClient* const client, const JamTime now)
{
  if (!can_roam(client)) {
    return false;
  }
  search(client, now, true);
  return now - client->roam.searching_since < SEARCH_TIME;
}

static bool is_tried(const ClientRoam* const roam, const uint16_t node)
{
  bool tried = false;
  for (unsigned i = 0U; i < MAX_LEGS; ++i) {
    tried |= roam->legs[i].session && roam->legs[i].node == node;
  }
  return tried;
}

// A node that has lost touch with its siblings names none. Those it named
// before may well be there for us, if it goes too.
void client_roam_learn(ClientRoam* const           roam,
                       const SynchubSibling* const siblings,
                       const unsigned              count)
{
  roam->sibling_count = count;
  if (count > 0U) {
    roam->known_count = count;
    memcpy(roam->siblings, siblings, sizeof(roam->siblings));
  }
}

// The next sibling in order that is not being tried already
static void try_next(SessionClient* const client, const JamTime now)
{
  ClientRoam* const roam = &client->roam;
  roam->next_try =
    now + (roam->tried < roam->sibling_count ? TRY_GAP : ROUND_GAP);
  for (unsigned i = 0U; i < roam->sibling_count; ++i) {
    const SynchubSibling* const sibling =
      &roam->siblings[roam->tried++ % roam->sibling_count];
    if (sibling->address_count > 0U && !is_tried(roam, sibling->node)) {
      if (client_leg_try(client, now, sibling) == JAM_ERR_STATE) {
        roam->has_ticket = false; // Out of date: it cannot be long now
      }
      return;
    }
  }
}

// Asks those that are being tried to let us in, when it is time
static void join_legs(SessionClient* const client, const JamTime now)
{
  ClientRoam* const roam = &client->roam;
  if (roam->moving || now - roam->searching_since >= JOIN_WAIT) {
    for (unsigned i = 0U; i < MAX_LEGS; ++i) {
      client_leg_join(client, now, &roam->legs[i]);
    }
  }
}

static void watch(SessionClient* const client, const JamTime now)
{
  ClientRoam* const roam    = &client->roam;
  const bool        stalled = now - roam->ticked_at > STALL_TIME;
  roam->ticked_at           = now;
  if (stalled && roam->settled_at < now + STALL_GRACE) {
    roam->settled_at = now + STALL_GRACE; // What has come may not be read yet
  }
  if (!can_roam(client)) {
    roam->searching = false;
    return;
  }
  if (roam->asked) {
    search(client, now, true);
  } else if (!roam->searching && now >= roam->settled_at &&
             now - roam->heard_at > patience(roam, now)) {
    search(client, now, false);
  }
  if (roam->searching && now >= roam->next_try) {
    try_next(client, now);
  }
  if (roam->searching) {
    join_legs(client, now);
  }
}

void client_roam_tick(SessionClient* const client, const JamTime now)
{
  ClientRoam* const roam = &client->roam;
  ToastTicket       ticket;
  if (client->state == JAM_STATE_JOINED &&
      toast_ticket(client->endpoint, client->session, &ticket)) {
    roam->ticket     = ticket;
    roam->has_ticket = true;
  }
  watch(client, now);
  if (client->state == JAM_STATE_JOINED) {
    come_back(client, now);
  }
  if (roam->former.session && now >= roam->former_until) {
    client_leg_drop(client, now, &roam->former);
  }
  if (roam->grace_until != 0 && now >= roam->grace_until) {
    roam->grace_until = 0;
    client_remotes_update(client, now); // Who has not turned up has left
  }
  if (client->state == JAM_STATE_JOINED && !client->session &&
      (!roam->searching || now - roam->searching_since >= SEARCH_TIME)) {
    client_session_lost(client,
                        now,
                        "Reconnecting. No other node has taken over.");
  }
}

JamTime client_roam_deadline(const SessionClient* const client)
{
  const ClientRoam* const roam = &client->roam;
  JamTime due = roam->former.session ? roam->former_until : JAM_NEVER;
  if (roam->grace_until != 0) {
    due = jam_time_min(due, roam->grace_until);
  }
  for (unsigned i = 0U; roam->searching && i < MAX_LEGS; ++i) {
    if (roam->legs[i].session && !roam->legs[i].joined) {
      due = jam_time_min(due, roam->searching_since + JOIN_WAIT);
    }
  }
  return roam->searching ? jam_time_min(due, roam->next_try) : due;
}
