// SPDX-License-Identifier: MIT
// Counters of engines begin anew with every stay in a room; these do not.

#include "sim/sim_measure.h"

#include "sim/sim_world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Without an error in 24 bits
#define BEST_SNR_DB 150.0

void sim_samples_add(SimSamples* const samples, const double value)
{
  if (samples->count == samples->capacity) {
    samples->capacity = samples->capacity ? 2U * samples->capacity : 256U;
    samples->values =
      (float*)sim_grow(samples->values, samples->capacity * sizeof(float));
  }
  samples->values[samples->count++] = (float)value;
}

static int compare(const void* const a, const void* const b)
{
  float x = 0.0f, y = 0.0f;
  memcpy(&x, a, sizeof(x));
  memcpy(&y, b, sizeof(y));
  return (x > y) - (x < y);
}

double sim_samples_quantile(SimSamples* const samples, const double share)
{
  if (!samples->count) {
    return (double)NAN;
  }
  qsort(samples->values, samples->count, sizeof(float), compare);
  const size_t at = (size_t)(share * (double)(samples->count - 1U) + 0.5);
  return (double)samples->values[at];
}

static uint64_t lost_now(const SimHeard* const heard)
{
  const SimProbe* const newest = &heard->newest;
  if (!heard->known || !newest->packet_frames) {
    return 0U;
  }
  const uint64_t expected =
    (uint64_t)(newest->newest - heard->first) / newest->packet_frames;
  const uint64_t came = newest->packets - heard->first_packets;
  return expected > came ? expected - came : 0U;
}

static void close_life(SimHeard* const heard)
{
  if (!heard->known) {
    return;
  }
  const PlayoutReport* const report = &heard->newest.report;
  heard->lost += lost_now(heard);
  heard->bytes += heard->newest.bytes - heard->first_bytes;
  heard->active_s += (double)(heard->looked - heard->begun) * 1e-9;
  heard->concealed += report->concealed;
  heard->longest =
    report->longest_gap > heard->longest ? report->longest_gap : heard->longest;
  memset(&heard->newest, 0, sizeof(heard->newest));
  heard->first = 0;
}

void sim_heard_probe(SimHeard* const       heard,
                     const SimProbe* const probe,
                     const JamTime         now)
{
  if (!probe->heard) {
    return;
  }
  if (!heard->known || heard->life != probe->life) {
    close_life(heard);
    heard->known         = true;
    heard->life          = probe->life;
    heard->first         = probe->newest;
    heard->first_packets = probe->packets;
    heard->first_bytes   = probe->bytes;
    heard->begun         = now;
    heard->reading       = false;
  }
  heard->newest = *probe;
  heard->looked = now;
}

void sim_heard_watch(SimHeard* const       heard,
                     const SimProbe* const probe,
                     const JamTime         now)
{
  if (!probe->heard) {
    return;
  }
  if (heard->moved == 0 || probe->newest != heard->watched ||
      probe->life != heard->watched_life) {
    const JamTime silence = heard->moved ? now - heard->moved : 0;
    heard->silence        = silence > heard->silence ? silence : heard->silence;
    heard->moved          = now;
    heard->watched        = probe->newest;
    heard->watched_life   = probe->life;
  }
}

void sim_heard_report(SimHeard* const       heard,
                      const uint32_t        rate_hz,
                      ReportListener* const out)
{
  close_life(heard);
  heard->known        = false;
  const double ms     = 1e3 / rate_hz;
  out->delay_ms_p50   = sim_samples_quantile(&heard->delays_ms, 0.5);
  out->delay_ms_p99   = sim_samples_quantile(&heard->delays_ms, 0.99);
  out->lost           = heard->lost;
  out->concealed_ms   = ms * (double)heard->concealed;
  out->longest_gap_ms = ms * (double)heard->longest;
  out->bytes_per_s =
    heard->active_s > 0.0 ? (double)heard->bytes / heard->active_s : 0.0;
  out->back_ms = heard->moved ? 1e-6 * (double)heard->silence : (double)NAN;
  out->snr_db  = (double)NAN;
  if (heard->signal > 0.0) {
    const double ratio = heard->signal / fmax(heard->noise, 1e-30);
    out->snr_db        = fmin(10.0 * log10(ratio), BEST_SNR_DB);
  }
}

void sim_heard_free(SimHeard* const heard)
{
  free(heard->delays_ms.values);
  free(heard->midi_ms.values);
  memset(heard, 0, sizeof(*heard));
}
