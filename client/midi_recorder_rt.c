// SPDX-License-Identifier: MIT
// Noting a message: one copy into a ring.

#include "midi_recorder_state.h"

#include "base/rt_poison.h"

static bool note(JamRing* const       ring,
                 const JamTime        time,
                 const uint16_t       user,
                 const uint8_t* const bytes,
                 const size_t         size) JAM_RT
{
  const RecordHead head = {time, (uint32_t)size, user};
  return jam_ring_write2(ring, &head, sizeof(head), bytes, (uint32_t)size);
}

bool midi_recorder_sent(MidiRecorder* const  recorder,
                        const JamTime        time,
                        const uint8_t* const bytes,
                        const size_t         size)
{
  return note(&recorder->sent, time, 0U, bytes, size);
}

bool midi_recorder_heard(MidiRecorder* const  recorder,
                         const JamTime        time,
                         const uint16_t       user,
                         const uint8_t* const bytes,
                         const size_t         size)
{
  return note(&recorder->heard, time, user, bytes, size);
}
