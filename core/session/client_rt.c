// SPDX-License-Identifier: MIT
// The client's audio thread: capture into a ring, playouts into a mix.

#include "session/client_internal.h"

#include <string.h>

#include "base/rt_poison.h"

void client_gain_start(PlayoutGain* const gain,
                       const double       rate_hz,
                       const float        level,
                       const float        pan,
                       const bool         muted)
{
  playout_gain_init(gain, rate_hz);
  playout_gain_set(gain, level, pan, muted);
  // No ramp from unity: what starts muted was never heard
  gain->left      = gain->target_left;
  gain->right     = gain->target_right;
  gain->ramp_left = 0U;
}

static void gain_command(PlayoutGain* const     gain,
                         const RtCommand* const command)
{
  playout_gain_set(gain, command->level, command->pan, command->flag);
}

static void run_commands(SessionClient* const client)
{
  ClientRt* const rt = &client->rt;
  RtCommand       command;
  while (jam_ring_read(&client->rt_commands, &command, sizeof(command))) {
    RtRemote* const remote = &rt->remotes[command.slot % MAX_REMOTES];
    switch (command.kind) {
    case RT_ADD:
      remote->playout = command.playout;
      client_gain_start(&remote->gain,
                        rt->report.dll.rate_hz,
                        command.level,
                        command.pan,
                        command.flag);
      break;
    case RT_REMOVE:
      remote->playout = NULL;
      // Cannot be full: there are fewer slots than the ring has room for
      (void)jam_ring_write(&client->rt_returns,
                           &command.slot,
                           sizeof(command.slot));
      break;
    case RT_GAIN:
      gain_command(&remote->gain, &command);
      break;
    case RT_SEND:
      rt->sending = command.flag;
      break;
    case RT_MONITOR:
      gain_command(&rt->monitor, &command);
      break;
    }
  }
}

static void capture(SessionClient* const client,
                    const float* const   in,
                    const unsigned       frames)
{
  ClientRt* const   rt   = &client->rt;
  const bool        live = in && rt->sending;
  const CaptureHead head = {rt->report.next_position, frames, live ? 0U : 1U};
  if (!jam_ring_write2(&client->capture,
                       &head,
                       sizeof(head),
                       in,
                       live ? frames * (uint32_t)sizeof(float) : 0U)) {
    ++rt->report.overruns;
  }
}

static void mix_in(ClientRt* const    rt,
                   PlayoutGain* const gain,
                   const float* const in,
                   float* const*      out,
                   const unsigned     channels,
                   const unsigned     frames)
{
  if (rt->dsp && channels > 0U) {
    playout_mix(gain, in, out[0], channels > 1U ? out[1] : NULL, frames);
  }
}

void session_client_process(SessionClient* const client,
                            const float* const   in,
                            float* const* const  out,
                            const unsigned       out_channels,
                            const unsigned       frames,
                            const JamTime        when)
{
  ClientRt* const rt = &client->rt;
  if (frames == 0U || frames > PLAYOUT_MAX_FRAMES) {
    return;
  }
  run_commands(client);
  playout_dll_update(&rt->report.dll, when, rt->report.next_position);
  capture(client, in, frames);
  for (unsigned c = 0U; c < out_channels; ++c) {
    memset(out[c], 0, frames * sizeof(float));
  }
  if (in) {
    playout_meter_update(&rt->report.meter, in, frames);
    mix_in(rt, &rt->monitor, in, out, out_channels, frames);
  }
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    RtRemote* const remote = &rt->remotes[i];
    if (remote->playout) {
      playout_render(remote->playout,
                     rt->report.next_position,
                     rt->scratch,
                     frames);
      mix_in(rt, &remote->gain, rt->scratch, out, out_channels, frames);
    }
  }
  (void)jam_mailbox_read(&client->plans, &rt->plan);
  client_click_render(&rt->click,
                      &rt->plan,
                      rt->report.next_position,
                      out,
                      rt->dsp ? out_channels : 0U,
                      frames);
  rt->report.next_position += frames;
  rt->report.frames = frames;
  ++rt->report.callbacks;
  jam_mailbox_write(&client->reports, &rt->report);
}

bool session_client_midi_push(SessionClient* const      client,
                              const JamMidiEvent* const event)
{
  return event->size >= 1U && event->size <= 3U &&
         jam_ring_write(&client->midi_in, event, sizeof(*event));
}

bool session_client_midi_pull(SessionClient* const client,
                              JamMidiEvent* const  out)
{
  return jam_ring_read(&client->midi_out, out, sizeof(*out));
}
