// SPDX-License-Identifier: MIT
// How the instruments sound.
//
// String: K. Karplus and A. Strong, "Digital Synthesis of Plucked-String and
// Drum Timbres", Computer Music Journal 7(2), 1983. Electric piano: J.
// Chowning, "The Synthesis of Complex Audio Spectra by Means of Frequency
// Modulation", JAES 21(7), 1973. Voice: a rounded pulse through parallel
// formants.

#include "support/band_voices.h"

#include <math.h>
#include <string.h>

#define TURN 6.283185307179586
#define MAX_PERIOD 8192U // 23 Hz at 192 kHz

static double noise(const BandTape* const tape)
{
  return 2.0 * jam_rand_unit(tape->rand) - 1.0;
}

static size_t length(const BandTape* const tape, const double seconds)
{
  const double frames = seconds * tape->rate_hz;
  return frames < (double)tape->frames ? (size_t)frames : tape->frames;
}

// What the plectrum leaves on the string: low-passed noise, with the harmonics
// that have a node at the picking point taken out
static void pluck(const BandTape* const   tape,
                  const BandString* const string,
                  double* const           line,
                  const unsigned          period)
{
  double       raw[MAX_PERIOD];
  double       low = 0.0, softer = 0.0, mean = 0.0;
  const double hz   = 120.0 + 1900.0 * string->bright;
  const double keep = exp(-TURN * hz / tape->rate_hz);
  for (unsigned i = 0U; i < period; ++i) {
    low    = keep * low + (1.0 - keep) * noise(tape);
    softer = keep * softer + (1.0 - keep) * low;
    raw[i] = softer;
    mean += softer / period;
  }
  const unsigned comb = 1U + (unsigned)(string->pick * period);
  double         sum  = 1e-9;
  for (unsigned i = 0U; i < period; ++i) {
    line[i] = raw[i] - 0.9 * raw[(i + period - comb) % period] - 0.1 * mean;
    sum += line[i] * line[i] / period;
  }
  for (unsigned i = 0U; i < period; ++i) {
    line[i] *= 0.25 / sqrt(sum);
  }
}

void band_string(const BandTape* const   tape,
                 const BandString* const string,
                 const double            hz,
                 const double            seconds,
                 const double            level)
{
  // The loop delays by the line, half a sample of averaging at 44.1 kHz (less
  // damping at higher rates), and an all-pass for the fraction
  const double damp   = 0.5 * 44100.0 / tape->rate_hz;
  const double exact  = tape->rate_hz / hz - damp;
  unsigned     period = (unsigned)(exact - 0.3);
  period              = period < MAX_PERIOD ? period : MAX_PERIOD;
  const double part   = exact - period;
  const double pass   = (1.0 - part) / (1.0 + part);
  const double ring   = string->decay * sqrt(110.0 / hz);
  const double loss   = pow(10.0, -3.0 / (ring * hz));

  double line[MAX_PERIOD];
  pluck(tape, string, line, period);
  const size_t damped = length(tape, seconds);
  const size_t end    = length(tape, seconds + 0.15);
  double       before = 0.0, in = 0.0, out = 0.0, fade = 1.0;
  const double fall = exp(-1.0 / (0.03 * tape->rate_hz));
  for (size_t i = 0U, at = 0U; i < end; ++i, at = (at + 1U) % period) {
    const double now  = line[at];
    const double soft = loss * ((1.0 - damp) * now + damp * before);
    before            = now;
    out               = pass * (soft - out) + in;
    in                = soft;
    line[at]          = out;
    fade *= i > damped ? fall : 1.0;
    tape->out[i] += (float)(level * fade * now);
  }
}

static void kick(const BandTape* const tape, const double level)
{
  const size_t end   = length(tape, 0.45);
  double       phase = 0.0;
  for (size_t i = 0U; i < end; ++i) {
    const double t  = (double)i / tape->rate_hz;
    const double hz = 48.0 + 130.0 * exp(-t / 0.022);
    phase += TURN * hz / tape->rate_hz;
    const double click = t < 0.004 ? 0.3 * noise(tape) : 0.0;
    tape->out[i] +=
      (float)(level * (1.1 * sin(phase) * exp(-t / 0.11) + click));
  }
}

static void snare(const BandTape* const tape, const double level)
{
  const size_t end  = length(tape, 0.35);
  const double keep = exp(-TURN * 1400.0 / tape->rate_hz);
  double       low  = 0.0;
  for (size_t i = 0U; i < end; ++i) {
    const double t     = (double)i / tape->rate_hz;
    const double hiss  = noise(tape);
    low                = keep * low + (1.0 - keep) * hiss;
    const double wires = (hiss - low) * exp(-t / 0.075);
    const double head  = sin(TURN * 186.0 * t) + 0.6 * sin(TURN * 331.0 * t);
    tape->out[i] +=
      (float)(level * (0.42 * wires + 0.38 * head * exp(-t / 0.05)));
  }
}

static void hat(const BandTape* const tape, const double level)
{
  static const double partials[] =
    {4103.0, 5271.0, 6211.0, 7349.0, 8467.0, 9973.0};
  const size_t end  = length(tape, 0.12);
  const double keep = exp(-TURN * 7000.0 / tape->rate_hz);
  double       low  = 0.0;
  for (size_t i = 0U; i < end; ++i) {
    const double t    = (double)i / tape->rate_hz;
    const double hiss = noise(tape);
    low               = keep * low + (1.0 - keep) * hiss;
    double metal      = 0.0;
    for (unsigned p = 0U; p < 6U; ++p) {
      metal += sin(TURN * partials[p] * t) > 0.0 ? 0.05 : -0.05;
    }
    tape->out[i] += (float)(level * exp(-t / 0.03) * (hiss - low + metal));
  }
}

void band_drum(const BandTape* const tape,
               const BandDrum        drum,
               const double          level)
{
  switch (drum) {
  case BAND_KICK:
    kick(tape, level);
    break;
  case BAND_SNARE:
    snare(tape, level);
    break;
  case BAND_HAT:
    hat(tape, 0.3 * level);
    break;
  }
}

void band_key(const BandTape* const tape,
              const double          hz,
              const double          seconds,
              const double          level)
{
  const size_t damped = length(tape, seconds);
  const size_t end    = length(tape, seconds + 0.3);
  const double fall   = exp(-1.0 / (0.06 * tape->rate_hz));
  double       fade   = 1.0;
  for (size_t i = 0U; i < end; ++i) {
    const double t    = (double)i / tape->rate_hz;
    const double body = TURN * hz * t;
    // The tine is a short high partial; harder strokes bring more of both
    const double tine  = 0.5 * level * exp(-t / 0.12) * sin(14.0 * body);
    const double bend  = (0.3 + 1.4 * level) * exp(-t / 0.5) * sin(body);
    const double rise  = t < 0.002 ? t / 0.002 : 1.0;
    const double decay = exp(-t * (0.8 + hz / 700.0));
    fade *= i > damped ? fall : 1.0;
    tape->out[i] += (float)(0.3 * level * rise * decay * fade *
                            (sin(body + bend) + 0.4 * sin(body + tine)));
  }
}

// Two-pole resonator
typedef struct Formant {
  double feed, a1, a2, y1, y2;
} Formant;

static void formant_set(Formant* const f,
                        const double   rate_hz,
                        const double   hz,
                        const double   width,
                        const double   level)
{
  const double radius = exp(-TURN * 0.5 * width / rate_hz);
  f->a1               = 2.0 * radius * cos(TURN * hz / rate_hz);
  f->a2               = -radius * radius;
  f->feed =
    level * (1.0 - radius) *
    sqrt(1.0 - 2.0 * radius * cos(2.0 * TURN * hz / rate_hz) + radius * radius);
  f->y1 = f->y2 = 0.0;
}

static double formant_run(Formant* const f, const double in)
{
  const double out = f->feed * in + f->a1 * f->y1 + f->a2 * f->y2;
  f->y2            = f->y1;
  f->y1            = out;
  return out;
}

static void mouth(Formant* const f, const double rate_hz, const double open)
{
  formant_set(&f[0], rate_hz, 430.0 + 370.0 * open, 80.0, 1.0);
  formant_set(&f[1], rate_hz, 830.0 + 370.0 * open, 90.0, 1.0);
  formant_set(&f[2], rate_hz, 2700.0, 150.0, 2.0);
  formant_set(&f[3], rate_hz, 3500.0, 200.0, 1.5);
}

void band_voice(const BandTape* const tape,
                const double          from_hz,
                const double          hz,
                const double          seconds,
                const double          level,
                const double          open)
{
  Formant formants[4];
  mouth(formants, tape->rate_hz, open);
  const size_t end   = length(tape, seconds + 0.12);
  double       phase = 0.0;
  for (size_t i = 0U; i < end; ++i) {
    const double t     = (double)i / tape->rate_hz;
    const double glide = exp(-t / 0.03);
    const double depth = 0.006 * fmin(fmax(t - 0.15, 0.0) / 0.3, 1.0);
    const double pitch =
      hz * pow(from_hz / hz, glide) * (1.0 + depth * sin(TURN * 5.4 * t));
    phase = fmod(phase + pitch / tape->rate_hz, 1.0);
    // Opening and closing of the vocal folds; breath comes through while open
    const double folds  = phase < 0.6 ? sin(TURN * phase / 1.2) : 0.0;
    const double pulse  = folds * folds * folds - 0.2546;
    const double source = pulse + 0.25 * (0.3 + folds) * noise(tape);
    double       sound  = 0.0;
    for (unsigned f = 0U; f < 4U; ++f) {
      sound += formant_run(&formants[f], source);
    }
    const double attack  = 1.0 - exp(-t / 0.035);
    const double release = t > seconds ? exp(-(t - seconds) / 0.025) : 1.0;
    tape->out[i] += (float)(4.0 * level * attack * release * sound);
  }
}
