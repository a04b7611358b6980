// SPDX-License-Identifier: MIT
// The other players: their streams, clocks, delays and predictors.

#include "session/client_internal.h"

#include "base/memory.h"
#include "base/seq.h"

#include <math.h>
#include <string.h>

#define LOSS_PERIOD_PACKETS 512U

#define CLOCK_STEP_SECONDS 3e-4 // More than a settled estimate moves by itself
#define CLOCK_HOLD (100 * JAM_MS)
#define CLOCK_LAG (150 * JAM_MS) // So much later a gap shows, at most
#define CLOCK_ECHO (60 * JAM_MS) // Until arrivals come measured on a new clock
#define CLOCK_YOUNG (2 * JAM_SECOND) // Still being found: every step is taken

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
  remote->use    = REMOTE_ACTIVE;
  remote->user   = user->id;
  remote->gain   = 1.0f;
  remote->format = (JellieFormat){user->profile.rate_hz,
                                  user->profile.frames,
                                  user->profile.bits,
                                  4U,
                                  0U};
  playout_delay_init(&remote->delay, client->config.mode, 0.0);
  uint32_t epoch = 0U;
  memcpy(&epoch, client->config.seed + 4, sizeof(epoch));
  const PlayoutConfig config = {client->format.rate_hz,
                                remote->format.rate_hz,
                                client->config.dsp};
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

void client_remotes_update(SessionClient* const client, const JamTime now)
{
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    const Remote* const remote = client->remotes[i];
    if (remote && remote->use == REMOTE_ACTIVE &&
        !synchub_roster_user(&client->roster, remote->user)) {
      dismiss(client, i, now);
    }
  }
  for (unsigned i = 0U; i < client->roster.count; ++i) {
    const SynchubUser* const user = &client->roster.users[i];
    if (client->roster.self && user->id != client->roster.self &&
        !client_remote_find(client, user->id)) {
      add(client, user);
    }
  }
}

void client_remotes_clear(SessionClient* const client, const JamTime now)
{
  synchub_roster_init(&client->roster);
  client_remotes_update(client, now);
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

static void hear(SessionClient* const     client,
                 Remote* const            remote,
                 const JamTime            now,
                 const JellieBlock* const block)
{
  const unsigned frames = remote->format.frames;
  const int64_t  near   = remote->newest / frames;
  const int64_t  counter =
    remote->heard
       ? jam_seq_unwrap(near, block->counter, JELLIE_COUNTER_BITS)
       : (int64_t)block->counter + (INT64_C(1) << JELLIE_COUNTER_BITS);
  const int64_t position = counter * frames;

  float samples[JELLIE_MAX_FRAMES];
  if (client->config.dsp) {
    jellie_to_float(block->samples, block->format.bits, samples, block->frames);
    if (remote->heard && position > remote->newest) {
      client_history_guess(remote, remote->newest, position);
    }
    client_history_add(remote, position, samples, frames);
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
                  const ToastFrame* const frame)
{
  Remote* const remote = client_remote_find(client, frame->handle);
  if (!remote) {
    return;
  }
  JellieBlock       block;
  const char* const text   = (const char*)frame->data;
  const JamStatus   status = client->config.dsp
                               ? jellie_decode(text, frame->size, &block)
                               : jellie_peek(text, frame->size, &block);
  remote->bytes += frame->size;
  if (status != JAM_OK || block.division != 1U ||
      !same_stream(&block.format, &remote->format)) {
    ++remote->refused;
    return;
  }
  hear(client, remote, now, &block);
}

bool client_session_time(const SessionClient* const client,
                         const JamTime              own,
                         JamTime* const             out)
{
  ToastClock clock;
  if (!toast_clock(client->endpoint, client->session, &clock) || !clock.valid) {
    return false;
  }
  *out = toast_clock_to_peer(&clock, own);
  return true;
}

// Where the clock used so far says the stream is at a device position
static double extrapolate(const PlayoutClock* const clock, const int64_t at)
{
  return clock->stream_position +
         (double)(at - clock->device_position) * clock->ratio;
}

// A gap in somebody's sound device shows in the clocks one after the other,
// within the hold time; what then still differs is real. Until then the clock
// used so far goes on, so that a gap all devices share is not heard at all, and
// nothing is learnt of delays.
static void use_clock(const SessionClient* const client,
                      Remote* const              remote,
                      const JamTime              now,
                      const PlayoutClock* const  news)
{
  PlayoutClock* const clock    = &remote->clock;
  const int64_t       here     = news->device_position;
  const double        expected = extrapolate(clock, here);
  const double        step     = fabs(news->stream_position - expected);
  const bool          moved =
    clock->valid && step > CLOCK_STEP_SECONDS * remote->format.rate_hz;
  const bool young = now - remote->clock_since <= CLOCK_YOUNG;
  if (!moved) {
    remote->moved_since = now;
  } else if (!young) {
    if (now >= remote->trusted_at) {
      playout_delay_forget(&remote->delay, now, now - CLOCK_LAG);
    }
    remote->trusted_at = now + CLOCK_ECHO;
  } else {
    playout_delay_init(&remote->delay, client->config.mode, 0.0);
  }
  if (moved && !young && now - remote->moved_since < CLOCK_HOLD) {
    clock->stream_position = expected;
    clock->device_position = here;
  } else {
    remote->clock_since = clock->valid ? remote->clock_since : now;
    remote->moved_since = now;
    *clock              = *news;
  }
  playout_set_clock(remote->playout, clock);
}

static void compose_clock(const SessionClient* const client,
                          const ToastClock* const    session,
                          const SynchubMap* const    map,
                          Remote* const              remote,
                          const JamTime              now)
{
  const PlayoutDll* const dll  = &client->report.dll;
  const double            rate = remote->format.rate_hz;
  PlayoutClock            news = {0};
  const int64_t           here = (int64_t)playout_dll_position(dll, now);
  const JamTime           time =
    toast_clock_to_peer(session, playout_dll_time(dll, here));

  // The 26-bit counter gives positions up to a multiple of its cycle; the
  // nearest to the newest packet is meant
  const double cycle =
    (double)(INT64_C(1) << JELLIE_COUNTER_BITS) * remote->format.frames;
  const double position =
    synchub_map_position(map, remote->format.rate_hz, time);
  remote->turn = cycle * round(((double)remote->newest - position) / cycle);

  news.valid           = true;
  news.device_position = here;
  news.stream_position = position + remote->turn;
  news.ratio =
    rate * (1.0 + map->skew) * (1.0 + session->skew) * dll->period * 1e-9;
  news.ratio_error = hypot(map->skew_error, session->skew_error);
  news.position_error =
    hypot((double)map->error, (double)session->error) * 1e-9 * rate;
  use_clock(client, remote, now, &news);
}

static void update_delay(Remote* const remote, const JamTime now)
{
  PlayoutArrival arrival;
  const double   us_per_frame = 1e6 / remote->format.rate_hz;
  while (playout_arrival(remote->playout, &arrival)) {
    if (now >= remote->trusted_at) {
      playout_delay_add(&remote->delay,
                        now,
                        arrival.needed_frames * us_per_frame);
    }
  }
  // Nothing plays before the path has been measured
  if (remote->delay.started) {
    const double target_us = playout_delay_target(&remote->delay, now);
    playout_set_delay(remote->playout, target_us / us_per_frame);
  }
}

void client_remotes_clock(SessionClient* const client, const JamTime now)
{
  ToastClock session;
  const bool valid = toast_clock(client->endpoint, client->session, &session) &&
                     session.valid && client->report.dll.started;
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    Remote* const remote = client->remotes[i];
    if (!remote || remote->use != REMOTE_ACTIVE) {
      continue;
    }
    const SynchubUser* const user =
      synchub_roster_user(&client->roster, remote->user);
    if (valid && user && user->row.map.valid && remote->heard) {
      compose_clock(client, &session, &user->row.map, remote, now);
    }
    update_delay(remote, now);
  }
}
