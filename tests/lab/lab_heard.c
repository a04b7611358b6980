// SPDX-License-Identifier: MIT
// jamnet-lab heard: how close what a listener recorded comes to what the others
// played.
//
//   jamnet-lab heard --report REPORT.json --heard HEARD.wav NAME=PLAYED.wav...
//
// The players' files went round in a loop, all at unity gain. The delay at
// which each best explains the recording is found by correlation, coarsely on a
// decimated copy, then sample by sample; what the sum of all leaves unexplained
// is noise. One table row a player on standard output.

#include "lab.h"

#include <cjson/cJSON.h>
#include <sndfile.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PLAYERS 8U
#define COARSE 16 // Decimation of the first search
#define BEST 24U  // Coarse candidates looked at closely
#define SECONDS 4 // Of the recording's end that are compared

typedef struct Sound {
  float* samples;
  long   frames;
  int    rate;
} Sound;

typedef struct Player {
  char  name[64];
  Sound sound;
  long  shift; // Index into the loop at the first compared sample
} Player;

static int fail(const char* const what, const char* const which)
{
  (void)fprintf(stderr, "jamnet-lab heard: %s %s.\n", what, which);
  return 2;
}

static bool load(const char* const path, Sound* const out)
{
  SF_INFO  info = {0};
  SNDFILE* file = sf_open(path, SFM_READ, &info);
  if (!file || info.channels < 1 || info.frames < 1) {
    (void)sf_close(file);
    return false;
  }
  float* const all =
    (float*)calloc((size_t)info.frames * (size_t)info.channels, sizeof(float));
  out->samples = (float*)calloc((size_t)info.frames, sizeof(float));
  out->rate    = info.samplerate;
  out->frames =
    (all && out->samples) ? (long)sf_readf_float(file, all, info.frames) : 0;
  for (long i = 0; i < out->frames; ++i) {
    out->samples[i] = all[i * info.channels]; // Left; pan is at the centre
  }
  free(all);
  (void)sf_close(file);
  return out->frames > 0;
}

static double at(const Sound* const sound, const long index)
{
  const long wrapped = index % sound->frames;
  return (double)
    sound->samples[wrapped < 0 ? wrapped + sound->frames : wrapped];
}

// Normalised correlation of the recording's end with a loop at a shift
static double match(const float* const target,
                    const long         count,
                    const Sound* const loop,
                    const long         shift,
                    const long         stride)
{
  double product = 0.0;
  double energy  = 1e-12;
  for (long i = 0; i < count; i += stride) {
    const double value = at(loop, shift + i);
    product += value * (double)target[i];
    energy += value * value;
  }
  return product / sqrt(energy);
}

static bool decimate(const Sound* const in, Sound* const out)
{
  out->rate    = in->rate / COARSE;
  out->frames  = in->frames / COARSE;
  out->samples = (float*)calloc((size_t)out->frames + 1U, sizeof(float));
  for (long i = 0; out->samples && i < out->frames; ++i) {
    float sum = 0.0f;
    for (long k = 0; k < COARSE; ++k) {
      sum += in->samples[i * COARSE + k];
    }
    out->samples[i] = sum;
  }
  return out->samples != NULL && out->frames > 0;
}

static void keep_best(double* const values,
                      long* const   shifts,
                      const double  value,
                      const long    shift)
{
  unsigned worst = 0U;
  for (unsigned i = 1U; i < BEST; ++i) {
    worst = values[i] < values[worst] ? i : worst;
  }
  if (value > values[worst]) {
    values[worst] = value;
    shifts[worst] = shift;
  }
}

// Finds the shift at which a player's loop best explains the target
static void find_shift(const float* const target,
                       const long         count,
                       const Sound* const coarse_target,
                       Player* const      player)
{
  Sound  coarse = {0};
  double values[BEST];
  long   shifts[BEST] = {0};
  for (unsigned i = 0U; i < BEST; ++i) {
    values[i] = -1e30;
  }
  if (decimate(&player->sound, &coarse)) {
    for (long shift = 0; shift < coarse.frames; ++shift) {
      const double value =
        match(coarse_target->samples, coarse_target->frames, &coarse, shift, 3);
      keep_best(values, shifts, value, shift);
    }
  }
  double best = -1e30;
  for (unsigned i = 0U; i < BEST; ++i) {
    for (long fine = -2 * COARSE; fine <= 2 * COARSE; ++fine) {
      const long   shift = shifts[i] * COARSE + fine;
      const double value = match(target, count, &player->sound, shift, 7);
      if (value > best) {
        best          = value;
        player->shift = shift;
      }
    }
  }
  free(coarse.samples);
}

// Signal to residual in dB once all players are taken away; INFINITY if exact
static double residual_db(const float* const  target,
                          const long          count,
                          const Player* const players,
                          const unsigned      player_count)
{
  double signal = 0.0;
  double noise  = 0.0;
  for (long i = 0; i < count; ++i) {
    double left = (double)target[i];
    signal += left * left;
    for (unsigned p = 0U; p < player_count; ++p) {
      left -= at(&players[p].sound, players[p].shift + i);
    }
    noise += left * left;
  }
  // Below this lies the rounding of the mix to 24-bit floats, not of any sample
  return (noise <= signal * 1e-13) ? (double)INFINITY
                                   : 10.0 * log10(signal / noise);
}

static double number(const cJSON* const row, const char* const key)
{
  const cJSON* const item = cJSON_GetObjectItemCaseSensitive(row, key);
  return cJSON_IsNumber(item) ? item->valuedouble : 0.0;
}

static cJSON* load_report(const char* const path)
{
  char        text[16384];
  FILE* const file = fopen(path, "rb");
  if (!file) {
    return NULL;
  }
  const size_t size = fread(text, 1U, sizeof(text) - 1U, file);
  (void)fclose(file);
  text[size] = '\0';
  return cJSON_Parse(text);
}

static void print_rows(const cJSON* const report, const double snr)
{
  char               snr_text[32];
  const cJSON* const who = cJSON_GetObjectItemCaseSensitive(report, "at");
  const cJSON* const list =
    cJSON_GetObjectItemCaseSensitive(report, "listeners");
  const cJSON* row = NULL;
  (void)
    snprintf(snr_text, sizeof(snr_text), isinf(snr) ? "exact" : "%.1f dB", snr);
  cJSON_ArrayForEach(row, list)
  {
    const cJSON* const from = cJSON_GetObjectItemCaseSensitive(row, "from");
    (void)printf("%-8s %-8s %8.2f ms %6.0f %11.1f ms %10.0f %10s\n",
                 cJSON_IsString(who) ? who->valuestring : "?",
                 cJSON_IsString(from) ? from->valuestring : "?",
                 number(row, "delay_ms"),
                 number(row, "lost"),
                 number(row, "concealed_ms"),
                 number(row, "bytes_per_s"),
                 snr_text);
  }
}

static bool
add_player(const char* const word, Player* const players, unsigned* const count)
{
  const char* const equals = strchr(word, '=');
  Player* const     player = &players[*count];
  if (!equals || *count >= MAX_PLAYERS ||
      (size_t)(equals - word) >= sizeof(player->name)) {
    return false;
  }
  memset(player, 0, sizeof(*player));
  memcpy(player->name, word, (size_t)(equals - word));
  if (!load(equals + 1, &player->sound)) {
    return false;
  }
  ++*count;
  return true;
}

static double
compare(const Sound* const heard, Player* const players, const unsigned count)
{
  // The last second may hold the others' leaving
  const long frames = (long)heard->rate * SECONDS;
  const long start  = heard->frames - frames - heard->rate;
  Sound      coarse = {0};
  if (start < 0) {
    return (double)NAN;
  }
  const Sound end = {heard->samples + start, frames, heard->rate};
  if (!decimate(&end, &coarse)) {
    return (double)NAN;
  }
  for (unsigned p = 0U; p < count; ++p) {
    find_shift(end.samples, frames, &coarse, &players[p]);
  }
  free(coarse.samples);
  return residual_db(end.samples, frames, players, count);
}

int lab_heard(const int argc, char** const argv)
{
  const char* report_path          = NULL;
  const char* heard_path           = NULL;
  Player      players[MAX_PLAYERS] = {0};
  unsigned    count                = 0U;
  for (int i = 1; i < argc; ++i) {
    if (!strcmp(argv[i], "--report") && i + 1 < argc) {
      report_path = argv[++i];
    } else if (!strcmp(argv[i], "--heard") && i + 1 < argc) {
      heard_path = argv[++i];
    } else if (!add_player(argv[i], players, &count)) {
      return fail("cannot use", argv[i]);
    }
  }
  Sound        heard  = {0};
  cJSON* const report = report_path ? load_report(report_path) : NULL;
  if (!report) {
    return fail("cannot read the report", report_path ? report_path : "");
  }
  if (!heard_path || !load(heard_path, &heard)) {
    cJSON_Delete(report);
    return fail("cannot read the recording", heard_path ? heard_path : "");
  }
  print_rows(report, compare(&heard, players, count));
  for (unsigned p = 0U; p < count; ++p) {
    free(players[p].sound.samples);
  }
  free(heard.samples);
  cJSON_Delete(report);
  return 0;
}
