// SPDX-License-Identifier: MIT
// Gamma jitter with a memory, stalls after which all that waited comes at once,
// cross traffic as the positive part of an Ornstein-Uhlenbeck process, loss in
// runs, stamps taken late by a busy host; packets keep their order.

#include "support/clock_path.h"

#include "base/rand.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GAP_S (1.0 / 750.0) // Between packets of one direction
#define PROBE_EVERY 37U
#define ANSWER_S 20e-6
#define GRID_S 0.01 // Of the truth
#define TURN 6.283185307179586
#define LOST (-1.0)

// Times in seconds; delay is one way, jitter and queue are upwards, downwards
typedef struct Profile {
  double delay;
  double jitter[2];
  double shape; // Of the gamma distribution
  double memory;
  double stalls; // Per second
  double stall_least, stall_most;
  double loss;
  double queue[2]; // Sigma
} Profile;

static const Profile profiles[CLOCK_PATH_KINDS] = {
  {.010, {.0003, .0002}, 1.5, .010, .02, .005, .020, .01, {0.0, 0.0}},
  {.020, {.0015, .0008}, 1.2, .010, .20, .010, .040, .01, {.0010, .0003}},
  {.040, {.0040, .0030}, 0.8, .015, .70, .020, .080, .05, {.0015, .0010}},
};

typedef struct Way {
  const Profile* profile;
  unsigned       number; // 0: up
  JamRand        rand;
  double         from_at, from, to_at, to; // Jitter goes between these
  double         stall_at, stall;
  double         queue_at, queue;
  double         newest;
  bool           bad;
} Way;

// The client's clock less the node's, of which the skew is the rate
typedef struct Truth {
  double*  offset;
  double*  skew;
  unsigned count;
} Truth;

typedef struct Packet {
  double sent, heard;
  double probe; // When the probe it answers was sent, or LOST
  double probed;
} Packet;

static double exponential(JamRand* const rand, const double mean)
{
  return -mean * log(1.0 - jam_rand_unit(rand));
}

// G. Marsaglia, W. W. Tsang, "A Simple Method for Generating Gamma Variables"
static double gamma_draw(JamRand* const rand, const double shape)
{
  if (shape < 1.0) {
    const double u = 1.0 - jam_rand_unit(rand);
    return gamma_draw(rand, shape + 1.0) * pow(u, 1.0 / shape);
  }
  const double d = shape - 1.0 / 3.0;
  for (;;) {
    const double x = jam_rand_normal(rand);
    const double v = pow(1.0 + x / sqrt(9.0 * d), 3.0);
    const double u = 1.0 - jam_rand_unit(rand);
    if (v > 0.0 && log(u) < 0.5 * x * x + d - d * v + d * log(v)) {
      return d * v;
    }
  }
}

static double jitter_draw(Way* const way)
{
  const Profile* const profile = way->profile;
  return gamma_draw(&way->rand, profile->shape) * profile->jitter[way->number] /
         profile->shape;
}

static void way_init(Way* const           way,
                     const Profile* const profile,
                     const unsigned       number,
                     const uint64_t       seed)
{
  memset(way, 0, sizeof(*way));
  jam_rand_init(&way->rand, seed, 1U + number);
  way->profile  = profile;
  way->number   = number;
  way->from     = jitter_draw(way);
  way->to       = jitter_draw(way);
  way->to_at    = exponential(&way->rand, profile->memory);
  way->stall_at = exponential(&way->rand, 1.0 / profile->stalls);
  way->queue    = profile->queue[number] * jam_rand_normal(&way->rand);
}

static double stalled(Way* const way, const double t)
{
  const Profile* const profile = way->profile;
  while (t > way->stall_at + way->stall) {
    way->stall_at +=
      way->stall + exponential(&way->rand, 1.0 / profile->stalls);
    way->stall =
      profile->stall_least +
      (profile->stall_most - profile->stall_least) * jam_rand_unit(&way->rand);
  }
  return t > way->stall_at ? way->stall_at + way->stall - t : 0.0;
}

static double queued(Way* const way, const double t)
{
  const double sigma = way->profile->queue[way->number];
  const double keep  = exp((way->queue_at - t) / 3.0);
  way->queue         = way->queue * keep +
               sigma * sqrt(1.0 - keep * keep) * jam_rand_normal(&way->rand);
  way->queue_at = t;
  return fmax(way->queue, 0.0);
}

// When a packet sent at `t` arrives, or LOST; in order of time
static double way_send(Way* const way, const double t)
{
  const Profile* const profile = way->profile;
  JamRand* const       rand    = &way->rand;
  while (t > way->to_at) {
    way->from_at = way->to_at;
    way->from    = way->to;
    way->to_at += exponential(rand, profile->memory) + 1e-4;
    way->to = jitter_draw(way);
  }
  const double share = (t - way->from_at) / (way->to_at - way->from_at);
  double delay = profile->delay + way->from + share * (way->to - way->from);
  delay += stalled(way, t) + queued(way, t) + exponential(rand, 20e-6);
  delay += jam_rand_unit(rand) < 0.002 ? 0.002 * jam_rand_unit(rand) : 0.0;
  way->newest = fmax(t + delay, way->newest + 2e-6);
  way->bad    = jam_rand_unit(rand) < (way->bad ? 0.5 : profile->loss / 2.0);
  return way->bad ? LOST : way->newest;
}

// Within 100 ppm, warming up by 3 ppm, swinging by 1 ppm in ten minutes
static void
truth_init(Truth* const truth, const uint64_t seed, const double seconds)
{
  JamRand rand;
  jam_rand_init(&rand, seed, 0U);
  const double own   = (2.0 * jam_rand_unit(&rand) - 1.0) * 100e-6;
  const double phase = TURN * jam_rand_unit(&rand);
  const double warm  = jam_rand_unit(&rand) < 0.5 ? -3e-6 : 3e-6;
  double       at    = (2.0 * jam_rand_unit(&rand) - 1.0) * 5.0;
  double       walk  = 0.0;
  truth->count       = (unsigned)(seconds / GRID_S) + 200U;
  truth->offset      = (double*)calloc(truth->count, sizeof(double));
  truth->skew        = (double*)calloc(truth->count, sizeof(double));
  for (unsigned i = 0U; i < truth->count; ++i) {
    const double t   = i * GRID_S;
    truth->offset[i] = at;
    truth->skew[i]   = own + 1e-6 * sin(TURN * t / 600.0 + phase) +
                     warm * exp(-t / 120.0) + walk;
    walk += 0.02e-6 * sqrt(GRID_S) * jam_rand_normal(&rand);
    at += truth->skew[i] * GRID_S;
  }
}

static double offset_at(const Truth* const truth, const double t)
{
  const double at    = t / GRID_S;
  unsigned     whole = (unsigned)at;
  whole              = whole + 2U > truth->count ? truth->count - 2U : whole;
  return truth->offset[whole] +
         (at - whole) * (truth->offset[whole + 1U] - truth->offset[whole]);
}

static int64_t node_us(const double t)
{
  return llround(t * 1e6);
}

static int64_t client_us(const Truth* const truth, const double t)
{
  return llround((t + offset_at(truth, t)) * 1e6);
}

static unsigned send_up(Way* const way, const double seconds, Packet* const out)
{
  const unsigned count = (unsigned)(seconds / GAP_S);
  for (unsigned i = 0U; i < count; ++i) {
    out[i].sent  = i * GAP_S + 1e-4;
    out[i].heard = way_send(way, out[i].sent);
  }
  return count;
}

// The node's own packets, and answers to probes when they have come
static unsigned send_down(Way* const          way,
                          const Packet* const up,
                          const unsigned      count,
                          Packet* const       out)
{
  unsigned made  = 0U;
  unsigned probe = 0U;
  for (unsigned i = 0U; i < count; ++i) {
    const double t = i * GAP_S + 7e-4;
    for (; probe < count &&
           (up[probe].heard < 0.0 || up[probe].heard + ANSWER_S < t);
         probe += PROBE_EVERY) {
      if (up[probe].heard > 0.0) {
        const double sent = up[probe].heard + ANSWER_S;
        out[made++] =
          (Packet){sent, way_send(way, sent), up[probe].sent, up[probe].heard};
      }
    }
    out[made++] = (Packet){t, way_send(way, t), LOST, LOST};
  }
  return made;
}

static void take_down(ClockPair* const    pair,
                      const Truth* const  truth,
                      const Packet* const packet)
{
  const int64_t sent  = node_us(packet->sent);
  const int64_t heard = client_us(truth, packet->heard);
  if (packet->probe > 0.0) {
    clock_pair_echo(pair,
                    client_us(truth, packet->probe),
                    node_us(packet->probed),
                    sent,
                    heard);
  } else {
    clock_pair_down(pair, sent, heard);
  }
}

static void judge(const ClockEstimate* const estimate,
                  const Truth* const         truth,
                  const double               t,
                  ClockError* const          out)
{
  const double own = (double)client_us(truth, t);
  out->error_us    = estimate->error_us;
  out->skew_ppm =
    estimate->skew_ppm - 1e6 * truth->skew[(unsigned)(t / GRID_S)];
  out->offset_us = estimate->offset_us +
                   1e-6 * estimate->skew_ppm * (own - (double)estimate->at_us) -
                   1e6 * offset_at(truth, t);
}

// Packets of both ways in the order in which they are heard
typedef struct Play {
  Packet*       up;
  Packet*       down;
  unsigned      up_count, down_count, up_next, down_next;
  Truth         truth;
  ClockPair     pair;
  ClockEstimate estimate;
} Play;

static Play* play_new(const Profile* const profile,
                      const uint64_t       seed,
                      const double         seconds)
{
  const size_t most = (size_t)(seconds / GAP_S) + 1U;
  Play* const  play = (Play*)calloc(1U, sizeof(*play));
  Way          ways[2];
  play->up   = (Packet*)calloc(most, sizeof(Packet));
  play->down = (Packet*)calloc(2U * most, sizeof(Packet));
  truth_init(&play->truth, seed, seconds);
  way_init(&ways[0], profile, 0U, seed);
  way_init(&ways[1], profile, 1U, seed);
  play->up_count   = send_up(&ways[0], seconds, play->up);
  play->down_count = send_down(&ways[1], play->up, play->up_count, play->down);
  clock_pair_init(&play->pair);
  return play;
}

static void play_free(Play* const play)
{
  free(play->up);
  free(play->down);
  free(play->truth.offset);
  free(play->truth.skew);
  free(play);
}

// When the next of these packets is heard, lost ones skipped
static double next_heard(const Packet* const packets,
                         const unsigned      count,
                         unsigned* const     at)
{
  while (*at < count && packets[*at].heard < 0.0) {
    ++*at;
  }
  return *at < count ? packets[*at].heard : 1e9;
}

static void play_until(Play* const play, const double until)
{
  for (;;) {
    const double up = next_heard(play->up, play->up_count, &play->up_next);
    const double down =
      next_heard(play->down, play->down_count, &play->down_next);
    if (fmin(up, down) > until) {
      return;
    }
    if (up < down) {
      const double sent = play->up[play->up_next++].sent;
      clock_pair_up(&play->pair, client_us(&play->truth, sent), node_us(up));
    } else {
      take_down(&play->pair, &play->truth, &play->down[play->down_next++]);
      (void)clock_pair_take(&play->pair, &play->estimate);
    }
  }
}

void clock_path_play(const ClockPathKind kind,
                     const uint64_t      seed,
                     const unsigned      count,
                     ClockError* const   out)
{
  Play* const play = play_new(&profiles[kind], seed, count * CLOCK_PATH_STEP_S);
  memset(out, 0, count * sizeof(*out));
  for (unsigned step = 0U; step < count; ++step) {
    const double t = step * CLOCK_PATH_STEP_S;
    play_until(play, t);
    if (play->estimate.error_us > 0.0) {
      judge(&play->estimate, &play->truth, t, &out[step]);
    }
  }
  play_free(play);
}
