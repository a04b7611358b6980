// SPDX-License-Identifier: MIT
// Delay control: a quantile of what packets needed, and a quick reaction when
// the path gets worse faster than a quantile can tell.

#include "playout/playout.h"

#include <math.h>
#include <string.h>

#define BINS (sizeof(((PlayoutDelay*)0)->bins) / sizeof(float))
#define SPARE_BINS 64U      // Room below the fastest packet
#define MEMORY_SECONDS 25.0 // Of the histogram
#define WAIT_SECONDS 0.15   // What is newer can still be taken back
#define FAST_SECONDS 0.5    // Memory of the alarm ...
#define FAST_SHARE 0.05     // ... and its threshold
#define HOLD_SECONDS 1.0    // How long it lasts
#define SCAN_SECONDS 0.01   // How often the histogram is read
#define RISE 0.074          // Of time (8 % of what is played meanwhile) ...
#define FALL 0.03           // ... is how fast the target moves
#define LEAST_SHARE 1e-2    // Below this share, a bin is a stray
#define MOST_GAIN 1e3       // Then everything is scaled back

/// What is assumed before much is known, by how few packets may be late.
typedef struct Caution {
  double share;         // Of the allowed late packets to aim at
  double prior_packets; // Imagined at the start ...
  double prior_us;      // ... to need this much more than the first real one
} Caution;

/// Where hardly a packet may be late, a single early stall uses up the
/// allowance of minutes: begin far on the safe side, which the mode stands for
/// anyway.
static Caution caution(const PlayoutDelay* const delay)
{
  static const Caution usual  = {0.8, 8.0, 4000.0};
  static const Caution strict = {0.6, 3.0, 40000.0};
  return delay->late_target > 0.002 ? usual : strict;
}

static double cap_us(const PlayoutMode mode)
{
  switch (mode) {
  case PLAYOUT_TIGHT:
    return 10000.0;
  case PLAYOUT_NORMAL:
    return 30000.0;
  case PLAYOUT_SAFE:
    return 80000.0;
  case PLAYOUT_NO_CAP:
    break;
  }
  return 1e9;
}

void playout_delay_init(PlayoutDelay* const delay,
                        const PlayoutMode   mode,
                        const double        late_target)
{
  // Fine enough to matter, wide enough to hold the cap twice
  static const double bins_us[] = {20.0, 50.0, 125.0, 250.0};
  memset(delay, 0, sizeof(*delay));
  delay->mode        = mode;
  delay->late_target = (late_target > 0.0)      ? fmin(late_target, 0.5)
                       : (mode == PLAYOUT_SAFE) ? 0.001
                                                : 0.01;
  delay->bin_us      = bins_us[mode <= PLAYOUT_NO_CAP ? mode : PLAYOUT_NO_CAP];
}

static double seconds_since(const JamTime now, const JamTime then)
{
  return now > then ? (double)(now - then) / (double)JAM_SECOND : 0.0;
}

static void
put(PlayoutDelay* const delay, const double needed_us, const double weight)
{
  const double at    = floor((needed_us - delay->minimum_us) / delay->bin_us);
  const size_t index = (size_t)fmax(0.0, fmin(at, (double)(BINS - 1U)));
  delay->bins[index] += (float)weight;
  delay->weight += weight;
}

/// Moves the lower edge down by whole bins; the top is kept as "far beyond".
static void make_room_below(PlayoutDelay* const delay, const double bins)
{
  const size_t count = (size_t)fmin(bins, (double)BINS);
  const size_t kept  = BINS - count;
  float        far   = 0.0F;
  for (size_t i = kept; i < BINS; ++i) {
    far += delay->bins[i];
  }
  memmove(delay->bins + count, delay->bins, kept * sizeof(float));
  memset(delay->bins, 0, count * sizeof(float));
  delay->bins[BINS - 1U] += far;
  delay->minimum_us -= bins * delay->bin_us;
}

/// Moves the lower edge up over bins that have nearly decayed.
static void make_room_above(PlayoutDelay* const delay, const size_t count)
{
  for (size_t i = 0U; i < count; ++i) {
    delay->weight -= (double)delay->bins[i];
  }
  memmove(delay->bins, delay->bins + count, (BINS - count) * sizeof(float));
  memset(delay->bins + BINS - count, 0, count * sizeof(float));
  delay->minimum_us += (double)count * delay->bin_us;
}

static void age(PlayoutDelay* const delay, const JamTime now)
{
  delay->gain *=
    exp(fmin(seconds_since(now, delay->updated) / MEMORY_SECONDS, 50.0));
  if (delay->gain > MOST_GAIN) {
    const double scale = 1.0 / delay->gain;
    delay->weight      = 0.0;
    for (size_t i = 0U; i < BINS; ++i) {
      delay->bins[i] = (float)((double)delay->bins[i] * scale);
      delay->weight += (double)delay->bins[i];
    }
    delay->gain = 1.0;
  }
}

static void
start(PlayoutDelay* const delay, const JamTime now, const double needed_us)
{
  const Caution assumed = caution(delay);
  delay->started        = true;
  delay->gain           = 1.0;
  delay->interval       = FAST_SECONDS;
  delay->updated        = now;
  delay->moved          = now;
  delay->peak_since     = now;
  delay->peak_us[0]     = needed_us;
  delay->peak_us[1]     = needed_us;
  delay->valley_us      = needed_us;
  delay->minimum_us     = needed_us - SPARE_BINS * delay->bin_us;
  delay->least_us       = needed_us;
  put(delay, needed_us + assumed.prior_us, assumed.prior_packets);
  delay->target_us   = needed_us + fmin(assumed.prior_us, cap_us(delay->mode));
  delay->wanted_us   = delay->target_us;
  delay->scanned     = now;
  delay->alarm_until = now;
}

/// Ends a half second. Returns whether all of it came too late: then it was
/// another path than the one that was measured.
static bool
next_half(PlayoutDelay* const delay, const JamTime now, const double needed_us)
{
  const bool other  = delay->valley_us > delay->target_us;
  delay->peak_us[1] = delay->peak_us[0];
  delay->peak_us[0] = needed_us;
  delay->valley_us  = needed_us;
  delay->peak_since = now;
  return other;
}

/// Raises the alarm when too many of the newest packets came too late. Returns
/// whether the path is another one.
static bool
watch(PlayoutDelay* const delay, const JamTime now, const double needed_us)
{
  const double passed = seconds_since(now, delay->updated);
  const double late   = needed_us > delay->target_us ? 1.0 : 0.0;
  // By time, not by packet: what waited behind a stall comes all at once, and
  // a longer delay would be too late for it
  const double counted = fmin(passed, 2.0 * delay->interval);
  const double share   = fmin(counted / FAST_SECONDS, 1.0);
  delay->interval += 0.02 * (fmin(passed, FAST_SECONDS) - delay->interval);
  delay->fast_late += share * (late - delay->fast_late);
  const bool other = seconds_since(now, delay->peak_since) > FAST_SECONDS &&
                     next_half(delay, now, needed_us);
  delay->peak_us[0] = fmax(delay->peak_us[0], needed_us);
  delay->valley_us  = fmin(delay->valley_us, needed_us);
  if (delay->fast_late > FAST_SHARE) {
    delay->alarm_until = now + (JamTime)(HOLD_SECONDS * (double)JAM_SECOND);
  }
  return other;
}

static void settle(PlayoutDelay* const delay, const double needed_us)
{
  const double below = (delay->minimum_us - needed_us) / delay->bin_us;
  if (below > 0.0) {
    make_room_below(delay, ceil(below) + SPARE_BINS);
  }
  put(delay, needed_us, delay->gain);
}

static const PlayoutNeed* oldest_waiting(const PlayoutDelay* const delay)
{
  return &delay->waiting[delay->waiting_first];
}

static void settle_one(PlayoutDelay* const delay)
{
  settle(delay, oldest_waiting(delay)->us);
  delay->waiting_first = (delay->waiting_first + 1U) % PLAYOUT_WAITING;
  --delay->waiting_count;
}

static void wait(PlayoutDelay* const delay, const PlayoutNeed need)
{
  if (delay->waiting_count == PLAYOUT_WAITING) {
    settle_one(delay);
  }
  const unsigned next = delay->waiting_first + delay->waiting_count++;
  delay->waiting[next % PLAYOUT_WAITING] = need;
}

void playout_delay_add(PlayoutDelay* const delay,
                       const JamTime       now,
                       const double        needed_us)
{
  if (!(fabs(needed_us) < 1e12)) {
    return;
  }
  if (!delay->started) {
    start(delay, now, needed_us);
  }
  age(delay, now);
  if (watch(delay, now, needed_us)) {
    // The cap is counted from the fastest packets: those of the old path must
    // not hold it down
    playout_delay_init(delay, delay->mode, delay->late_target);
    start(delay, now, needed_us);
  }
  delay->updated = now > delay->updated ? now : delay->updated;
  wait(delay, (PlayoutNeed){delay->updated, needed_us});
}

/// Returns the upper edge of the bin above which `share` of the weight lies.
static double quantile(const PlayoutDelay* const delay, const double share)
{
  const double allowed = share * delay->weight;
  double       above   = 0.0;
  size_t       bin     = BINS;
  while (bin > 1U && above + (double)delay->bins[bin - 1U] <= allowed) {
    above += (double)delay->bins[--bin];
  }
  return delay->minimum_us + (double)bin * delay->bin_us;
}

/// Returns the first bin that is not a stray.
static size_t first_bin(const PlayoutDelay* const delay)
{
  double below = 0.0;
  size_t bin   = 0U;
  while (bin + 1U < BINS &&
         below + (double)delay->bins[bin] <= LEAST_SHARE * delay->weight) {
    below += (double)delay->bins[bin++];
  }
  return bin;
}

static void scan(PlayoutDelay* const delay, const JamTime now)
{
  while (delay->waiting_count > 0U &&
         seconds_since(now, oldest_waiting(delay)->at) > WAIT_SECONDS) {
    settle_one(delay);
  }
  const size_t first = first_bin(delay);
  if (first > 4U * SPARE_BINS) {
    make_room_above(delay, first - SPARE_BINS);
  }
  delay->least_us =
    delay->minimum_us + (double)first_bin(delay) * delay->bin_us;
  double wanted = quantile(delay, caution(delay).share * delay->late_target);
  if (now < delay->alarm_until) {
    wanted = fmax(wanted, fmax(delay->peak_us[0], delay->peak_us[1]));
  }
  delay->wanted_us = fmin(wanted, delay->least_us + cap_us(delay->mode));
  delay->scanned   = now;
}

void playout_delay_forget(PlayoutDelay* const delay,
                          const JamTime       now,
                          const JamTime       since)
{
  if (!delay->started) {
    return;
  }
  while (delay->waiting_count > 0U) {
    const unsigned newest = delay->waiting_first + delay->waiting_count - 1U;
    if (delay->waiting[newest % PLAYOUT_WAITING].at < since) {
      break;
    }
    --delay->waiting_count;
  }
  delay->fast_late   = 0.0;
  delay->alarm_until = now;
  scan(delay, now);
  delay->peak_us[0] = delay->least_us;
  delay->peak_us[1] = delay->least_us;
  delay->target_us  = delay->wanted_us;
}

double playout_delay_target(PlayoutDelay* const delay, const JamTime now)
{
  if (!delay->started) {
    return 0.0;
  }
  if (seconds_since(now, delay->scanned) >= SCAN_SECONDS) {
    scan(delay, now);
  }
  const double passed_us = 1e6 * seconds_since(now, delay->moved);
  const double change    = delay->wanted_us - delay->target_us;
  delay->target_us += fmax(-FALL * passed_us, fmin(RISE * passed_us, change));
  delay->moved = now > delay->moved ? now : delay->moved;
  return delay->target_us;
}
