// SPDX-License-Identifier: MIT
// The host for tests.

#include "rig.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define TWO_PI 6.283185307179586
#define GUARD 8U
#define GUARD_VALUE 1234.5F
// What a loaded machine still gives, and no other room's tone would
#define LEAST_LEVEL 0.8 // Of the tone, as a share of what was played
#define MOST_LEVEL 1.1
#define FOREIGN_LEVEL 0.02 // Of the other tones
#define NOISE 0.1          // RMS of what is no tone, beside one of 0.35
#define HUSH 1e-3          // The same, where there is to be no tone

const double rig_tones_hz[RIG_TONES] = {440.0, 550.0, 1000.0, 1250.0};

void rig_nap(void)
{
  const struct timespec nap = {0, 1000000L};
  (void)nanosleep(&nap, NULL);
}

JamShimInstance* rig_instance(const JamShim* const shim,
                              const char* const    name,
                              const char* const    link)
{
  JamShimInstance* const jam = shim->create();
  JamShimSettings        settings;
  ck_assert_ptr_nonnull(jam);
  shim->get_settings(jam, &settings);
  strcpy(settings.name, name);
  strcpy(settings.link, link ? link : "");
  settings.bits = 16U;
  ck_assert(shim->set_settings(jam, &settings));
  return jam;
}

void rig_link(const JamShim* const   shim,
              JamShimInstance* const jam,
              const char* const      link)
{
  JamShimSettings settings;
  shim->get_settings(jam, &settings);
  strcpy(settings.link, link);
  ck_assert(shim->set_settings(jam, &settings));
}

typedef struct Ear {
  double   cosine[RIG_TONES], sine[RIG_TONES];
  double   energy;
  unsigned frames;
} Ear;

// Projections onto whole periods, so that the tones do not see each other
static void listen(RigHost* const host, Ear* const ear, const float x)
{
  for (unsigned t = 0U; t < RIG_TONES; ++t) {
    const double phase =
      TWO_PI * rig_tones_hz[t] * (double)ear->frames / host->rate_hz;
    ear->cosine[t] += (double)x * cos(phase);
    ear->sine[t] += (double)x * sin(phase);
  }
  ear->energy += (double)x * (double)x;
  if (++ear->frames < RIG_WINDOW) {
    return;
  }
  RigWindow window;
  double    rest = ear->energy / RIG_WINDOW;
  for (unsigned t = 0U; t < RIG_TONES; ++t) {
    window.tones[t] = 2.0 * hypot(ear->cosine[t], ear->sine[t]) / RIG_WINDOW;
    rest -= 0.5 * window.tones[t] * window.tones[t];
  }
  window.rest = sqrt(fmax(rest, 0.0));
  (void)pthread_mutex_lock(&host->mutex);
  host->newest = window;
  ++host->windows;
  (void)pthread_mutex_unlock(&host->mutex);
  memset(ear, 0, sizeof(*ear));
}

static void exchange(RigHost* const      host,
                     JamShimBlock* const block,
                     const uint64_t      position)
{
  JamShimMidi in[1];
  JamShimMidi out[32];
  (void)pthread_mutex_lock(&host->mutex);
  if (host->to_send_count > 0U) {
    in[0] = host->to_send[0];
    memmove(host->to_send,
            host->to_send + 1U,
            --host->to_send_count * sizeof(in[0]));
    block->midi_in_count = 1U;
  }
  (void)pthread_mutex_unlock(&host->mutex);
  in[0].frame              = block->frames / 2U;
  block->midi_in           = in;
  block->midi_out          = out;
  block->midi_out_capacity = 32U;
  host->shim->process(host->jam, block);
  (void)pthread_mutex_lock(&host->mutex);
  for (unsigned i = 0U;
       i < block->midi_out_count && host->heard_count < RIG_MAX_MIDI;
       ++i) {
    host->heard[host->heard_count]      = out[i];
    host->heard_at[host->heard_count++] = position + out[i].frame;
    if (out[i].frame >= block->frames ||
        (i > 0U && out[i].frame < out[i - 1U].frame)) {
      atomic_store(&host->bad, true);
    }
  }
  (void)pthread_mutex_unlock(&host->mutex);
}

static void one_block(RigHost* const host,
                      Ear* const     ear,
                      const unsigned frames,
                      const uint64_t position,
                      float          buffers[3][RIG_MAX_BLOCK + GUARD])
{
  const float* const in[1]  = {buffers[0]};
  float* const       out[2] = {buffers[1], buffers[2]};
  for (unsigned i = 0U; i < frames; ++i) {
    const double time = (double)(position + i) / host->rate_hz;
    buffers[0][i] =
      host->tone < 0
        ? 0.0F
        : (float)(RIG_LEVEL * sin(TWO_PI * rig_tones_hz[host->tone] * time));
  }
  buffers[1][frames] = GUARD_VALUE;
  buffers[2][frames] = GUARD_VALUE;
  JamShimBlock block = {0};
  block.frames       = frames;
  block.in_channels  = 1U;
  block.in           = in;
  block.out_channels = 2U;
  block.out          = out;
  exchange(host, &block, position);
  bool bad =
    buffers[1][frames] != GUARD_VALUE || buffers[2][frames] != GUARD_VALUE;
  for (unsigned i = 0U; i < frames; ++i) {
    bad |= !isfinite(buffers[1][i]) || !isfinite(buffers[2][i]);
    listen(host, ear, buffers[1][i]);
  }
  if (bad) {
    atomic_store(&host->bad, true);
  }
}

static unsigned steady(const uint64_t count)
{
  (void)count;
  return 64U;
}

static void* run(void* const context)
{
  RigHost* const host = (RigHost*)context;
  float          buffers[3][RIG_MAX_BLOCK + GUARD];
  Ear            ear      = {0};
  uint64_t       position = 0U;
  const JamTime  start    = jam_now();
  for (uint64_t n = 0U; !atomic_load(&host->stop); ++n) {
    const unsigned frames = host->sizes(n);
    const JamTime  due =
      start + (JamTime)((double)position * 1e9 / host->rate_hz);
    while (jam_now() < due) {
      const struct timespec nap = {0, 200000L};
      (void)nanosleep(&nap, NULL);
    }
    one_block(host, &ear, frames, position, buffers);
    position += frames;
    atomic_fetch_add(&host->blocks, 1U);
  }
  return NULL;
}

void rig_start(RigHost* const         host,
               const JamShim* const   shim,
               JamShimInstance* const jam,
               const double           rate_hz,
               const int              tone,
               const RigSizes         sizes)
{
  memset(host, 0, sizeof(*host));
  host->shim    = shim;
  host->jam     = jam;
  host->rate_hz = rate_hz;
  host->tone    = tone;
  host->sizes   = sizes ? sizes : steady;
  ck_assert_int_eq(pthread_mutex_init(&host->mutex, NULL), 0);
  ck_assert(shim->activate(jam, rate_hz, 4096U));
  ck_assert_int_eq(pthread_create(&host->thread, NULL, run, host), 0);
  host->running = true;
}

void rig_stop(RigHost* const host)
{
  if (!host->running) {
    return;
  }
  host->running = false;
  atomic_store(&host->stop, true);
  (void)pthread_join(host->thread, NULL);
  host->shim->deactivate(host->jam);
  (void)pthread_mutex_destroy(&host->mutex);
}

static bool holds(const RigWindow* const window, const int tone)
{
  bool fine = window->rest < (tone < 0 ? HUSH : NOISE);
  for (int t = 0; t < (int)RIG_TONES; ++t) {
    const double level = window->tones[t] / RIG_LEVEL;
    fine &= t == tone ? level > LEAST_LEVEL && level < MOST_LEVEL
                      : level < FOREIGN_LEVEL;
  }
  return fine;
}

bool rig_hears(RigHost* const host, const int tone, RigWindow* const out)
{
  const JamTime end    = jam_now() + RIG_PATIENCE;
  unsigned      before = 0U;
  bool          found  = false;
  bool          first  = true;
  while (!found && jam_now() < end) {
    (void)pthread_mutex_lock(&host->mutex);
    before = first ? host->windows + 1U : before; // None that began before
    found  = host->windows > before && holds(&host->newest, tone);
    if (out) {
      *out = host->newest;
    }
    (void)pthread_mutex_unlock(&host->mutex);
    first = false;
    rig_nap();
  }
  return found;
}

bool rig_hears_some(RigHost* const host, const int tone)
{
  const JamTime end   = jam_now() + RIG_PATIENCE;
  double        level = 0.0;
  do {
    rig_nap();
    (void)pthread_mutex_lock(&host->mutex);
    level = host->newest.tones[tone] / RIG_LEVEL;
    (void)pthread_mutex_unlock(&host->mutex);
  } while (level < 0.5 && jam_now() < end);
  return level >= 0.5;
}

bool rig_waits_for_blocks(RigHost* const host, const unsigned count)
{
  const JamTime end = jam_now() + RIG_PATIENCE;
  while (atomic_load(&host->blocks) < count && jam_now() < end) {
    rig_nap();
  }
  return atomic_load(&host->blocks) >= count;
}

bool rig_waits_for(RigHost* const          host,
                   const JamShimConnection connection,
                   const unsigned          people)
{
  const JamTime end = jam_now() + RIG_PATIENCE;
  JamShimStatus status;
  do {
    rig_nap();
    host->shim->status(host->jam, &status);
  } while ((status.connection != connection || status.people != people) &&
           jam_now() < end);
  return status.connection == connection && status.people == people;
}

void rig_play(RigHost* const host,
              const uint8_t  status,
              const uint8_t  first,
              const uint8_t  second)
{
  const JamShimMidi message = {0U, 3U, {status, first, second}};
  (void)pthread_mutex_lock(&host->mutex);
  ck_assert_uint_lt(host->to_send_count, RIG_MAX_MIDI);
  host->to_send[host->to_send_count++] = message;
  (void)pthread_mutex_unlock(&host->mutex);
}

unsigned rig_midi_count(RigHost* const host)
{
  (void)pthread_mutex_lock(&host->mutex);
  const unsigned count = host->heard_count;
  (void)pthread_mutex_unlock(&host->mutex);
  return count;
}

bool rig_waits_for_midi(RigHost* const host, const unsigned count)
{
  const JamTime end = jam_now() + RIG_PATIENCE;
  while (rig_midi_count(host) < count && jam_now() < end) {
    rig_nap();
  }
  return rig_midi_count(host) >= count;
}

JamNode* rig_node(const uint16_t port, const char* const key_file)
{
  JamNodeConfig config;
  JamNode*      node = NULL;
  char          listen_at[32];
  (void)snprintf(listen_at, sizeof(listen_at), "127.0.0.1:%u", port);
  jam_node_config_default(&config);
  config.listen   = listen_at;
  config.key_file = key_file;
  ck_assert_int_eq(jam_node_start(&config, &node), JAM_OK);
  return node;
}

void rig_invite(const JamNode* const node, char link[JAM_LINK_SIZE])
{
  char address[32];
  (void)snprintf(address, sizeof(address), "127.0.0.1:%u", jam_node_port(node));
  ck_assert_int_eq(jam_node_invite(node, address, link, JAM_LINK_SIZE), JAM_OK);
}
