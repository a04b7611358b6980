// SPDX-License-Identifier: MIT
// Setup of a stream's playout, and the network thread's side of it.

#include "playout/stream.h"

#include "base/memory.h"

#include <math.h>

#define BLOCK_RING_SAMPLES 32768U
#define BLOCK_RING_HEADERS 512U
#define ARRIVAL_RING 512U

/// Positions beyond this would not survive a trip through double.
#define MAX_POSITION 1e15

static bool config_is_valid(const PlayoutConfig* const config)
{
  const uint32_t device = config->device_rate_hz;
  const uint32_t stream = config->stream_rate_hz;
  return device >= 8000U && device <= 384000U && stream >= 8000U &&
         stream <= 384000U && stream < 5U * device && device < 5U * stream;
}

static const JamAllocator* allocator_of(const Playout* const playout)
{
  return playout->own_allocator ? &playout->allocator : NULL;
}

static JamStatus make_shared(Playout* const self)
{
  const JamAllocator* const allocator = allocator_of(self);
  const size_t              headers = BLOCK_RING_HEADERS * sizeof(PlayoutBlock);
  const size_t              samples =
    self->config.dsp ? BLOCK_RING_SAMPLES * sizeof(float) : 0U;
  const JamStatus steps[] = {
    jam_ring_init(&self->blocks, allocator, headers + samples),
    jam_ring_init(&self->arrivals,
                  allocator,
                  ARRIVAL_RING * sizeof(PlayoutArrival)),
    jam_mailbox_init(&self->clocks, allocator, sizeof(PlayoutClock)),
    jam_mailbox_init(&self->delays, allocator, sizeof(double)),
    jam_mailbox_init(&self->models, allocator, sizeof(PntbtrModel)),
    jam_mailbox_init(&self->reports, allocator, sizeof(PlayoutReport)),
  };
  for (size_t i = 0U; i < sizeof(steps) / sizeof(steps[0]); ++i) {
    if (steps[i]) {
      return steps[i];
    }
  }
  return JAM_OK;
}

static JamStatus make_dsp(Playout* const self)
{
  int error = 0;
  self->store.samples =
    (float*)jam_mem_new(allocator_of(self), PLAYOUT_STORE * sizeof(float));
  self->resampler.state = src_new(SRC_SINC_FASTEST, 1, &error);
  return (self->store.samples && self->resampler.state) ? JAM_OK
                                                        : JAM_ERR_MEMORY;
}

JamStatus playout_new(const JamAllocator* const  allocator,
                      const PlayoutConfig* const config,
                      Playout** const            out)
{
  *out = NULL;
  if (!config_is_valid(config)) {
    return JAM_ERR_ARGUMENT;
  }
  Playout* const self = (Playout*)jam_mem_new(allocator, sizeof(*self));
  if (!self) {
    return JAM_ERR_MEMORY;
  }
  if (allocator) {
    self->allocator     = *allocator;
    self->own_allocator = true;
  }
  self->config = *config;
  self->nominal =
    (double)config->stream_rate_hz / (double)config->device_rate_hz;
  playout_conceal_init(&self->conceal, config->stream_rate_hz);
  playout_meter_init(&self->meter, config->device_rate_hz);
  JamStatus status = make_shared(self);
  if (!status && config->dsp) {
    status = make_dsp(self);
  }
  if (status) {
    playout_free(self);
    return status;
  }
  *out = self;
  return JAM_OK;
}

void playout_free(Playout* const playout)
{
  if (!playout) {
    return;
  }
  const JamAllocator        own       = playout->allocator;
  const JamAllocator* const allocator = playout->own_allocator ? &own : NULL;
  if (playout->resampler.state) {
    (void)src_delete(playout->resampler.state);
  }
  jam_mem_free(allocator, playout->store.samples);
  jam_mailbox_deinit(&playout->reports, allocator);
  jam_mailbox_deinit(&playout->models, allocator);
  jam_mailbox_deinit(&playout->delays, allocator);
  jam_mailbox_deinit(&playout->clocks, allocator);
  jam_ring_deinit(&playout->arrivals, allocator);
  jam_ring_deinit(&playout->blocks, allocator);
  jam_mem_free(allocator, playout);
}

bool playout_push(Playout* const     playout,
                  const int64_t      position,
                  const float* const samples,
                  const unsigned     frames)
{
  const bool dsp = playout->config.dsp;
  if (frames < 1U || frames > PLAYOUT_MAX_FRAMES || (dsp && !samples) ||
      !(fabs((double)position) < MAX_POSITION)) {
    return false;
  }
  const PlayoutBlock block = {position, frames, dsp};
  return jam_ring_write2(&playout->blocks,
                         &block,
                         sizeof(block),
                         samples,
                         dsp ? frames * (uint32_t)sizeof(float) : 0U);
}

void playout_set_clock(Playout* const playout, const PlayoutClock* const clock)
{
  const double relative = clock->ratio / playout->nominal;
  PlayoutClock checked  = *clock;
  checked.valid         = clock->valid && relative > 0.95 && relative < 1.05 &&
                  fabs(clock->stream_position) < MAX_POSITION &&
                  fabs((double)clock->device_position) < MAX_POSITION &&
                  clock->ratio_error >= 0.0 && clock->position_error >= 0.0;
  jam_mailbox_write(&playout->clocks, &checked);
}

void playout_set_delay(Playout* const playout, const double frames)
{
  if (isfinite(frames)) {
    jam_mailbox_write(&playout->delays, &frames);
  }
}

void playout_set_model(Playout* const playout, const PntbtrModel* const model)
{
  jam_mailbox_write(&playout->models, model);
}

bool playout_arrival(Playout* const playout, PlayoutArrival* const out)
{
  return jam_ring_read(&playout->arrivals, out, sizeof(*out));
}

void playout_report(Playout* const playout, PlayoutReport* const out)
{
  // Without a new one, the last still holds
  (void)jam_mailbox_read(&playout->reports, &playout->last_report);
  *out = playout->last_report;
}
