// SPDX-License-Identifier: MIT
// Delay, jitter, loss, rate and order of one path.

#include "sim/sim_link.h"

#include <math.h>
#include <string.h>

#define HEADERS 28U // IPv4 and UDP, for the rate
#define STALL_PAUSE JAM_SECOND
// A run of losses does not wait for a sender that pauses this long
#define RUN_PAUSE (50 * JAM_MS)
#define DUPLICATE_AFTER (200 * JAM_US)

void sim_link_init(SimLink* const             link,
                   const SimLinkConfig* const config,
                   const uint64_t             seed,
                   const uint64_t             stream)
{
  memset(link, 0, sizeof(*link));
  link->config = *config;
  jam_rand_init(&link->rand, seed, stream);
}

void sim_link_outage(SimLink* const link, const JamTime until)
{
  link->outage_end = until > link->outage_end ? until : link->outage_end;
}

static double exponential(JamRand* const rand, const double mean)
{
  return -mean * log(1.0 - jam_rand_unit(rand));
}

// Every link draws the same amount of chance whatever its state, so that
// changing one share does not reshuffle the rest
static bool is_lost(SimLink* const link, const JamTime now)
{
  const SimLinkConfig* const config = &link->config;

  const double   draw   = jam_rand_unit(&link->rand);
  const uint64_t number = link->sent++;
  bool           lost   = draw < config->loss;
  if (config->burst > 1.0) {
    // Two states; the good one loses nothing, the bad one everything
    const double leave = 1.0 / config->burst;
    const double share = config->loss < 0.99 ? config->loss : 0.99;
    const double enter = leave * share / (1.0 - share);
    const bool   pause = now - link->sent_at > RUN_PAUSE;
    link->bad =
      link->bad && !pause ? draw >= leave : draw < (pause ? share : enter);
    link->sent_at = now;
    lost          = link->bad;
  }
  return lost || now < link->outage_end ||
         ((config->mask >> (number & 63U)) & 1U) != 0U;
}

// When the last bit has left, or JAM_NEVER if the queue is too long
static JamTime
departure(SimLink* const link, const JamTime now, const size_t size)
{
  if (link->config.kbit <= 0.0) {
    return now;
  }
  const JamTime begin = link->free_at > now ? link->free_at : now;
  if (begin - now > link->config.queue) {
    return JAM_NEVER;
  }
  const double bits = 8.0 * (double)(size + HEADERS);
  link->free_at     = begin + (JamTime)(bits * 1e6 / link->config.kbit);
  return link->free_at;
}

static JamTime wifi(SimLink* const link, const JamTime arrival)
{
  const double span = (double)link->config.span;
  while (arrival >= link->stall_end) {
    const double pause = exponential(&link->rand, (double)STALL_PAUSE);
    const double stall = span * (0.25 + 0.75 * jam_rand_unit(&link->rand));
    link->stall_begin  = link->stall_end + (JamTime)pause;
    link->stall_end    = link->stall_begin + (JamTime)stall + 1;
  }
  const JamTime held = arrival >= link->stall_begin ? link->stall_end : arrival;
  return held + (JamTime)exponential(&link->rand, span / 40.0);
}

static JamTime jitter(SimLink* const link, const JamTime arrival)
{
  const double span = (double)link->config.span;
  JamRand*     rand = &link->rand;
  switch (link->config.jitter) {
  case SIM_JITTER_UNIFORM:
    return arrival + (JamTime)(span * jam_rand_unit(rand));
  case SIM_JITTER_NORMAL:
    return arrival + (JamTime)fabs(span * jam_rand_normal(rand));
  case SIM_JITTER_GAMMA: {
    const double first = exponential(rand, span / 2.0);
    return arrival + (JamTime)(first + exponential(rand, span / 2.0));
  }
  case SIM_JITTER_WIFI:
    return wifi(link, arrival);
  case SIM_JITTER_GRID: {
    const JamTime step = link->config.span > 0 ? link->config.span : 1;
    return (arrival + step - 1) / step * step;
  }
  case SIM_JITTER_NONE:
  case SIM_JITTER_COUNT:
    break;
  }
  return arrival;
}

unsigned sim_link_send(SimLink* const link,
                       const JamTime  now,
                       const size_t   size,
                       JamTime        arrivals[2])
{
  const bool    lost = is_lost(link, now);
  const JamTime left = departure(link, now, size);
  if (lost || left == JAM_NEVER) {
    ++link->lost;
    return 0U;
  }
  JamTime    arrival = jitter(link, left + link->config.delay);
  const bool free    = link->config.reorder > 0.0 &&
                    jam_rand_unit(&link->rand) < link->config.reorder;
  if (!free) {
    arrival      = arrival > link->newest ? arrival : link->newest;
    link->newest = arrival;
  }
  link->reordered += arrival < link->newest;
  arrivals[0] = arrival;
  if (link->config.duplicate > 0.0 &&
      jam_rand_unit(&link->rand) < link->config.duplicate) {
    ++link->duplicated;
    arrivals[1] = arrival + DUPLICATE_AFTER;
    return 2U;
  }
  return 1U;
}
