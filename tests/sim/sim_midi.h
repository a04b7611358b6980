// SPDX-License-Identifier: MIT
// What a musician plays on a keyboard, and whether it arrived.

#ifndef JAM_SIM_MIDI_H
#define JAM_SIM_MIDI_H

#include <jamnet/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct SimNote {
  JamTime time; ///< Since the start of the song; once played, true time
  uint8_t size;
  uint8_t bytes[3];
} SimNote;

typedef struct SimSong {
  SimNote* notes;
  size_t   count;
  size_t   capacity;
} SimSong;

/// Loads `name`: a Standard MIDI File, a CSV file of
/// `time_us,status,data1,data2` lines, or "synth:notes", notes without end at
/// about 12 events a second; empty: nothing to play. On failure writes one
/// sentence.
bool sim_song_load(SimSong*    song,
                   const char* name,
                   uint64_t    seed,
                   double      seconds,
                   char*       error,
                   size_t      room);

/// Appends a note.
void sim_song_add(SimSong* song, const SimNote* note);

/// Releases it.
void sim_song_free(SimSong* song);

/// Follows one player's events at one listener.
typedef struct SimMidiHeard {
  bool     started;
  size_t   next; ///< In the player's log: the event due next
  uint64_t sent, received, lost, extra;
} SimMidiHeard;

/// Takes in a received event. Returns the event of `log` it is, or null.
const SimNote* sim_midi_heard(SimMidiHeard*  heard,
                              const SimSong* log,
                              const uint8_t* bytes,
                              size_t         size);

/// The link began anew: what is on the way is not expected any more.
void sim_midi_restart(SimMidiHeard* heard);

/// Counts what was played before `until` and never came as lost.
void sim_midi_close(SimMidiHeard* heard, const SimSong* log, JamTime until);

#endif // JAM_SIM_MIDI_H
