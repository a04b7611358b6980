// SPDX-License-Identifier: MIT
// The other players: who they are, and their streams.

#include "session/client_internal.h"

#include "base/memory.h"
#include "base/seq.h"

#include <math.h>
#include <string.h>

#define LOSS_PERIOD_PACKETS 512U
#define GRACE_TIME (2 * JAM_SECOND) // For people to turn up at another node

Remote* client_remote_find(SessionClient* const client,
                           const SynchubUserId  user)
{
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    Remote* const remote = client->remotes[i];
    if (remote && remote->use == REMOTE_ACTIVE && remote->user == user) {
      return remote;
    }
  }
  return NULL;
}

static bool uid_known(const uint8_t uid[SYNCHUB_UID_SIZE])
{
  static const uint8_t unknown[SYNCHUB_UID_SIZE] = {0};
  return memcmp(uid, unknown, sizeof(unknown)) != 0;
}

Remote* client_remote_by_uid(SessionClient* const client,
                             const uint8_t        uid[SYNCHUB_UID_SIZE])
{
  for (unsigned i = 0U; i < MAX_REMOTES && uid_known(uid); ++i) {
    Remote* const remote = client->remotes[i];
    if (remote && remote->use == REMOTE_ACTIVE &&
        !memcmp(remote->uid, uid, SYNCHUB_UID_SIZE)) {
      return remote;
    }
  }
  return NULL;
}

Remote* client_remote_of(SessionClient* const client,
                         SynchubRoster* const roster,
                         const SynchubUserId  handle)
{
  Remote* const remote =
    roster == &client->roster ? client_remote_find(client, handle) : NULL;
  const SynchubUser* const user =
    remote ? NULL : synchub_roster_user(roster, handle);
  return user ? client_remote_by_uid(client, user->uid) : remote;
}

static bool is_shown(const SessionClient* const client, const SynchubUserId id)
{
  bool shown = id == client->shown_self;
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    const Remote* const remote = client->remotes[i];
    shown |= remote && remote->use == REMOTE_ACTIVE && remote->shown == id;
  }
  return shown;
}

static void release(SessionClient* const client, const unsigned slot)
{
  Remote* const remote = client->remotes[slot];
  if (remote) {
    playout_free(remote->playout);
    midip2p_link_free(remote->midi);
    jam_mem_free(client->allocator, remote);
    client->remotes[slot] = NULL;
  }
}

static bool remote_init(SessionClient* const     client,
                        Remote* const            remote,
                        const SynchubUser* const user)
{
  // Its number here, unless someone brought that one along from another node
  SynchubUserId shown = user->id;
  while (is_shown(client, shown) || shown == 0U) {
    --shown;
  }
  remote->use     = REMOTE_ACTIVE;
  remote->user    = user->id;
  remote->shown   = shown;
  remote->profile = user->profile;
  memcpy(remote->uid, user->uid, sizeof(remote->uid));
  remote->gain   = 1.0f;
  remote->format = (JellieFormat){user->profile.rate_hz,
                                  user->profile.frames,
                                  user->profile.bits,
                                  4U,
                                  0U,
                                  0U};
  pntbtr_bands_init(&remote->bands, user->profile.rate_hz);
  remote->foreign =
    user->profile.tables && user->profile.tables != jellie_table_checksum();
  playout_delay_init(&remote->delay, client->config.mode, 0.0);
  uint32_t epoch = 0U;
  memcpy(&epoch, client->config.seed + 4, sizeof(epoch));
  const PlayoutConfig config = {client->format.rate_hz,
                                remote->format.rate_hz,
                                client->config.dsp};
  remote->tick_due           = JAM_NEVER;
  return jellie_format_valid(&remote->format) &&
         playout_new(client->allocator, &config, &remote->playout) == JAM_OK &&
         midip2p_link_new(client->allocator, epoch + user->id, &remote->midi) ==
           JAM_OK;
}

static void add(SessionClient* const client, const SynchubUser* const user)
{
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    if (client->remotes[i]) {
      continue;
    }
    Remote* const remote =
      (Remote*)jam_mem_new(client->allocator, sizeof(Remote));
    client->remotes[i] = remote;
    if (!remote || !remote_init(client, remote, user)) {
      release(client, i); // Shown in the roster, but not heard
      return;
    }
    const RtCommand command =
      {RT_ADD, i, remote->playout, remote->gain, 0.0f, false};
    client_rt_send(client, &command);
    return;
  }
}

static void
dismiss(SessionClient* const client, const unsigned slot, const JamTime now)
{
  Remote* const remote = client->remotes[slot];
  midip2p_link_release(remote->midi, 0);
  client_midi_deliver(client, now, remote);
  remote->use             = REMOTE_LEAVING;
  const RtCommand command = {RT_REMOVE, slot, NULL, 0.0f, 0.0f, false};
  client_rt_send(client, &command);
  if (client->fitting && client->fit_slot == slot) {
    client->fitting = false;
  }
}

static bool same_profile(const SynchubProfile* const a,
                         const SynchubProfile* const b)
{
  return a->rate_hz == b->rate_hz && a->bits == b->bits &&
         a->frames == b->frames && a->tables == b->tables;
}

// The same person under another number: after a move of ours or of theirs
static bool find_again(SessionClient* const client, Remote* const remote)
{
  for (unsigned i = 0U; i < client->roster.count; ++i) {
    const SynchubUser* const user = &client->roster.users[i];
    if (uid_known(user->uid) &&
        !memcmp(user->uid, remote->uid, SYNCHUB_UID_SIZE) &&
        same_profile(&user->profile, &remote->profile)) {
      remote->user           = user->id;
      remote->handover       = true;
      remote->handover_until = 0;
      return true;
    }
  }
  return false;
}

void client_remotes_update(SessionClient* const client, const JamTime now)
{
  const bool grace = now < client->roam.grace_until;
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    Remote* const remote = client->remotes[i];
    if (!remote || remote->use != REMOTE_ACTIVE) {
      continue;
    }
    const bool here =
      remote->user && synchub_roster_user(&client->roster, remote->user);
    if (here || find_again(client, remote)) {
      continue;
    }
    remote->user = 0U;
    if (!grace || !uid_known(remote->uid)) {
      dismiss(client, i, now);
    }
  }
  for (unsigned i = 0U; i < client->roster.count; ++i) {
    const SynchubUser* const user = &client->roster.users[i];
    if (client->roster.self && user->id != client->roster.self &&
        !client_remote_of(client, &client->roster, user->id)) {
      add(client, user);
    }
  }
}

void client_remotes_moved(SessionClient* const client, const JamTime now)
{
  client->roam.grace_until = now + GRACE_TIME;
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    if (client->remotes[i]) {
      client->remotes[i]->user = 0U; // Numbers of another node
    }
  }
  client_remotes_update(client, now);
}

void client_remotes_clear(SessionClient* const client, const JamTime now)
{
  client->roam.grace_until = 0;
  synchub_roster_init(&client->roster);
  client_remotes_update(client, now);
  client->shown_self = 0U;
}

void client_remotes_reap(SessionClient* const client)
{
  uint32_t slot = 0U;
  while (jam_ring_read(&client->rt_returns, &slot, sizeof(slot))) {
    release(client, slot);
  }
}

static void count_loss(Remote* const remote)
{
  const uint64_t packets = remote->packets - remote->loss_packets;
  if (packets < LOSS_PERIOD_PACKETS) {
    return;
  }
  const double expected =
    (double)(remote->newest - remote->loss_position) / remote->format.frames;
  remote->loss         = fmin(fmax(1.0 - (double)packets / expected, 0.0), 1.0);
  remote->loss_packets = remote->packets;
  remote->loss_position = remote->newest;
}

static bool same_stream(const JellieFormat* const a,
                        const JellieFormat* const b)
{
  return a->rate_hz == b->rate_hz && a->frames == b->frames &&
         a->bits == b->bits;
}

// During a move the same blocks come by two ways. Notes this one; a copy only
// tells how much longer the way takes that will soon be the only one.
static bool came_before(Remote* const remote,
                        const JamTime now,
                        const bool    present,
                        const int64_t counter)
{
  SeenBlock* const place = &remote->seen[(uint64_t)counter % SEEN_BLOCKS];
  if (place->counter != counter + 1) {
    place->counter = counter + 1;
    place->at      = now;
    return false;
  }
  if (present && remote->delay.started) {
    playout_delay_add(&remote->delay,
                      now,
                      remote->delay.least_us +
                        (double)(now - place->at) * 1e-3);
  }
  return true;
}

static void hear(SessionClient* const     client,
                 Remote* const            remote,
                 const JamTime            now,
                 const bool               present,
                 const JellieBlock* const block)
{
  const unsigned frames = remote->format.frames;
  const int64_t  near   = remote->newest / frames;
  const int64_t  counter =
    remote->heard
       ? jam_seq_unwrap(near, block->counter, JELLIE_COUNTER_BITS)
       : (int64_t)block->counter + (INT64_C(1) << JELLIE_COUNTER_BITS);
  const int64_t position = counter * frames;

  if (came_before(remote, now, present, counter)) {
    return;
  }
  float samples[JELLIE_MAX_FRAMES];
  if (client->config.dsp) {
    jellie_to_float(block->samples, block->format.bits, samples, block->frames);
    if (remote->heard && position > remote->newest) {
      pntbtr_history_guess(&remote->history,
                           &remote->bands,
                           &remote->model,
                           remote->newest,
                           position);
    }
    pntbtr_history_add(&remote->history, position, samples, frames);
  }
  if (!playout_push(remote->playout,
                    position,
                    client->config.dsp ? samples : NULL,
                    frames)) {
    ++remote->overflow;
  }
  if (!remote->heard || position + frames > remote->newest) {
    remote->newest = position + frames;
  }
  if (!remote->heard) {
    remote->first         = position;
    remote->loss_position = remote->newest;
    remote->loss_packets  = 1U;
    remote->heard         = true;
  }
  ++remote->packets;
  remote->last_packet = now;
  count_loss(remote);
}

void client_media(SessionClient* const    client,
                  const JamTime           now,
                  Remote* const           remote,
                  const bool              present,
                  const ToastFrame* const frame)
{
  JellieBlock       block;
  const char* const text   = (const char*)frame->data;
  const JamStatus   status = client->config.dsp
                               ? jellie_decode(text, frame->size, &block)
                               : jellie_peek(text, frame->size, &block);
  remote->bytes += frame->size;
  if (status != JAM_OK || block.division != 1U || remote->foreign ||
      !same_stream(&block.format, &remote->format)) {
    ++remote->refused;
    return;
  }
  hear(client, remote, now, present, &block);
}
