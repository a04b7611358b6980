// SPDX-License-Identifier: MIT
// The two readers, and the cross-fades between what they give.

#include "playout/stream.h"

#include "base/rt_poison.h"

/// Resamples one block from the read position, which stays.
static void read_tracking(Playout* const self,
                          const double   step,
                          float* const   out,
                          const unsigned frames)
{
  const PlayoutReader* const reader = &self->reader;
  const double               end    = reader->fraction + (double)frames * step;
  const double               last   = end - step;
  const int64_t              seen =
    reader->at + (int64_t)last + (int64_t)playout_resampler_ahead(step);
  playout_conceal_until(&self->conceal,
                        &self->store,
                        reader->at + (int64_t)end);
  if (!self->config.dsp) {
    return;
  }
  const bool whole = playout_conceal_ahead(&self->conceal, &self->store, seen);
  playout_resample(&self->resampler,
                   &self->store,
                   reader->at,
                   reader->fraction,
                   step,
                   out,
                   frames);
  // What the filter saw of the future may still change: let it look again
  if (!whole || self->conceal.active) {
    self->resampler.primed = false;
  }
}

static void
read_locked(Playout* const self, float* const out, const unsigned frames)
{
  const int64_t at = self->reader.at;
  playout_conceal_until(&self->conceal, &self->store, at + (int64_t)frames);
  if (self->config.dsp) {
    playout_store_read(&self->store, at, out, frames);
  }
}

void playout_seek(Playout* const self, const int64_t at, const double fraction)
{
  self->reader.at        = at;
  self->reader.fraction  = fraction;
  self->resampler.primed = false;
  // What lies between is not played, or played once more as it came meanwhile
  playout_conceal_seek(&self->conceal, at);
}

/// Moves outright: the old place fades out while the new one fades in.
static void read_jump(Playout* const           self,
                      const PlayoutMove* const move,
                      float* const             out,
                      const unsigned           frames)
{
  const unsigned fade = frames < PLAYOUT_FADE ? frames : PLAYOUT_FADE;
  if (self->config.dsp) {
    read_tracking(self, self->nominal, self->other, fade);
  }
  playout_seek(self, move->to_at, move->to_fraction);
  read_tracking(self, move->step, out, frames);
  if (self->config.dsp) {
    pntbtr_crossfade(out, self->other, 0U, fade, fade);
  }
}

/// Reads in both states, which agree on the position, and fades to the new one.
static void
read_fading(Playout* const self, float* const out, const unsigned frames)
{
  PlayoutReader* const reader = &self->reader;
  const bool           locked = reader->state == PLAYOUT_LOCKED;
  read_tracking(self, 1.0, locked ? self->other : out, frames);
  read_locked(self, locked ? out : self->other, frames);
  if (self->config.dsp) {
    pntbtr_crossfade(out,
                     self->other,
                     reader->fading - 1U,
                     frames,
                     PLAYOUT_FADE);
  }
  reader->fading += frames;
  if (reader->fading > PLAYOUT_FADE) {
    reader->fading = 0U;
  }
}

void playout_read(Playout* const           self,
                  const PlayoutMove* const move,
                  float* const             out,
                  const unsigned           frames)
{
  PlayoutReader* const reader = &self->reader;
  if (move->jump) {
    read_jump(self, move, out, frames);
  } else if (reader->fading > 0U) {
    read_fading(self, out, frames);
  } else if (reader->state == PLAYOUT_LOCKED) {
    read_locked(self, out, frames);
  } else {
    read_tracking(self, move->step, out, frames);
  }
  playout_reader_move(reader, move->step * (double)frames);
  if (move->land) {
    // Rounding apart, it is there
    reader->at += (reader->fraction > 0.5) ? 1 : 0;
    reader->fraction = 0.0;
    reader->state    = PLAYOUT_LOCKED;
    reader->fading   = 1U;
  }
  reader->due += (int64_t)frames;
}
