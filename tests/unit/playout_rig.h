// SPDX-License-Identifier: MIT
// A sender, a path and a sound card in virtual time, around one Playout.

#ifndef JAM_TEST_PLAYOUT_RIG_H
#define JAM_TEST_PLAYOUT_RIG_H

#include "base/rand.h"
#include "playout/playout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RIG_PI 3.14159265358979323846

typedef struct Rig {
  Playout*      playout;
  JamRand       rand;
  unsigned      frames;  // Of a callback
  unsigned      packet;  // Samples of a packet
  double        ratio;   // True stream samples per device frame
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

static double rig_signal(const Rig* const rig, const double position)
{
  return 0.5 * sin(2.0 * RIG_PI * position / rig->period);
}

static Rig* rig_new(const uint32_t device_rate_hz,
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
  rig->frames = frames;
  rig->packet = 64U;
  rig->ratio  = (double)stream_rate_hz / (double)device_rate_hz;
  rig->period = 100.37;
  return rig;
}

static void rig_free(Rig* const rig)
{
  playout_free(rig->playout);
  free(rig);
}

static double rig_clock(const Rig* const rig, const int64_t device)
{
  return (double)device * rig->ratio;
}

static void rig_push(Rig* const rig, const int64_t position)
{
  float samples[PLAYOUT_MAX_FRAMES];
  for (unsigned i = 0U; i < rig->packet; ++i) {
    samples[i] = (float)rig_signal(rig, (double)(position + (int64_t)i));
  }
  if (!playout_push(rig->playout, position, samples, rig->packet)) {
    abort();
  }
}

static bool rig_within(const int64_t at, const int64_t from, const int64_t to)
{
  return at >= from && at < to;
}

static void rig_send(Rig* const rig)
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

static void rig_publish(Rig* const rig)
{
  const double       noise = rig->noise * jam_rand_normal(&rig->rand);
  const PlayoutClock clock = {
    true,
    rig->device,
    rig_clock(rig, rig->device) + noise,
    rig->ratio,
    2e-7,
    fmax(0.1, rig->noise),
  };
  playout_set_clock(rig->playout, &clock);
}

/// Runs one callback.
static void rig_step(Rig* const rig)
{
  if (rig->published++ % 8U == 0U) {
    rig_publish(rig);
  }
  rig_send(rig);
  playout_render(rig->playout, rig->device, rig->out, rig->frames);
  playout_report(rig->playout, &rig->report);
  rig->device += rig->frames;
  rig->from = rig->to;
  rig->to   = rig_clock(rig, rig->device) - rig->report.delay_frames;
}

static void rig_run(Rig* const rig, const double seconds, const double rate)
{
  const int64_t end = rig->device + (int64_t)(seconds * rate);
  while (rig->device < end) {
    rig_step(rig);
  }
}

/// Returns the largest distance of the last block from the sine at the
/// positions it was read at. Exact clocks only.
static double rig_error(const Rig* const rig)
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
static void rig_model(Rig* const rig)
{
  static PntbtrFit fit;
  PntbtrModel      model;
  float            history[PNTBTR_HISTORY];
  for (unsigned i = 0U; i < PNTBTR_HISTORY; ++i) {
    history[i] = (float)rig_signal(rig, (double)i);
  }
  pntbtr_fit_begin(&fit, history, PNTBTR_HISTORY, 64U);
  (void)pntbtr_fit_step(&fit, 100000000U);
  pntbtr_fit_model(&fit, &model);
  playout_set_model(rig->playout, &model);
}

#endif // JAM_TEST_PLAYOUT_RIG_H
