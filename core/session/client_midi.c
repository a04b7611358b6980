// SPDX-License-Identifier: MIT
// MIDI on the audio's time line: stamped with the stream clock on the way out,
// due when the sound of that moment plays on the way in.

#include "session/client_internal.h"

#include "base/time.h"

#include <string.h>

static void send_link(SessionClient* const client,
                      const JamTime        now,
                      Midip2pLink* const   link,
                      const SynchubUserId  handle)
{
  char       text[MIDIP2P_MAX_TEXT];
  ToastFrame frame = {TOAST_FRAME_MIDI, handle, 0U, (const uint8_t*)text, 0U};
  while ((frame.size = midip2p_output(link, now, text, sizeof(text))) > 0U) {
    if (toast_send(client->endpoint, now, client->session, &frame) != JAM_OK) {
      return; // Repeated when due again
    }
  }
}

void client_midi_start(SessionClient* const client,
                       const JamTime        now,
                       const bool           carry_on)
{
  Midip2pLink* const before = client->midi;
  client->midi              = NULL;
  // Without memory there is no MIDI, but still a jam
  uint32_t epoch = 0U;
  memcpy(&epoch, client->config.seed, sizeof(epoch));
  (void)!midip2p_link_new(client->allocator,
                          epoch + ++client->lives,
                          &client->midi);
  if (carry_on && before && client->midi && client->report.dll.started) {
    // What is held down and set now: the other node knows nothing of it
    Midip2pEvent  state[MIDIP2P_MAX_STATE];
    const int64_t time_us =
      (int64_t)(playout_dll_position(&client->report.dll, now) * 1e6 /
                client->format.rate_hz);
    const size_t count =
      midip2p_link_state(before, time_us, state, MIDIP2P_MAX_STATE);
    for (size_t i = 0U; i < count; ++i) {
      (void)!midip2p_send(client->midi, now, &state[i]);
      midip2p_link_follow(client->midi, &state[i]);
    }
  }
  midip2p_link_free(before);
}

static void take_input(SessionClient* const client, const JamTime now)
{
  JamMidiEvent in;
  while (jam_ring_read(&client->midi_in, &in, sizeof(in))) {
    const PlayoutDll* const dll = &client->report.dll;
    if (!client->midi || !client->roster.self || !dll->started) {
      continue;
    }
    Midip2pEvent event = {0};
    event.time_us      = (int64_t)(playout_dll_position(dll, in.time) * 1e6 /
                              client->format.rate_hz);
    event.size         = in.size;
    memcpy(event.bytes, in.bytes, sizeof(event.bytes));
    midip2p_link_follow(client->midi, &event);
    // What is refused is counted by the link
    (void)!midip2p_send(client->midi, now, &event);
  }
}

static JamTime due_time(const SessionClient* const client,
                        const JamTime              now,
                        const Remote* const        remote,
                        const int64_t              time_us)
{
  const PlayoutClock* const clock = &remote->clock;
  if (!clock->valid || !client->report.dll.started) {
    return now;
  }
  PlayoutReport report;
  playout_report(remote->playout, &report);
  const double position =
    (double)time_us * 1e-6 * remote->format.rate_hz + remote->turn;
  const double frames =
    (position + report.delay_frames - clock->stream_position) / clock->ratio;
  const JamTime due =
    playout_dll_time(&client->report.dll, clock->device_position) +
    (JamTime)(frames * client->report.dll.period);
  // A sender's stamp cannot hold a note back for longer than any buffer
  return due < now ? now : jam_time_min(due, now + JAM_SECOND);
}

void client_midi_deliver(SessionClient* const client,
                         const JamTime        now,
                         Remote* const        remote)
{
  Midip2pEvent event;
  while (midip2p_event(remote->midi, &event)) {
    JamMidiEvent out = {0};
    out.time         = due_time(client, now, remote, event.time_us);
    out.user         = remote->shown;
    out.size         = event.size;
    memcpy(out.bytes, event.bytes, sizeof(out.bytes));
    ++remote->midi_events;
    (void)jam_ring_write(&client->midi_out, &out, sizeof(out));
  }
}

void client_midi_frame(SessionClient* const    client,
                       const JamTime           now,
                       const ToastFrame* const frame)
{
  const char* const text   = (const char*)frame->data;
  Remote* const     remote = client_remote_find(client, frame->handle);
  if (remote) {
    midip2p_input(remote->midi, now, text, frame->size);
    client_midi_deliver(client, now, remote);
    send_link(client, now, remote->midi, remote->user);
  } else if (frame->handle == client->roster.self && client->midi) {
    midip2p_input(client->midi, now, text, frame->size);
  }
}

void client_midi_run(SessionClient* const client, const JamTime now)
{
  take_input(client, now);
  if (!client->session) {
    return;
  }
  if (client->midi && midip2p_deadline(client->midi) <= now) {
    send_link(client, now, client->midi, client->roster.self);
  }
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    Remote* const remote = client->remotes[i];
    if (remote && remote->use == REMOTE_ACTIVE &&
        midip2p_deadline(remote->midi) <= now) {
      send_link(client, now, remote->midi, remote->user);
    }
  }
}

JamTime client_midi_deadline(const SessionClient* const client)
{
  JamTime due = client->midi ? midip2p_deadline(client->midi) : JAM_NEVER;
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    const Remote* const remote = client->remotes[i];
    if (remote && remote->use == REMOTE_ACTIVE) {
      due = jam_time_min(due, midip2p_deadline(remote->midi));
    }
  }
  return due;
}
