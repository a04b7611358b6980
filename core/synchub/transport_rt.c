// SPDX-License-Identifier: MIT
// From time to ticks and back through the tempo map.

#include "synchub/transport.h"

#include <math.h>

#include "base/rt_poison.h"

#define WHOLE (4.0 * SYNCHUB_QUARTER)
#define HARDLY 1e-6 // Ticks: a beat that has just passed still counts

static double per_tick(const SynchubTempo* const tempo)
{
  return (double)tempo->quarter_ns / SYNCHUB_QUARTER;
}

static double beat_ticks(const SynchubTempo* const tempo)
{
  return WHOLE / tempo->unit;
}

// The point in force at a tick
static unsigned point_at(const SynchubTransport* const transport,
                         const double                  tick)
{
  unsigned i = 0U;
  while (i + 1U < transport->count &&
         (double)transport->tempi[i + 1U].tick <= tick) {
    ++i;
  }
  return i;
}

JamTime synchub_ruler_writer(const SynchubRuler* const ruler, const JamTime own)
{
  const JamTime passed = own - ruler->own;
  return ruler->writer + passed + (JamTime)(ruler->skew * (double)passed);
}

double synchub_transport_ns(const SynchubTransport* const transport,
                            const double                  tick)
{
  const SynchubTempo* const tempi = transport->tempi;
  double                    at    = (double)transport->tick;
  double                    ns    = 0.0;
  unsigned                  i     = point_at(transport, at);
  for (; i + 1U < transport->count && (double)tempi[i + 1U].tick < tick; ++i) {
    ns += ((double)tempi[i + 1U].tick - at) * per_tick(&tempi[i]);
    at = (double)tempi[i + 1U].tick;
  }
  for (; i > 0U && (double)tempi[i].tick > tick; --i) {
    ns -= (at - (double)tempi[i].tick) * per_tick(&tempi[i]);
    at = (double)tempi[i].tick;
  }
  return ns + (tick - at) * per_tick(&tempi[i]);
}

double synchub_transport_tick(const SynchubTransport* const transport,
                              const double                  ns)
{
  const SynchubTempo* const tempi = transport->tempi;
  double                    at    = (double)transport->tick;
  double                    left  = ns;
  unsigned                  i     = point_at(transport, at);
  for (; i + 1U < transport->count; ++i) {
    const double span = ((double)tempi[i + 1U].tick - at) * per_tick(&tempi[i]);
    if (span >= left) {
      break;
    }
    left -= span;
    at = (double)tempi[i + 1U].tick;
  }
  for (; i > 0U; --i) {
    const double span = (at - (double)tempi[i].tick) * per_tick(&tempi[i]);
    if (left >= -span) {
      break;
    }
    left += span;
    at = (double)tempi[i].tick;
  }
  return at + left / per_tick(&tempi[i]);
}

void synchub_transport_beat(const SynchubTransport* const transport,
                            const double                  tick,
                            SynchubBeat* const            out)
{
  unsigned            i     = point_at(transport, tick);
  const SynchubTempo* tempo = &transport->tempi[i];
  double              beats =
    ceil((tick - (double)tempo->tick - HARDLY) / beat_ticks(tempo));
  if (i + 1U < transport->count &&
      (double)tempo->tick + beats * beat_ticks(tempo) >=
        (double)transport->tempi[i + 1U].tick) {
    tempo = &transport->tempi[i + 1U];
    beats = 0.0;
  }
  const double total = beats + tempo->beat;
  const double bars  = floor(total / tempo->beats);
  out->tick          = tempo->tick + (int64_t)(beats * beat_ticks(tempo));
  out->bar           = (int64_t)tempo->bar + (int64_t)bars;
  out->beat          = (uint8_t)(total - bars * tempo->beats);
}

int64_t synchub_transport_first(const SynchubTransport* const transport)
{
  const SynchubTempo* const tempo =
    &transport->tempi[point_at(transport, (double)transport->tick)];
  return transport->tick -
         (int64_t)(transport->count_in * tempo->beats * beat_ticks(tempo));
}
