// SPDX-License-Identifier: MIT
// What a table does for a file: whole one-lane packets, counted bit by bit.

#include "tools/train.h"

#include "base/rand.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZES 4U
#define FRAMING 18U    // {"J":["12345678"]}
#define RAW_HEADER 16U // Of JackTrip

static const unsigned sizes[SIZES] = {32U, 64U, 128U, 256U};

// The samples as integers, with noise, behind a window of zeros.
static int32_t* prepare(const float* const        samples,
                        const size_t              count,
                        const TrainMeasure* const how)
{
  const double   full = (double)(1U << (how->bits - 1U));
  int32_t* const out  = calloc(TRAIN_WINDOW + count, sizeof(int32_t));
  JamRand        rand;
  jam_rand_init(&rand, 1U, 0U); // As the lab
  for (size_t i = 0U; i < count; ++i) {
    const double hiss     = how->noise * full * jam_rand_normal(&rand);
    const double x        = (double)samples[i] * full + hiss;
    const double kept     = x > full - 1.0 ? full - 1.0 : x < -full ? -full : x;
    out[TRAIN_WINDOW + i] = (int32_t)lrint(kept);
  }
  return out;
}

static bool is_silent(const int32_t* const samples, const unsigned count)
{
  for (unsigned i = 0U; i < count; ++i) {
    if (samples[i] != 0) {
      return false;
    }
  }
  return true;
}

// Returns the bytes of a one-lane packet: 13 bits in two characters.
static unsigned packet_bytes(const TrainTable* const   table,
                             const TrainMeasure* const how,
                             const int32_t* const      samples,
                             const unsigned            count)
{
  if (is_silent(samples, count)) {
    return FRAMING;
  }
  double     lags[TRAIN_LAGS];
  TrainTrial trial;
  train_lags(samples, count, lags);
  train_choose(table, how->trials, lags, samples, count, how->bits, &trial);
  const uint64_t plain =
    TRAIN_INDEX_BITS + TRAIN_RICE_BITS + (uint64_t)count * how->bits;
  const uint64_t bits = trial.bits < plain ? trial.bits : plain;
  const uint64_t rest = bits % 13U;
  return FRAMING + (unsigned)(bits / 13U * 2U) +
         (rest == 0U   ? 0U
          : rest <= 6U ? 1U
                       : 2U);
}

bool train_measure(const char* const         path,
                   const TrainMeasure* const how,
                   const unsigned            row_count,
                   const TrainRow* const     rows)
{
  unsigned     rate_hz;
  size_t       count;
  float* const samples = train_read_audio(path, &rate_hz, &count);
  if (!samples) {
    return false;
  }
  int32_t* const    block = prepare(samples, count, how);
  TrainTable* const table = calloc(1U, sizeof(*table));
  train_derive(rows, row_count, table);
  const char* const slash = strrchr(path, '/');
  printf("{\"file\": \"%s\", \"bits\": %u",
         slash ? slash + 1 : path,
         how->bits);
  for (unsigned s = 0U; s < SIZES; ++s) {
    uint64_t bytes   = 0U;
    uint64_t packets = 0U;
    for (size_t at = 0U; at + sizes[s] <= count; at += sizes[s] * how->every) {
      bytes += packet_bytes(table, how, block + TRAIN_WINDOW + at, sizes[s]);
      ++packets;
    }
    const double raw =
      (double)packets * (RAW_HEADER + sizes[s] * how->bits / 8U);
    printf(", \"%u\": %.4f", sizes[s], (double)bytes / raw);
  }
  printf("}\n");
  fflush(stdout);
  free(table);
  free(block);
  free(samples);
  return true;
}
