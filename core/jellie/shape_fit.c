// SPDX-License-Identifier: MIT
// The filter that hides the error: spectrum, bands, what they cover, filter.

#include "jellie/shape.h"

#include <math.h>
#include <string.h>

#define WINDOW JELLIE_SHAPE_WINDOW
#define HALF (WINDOW / 2U)
#define POLES JELLIE_SHAPE_POLES
#define ZEROS JELLIE_SHAPE_ZEROS
#define BANDS JELLIE_SHAPE_BANDS
#define PI 3.14159265358979323846

#define FALL 256U           // Samples over which the window falls
#define FULL_SCALE_SPL 96.0 // dB of a sine
#define QUIET_CAP_SPL 35.0
#define MAX_GAIN 1e4     // Of the power of the error, by shaping
#define WHITENING 1.0001 // Keeps Levinson's recursion well-conditioned

static double bark(const double hz)
{
  const double ratio = hz / 7500.0;
  return 13.0 * atan(0.00076 * hz) + 3.5 * atan(ratio * ratio);
}

// Schroeder, Atal and Hall: dB at `distance` Bark above the masker.
static double spreading(const double distance)
{
  const double d = distance + 0.474;
  return 15.81 + 7.5 * d - 17.5 * sqrt(1.0 + d * d);
}

// Terhardt: dB SPL.
static double threshold_in_quiet(const double hz)
{
  const double khz = (hz > 20.0 ? hz : 20.0) / 1000.0;
  const double ear = khz - 3.3;
  return 3.64 * pow(khz, -0.8) - 6.5 * exp(-0.6 * ear * ear) +
         1e-3 * khz * khz * khz * khz;
}

// Returns how much of band `band` is at a place on the Bark scale: neighbouring
// bands go over into each other.
static double hat(const JellieShapeTables* const tables,
                  const double* const            centres,
                  const unsigned                 band,
                  const double                   z)
{
  const unsigned last = tables->bands - 1U;
  if (z < centres[band]) {
    const double below = band > 0U ? centres[band - 1U] : z - 1.0;
    return band > 0U ? fmax(0.0, (z - below) / (centres[band] - below)) : 1.0;
  }
  const double above = band < last ? centres[band + 1U] : z + 1.0;
  return band < last ? fmax(0.0, (above - z) / (above - centres[band])) : 1.0;
}

static void fill_edges(JellieShapeTables* const out,
                       const double             bin_hz,
                       double* const            centres)
{
  out->bands       = 0U;
  unsigned present = BANDS;
  for (unsigned bin = 1U; bin < HALF; ++bin) {
    const unsigned band = (unsigned)bark(bin_hz * bin);
    if (band != present) {
      out->edges[out->bands++] = (uint16_t)bin;
      present                  = band;
    }
  }
  out->edges[out->bands] = HALF;
  for (unsigned b = 0U; b < out->bands; ++b) {
    centres[b] =
      bark(bin_hz * 0.5 * (double)(out->edges[b] + out->edges[b + 1U] - 1));
  }
}

// The spreading, lowered by the distance that noise must keep from music.
static void fill_spread(JellieShapeTables* const out,
                        const double* const      centres)
{
  for (unsigned to = 0U; to < out->bands; ++to) {
    double sum = 0.0;
    for (unsigned from = 0U; from < out->bands; ++from) {
      sum += pow(10.0, 0.1 * spreading(centres[to] - centres[from]));
    }
    const double offset = 10.0 + 0.5 * (double)(to + 1U);
    for (unsigned from = 0U; from < out->bands; ++from) {
      out->spread[to][from] =
        (float)(pow(10.0,
                    0.1 * (spreading(centres[to] - centres[from]) - offset)) /
                sum);
    }
  }
}

static void fill_band(JellieShapeTables* const out,
                      const double* const      centres,
                      const unsigned           band,
                      const double             bin_hz)
{
  const double width  = (double)(out->edges[band + 1U] - out->edges[band]);
  double       lowest = QUIET_CAP_SPL;
  for (unsigned bin = out->edges[band]; bin < out->edges[band + 1U]; ++bin) {
    lowest = fmin(lowest, threshold_in_quiet(bin_hz * bin));
  }
  out->quiet[band] = (float)(0.5 * pow(10.0, 0.1 * (lowest - FULL_SCALE_SPL)));
  // Power over width is density; times the root of width, as the header says
  out->weight[band]        = (float)(1.0 / sqrt(width));
  double waves[POLES + 1U] = {0.0};
  for (unsigned bin = 0U; bin <= HALF; ++bin) {
    const double part = hat(out, centres, band, bark(bin_hz * bin));
    for (unsigned k = 0U; k <= POLES && part > 0.0; ++k) {
      waves[k] += part * cos(2.0 * PI * (double)((k * bin) % WINDOW) / WINDOW);
    }
  }
  const double centre =
    0.5 * (double)(out->edges[band] + out->edges[band + 1U] - 1);
  for (unsigned k = 0U; k <= POLES; ++k) {
    out->waves[band][k]   = (float)waves[k];
    out->cosines[band][k] = (float)cos(2.0 * PI * k * centre / WINDOW);
  }
}

void jellie_shape_tables(JellieShapeTables* const out, const uint32_t rate_hz)
{
  const double bin_hz = (double)rate_hz / WINDOW;
  double       centres[BANDS];
  memset(out, 0, sizeof(*out));
  double power = 0.0;
  for (unsigned i = 0U; i < WINDOW; ++i) {
    const double part = i < WINDOW - FALL ? ((double)i + 0.5) / (WINDOW - FALL)
                                          : ((double)(WINDOW - i) - 0.5) / FALL;
    out->window[i]    = (float)(0.5 - 0.5 * cos(PI * part));
    power += (double)out->window[i] * (double)out->window[i];
  }
  // So that the squares of half the bins add up to the mean square
  const double scale = sqrt(2.0 / (WINDOW * power));
  for (unsigned i = 0U; i < WINDOW; ++i) {
    out->window[i] *= (float)scale;
  }
  for (unsigned k = 0U; k < HALF; ++k) {
    out->turns[2U * k]      = (float)cos(2.0 * PI * k / WINDOW);
    out->turns[2U * k + 1U] = (float)sin(2.0 * PI * k / WINDOW);
  }
  fill_edges(out, bin_hz, centres);
  fill_spread(out, centres);
  for (unsigned band = 0U; band < out->bands; ++band) {
    fill_band(out, centres, band, bin_hz);
  }
}

// Places pairs in the order in which bits of their number are reversed.
static void reverse(float* const pairs)
{
  for (unsigned i = 1U, j = 0U; i < HALF; ++i) {
    unsigned bit = HALF / 2U;
    for (; j & bit; bit /= 2U) {
      j ^= bit;
    }
    j ^= bit;
    if (i < j) {
      for (unsigned part = 0U; part < 2U; ++part) {
        const float swap     = pairs[2U * i + part];
        pairs[2U * i + part] = pairs[2U * j + part];
        pairs[2U * j + part] = swap;
      }
    }
  }
}

// Fourier transform of HALF complex numbers in place.
static void transform(float* const pairs, const float* const turns)
{
  reverse(pairs);
  for (unsigned size = 1U; size < HALF; size *= 2U) {
    const unsigned step = WINDOW / (2U * size);
    for (unsigned start = 0U; start < HALF; start += 2U * size) {
      float* a = pairs + (size_t)2U * start;
      float* b = a + (size_t)2U * size;
      for (unsigned k = 0U; k < size; ++k, a += 2, b += 2) {
        const float c    = turns[2U * k * step];
        const float s    = turns[2U * k * step + 1U];
        const float real = b[0] * c + b[1] * s;
        const float imag = b[1] * c - b[0] * s;
        b[0]             = a[0] - real;
        b[1]             = a[1] - imag;
        a[0] += real;
        a[1] += imag;
      }
    }
  }
}

// Power of bin k, 0 < k < HALF, of real samples transformed as pairs.
static float
power_at(const float* const pairs, const float* const turns, const unsigned k)
{
  const float* const z         = pairs + (size_t)2U * k;
  const float* const other     = pairs + (size_t)2U * (HALF - k);
  const float        c         = turns[2U * k];
  const float        s         = turns[2U * k + 1U];
  const float        even_real = z[0] + other[0];
  const float        even_imag = z[1] - other[1];
  const float        odd_real  = z[1] + other[1];
  const float        odd_imag  = other[0] - z[0];
  const float        real      = even_real + odd_real * c + odd_imag * s;
  const float        imag      = even_imag + odd_imag * c - odd_real * s;
  return 0.25F * (real * real + imag * imag);
}

// Levinson's recursion, ended early where the error would grow too much.
static void
predict(const double* const wave, const unsigned order, double* const taps)
{
  double left = wave[0] * WHITENING;
  memset(taps, 0, order * sizeof(double));
  for (unsigned m = 0U; m < order; ++m) {
    double sum = wave[m + 1U];
    for (unsigned i = 0U; i < m; ++i) {
      sum -= taps[i] * wave[m - i];
    }
    const double r    = sum / left;
    const double rest = left * (1.0 - r * r);
    if (!(rest * MAX_GAIN > wave[0])) {
      return;
    }
    for (unsigned i = 0U; i < m / 2U; ++i) {
      const double low  = taps[i];
      const double high = taps[m - 1U - i];
      taps[i]           = low - r * high;
      taps[m - 1U - i]  = high - r * low;
    }
    if (m % 2U == 1U) {
      taps[m / 2U] *= 1.0 - r;
    }
    taps[m] = r;
    left    = rest;
  }
}

// Fits a filter to the densities of the bands.
static void fit_poles(const JellieShapeTables* const tables,
                      const double* const            densities,
                      const unsigned                 order,
                      double* const                  taps)
{
  double wave[POLES + 1U] = {0.0};
  for (unsigned band = 0U; band < tables->bands; ++band) {
    for (unsigned k = 0U; k <= order; ++k) {
      wave[k] += densities[band] * (double)tables->waves[band][k];
    }
  }
  predict(wave, order, taps);
}

// Turns densities into what a filter leaves of them, upside down.
static void invert(const JellieShapeTables* const tables,
                   const double                   taps[POLES],
                   double* const                  densities)
{
  // |A|^2 is the transform of the autocorrelation of its coefficients
  double products[POLES + 1U];
  for (unsigned lag = 0U; lag <= POLES; ++lag) {
    double sum = lag > 0U ? -taps[lag - 1U] : 1.0;
    for (unsigned i = 0U; i + lag < POLES; ++i) {
      sum += taps[i] * taps[i + lag];
    }
    products[lag] = lag > 0U ? 2.0 * sum : sum;
  }
  for (unsigned band = 0U; band < tables->bands; ++band) {
    double gain = 0.0;
    for (unsigned k = 0U; k <= POLES; ++k) {
      gain += products[k] * (double)tables->cosines[band][k];
    }
    densities[band] = 1.0 / (densities[band] * (gain > 1e-9 ? gain : 1e-9));
  }
}

bool jellie_shape_fit(const JellieShapeTables* const tables,
                      const float                    past[WINDOW],
                      JellieShapeFilter* const       filter)
{
  float pairs[WINDOW];
  for (unsigned i = 0U; i < WINDOW; ++i) {
    pairs[i] = past[i] * tables->window[i];
  }
  transform(pairs, tables->turns);

  float powers[BANDS] = {0.0F};
  float total         = 0.0F;
  for (unsigned band = 0U; band < tables->bands; ++band) {
    for (unsigned k = tables->edges[band]; k < tables->edges[band + 1U]; ++k) {
      powers[band] += power_at(pairs, tables->turns, k);
    }
    total += powers[band];
  }
  if (!(total > 0.0F)) {
    return false;
  }
  double densities[BANDS];
  for (unsigned band = 0U; band < tables->bands; ++band) {
    float covered = 0.0F;
    for (unsigned from = 0U; from < tables->bands; ++from) {
      covered += tables->spread[band][from] * powers[from];
    }
    covered = covered > tables->quiet[band] ? covered : tables->quiet[band];
    densities[band] = (double)(covered * tables->weight[band]);
  }
  fit_poles(tables, densities, POLES, filter->poles);
  invert(tables, filter->poles, densities);
  fit_poles(tables, densities, ZEROS, filter->zeros);
  return true;
}
