// SPDX-License-Identifier: MIT
// libsamplerate, driven so that the position of each output is known exactly.
//
// After a reset, its first output lies on the first sample handed over, and
// each further one 1/ratio samples on. So a start at a fractional position is
// a short run from whole samples before it, whose outputs are thrown away and
// which also fills the filter, so that nothing of the start is heard.

#include "playout/resample.h"

#include <math.h>

#include "base/rt_poison.h"

#define CHUNK 256U // Outputs at once: CHUNK * PLAYOUT_MAX_STEP fits the work
#define RUN_UP 32U // Outputs thrown away: more than half the filter

// Half the length of SRC_SINC_FASTEST's filter, in input samples at ratio 1
#define HALF_FILTER 19.3

// The library is not annotated. These three calls are safe on the audio thread:
// src_process, src_set_ratio and src_reset work on memory that src_new took and
// neither allocate, lock nor enter the kernel, which RealtimeSanitizer confirms
// in check_playout_resample_rt.
#if defined(__clang__) && __clang_major__ >= 20
#  pragma clang diagnostic push
#  pragma clang diagnostic ignored "-Wfunction-effects"
#endif

static void reset(SRC_STATE* const state) JAM_RT
{
  (void)src_reset(state);
}

static bool convert(SRC_STATE* const state, SRC_DATA* const data) JAM_RT
{
  // Without this the ratio would glide to the new value
  return !src_set_ratio(state, data->src_ratio) && !src_process(state, data);
}

#if defined(__clang__) && __clang_major__ >= 20
#  pragma clang diagnostic pop
#endif

unsigned playout_resampler_ahead(const double step)
{
  return (unsigned)ceil(HALF_FILTER * (step > 1.0 ? step : 1.0)) + 3U;
}

/// Makes `frames` outputs from samples below `until`, which should suffice.
static void produce(PlayoutResampler* const   self,
                    const PlayoutStore* const store,
                    const int64_t             until,
                    const double              step,
                    float* const              out,
                    const unsigned            frames)
{
  unsigned done = 0U;
  int64_t  end  = until;
  for (unsigned turn = 0U; turn < 8U && done < frames; ++turn) {
    const int64_t  wanted = end - self->fed;
    const unsigned count  = (wanted <= 0) ? 0U : (unsigned)wanted;
    SRC_DATA       data   = {0};
    data.data_in          = self->work;
    data.data_out         = out + done;
    data.input_frames     = (long)(count < PLAYOUT_FEED ? count : PLAYOUT_FEED);
    data.output_frames    = (long)(frames - done);
    data.src_ratio        = 1.0 / step;
    playout_store_read(store,
                       self->fed,
                       self->work,
                       (unsigned)data.input_frames);
    if (!convert(self->state, &data)) {
      break;
    }
    self->fed += data.input_frames_used;
    done += (unsigned)data.output_frames_gen;
    ++end; // Should rounding have cost a sample
  }
  for (; done < frames; ++done) {
    out[done] = 0.0F;
  }
}

static void prime(PlayoutResampler* const   self,
                  const PlayoutStore* const store,
                  const int64_t             at,
                  const double              fraction,
                  const double              step)
{
  float         thrown_away[RUN_UP];
  const int64_t before = (int64_t)ceil((double)RUN_UP * fmax(step, 1.0));
  const double  stride = ((double)before + fraction) / (double)RUN_UP;
  reset(self->state);
  self->fed = at - before;
  produce(self,
          store,
          at + (int64_t)playout_resampler_ahead(stride),
          stride,
          thrown_away,
          RUN_UP);
  self->primed = true;
}

void playout_resample(PlayoutResampler* const   resampler,
                      const PlayoutStore* const store,
                      const int64_t             at,
                      const double              fraction,
                      const double              step,
                      float* const              out,
                      const unsigned            frames)
{
  if (!resampler->primed) {
    prime(resampler, store, at, fraction, step);
  }
  const int64_t ahead = (int64_t)playout_resampler_ahead(step);
  for (unsigned done = 0U; done < frames; done += CHUNK) {
    const unsigned left  = frames - done;
    const unsigned count = left < CHUNK ? left : CHUNK;
    const double   last  = fraction + (double)(done + count - 1U) * step;
    produce(resampler,
            store,
            at + (int64_t)last + ahead,
            step,
            out + done,
            count);
  }
}
