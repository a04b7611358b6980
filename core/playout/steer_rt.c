// SPDX-License-Identifier: MIT
// Where to read next: follow the clock, change the delay, enter and leave
// LOCKED.
//
// Two things move the read position against the stream. The noise of the clock
// is followed slowly (0.05 Hz, 30 ppm at most); a wanted change of delay is
// followed at up to 3 % faster or 8 % slower. `intended` is the delay without
// the noise, so that the two do not mix.

#include "playout/stream.h"

#include <math.h>

#include "base/rt_poison.h"

#define TRACK_PER_SECOND 0.314 // 2 pi 0.05 Hz
#define TRACK_MOST 30e-6
#define FASTER 0.03
#define SLOWER 0.08
#define FASTER_SECONDS 0.3    // Time constant of a falling delay
#define SLOWER_SECONDS 0.05   // ... of a rising one, which is urgent
#define CREEP 2e-4            // Slowest change: ends the exponential approach
#define JUMP_SECONDS 0.05     // Delay difference that is not worth gliding ...
#define GAP_SECONDS 3e-3      // ... when a device has lost time: heard anyway
#define STEP_SECONDS 2.5e-4   // Step of the clock that is not noise
#define STARVED_SECONDS 0.015 // Every packet late for so long: go back at once
#define DOUBT_MOST 0.25       // Longer yet, after jitter has looked like it ...
#define DOUBT_FORGET 4e-3     // ... of which so much is forgotten per second
#define STARVED_SPARE 1e-3    // ... by this much more at least, for jitter ...
#define STARVED_MOST 2e-3     // ... and at most
#define HOLD_SECONDS 0.5      // ... and stay until the clock is known

// Below this a lock holds half a sample for 10 s at 48 kHz; a clock that is
// less certain says so by its own error
#define SAME_RATE 1e-6
#define SAME_RATE_MOST 1e-5 // A clock less certain than this is no reason
#define CALM_SECONDS 2.5e-4 // The delay wanders less than this before LOCKED
#define PATIENCE_SECONDS 5.0
#define PATIENCE_MOST 80.0
#define GOOD_LOCK_SECONDS 60.0
#define LAND 5e-4          // Change of speed that lands on a whole sample
#define ERROR_SECONDS 10.0 // Filter of the position error in LOCKED
#define WRONG_SECONDS                                                          \
  0.25                   // A position far off for this long is no passing doubt
#define CLIP_SAMPLES 2.0 // What a passing doubt adds to the filter at most
#define RISE_SECONDS 3e-4   // Missing delay that LOCKED puts up with ...
#define RISE_PATIENCE 0.5   // ... and a greater one for this long
#define ROOMY_SECONDS 1e-3  // Spare delay that it puts up with, for ...
#define ROOMY_PATIENCE 10.0 // ... this long

static double limit(const double value, const double low, const double high)
{
  return fmax(low, fmin(high, value));
}

double playout_lag(const Playout* const self, const int64_t device_position)
{
  const PlayoutClock* const clock = &self->clock;
  const int64_t             since = device_position - clock->device_position;
  return (clock->stream_position - (double)self->reader.at) +
         (double)since * clock->ratio - self->reader.fraction;
}

double playout_look(const Playout* const self)
{
  return (double)playout_resampler_ahead(self->nominal * (1.0 + FASTER));
}

void playout_reader_move(PlayoutReader* const reader, const double samples)
{
  const double sum   = reader->fraction + samples;
  const double whole = floor(sum);
  reader->at += (int64_t)whole;
  reader->fraction = sum - whole;
}

static void enter_tracking(Playout* const self)
{
  PlayoutReader* const reader = &self->reader;
  reader->state               = PLAYOUT_TRACKING;
  reader->locking             = false;
  reader->settled             = 0.0;
  self->resampler.primed      = false;
}

void playout_steer_start(Playout* const self, const int64_t device_position)
{
  PlayoutReader* const reader = &self->reader;
  reader->at                  = 0; // So that the lag is the position
  reader->fraction            = 0.0;
  reader->intended            = self->delay + playout_look(self);
  reader->due                 = device_position;
  reader->fading              = 0U;
  reader->patience            = PATIENCE_SECONDS;
  playout_reader_move(reader,
                      playout_lag(self, device_position) - reader->intended);
  enter_tracking(self);
}

void playout_steer_slip(Playout* const self, const int64_t device_position)
{
  PlayoutReader* const reader = &self->reader;
  const int64_t        frames = device_position - reader->due;
  if (frames == 0 || reader->state == PLAYOUT_IDLE) {
    return;
  }
  PlayoutReader moved = *reader;
  playout_reader_move(&moved,
                      (double)frames * (reader->state == PLAYOUT_LOCKED
                                          ? 1.0
                                          : self->clock.ratio));
  playout_seek(self, moved.at, moved.fraction);
  reader->due    = device_position;
  reader->fading = 0U;
  ++self->jumps;
}

/// Returns how far to change the delay within a span, in samples.
static double
glide(const double distance, const double span, const double span_seconds)
{
  const double seconds = distance > 0.0 ? SLOWER_SECONDS : FASTER_SECONDS;
  const double share   = fmin(1.0, span_seconds / seconds);
  const double least   = fmin(fabs(distance), CREEP * span);
  const double change = copysign(fmax(fabs(distance) * share, least), distance);
  return limit(change, -FASTER * span, SLOWER * span);
}

static bool is_same_rate(const Playout* const self)
{
  const double skew = self->clock.ratio / self->nominal - 1.0;
  return self->config.device_rate_hz == self->config.stream_rate_hz &&
         fabs(skew) <=
           limit(self->clock.ratio_error, SAME_RATE, SAME_RATE_MOST);
}

/// Counts the time at one rate and delay, and picks whole samples to lock to.
static void watch_for_lock(Playout* const self,
                           const int64_t  device_position,
                           const double   seconds)
{
  PlayoutReader* const reader = &self->reader;
  const double         rate   = self->config.stream_rate_hz;
  const bool calm = fabs(self->delay - reader->calm_at) < CALM_SECONDS * rate;
  if (!calm) {
    reader->calm_at = self->delay;
  }
  if (!calm || !is_same_rate(self)) {
    reader->settled = 0.0;
    reader->locking = false;
    return;
  }
  reader->settled += seconds;
  if (!reader->locking && reader->settled >= reader->patience) {
    // A quarter of a sample of delay is not worth a whole one
    const double best = reader->fraction + reader->intended - self->delay;
    reader->locking   = true;
    reader->offset = reader->at + (int64_t)floor(best + 0.25) - device_position;
  }
}

/// Tries to end this block on whole samples; then LOCKED is next.
static bool land(Playout* const     self,
                 const int64_t      device_position,
                 const unsigned     frames,
                 PlayoutMove* const move)
{
  PlayoutReader* const reader = &self->reader;
  const int64_t        goal   = device_position + reader->offset;
  const double         gap    = (double)(goal - reader->at) - reader->fraction;
  if (fabs(gap) > LAND * (double)frames) {
    return false;
  }
  move->step = 1.0 + gap / (double)frames;
  reader->intended -= gap;
  move->land     = true;
  reader->error  = 0.0;
  reader->locked = 0.0;
  reader->roomy  = 0.0;
  reader->tight  = 0.0;
  reader->wrong  = 0.0;
  return true;
}

static void jump(Playout* const     self,
                 const int64_t      device_position,
                 const double       wanted,
                 PlayoutMove* const move)
{
  PlayoutReader moved = self->reader;
  playout_reader_move(&moved, playout_lag(self, device_position) - wanted);
  move->jump            = true;
  move->to_at           = moved.at;
  move->to_fraction     = moved.fraction;
  self->reader.intended = wanted;
  self->reader.locking  = false;
  ++self->jumps;
}

static bool is_starved(const Playout* const self, const int64_t device_position)
{
  return self->starving && (double)(device_position - self->starved_since) >
                             (STARVED_SECONDS + self->starved_doubt) *
                               self->config.device_rate_hz;
}

/// Goes back to where packets still arrive in time. Nothing is lost by it:
/// what plays is a prediction anyway.
static bool leave_starvation(Playout* const     self,
                             const int64_t      device_position,
                             PlayoutMove* const move)
{
  if (!is_starved(self, device_position)) {
    return false;
  }
  self->starving      = false;
  self->reader.hold   = HOLD_SECONDS;
  const double rate   = self->config.stream_rate_hz;
  const double spare  = limit(self->delay - self->least_needed,
                             STARVED_SPARE * rate,
                             STARVED_MOST * rate);
  const double wanted = self->starved_needed + spare + playout_look(self);
  jump(self, device_position, wanted, move);
  return true;
}

/// While reading has gone back, the delay stays; returns whether it still does.
/// What no clock has explained by then was jitter, which the delay control
/// knows better how to meet.
static bool is_held(Playout* const self, const double seconds)
{
  PlayoutReader* const reader = &self->reader;
  self->starved_doubt = fmax(0.0, self->starved_doubt - DOUBT_FORGET * seconds);
  if (reader->hold <= 0.0) {
    return false;
  }
  reader->hold -= seconds;
  if (reader->hold <= 0.0) {
    self->starved_doubt =
      fmin(2.0 * self->starved_doubt + STARVED_SECONDS, DOUBT_MOST);
  }
  return true;
}

static void track(Playout* const     self,
                  const int64_t      device_position,
                  const unsigned     frames,
                  PlayoutMove* const move)
{
  PlayoutReader* const reader  = &self->reader;
  const double         rate    = self->config.stream_rate_hz;
  const double         seconds = (double)frames / self->config.device_rate_hz;
  const double         span    = (double)frames * self->clock.ratio;
  const double         lag     = playout_lag(self, device_position);
  double               far     = JUMP_SECONDS * rate;
  if (fabs(lag - reader->intended) > STEP_SECONDS * rate) {
    reader->intended    = lag;
    reader->hold        = 0.0;
    self->starved_doubt = 0.0;
    far                 = GAP_SECONDS * rate;
  }
  if (leave_starvation(self, device_position, move)) {
    return;
  }
  watch_for_lock(self, device_position, seconds);
  if (reader->locking && land(self, device_position, frames, move)) {
    return;
  }
  double wanted = self->delay + playout_look(self);
  if (reader->locking) {
    wanted = reader->fraction + reader->intended +
             (double)(reader->at - device_position - reader->offset);
  }
  if (fabs(wanted - reader->intended) > far) {
    jump(self, device_position, wanted, move);
    return;
  }
  const double noise  = lag - reader->intended;
  const double change = is_held(self, seconds)
                          ? 0.0
                          : glide(wanted - reader->intended, span, seconds);
  const double nudge =
    limit(TRACK_PER_SECOND * noise / rate, -TRACK_MOST, TRACK_MOST);
  reader->intended += change;
  move->step = (span * (1.0 + nudge) - change) / (double)frames;
}

/// Counts how long something has been so.
static double lasting(const double so_far, const bool is_so, const double more)
{
  return is_so ? so_far + more : 0.0;
}

/// Returns whether the position has left the clock for good.
static bool has_drifted(Playout* const self,
                        const int64_t  device_position,
                        const double   seconds)
{
  PlayoutReader* const reader = &self->reader;
  const double distance = playout_lag(self, device_position) - reader->intended;
  const double clipped  = limit(distance, -CLIP_SAMPLES, CLIP_SAMPLES);
  const double bound    = fmax(0.5, self->clock.position_error);
  const bool   far      = fabs(distance) > 6.0 * bound;
  reader->error +=
    (clipped - reader->error) * fmin(1.0, seconds / ERROR_SECONDS);
  reader->wrong = lasting(reader->wrong, far, seconds);
  return fabs(reader->error) > bound || reader->wrong > WRONG_SECONDS;
}

/// Returns whether LOCKED must end.
static bool should_unlock(Playout* const self,
                          const int64_t  device_position,
                          const double   seconds)
{
  PlayoutReader* const reader  = &self->reader;
  const double         rate    = self->config.stream_rate_hz;
  const double         spare   = reader->intended - self->delay;
  const bool           drifted = has_drifted(self, device_position, seconds);
  reader->locked += seconds;
  reader->roomy = lasting(reader->roomy, spare > ROOMY_SECONDS * rate, seconds);
  reader->tight = lasting(reader->tight, spare < -RISE_SECONDS * rate, seconds);
  if (drifted) {
    // A lock that did not last was not worth having: wait longer for the next
    reader->patience = reader->locked < GOOD_LOCK_SECONDS
                         ? fmin(2.0 * reader->patience, PATIENCE_MOST)
                         : PATIENCE_SECONDS;
  }
  return drifted || is_starved(self, device_position) ||
         reader->tight > RISE_PATIENCE || reader->roomy > ROOMY_PATIENCE;
}

PlayoutMove playout_steer(Playout* const self,
                          const int64_t  device_position,
                          const unsigned frames)
{
  PlayoutReader* const reader = &self->reader;
  PlayoutMove          move   = {1.0, false, false, 0, 0.0};
  if (reader->fading > 0U) {
    return move; // Both readings must agree until the cross-fade is over
  }
  if (reader->state == PLAYOUT_TRACKING) {
    track(self, device_position, frames, &move);
  } else if (should_unlock(self,
                           device_position,
                           (double)frames / self->config.device_rate_hz)) {
    reader->intended += reader->error;
    reader->fading = 1U;
    enter_tracking(self);
  }
  return move;
}
