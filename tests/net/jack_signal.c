// SPDX-License-Identifier: MIT
// The reference signal and the numbered notes.

#include "jack_signal.h"

#include "base/rand.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TWO_PI 6.283185307179586
#define NOTE_S 0.19
#define CUTOFF_HZ 2500.0
#define GRID 32768.0F
#define NOTES_A_ROUND 128U
#define ROUNDS 127U

static void
pluck(float* const out, const size_t n, const double rate, JamRand* const rand)
{
  const double hz    = 80.0 * pow(2.0, 3.0 * jam_rand_unit(rand));
  const double peak  = 0.1 + 0.2 * jam_rand_unit(rand);
  const double decay = 3.0 + 9.0 * jam_rand_unit(rand);
  for (size_t i = 0U; i < n; ++i) {
    const double t    = (double)i / rate;
    const double rise = t < 0.003 ? t / 0.003 : 1.0;
    double       x    = 0.0;
    for (unsigned h = 1U; h <= 4U; ++h) {
      x += sin(TWO_PI * hz * (double)h * t) / (double)(h * h);
    }
    out[i] += (float)(peak * rise * exp(-decay * t) * x);
  }
}

void signal_make(float* const   out,
                 const size_t   frames,
                 const double   rate_hz,
                 const uint64_t seed)
{
  JamRand      rand;
  const double pole = exp(-TWO_PI * CUTOFF_HZ / rate_hz);
  double       a = 0.0, b = 0.0, c = 0.0;
  jam_rand_init(&rand, seed, 1U);
  for (size_t i = 0U; i < frames; ++i) {
    a += (1.0 - pole) * (jam_rand_normal(&rand) - a);
    b += (1.0 - pole) * (a - b);
    c += (1.0 - pole) * (b - c);
    out[i] = (float)(0.03 * c);
  }
  const size_t step   = (size_t)(NOTE_S * rate_hz);
  const size_t length = 4U * step;
  for (size_t at = 0U; at + length < frames; at += step) {
    pluck(out + at, length, rate_hz, &rand);
  }
  for (size_t i = 0U; i < frames; ++i) {
    out[i] = roundf(out[i] * GRID) / GRID;
  }
}

size_t
signal_load(const char* const path, float* const out, const size_t capacity)
{
  FILE* const file = fopen(path, "rb");
  if (!file) {
    return 0U;
  }
  const size_t got = fread(out, sizeof(float), capacity, file);
  (void)fclose(file);
  return got;
}

size_t notes_make(NoteEvent* const out,
                  const unsigned   notes,
                  const int64_t    first_frame,
                  const int64_t    interval_frames)
{
  size_t count = 0U;
  for (unsigned k = 0U; k < notes; ++k) {
    const uint8_t note     = (uint8_t)(k % NOTES_A_ROUND);
    const uint8_t velocity = (uint8_t)(1U + k / NOTES_A_ROUND % ROUNDS);
    const int64_t on       = first_frame + interval_frames * (int64_t)k;
    out[count++]           = (NoteEvent){on, {0x90U, note, velocity}};
    out[count++] =
      (NoteEvent){on + interval_frames * 3 / 4, {0x80U, note, velocity}};
  }
  return count;
}

long note_number(const uint8_t bytes[3])
{
  return (bytes[0] == 0x90U && bytes[2] > 0U)
           ? (long)(bytes[2] - 1U) * (long)NOTES_A_ROUND + (long)bytes[1]
           : -1;
}

static int ascending(const void* const a, const void* const b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

static void judge_on(const long        number,
                     const double      delay_ms,
                     uint8_t* const    seen,
                     double* const     delays,
                     long* const       newest,
                     NoteReport* const out)
{
  if (number >= (long)out->sent) {
    ++out->unexpected;
  } else if (seen[number]) {
    ++out->duplicates;
  } else {
    seen[number]            = 1U;
    delays[out->received++] = delay_ms;
    out->out_of_order += number < *newest;
    *newest = number > *newest ? number : *newest;
  }
}

void notes_compare(const double* const    sent_us,
                   const size_t           sent_count,
                   const NoteEvent* const received,
                   const double* const    received_us,
                   const size_t           received_count,
                   NoteReport* const      out)
{
  memset(out, 0, sizeof(*out));
  out->sent             = (unsigned)(sent_count / 2U);
  uint8_t* const seen   = (uint8_t*)calloc(out->sent + 1U, 1U);
  double* const  delays = (double*)calloc(out->sent + 1U, sizeof(double));
  long           newest = -1;
  for (size_t i = 0U; seen && delays && i < received_count; ++i) {
    const uint8_t* const bytes  = received[i].bytes;
    const long           number = note_number(bytes);
    if (number >= 0) {
      const size_t place = (size_t)number * 2U;
      const double delay =
        place < sent_count ? (received_us[i] - sent_us[place]) * 1e-3 : 0.0;
      judge_on(number, delay, seen, delays, &newest, out);
    } else if (bytes[0] == 0x80U || bytes[0] == 0x90U) {
      ++out->offs_received;
    } else {
      ++out->unexpected;
    }
  }
  out->lost = out->sent - out->received;
  if (out->received > 0U && delays) {
    qsort(delays, out->received, sizeof(double), ascending);
    out->delay_ms_p50 = delays[out->received / 2U];
    out->delay_ms_max = delays[out->received - 1U];
  }
  free(seen);
  free(delays);
}
