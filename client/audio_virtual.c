// SPDX-License-Identifier: MIT
// A sound device without hardware: a paced thread with a file, a tone or
// silence as its microphone, which can record what it hears.

#include "audio_driver.h"
#include "audio_file.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEFAULT_RATE 48000U
#define DEFAULT_BLOCK 64U
#define PRIORITY 60
#define TAIL_SECONDS 1.0 // After the file, so that its end is still sent
#define TONE_PEAK 0.25
#define TWO_PI 6.283185307179586
#define HOPELESS JAM_SECOND // Behind by this, blocks are not made up for

typedef struct Port {
  AudioConfig    config;
  uint32_t       rate_hz;
  unsigned       block, channels;
  AudioClip      clip;
  AudioRecorder* recorder;
  AudioGate*     gate;
  unsigned       pass;
  pthread_t      thread;
  bool           started;
  _Atomic bool   quit, finished;
  float          in[JAM_MAX_FRAMES], out[2][JAM_MAX_FRAMES];
} Port;

static bool set_real_time(const pthread_t thread)
{
  const struct sched_param priority = {.sched_priority = PRIORITY};
  return pthread_setschedparam(thread, SCHED_FIFO, &priority) == 0;
}

// Tried on the calling thread, which then goes back to what it was.
static bool may_be_real_time(void)
{
  int                policy   = SCHED_OTHER;
  struct sched_param priority = {0};
  if (pthread_getschedparam(pthread_self(), &policy, &priority) ||
      !set_real_time(pthread_self())) {
    return false;
  }
  (void)pthread_setschedparam(pthread_self(), policy, &priority);
  return true;
}

static uint64_t length_frames(const Port* const port)
{
  const double rate = (double)port->rate_hz;
  if (port->config.seconds > 0.0) {
    return (uint64_t)(port->config.seconds * rate);
  }
  return port->clip.samples && !port->config.loop
           ? (uint64_t)port->clip.frames + (uint64_t)(TAIL_SECONDS * rate)
           : UINT64_MAX;
}

static float microphone(const Port* const port, const uint64_t at)
{
  const AudioClip* const clip = &port->clip;
  if (clip->samples) {
    const uint64_t place = port->config.loop ? at % clip->frames : at;
    return place < clip->frames ? clip->samples[place] : 0.0F;
  }
  const double cycles =
    (double)at * port->config.tone_hz / (double)port->rate_hz;
  return (float)(TONE_PEAK * sin(TWO_PI * (cycles - floor(cycles))));
}

static void exchange(Port* const port, const uint64_t at, const unsigned frames)
{
  float* const out[2] = {port->out[0], port->out[1]};
  for (unsigned i = 0U; i < frames; ++i) {
    port->in[i] = microphone(port, at + i);
  }
  audio_gate_process(port->gate,
                     port->pass,
                     port->in,
                     out,
                     port->channels,
                     frames,
                     jam_now());
  if (port->recorder) {
    const float* const heard[2] = {port->out[0], port->out[1]};
    audio_recorder_write(port->recorder, heard, frames);
  }
}

static void sleep_until(const JamTime when)
{
  const struct timespec until = {(time_t)(when / JAM_SECOND),
                                 (long)(when % JAM_SECOND)};
  (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

// Unpaced, nothing but the file behind the recorder can be too slow.
static void wait_for_recorder(const Port* const port)
{
  while (port->recorder && audio_recorder_room(port->recorder) < port->block &&
         !atomic_load(&port->quit)) {
    sleep_until(jam_now() + 5 * JAM_MS);
  }
}

static void* run(void* const context)
{
  Port* const    port   = (Port*)context;
  const uint64_t length = length_frames(port);
  const double   frame =
    1e9 / ((double)port->rate_hz * (1.0 + port->config.skew_ppm * 1e-6));
  JamTime  origin = jam_now();
  uint64_t since  = 0U; // Frames since `origin`
  for (uint64_t at = 0U; at < length && !atomic_load(&port->quit);) {
    const uint64_t left   = length - at;
    const unsigned frames = left < port->block ? (unsigned)left : port->block;
    exchange(port, at, frames);
    at += frames;
    since += frames;
    if (port->config.unpaced) {
      wait_for_recorder(port);
      continue;
    }
    const JamTime due = origin + (JamTime)((double)since * frame);
    if (jam_now() - due > HOPELESS) {
      origin = jam_now(); // The machine slept; a real card starts anew as well
      since  = 0U;
      audio_gate_xrun(port->gate);
    }
    sleep_until(due);
  }
  atomic_store(&port->finished, true);
  return NULL;
}

static void release(Port* const port)
{
  audio_recorder_free(port->recorder);
  audio_clip_free(&port->clip);
  free(port);
}

static bool load(Port* const port, char* const error, const size_t size)
{
  const AudioConfig* const config = &port->config;
  if (config->rate_hz && audio_nominal_rate((double)config->rate_hz) == 0U) {
    audio_say(error,
              size,
              "The rate has to be 44100, 48000, 96000 or 192000 Hz.");
    return false;
  }
  port->rate_hz = config->rate_hz ? config->rate_hz : DEFAULT_RATE;
  if (config->file_in) {
    if (!audio_clip_load(config->file_in,
                         config->rate_hz,
                         &port->clip,
                         error,
                         size)) {
      return false;
    }
    port->rate_hz = port->clip.rate_hz;
  }
  if (config->file_out) {
    port->recorder = audio_recorder_new(config->file_out,
                                        port->rate_hz,
                                        port->channels,
                                        error,
                                        size);
    return port->recorder != NULL;
  }
  return true;
}

static void* port_open(const AudioConfig* const config,
                       AudioInfo* const         info,
                       char* const              error,
                       const size_t             size)
{
  Port* const port = (Port*)calloc(1U, sizeof(Port));
  if (!port) {
    audio_say(error, size, "There is not enough memory for sound.");
    return NULL;
  }
  port->config   = *config;
  port->channels = config->out_channels == 1U ? 1U : 2U;
  port->block    = config->block_frames ? config->block_frames : DEFAULT_BLOCK;
  port->block    = port->block < JAM_MAX_FRAMES ? port->block : JAM_MAX_FRAMES;
  if (!load(port, error, size) ||
      !audio_accept_rate((double)port->rate_hz, 0U, info, error, size)) {
    release(port);
    return NULL;
  }
  info->device_rate_hz *= 1.0 + config->skew_ppm * 1e-6;
  info->out_channels = port->channels;
  audio_say(info->system, sizeof(info->system), "virtual");
  if (!config->unpaced && !may_be_real_time()) {
    audio_say(info->note,
              sizeof(info->note),
              "Real-time priority is not allowed here; blocks may be late.");
  }
  audio_say(info->input,
            sizeof(info->input),
            "%s",
            config->file_in         ? config->file_in
            : config->tone_hz > 0.0 ? "a tone"
                                    : "silence");
  audio_say(info->output,
            sizeof(info->output),
            "%s",
            config->file_out ? config->file_out : "nowhere");
  return port;
}

static bool port_start(void* const      data,
                       AudioGate* const gate,
                       const unsigned   pass,
                       char* const      error,
                       const size_t     size)
{
  Port* const port = (Port*)data;
  port->gate       = gate;
  port->pass       = pass;
  if (pthread_create(&port->thread, NULL, run, port)) {
    audio_say(error, size, "There is no thread left for sound.");
    return false;
  }
  port->started = true;
  if (!port->config.unpaced) {
    (void)set_real_time(port->thread);
  }
  return true;
}

static bool port_active(const void* const data)
{
  return !atomic_load(&((const Port*)data)->finished);
}

static bool port_finished(const void* const data)
{
  return atomic_load(&((const Port*)data)->finished);
}

static bool port_close(void* const data)
{
  Port* const port = (Port*)data;
  atomic_store(&port->quit, true);
  if (port->started) {
    (void)pthread_join(port->thread, NULL);
  }
  release(port);
  return true;
}

static const AudioDriver* port_successor(const void* const data)
{
  (void)data;
  return &audio_driver_virtual;
}

static unsigned port_list(AudioDevice* const out, const unsigned capacity)
{
  (void)out;
  (void)capacity;
  return 0U; // Always there; nothing to look for
}

const AudioDriver audio_driver_virtual = {"virtual",
                                          port_open,
                                          port_start,
                                          port_active,
                                          port_finished,
                                          port_close,
                                          port_successor,
                                          port_list};
