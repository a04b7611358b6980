// SPDX-License-Identifier: MIT
// What is played here: stamped with the stream clock at the moment at which it
// was played, and freed of what only a cable needs.

#include "session/client_internal.h"

#include "base/time.h"

#include <string.h>

#define SYSEX 0xF0U
#define SYSEX_END 0xF7U
#define REAL_TIME 0xF8U
#define ACTIVE_SENSE 0xFEU

static int64_t stamp(const SessionClient* const client, const JamTime time)
{
  return (int64_t)(playout_dll_position(&client->report.dll, time) * 1e6 /
                   client->format.rate_hz);
}

// Long messages come in pieces of up to three bytes, from F0 to F7
static bool take_piece(SessionClient* const      client,
                       const JamTime             now,
                       const JamMidiEvent* const in)
{
  const bool begins  = in->bytes[0] == SYSEX;
  const bool goes_on = client->midi_long_size > 0U &&
                       (in->bytes[0] < 0x80U || in->bytes[0] == SYSEX_END);
  if (!begins && !goes_on) {
    // Any status but real time ends what was not finished
    client->midi_long_size =
      in->bytes[0] >= REAL_TIME ? client->midi_long_size : 0U;
    return in->bytes[0] < 0x80U || in->bytes[0] == SYSEX_END;
  }
  const uint32_t size = begins ? 0U : client->midi_long_size;
  if (size + in->size > MIDI_LONG) {
    client->midi_long_size = 0U;
    return true;
  }
  memcpy(client->midi_long + size, in->bytes, in->size);
  client->midi_long_size = size + in->size;
  if (client->midi_long[client->midi_long_size - 1U] == SYSEX_END) {
    (void)!midip2p_send_sysex(client->midi,
                              now,
                              stamp(client, in->time),
                              client->midi_long,
                              client->midi_long_size);
    client->midi_long_size = 0U;
  }
  return true;
}

void client_midi_take(SessionClient* const client, const JamTime now)
{
  JamMidiEvent in;
  while (jam_ring_read(&client->midi_in, &in, sizeof(in))) {
    if (!client->midi || !client->roster.self || !client->report.dll.started ||
        in.bytes[0] == ACTIVE_SENSE || take_piece(client, now, &in)) {
      continue; // Links tell that they live by themselves
    }
    Midip2pEvent event = {0};
    event.time_us      = stamp(client, in.time);
    event.size         = in.size;
    memcpy(event.bytes, in.bytes, sizeof(event.bytes));
    (void)!midip2p_send(client->midi, now, &event);
  }
}
