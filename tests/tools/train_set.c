// SPDX-License-Identifier: MIT
// Packets to learn from, drawn at random from folders of audio files.
//
// A live input is neither clean nor at full scale: every packet gets a level,
// a floor of noise, a depth, and often a slight tilt of the spectrum.

#include "tools/train.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RAISED_SECONDS                                                         \
  6U // Of a file whose rate must be raised, which takes long
#define MANY_SECONDS 30.0 // More of one file is no more of its kind
#define TRIES 12U
#define QUIET 0.004 // Least level of a packet, of the file's peak
#define FALL 32U    // Samples over which the window ends

// xorshift64*
static uint64_t draw(uint64_t* const state)
{
  *state ^= *state >> 12U;
  *state ^= *state << 25U;
  *state ^= *state >> 27U;
  return *state * UINT64_C(2685821657736338717);
}

static double uniform(uint64_t* const state)
{
  return (double)(draw(state) >> 11U) / 9007199254740992.0;
}

// Near enough to Gaussian, with variance 1.
static double noise(uint64_t* const state)
{
  double sum = -6.0;
  for (unsigned i = 0U; i < 12U; ++i) {
    sum += uniform(state);
  }
  return sum;
}

static double smooth(const double at)
{
  return at < 1.0 ? at * at * (3.0 - 2.0 * at) : 1.0;
}

void train_lags(const int32_t* const packet,
                const unsigned       count,
                double               lags[const TRAIN_LAGS])
{
  double         shaped[TRAIN_WINDOW];
  const unsigned all = TRAIN_PAST + count;
  for (unsigned i = 0U; i < all; ++i) {
    shaped[i] = smooth((i + 0.5) / TRAIN_PAST) *
                smooth((all - i - 0.5) / FALL) * (packet - TRAIN_PAST)[i];
  }
  for (unsigned lag = 0U; lag < TRAIN_LAGS; ++lag) {
    lags[lag] = 0.0;
    for (unsigned i = lag; i < all; ++i) {
      lags[lag] += shaped[i] * shaped[i - lag];
    }
  }
  const double energy = lags[0] + 1e-9;
  for (unsigned lag = 0U; lag < TRAIN_LAGS; ++lag) {
    lags[lag] /= energy;
  }
  lags[0] = 1.0 + 1e-10;
}

// Short packets matter most: they are dear, and what live play uses.
static unsigned draw_count(uint64_t* const state, const bool high)
{
  const double p = uniform(state);
  if (high) {
    return p < 0.3 ? 64U : p < 0.7 ? 128U : 256U;
  }
  return p < 0.25 ? 32U : p < 0.65 ? 64U : p < 0.85 ? 128U : 256U;
}

static void set_levels(uint64_t* const state,
                       const bool      high,
                       double*         level,
                       double*         floor_db)
{
  const double u = uniform(state);
  *level         = -2.0 - 22.0 * u * u;
  *floor_db =
    high ? -108.0 + 6.0 * uniform(state) : -112.0 + 17.0 * uniform(state);
}

// Makes one packet of the samples that end at `end`.
static void add_item(TrainSet* const    set,
                     const float* const end,
                     const double       peak,
                     const bool         high,
                     uint64_t* const    state)
{
  TrainItem* const item = &set->items[set->count++];
  item->count           = (uint16_t)draw_count(state, high);
  item->bits            = high || uniform(state) < 0.4 ? 24U : 16U;
  double level, floor_db;
  set_levels(state, high, &level, &floor_db);
  const double tilt = uniform(state) < 0.5 ? 0.0 : 0.5 * uniform(state) - 0.25;
  const double full = (double)(1U << (item->bits - 1U));
  const double gain = full * pow(10.0, level / 20.0) / peak;
  const double hiss = full * pow(10.0, floor_db / 20.0);
  int32_t      window[TRAIN_WINDOW];
  for (unsigned i = 0U; i < TRAIN_WINDOW; ++i) {
    const float* const at    = end - TRAIN_WINDOW + i;
    const double       sound = (double)at[0] + tilt * (double)at[-1];
    const double       x     = gain * sound + hiss * noise(state);
    const double kept = x > full - 1.0 ? full - 1.0 : x < -full ? -full : x;
    window[i]         = (int32_t)lrint(kept);
  }
  train_lags(window + TRAIN_WINDOW - item->count, item->count, item->lags);
  item->first = set->sample_count;
  memcpy(set->samples + item->first,
         window + TRAIN_WINDOW - item->count,
         item->count * sizeof(int32_t));
  set->sample_count += item->count;
}

static double loudness(const float* const samples, const size_t count)
{
  double sum = 0.0;
  for (size_t i = 0U; i < count; ++i) {
    sum += (double)samples[i] * (double)samples[i];
  }
  return sqrt(sum / (double)count);
}

static void draw_items(TrainSet* const    set,
                       const float* const samples,
                       const size_t       count,
                       const size_t       want,
                       const bool         high,
                       uint64_t* const    state)
{
  double peak = 0.0;
  for (size_t i = 0U; i < count; ++i) {
    peak = fabs((double)samples[i]) > peak ? fabs((double)samples[i]) : peak;
  }
  if (peak < 1e-5 || count < TRAIN_WINDOW + 2U) {
    return;
  }
  const size_t span = count - TRAIN_WINDOW - 1U;
  for (size_t n = 0U; n < want; ++n) {
    for (unsigned attempt = 0U; attempt < TRIES; ++attempt) {
      const float* const end =
        samples + TRAIN_WINDOW + 1U + (size_t)(uniform(state) * (double)span);
      if (loudness(end - 128, 128U) > QUIET * peak) {
        add_item(set, end, peak, high, state);
        break;
      }
    }
  }
}

static bool usable(const unsigned rate_hz, const bool high)
{
  return high ? rate_hz >= 44100U : rate_hz >= 44100U && rate_hz <= 48000U;
}

// How much of a folder a file is: long ones count more, but not in proportion.
static double share_of(const char* const path, const bool high)
{
  SF_INFO        info = {0};
  SNDFILE* const file = sf_open(path, SFM_READ, &info);
  if (!file) {
    return 0.0;
  }
  sf_close(file);
  const double seconds = (double)info.frames / info.samplerate;
  return usable((unsigned)info.samplerate, high)
           ? sqrt(seconds < MANY_SECONDS ? seconds : MANY_SECONDS)
           : 0.0;
}

static void read_file(TrainSet* const   set,
                      const char* const path,
                      const size_t      want,
                      const bool        high,
                      uint64_t* const   state)
{
  unsigned rate_hz;
  size_t   count;
  float*   samples = train_read_audio(path, &rate_hz, &count);
  if (!samples) {
    return;
  }
  if (high && rate_hz < 80000U) {
    const size_t most = RAISED_SECONDS * (size_t)rate_hz;
    if (count > most) {
      memmove(samples, samples + (count - most) / 2U, most * sizeof(*samples));
      count = most;
    }
    samples = train_raise(samples, &count, draw(state) >> 63U ? 2U : 4U);
  }
  draw_items(set, samples, count, want, high, state);
  ++set->files;
  free(samples);
}

static void read_folder(TrainSet* const   set,
                        const char* const folder,
                        const size_t      want,
                        const bool        high,
                        uint64_t* const   state)
{
  TrainPaths paths;
  train_list(folder, &paths);
  double* const shares = calloc(paths.count + 1U, sizeof(double));
  double        total  = 0.0;
  for (size_t i = 0U; i < paths.count; ++i) {
    shares[i] = share_of(paths.list[i], high);
    total += shares[i];
  }
  double before = 0.0;
  for (size_t i = 0U; i < paths.count; ++i) {
    const double after = before + shares[i];
    if (shares[i] > 0.0) {
      const size_t from = (size_t)(before / total * (double)want);
      const size_t to   = (size_t)(after / total * (double)want);
      if (to > from) {
        read_file(set, paths.list[i], to - from, high, state);
      }
    }
    before = after;
    free(paths.list[i]);
  }
  free(shares);
  free(paths.list);
}

// Cuts "=WEIGHT" off a folder and returns the weight.
static double cut_weight(char* const folder)
{
  char* const mark = strrchr(folder, '=');
  if (!mark) {
    return 1.0;
  }
  *mark = '\0';
  return strtod(mark + 1, NULL);
}

void train_set_read(const TrainPlan* const plan, TrainSet* const out)
{
  memset(out, 0, sizeof(*out));
  out->items     = calloc(plan->items + 1U, sizeof(*out->items));
  out->samples   = calloc(plan->items * TRAIN_MAX_FRAMES + 1U, sizeof(int32_t));
  uint64_t state = plan->seed * UINT64_C(0x9E3779B97F4A7C15) + 1U;
  double   weights[256];
  double   total = 0.0;
  for (unsigned i = 0U; i < plan->folder_count; ++i) {
    weights[i] = cut_weight(plan->folders[i]);
    total += weights[i];
  }
  for (unsigned i = 0U; i < plan->folder_count; ++i) {
    read_folder(out,
                plan->folders[i],
                (size_t)(weights[i] / total * (double)plan->items),
                plan->high,
                &state);
  }
  if (out->count == 0U) {
    fputs("jellie_train: there is no audio to learn from in these folders.\n",
          stderr);
    exit(1);
  }
}

void train_set_release(TrainSet* const set)
{
  free(set->items);
  free(set->samples);
  memset(set, 0, sizeof(*set));
}
