// SPDX-License-Identifier: MIT
// Threads that call what may hang: starting, closing and reopening a device.
// They are never joined; one that is stuck is left behind with its memory.

#include "audio_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct Task {
  Audio*             audio;
  AudioJob           job;
  const AudioDriver* driver;
  void*              port;
  unsigned           pass;
} Task;

bool audio_helper_init(Audio* const audio)
{
  pthread_condattr_t attributes;
  if (pthread_condattr_init(&attributes)) {
    return false;
  }
  (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  const bool cond_made = pthread_cond_init(&audio->changed, &attributes) == 0;
  (void)pthread_condattr_destroy(&attributes);
  if (cond_made && pthread_mutex_init(&audio->lock, NULL)) {
    (void)pthread_cond_destroy(&audio->changed);
    return false;
  }
  return cond_made;
}

void audio_helper_deinit(Audio* const audio)
{
  (void)pthread_cond_destroy(&audio->changed);
  (void)pthread_mutex_destroy(&audio->lock);
}

static void close_port(const Task* const task, void* const port)
{
  Audio* const audio = task->audio;
  const bool   clean = task->driver->close(port);
  (void)pthread_mutex_lock(&audio->lock);
  audio->unclean = audio->unclean || !clean;
  (void)pthread_mutex_unlock(&audio->lock);
}

static void* start_or_close(const Task* const task,
                            void* const       port,
                            char* const       text,
                            const size_t      size)
{
  if (task->driver->start(port, &task->audio->gate, task->pass, text, size)) {
    return port;
  }
  close_port(task, port);
  return NULL;
}

static void* reopen(const Task* const task, char* const text, const size_t size)
{
  const AudioConfig* const config = &task->audio->config;
  const AudioInfo* const   before = &task->audio->info;
  AudioInfo                info   = {{0}, {0}, {0}, {0}, 0U, 0.0, 0U, 0.0, 0.0};
  void* const              port = task->driver->open(config, &info, text, size);
  if (!port) {
    return NULL;
  }
  if (info.rate_hz != before->rate_hz) {
    audio_say(text,
              size,
              "The sound device came back at %u Hz, but this session runs at "
              "%u Hz.",
              (unsigned)info.rate_hz,
              (unsigned)before->rate_hz);
    close_port(task, port);
    return NULL;
  }
  return start_or_close(task, port, text, size);
}

static void* run(void* const argument)
{
  const Task   task                  = *(const Task*)argument;
  Audio* const audio                 = task.audio;
  char         text[AUDIO_NOTE_SIZE] = "";
  void*        port                  = NULL;
  free(argument);
  switch (task.job) {
  case AUDIO_JOB_START:
    port = start_or_close(&task, task.port, text, sizeof(text));
    break;
  case AUDIO_JOB_OPEN:
    port = reopen(&task, text, sizeof(text));
    break;
  case AUDIO_JOB_CLOSE:
    close_port(&task, task.port);
    break;
  }
  (void)pthread_mutex_lock(&audio->lock);
  if (task.job != AUDIO_JOB_CLOSE) {
    audio->answered = true;
    audio->opened   = port;
    memcpy(audio->answer, text, sizeof(text));
  }
  --audio->helpers;
  (void)pthread_cond_broadcast(&audio->changed);
  (void)pthread_mutex_unlock(&audio->lock);
  return NULL;
}

bool audio_helper_begin(Audio* const             audio,
                        const AudioJob           job,
                        const AudioDriver* const driver,
                        void* const              port)
{
  Task* const task = (Task*)malloc(sizeof(Task));
  if (!task) {
    return false;
  }
  *task = (Task){audio, job, driver, port, audio->pass};
  (void)pthread_mutex_lock(&audio->lock);
  ++audio->helpers;
  (void)pthread_mutex_unlock(&audio->lock);
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, task)) {
    (void)pthread_mutex_lock(&audio->lock);
    --audio->helpers;
    (void)pthread_mutex_unlock(&audio->lock);
    free(task);
    return false;
  }
  (void)pthread_detach(thread);
  return true;
}

bool audio_helper_wait(Audio* const audio, const JamTime span)
{
  struct timespec until;
  (void)clock_gettime(CLOCK_MONOTONIC, &until);
  const JamTime end = until.tv_nsec + span % JAM_SECOND;
  until.tv_sec += (time_t)(span / JAM_SECOND + end / JAM_SECOND);
  until.tv_nsec = (long)(end % JAM_SECOND);
  (void)pthread_mutex_lock(&audio->lock);
  int result = 0;
  while (audio->helpers > 0U && result != ETIMEDOUT) {
    result = pthread_cond_timedwait(&audio->changed, &audio->lock, &until);
  }
  const bool done = audio->helpers == 0U && !audio->unclean;
  (void)pthread_mutex_unlock(&audio->lock);
  return done;
}

unsigned audio_helper_count(Audio* const audio)
{
  (void)pthread_mutex_lock(&audio->lock);
  const unsigned count = audio->helpers;
  (void)pthread_mutex_unlock(&audio->lock);
  return count;
}

bool audio_helper_take(Audio* const audio,
                       void** const port,
                       char* const  text,
                       const size_t size)
{
  (void)pthread_mutex_lock(&audio->lock);
  const bool answered = audio->answered;
  if (answered) {
    audio->answered = false;
    *port           = audio->opened;
    (void)snprintf(text, size, "%s", audio->answer);
  }
  (void)pthread_mutex_unlock(&audio->lock);
  return answered;
}
