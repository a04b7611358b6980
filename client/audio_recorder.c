// SPDX-License-Identifier: MIT
// Recording to a file, on a thread of its own.

#include "audio_recorder.h"

#include "audio_driver.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BUFFERED_SECONDS 4U

static void write_waiting(AudioRecorder* const recorder)
{
  const uint32_t frame = (uint32_t)(recorder->channels * sizeof(float));
  for (;;) {
    const uint32_t waiting = jam_ring_readable(&recorder->ring) / frame;
    const uint32_t frames = waiting < JAM_MAX_FRAMES ? waiting : JAM_MAX_FRAMES;
    if (frames == 0U ||
        !jam_ring_read(&recorder->ring, recorder->piece, frames * frame)) {
      return;
    }
    (void)sf_writef_float(recorder->file, recorder->piece, (sf_count_t)frames);
  }
}

static void* run(void* const context)
{
  AudioRecorder* const         recorder = (AudioRecorder*)context;
  static const struct timespec pause    = {0, 20000000};
  while (!atomic_load(&recorder->quit)) {
    write_waiting(recorder);
    (void)nanosleep(&pause, NULL);
  }
  write_waiting(recorder);
  return NULL;
}

static int format_of(const char* const path)
{
  const size_t length = strlen(path);
  return length > 5U && !strcmp(path + length - 5U, ".flac")
           ? SF_FORMAT_FLAC | SF_FORMAT_PCM_24
           : SF_FORMAT_WAV | SF_FORMAT_FLOAT;
}

static bool start(AudioRecorder* const recorder, const uint32_t rate_hz)
{
  const size_t size =
    (size_t)rate_hz * BUFFERED_SECONDS * recorder->channels * sizeof(float);
  if (jam_ring_init(&recorder->ring, NULL, size) != JAM_OK) {
    return false;
  }
  if (pthread_create(&recorder->thread, NULL, run, recorder)) {
    jam_ring_deinit(&recorder->ring, NULL);
    return false;
  }
  return true;
}

AudioRecorder* audio_recorder_new(const char* const path,
                                  const uint32_t    rate_hz,
                                  const unsigned    channels,
                                  char* const       error,
                                  const size_t      error_size)
{
  SF_INFO info;
  memset(&info, 0, sizeof(info));
  info.samplerate     = (int)rate_hz;
  info.channels       = (int)channels;
  info.format         = format_of(path);
  SNDFILE* const file = sf_open(path, SFM_WRITE, &info);
  if (!file) {
    audio_say(error,
              error_size,
              "The recording \"%s\" cannot be written: %s",
              path,
              sf_strerror(NULL));
    return NULL;
  }
  // A program that is killed leaves a file that can be played
  (void)sf_command(file, SFC_SET_UPDATE_HEADER_AUTO, NULL, SF_TRUE);
  (void)sf_command(file, SFC_SET_CLIPPING, NULL, SF_TRUE);
  AudioRecorder* const out = (AudioRecorder*)calloc(1U, sizeof(AudioRecorder));
  if (out) {
    out->file     = file;
    out->channels = channels;
  }
  if (!out || !start(out, rate_hz)) {
    audio_say(error, error_size, "There is not enough memory to record.");
    (void)sf_close(file);
    free(out);
    return NULL;
  }
  return out;
}

void audio_recorder_free(AudioRecorder* const recorder)
{
  if (!recorder) {
    return;
  }
  atomic_store(&recorder->quit, true);
  (void)pthread_join(recorder->thread, NULL);
  (void)sf_close(recorder->file);
  jam_ring_deinit(&recorder->ring, NULL);
  free(recorder);
}
