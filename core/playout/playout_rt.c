// SPDX-License-Identifier: MIT
// One block of one stream: take in what came, decide where to read, read.

#include "playout/stream.h"

#include <math.h>
#include <string.h>

#include "base/rt_poison.h"

#define QUIET_SECONDS 0.2   // Without packets for this long: IDLE
#define OUTAGE_SECONDS 10.0 // A longer one is not an outage but an absence
#define LEAST_CREEP 0.02    // Samples a packet, in which the least is forgotten
#define LEAST_SECONDS 0.02  // Further off, it was of another clock

static void take_news(Playout* const self)
{
  PlayoutClock clock;
  double       delay = 0.0;
  if (jam_mailbox_read(&self->clocks, &clock) && clock.valid) {
    self->clock     = clock;
    self->has_clock = true;
  }
  if (jam_mailbox_read(&self->delays, &delay)) {
    // The store must hold what waits, and some past for prediction
    self->delay     = fmax(0.0, fmin(delay, 0.75 * PLAYOUT_STORE));
    self->has_delay = true;
  }
  const void* const model = jam_mailbox_take(&self->models);
  if (model) {
    self->conceal.model = (const PntbtrModel*)model;
  }
}

/// Stops reading; the next packet starts anew.
static void go_idle(Playout* const self)
{
  self->reader.state = PLAYOUT_IDLE;
  self->has_packet   = false;
}

/// Follows a stream that goes on elsewhere. Once in a block: starting over
/// costs time, and a peer must not be able to spend it at will. Returns false
/// if the position is of no use.
static bool anchor(Playout* const self, const int64_t position)
{
  const int64_t jump = position - self->newest;
  const int64_t most = PLAYOUT_STORE / 2U;
  if (self->has_newest && jump <= most && jump >= -most) {
    return true;
  }
  if (self->anchored) {
    return false;
  }
  playout_store_reset(&self->store, position);
  self->newest     = position;
  self->has_newest = true;
  self->anchored   = true;
  go_idle(self);
  return true;
}

static void report_arrival(Playout* const            self,
                           const PlayoutBlock* const block,
                           const int64_t             device_position,
                           const bool                late)
{
  if (!self->has_clock) {
    return;
  }
  const PlayoutClock* const clock   = &self->clock;
  const int64_t             since   = device_position - clock->device_position;
  const PlayoutArrival      arrival = {
         block->position,
         (clock->stream_position - (double)block->position) +
           (double)since * clock->ratio,
         late,
  };
  // Nobody reads: then nobody needs it
  (void)jam_ring_write(&self->arrivals, &arrival, sizeof(arrival));
}

/// Notes for how long every packet has been of no use: the sender's device has
/// had a gap, and waiting for the clock to tell would cost more than going
/// back. What comes late in one burst, after a stall on the way, counts little.
static void watch_for_starvation(Playout* const            self,
                                 const PlayoutBlock* const block,
                                 const int64_t             device_position,
                                 const bool                useless)
{
  const double since = (double)(device_position - self->clock.device_position);
  const double needed =
    (self->clock.stream_position - (double)block->position) +
    since * self->clock.ratio;
  if (!useless) {
    const double rate = self->config.stream_rate_hz;
    const bool   far  = needed > self->least_needed + LEAST_SECONDS * rate;
    self->least_needed =
      far ? needed : fmin(needed, self->least_needed + LEAST_CREEP);
    self->starving = false;
  } else if (!self->starving) {
    self->starving       = true;
    self->starved_since  = device_position;
    self->starved_needed = needed;
  } else {
    self->starved_needed = fmin(self->starved_needed, needed);
  }
}

/// Keeps what of a block is new and not yet played, and what came too late in
/// case reading goes back to it.
static void accept(Playout* const            self,
                   const PlayoutBlock* const block,
                   const int64_t             device_position)
{
  const int64_t end = block->position + (int64_t)block->frames;
  if (!anchor(self, block->position) ||
      playout_store_is_real(&self->store, block->position, end)) {
    return;
  }
  const bool    idle    = self->reader.state == PLAYOUT_IDLE;
  const bool    late    = !idle && block->position < self->conceal.next;
  const bool    useless = late && end <= self->conceal.next;
  const int64_t from = late && !useless ? self->conceal.next : block->position;
  if (!self->has_packet || block->position < self->conceal.begin) {
    self->conceal.begin = from;
  }
  self->has_packet = true;
  self->silence    = 0.0;
  self->newest     = end > self->newest ? end : self->newest;
  self->late += late ? 1U : 0U;
  watch_for_starvation(self, block, device_position, useless);
  if (from < end) {
    const unsigned skip = (unsigned)(from - block->position);
    playout_store_write(&self->store,
                        from,
                        self->config.dsp ? self->other + skip : NULL,
                        block->frames - skip);
  }
  report_arrival(self, block, device_position, late);
}

static void drain(Playout* const self, const int64_t device_position)
{
  PlayoutBlock block;
  self->anchored = false;
  while (jam_ring_read(&self->blocks, &block, sizeof(block))) {
    if (block.has_samples) {
      const uint32_t size = block.frames * (uint32_t)sizeof(float);
      (void)jam_ring_read(&self->blocks, self->other, size);
    }
    accept(self, &block, device_position);
  }
}

/// Starts when clock, delay and a packet are there.
static void try_to_start(Playout* const self, const int64_t device_position)
{
  PlayoutConceal* const conceal = &self->conceal;
  if (!self->has_clock || !self->has_delay || !self->has_packet) {
    return;
  }
  const int64_t missing = conceal->begin - conceal->next;
  if (conceal->played > 0U && missing > 0 &&
      (double)missing < OUTAGE_SECONDS * self->config.stream_rate_hz) {
    playout_conceal_skip(conceal, (uint64_t)missing);
  }
  playout_steer_start(self, device_position);
  playout_conceal_start(conceal, self->reader.at);
}

static void publish(Playout* const self, const int64_t device_position)
{
  const PlayoutReader* const reader  = &self->reader;
  const bool                 playing = reader->state != PLAYOUT_IDLE;
  PlayoutReport* const       report =
    (PlayoutReport*)jam_mailbox_slot(&self->reports);
  report->state        = reader->state;
  report->delay_frames = playing ? playout_lag(self, device_position) : 0.0;
  report->fill_frames  = playing ? (double)(self->newest - reader->at) : 0.0;
  report->played       = self->conceal.played;
  report->concealed    = self->conceal.missing;
  report->longest_gap  = self->conceal.longest;
  report->late         = self->late;
  report->jumps        = self->jumps;
  report->peak         = self->meter.peak;
  report->rms          = sqrtf(self->meter.mean_square);
  jam_mailbox_publish(&self->reports);
}

void playout_render(Playout* const playout,
                    const int64_t  device_position,
                    float* const   out,
                    const unsigned frames)
{
  Playout* const self = playout;
  const unsigned count =
    frames < PLAYOUT_MAX_FRAMES ? frames : PLAYOUT_MAX_FRAMES;
  take_news(self);
  self->silence += (double)count / self->config.device_rate_hz;
  drain(self, device_position);
  if (self->silence > QUIET_SECONDS && self->reader.state != PLAYOUT_IDLE) {
    go_idle(self);
  }
  if (self->reader.state == PLAYOUT_IDLE) {
    try_to_start(self, device_position);
  }
  if (self->reader.state == PLAYOUT_IDLE) {
    if (self->config.dsp) {
      memset(out, 0, count * sizeof(float));
    }
  } else {
    playout_steer_slip(self, device_position);
    const PlayoutMove move = playout_steer(self, device_position, count);
    playout_read(self, &move, out, count);
  }
  if (self->config.dsp) {
    playout_meter_update(&self->meter, out, count);
  }
  publish(self, device_position + (int64_t)count);
}
