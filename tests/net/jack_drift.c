// SPDX-License-Identifier: MIT
// Following a delay that changes by fractions of a sample.

#include "jack_analyse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPAN 2048U
#define STEP 2400U
#define FIRST_SPAN 4800U
#define REACH 32    // A block's lag is this near to the last one's ...
#define WIDE 100    // ... or else within so many times this
#define LIKE 0.8    // Less is not the signal ...
#define SURE 0.98   // ... and less may be like it at another place
#define BETTER 0.01 // Then that must be so much more like it
#define DAMAGED 0.1 // Error against signal, in power
#define APART_WINDOWS 4U
#define JUMP_SAMPLES 0.5

typedef struct Block {
  double centre; // In the recording, frames
  double lag;
  double delay_us;
  double like;
  bool   masked;
} Block;

typedef struct Track {
  const Take* take;
  Block*      blocks;
  size_t      count;
} Track;

static bool touches_mask(const Take* const take, const size_t at)
{
  for (size_t i = at / ANALYSE_WINDOW; i <= (at + SPAN) / ANALYSE_WINDOW; ++i) {
    if (take->masked && i < take->rec_frames / ANALYSE_WINDOW &&
        take->masked[i]) {
      return true;
    }
  }
  return false;
}

// The top of the parabola through three neighbouring correlations.
static double
refine(const Take* const take, const size_t at, const long lag, double* like)
{
  long         unused;
  const double a    = find_lag(take, at, SPAN, lag - 1, lag - 1, &unused);
  const double b    = find_lag(take, at, SPAN, lag, lag, &unused);
  const double c    = find_lag(take, at, SPAN, lag + 1, lag + 1, &unused);
  const double bend = a - 2.0 * b + c;
  const double top  = bend < 0.0 ? 0.5 * (a - c) / bend : 0.0;
  *like             = b - 0.25 * (a - c) * top;
  return (double)lag + (fabs(top) <= 1.0 ? top : 0.0);
}

static bool
start_track(const Take* const take, size_t* const at, long* const lag)
{
  while (*at + FIRST_SPAN < take->rec_frames) {
    if (find_lag(take, *at, FIRST_SPAN, take->min_lag, take->max_lag, lag) >
        LIKE) {
      return true;
    }
    *at += FIRST_SPAN;
  }
  return false;
}

// Notes repeat themselves, so a lag near the last one is believed only when it
// fits well. A wide search takes long, and what is masked proves nothing anyway
static long search(const Take* const take,
                   const size_t      at,
                   const long        lag,
                   const bool        masked)
{
  long         here = lag;
  long         away = lag;
  const double near = find_lag(take, at, SPAN, lag - REACH, lag + REACH, &here);
  if (masked || near >= SURE) {
    return near >= LIKE ? here : lag;
  }
  const long   wide = WIDE * REACH;
  const double far  = find_lag(take, at, SPAN, lag - wide, lag + wide, &away);
  if (far > near + BETTER && far >= LIKE) {
    return away;
  }
  return near >= LIKE ? here : lag;
}

static void follow(Track* const track, size_t at, long lag)
{
  const Take* const take = track->take;
  for (; at + SPAN < take->rec_frames; at += STEP) {
    Block* const block = &track->blocks[track->count];
    block->masked      = touches_mask(take, at);
    block->centre      = (double)at + 0.5 * (double)SPAN;
    const long found   = search(take, at, lag, block->masked);
    block->lag         = refine(take, at, found, &block->like);
    block->delay_us    = clock_us(&take->rec_clock, block->centre) -
                      clock_us(&take->ref_clock, block->centre - block->lag);
    lag = block->like > LIKE ? found : lag;
    ++track->count;
  }
}

static bool good(const Block* const block)
{
  return !block->masked && block->like > LIKE;
}

// Cubic interpolation: exact enough for a reference without high treble.
static double ref_at(const Take* const take, const double place)
{
  const double whole = floor(place);
  const long   i     = (long)whole;
  if (i < 1 || (size_t)i + 2U >= take->ref_frames) {
    return 0.0;
  }
  const float* const x = take->ref + i;
  const double       t = place - whole;
  const double       a = -t * (t - 1.0) * (t - 2.0) / 6.0;
  const double       b = (t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0;
  const double       c = -(t + 1.0) * t * (t - 2.0) / 2.0;
  const double       d = (t + 1.0) * t * (t - 1.0) / 6.0;
  return a * (double)x[-1] + b * (double)x[0] + c * (double)x[1] +
         d * (double)x[2];
}

static bool window_broken(const Take* const take,
                          const size_t      at,
                          const double      lag,
                          const double      floor_energy)
{
  double error = 0.0;
  double self  = 0.0;
  for (size_t i = at; i < at + ANALYSE_WINDOW; ++i) {
    const double r = ref_at(take, (double)i - lag);
    const double e = (double)take->rec[i] - r;
    error += e * e;
    self += r * r;
  }
  return error > DAMAGED * (self > floor_energy ? self : floor_energy);
}

static double mean_window_energy(const Take* const take)
{
  double sum = 0.0;
  for (size_t i = 0U; i < take->ref_frames; ++i) {
    sum += (double)take->ref[i] * (double)take->ref[i];
  }
  return sum / (double)(take->ref_frames + 1U) * ANALYSE_WINDOW;
}

static void count_damage(const Track* const track, DriftReport* const out)
{
  const double quiet  = 0.01 * mean_window_energy(track->take);
  size_t       judged = 0U, broken = 0U, last = 0U;
  for (size_t k = 0U; k + 1U < track->count; ++k) {
    const Block* const a = &track->blocks[k];
    const Block* const b = a + 1;
    if (a->masked || b->masked) {
      continue;
    }
    for (double at = a->centre; at + ANALYSE_WINDOW <= b->centre;
         at += ANALYSE_WINDOW) {
      const double part =
        (at + 0.5 * ANALYSE_WINDOW - a->centre) / (b->centre - a->centre);
      const double lag    = a->lag + part * (b->lag - a->lag);
      const size_t window = (size_t)at / ANALYSE_WINDOW;
      judged += 1U;
      if (window_broken(track->take, (size_t)at, lag, quiet)) {
        broken += 1U;
        out->dropouts += last == 0U || window - last > APART_WINDOWS;
        last = window;
      }
    }
  }
  out->damaged_share = (double)broken / (double)(judged > 0U ? judged : 1U);
}

static int ascending(const void* const a, const void* const b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

static double
quantile(const double* const sorted, const size_t n, const double q)
{
  return sorted[(size_t)(q * (double)(n - 1U) + 0.5)];
}

typedef struct Line {
  double level, slope;
} Line;

// Least squares of y over x, both centred for precision.
static Line fit(const double* const x, const double* const y, const size_t n)
{
  double mx = 0.0, my = 0.0, xx = 0.0, xy = 0.0;
  for (size_t i = 0U; i < n; ++i) {
    mx += x[i] / (double)n;
    my += y[i] / (double)n;
  }
  for (size_t i = 0U; i < n; ++i) {
    xx += (x[i] - mx) * (x[i] - mx);
    xy += (x[i] - mx) * (y[i] - my);
  }
  const double slope = xx > 0.0 ? xy / xx : 0.0;
  const Line   out   = {my - slope * mx, slope};
  return out;
}

typedef struct Columns {
  double *centre, *lag, *delay, *like, *spare;
} Columns;

static void describe(const Take* const take,
                     const Columns     c,
                     const size_t      n,
                     DriftReport*      out)
{
  const Line   time     = fit(c.centre, c.delay, n);
  const Line   lag      = fit(c.centre, c.lag, n);
  const double jump     = JUMP_SAMPLES * 1e6 / take->rate_hz;
  out->trend_us_per_min = time.slope * take->rate_hz * 60.0;
  out->rate_ppm         = lag.slope * 1e6;
  for (size_t i = 0U; i < n; ++i) {
    c.spare[i] = fabs(c.delay[i] - time.level - time.slope * c.centre[i]);
    if (i > 0U && c.centre[i] - c.centre[i - 1U] <= STEP) {
      // Against the steady run of the clocks: what jumps is the program
      const double step = fabs(c.lag[i] - c.lag[i - 1U] -
                               lag.slope * (c.centre[i] - c.centre[i - 1U])) *
                          1e6 / take->rate_hz;
      out->jump_us_max = step > out->jump_us_max ? step : out->jump_us_max;
      out->jumps += step > jump;
    }
  }
  qsort(c.spare, n, sizeof(double), ascending);
  out->wander_us_p95 = quantile(c.spare, n, 0.95);
  qsort(c.delay, n, sizeof(double), ascending);
  out->delay_ms_p5  = quantile(c.delay, n, 0.05) * 1e-3;
  out->delay_ms_p50 = quantile(c.delay, n, 0.5) * 1e-3;
  out->delay_ms_p95 = quantile(c.delay, n, 0.95) * 1e-3;
  qsort(c.like, n, sizeof(double), ascending);
  out->likeness_p5 = quantile(c.like, n, 0.05);
}

static void report(const Track* const track, DriftReport* const out)
{
  double* const memory =
    (double*)calloc(5U * track->count + 5U, sizeof(double));
  if (!memory) {
    return;
  }
  const size_t  room = track->count + 1U;
  const Columns c    = {memory,
                        memory + room,
                        memory + 2U * room,
                        memory + 3U * room,
                        memory + 4U * room};
  size_t        n    = 0U;
  for (size_t k = 0U; k < track->count; ++k) {
    const Block* const block = &track->blocks[k];
    if (good(block)) {
      c.centre[n] = block->centre;
      c.lag[n]    = block->lag;
      c.delay[n]  = block->delay_us;
      c.like[n++] = block->like;
    }
  }
  out->blocks = (unsigned)n;
  if (n > 2U) {
    out->found = true;
    describe(track->take, c, n, out);
    count_damage(track, out);
  }
  free(memory);
}

static void write_track(const Track* const track)
{
  FILE* const file = track->take->track ? fopen(track->take->track, "w") : NULL;
  if (!file) {
    return;
  }
  (void)fputs("seconds,lag,delay_us,like,masked\n", file);
  for (size_t k = 0U; k < track->count; ++k) {
    const Block* const b = &track->blocks[k];
    (void)fprintf(file,
                  "%.4f,%.3f,%.1f,%.4f,%d\n",
                  b->centre / track->take->rate_hz,
                  b->lag,
                  b->delay_us,
                  b->like,
                  b->masked);
  }
  (void)fclose(file);
}

void analyse_drift(const Take* const take, DriftReport* const out)
{
  memset(out, 0, sizeof(*out));
  size_t at    = take->skip_frames;
  long   lag   = 0;
  Track  track = {take, NULL, 0U};
  if (!start_track(take, &at, &lag)) {
    return;
  }
  track.blocks = (Block*)calloc(take->rec_frames / STEP + 2U, sizeof(Block));
  if (track.blocks) {
    follow(&track, at, lag);
    report(&track, out);
    write_track(&track);
    free(track.blocks);
  }
}
