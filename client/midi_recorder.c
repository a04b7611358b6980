// SPDX-License-Identifier: MIT
// Recording MIDI: a thread of its own, since files make one wait.
//
// Format: "Standard MIDI Files 1.0", MIDI Manufacturers Association.

#include "midi_recorder_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RING_BYTES (1U << 18U)
#define LONGEST 65536U
#define LOOK_SPAN (20 * JAM_MS)
#define TICK (20 * JAM_US)
#define TICKS_PER_QUARTER 25000U // At 120 beats a minute

static bool grow(RecordTrack* const track, const size_t more)
{
  if (track->size + more > track->capacity) {
    const size_t   capacity = 2U * track->capacity + more + 256U;
    uint8_t* const bytes    = (uint8_t*)realloc(track->bytes, capacity);
    if (!bytes) {
      return false;
    }
    track->bytes    = bytes;
    track->capacity = capacity;
  }
  return true;
}

static void put_length(RecordTrack* const track, const uint64_t value)
{
  unsigned shift = 28U;
  while (shift > 0U && value >> shift == 0U) {
    shift -= 7U;
  }
  for (; shift > 0U; shift -= 7U) {
    track->bytes[track->size++] = (uint8_t)(0x80U | (value >> shift & 127U));
  }
  track->bytes[track->size++] = (uint8_t)(value & 127U);
}

static RecordTrack* track_of(MidiRecorder* const recorder, const uint16_t user)
{
  for (size_t i = 0U; i < recorder->track_count; ++i) {
    if (recorder->tracks[i].user == user) {
      return &recorder->tracks[i];
    }
  }
  RecordTrack* const tracks =
    (RecordTrack*)realloc(recorder->tracks,
                          (recorder->track_count + 1U) * sizeof(RecordTrack));
  if (!tracks) {
    return NULL;
  }
  RecordTrack* const added = &tracks[recorder->track_count++];
  recorder->tracks         = tracks;
  memset(added, 0, sizeof(*added));
  added->user = user;
  return added;
}

// Files know no system messages but long ones
static void add(MidiRecorder* const     recorder,
                const RecordHead* const head,
                const JamTime           time)
{
  const uint8_t* const bytes = recorder->message;
  const bool           longs = bytes[0] == 0xF0U;
  if (bytes[0] > 0xF0U) {
    return;
  }
  RecordTrack* const track = track_of(recorder, head->user);
  if (!track || !grow(track, head->size + 12U)) {
    recorder->failed = true;
    return;
  }
  const uint64_t tick = (uint64_t)((time + TICK / 2) / TICK);
  put_length(track, tick > track->tick ? tick - track->tick : 0U);
  track->tick = tick > track->tick ? tick : track->tick;
  if (longs) {
    track->bytes[track->size++] = 0xF0U;
    put_length(track, head->size - 1U);
  }
  memcpy(track->bytes + track->size, bytes + longs, head->size - longs);
  track->size += head->size - longs;
}

static void print(MidiRecorder* const     recorder,
                  const RecordHead* const head,
                  const JamTime           time)
{
  const uint8_t* const bytes = recorder->message;
  const bool           longs = bytes[0] == 0xF0U;
  (void)fprintf(recorder->lines,
                "{\"t\":%" PRId64 ",\"who\":%u,%s",
                time / JAM_US,
                head->user,
                longs ? "\"x\":\"" : "\"m\":[");
  for (uint32_t i = 0U; i < head->size; ++i) {
    (void)fprintf(recorder->lines,
                  longs   ? "%02x"
                  : i > 0 ? ",%u"
                          : "%u",
                  bytes[i]);
  }
  (void)fputs(longs ? "\"}\n" : "]}\n", recorder->lines);
}

static void drain(MidiRecorder* const recorder, JamRing* const ring)
{
  RecordHead head;
  while (jam_ring_read(ring, &head, sizeof(head))) {
    const JamTime time =
      head.time > recorder->start ? head.time - recorder->start : 0;
    if (head.size == 0U || head.size > LONGEST) {
      jam_ring_skip(ring, head.size);
      continue;
    }
    (void)jam_ring_read(ring, recorder->message, head.size);
    print(recorder, &head, time);
    add(recorder, &head, time);
  }
}

static void* run(void* const context)
{
  MidiRecorder* const   recorder = (MidiRecorder*)context;
  const struct timespec span     = {0, (long)LOOK_SPAN};
  while (!atomic_load(&recorder->quit)) {
    drain(recorder, &recorder->sent);
    drain(recorder, &recorder->heard);
    (void)nanosleep(&span, NULL);
  }
  return NULL;
}

static void release(MidiRecorder* const recorder)
{
  for (size_t i = 0U; i < recorder->track_count; ++i) {
    free(recorder->tracks[i].bytes);
  }
  free(recorder->tracks);
  free(recorder->message);
  jam_ring_deinit(&recorder->sent, NULL);
  jam_ring_deinit(&recorder->heard, NULL);
  if (recorder->lines) {
    (void)fclose(recorder->lines);
  }
  free(recorder);
}

MidiRecorder* midi_recorder_start(const char* const folder,
                                  const JamTime     now,
                                  char* const       error,
                                  const size_t      error_size)
{
  MidiRecorder* const recorder =
    (MidiRecorder*)calloc(1U, sizeof(MidiRecorder));
  char path[600];
  if (!recorder) {
    (void)snprintf(error, error_size, "There is not enough memory.");
    return NULL;
  }
  (void)snprintf(path, sizeof(path), "%.500s/midi.jsonl", folder);
  (void)snprintf(recorder->folder, sizeof(recorder->folder), "%.500s", folder);
  recorder->start   = now;
  recorder->lines   = fopen(path, "w");
  recorder->message = (uint8_t*)malloc(LONGEST);
  const bool rings =
    jam_ring_init(&recorder->sent, NULL, RING_BYTES) == JAM_OK &&
    jam_ring_init(&recorder->heard, NULL, RING_BYTES) == JAM_OK;
  if (!recorder->lines || !recorder->message || !rings ||
      pthread_create(&recorder->thread, NULL, run, recorder) != 0) {
    (void)snprintf(error,
                   error_size,
                   "MIDI cannot be recorded in \"%.200s\".",
                   folder);
    release(recorder);
    return NULL;
  }
  return recorder;
}

static void
put_number(FILE* const file, const size_t value, const unsigned bytes)
{
  for (unsigned i = bytes; i-- > 0U;) {
    (void)fputc((int)(value >> (8U * i) & 255U), file);
  }
}

static bool save(const MidiRecorder* const recorder, const RecordTrack* track)
{
  static const uint8_t tempo[] = {0, 0xFF, 0x51, 3, 7, 0xA1, 0x20};
  static const uint8_t end[]   = {0, 0xFF, 0x2F, 0};
  char                 path[600];
  if (track->user) {
    (void)snprintf(path,
                   sizeof(path),
                   "%s/player-%u.mid",
                   recorder->folder,
                   track->user);
  } else {
    (void)snprintf(path, sizeof(path), "%s/sent.mid", recorder->folder);
  }
  FILE* const file = fopen(path, "wb");
  if (!file) {
    return false;
  }
  (void)fputs("MThd", file);
  put_number(file, 6U, 4U);
  put_number(file, 0U, 2U);
  put_number(file, 1U, 2U);
  put_number(file, TICKS_PER_QUARTER, 2U);
  (void)fputs("MTrk", file);
  put_number(file, sizeof(tempo) + track->size + sizeof(end), 4U);
  bool good = fwrite(tempo, 1U, sizeof(tempo), file) == sizeof(tempo);
  good = fwrite(track->bytes, 1U, track->size, file) == track->size && good;
  good = fwrite(end, 1U, sizeof(end), file) == sizeof(end) && good;
  return fclose(file) == 0 && good;
}

bool midi_recorder_stop(MidiRecorder* const recorder)
{
  if (!recorder) {
    return true;
  }
  atomic_store(&recorder->quit, true);
  (void)pthread_join(recorder->thread, NULL);
  drain(recorder, &recorder->sent);
  drain(recorder, &recorder->heard);
  bool good = !recorder->failed && !ferror(recorder->lines);
  for (size_t i = 0U; i < recorder->track_count; ++i) {
    good = save(recorder, &recorder->tracks[i]) && good;
  }
  good            = fclose(recorder->lines) == 0 && good;
  recorder->lines = NULL;
  release(recorder);
  return good;
}
