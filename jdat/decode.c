// SPDX-License-Identifier: MIT
// Lines of packets as a sound file: a channel for each stream, in the order of
// their numbers.

#include "jdat.h"

#include <stdlib.h>
#include <string.h>

#define STREAMS (JELLIE_MAX_STREAM + 1U)
#define MAX_AHEAD_SECONDS 60U
#define MISSING INT32_MIN // No sample of 24 bits

typedef struct Track {
  int32_t* samples; // Owned
  size_t   frames;
  size_t   capacity;
} Track;

typedef struct Tracks {
  Track       tracks[STREAMS];
  JellieBlock first; // Says what all have in common
  bool        begun;
  size_t      end; // Frames that belong to the sound
} Tracks;

// Extends a track by samples that are missing.
static bool extend(Track* const track, const size_t frames)
{
  if (frames > SOUND_MAX_SAMPLES) {
    return false;
  }
  if (frames > track->capacity) {
    const size_t   capacity = frames * 2U;
    int32_t* const samples =
      (int32_t*)realloc(track->samples, capacity * sizeof(int32_t));
    if (!samples) {
      return false;
    }
    track->samples  = samples;
    track->capacity = capacity;
  }
  while (track->frames < frames) {
    track->samples[track->frames++] = MISSING;
  }
  return true;
}

static bool same_kind(const JellieBlock* const a, const JellieBlock* const b)
{
  return a->format.rate_hz == b->format.rate_hz &&
         a->format.bits == b->format.bits &&
         a->format.frames == b->format.frames && a->division == b->division;
}

static int
place(Tracks* const all, const char* const path, const JdatLine* const line)
{
  const JellieBlock* const block = &line->block;
  if (!all->begun) {
    all->first = *block;
    all->begun = true;
  }
  if (!same_kind(&all->first, block)) {
    return jdat_fault("Line %zu of %s has another rate, depth or length than "
                      "the first.",
                      line->number,
                      path);
  }
  const uint32_t mask   = (UINT32_C(1) << JELLIE_COUNTER_BITS) - 1U;
  const size_t   number = (block->counter - all->first.counter) & mask;
  const size_t   from   = number * block->frames;
  Track* const   track  = &all->tracks[block->format.stream];
  const size_t   ahead =
    (size_t)MAX_AHEAD_SECONDS * all->first.format.rate_hz / block->division;
  if (from > all->end + ahead) {
    return jdat_fault("Line %zu of %s is before the first or more than %u s "
                      "ahead.",
                      line->number,
                      path,
                      MAX_AHEAD_SECONDS);
  }
  const size_t to = from + block->frames;
  if (to > track->frames && !extend(track, to)) {
    return jdat_fault("There is not enough memory for %s.", path);
  }
  memcpy(track->samples + from,
         block->samples,
         block->frames * sizeof(int32_t));
  const size_t end =
    from + (line->used + block->division - 1U) / block->division;
  all->end = end > all->end ? end : all->end;
  return JDAT_OK;
}

// Puts the tracks side by side. Returns how many samples were missing.
static size_t interleave(const Tracks* const all, Sound* const out)
{
  size_t   missing = 0U;
  unsigned channel = 0U;
  for (unsigned stream = 0U; stream < STREAMS; ++stream) {
    const Track* const track = &all->tracks[stream];
    if (!track->samples) {
      continue;
    }
    for (size_t i = 0U; i < all->end; ++i) {
      const bool there = i < track->frames && track->samples[i] != MISSING;
      missing += !there;
      out->samples[i * out->channels + channel] = there ? track->samples[i] : 0;
    }
    ++channel;
  }
  return missing;
}

static int write_sound(const Tracks* const all, const char* const out)
{
  Sound sound = {NULL, all->end, 0U, 0U, 0U};
  for (unsigned stream = 0U; stream < STREAMS; ++stream) {
    sound.channels += all->tracks[stream].samples != NULL;
  }
  sound.bits    = all->first.format.bits;
  sound.rate_hz = all->first.format.rate_hz / all->first.division;
  sound.samples =
    (int32_t*)calloc(sound.frames * sound.channels + 1U, sizeof(int32_t));
  if (!sound.samples) {
    return jdat_fault("There is not enough memory for %s.", out);
  }
  const size_t missing = interleave(all, &sound);
  SoundError   error;
  const bool   good = sound_write(out, &sound, &error);
  sound_free(&sound);
  if (good && missing > 0U) {
    (void)jdat_fault("%zu samples are missing; silence stands for them.",
                     missing);
  }
  return good ? JDAT_OK : jdat_fault("%s", error.text);
}

static int
read_tracks(Tracks* const all, const char* const path, FILE* const file)
{
  static JdatLine line;
  int             status = jdat_read(path, file, &line);
  while (status == JDAT_OK) {
    status = place(all, path, &line);
    status = status == JDAT_OK ? jdat_read(path, file, &line) : status;
  }
  if (status == -1 && !all->begun) {
    return jdat_fault("%s holds no packet.", path);
  }
  return status == -1 ? JDAT_OK : status;
}

int jdat_decode(const JdatOptions* const options,
                const char* const        in,
                const char* const        out)
{
  (void)options;
  FILE* const   file = jdat_open(in, "r", stdin);
  static Tracks all;
  if (!file) {
    return JDAT_FAULT;
  }
  int status = read_tracks(&all, in, file);
  if (file != stdin) {
    (void)fclose(file);
  }
  if (status == JDAT_OK) {
    status = write_sound(&all, out);
  }
  for (unsigned stream = 0U; stream < STREAMS; ++stream) {
    free(all.tracks[stream].samples);
  }
  return status;
}
