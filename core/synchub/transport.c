// SPDX-License-Identifier: MIT
// Changes of the shared transport.

#include "synchub/transport.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_MINUTE 60e9
#define MAX_TIME (INT64_C(9007199254740991) * JAM_US) // 2^53 - 1 us
#define MAX_TICK (INT64_C(1) << 40U)
#define MAX_BAR 1000000U
#define MAX_SKEW 0.01 // Far beyond any crystal

static int64_t quarter_of(const double quarters_per_minute)
{
  const double bpm =
    fmin(fmax(quarters_per_minute, SYNCHUB_SLOWEST_BPM), SYNCHUB_FASTEST_BPM);
  return llround(NS_PER_MINUTE / bpm);
}

void synchub_transport_init(SynchubTransport* const transport)
{
  memset(transport, 0, sizeof(*transport));
  transport->count    = 1U;
  transport->tempi[0] = (SynchubTempo){0, quarter_of(120.0), 4U, 4U, 0U, 0U};
}

bool synchub_transport_is_later(const SynchubTransport* const a,
                                const SynchubTransport* const b)
{
  return a->stamp > b->stamp || (a->stamp == b->stamp && a->node > b->node);
}

static unsigned point_at(const SynchubTransport* const transport,
                         const int64_t                 tick)
{
  unsigned i = 0U;
  while (i + 1U < transport->count && transport->tempi[i + 1U].tick <= tick) {
    ++i;
  }
  return i;
}

double synchub_transport_now(const SynchubTransport* const transport,
                             const JamTime                 own)
{
  const double ns =
    (double)(synchub_ruler_writer(&transport->ruler, own) - transport->time);
  const double tick = transport->rolling ? synchub_transport_tick(transport, ns)
                                         : (double)transport->tick;
  return fmax(tick, (double)synchub_transport_first(transport));
}

// The anchor moves to the next whole tick, or stays when it is still to come
void synchub_transport_adopt(SynchubTransport* const transport,
                             const JamTime           own)
{
  const SynchubRuler* const ruler  = &transport->ruler;
  const JamTime             writer = synchub_ruler_writer(ruler, own);
  const double              rate   = 1.0 + ruler->skew;
  if (transport->rolling) {
    const double  passed = (double)(writer - transport->time);
    const int64_t tick =
      passed > 0.0 ? (int64_t)ceil(synchub_transport_tick(transport, passed))
                   : transport->tick;
    const double ahead = synchub_transport_ns(transport, (double)tick) - passed;
    transport->count_in = passed > 0.0 ? 0U : transport->count_in;
    transport->tick     = tick;
    transport->time     = own + llround(ahead / rate);
    for (unsigned i = 0U; i < transport->count; ++i) {
      int64_t* const quarter = &transport->tempi[i].quarter_ns;
      *quarter               = llround((double)*quarter / rate);
    }
  } else {
    transport->time = own;
  }
  transport->ruler = (SynchubRuler){own, own, 0.0};
}

void synchub_transport_align(SynchubTransport* const transport,
                             const JamTime           own,
                             const SynchubAlign      align)
{
  synchub_transport_adopt(transport, own);
  transport->align = align;
}

double synchub_transport_bar_ns(const SynchubTransport* const transport,
                                const JamTime                 own)
{
  const double              tick = synchub_transport_now(transport, own);
  const SynchubTempo* const tempo =
    &transport->tempi[point_at(transport, (int64_t)tick)];
  return 4.0 * (double)tempo->quarter_ns * tempo->beats / tempo->unit;
}

void synchub_transport_start(SynchubTransport* const transport,
                             const JamTime           own,
                             const unsigned          count_in)
{
  synchub_transport_adopt(transport, own);
  if (transport->rolling) {
    return;
  }
  transport->count_in =
    (uint8_t)(count_in < SYNCHUB_MAX_COUNT_IN ? count_in
                                              : SYNCHUB_MAX_COUNT_IN);
  transport->rolling = true;
  const double before =
    synchub_transport_ns(transport, (double)synchub_transport_first(transport));
  transport->time = own + SYNCHUB_LEAD + llround(-before);
}

void synchub_transport_stop(SynchubTransport* const transport,
                            const JamTime           own)
{
  synchub_transport_adopt(transport, own);
  transport->time     = own;
  transport->rolling  = false;
  transport->count_in = 0U;
}

void synchub_transport_locate(SynchubTransport* const transport,
                              const JamTime           own,
                              const uint32_t          bar)
{
  synchub_transport_adopt(transport, own);
  unsigned i = transport->count - 1U;
  while (i > 0U && transport->tempi[i].bar >= bar &&
         (transport->tempi[i].bar > bar || transport->tempi[i].beat > 0U)) {
    --i;
  }
  const SynchubTempo* const tempo = &transport->tempi[i];
  const int64_t             beats =
    ((int64_t)(bar < MAX_BAR ? bar : MAX_BAR) - tempo->bar) * tempo->beats -
    tempo->beat;
  const int64_t tick  = tempo->tick + beats * 4 * SYNCHUB_QUARTER / tempo->unit;
  transport->tick     = tick > 0 ? tick : 0;
  transport->time     = own + (transport->rolling ? SYNCHUB_LEAD : 0);
  transport->count_in = 0U;
}

// Makes `tempo` the last point. A full map forgets its oldest, whose bars the
// others do not need
static void put(SynchubTransport* const transport, const SynchubTempo tempo)
{
  while (transport->count > 0U &&
         transport->tempi[transport->count - 1U].tick >= tempo.tick) {
    --transport->count;
  }
  if (transport->count == SYNCHUB_MAX_TEMPI) {
    --transport->count;
    memmove(transport->tempi,
            transport->tempi + 1,
            transport->count * sizeof(tempo));
  }
  transport->tempi[transport->count++] = tempo;
}

// Where a change can come to be: a beat, or the first of a bar, that nobody is
// at before having heard of it; where it stands, if it does not roll
static SynchubTempo next_point(const SynchubTransport* const transport,
                               const JamTime                 own,
                               const bool                    at_bar)
{
  SynchubBeat  beat;
  const double tick =
    transport->rolling ? fmax((double)transport->tick,
                              synchub_transport_tick(
                                transport,
                                (double)(own + SYNCHUB_LEAD - transport->time)))
                       : (double)transport->tick;
  synchub_transport_beat(transport, tick, &beat);
  while (at_bar && beat.beat != 0U) {
    synchub_transport_beat(transport, (double)beat.tick + 1.0, &beat);
  }
  SynchubTempo point = transport->tempi[point_at(transport, beat.tick)];
  point.tick         = beat.tick;
  point.beat         = beat.beat;
  point.bar          = (uint32_t)(beat.bar > 0 ? beat.bar : 0);
  return point;
}

void synchub_transport_tempo(SynchubTransport* const transport,
                             const JamTime           own,
                             const double            quarters_per_minute)
{
  synchub_transport_adopt(transport, own);
  if (transport->rolling) {
    SynchubTempo point = next_point(transport, own, false);
    point.quarter_ns   = quarter_of(quarters_per_minute);
    put(transport, point);
  } else {
    transport->tempi[point_at(transport, transport->tick)].quarter_ns =
      quarter_of(quarters_per_minute);
  }
}

static bool metre_valid(const unsigned beats, const unsigned unit)
{
  return beats >= 1U && beats <= SYNCHUB_MAX_BEATS && unit >= 1U &&
         unit <= 16U && (unit & (unit - 1U)) == 0U;
}

void synchub_transport_metre(SynchubTransport* const transport,
                             const JamTime           own,
                             const unsigned          beats,
                             const unsigned          unit)
{
  if (!metre_valid(beats, unit)) {
    return;
  }
  synchub_transport_adopt(transport, own);
  SynchubTempo point = next_point(transport, own, true);
  point.beats        = (uint8_t)beats;
  point.unit         = (uint8_t)unit;
  put(transport, point);
}

static bool tempo_valid(const SynchubTempo* const tempo)
{
  return tempo->tick >= 0 && tempo->tick <= MAX_TICK &&
         tempo->quarter_ns >= 100000000 && tempo->quarter_ns <= 6000000000 &&
         metre_valid(tempo->beats, tempo->unit) && tempo->beat < tempo->beats &&
         tempo->bar <= MAX_BAR;
}

bool synchub_transport_valid(const SynchubTransport* const transport)
{
  bool good = transport->stamp < (UINT64_C(1) << 52U) &&
              transport->count >= 1U && transport->count <= SYNCHUB_MAX_TEMPI &&
              transport->count_in <= SYNCHUB_MAX_COUNT_IN &&
              transport->tick >= 0 && transport->tick <= MAX_TICK &&
              llabs(transport->time) <= MAX_TIME &&
              llabs(transport->ruler.own) <= MAX_TIME &&
              llabs(transport->ruler.writer) <= MAX_TIME &&
              fabs(transport->ruler.skew) <= MAX_SKEW;
  for (unsigned i = 0U; good && i < transport->count; ++i) {
    good =
      tempo_valid(&transport->tempi[i]) &&
      (i == 0U || transport->tempi[i].tick > transport->tempi[i - 1U].tick);
  }
  return good;
}
