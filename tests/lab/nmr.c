// SPDX-License-Identifier: MIT
// Johnston's masking, frame by frame.

#include "lab/nmr.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BANDS 25U
#define MAX_SIZE 4096U // Holds 20 ms at 192 kHz
#define PI 3.14159265358979323846
#define FULL_SCALE_SPL 96.0

typedef struct Frame {
  double powers[MAX_SIZE / 2U];
  double bands[BANDS];
} Frame;

typedef struct Model {
  size_t         frame; // Samples of 20 ms
  size_t         size;  // Of the transform
  double         window[MAX_SIZE];
  double complex turns[MAX_SIZE / 2U];
  int            band[MAX_SIZE / 2U]; // Of a bin; -1: not heard
  double         spread[BANDS][BANDS];
  double         quiet[BANDS];
} Model;

static double bark(const double hz)
{
  return 13.0 * atan(0.00076 * hz) + 3.5 * atan(hz * hz / (7500.0 * 7500.0));
}

static double decibels(const double db)
{
  return pow(10.0, 0.1 * db);
}

static double quiet_at(const double hz)
{
  const double f = hz / 1000.0;
  return 3.64 * pow(f, -0.8) - 6.5 * exp(-0.6 * (f - 3.3) * (f - 3.3)) +
         0.001 * pow(f, 4.0);
}

static void fill_spread(double spread[BANDS][BANDS])
{
  for (unsigned b = 0U; b < BANDS; ++b) {
    double sum = 0.0;
    for (unsigned j = 0U; j < BANDS; ++j) {
      const double d = (double)b - (double)j + 0.474;
      spread[b][j]   = decibels(15.81 + 7.5 * d - 17.5 * sqrt(1.0 + d * d));
      sum += spread[b][j];
    }
    for (unsigned j = 0U; j < BANDS; ++j) {
      spread[b][j] /= sum;
    }
  }
}

static void model_init(Model* const model, const uint32_t rate_hz)
{
  model->frame = rate_hz / 50U;
  model->size  = 1U;
  while (model->size < model->frame) {
    model->size *= 2U;
  }
  double power = 0.0;
  for (size_t i = 0U; i < model->frame; ++i) {
    model->window[i] =
      0.5 - 0.5 * cos(2.0 * PI * ((double)i + 0.5) / (double)model->frame);
    power += model->window[i] * model->window[i];
  }
  // Then the powers of the lower half add up to the mean square
  for (size_t i = 0U; i < model->frame; ++i) {
    model->window[i] *= sqrt(2.0 / (power * (double)model->size));
  }
  for (size_t k = 0U; k < model->size / 2U; ++k) {
    const double angle = -2.0 * PI * (double)k / (double)model->size;
    model->turns[k]    = cos(angle) + sin(angle) * (double complex)I;
  }
  for (unsigned b = 0U; b < BANDS; ++b) {
    model->quiet[b] = HUGE_VAL;
  }
  for (size_t k = 0U; k < model->size / 2U; ++k) {
    const double hz = (double)k * rate_hz / (double)model->size;
    model->band[k]  = hz >= 20.0 && hz <= 20000.0 ? (int)bark(hz) : -1;
    if (model->band[k] >= 0) {
      double* const quiet = &model->quiet[model->band[k]];
      *quiet = fmin(*quiet, 0.5 * decibels(quiet_at(hz) - FULL_SCALE_SPL));
    }
  }
  fill_spread(model->spread);
}

// `step` is the size of the whole over `n`.
static void transform(const double complex* const turns,
                      const double complex* const in,
                      double complex* const       out,
                      const size_t                n,
                      const size_t                step)
{
  if (n == 1U) {
    *out = *in;
    return;
  }
  transform(turns, in, out, n / 2U, 2U * step);
  transform(turns, in + step, out + n / 2U, n / 2U, 2U * step);
  for (size_t k = 0U; k < n / 2U; ++k) {
    const double complex other = turns[k * step] * out[k + n / 2U];
    out[k + n / 2U]            = out[k] - other;
    out[k] += other;
  }
}

// Error and reference share a transform: real and imaginary part.
static void analyse(const Model* const  model,
                    const double* const reference,
                    const double* const test,
                    Frame* const        music,
                    Frame* const        error)
{
  static double complex in[MAX_SIZE];
  static double complex out[MAX_SIZE];
  memset(in, 0, sizeof(in));
  for (size_t i = 0U; i < model->frame; ++i) {
    in[i] = model->window[i] *
            (reference[i] + (test[i] - reference[i]) * (double complex)I);
  }
  const bool exact = !memcmp(reference, test, model->frame * sizeof(double));
  transform(model->turns, in, out, model->size, 1U);
  memset(music, 0, sizeof(*music));
  memset(error, 0, sizeof(*error));
  for (size_t k = 0U; k < model->size / 2U; ++k) {
    const double complex a = out[k];
    const double complex b = conj(out[(model->size - k) % model->size]);
    const double complex m = 0.5 * (a + b);
    const double complex e = exact ? 0.0 : 0.5 * (a - b);
    music->powers[k]       = creal(m * conj(m));
    error->powers[k]       = creal(e * conj(e));
    if (model->band[k] >= 0) {
      music->bands[model->band[k]] += music->powers[k];
      error->bands[model->band[k]] += error->powers[k];
    }
  }
}

// How tonal a frame is, 0 to 1.
static double tonality(const Model* const model, const Frame* const music)
{
  double logs  = 0.0;
  double sum   = 0.0;
  double count = 0.0;
  for (size_t k = 0U; k < model->size / 2U; ++k) {
    if (model->band[k] >= 0) {
      logs += log(music->powers[k] + 1e-20);
      sum += music->powers[k] + 1e-20;
      count += 1.0;
    }
  }
  const double flatness = 10.0 * log10(exp(logs / count) / (sum / count));
  return fmin(1.0, flatness / -60.0);
}

static void judge(const Model* const model,
                  const Frame* const music,
                  const Frame* const error,
                  double* const      ratios)
{
  const double a = tonality(model, music);
  for (unsigned b = 0U; b < BANDS; ++b) {
    double covered = 0.0;
    for (unsigned j = 0U; j < BANDS; ++j) {
      covered += model->spread[b][j] * music->bands[j];
    }
    const double offset = a * (14.5 + (double)b + 1.0) + (1.0 - a) * 5.5;
    ratios[b] =
      error->bands[b] / fmax(covered * decibels(-offset), model->quiet[b]);
  }
}

static int compare(const void* const a, const void* const b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

static void sum_up(double* const ratios, NmrResult* const out)
{
  double sum = 0.0;
  for (size_t i = 0U; i < out->cells; ++i) {
    sum += ratios[i];
  }
  qsort(ratios, out->cells, sizeof(double), compare);
  out->mean_db = 10.0 * log10(sum / (double)out->cells);
  out->p95_db =
    10.0 * log10(ratios[(size_t)(0.95 * (double)(out->cells - 1U))]);
}

bool nmr_measure(const double* const reference,
                 const double* const test,
                 const size_t        frames,
                 const uint32_t      rate_hz,
                 NmrResult* const    out)
{
  static Model model;
  static Frame music;
  static Frame error;
  model_init(&model, rate_hz);
  if (frames < model.frame || model.frame > MAX_SIZE) {
    return false;
  }
  const size_t  hop    = model.frame / 2U;
  const size_t  count  = (frames - model.frame) / hop + 1U;
  double* const ratios = (double*)calloc(count * BANDS, sizeof(double));
  if (!ratios) {
    return false;
  }
  for (size_t i = 0U; i < count; ++i) {
    analyse(&model, reference + i * hop, test + i * hop, &music, &error);
    judge(&model, &music, &error, ratios + i * BANDS);
  }
  out->cells = count * BANDS;
  sum_up(ratios, out);
  free(ratios);
  return true;
}
