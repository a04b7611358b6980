// SPDX-License-Identifier: MIT
// Sessions beside the present one. A sibling that is being tried is asked to
// let us in once that seems needed, gets the uplink from then on, and takes the
// present node's place when it has answered and let us in. The session before
// stays for a second, so that what is still on its way by the old route is
// heard as well.

#include "session/client_internal.h"

#include <stdio.h>
#include <string.h>

#define OVERLAP_TIME JAM_SECOND

ClientLeg* client_leg_find(SessionClient* const client,
                           const ToastSession   session)
{
  for (unsigned i = 0U; i < MAX_LEGS; ++i) {
    if (session && client->roam.legs[i].session == session) {
      return &client->roam.legs[i];
    }
  }
  return session && client->roam.former.session == session
           ? &client->roam.former
           : NULL;
}

void client_leg_drop(SessionClient* const client,
                     const JamTime        now,
                     ClientLeg* const     leg)
{
  const ToastSession session = leg->session;
  memset(leg, 0, sizeof(*leg));
  toast_close(client->endpoint, now, session);
}

void client_legs_drop(SessionClient* const client, const JamTime now)
{
  for (unsigned i = 0U; i < MAX_LEGS; ++i) {
    client_leg_drop(client, now, &client->roam.legs[i]);
  }
}

static bool is_v4(const uint8_t ip[16])
{
  static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return !memcmp(ip, mapped, sizeof(mapped));
}

// The first address of the kind that is known to work from here, or the first
static ToastAddress choose_address(const SessionClient* const  client,
                                   const SynchubSibling* const sibling)
{
  const ToastAddress* const present =
    toast_peer(client->endpoint, client->session);
  const SynchubAddress* best = &sibling->addresses[0];
  for (unsigned i = sibling->address_count; present && i-- > 0U;) {
    if (is_v4(sibling->addresses[i].ip) == is_v4(present->ip)) {
      best = &sibling->addresses[i];
    }
  }
  ToastAddress out = {.port = best->port};
  memcpy(out.ip, best->ip, sizeof(out.ip));
  return out;
}

// A free place; when there is none, that of the leg tried longest
static ClientLeg* take_place(SessionClient* const client, const JamTime now)
{
  ClientLeg* const legs = client->roam.legs;
  for (unsigned i = 0U; i < MAX_LEGS; ++i) {
    if (!legs[i].session) {
      return &legs[i];
    }
  }
  client_leg_drop(client, now, &legs[0]);
  memmove(&legs[0], &legs[1], (MAX_LEGS - 1U) * sizeof(legs[0]));
  memset(&legs[MAX_LEGS - 1U], 0, sizeof(legs[0]));
  return &legs[MAX_LEGS - 1U];
}

void client_leg_join(SessionClient* const client,
                     const JamTime        now,
                     ClientLeg* const     leg)
{
  if (leg->session && !leg->joined) {
    leg->joined = true;
    client_send_join(client, now, leg->session);
  }
}

JamStatus client_leg_try(SessionClient* const        client,
                         const JamTime               now,
                         const SynchubSibling* const sibling)
{
  const ToastAddress to      = choose_address(client, sibling);
  ClientLeg* const   leg     = take_place(client, now);
  ToastSession       session = 0U;
  const JamStatus    status  = toast_resume(client->endpoint,
                                        now,
                                        &to,
                                        sibling->node,
                                        &client->roam.ticket,
                                        &session);
  if (status == JAM_OK) {
    leg->session = session;
    leg->node    = sibling->node;
    synchub_roster_init(&leg->roster);
  }
  return status;
}

void client_legs_send(SessionClient* const    client,
                      const JamTime           now,
                      const ToastFrame* const frame)
{
  for (unsigned i = 0U; i < MAX_LEGS; ++i) {
    const ClientLeg* const leg = &client->roam.legs[i];
    if (leg->joined) {
      (void)!toast_send(client->endpoint, now, leg->session, frame);
    }
  }
  (void)!toast_send(client->endpoint, now, client->roam.former.session, frame);
}

// Keeps the present session as the former one
static void step_back(SessionClient* const client, const JamTime now)
{
  ClientRoam* const roam = &client->roam;
  client_leg_drop(client, now, &roam->former);
  roam->former.session = client->session;
  roam->former.roster  = client->roster;
  roam->former_until   = now + OVERLAP_TIME;
}

// Makes a sibling's session the present one, once it has let us in
static void
adopt(SessionClient* const client, const JamTime now, ClientLeg* const leg)
{
  ClientRoam* const roam = &client->roam;
  if (!leg->open || !leg->roster.self) {
    return;
  }
  step_back(client, now);
  client->session = leg->session;
  client->roster  = leg->roster;
  if (leg->sibling_count > 0U) {
    client_roam_learn(roam, leg->siblings, leg->sibling_count);
  }
  memset(leg, 0, sizeof(*leg));
  client_legs_drop(client, now);
  client_roam_start(client, now);
  client_midi_start(client, now, true);
  client_remotes_moved(client, now);
  client->next_row   = now;
  client->next_clock = now;
  (void)snprintf(client->message,
                 sizeof(client->message),
                 "Another node has taken over.");
}

void client_leg_opened(SessionClient* const client,
                       const JamTime        now,
                       ClientLeg* const     leg)
{
  leg->open = true;
  adopt(client, now, leg);
}

static void leg_message(SessionClient* const    client,
                        const JamTime           now,
                        ClientLeg* const        leg,
                        const ToastFrame* const frame)
{
  SynchubMessage message;
  if (synchub_message_read((const char*)frame->data, frame->size, &message) !=
      JAM_OK) {
    return;
  }
  if (message.kind == SYNCHUB_REFUSED) {
    client_leg_drop(client, now, leg);
  } else if (message.kind == SYNCHUB_SIBLINGS) {
    leg->sibling_count = message.sibling_count;
    memcpy(leg->siblings, message.siblings, sizeof(leg->siblings));
  } else if (synchub_roster_apply(&leg->roster, &message)) {
    adopt(client, now, leg);
  }
}

void client_leg_frame(SessionClient* const    client,
                      const JamTime           now,
                      ClientLeg* const        leg,
                      const ToastFrame* const frame)
{
  Remote* const remote =
    frame->kind == TOAST_FRAME_MEDIA || frame->kind == TOAST_FRAME_REPAIR
      ? client_remote_of(client, &leg->roster, frame->handle)
      : NULL;
  if (remote) {
    client_media(client, now, remote, false, frame);
  } else if (leg != &client->roam.former) {
    if (frame->kind == TOAST_FRAME_TABLE) {
      (void)synchub_roster_table(&leg->roster,
                                 (const char*)frame->data,
                                 frame->size);
    } else if (frame->kind == TOAST_FRAME_EVENT) {
      leg_message(client, now, leg, frame);
    }
  }
}
