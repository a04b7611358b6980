// SPDX-License-Identifier: MIT
// Tempo and phase of a MIDI clock by least squares over as many ticks as keep
// one tempo: noise falls with the power 1.5 of their number, and a change of
// tempo shows in the residuals of the newest.

#include "midip2p/clock.h"

#include "base/time.h"

#include <math.h>
#include <string.h>

#define TELL_GAP (100 * JAM_MS)
#define TICKS_PER_QUARTER 24
#define TICKS_PER_POSITION 6

#define FEWEST 4U
#define NEWEST 6U   // Whose mean residual tells of a change
#define SHORTEST 8U // What is kept then, at least
#define SIGNIFICANT 3.5
#define NOISE_SPAN 64.0 // Ticks over which noise is averaged
#define SPREAD 1.25     // Standard deviation by mean size
#define FLOOR_US 30.0   // Stamps are no better than this
#define LONGEST_TICK_US (MIDIP2P_MAX_QUARTER_US / TICKS_PER_QUARTER)
#define STOPPED_AFTER (700 * JAM_MS)
#define GOODBYES 3U

typedef struct Line {
  double at_us;     // Of the newest tick, since its stamp
  double period_us; // Of one tick
} Line;

void midip2p_ticks_init(Midip2pTicks* const ticks)
{
  memset(ticks, 0, sizeof(*ticks));
  ticks->tell_at = JAM_NEVER;
}

// Stamp of the tick `back` before the newest, relative to the newest
static double stamp(const Midip2pTicks* const ticks, const unsigned back)
{
  const unsigned newest = ticks->count - 1U;
  return (double)(ticks->times[(newest - back) % MIDIP2P_TICKS] -
                  ticks->times[newest % MIDIP2P_TICKS]);
}

static Line fit(const Midip2pTicks* const ticks)
{
  const double n      = (double)ticks->span;
  const double middle = -(n - 1.0) / 2.0;
  double       mean   = 0.0;
  double       slope  = 0.0;
  for (unsigned i = 0U; i < ticks->span; ++i) {
    const double y = stamp(ticks, i);
    mean += y / n;
    slope += y * (-(double)i - middle);
  }
  slope /= n * (n * n - 1.0) / 12.0;
  const Line line = {mean - slope * middle, slope};
  return line;
}

// Whether the newest ticks leave the line, by what noise there is otherwise
static bool turns(const Midip2pTicks* const ticks, const Line* const line)
{
  double newest = 0.0;
  for (unsigned i = 0U; i < NEWEST; ++i) {
    newest +=
      (stamp(ticks, i) - (line->at_us - (double)i * line->period_us)) / NEWEST;
  }
  return fabs(newest) >
         SIGNIFICANT * SPREAD * ticks->noise / sqrt((double)NEWEST) + FLOOR_US;
}

static Line follow(Midip2pTicks* const ticks)
{
  Line line   = fit(ticks);
  bool turned = false;
  while (ticks->span >= 2U * SHORTEST && turns(ticks, &line)) {
    ticks->span = ticks->span / 2U;
    line        = fit(ticks);
    turned      = true;
  }
  if (!turned) {
    const double weight =
      ticks->count < (unsigned)NOISE_SPAN ? ticks->count : NOISE_SPAN;
    ticks->noise += (fabs(line.at_us) - ticks->noise) / weight;
  }
  return line;
}

static void
take_tick(Midip2pTicks* const ticks, const JamTime now, const int64_t time_us)
{
  const int64_t before =
    ticks->count ? ticks->times[(ticks->count - 1U) % MIDIP2P_TICKS] : 0;
  const bool flows = ticks->count > 0U && time_us > before &&
                     time_us - before < LONGEST_TICK_US &&
                     now < jam_time_add(ticks->seen_at, STOPPED_AFTER);
  if (!flows) {
    ticks->count = 0U;
    ticks->span  = 0U;
  }
  ticks->times[ticks->count % MIDIP2P_TICKS] = time_us;
  ++ticks->count;
  ticks->span += ticks->span < MIDIP2P_TICKS ? 1U : 0U;
  ticks->seen_at = now;
  ++ticks->next;
  if (ticks->span < FEWEST) {
    return;
  }
  const Line   line    = follow(ticks);
  const double quarter = line.period_us * TICKS_PER_QUARTER;
  if (quarter < (double)MIDIP2P_MIN_QUARTER_US ||
      quarter > (double)MIDIP2P_MAX_QUARTER_US) {
    return;
  }
  const bool fresh        = !ticks->clock.running;
  ticks->clock.running    = true;
  ticks->clock.tick       = ticks->next - 1;
  ticks->clock.time_us    = time_us + (int64_t)llround(line.at_us);
  ticks->clock.quarter_us = (int64_t)llround(quarter);
  ticks->goodbyes         = GOODBYES;
  if (fresh || ticks->tell_at == JAM_NEVER) {
    ticks->tell_at = now;
  }
}

bool midip2p_ticks_follow(Midip2pTicks* const       ticks,
                          const JamTime             now,
                          const Midip2pEvent* const event)
{
  switch (event->bytes[0]) {
  case 0xF8U:
    take_tick(ticks, now, event->time_us);
    return true;
  case 0xFAU:
    ticks->next = 0;
    return false;
  case 0xF2U:
    ticks->next = (event->bytes[1] | event->bytes[2] << 7) * TICKS_PER_POSITION;
    return false;
  default:
    return false;
  }
}

void midip2p_ticks_relay(Midip2pTicks* const       ticks,
                         const JamTime             now,
                         const Midip2pClock* const clock)
{
  const bool turn = clock->running != ticks->clock.running ||
                    clock->quarter_us != ticks->clock.quarter_us ||
                    clock->tick < ticks->clock.tick;
  ticks->seen_at  = now;
  ticks->clock    = *clock;
  ticks->goodbyes = GOODBYES;
  if (turn || ticks->tell_at == JAM_NEVER) {
    ticks->tell_at = now;
  }
}

bool midip2p_ticks_due(const Midip2pTicks* const ticks, const JamTime now)
{
  return now >= ticks->tell_at;
}

JamTime midip2p_ticks_deadline(const Midip2pTicks* const ticks)
{
  return ticks->tell_at;
}

bool midip2p_ticks_tell(Midip2pTicks* const ticks,
                        const JamTime       now,
                        Midip2pClock* const out)
{
  if (ticks->tell_at == JAM_NEVER) {
    return false;
  }
  if (ticks->clock.running &&
      now >= jam_time_add(ticks->seen_at, STOPPED_AFTER)) {
    ticks->clock.running = false;
    ticks->goodbyes      = GOODBYES;
  }
  if (!ticks->clock.running) {
    --ticks->goodbyes;
  }
  *out           = ticks->clock;
  ticks->tell_at = (ticks->clock.running || ticks->goodbyes > 0U)
                     ? jam_time_add(now, TELL_GAP)
                     : JAM_NEVER;
  return true;
}

// The far end

void midip2p_player_tell(Midip2pTickPlayer* const  player,
                         const Midip2pClock* const clock)
{
  if (player->known && clock->running && player->clock.running) {
    // Counted anew, or moved: go on with the first tick that is not yet out
    const double period = (double)clock->quarter_us / (double)TICKS_PER_QUARTER;
    const double due =
      (double)clock->time_us + (double)(player->next - clock->tick) * period;
    const double after = (double)player->last_us + period;
    if (fabs(due - after) > period / 2.0 && player->started) {
      player->next = clock->tick + (int64_t)llround(
                                     (after - (double)clock->time_us) / period);
    }
  } else if (clock->running) {
    player->next = clock->tick;
  }
  player->known = true;
  player->clock = *clock;
}

bool midip2p_player_tick(Midip2pTickPlayer* const player,
                         const int64_t            until_us,
                         int64_t* const           time_us)
{
  if (!player->known || !player->clock.running) {
    player->started = false;
    return false;
  }
  const double due = (double)player->clock.time_us +
                     (double)(player->next - player->clock.tick) *
                       (double)player->clock.quarter_us /
                       (double)TICKS_PER_QUARTER;
  const int64_t whole = (int64_t)llround(due);
  if (whole > until_us) {
    return false;
  }
  *time_us =
    player->started && whole <= player->last_us ? player->last_us : whole;
  player->last_us = *time_us;
  player->started = true;
  ++player->next;
  return true;
}
