// SPDX-License-Identifier: MIT
// From captured frames to JDAT packets: cut into blocks, encode, send at once.
//
// The audio callback wakes nobody. Its clock is known, so the network thread
// looks into the ring just after the callback that completes a block is due.

#include "session/client_internal.h"

#include "base/time.h"

#include <string.h>

// A callback is rarely later than this after its due time; if it is, look again
#define LOOK_AFTER (120 * JAM_US)
#define LOOK_AGAIN (150 * JAM_US)
#define LOOK_IDLE (10 * JAM_MS) // While no audio device runs

static void send_block(SessionClient* const client, const JamTime now)
{
  const unsigned frames = client->format.frames;
  int32_t        samples[JELLIE_MAX_FRAMES];
  char           text[JELLIE_MAX_TEXT];
  if (client->config.dsp) {
    jellie_from_float(client->block, client->format.bits, samples, frames);
  } else {
    memset(samples, 0, frames * sizeof(samples[0]));
  }
  const uint32_t counter =
    (uint32_t)((uint64_t)client->block_position / frames) &
    ((1U << JELLIE_COUNTER_BITS) - 1U);
  const ToastFrame frame = {TOAST_FRAME_MEDIA,
                            client->roster.self,
                            (uint16_t)counter,
                            (const uint8_t*)text,
                            jellie_encode(&client->encoder,
                                          &client->format,
                                          counter,
                                          samples,
                                          text,
                                          sizeof(text))};
  if (frame.size > 0U) {
    (void)!toast_send(client->endpoint, now, client->session, &frame);
    client_legs_send(client, now, &frame);
    client->roam.uplink_at = now;
  }
}

// Blocks begin at multiples of their length, so the counter is the position
static void append(SessionClient* const client,
                   const JamTime        now,
                   int64_t              position,
                   const float*         in,
                   unsigned             frames)
{
  const unsigned size = client->format.frames;
  while (frames > 0U) {
    const unsigned offset = (unsigned)(position % (int64_t)size);
    if (position != client->block_position + client->block_fill) {
      // First block, or the ring overflowed: what is partial stays silent
      memset(client->block, 0, sizeof(client->block));
      client->block_position = position - offset;
    }
    const unsigned room = size - offset;
    const unsigned take = frames < room ? frames : room;
    if (in) {
      memcpy(client->block + offset, in, take * sizeof(float));
      in += take;
    } else {
      memset(client->block + offset, 0, take * sizeof(float));
    }
    client->block_fill = offset + take;
    position += take;
    frames -= take;
    if (client->block_fill == size) {
      if (client->state == JAM_STATE_JOINED && client->roster.self) {
        send_block(client, now);
      }
      client->block_position += size;
      client->block_fill = 0U;
    }
  }
}

static JamTime next_look(const SessionClient* const client,
                         const JamTime              now,
                         const bool                 found)
{
  const RtReport* const report = &client->report;
  if (!report->dll.started) {
    return now + LOOK_IDLE;
  }
  const JamTime due =
    playout_dll_time(&report->dll, report->next_position) + LOOK_AFTER;
  if (due > now) {
    return due;
  }
  // Overdue: the callback is late, or the device has stopped
  const JamTime missed = now - due;
  return now + (found || missed < 5 * JAM_MS ? LOOK_AGAIN : LOOK_IDLE);
}

void client_capture_drain(SessionClient* const client, const JamTime now)
{
  if (now < client->capture_due) {
    return;
  }
  CaptureHead head;
  float       samples[PLAYOUT_MAX_FRAMES];
  bool        found = false;
  while (jam_ring_read(&client->capture, &head, sizeof(head))) {
    const bool sound =
      !head.silent && jam_ring_read(&client->capture,
                                    samples,
                                    head.frames * (uint32_t)sizeof(float));
    append(client, now, head.position, sound ? samples : NULL, head.frames);
    found = true;
  }
  if (found) {
    (void)jam_mailbox_read(&client->reports, &client->report);
    client_remotes_fit(client);
  }
  client->capture_due = next_look(client, now, found);
}
