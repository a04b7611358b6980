// SPDX-License-Identifier: MIT
// What the user sees and wishes: the view out, commands in.

#include "session/client_internal.h"

#include "base/time.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SILENT_AFTER JAM_SECOND
#define LOSS_WARN 0.005
#define LOSS_BAD 0.05
#define JITTER_WARN (8 * JAM_MS)
#define JITTER_BAD (25 * JAM_MS)

void client_rt_send(SessionClient* const client, const RtCommand* const command)
{
  // Full only when no audio callback runs and nobody hears the difference
  (void)jam_ring_write(&client->rt_commands, command, sizeof(*command));
}

static void send_gain(SessionClient* const client, const unsigned slot)
{
  const Remote* const remote = client->remotes[slot];
  const RtCommand     command =
    {RT_GAIN, slot, NULL, remote->gain, remote->pan, remote->muted};
  client_rt_send(client, &command);
}

static void send_monitor(SessionClient* const client)
{
  const RtCommand command =
    {RT_MONITOR, 0U, NULL, client->monitor_gain, 0.0f, !client->monitor};
  client_rt_send(client, &command);
}

static void remote_command(SessionClient* const    client,
                           const JamCommand* const command)
{
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    Remote* const remote = client->remotes[i];
    if (!remote || remote->use != REMOTE_ACTIVE ||
        remote->shown != command->user) {
      continue;
    }
    if (command->kind == JAM_COMMAND_GAIN) {
      remote->gain = command->value;
    } else if (command->kind == JAM_COMMAND_PAN) {
      remote->pan = command->value;
    } else {
      remote->muted = command->flag;
    }
    send_gain(client, i);
  }
}

static void set_mode(SessionClient* const client, const float value)
{
  const PlayoutMode mode = value >= (float)JAM_MODE_SAFE     ? PLAYOUT_SAFE
                           : value >= (float)JAM_MODE_NORMAL ? PLAYOUT_NORMAL
                                                             : PLAYOUT_TIGHT;
  client->config.mode    = mode;
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    if (client->remotes[i]) {
      playout_delay_init(&client->remotes[i]->delay, mode, 0.0);
    }
  }
}

void client_commands(SessionClient* const client, const JamTime now)
{
  JamCommand command;
  while (jam_ring_read(&client->commands, &command, sizeof(command))) {
    const bool own = !command.user || command.user == client->shown_self;
    switch (command.kind) {
    case JAM_COMMAND_GAIN:
    case JAM_COMMAND_PAN:
    case JAM_COMMAND_MUTE:
      if (!own) {
        remote_command(client, &command);
      } else if (command.kind == JAM_COMMAND_GAIN) {
        client->monitor_gain = command.value;
        send_monitor(client);
      }
      break;
    case JAM_COMMAND_SEND: {
      client->sending    = command.flag;
      const RtCommand rt = {RT_SEND, 0U, NULL, 0.0f, 0.0f, command.flag};
      client_rt_send(client, &rt);
      break;
    }
    case JAM_COMMAND_MONITOR:
      client->monitor = command.flag;
      send_monitor(client);
      break;
    case JAM_COMMAND_MODE:
      set_mode(client, command.value);
      break;
    case JAM_COMMAND_CLICK:
      client_transport_click(client, command.flag, command.value);
      break;
    case JAM_COMMAND_START:
    case JAM_COMMAND_STOP:
    case JAM_COMMAND_LOCATE:
    case JAM_COMMAND_TEMPO:
    case JAM_COMMAND_METRE:
    case JAM_COMMAND_ALIGN:
    case JAM_COMMAND_TAP:
      client_transport_command(client, now, &command);
      break;
    }
    client->next_view = 0; // Show it in the same frame
  }
}

static void health(const SessionClient* const client,
                   const Remote* const        remote,
                   const SynchubUser* const   user,
                   const JamTime              now,
                   JamUser* const             out)
{
  const JamTime jitter = user->row.jitter;
  const double  loss   = fmax(remote->loss, user->row.loss);
  char* const   cause  = out->cause;
  const size_t  size   = sizeof(out->cause);
  (void)client;
  if (remote->foreign) {
    out->health = JAM_HEALTH_BAD;
    (void)snprintf(cause, size, "Plays with another version of JAMNet");
  } else if (!remote->heard) {
    out->health = JAM_HEALTH_WARN;
    (void)snprintf(cause, size, "Waiting for sound");
  } else if (now - remote->last_packet > SILENT_AFTER) {
    out->health = JAM_HEALTH_BAD;
    (void)snprintf(cause, size, "No sound arrives");
  } else if (!remote->clock.valid) {
    out->health = JAM_HEALTH_WARN;
    (void)snprintf(cause, size, "Finding the clock");
  } else if (loss >= LOSS_WARN) {
    out->health = loss >= LOSS_BAD ? JAM_HEALTH_BAD : JAM_HEALTH_WARN;
    (void)snprintf(cause, size, "Packets lost: %.1f %%", loss * 100.0);
  } else if (jitter >= JITTER_WARN) {
    out->health = jitter >= JITTER_BAD ? JAM_HEALTH_BAD : JAM_HEALTH_WARN;
    (void)snprintf(cause, size, "Jitter %.0f ms", (double)jitter * 1e-6);
  } else {
    out->health = JAM_HEALTH_OK;
    (void)snprintf(cause, size, "Good");
  }
}

static uint64_t lost_packets(const Remote* const remote)
{
  const uint64_t sent =
    remote->heard
      ? (uint64_t)(remote->newest - remote->first) / remote->format.frames
      : 0U;
  return sent > remote->packets ? sent - remote->packets : 0U;
}

static void view_remote(SessionClient* const     client,
                        const Remote* const      remote,
                        const SynchubUser* const user,
                        const JamTime            now,
                        JamUser* const           out)
{
  PlayoutReport report;
  playout_report(remote->playout, &report);
  const double ms  = 1e3 / remote->format.rate_hz;
  out->locked      = report.state == PLAYOUT_LOCKED;
  out->peak        = report.peak;
  out->rms         = report.rms;
  out->gain        = remote->gain;
  out->pan         = remote->pan;
  out->muted       = remote->muted;
  out->played      = report.played;
  out->concealed   = report.concealed;
  out->longest_gap = report.longest_gap;
  out->late        = report.late;
  out->bytes       = remote->bytes;
  out->loss        = (float)remote->loss;
  out->lost        = lost_packets(remote);
  out->midi_events = (uint32_t)remote->midi_events;
  out->midi_late   = (uint32_t)remote->midi_late;
  out->jitter_ms   = (float)((double)user->row.jitter * 1e-6);
  out->delay_ms    = (float)(report.delay_frames * ms);
  out->buffer_ms  = (float)(fmin(report.fill_frames, report.delay_frames) * ms);
  out->network_ms = out->delay_ms - out->buffer_ms;
  health(client, remote, user, now, out);
  (void)snprintf(out->detail,
                 sizeof(out->detail),
                 "%g kHz, %u bit",
                 remote->format.rate_hz / 1000.0,
                 remote->format.bits);
}

static void view_self(const SessionClient* const client, JamUser* const out)
{
  const PlayoutMeter* const   meter   = &client->report.meter;
  const SynchubProfile* const profile = &client->config.profile;
  out->id                             = client->shown_self;
  out->self                           = true;
  out->midi                           = profile->midi;
  out->peak                           = meter->peak;
  out->rms                            = sqrtf(fmaxf(meter->mean_square, 0.0f));
  out->clips                          = meter->clips;
  out->gain                           = client->monitor_gain;
  out->muted                          = !client->monitor;
  memcpy(out->name, profile->name, sizeof(out->name));
  (void)snprintf(out->cause,
                 sizeof(out->cause),
                 "%s",
                 client->state == JAM_STATE_JOINED ? "Connected"
                                                   : "Not in a room");
  (void)snprintf(out->detail,
                 sizeof(out->detail),
                 "%g kHz, %u bit lossless",
                 profile->rate_hz / 1000.0,
                 profile->bits);
  out->health =
    client->state == JAM_STATE_JOINED ? JAM_HEALTH_OK : JAM_HEALTH_WARN;
}

static void view_connection(const SessionClient* const client,
                            JamView* const             view)
{
  ToastClock clock;
  ToastStats stats;
  view->state          = client->state;
  view->sending        = client->sending;
  view->monitor        = client->monitor;
  view->mode           = (JamMode)client->config.mode;
  view->rate_hz        = client->format.rate_hz;
  view->packet_frames  = client->format.frames;
  view->bits           = client->format.bits;
  view->callbacks      = client->report.callbacks;
  view->overruns       = client->report.overruns;
  view->bytes_sent     = client->bytes_sent;
  view->bytes_received = client->bytes_received;
  memcpy(view->message, client->message, sizeof(view->message));
  if (toast_clock(client->endpoint, client->session, &clock)) {
    view->clock_error_us = (float)((double)clock.error * 1e-3);
    view->clock_bound_ms = (float)((double)clock.min_rtt * 0.5e-6);
  }
  if (toast_stats(client->endpoint, client->session, &stats)) {
    view->rtt_ms = (float)((double)stats.rtt * 1e-6);
  }
}

static void view_other(SessionClient* const     client,
                       const SynchubUser* const user,
                       const Remote* const      remote,
                       const JamTime            now,
                       JamView* const           view)
{
  if (view->user_count >= JAM_MAX_USERS) {
    return;
  }
  JamUser* const out = &view->users[view->user_count++];
  out->id            = remote ? remote->shown : user->id;
  out->midi          = user->profile.midi;
  memcpy(out->name, user->profile.name, sizeof(out->name));
  if (remote) {
    view_remote(client, remote, user, now, out);
  }
}

void client_view_publish(SessionClient* const client, const JamTime now)
{
  JamView* const view = (JamView*)jam_mailbox_slot(&client->views);
  memset(view, 0, sizeof(*view));
  view_connection(client, view);
  client_transport_view(client, now, &view->transport);
  view_self(client, &view->users[view->user_count++]);
  for (unsigned i = 0U; i < client->roster.count; ++i) {
    const SynchubUser* const user   = &client->roster.users[i];
    const Remote* const      remote = client_remote_find(client, user->id);
    // Somebody on the way from node to node has two numbers for a moment
    if (user->id != client->roster.self &&
        (remote || !client_remote_by_uid(client, user->uid))) {
      view_other(client, user, remote, now, view);
    }
  }
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    const Remote* const remote = client->remotes[i];
    if (remote && remote->use == REMOTE_ACTIVE && !remote->user) {
      const SynchubUser missing = {.profile = remote->profile};
      view_other(client, &missing, remote, now, view);
    }
  }
  jam_mailbox_publish(&client->views);
}

void session_client_view(SessionClient* const client, JamView* const out)
{
  const JamView* const newest =
    (const JamView*)jam_mailbox_take(&client->views);
  if (newest) {
    client->shown = newest;
  }
  *out = *client->shown;
}

bool session_client_command(SessionClient* const    client,
                            const JamCommand* const command)
{
  return command->kind <= JAM_COMMAND_CLICK && !isnan(command->value) &&
         jam_ring_write(&client->commands, command, sizeof(*command));
}
