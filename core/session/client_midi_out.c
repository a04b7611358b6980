// SPDX-License-Identifier: MIT
// What the others play: due when the sound of that moment plays, so that a
// keyboard's notes and its sound stay together.

#include "session/client_internal.h"

#include "base/time.h"

#include <string.h>

#define NOTES 512U // Of one packet, and more
#define PERCUSSION 9U
#define LATE_PERCUSSION (30 * JAM_MS)
#define LATE_NOTE (80 * JAM_MS)
#define TICKS_AHEAD (30 * JAM_MS) // So that none is late for the output

typedef struct Due {
  Midip2pEvent event;
  JamTime      due;
} Due;

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
  const double span = frames * client->report.dll.period;
  // A sender's stamp cannot hold a note back for longer than any buffer
  if (!(span < 1e18 && span > -1e18)) {
    return now;
  }
  const JamTime due =
    jam_time_add(playout_dll_time(&client->report.dll, clock->device_position),
                 (JamTime)span);
  return jam_time_min(due, jam_time_add(now, JAM_SECOND));
}

static void put(SessionClient* const client,
                Remote* const        remote,
                const JamTime        due,
                const uint8_t* const bytes,
                const size_t         size)
{
  JamMidiEvent out = {0};
  out.time         = due;
  out.user         = remote->shown;
  out.size         = (uint8_t)size;
  memcpy(out.bytes, bytes, size);
  (void)jam_ring_write(&client->midi_out, &out, sizeof(out));
}

static bool ends(const Midip2pEvent* const off, const Midip2pEvent* const on)
{
  const unsigned kind = off->bytes[0] & 0xF0U;
  return (off->bytes[0] & 15U) == (on->bytes[0] & 15U) &&
         off->bytes[1] == on->bytes[1] &&
         (kind == 0x80U || (kind == 0x90U && off->bytes[2] == 0U));
}

// A note that comes too late is better not heard, and neither is one that is
// over by now. What sounds already when we come is heard.
static bool is_silent(const Due* const list,
                      const size_t     count,
                      const size_t     at,
                      const JamTime    now)
{
  const Midip2pEvent* const event      = &list[at].event;
  const bool                percussion = (event->bytes[0] & 15U) == PERCUSSION;
  const JamTime             late       = now - list[at].due;
  if ((event->bytes[0] & 0xF0U) != 0x90U || event->bytes[2] == 0U ||
      event->origin == MIDIP2P_RESTORED || late <= 0) {
    return false;
  }
  if (late > (percussion ? LATE_PERCUSSION : LATE_NOTE)) {
    return true;
  }
  for (size_t i = at + 1U; !percussion && i < count; ++i) {
    if (ends(&list[i].event, event)) {
      return list[i].due <= now;
    }
  }
  return false;
}

// Returns whether there may be more
static bool deliver_events(SessionClient* const client,
                           const JamTime        now,
                           Remote* const        remote)
{
  Due    list[NOTES];
  size_t count = 0U;
  while (count < NOTES && midip2p_event(remote->midi, &list[count].event)) {
    const Midip2pEvent* const event = &list[count].event;
    const bool                at_once =
      event->origin == MIDIP2P_RESTORED || event->origin == MIDIP2P_RELEASED;
    list[count].due =
      at_once ? now : due_time(client, now, remote, event->time_us);
    ++count;
  }
  for (size_t i = 0U; i < count; ++i) {
    ++remote->midi_events;
    if (is_silent(list, count, i, now)) {
      ++remote->midi_late;
    } else {
      put(client,
          remote,
          list[i].due < now ? now : list[i].due,
          list[i].event.bytes,
          list[i].event.size);
    }
  }
  return count == NOTES;
}

// In pieces of three bytes; all of them or none
static void deliver_long(SessionClient* const client,
                         const JamTime        now,
                         Remote* const        remote)
{
  const uint8_t* bytes   = NULL;
  int64_t        time_us = 0;
  const size_t   size    = midip2p_sysex(remote->midi, &bytes, &time_us);
  const size_t   pieces  = (size + 2U) / 3U;
  if (size == 0U ||
      jam_ring_writable(&client->midi_out) < pieces * sizeof(JamMidiEvent)) {
    return;
  }
  const JamTime due = due_time(client, now, remote, time_us);
  for (size_t i = 0U; i < size; i += 3U) {
    const size_t left = size - i;
    put(client,
        remote,
        due < now ? now : due,
        bytes + i,
        left < 3U ? left : 3U);
  }
}

static bool next_tick(const SessionClient* const client,
                      const JamTime              now,
                      const Remote* const        remote,
                      Midip2pTickPlayer* const   player,
                      JamTime* const             due)
{
  int64_t time_us = 0;
  if (!remote->clock.valid || !client->report.dll.started ||
      !midip2p_player_tick(player, INT64_MAX, &time_us)) {
    return false;
  }
  *due = due_time(client, now, remote, time_us);
  return true;
}

static void deliver_ticks(SessionClient* const client,
                          const JamTime        now,
                          Remote* const        remote)
{
  static const uint8_t tick = 0xF8U;
  Midip2pClock         clock;
  JamTime              due = JAM_NEVER;
  remote->tick_due         = JAM_NEVER;
  if (!midip2p_clock(remote->midi, &clock)) {
    return;
  }
  midip2p_player_tell(&remote->ticks, &clock);
  Midip2pTickPlayer player = remote->ticks;
  while (next_tick(client, now, remote, &player, &due) &&
         due <= now + TICKS_AHEAD) {
    remote->ticks = player;
    if (due > now - TICKS_AHEAD) {
      put(client, remote, due < now ? now : due, &tick, 1U);
    }
    due = JAM_NEVER;
  }
  remote->tick_due = jam_time_add(due, -TICKS_AHEAD);
}

void client_midi_deliver(SessionClient* const client,
                         const JamTime        now,
                         Remote* const        remote)
{
  while (deliver_events(client, now, remote)) {
  }
  deliver_long(client, now, remote);
  deliver_ticks(client, now, remote);
}
