// SPDX-License-Identifier: MIT
// The links that carry MIDI: ours to the node, and one from every other player.

#include "session/client_internal.h"

#include "base/time.h"

#include <string.h>

void client_midi_send(SessionClient* const client,
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
  if (midip2p_link_new(client->allocator,
                       epoch + ++client->lives,
                       &client->midi) == JAM_OK) {
    midip2p_set_compact(client->midi, true);
    if (carry_on && before) {
      // What is held down and set now: the other node knows nothing of it
      midip2p_link_seed(client->midi, now, before, true);
    }
  }
  midip2p_link_free(before);
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
    client_midi_send(client, now, remote->midi, remote->user);
  } else if (frame->handle == client->roster.self && client->midi) {
    midip2p_input(client->midi, now, text, frame->size);
  }
}

void client_midi_run(SessionClient* const client, const JamTime now)
{
  client_midi_take(client, now);
  if (!client->session) {
    return;
  }
  if (client->midi && midip2p_deadline(client->midi) <= now) {
    client_midi_send(client, now, client->midi, client->roster.self);
  }
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    Remote* const remote = client->remotes[i];
    if (!remote || remote->use != REMOTE_ACTIVE) {
      continue;
    }
    if (midip2p_deadline(remote->midi) <= now) {
      client_midi_send(client, now, remote->midi, remote->user);
      client_midi_deliver(client, now, remote);
    } else if (remote->tick_due <= now) {
      client_midi_deliver(client, now, remote);
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
      due = jam_time_min(due, remote->tick_due);
    }
  }
  return due;
}
