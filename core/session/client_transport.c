// SPDX-License-Identifier: MIT
// The shared transport at a client: what the node says of it, what the user
// wishes, and where its beats are on the own device.

#include "session/client_internal.h"
#include "session/message.h"

#include <math.h>
#include <string.h>

#define TAP_PAUSE (2 * JAM_SECOND) // Then the next tap is a first one
#define TAPS_NEEDED 2U

void client_transport_message(SessionClient* const        client,
                              const SynchubMessage* const message)
{
  SynchubTransport* const       own  = &client->transport;
  const SynchubTransport* const news = &message->transport;
  if (message->kind == SYNCHUB_RULER) {
    if (own->stamp == news->stamp && own->node == news->node) {
      own->ruler               = news->ruler;
      client->transport_source = client->session;
    }
  } else if (client->transport_source != client->session ||
             !synchub_transport_is_later(own, news)) {
    *own                     = *news;
    client->transport_source = client->session;
  }
}

// Present session time; false while it is not known
static bool
session_now(const SessionClient* const client, const JamTime now, JamTime* out)
{
  ToastClock clock;
  if (!toast_clock(client->endpoint, client->session, &clock) || !clock.valid) {
    return false;
  }
  *out = toast_clock_to_peer(&clock, now);
  return true;
}

// The middle one of the newest gaps between taps; 0 before there are enough
static double tapped_bpm(SessionClient* const client, const JamTime at)
{
  ClientTaps* const taps = &client->taps;
  const JamTime     gap  = taps->last ? at - taps->last : 0;
  taps->last             = at;
  if (gap <= 0 || gap > TAP_PAUSE) {
    taps->count = 0U;
    return 0.0;
  }
  taps->gaps[taps->count++ % CLIENT_TAPS] = gap;
  const unsigned kept = taps->count < CLIENT_TAPS ? taps->count : CLIENT_TAPS;
  if (kept < TAPS_NEEDED) {
    return 0.0;
  }
  JamTime sorted[CLIENT_TAPS];
  for (unsigned i = 0U; i < kept; ++i) {
    unsigned k = i;
    for (; k > 0U && sorted[k - 1U] > taps->gaps[i]; --k) {
      sorted[k] = sorted[k - 1U];
    }
    sorted[k] = taps->gaps[i];
  }
  const JamTime twice = sorted[(kept - 1U) / 2U] + sorted[kept / 2U];
  return 2.0 * 60e9 / (double)twice;
}

static unsigned whole(const float value, const unsigned most)
{
  return value >= (float)most ? most : value > 0.0f ? (unsigned)value : 0U;
}

void client_transport_command(SessionClient* const    client,
                              const JamTime           now,
                              const JamCommand* const command)
{
  SynchubTransport next = client->transport;
  JamTime          at   = 0;
  double           bpm  = (double)command->value;
  if (command->kind == JAM_COMMAND_TAP) {
    bpm = tapped_bpm(client, command->time ? command->time : now);
  }
  if (!client->roster.self || !session_now(client, now, &at)) {
    return;
  }
  switch (command->kind) {
  case JAM_COMMAND_START:
    synchub_transport_start(&next,
                            at,
                            whole(command->value, SYNCHUB_MAX_COUNT_IN));
    break;
  case JAM_COMMAND_STOP:
    synchub_transport_stop(&next, at);
    break;
  case JAM_COMMAND_LOCATE:
    synchub_transport_locate(&next, at, whole(command->value - 1.0f, 1000000U));
    break;
  case JAM_COMMAND_METRE:
    synchub_transport_metre(&next,
                            at,
                            whole(command->value, SYNCHUB_MAX_BEATS),
                            command->unit);
    break;
  case JAM_COMMAND_ALIGN:
    synchub_transport_align(
      &next,
      at,
      (SynchubAlign)whole(command->value, SYNCHUB_ALIGN_BAR));
    break;
  default: // Tempo, said or tapped
    if (!(bpm > 0.0)) {
      return;
    }
    synchub_transport_tempo(&next, at, bpm);
    break;
  }
  SynchubMessage message = {.kind = SYNCHUB_TRANSPORT, .transport = next};
  session_message_send(client->endpoint, now, client->session, &message);
  // What the user wishes next builds on it; the node's word comes later
  client->transport = next;
  ++client->transport.stamp;
  client->transport.node   = 0U;
  client->transport_source = client->session;
}

void client_transport_run(SessionClient* const client, const JamTime now)
{
  const PlayoutDll* const dll = &client->report.dll;
  ToastClock              clock;
  if (!client->transport.stamp || !dll->started ||
      client->transport_source != client->session ||
      !toast_clock(client->endpoint, client->session, &clock) || !clock.valid) {
    return; // What plays goes on as it is
  }
  ClickPlan* const          plan  = &client->plan;
  const SynchubRuler* const ruler = &client->transport.ruler;
  const int64_t             here  = (int64_t)playout_dll_position(dll, now);
  const JamTime time = toast_clock_to_peer(&clock, playout_dll_time(dll, here));
  plan->transport    = client->transport;
  plan->device_position = here;
  plan->ns =
    (double)(synchub_ruler_writer(ruler, time) - client->transport.time);
  plan->ns_per_frame = dll->period * (1.0 + clock.skew) * (1.0 + ruler->skew);
  jam_mailbox_write(&client->plans, plan);
}

double client_transport_bar_frames(const SessionClient* const client,
                                   const JamTime              now)
{
  JamTime at = 0;
  return session_now(client, now, &at) && client->plan.ns_per_frame > 0.0
           ? synchub_transport_bar_ns(&client->transport, at) /
               client->plan.ns_per_frame
           : 0.0;
}

void client_transport_stop(SessionClient* const client)
{
  synchub_transport_init(&client->transport);
  client->transport_source = 0U;
  client->plan.transport   = client->transport;
  jam_mailbox_write(&client->plans, &client->plan);
}

void client_transport_click(SessionClient* const client,
                            const bool           on,
                            const float          level)
{
  client->plan.on    = on;
  client->plan.level = level;
  jam_mailbox_write(&client->plans, &client->plan);
}

void client_transport_view(const SessionClient* const client,
                           const JamTime              now,
                           JamTransport* const        out)
{
  const SynchubTransport* const transport = &client->transport;

  JamTime at       = 0;
  out->click       = client->plan.on;
  out->click_level = client->plan.level;
  if (!session_now(client, now, &at)) {
    return;
  }
  const double tick = synchub_transport_now(transport, at);
  unsigned     i    = 0U;
  while (i + 1U < transport->count &&
         (double)transport->tempi[i + 1U].tick <= tick) {
    ++i;
  }
  const SynchubTempo* const tempo  = &transport->tempi[i];
  const double              length = 4.0 * SYNCHUB_QUARTER / tempo->unit;
  const double beats = (tick - (double)tempo->tick) / length + tempo->beat;
  const double bars  = floor(beats / tempo->beats);
  out->known         = true;
  out->align         = (JamAlign)transport->align;
  out->rolling       = transport->rolling;
  out->counting      = transport->rolling && tick < (double)transport->tick &&
                  transport->count_in > 0U;
  out->bpm   = (float)(60e9 / (double)tempo->quarter_ns);
  out->beats = tempo->beats;
  out->unit  = tempo->unit;
  out->bar   = (int32_t)((double)tempo->bar + bars) + 1;
  out->beat  = (float)(beats - bars * tempo->beats) + 1.0f;
}
