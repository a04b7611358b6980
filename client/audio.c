// SPDX-License-Identifier: MIT
// Opening, watching and closing a sound device, whatever its driver.

#include "audio_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SILENT_SPAN JAM_SECOND       // Then a device may be dead
#define DEAD_SPAN (3 * JAM_SECOND)   // Then it is, whatever the driver says
#define RETRY_SPAN (2 * JAM_SECOND)  // Between looks for a lost device
#define START_SPAN (10 * JAM_SECOND) // A device may take to start
#define CLOSE_SPAN (3 * JAM_SECOND)  // A device may take to close
#define RATE_TOLERANCE 1e-3          // What counts as drift of a clock

static const AudioDriver* const drivers[] = {
#ifdef JAM_HAVE_PORTAUDIO
  &audio_driver_portaudio,
#endif
#ifdef JAM_HAVE_JACK
  &audio_driver_jack,
#endif
  &audio_driver_virtual};

#define DRIVER_COUNT (sizeof(drivers) / sizeof(drivers[0]))

void audio_say(char* const text, const size_t size, const char* format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text, size, format, arguments);
  va_end(arguments);
}

uint32_t audio_nominal_rate(const double device_rate_hz)
{
  static const uint32_t rates[] = {44100U, 48000U, 96000U, 192000U};
  for (unsigned i = 0U; i < sizeof(rates) / sizeof(rates[0]); ++i) {
    const double away = device_rate_hz - (double)rates[i];
    const double room = (double)rates[i] * RATE_TOLERANCE;
    if (away <= room && away >= -room) {
      return rates[i];
    }
  }
  return 0U;
}

bool audio_accept_rate(const double     device_rate_hz,
                       const uint32_t   wanted_hz,
                       AudioInfo* const info,
                       char* const      error,
                       const size_t     error_size)
{
  info->device_rate_hz = device_rate_hz;
  info->rate_hz        = audio_nominal_rate(device_rate_hz);
  if (!info->rate_hz) {
    audio_say(
      error,
      error_size,
      "The sound device runs at %.0f Hz; it has to run at 44100, 48000, "
      "96000 or 192000 Hz.",
      device_rate_hz);
    return false;
  }
  if (wanted_hz && wanted_hz != info->rate_hz) {
    audio_say(error,
              error_size,
              "The sound device runs at %u Hz and cannot be set to %u Hz.",
              (unsigned)info->rate_hz,
              (unsigned)wanted_hz);
    return false;
  }
  return true;
}

static const AudioDriver* find_driver(const char* const name)
{
  const char* const wanted = !name                   ? drivers[0]->name
                             : !strcmp(name, "file") ? "virtual"
                                                     : name;
  for (size_t i = 0U; i < DRIVER_COUNT; ++i) {
    if (!strcmp(drivers[i]->name, wanted)) {
      return drivers[i];
    }
  }
  return NULL;
}

Audio* audio_open(const AudioConfig* const config,
                  char* const              error,
                  const size_t             error_size)
{
  const AudioDriver* const driver = find_driver(config->backend);
  if (!driver) {
    audio_say(error,
              error_size,
              "There is no sound system called \"%s\" in this build.",
              config->backend);
    return NULL;
  }
  Audio* const audio = (Audio*)calloc(1U, sizeof(Audio));
  if (!audio || !audio_helper_init(audio)) {
    free(audio);
    audio_say(error, error_size, "There is not enough memory for sound.");
    return NULL;
  }
  audio->config = *config;
  audio->driver = driver;
  audio->port   = driver->open(&audio->config, &audio->info, error, error_size);
  if (!audio->port) {
    audio_helper_deinit(audio);
    free(audio);
    return NULL;
  }
  return audio;
}

const AudioInfo* audio_info(const Audio* const audio)
{
  return &audio->info;
}

static void admit_next_pass(Audio* const audio)
{
  ++audio->pass;
  audio->started = jam_now();
  atomic_store(&audio->gate.last, audio->started);
  atomic_store(&audio->gate.pass, audio->pass);
}

bool audio_start(Audio* const                audio,
                 const AudioCallbacks* const callbacks,
                 char* const                 error,
                 const size_t                error_size)
{
  if (audio->phase != AUDIO_PHASE_OPEN) {
    audio_say(error, error_size, "The sound was started before.");
    return false;
  }
  audio->gate.callbacks = *callbacks;
  admit_next_pass(audio);
  void* const port = audio->port;
  audio->phase     = AUDIO_PHASE_STOPPED;
  if (!audio_helper_begin(audio, AUDIO_JOB_START, audio->driver, port)) {
    audio_say(error, error_size, "There is no thread left for sound.");
    return false;
  }
  audio->port = NULL;
  (void)audio_helper_wait(audio, START_SPAN);
  if (!audio_helper_take(audio, &audio->port, error, error_size)) {
    audio_stop(audio);
    audio_say(error, error_size, "The sound device does not start.");
    return false;
  }
  if (!audio->port) {
    audio_stop(audio);
    return false;
  }
  audio->phase = AUDIO_PHASE_PLAYING;
  return true;
}

void audio_stop(Audio* const audio)
{
  static const struct timespec moment = {0, 200000};
  atomic_store(&audio->gate.pass, 0U);
  while (atomic_load(&audio->gate.busy)) {
    (void)nanosleep(&moment, NULL);
  }
  audio->phase = AUDIO_PHASE_STOPPED;
}

bool audio_close(Audio* const audio)
{
  if (!audio) {
    return true;
  }
  audio_stop(audio);
  if (audio->port) {
    if (!audio_helper_begin(audio,
                            AUDIO_JOB_CLOSE,
                            audio->driver,
                            audio->port)) {
      return false;
    }
    audio->port = NULL;
  }
  if (!audio_helper_wait(audio, CLOSE_SPAN)) {
    return false;
  }
  char  text[AUDIO_NOTE_SIZE];
  void* port = NULL;
  if (audio_helper_take(audio, &port, text, sizeof(text)) && port) {
    audio->port = port; // A device came back in the last moment
    return audio_close(audio);
  }
  audio_helper_deinit(audio);
  free(audio);
  return true;
}

void audio_abandon(Audio* const audio)
{
  if (audio) {
    audio_stop(audio);
  }
}

AudioHealth audio_alive(const Audio* const audio)
{
  const JamTime now  = jam_now();
  const JamTime last = atomic_load(&audio->gate.last);
  AudioHealth   out  = {false, false, 0U, now - last, 0U};
  out.callbacks      = atomic_load(&audio->gate.blocks);
  out.xruns          = atomic_load(&audio->gate.xruns);
  if (audio->phase == AUDIO_PHASE_PLAYING) {
    out.finished = audio->driver->finished(audio->port);
    out.alive    = out.finished || out.idle < SILENT_SPAN ||
                (out.idle < DEAD_SPAN && audio->driver->active(audio->port));
  }
  return out;
}

static AudioEvent
lose(Audio* const audio, char* const text, const size_t text_size)
{
  const AudioDriver* const next = audio->driver->successor(audio->port);
  atomic_store(&audio->gate.pass, 0U);
  (void)audio_helper_begin(audio, AUDIO_JOB_CLOSE, audio->driver, audio->port);
  audio->patient    = next == audio->driver;
  audio->port       = NULL;
  audio->driver     = next;
  audio->phase      = AUDIO_PHASE_LOST;
  audio->next_try   = jam_now() + RETRY_SPAN;
  audio->trouble[0] = '\0';
  audio_say(text,
            text_size,
            next ? "The sound server stopped. Looking for it every 2 seconds."
                 : "The sound server stopped. Start the program again to hear "
                   "the others.");
  return AUDIO_EVENT_STOPPED;
}

static AudioEvent
look_again(Audio* const audio, char* const text, const size_t text_size)
{
  void* port = NULL;
  if (audio->opening && audio_helper_take(audio, &port, text, text_size)) {
    audio->opening  = false;
    audio->next_try = jam_now() + RETRY_SPAN;
    if (port) {
      audio->port  = port;
      audio->phase = AUDIO_PHASE_PLAYING;
      audio_say(text, text_size, "The sound is back.");
      return AUDIO_EVENT_BACK;
    }
    atomic_store(&audio->gate.pass, 0U);
    if (strncmp(audio->trouble, text, sizeof(audio->trouble) - 1U) != 0) {
      audio_say(audio->trouble, sizeof(audio->trouble), "%s", text);
      return AUDIO_EVENT_TROUBLE;
    }
  } else if (!audio->opening && audio->driver && jam_now() >= audio->next_try &&
             !(audio->patient && audio_helper_count(audio) > 0U)) {
    admit_next_pass(audio);
    audio->opening =
      audio_helper_begin(audio, AUDIO_JOB_OPEN, audio->driver, NULL);
  }
  return AUDIO_EVENT_NONE;
}

AudioEvent
audio_poll(Audio* const audio, char* const text, const size_t text_size)
{
  if (audio->phase == AUDIO_PHASE_LOST) {
    return look_again(audio, text, text_size);
  }
  if (audio->phase != AUDIO_PHASE_PLAYING) {
    return AUDIO_EVENT_NONE;
  }
  const AudioHealth health = audio_alive(audio);
  if (!health.alive) {
    return lose(audio, text, text_size);
  }
  if (health.finished && !audio->end_reported) {
    audio->end_reported = true;
    audio_say(text, text_size, "The sound has come to its end.");
    return AUDIO_EVENT_FINISHED;
  }
  return AUDIO_EVENT_NONE;
}

unsigned audio_list(AudioDevice* const out, const unsigned capacity)
{
  unsigned count = 0U;
  for (size_t i = 0U; i < DRIVER_COUNT; ++i) {
    count += drivers[i]->list(out + count, capacity - count);
  }
  return count;
}
