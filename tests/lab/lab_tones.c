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

/// What is left of a tone.
typedef struct Left {
  double tone_db;  ///< Where it belongs or comes back
  double other_db; ///< All else
} Left;

static double db(const double energy, const double of)
{
  return energy > 0.0 ? 10.0 * log10(energy / of) : -999.0;
}

// Thins a tone of `cycles` in the whole span, so that nothing leaks.
static bool thin_tone(const JellieFormat* const format,
                      const unsigned            keep,
                      const size_t              cycles,
                      Left* const               out)
{
  static int32_t in[PACKETS * JELLIE_MAX_FRAMES];
  static int32_t left[PACKETS * JELLIE_MAX_FRAMES / 2U];
  const size_t   count = (size_t)PACKETS * format->frames;
  const size_t   fewer = count * keep / 4U;
  const double   level = LEVEL * (double)(UINT32_C(1) << (format->bits - 1U));
  Thinning       sums  = {0U, 0U, 0U, 0U};
  for (size_t i = 0U; i < count; ++i) {
    // Reduced before the sine, for its precision
    const double turns = (double)(i * cycles % count) / (double)count;
    in[i]              = (int32_t)lrint(level * sin(TAU * turns + 0.5));
  }
  if (!thinning_run(format, keep, in, PACKETS, left, &sums)) {
    return false;
  }
  double cosine = 0.0;
  double sine   = 0.0;
  double energy = 0.0;
  for (size_t i = 0U; i < fewer; ++i) {
    const double turns = (double)(i * cycles % fewer) / (double)fewer;
    cosine += left[i] * cos(TAU * turns);
    sine += left[i] * sin(TAU * turns);
    energy += (double)left[i] * (double)left[i];
  }
  const double of   = level * level / 2.0 * (double)fewer;
  const double tone = 2.0 * (cosine * cosine + sine * sine) / (double)fewer;
  out->tone_db      = db(tone, of);
  out->other_db     = db(energy - tone, of);
  return true;
}

static double worse(const double a, const double b)
{
  return a > b ? a : b;
}

// A tone, and those that come back at its place.
static bool print_tone(const JellieFormat* const format,
                       const unsigned            keep,
                       const size_t              cycles)
{
  const size_t count   = (size_t)PACKETS * format->frames;
  const size_t fewer   = count * keep / 4U;
  Left         own     = {0.0, 0.0};
  Left         image   = own;
  double       back_db = -999.0;
  if (!thin_tone(format, keep, cycles, &own)) {
    return false;
  }
  for (size_t at = fewer; at <= count / 2U; at += fewer) {
    if (!thin_tone(format, keep, at - cycles, &image)) {
      return false;
    }
    back_db = worse(back_db, image.tone_db);
    if (at + cycles < count / 2U) {
      if (!thin_tone(format, keep, at + cycles, &image)) {
        return false;
      }
      back_db = worse(back_db, image.tone_db);
    }
  }
  printf("{\"hz\":%.0f,\"pass_db\":%.2f,\"alias_db\":%.1f,\"edge_db\":%.1f}\n",
         (double)cycles / (double)count * (double)format->rate_hz,
         own.tone_db,
         back_db,
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
