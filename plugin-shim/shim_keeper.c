// SPDX-License-Identifier: MIT
// The thread that looks after an instance's engine: makes it, brings it into
// the room, passes on wishes, reports, and ends it.

#include "shim.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define LOOK_PERIOD (20 * JAM_MS)
#define FIRST_PATIENCE (3 * JAM_SECOND)
#define MOST_PATIENCE (60 * JAM_SECOND)
#define NOT_TOLD (-1.0F) // No parameter that the engine has takes this

static void say(ShimKeeper* const       keeper,
                const JamShimConnection connection,
                const char* const       sentence)
{
  keeper->status.connection    = connection;
  keeper->status.people        = 0U;
  keeper->status.round_trip_ms = 0.0F;
  (void)snprintf(keeper->status.sentence,
                 sizeof(keeper->status.sentence),
                 "%s",
                 sentence);
}

/// Shows the audio thread another engine, or none.
static void hand_over(JamShimInstance* const self, Jam* const jam)
{
  static const struct timespec moment = {0, 100000L};
  while (
    atomic_exchange_explicit(&self->gate.busy, true, memory_order_acquire)) {
    (void)nanosleep(&moment, NULL); // A block is on its way through
  }
  self->gate.jam     = jam;
  self->gate.rate_hz = self->keeper.rate_hz;
  self->gate.turn    = jam ? ++self->keeper.turns : 0U;
  atomic_store_explicit(&self->gate.busy, false, memory_order_release);
}

static void end_engine(JamShimInstance* const self)
{
  ShimKeeper* const keeper = &self->keeper;
  if (keeper->jam) {
    hand_over(self, NULL);
    jam_free(keeper->jam);
    keeper->jam    = NULL;
    keeper->joined = false;
  }
}

static void hope_again(ShimKeeper* const keeper)
{
  keeper->hopeless = false;
  keeper->retry_at = 0;
  keeper->patience = FIRST_PATIENCE;
}

/// Lets the sentence on a failure stand for a while, longer each time.
static void be_patient(ShimKeeper* const keeper)
{
  keeper->retry_at = jam_now() + keeper->patience;
  keeper->patience =
    keeper->patience < MOST_PATIENCE / 2 ? keeper->patience * 2 : MOST_PATIENCE;
}

static bool make_engine(JamShimInstance* const       self,
                        const JamShimSettings* const wanted,
                        const uint32_t               rate_hz)
{
  ShimKeeper* const keeper = &self->keeper;
  JamConfig         config;
  jam_config_default(&config);
  config.rate_hz = rate_hz;
  config.bits    = (uint8_t)wanted->bits;
  config.mode    = (JamMode)shim_get_param(self, JAM_SHIM_MODE);
  memcpy(config.name, wanted->name, sizeof(config.name));
  const JamStatus status = jam_new(&config, &keeper->jam);
  if (status != JAM_OK) {
    char sentence[JAM_SHIM_TEXT_SIZE];
    (void)snprintf(sentence,
                   sizeof(sentence),
                   "The jam cannot be started: %s.",
                   jam_status_text(status));
    say(keeper, JAM_SHIM_FAILED, sentence);
    be_patient(keeper);
    return false;
  }
  keeper->rate_hz = rate_hz;
  keeper->playing = *wanted;
  keeper->monitor = NOT_TOLD;
  keeper->send    = NOT_TOLD;
  keeper->mode    = NOT_TOLD;
  hope_again(keeper);
  hand_over(self, keeper->jam);
  return true;
}

/// Passes a value on that the engine does not know yet.
static void tell(const ShimKeeper* const keeper,
                 const JamCommandKind    kind,
                 const float             value,
                 float* const            known)
{
  const JamCommand command = {.kind  = kind,
                              .value = value,
                              .flag  = value >= 0.5F};
  if (value != *known && jam_command(keeper->jam, &command)) {
    *known = value; // Else the ring is full, and there is a next time
  }
}

static void pass_on_params(JamShimInstance* const self)
{
  ShimKeeper* const keeper = &self->keeper;
  tell(keeper,
       JAM_COMMAND_MONITOR,
       shim_get_param(self, JAM_SHIM_MONITOR),
       &keeper->monitor);
  tell(keeper,
       JAM_COMMAND_SEND,
       shim_get_param(self, JAM_SHIM_SEND),
       &keeper->send);
  tell(keeper,
       JAM_COMMAND_MODE,
       shim_get_param(self, JAM_SHIM_MODE),
       &keeper->mode);
}

/// Joins, which may take as long as a resolver likes; false if the host
/// destroyed the instance meanwhile.
static bool join(JamShimInstance* const self)
{
  ShimKeeper* const keeper = &self->keeper;
  (void)pthread_mutex_lock(&self->mutex);
  const bool stop = self->stop;
  self->away      = !stop;
  (void)pthread_mutex_unlock(&self->mutex);
  if (stop) {
    return false;
  }
  say(keeper, JAM_SHIM_CONNECTING, "Looking for the node.");
  jam_mailbox_write(&self->status, &keeper->status);
  const JamStatus status = jam_join(keeper->jam, keeper->playing.link);
  (void)pthread_mutex_lock(&self->mutex);
  self->away         = false;
  const bool stopped = self->stop;
  (void)pthread_mutex_unlock(&self->mutex);

  keeper->joined   = status == JAM_OK;
  keeper->hopeless = status == JAM_ERR_FORMAT;
  keeper->retry_at = JAM_NEVER;
  if (status == JAM_ERR_FORMAT) {
    say(keeper,
        JAM_SHIM_FAILED,
        "This is not an invite link. It looks like "
        "jamnet://HOST:PORT/#KEY.SECRET.");
  } else if (status == JAM_ERR_NOT_FOUND) {
    say(keeper,
        JAM_SHIM_FAILED,
        "The host of this invite cannot be found. Is there a network "
        "connection?");
  } else if (status != JAM_OK) {
    char sentence[JAM_SHIM_TEXT_SIZE];
    (void)snprintf(sentence,
                   sizeof(sentence),
                   "The room cannot be joined: %s.",
                   jam_status_text(status));
    say(keeper, JAM_SHIM_FAILED, sentence);
  }
  return !stopped;
}

static void look(ShimKeeper* const keeper)
{
  jam_view(keeper->jam, &keeper->view);
  const JamView* const view = &keeper->view;
  if (view->state == JAM_STATE_IDLE) {
    return; // The engine has not begun yet
  }
  say(keeper, (JamShimConnection)view->state, view->message);
  if (view->state == JAM_STATE_JOINED) {
    keeper->status.people        = view->user_count;
    keeper->status.round_trip_ms = view->rtt_ms;
    keeper->patience             = FIRST_PATIENCE;
  }
}

static bool be_in_room(JamShimInstance* const       self,
                       const JamShimSettings* const wanted)
{
  ShimKeeper* const keeper = &self->keeper;
  if (strcmp(wanted->link, keeper->playing.link) != 0) {
    jam_leave(keeper->jam);
    keeper->joined  = false;
    keeper->playing = *wanted;
    hope_again(keeper);
  }
  if (!keeper->playing.link[0]) {
    say(keeper, JAM_SHIM_IDLE, "Give this plug-in an invite link.");
    return true;
  }
  if (keeper->joined) {
    look(keeper);
  }
  // Nobody presses a button here, so what may change is tried again
  if (keeper->status.connection == JAM_SHIM_FAILED && !keeper->hopeless &&
      keeper->retry_at == JAM_NEVER) {
    be_patient(keeper);
  }
  return jam_now() < keeper->retry_at || join(self);
}

static bool differs(const ShimKeeper* const      keeper,
                    const JamShimSettings* const wanted,
                    const uint32_t               rate_hz)
{
  return rate_hz != keeper->rate_hz || wanted->bits != keeper->playing.bits ||
         strcmp(wanted->name, keeper->playing.name) != 0;
}

/// One look at everything; false when it is time to stop.
static bool keep(JamShimInstance* const       self,
                 const JamShimSettings* const wanted,
                 const uint32_t               rate_hz,
                 const char* const            refusal)
{
  ShimKeeper* const keeper = &self->keeper;
  if (keeper->jam && differs(keeper, wanted, rate_hz)) {
    end_engine(self);
    keeper->retry_at = 0;
  }
  bool stay = true;
  if (!rate_hz) {
    say(keeper, refusal[0] ? JAM_SHIM_FAILED : JAM_SHIM_IDLE, refusal);
    keeper->retry_at = 0;
    keeper->patience = FIRST_PATIENCE;
  } else if (keeper->jam || (jam_now() >= keeper->retry_at &&
                             make_engine(self, wanted, rate_hz))) {
    pass_on_params(self);
    stay = be_in_room(self, wanted);
  }
  jam_mailbox_write(&self->status, &keeper->status);
  return stay;
}

/// Caller holds the mutex.
static void wait_for_work(JamShimInstance* const self)
{
  if (!self->wanted_rate_hz) {
    (void)pthread_cond_wait(&self->wake, &self->mutex);
    return;
  }
  const JamTime         end  = jam_now() + LOOK_PERIOD;
  const struct timespec time = {(time_t)(end / JAM_SECOND),
                                (long)(end % JAM_SECOND)};
  (void)pthread_cond_timedwait(&self->wake, &self->mutex, &time);
}

void* shim_keeper_run(void* const context)
{
  JamShimInstance* const self = (JamShimInstance*)context;
  bool                   stay = true;
  self->keeper.patience       = FIRST_PATIENCE;
  (void)pthread_mutex_lock(&self->mutex);
  while (stay && !self->stop) {
    char refusal[JAM_SHIM_TEXT_SIZE];
    shim_settings_newest(self);
    const JamShimSettings wanted  = self->wanted;
    const uint32_t        rate_hz = self->wanted_rate_hz;
    memcpy(refusal, self->refusal, sizeof(refusal));
    (void)pthread_mutex_unlock(&self->mutex);
    stay = keep(self, &wanted, rate_hz, refusal);
    (void)pthread_mutex_lock(&self->mutex);
    if (stay && !self->stop && self->wanted_rate_hz == rate_hz) {
      wait_for_work(self);
    }
  }
  const bool orphaned = self->orphaned;
  (void)pthread_mutex_unlock(&self->mutex);
  end_engine(self);
  if (orphaned) {
    shim_release(self);
  }
  return NULL;
}
