// SPDX-License-Identifier: MIT
// What the band plays. Every stroke has its own small error of time and force,
// as people have.

#include "support/band.h"

#include "support/band_voices.h"

#include <math.h>
#include <string.h>

#define BEATS 4U
#define BARS 4U
#define PEAK 0.7079f // -3 dBFS

typedef struct Chord {
  unsigned bass;      // MIDI note
  unsigned strings;   // Number of guitar notes
  unsigned guitar[6]; // Low to high
  unsigned keys[4];
} Chord;

static const Chord chords[BARS] = {
  {28U, 6U, {40U, 47U, 52U, 55U, 59U, 64U}, {55U, 59U, 62U, 66U}}, // Em9
  {36U, 5U, {48U, 52U, 55U, 60U, 64U}, {52U, 55U, 59U, 62U}},      // Cmaj9
  {31U, 6U, {43U, 47U, 50U, 55U, 59U, 67U}, {54U, 59U, 62U, 66U}}, // Gmaj7
  {38U, 4U, {50U, 57U, 62U, 66U}, {54U, 57U, 61U, 64U}},           // D
};

// One sung bar: eighth notes; 0 holds the note before, 1 is a rest
static const unsigned melody[BARS][8] = {
  {71U, 0U, 69U, 67U, 0U, 64U, 0U, 1U},
  {67U, 0U, 0U, 69U, 71U, 0U, 76U, 0U},
  {74U, 0U, 0U, 0U, 71U, 69U, 71U, 0U},
  {69U, 0U, 0U, 66U, 0U, 0U, 1U, 1U},
};

static const char* const names[BAND_PART_COUNT] = {"guitar",
                                                   "bass",
                                                   "drums",
                                                   "keys",
                                                   "lead"};

const char* band_name(const BandPart part)
{
  return names[part];
}

bool band_find(const char* const name, BandPart* const out)
{
  for (unsigned i = 0U; i < BAND_PART_COUNT; ++i) {
    if (strcmp(names[i], name) == 0) {
      *out = (BandPart)i;
      return true;
    }
  }
  return false;
}

static double pitch(const unsigned note)
{
  return 440.0 * pow(2.0, ((double)note - 69.0) / 12.0);
}

// The song so far, and where the next note goes
typedef struct Player {
  float*  out;
  size_t  frames;
  double  rate_hz;
  double  bar_at; // Seconds
  JamRand rand;
} Player;

// Returns the tape from `eighth` of the present bar on, `swing` ms late at most
static BandTape
tape_at(Player* const player, const double eighth, const double loose_ms)
{
  const double human = 1e-3 * loose_ms * jam_rand_normal(&player->rand);
  const double at    = player->bar_at + eighth * 30.0 / BAND_BPM + human;
  const double frame = fmax(at, 0.0) * player->rate_hz;
  const size_t begin =
    frame < (double)player->frames ? (size_t)frame : player->frames;
  return (BandTape){player->out + begin,
                    player->frames - begin,
                    player->rate_hz,
                    &player->rand};
}

static double force(Player* const player, const double mean)
{
  return fmin(mean * (1.0 + 0.12 * jam_rand_normal(&player->rand)), 1.0);
}

static void play_guitar(Player* const player, const unsigned bar)
{
  static const unsigned pattern[8] = {0U, 3U, 2U, 4U, 1U, 3U, 5U, 2U};
  const BandString      steel      = {0.13, 0.75, 4.5};
  const Chord* const    chord      = &chords[bar];
  for (unsigned i = 0U; i < 8U; ++i) {
    // A slow strum opens the bar, single strings follow
    const unsigned count = i == 0U ? chord->strings : 1U;
    for (unsigned s = 0U; s < count; ++s) {
      const unsigned string = i == 0U ? s : pattern[i] % chord->strings;
      const BandTape tape   = tape_at(player, i + 0.08 * s, 4.0);
      band_string(&tape,
                  &steel,
                  pitch(chord->guitar[string]),
                  i == 0U ? 1.8 : 0.9,
                  force(player, i % 2U ? 0.55 : 0.75));
    }
  }
}

static void play_bass(Player* const player, const unsigned bar)
{
  static const struct {
    double   at, length;
    unsigned interval;
  } line[] = {{0.0, 1.3, 0U},
              {3.0, 0.4, 0U},
              {4.0, 0.9, 7U},
              {5.5, 0.3, 12U},
              {6.0, 0.5, 7U},
              {7.0, 0.4, 5U}};

  const BandString gut = {0.2, 0.12, 6.0};
  for (unsigned i = 0U; i < sizeof(line) / sizeof(line[0]); ++i) {
    const BandTape tape = tape_at(player, line[i].at, 5.0);
    const unsigned note = chords[bar].bass + line[i].interval;
    band_string(&tape,
                &gut,
                pitch(note),
                line[i].length * 30.0 / BAND_BPM * 1.9,
                force(player, 0.8));
  }
}

static void play_drums(Player* const player, const unsigned bar)
{
  for (unsigned i = 0U; i < 8U; ++i) {
    const BandTape tape = tape_at(player, i, 2.5);
    band_drum(&tape, BAND_HAT, force(player, i % 2U ? 0.5 : 0.8));
    if (i == 0U || i == 4U || (i == 5U && bar % 2U)) {
      const BandTape low = tape_at(player, i, 3.0);
      band_drum(&low, BAND_KICK, force(player, i == 5U ? 0.6 : 0.8));
    }
    if (i == 2U || i == 6U || (i == 7U && bar == BARS - 1U)) {
      const BandTape back = tape_at(player, i, 3.0);
      band_drum(&back, BAND_SNARE, force(player, i == 7U ? 0.4 : 0.8));
    }
  }
}

static void play_keys(Player* const player, const unsigned bar)
{
  static const double rhythm[][2] = {{0.0, 1.2}, {3.0, 0.5}, {5.0, 1.4}};
  for (unsigned i = 0U; i < 3U; ++i) {
    for (unsigned k = 0U; k < 4U; ++k) {
      const BandTape tape = tape_at(player, rhythm[i][0], 6.0);
      band_key(&tape,
               pitch(chords[bar].keys[k]),
               rhythm[i][1] * 60.0 / BAND_BPM * 0.9,
               force(player, i == 1U ? 0.5 : 0.7));
    }
  }
}

static void play_lead(Player* const player, const unsigned bar)
{
  unsigned before = melody[bar][0];
  for (unsigned i = 0U; i < 8U; ++i) {
    const unsigned note = melody[bar][i];
    if (note < 2U) {
      continue;
    }
    unsigned held = 1U;
    while (i + held < 8U && melody[bar][i + held] == 0U) {
      ++held;
    }
    const BandTape tape = tape_at(player, i, 12.0);
    band_voice(&tape,
               pitch(before - (i == 0U ? 2U : 0U)),
               pitch(note),
               held * 30.0 / BAND_BPM - 0.05,
               force(player, 0.7),
               jam_rand_unit(&player->rand));
    before = note;
  }
}

static void normalise(float* const out, const size_t frames)
{
  float peak = 0.0f;
  for (size_t i = 0U; i < frames; ++i) {
    peak = fmaxf(peak, fabsf(out[i]));
  }
  for (size_t i = 0U; i < frames && peak > 0.0f; ++i) {
    out[i] *= PEAK / peak;
  }
}

void band_play(const BandPart part,
               const uint32_t rate_hz,
               const uint64_t seed,
               float* const   out,
               const size_t   frames)
{
  static void (*const parts[BAND_PART_COUNT])(
    Player*,
    unsigned)   = {play_guitar, play_bass, play_drums, play_keys, play_lead};
  Player player = {.out = out, .frames = frames, .rate_hz = rate_hz};
  jam_rand_init(&player.rand, seed, 7700U + (uint64_t)part);
  memset(out, 0, frames * sizeof(float));
  const double bar_seconds = BEATS * 60.0 / BAND_BPM;
  for (unsigned bar = 0U; player.bar_at * rate_hz < (double)frames; ++bar) {
    parts[part](&player, bar % BARS);
    player.bar_at = (bar + 1U) * bar_seconds;
  }
  normalise(out, frames);
}

void band_round(float* const samples, const size_t frames, const unsigned bits)
{
  const double scale = bits == 16U ? 32768.0 : 8388608.0;
  for (size_t i = 0U; i < frames; ++i) {
    const double whole = rint((double)samples[i] * scale);
    samples[i] = (float)(fmin(fmax(whole, -scale), scale - 1.0) / scale);
  }
}
