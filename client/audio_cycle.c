// SPDX-License-Identifier: MIT
// The time of JACK's cycle.

#include "audio_cycle.h"

#include "audio_quiet.h"

#include <jamnet/jamnet.h>

#ifdef JAM_HAVE_JACK

#  include <jack/jack.h>

#  include <stdio.h>

#  define MAX_AGE_US 100000 // A cycle that began longer ago is a mistake

void* audio_cycle_open(const char* const name)
{
  char own[64];
  (void)snprintf(own, sizeof(own), "%s-clock", name ? name : "jamnet");
  const int   kept   = audio_quiet_begin();
  void* const client = jack_client_open(own, JackNoStartServer, NULL);
  audio_quiet_end(kept);
  return client;
}

void audio_cycle_close(void* const client)
{
  if (client) {
    (void)jack_client_close((jack_client_t*)client);
  }
}

JamTime audio_cycle_start(void* const client)
{
  jack_nframes_t frames    = 0U;
  jack_time_t    start     = 0U;
  jack_time_t    next      = 0U;
  float          period_us = 0.0F;
  const JamTime  now       = jam_now();
  if (!client || jack_get_cycle_times((const jack_client_t*)client,
                                      &frames,
                                      &start,
                                      &next,
                                      &period_us)) {
    return now;
  }
  const int64_t age_us = (int64_t)jack_get_time() - (int64_t)start;
  return age_us >= 0 && age_us < MAX_AGE_US ? now - age_us * JAM_US : now;
}

#else

void* audio_cycle_open(const char* const name)
{
  (void)name;
  return NULL;
}

void audio_cycle_close(void* const client)
{
  (void)client;
}

JamTime audio_cycle_start(void* const client)
{
  (void)client;
  return jam_now();
}

#endif
