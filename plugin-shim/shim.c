// SPDX-License-Identifier: MIT
// The struct of callbacks, and the life of an instance.

#include "shim.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RATE_TOLERANCE 1e-3

static const uint32_t rates_hz[] = {44100U, 48000U, 96000U, 192000U};

static const JamShimInfo* describe(void)
{
  return &shim_info;
}

static bool make_threads_parts(JamShimInstance* const self)
{
  // Waits with a limit are on the clock that nobody sets
  pthread_condattr_t attr;
  if (pthread_condattr_init(&attr) != 0) {
    return false;
  }
  const bool made = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
                    pthread_cond_init(&self->wake, &attr) == 0;
  (void)pthread_condattr_destroy(&attr);
  if (made && pthread_mutex_init(&self->mutex, NULL) != 0) {
    (void)pthread_cond_destroy(&self->wake);
    return false;
  }
  return made;
}

static bool make_mailboxes(JamShimInstance* const self)
{
  if (jam_mailbox_init(&self->settings, NULL, sizeof(JamShimSettings)) !=
      JAM_OK) {
    return false;
  }
  if (jam_mailbox_init(&self->status, NULL, sizeof(JamShimStatus)) != JAM_OK) {
    jam_mailbox_deinit(&self->settings, NULL);
    return false;
  }
  return true;
}

static bool start_keeper(JamShimInstance* const self)
{
  // The host's signals are the host's: the thread, and the engine's, which
  // inherits from it, take none
  sigset_t all;
  sigset_t before;
  (void)sigfillset(&all);
  (void)pthread_sigmask(SIG_SETMASK, &all, &before);
  const int failed = pthread_create(&self->thread, NULL, shim_keeper_run, self);
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
  return failed == 0;
}

void shim_release(JamShimInstance* const self)
{
  jam_mailbox_deinit(&self->status, NULL);
  jam_mailbox_deinit(&self->settings, NULL);
  (void)pthread_mutex_destroy(&self->mutex);
  (void)pthread_cond_destroy(&self->wake);
  free(self);
}

static JamShimInstance* create(void)
{
  JamShimInstance* const self =
    (JamShimInstance*)calloc(1U, sizeof(JamShimInstance));
  if (!self) {
    return NULL;
  }
  if (!make_threads_parts(self)) {
    free(self);
    return NULL;
  }
  if (!make_mailboxes(self)) {
    (void)pthread_mutex_destroy(&self->mutex);
    (void)pthread_cond_destroy(&self->wake);
    free(self);
    return NULL;
  }
  JamConfig config;
  jam_config_default(&config);
  self->wanted.bits = config.bits;
  memcpy(self->wanted.name, config.name, sizeof(config.name));
  for (unsigned i = 0U; i < JAM_SHIM_PARAM_COUNT; ++i) {
    atomic_init(&self->params[i], shim_params[i].initial);
  }
  if (!start_keeper(self)) {
    shim_release(self);
    return NULL;
  }
  return self;
}

static void destroy(JamShimInstance* const self)
{
  if (!self) {
    return;
  }
  const pthread_t thread = self->thread;
  (void)pthread_mutex_lock(&self->mutex);
  const bool away = self->away;
  self->stop      = true;
  self->orphaned  = away;
  if (away) {
    (void)pthread_detach(thread); // From the unlock on, the instance is its own
  }
  (void)pthread_cond_signal(&self->wake);
  (void)pthread_mutex_unlock(&self->mutex);
  if (!away) {
    (void)pthread_join(thread, NULL);
    shim_release(self);
  }
}

static uint32_t standard_rate(const double rate_hz)
{
  for (size_t i = 0U; i < sizeof(rates_hz) / sizeof(rates_hz[0]); ++i) {
    const double rate = (double)rates_hz[i];
    if (fabs(rate_hz - rate) <= rate * RATE_TOLERANCE) {
      return rates_hz[i];
    }
  }
  return 0U;
}

static void
want(JamShimInstance* const self, const uint32_t rate_hz, const char* const why)
{
  shim_rt_start(self, rate_hz);
  (void)pthread_mutex_lock(&self->mutex);
  self->wanted_rate_hz = rate_hz;
  (void)snprintf(self->refusal, sizeof(self->refusal), "%s", why);
  (void)pthread_cond_signal(&self->wake);
  (void)pthread_mutex_unlock(&self->mutex);
}

static bool activate(JamShimInstance* const self,
                     const double           rate_hz,
                     const uint32_t         max_frames)
{
  (void)max_frames; // Blocks of any length are cut into pieces
  const uint32_t rate                    = standard_rate(rate_hz);
  char           why[JAM_SHIM_TEXT_SIZE] = "";
  if (!rate) {
    (void)snprintf(why,
                   sizeof(why),
                   "A jam plays at 44100, 48000, 96000 or 192000 Hz, but this "
                   "host runs at %.6g Hz.",
                   rate_hz);
  }
  want(self, rate, why);
  return rate != 0U;
}

static void deactivate(JamShimInstance* const self)
{
  want(self, 0U, "");
}

void shim_settings_newest(JamShimInstance* const self)
{
  (void)jam_mailbox_read(&self->settings, &self->wanted);
}

static void get_settings(JamShimInstance* const self,
                         JamShimSettings* const out)
{
  (void)pthread_mutex_lock(&self->mutex);
  shim_settings_newest(self);
  *out = self->wanted;
  (void)pthread_mutex_unlock(&self->mutex);
}

static const JamShim shim = {JAM_SHIM_VERSION,
                             sizeof(JamShim),
                             describe,
                             create,
                             destroy,
                             activate,
                             deactivate,
                             shim_process,
                             shim_set_param,
                             shim_get_param,
                             shim_set_settings,
                             get_settings,
                             shim_save,
                             shim_load,
                             shim_status};

const JamShim* jam_shim_get(const uint32_t version)
{
  return version == JAM_SHIM_VERSION ? &shim : NULL;
}
