// SPDX-License-Identifier: MIT
// Finding a signal in a recording, and comparing it sample by sample.

#include "jack_analyse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SETTLE_SECONDS 0.02
#define FIND_SPAN 4800U  // Long enough to be unmistakable
#define FIND_STEP 24000U // Where nothing is found, look this much later
#define LOST_WINDOWS 8U  // In a row not exact: perhaps the delay changed
#define REFIND_SPAN 1024U
#define REFIND_REACH 4800
#define REFIND_NEAR 4
#define LIKE 0.9          // Correlation that counts as found
#define SURE 0.99         // And as found without an exact window to prove it
#define BETTER 0.02       // Than at the delay so far
#define PROOF_WINDOWS 32U // In which one is exact, if the delay is right
#define DAMAGED 0.01      // Error against signal, in power
#define APART_FRAMES 240  // Damage closer than this is one dropout
#define GAP_MIN 16U       // Fewer zeros in a row may be music

void clock_settle(ClockPoint* const points,
                  const size_t      count,
                  const double      rate_hz)
{
  // From the end, so that each looks back on what was measured
  const double reach = SETTLE_SECONDS * rate_hz;
  for (size_t i = count; i-- > 0U;) {
    for (size_t k = i; k-- > 0U;) {
      const double frames = (double)(points[i].frame - points[k].frame);
      if (frames > reach) {
        break;
      }
      const int64_t us = points[k].us + (int64_t)(frames * 1e6 / rate_hz);
      points[i].us     = us < points[i].us ? us : points[i].us;
    }
  }
}

double clock_us(const ClockMap* const map, const double frame)
{
  const double step = 1e6 / map->rate_hz;
  if (map->count == 0U) {
    return frame * step;
  }
  size_t lo = 0U;
  size_t hi = map->count;
  while (hi - lo > 1U) {
    const size_t mid = (lo + hi) / 2U;
    if ((double)map->points[mid].frame <= frame) {
      lo = mid;
    } else {
      hi = mid;
    }
  }
  const ClockPoint* const a = &map->points[lo];
  if (lo + 1U < map->count && (double)a->frame <= frame) {
    const ClockPoint* const b = a + 1;
    const double            part =
      (frame - (double)a->frame) / (double)(b->frame - a->frame);
    return (double)a->us + part * (double)(b->us - a->us);
  }
  return (double)a->us + (frame - (double)a->frame) * step;
}

void mask_span(const ClockMap* const map,
               const double          from_us,
               const double          to_us,
               uint8_t* const        mask,
               const size_t          windows)
{
  size_t lo = 0U;
  size_t hi = windows;
  while (lo < hi) {
    const size_t mid = (lo + hi) / 2U;
    if (clock_us(map, (double)((mid + 1U) * ANALYSE_WINDOW)) < from_us) {
      lo = mid + 1U;
    } else {
      hi = mid;
    }
  }
  for (size_t w = lo;
       w < windows && clock_us(map, (double)(w * ANALYSE_WINDOW)) <= to_us;
       ++w) {
    mask[w] = 1U;
  }
}

static double energy(const float* const x, const size_t n)
{
  double sum = 0.0;
  for (size_t i = 0U; i < n; ++i) {
    sum += (double)x[i] * (double)x[i];
  }
  return sum;
}

// Where the reference for a recorded place starts; null outside of it.
static const float* reference(const Take* const take,
                              const size_t      at,
                              const size_t      span,
                              const long        lag)
{
  const long start = (long)at - lag;
  return start >= 0 && (size_t)start + span <= take->ref_frames
           ? take->ref + start
           : NULL;
}

static double likeness(const Take* const take,
                       const size_t      at,
                       const size_t      span,
                       const long        lag,
                       const double      rec_energy)
{
  const float* const ref = reference(take, at, span, lag);
  const float* const rec = take->rec + at;
  if (!ref) {
    return 0.0;
  }
  double dot  = 0.0;
  double self = 0.0;
  for (size_t i = 0U; i < span; ++i) {
    dot += (double)ref[i] * (double)rec[i];
    self += (double)ref[i] * (double)ref[i];
  }
  return self > 0.0 ? dot / sqrt(self * rec_energy) : 0.0;
}

double find_lag(const Take* const take,
                const size_t      at,
                const size_t      span,
                const long        lo,
                const long        hi,
                long* const       lag)
{
  double best = 0.0;
  if (at + span > take->rec_frames) {
    return 0.0;
  }
  const double rec_energy = energy(take->rec + at, span);
  for (long d = lo; rec_energy > 0.0 && d <= hi; ++d) {
    const double like = likeness(take, at, span, d, rec_energy);
    if (like > best) {
      best = like;
      *lag = d;
    }
  }
  return best;
}

typedef struct Walk {
  const Take* take;
  long        lag;
  uint8_t*    verdict; // Per window: 0 not judged, 1 exact, 2 flawed, 3 damaged
  long*       lags;    // Per window
  size_t      windows;
} Walk;

enum { UNJUDGED, EXACT, FLAWED, BROKEN };

static uint8_t judge(const Walk* const walk, const size_t window)
{
  const size_t       at  = window * ANALYSE_WINDOW;
  const float* const rec = walk->take->rec + at;
  const float* const ref = reference(walk->take, at, ANALYSE_WINDOW, walk->lag);
  if (!ref) {
    return UNJUDGED;
  }
  if (!memcmp(ref, rec, ANALYSE_WINDOW * sizeof(float))) {
    return EXACT;
  }
  double error = 0.0;
  bool   same  = true; // memcmp tells 0 from -0
  for (size_t i = 0U; i < ANALYSE_WINDOW; ++i) {
    const double e = (double)rec[i] - (double)ref[i];
    same           = same && e == 0.0;
    error += e * e;
  }
  if (same) {
    return EXACT;
  }
  return error > DAMAGED * energy(ref, ANALYSE_WINDOW) ? BROKEN : FLAWED;
}

// A new delay counts from where it explains the recording; look back for that.
static void move_to(Walk* const walk, const long lag, const size_t window)
{
  walk->lag = lag;
  for (size_t w = window; w > 0U; --w) {
    const uint8_t now = judge(walk, w - 1U);
    if (walk->verdict[w - 1U] == EXACT || now != EXACT) {
      return;
    }
    walk->verdict[w - 1U] = now;
    walk->lags[w - 1U]    = lag;
  }
}

// Notes repeat themselves, so likeness alone is not enough.
static bool is_proved(const Walk* const walk,
                      const size_t      window,
                      const long        lag,
                      const double      like)
{
  const Walk other = {walk->take, lag, NULL, NULL, walk->windows};
  for (size_t w = window; w < window + PROOF_WINDOWS && w < walk->windows;
       ++w) {
    if (judge(&other, w) == EXACT) {
      return true;
    }
  }
  long         same = walk->lag;
  const double now  = find_lag(walk->take,
                              window * ANALYSE_WINDOW,
                              REFIND_SPAN,
                              walk->lag,
                              walk->lag,
                              &same);
  return like > SURE && now < like - BETTER;
}

static void look_elsewhere(Walk* const walk, const size_t window)
{
  // What is merely not exact is searched for nearby, what is gone everywhere
  const size_t at    = window * ANALYSE_WINDOW;
  long         lag   = walk->lag;
  const double same  = find_lag(walk->take, at, REFIND_SPAN, lag, lag, &lag);
  const long   reach = same > SURE ? REFIND_NEAR : REFIND_REACH;
  const double like  = find_lag(walk->take,
                               at,
                               REFIND_SPAN,
                               walk->lag - reach,
                               walk->lag + reach,
                               &lag);
  if (like > LIKE && lag != walk->lag && is_proved(walk, window, lag, like)) {
    move_to(walk, lag, window);
    walk->verdict[window] = judge(walk, window);
    walk->lags[window]    = lag;
  }
}

static void walk_along(Walk* const walk, const size_t first)
{
  unsigned lost = 0U;
  for (size_t w = first; w < walk->windows; ++w) {
    walk->verdict[w] = judge(walk, w);
    walk->lags[w]    = walk->lag;
    lost             = walk->verdict[w] == EXACT ? 0U : lost + 1U;
    if (lost > 0U && lost % LOST_WINDOWS == 0U) {
      look_elsewhere(walk, w);
    }
  }
}

static bool is_masked(const Take* const take, const size_t window)
{
  return take->masked && take->masked[window];
}

// First window from which one second was exact, or `windows`.
static size_t first_locked(const Walk* const walk, const size_t first)
{
  const size_t second = (size_t)walk->take->rate_hz / ANALYSE_WINDOW;
  size_t       exact  = 0U;
  size_t       judged = 0U;
  for (size_t w = first; w < walk->windows; ++w) {
    judged += 1U;
    exact += walk->verdict[w] == EXACT || is_masked(walk->take, w);
    if (judged > second) {
      judged -= 1U;
      exact -=
        walk->verdict[w - second] == EXACT || is_masked(walk->take, w - second);
    }
    if (judged == second && exact * 100U >= second * 95U &&
        walk->verdict[w + 1U - second] == EXACT) {
      return w + 1U - second;
    }
  }
  return walk->windows;
}

static size_t
longest_gap(const Take* const take, const size_t from, const size_t to)
{
  size_t longest = 0U;
  size_t run     = 0U;
  for (size_t i = from; i < to; ++i) {
    const bool quiet =
      take->rec[i] == 0.0F && !is_masked(take, i / ANALYSE_WINDOW);
    run     = quiet ? run + 1U : 0U;
    longest = run > longest ? run : longest;
  }
  return longest >= GAP_MIN ? longest : 0U;
}

// The delay that most windows have (Boyer and Moore's majority vote).
static long usual_lag(const Walk* const walk, const size_t first)
{
  long   lag   = walk->lags[first];
  size_t votes = 0U;
  for (size_t w = first; w < walk->windows; ++w) {
    if (votes == 0U) {
      lag = walk->lags[w];
    }
    votes = walk->lags[w] == lag ? votes + 1U : votes - 1U;
  }
  return lag;
}

static void
summarise(const Walk* const walk, const size_t first, ExactReport* const out)
{
  size_t judged = 0U, exact = 0U, broken = 0U, masked = 0U;
  size_t last_broken = 0U;
  long   lag         = walk->lags[first];
  out->delay_min = out->delay_max = lag;
  out->delay_frames               = usual_lag(walk, first);
  for (size_t w = first; w < walk->windows; ++w) {
    if (is_masked(walk->take, w) || walk->verdict[w] == UNJUDGED) {
      masked += 1U;
      lag = walk->lags[w]; // What moved while masked is the machine's doing
      continue;
    }
    judged += 1U;
    exact += walk->verdict[w] == EXACT;
    out->slips += walk->lags[w] != lag;
    lag            = walk->lags[w];
    out->delay_min = lag < out->delay_min ? lag : out->delay_min;
    out->delay_max = lag > out->delay_max ? lag : out->delay_max;
    if (walk->verdict[w] == BROKEN) {
      broken += 1U;
      out->dropouts += last_broken == 0U || (w - last_broken) * ANALYSE_WINDOW >
                                              (size_t)APART_FRAMES;
      last_broken = w;
    }
  }
  const double total = judged > 0U ? (double)judged : 1.0;
  out->exact_share   = (double)exact / total;
  out->damaged_share = (double)broken / total;
  out->masked_share  = (double)masked / (double)(judged + masked + 1U);
  out->longest_gap_frames =
    longest_gap(walk->take, first * ANALYSE_WINDOW, walk->take->rec_frames);
}

void analyse_exact(const Take* const take, ExactReport* const out)
{
  memset(out, 0, sizeof(*out));
  Walk   walk  = {take, 0, NULL, NULL, take->rec_frames / ANALYSE_WINDOW};
  size_t start = take->skip_frames;
  while (
    start + FIND_SPAN < take->rec_frames &&
    find_lag(take, start, FIND_SPAN, take->min_lag, take->max_lag, &walk.lag) <
      LIKE) {
    start += FIND_STEP;
  }
  walk.verdict = (uint8_t*)calloc(walk.windows + 1U, 1U);
  walk.lags    = (long*)calloc(walk.windows + 1U, sizeof(long));
  out->found   = start + FIND_SPAN < take->rec_frames;
  if (out->found && walk.verdict && walk.lags) {
    size_t first = (start + ANALYSE_WINDOW - 1U) / ANALYSE_WINDOW;
    walk_along(&walk, first);
    const size_t locked = first_locked(&walk, first);
    out->locked         = locked < walk.windows;
    out->locked_after_s = (double)(locked * ANALYSE_WINDOW) / take->rate_hz;
    first               = out->locked ? locked : first;
    summarise(&walk, first, out);
  }
  free(walk.verdict);
  free(walk.lags);
}
