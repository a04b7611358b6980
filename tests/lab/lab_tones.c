// SPDX-License-Identifier: MIT
// What thinning does to single tones: how loud they stay, how loud tones that
// the lower rate cannot hold come back, and how much of all else there is.

#include "lab.h"
#include "thinning.h"

#include <math.h>
#include <stdio.h>

#define PACKETS 128U
#define LEVEL 0.25
#define TAU 6.283185307179586

/// What is left of a tone, against what it was.
typedef struct Left {
  double tone_db;   ///< Where it belongs or comes back
  double middle_db; ///< The same, in the middle halves of packets only
  double other_db;  ///< All else
} Left;

static double db(const double energy, const double of)
{
  return energy > 0.0 ? 10.0 * log10(energy / of) : -999.0;
}

// Returns the power of a tone that fits best to samples, a period being the
// length of a packet and only its middle half being looked at if `middle`.
static double power_of(const int32_t* const samples,
                       const size_t         count,
                       const size_t         cycles,
                       const size_t         period,
                       const bool           middle)
{
  double cc = 0.0;
  double ss = 0.0;
  double cs = 0.0;
  double xc = 0.0;
  double xs = 0.0;
  for (size_t i = 0U; i < count; ++i) {
    const size_t place = i % period * 4U;
    if (middle && (place < period || place >= 3U * period)) {
      continue;
    }
    const double turns = (double)(i * cycles % count) / (double)count;
    const double c     = cos(TAU * turns);
    const double s     = sin(TAU * turns);
    cc += c * c;
    ss += s * s;
    cs += c * s;
    xc += c * samples[i];
    xs += s * samples[i];
  }
  const double all    = cc * ss - cs * cs;
  const double cosine = (xc * ss - xs * cs) / all;
  const double sine   = (xs * cc - xc * cs) / all;
  return (cosine * cosine + sine * sine) / 2.0;
}

// Thins a tone of `cycles` in the whole span, so that nothing leaks.
static bool thin_tone(const JellieFormat* const format,
                      const unsigned            keep,
                      const size_t              cycles,
                      Left* const               out)
{
  static int32_t in[PACKETS * JELLIE_MAX_FRAMES];
  static int32_t left[PACKETS * JELLIE_MAX_FRAMES / 2U];
  const size_t   period = (size_t)format->frames * keep / 4U;
  const size_t   count  = (size_t)PACKETS * format->frames;
  const size_t   fewer  = PACKETS * period;
  const double   level  = LEVEL * (double)(UINT32_C(1) << (format->bits - 1U));
  Thinning       sums   = {0U, 0U, 0U, 0U};
  for (size_t i = 0U; i < count; ++i) {
    // Reduced before the sine, for its precision
    const double turns = (double)(i * cycles % count) / (double)count;
    in[i]              = (int32_t)lrint(level * sin(TAU * turns + 0.5));
  }
  if (!thinning_run(format, keep, in, PACKETS, left, &sums)) {
    return false;
  }
  double energy = 0.0;
  for (size_t i = 0U; i < fewer; ++i) {
    energy += (double)left[i] * (double)left[i];
  }
  const double of   = level * level / 2.0;
  const double tone = power_of(left, fewer, cycles, period, false);
  out->tone_db      = db(tone, of);
  out->middle_db    = db(power_of(left, fewer, cycles, period, true), of);
  out->other_db     = db(energy / (double)fewer - tone, of);
  return true;
}

// Thins a tone that comes back elsewhere; keeps the loudest.
static bool thin_image(const JellieFormat* const format,
                       const unsigned            keep,
                       const size_t              cycles,
                       Left* const               loudest)
{
  Left image;
  if (!thin_tone(format, keep, cycles, &image)) {
    return false;
  }
  loudest->tone_db   = fmax(loudest->tone_db, image.tone_db);
  loudest->middle_db = fmax(loudest->middle_db, image.middle_db);
  return true;
}

// A tone, and those that come back at its place.
static bool print_tone(const JellieFormat* const format,
                       const unsigned            keep,
                       const size_t              cycles)
{
  const size_t count = (size_t)PACKETS * format->frames;
  const size_t fewer = count * keep / 4U;
  Left         own;
  Left         back = {-999.0, -999.0, -999.0};
  bool         good = thin_tone(format, keep, cycles, &own);
  for (size_t at = fewer; good && at <= count / 2U; at += fewer) {
    good = thin_image(format, keep, at - cycles, &back) &&
           (at + cycles >= count / 2U ||
            thin_image(format, keep, at + cycles, &back));
  }
  if (!good) {
    return false;
  }
  printf("{\"hz\":%.0f,\"pass_db\":%.2f,\"alias_db\":%.1f",
         (double)cycles / (double)count * (double)format->rate_hz,
         own.tone_db,
         back.tone_db);
  printf(
    ",\"middle_pass_db\":%.2f,\"middle_alias_db\":%.1f,\"edge_db\":%.1f}\n",
    own.middle_db,
    back.middle_db,
    own.other_db);
  return true;
}

int lab_tones(const JellieFormat* const format, const unsigned keep)
{
  // Of the rate before the last halving
  static const double places[] = {0.01, 0.025, 0.05, 0.1, 0.15, 0.2};
  const size_t        count    = (size_t)PACKETS * format->frames;
  for (size_t i = 0U; i < sizeof(places) / sizeof(places[0]); ++i) {
    const double cycles = places[i] * (double)count * keep / 2.0;
    // Odd, so that every packet cuts the tone elsewhere
    if (!print_tone(format, keep, (size_t)cycles | 1U)) {
      return lab_fault("A packet of a tone does not fit a datagram");
    }
  }
  return LAB_OK;
}
