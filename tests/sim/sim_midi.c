// SPDX-License-Identifier: MIT
// Songs, and the ledger of sent and received events.

#include "sim/sim_midi.h"

#include "sim/sim_world.h"
#include "support/smf.h"

#include "base/rand.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES (1U << 24U) // Of a MIDI file
#define WINDOW 512U            // Events looked ahead for one that matches

void sim_song_add(SimSong* const song, const SimNote* const note)
{
  if (song->count == song->capacity) {
    song->capacity = song->capacity ? 2U * song->capacity : 256U;
    song->notes =
      (SimNote*)sim_grow(song->notes, song->capacity * sizeof(SimNote));
  }
  song->notes[song->count++] = *note;
}

void sim_song_free(SimSong* const song)
{
  free(song->notes);
  memset(song, 0, sizeof(*song));
}

// Note and velocity count upwards, so that neighbours differ and a hole shows
static void
synthesise(SimSong* const song, const uint64_t seed, const double seconds)
{
  JamRand rand;
  jam_rand_init(&rand, seed, 41U);
  double at = 0.5;
  for (unsigned i = 0U; at < seconds; ++i) {
    const uint8_t key      = (uint8_t)(36U + i * 7U % 48U);
    const uint8_t velocity = (uint8_t)(1U + i % 127U);
    const JamTime begin    = (JamTime)(at * (double)JAM_SECOND);
    const SimNote on       = {begin, 3U, {0x90U, key, velocity}};
    const SimNote off      = {begin + 40 * JAM_MS, 3U, {0x80U, key, velocity}};
    sim_song_add(song, &on);
    sim_song_add(song, &off);
    at += 0.05 + 0.24 * jam_rand_unit(&rand);
  }
}

static bool read_line(const char* const line, SimNote* const out)
{
  double    time_us  = 0.0;
  unsigned  bytes[3] = {0U, 0U, 0U};
  const int fields =
    sscanf(line, "%lf,%u,%u,%u", &time_us, &bytes[0], &bytes[1], &bytes[2]);
  if (fields < 2 || bytes[0] < 0x80U || bytes[0] > 0xFFU || bytes[0] == 0xF0U ||
      bytes[1] > 127U || bytes[2] > 127U) {
    return false;
  }
  out->time = (JamTime)(time_us * 1e3);
  out->size = (uint8_t)(bytes[0] >= 0xF4U ? 1 : fields - 1);
  for (unsigned i = 0U; i < 3U; ++i) {
    out->bytes[i] = (uint8_t)bytes[i];
  }
  const unsigned kind = bytes[0] & 0xF0U;
  if (kind == 0xC0U || kind == 0xD0U) {
    out->size = 2U;
  }
  return true;
}

static bool load_csv(SimSong* const song, const char* const path)
{
  FILE* const file = fopen(path, "r");
  if (!file) {
    return false;
  }
  char line[200];
  while (fgets(line, sizeof(line), file)) {
    SimNote note = {0};
    if (read_line(line, &note)) {
      sim_song_add(song, &note);
    }
  }
  (void)fclose(file);
  return song->count > 0U;
}

static bool load_smf(SimSong* const song, const char* const path)
{
  FILE* const file = fopen(path, "rb");
  if (!file) {
    return false;
  }
  uint8_t* const  data  = (uint8_t*)sim_grow(NULL, MOST_BYTES);
  const size_t    size  = fread(data, 1U, MOST_BYTES, file);
  size_t          count = 0U;
  SmfEvent* const list  = smf_read(data, size, &count);
  (void)fclose(file);
  free(data);
  for (size_t i = 0U; i < count; ++i) {
    SimNote note = {.time = list[i].time_ns, .size = list[i].size};
    memcpy(note.bytes, list[i].bytes, sizeof(note.bytes));
    sim_song_add(song, &note);
  }
  free(list);
  return count > 0U;
}

bool sim_song_load(SimSong* const    song,
                   const char* const name,
                   const uint64_t    seed,
                   const double      seconds,
                   char* const       error,
                   const size_t      room)
{
  memset(song, 0, sizeof(*song));
  if (!name[0]) {
    return true;
  }
  if (strcmp(name, "synth:notes") == 0) {
    synthesise(song, seed, seconds);
    return true;
  }
  if (load_smf(song, name) || load_csv(song, name)) {
    return true;
  }
  (void)snprintf(error, room, "%.150s is not a list of MIDI events.", name);
  return false;
}

static bool
same(const SimNote* const note, const uint8_t* const bytes, const size_t size)
{
  return note->size == size && memcmp(note->bytes, bytes, size) == 0;
}

const SimNote* sim_midi_heard(SimMidiHeard* const  heard,
                              const SimSong* const log,
                              const uint8_t* const bytes,
                              const size_t         size)
{
  const size_t end = heard->started && heard->next + WINDOW < log->count
                       ? heard->next + WINDOW
                       : log->count;
  for (size_t i = heard->next; i < end; ++i) {
    if (same(&log->notes[i], bytes, size)) {
      const size_t skipped = heard->started ? i - heard->next : 0U;
      heard->sent += skipped + 1U;
      heard->lost += skipped;
      heard->next    = i + 1U;
      heard->started = true;
      ++heard->received;
      return &log->notes[i];
    }
  }
  // What sounded before we came may have been played before anybody listened
  heard->extra += heard->started ? 1U : 0U;
  return NULL;
}

void sim_midi_restart(SimMidiHeard* const heard)
{
  heard->started = false;
}

void sim_midi_close(SimMidiHeard* const  heard,
                    const SimSong* const log,
                    const JamTime        until)
{
  while (heard->started && heard->next < log->count &&
         log->notes[heard->next].time < until) {
    ++heard->sent;
    ++heard->lost;
    ++heard->next;
  }
}
