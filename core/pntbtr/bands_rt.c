// SPDX-License-Identifier: MIT
// The filter between the bands: a windowed sinc, used both ways.

#include "pntbtr/bands.h"

#include <math.h>
#include <string.h>

#include "base/rt_poison.h"

#define LANES 16U
#define LOW_RATE_HZ 12000U
#define CUT 0.8 // Of half the low rate
#define PI 3.14159265358979323846
#define SPAN BANDS_SPAN

void pntbtr_bands_init(PntbtrBands* const bands, const uint32_t rate_hz)
{
  const unsigned divide = (rate_hz + LOW_RATE_HZ / 2U) / LOW_RATE_HZ;
  bands->divide         = divide < 1U                  ? 1U
                          : divide > PNTBTR_MAX_DIVIDE ? PNTBTR_MAX_DIVIDE
                                                       : divide;
  bands->reach          = PNTBTR_REACH * bands->divide;
  double sum            = 0.0;
  for (unsigned i = 0U; i <= 2U * bands->reach; ++i) {
    const double at     = (double)i - (double)bands->reach;
    const double turn   = PI * at / (double)(bands->reach + 1U);
    const double wave   = PI * at * CUT / bands->divide;
    const double window = 0.42 + 0.5 * cos(turn) + 0.08 * cos(2.0 * turn);
    const double value  = window * (i == bands->reach ? 1.0 : sin(wave) / wave);
    bands->filter[i]    = (float)value;
    sum += value;
  }
  for (unsigned i = 0U; i <= 2U * bands->reach; ++i) {
    bands->filter[i] = (float)((double)bands->filter[i] / sum);
  }
}

unsigned pntbtr_fit_span(const PntbtrBands* const bands)
{
  return PNTBTR_LOW_SPAN * bands->divide + bands->reach;
}

unsigned pntbtr_past(const PntbtrBands* const bands)
{
  return PNTBTR_LOW_ORDER * bands->divide + bands->reach;
}

float pntbtr_bands_dot(const float* const a,
                       const float* const b,
                       const unsigned     length)
{
  float sums[LANES] = {0.0F};
  for (unsigned at = 0U; at < length; at += LANES) {
    for (unsigned i = 0U; i < LANES; ++i) {
      sums[i] += a[at + i] * b[at + i];
    }
  }
  float sum = 0.0F;
  for (unsigned i = 0U; i < LANES; ++i) {
    sum += sums[i];
  }
  return sum;
}

void pntbtr_bands_continue(const float* const taps,
                           const unsigned     order,
                           float* const       end,
                           const unsigned     frames)
{
  for (unsigned i = 0U; i < frames; ++i) {
    end[i] = pntbtr_bands_dot(taps, end + i - order, order);
  }
}

/// Filters SPAN low-band samples, the first of them `reach` behind `from`. The
/// signal is sorted by phase first, so that the inner loop runs over
/// neighbours.
static void filter_span(const PntbtrBands* const bands,
                        const float* const       from,
                        float* const             out)
{
  const unsigned divide     = bands->divide;
  float          sums[SPAN] = {0.0F};
  for (unsigned phase = 0U; phase < divide; ++phase) {
    float          line[SPAN + 2U * PNTBTR_REACH];
    const unsigned taps = 2U * PNTBTR_REACH + (phase == 0U ? 1U : 0U);
    for (unsigned i = 0U; i < SPAN + taps - 1U; ++i) {
      line[i] = from[i * divide + phase];
    }
    for (unsigned t = 0U; t < taps; ++t) {
      const float weight = bands->filter[t * divide + phase];
      for (unsigned i = 0U; i < SPAN; ++i) {
        sums[i] += weight * line[t + i];
      }
    }
  }
  memcpy(out, sums, sizeof(sums));
}

void pntbtr_bands_low(const PntbtrBands* const bands,
                      const float* const       end,
                      float* const             out,
                      const unsigned           count)
{
  for (unsigned at = 0U; at < count; at += SPAN) {
    const unsigned back = (count - at) * bands->divide;
    filter_span(bands,
                end + bands->divide - 1U - back - bands->reach,
                out + at);
  }
}

float pntbtr_bands_at(const PntbtrBands* const bands,
                      const float* const       at,
                      const unsigned           after)
{
  const unsigned     divide  = bands->divide;
  const unsigned     phase   = after % divide;
  const float* const sample  = at + after / divide - PNTBTR_REACH;
  const float* const weight  = bands->filter + 2U * bands->reach + phase;
  float              sums[4] = {0.0F}; // Apart, so that none waits for another
  for (unsigned i = 1U; i <= 2U * PNTBTR_REACH; ++i) {
    sums[i % 4U] += sample[i] * weight[-(int)(i * divide)];
  }
  const float first = phase > 0U ? 0.0F : sample[0] * weight[0];
  return (first + (sums[0] + sums[1]) + (sums[2] + sums[3])) * (float)divide;
}
