// SPDX-License-Identifier: MIT
// Whole sound files as integers. Files go through memory, so that pipes, in
// which libsndfile cannot seek, are like any other file.

#include "sound.h"

#include <sndfile.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 65536U
#define MAX_BYTES ((size_t)1 << 31U)

/// A file in memory.
typedef struct Bytes {
  unsigned char* data; ///< Owned
  size_t         size;
  size_t         capacity;
  size_t         at;
} Bytes;

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static bool
say(SoundError* const error, const char* const format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(error->text, sizeof(error->text), format, arguments);
  va_end(arguments);
  return false;
}

// Makes room for `size` bytes in all.
static bool grow(Bytes* const bytes, const size_t size)
{
  if (size <= bytes->capacity) {
    return true;
  }
  const size_t capacity = size < MAX_BYTES / 2U ? size * 2U : MAX_BYTES;
  if (size > MAX_BYTES) {
    return false;
  }
  unsigned char* const data = (unsigned char*)realloc(bytes->data, capacity);
  if (!data) {
    return false;
  }
  bytes->data     = data;
  bytes->capacity = capacity;
  return true;
}

static sf_count_t bytes_length(void* const user)
{
  return (sf_count_t)((const Bytes*)user)->size;
}

static sf_count_t
bytes_seek(const sf_count_t offset, const int whence, void* const user)
{
  Bytes* const     bytes = (Bytes*)user;
  const sf_count_t from  = whence == SEEK_SET   ? 0
                           : whence == SEEK_CUR ? (sf_count_t)bytes->at
                                                : (sf_count_t)bytes->size;
  const sf_count_t to    = from + offset;
  if (to < 0 || to > (sf_count_t)bytes->size) {
    return -1;
  }
  bytes->at = (size_t)to;
  return to;
}

static sf_count_t
bytes_read(void* const out, const sf_count_t count, void* const user)
{
  Bytes* const bytes = (Bytes*)user;
  const size_t left  = bytes->size - bytes->at;
  const size_t size  = (size_t)count < left ? (size_t)count : left;
  if (size > 0U) {
    memcpy(out, bytes->data + bytes->at, size);
  }
  bytes->at += size;
  return (sf_count_t)size;
}

static sf_count_t
bytes_write(const void* const in, const sf_count_t count, void* const user)
{
  Bytes* const bytes = (Bytes*)user;
  if (!grow(bytes, bytes->at + (size_t)count)) {
    return 0;
  }
  memcpy(bytes->data + bytes->at, in, (size_t)count);
  bytes->at += (size_t)count;
  bytes->size = bytes->at > bytes->size ? bytes->at : bytes->size;
  return count;
}

static sf_count_t bytes_tell(void* const user)
{
  return (sf_count_t)((const Bytes*)user)->at;
}

static SF_VIRTUAL_IO memory_io = {bytes_length,
                                  bytes_seek,
                                  bytes_read,
                                  bytes_write,
                                  bytes_tell};

static bool
load(const char* const path, Bytes* const bytes, SoundError* const error)
{
  FILE* const file = strcmp(path, "-") != 0 ? fopen(path, "rb") : stdin;
  if (!file) {
    return say(error, "%s cannot be opened: %s.", path, strerror(errno));
  }
  size_t got = 1U;
  while (got > 0U && grow(bytes, bytes->size + PIECE)) {
    got = fread(bytes->data + bytes->size, 1U, PIECE, file);
    bytes->size += got;
  }
  const bool failed = ferror(file) != 0;
  if (file != stdin) {
    (void)fclose(file);
  }
  return failed    ? say(error, "%s cannot be read.", path)
         : got > 0 ? say(error, "%s is too long to be held in memory.", path)
                   : true;
}

static bool
store(const char* const path, const Bytes* const bytes, SoundError* const error)
{
  FILE* const file = strcmp(path, "-") != 0 ? fopen(path, "wb") : stdout;
  if (!file) {
    return say(error, "%s cannot be written: %s.", path, strerror(errno));
  }
  const bool whole  = fwrite(bytes->data, 1U, bytes->size, file) == bytes->size;
  const bool closed = (file == stdout ? fflush(file) : fclose(file)) == 0;
  return whole && closed ? true : say(error, "%s cannot be written.", path);
}

// Returns the depth of a file, or 0.
static unsigned depth_of(const int format)
{
  switch (format & SF_FORMAT_SUBMASK) {
  case SF_FORMAT_PCM_S8:
  case SF_FORMAT_PCM_U8:
  case SF_FORMAT_PCM_16:
    return 16U;
  case SF_FORMAT_PCM_24:
    return 24U;
  default:
    return 0U;
  }
}

// libsndfile scales every depth to 32 bits; the depth asked for is the top.
static void
lower_depth(int32_t* const samples, const size_t count, const unsigned bits)
{
  const int32_t unit = (int32_t)(UINT32_C(1) << (32U - bits));
  for (size_t i = 0U; i < count; ++i) {
    const int32_t rest = ((samples[i] % unit) + unit) % unit;
    // Rounded down, in 64 bits because the lowest sample may go lower still
    samples[i] = (int32_t)(((int64_t)samples[i] - rest) / unit);
  }
}

static bool read_frames(SNDFILE* const       file,
                        const SF_INFO* const info,
                        const char* const    path,
                        Sound* const         out,
                        SoundError* const    error)
{
  if (out->bits == 0U) {
    return say(error,
               "%s has neither 16 nor 24 bits; --bits 16 or 24 converts it.",
               path);
  }
  if (info->channels < 1 || info->channels > (int)SOUND_MAX_CHANNELS ||
      info->frames < 0 ||
      (size_t)info->frames > SOUND_MAX_SAMPLES / (size_t)info->channels) {
    return say(error, "%s has too many channels or is too long.", path);
  }
  out->frames   = (size_t)info->frames;
  out->channels = (unsigned)info->channels;
  out->rate_hz  = (uint32_t)info->samplerate;
  out->samples =
    (int32_t*)calloc(out->frames * out->channels + 1U, sizeof(int32_t));
  if (!out->samples) {
    return say(error, "There is not enough memory for %s.", path);
  }
  // Floats become integers clipped, not wrapped
  (void)sf_command(file, SFC_SET_SCALE_FLOAT_INT_READ, NULL, SF_TRUE);
  (void)sf_command(file, SFC_SET_CLIPPING, NULL, SF_TRUE);
  if (sf_readf_int(file, out->samples, info->frames) != info->frames) {
    sound_free(out);
    return say(error, "%s cannot be read to its end.", path);
  }
  lower_depth(out->samples, out->frames * out->channels, out->bits);
  return true;
}

bool sound_read(const char* const path,
                const unsigned    bits,
                Sound* const      out,
                SoundError* const error)
{
  Bytes   bytes = {NULL, 0U, 0U, 0U};
  SF_INFO info;
  memset(&info, 0, sizeof(info));
  memset(out, 0, sizeof(*out));
  if (!load(path, &bytes, error)) {
    free(bytes.data);
    return false;
  }
  SNDFILE* const file = sf_open_virtual(&memory_io, SFM_READ, &info, &bytes);
  bool           good = false;
  if (file) {
    out->bits = bits ? bits : depth_of(info.format);
    good      = read_frames(file, &info, path, out, error);
    (void)sf_close(file);
  } else {
    (void)say(error, "%s is no sound file that can be read here.", path);
  }
  free(bytes.data);
  return good;
}

static bool write_frames(SNDFILE* const file, const Sound* const sound)
{
  enum { FRAMES = 1024 };

  static int32_t piece[FRAMES * SOUND_MAX_CHANNELS];
  const int32_t  unit = (int32_t)(UINT32_C(1) << (32U - sound->bits));
  for (size_t done = 0U; done < sound->frames;) {
    const size_t left   = sound->frames - done;
    const size_t frames = left < FRAMES ? left : FRAMES;
    for (size_t i = 0U; i < frames * sound->channels; ++i) {
      piece[i] = sound->samples[done * sound->channels + i] * unit;
    }
    if (sf_writef_int(file, piece, (sf_count_t)frames) != (sf_count_t)frames) {
      return false;
    }
    done += frames;
  }
  return true;
}

bool sound_write(const char* const  path,
                 const Sound* const sound,
                 SoundError* const  error)
{
  const char* const dot  = strrchr(path, '.');
  const bool        flac = dot && !strcmp(dot, ".flac");
  SF_INFO           info;
  memset(&info, 0, sizeof(info));
  info.samplerate = (int)sound->rate_hz;
  info.channels   = (int)sound->channels;
  info.format     = (flac ? SF_FORMAT_FLAC : SF_FORMAT_WAV) |
                (sound->bits == 16U ? SF_FORMAT_PCM_16 : SF_FORMAT_PCM_24);
  Bytes          bytes = {NULL, 0U, 0U, 0U};
  SNDFILE* const file  = sf_open_virtual(&memory_io, SFM_WRITE, &info, &bytes);
  if (!file) {
    free(bytes.data);
    return say(error,
               "%s cannot hold %u channels at %u Hz.",
               path,
               sound->channels,
               (unsigned)sound->rate_hz);
  }
  const bool written = write_frames(file, sound);
  const bool closed  = sf_close(file) == 0;
  const bool good    = written && closed
                         ? store(path, &bytes, error)
                         : say(error, "There is not enough memory for %s.", path);
  free(bytes.data);
  return good;
}

void sound_free(Sound* const sound)
{
  free(sound->samples);
  sound->samples = NULL;
  sound->frames  = 0U;
}
