// SPDX-License-Identifier: MIT
// A sender, a path and a sound card in virtual time, around one Playout.

#ifndef JAM_TEST_PLAYOUT_RIG_H
#define JAM_TEST_PLAYOUT_RIG_H

#include "base/memory.h"
#include "base/rand.h"
#include "playout/playout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RIG_PI 3.14159265358979323846

typedef struct Rig {
  Playout*      playout;
  JamRand       rand;
  uint32_t      stream_rate_hz;
  unsigned      frames;        // Of a callback
  unsigned      packet;        // Samples of a packet
  double        ratio;         // True stream samples per device frame
  double        base_stream;   // The true clock runs from here ...
  int64_t       base_device;   // ... and here
  double        claimed_error; // Of the ratio, as published
  double        shift;         // Noise of the newest published clock, samples
  double        transit; // From a packet's last sample to its arrival, samples
  double        noise;   // Of the published clock, samples, standard deviation
  double        period;  // Of the sine, stream samples
  int64_t       device;  // Next callback
  int64_t       sent;    // Next packet
  int64_t       lost_from, lost_to; // Packets that start in between are lost
  int64_t       held_from, held_to; // ... or arrive only at held_until
  double        held_until;
  bool          delivered_held;
  float         out[PLAYOUT_MAX_FRAMES];
  double        from, to; // Stream positions of the last block: start and end
  unsigned      published;
  PlayoutReport report;
} Rig;

static inline double rig_signal(const Rig* const rig, const double position)
{
  return 0.5 * sin(2.0 * RIG_PI * position / rig->period);
}

static inline Rig* rig_new(const uint32_t device_rate_hz,
                           const uint32_t stream_rate_hz,
                           const unsigned frames,
                           const bool     dsp)
{
  const PlayoutConfig config = {device_rate_hz, stream_rate_hz, dsp};
  Rig* const          rig    = (Rig*)calloc(1, sizeof(Rig));
  if (!rig || playout_new(NULL, &config, &rig->playout)) {
    abort();
  }
  jam_rand_init(&rig->rand, 1U, 1U);
  rig->stream_rate_hz = stream_rate_hz;
  rig->frames         = frames;
  rig->packet         = 64U;
  rig->ratio          = (double)stream_rate_hz / (double)device_rate_hz;
  rig->period         = 100.37 * (stream_rate_hz / 48000.0);
  rig->claimed_error  = 2e-7;
  return rig;
}

static inline void rig_free(Rig* const rig)
{
  playout_free(rig->playout);
  free(rig);
}

static inline double rig_clock(const Rig* const rig, const int64_t device)
{
  return rig->base_stream + (double)(device - rig->base_device) * rig->ratio;
}

/// Changes the true rate from the next callback on.
static inline void rig_set_ratio(Rig* const rig, const double ratio)
{
  rig->base_stream = rig_clock(rig, rig->device);
  rig->base_device = rig->device;
  rig->ratio       = ratio;
}

static inline void rig_push(Rig* const rig, const int64_t position)
{
  float samples[PLAYOUT_MAX_FRAMES];
  for (unsigned i = 0U; i < rig->packet; ++i) {
    samples[i] = (float)rig_signal(rig, (double)(position + (int64_t)i));
  }
  if (!playout_push(rig->playout, position, samples, rig->packet)) {
    abort();
  }
}

static inline bool
rig_within(const int64_t at, const int64_t from, const int64_t to)
{
  return at >= from && at < to;
}

static inline void rig_send(Rig* const rig)
{
  const double  now  = rig_clock(rig, rig->device);
  const int64_t size = (int64_t)rig->packet;
  for (; (double)(rig->sent + size) + rig->transit <= now; rig->sent += size) {
    if (!rig_within(rig->sent, rig->lost_from, rig->lost_to) &&
        !rig_within(rig->sent, rig->held_from, rig->held_to)) {
      rig_push(rig, rig->sent);
    }
  }
  if (rig->held_to > rig->held_from && now >= rig->held_until &&
      !rig->delivered_held) {
    for (int64_t at = rig->held_from; at < rig->held_to; at += size) {
      rig_push(rig, at);
    }
    rig->delivered_held = true;
  }
}

static inline void rig_publish(Rig* const rig)
{
  rig->shift =
    rig->noise > 0.0 ? rig->noise * jam_rand_normal(&rig->rand) : 0.0;
  const PlayoutClock clock = {
    true,
    rig->device,
    rig_clock(rig, rig->device) + rig->shift,
    rig->ratio,
    rig->claimed_error,
    fmax(0.1, rig->noise),
  };
  playout_set_clock(rig->playout, &clock);
}

/// Runs one callback.
static inline void rig_step(Rig* const rig)
{
  if (rig->published++ % 8U == 0U) {
    rig_publish(rig);
  }
  rig_send(rig);
  playout_render(rig->playout, rig->device, rig->out, rig->frames);
  playout_report(rig->playout, &rig->report);
  rig->device += rig->frames;
  rig->from = rig->to;
  rig->to = rig_clock(rig, rig->device) + rig->shift - rig->report.delay_frames;
}

static inline void
rig_run(Rig* const rig, const double seconds, const double rate)
{
  const int64_t end = rig->device + (int64_t)(seconds * rate);
  while (rig->device < end) {
    rig_step(rig);
  }
}

/// Returns the largest distance of the last block from the sine at the
/// positions it was read at.
static inline double rig_error(const Rig* const rig)
{
  const double step  = (rig->to - rig->from) / (double)rig->frames;
  double       worst = 0.0;
  for (unsigned i = 0U; i < rig->frames; ++i) {
    const double truth = rig_signal(rig, rig->from + step * (double)i);
    worst              = fmax(worst, fabs((double)rig->out[i] - truth));
  }
  return worst;
}

/// Fits a model to the sine, as the network thread would.
static inline void rig_model(Rig* const rig)
{
  static PntbtrHistory history;
  PntbtrFit* const     fit = pntbtr_fit_new(NULL);
  PntbtrBands          bands;
  for (unsigned i = 0U; i < PNTBTR_HISTORY; ++i) {
    // With some noise: a pure sine is no fair model of anything
    history.samples[i] =
      (float)(rig_signal(rig, (double)i) + 1e-5 * jam_rand_normal(&rig->rand));
  }
  pntbtr_bands_init(&bands, rig->stream_rate_hz);
  pntbtr_fit_begin(fit, &bands, &history, PNTBTR_HISTORY);
  (void)pntbtr_fit_step(fit, 100000000U);
  playout_set_model(rig->playout, pntbtr_fit_model(fit));
  jam_mem_free(NULL, fit);
}

#endif // JAM_TEST_PLAYOUT_RIG_H
