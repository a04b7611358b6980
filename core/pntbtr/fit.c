// SPDX-License-Identifier: MIT
// Learns a model of both bands, in slices: first of the whole band, because the
// filter between the bands needs to see a little of the future; then of the low
// band; then of what that leaves.

#include "pntbtr/bands.h"
#include "pntbtr/burg.h"
#include "pntbtr/history.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

#define LOW_MEMORY 800.0F // Low-band samples
#define HIGH_MEMORY 1200.0F
#define PULSE_LOW (PNTBTR_PULSE / 4U + 2U * PNTBTR_REACH)

_Static_assert(PNTBTR_LOW_ORDER % BANDS_SPAN == 0U, "whole spans");
_Static_assert(PNTBTR_LOW_SPAN % BANDS_SPAN == 0U, "whole spans");

typedef enum Stage {
  STAGE_EDGE,
  STAGE_LOW,
  STAGE_HIGH,
  STAGE_DONE,
} Stage;

struct PntbtrFit {
  Stage       stage;
  PntbtrBands bands;
  PntbtrModel model;
  Burg        burg;
  float       samples[PNTBTR_MAX_SPAN + PNTBTR_MAX_REACH];
  float       low[PNTBTR_LOW_SPAN + PNTBTR_REACH];
  float       high[PNTBTR_HIGH_SPAN];
};

PntbtrFit* pntbtr_fit_new(const JamAllocator* const allocator)
{
  return (PntbtrFit*)jam_mem_new(allocator, sizeof(PntbtrFit));
}

void pntbtr_fit_begin(PntbtrFit* const           fit,
                      const PntbtrBands* const   bands,
                      const PntbtrHistory* const history,
                      const int64_t              end)
{
  const unsigned size = pntbtr_fit_span(bands);
  fit->bands          = *bands;
  fit->stage          = STAGE_EDGE;
  memset(&fit->model, 0, sizeof(fit->model));
  pntbtr_history_read(history, end - (int64_t)size, fit->samples, size);
  pntbtr_burg_begin(&fit->burg,
                    fit->samples + size - PNTBTR_HIGH_SPAN,
                    PNTBTR_HIGH_SPAN,
                    PNTBTR_HIGH_ORDER,
                    HIGH_MEMORY);
}

static unsigned begin_low(PntbtrFit* const fit)
{
  float* const end = fit->samples + pntbtr_fit_span(&fit->bands);
  (void)pntbtr_burg_taps(&fit->burg, fit->model.edge, PNTBTR_HIGH_ORDER);
  pntbtr_bands_continue(fit->model.edge,
                        PNTBTR_HIGH_ORDER,
                        end,
                        fit->bands.reach);
  pntbtr_bands_low(&fit->bands, end, fit->low, PNTBTR_LOW_SPAN);
  pntbtr_burg_begin(&fit->burg,
                    fit->low,
                    PNTBTR_LOW_SPAN,
                    PNTBTR_LOW_ORDER,
                    LOW_MEMORY);
  return 2U * PNTBTR_LOW_SPAN * fit->bands.reach;
}

// What one surprise of standard size in the low band does to the samples of the
// whole one from then on.
static void make_low_pulse(PntbtrFit* const fit, const float size)
{
  float        line[PNTBTR_LOW_ORDER + PULSE_LOW] = {0.0F};
  float* const start                              = line + PNTBTR_LOW_ORDER;
  start[0] = size / sqrtf((float)fit->bands.divide);
  pntbtr_bands_continue(fit->model.low,
                        PNTBTR_LOW_ORDER,
                        start + 1,
                        PULSE_LOW - 1U);
  for (unsigned i = 0U; i < PNTBTR_PULSE; ++i) {
    fit->model.low_pulse[i] = pntbtr_bands_at(&fit->bands, start, i);
  }
}

static void make_high_pulse(PntbtrFit* const fit, const float size)
{
  float        line[PNTBTR_HIGH_ORDER + PNTBTR_PULSE] = {0.0F};
  float* const start = line + PNTBTR_HIGH_ORDER;
  start[0]           = size;
  pntbtr_bands_continue(fit->model.high,
                        PNTBTR_HIGH_ORDER,
                        start + 1,
                        PNTBTR_PULSE - 1U);
  memcpy(fit->model.high_pulse, start, sizeof(fit->model.high_pulse));
}

static unsigned begin_high(PntbtrFit* const fit)
{
  const float* const end    = fit->samples + pntbtr_fit_span(&fit->bands);
  const unsigned     divide = fit->bands.divide;
  const unsigned     behind = PNTBTR_HIGH_SPAN / divide;
  const unsigned     before = PNTBTR_HIGH_SPAN - behind * divide;
  float* const       low    = fit->low + PNTBTR_LOW_SPAN;
  const float        size =
    pntbtr_burg_taps(&fit->burg, fit->model.low, PNTBTR_LOW_ORDER);
  make_low_pulse(fit, size);
  pntbtr_bands_continue(fit->model.low, PNTBTR_LOW_ORDER, low, PNTBTR_REACH);
  for (unsigned i = 0U; i < PNTBTR_HIGH_SPAN; ++i) {
    // Counted from the low-band sample `behind` + 1 before the last
    const unsigned after = i + divide + 1U - before;
    fit->high[i]         = (end - PNTBTR_HIGH_SPAN)[i] -
                   pntbtr_bands_at(&fit->bands, low - 2U - behind, after);
  }
  pntbtr_burg_begin(&fit->burg,
                    fit->high,
                    PNTBTR_HIGH_SPAN,
                    PNTBTR_HIGH_ORDER,
                    HIGH_MEMORY);
  return PNTBTR_HIGH_SPAN * 2U * PNTBTR_REACH + PULSE_LOW * PNTBTR_LOW_ORDER;
}

static unsigned finish(PntbtrFit* const fit)
{
  make_high_pulse(
    fit,
    pntbtr_burg_taps(&fit->burg, fit->model.high, PNTBTR_HIGH_ORDER));
  fit->model.ready = true;
  return PNTBTR_PULSE * PNTBTR_HIGH_ORDER;
}

static unsigned next_stage(PntbtrFit* const fit)
{
  switch (++fit->stage) {
  case STAGE_LOW:
    return begin_low(fit);
  case STAGE_HIGH:
    return begin_high(fit);
  case STAGE_DONE:
    return finish(fit);
  case STAGE_EDGE:
  default:
    return 0U;
  }
}

bool pntbtr_fit_step(PntbtrFit* const fit, const unsigned budget)
{
  unsigned done = 0U;
  while (fit->stage != STAGE_DONE) {
    if (done > 0U && done >= budget) {
      return false;
    }
    done += pntbtr_burg_done(&fit->burg) ? next_stage(fit)
                                         : pntbtr_burg_step(&fit->burg);
  }
  return true;
}

const PntbtrModel* pntbtr_fit_model(const PntbtrFit* const fit)
{
  return &fit->model;
}
