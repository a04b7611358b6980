// SPDX-License-Identifier: MIT
// The noise-to-mask ratio, on sounds for which it can be worked out by hand.

#include "lab/nmr.h"

#include "base/rand.h"

#include <check.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE 48000U
#define LENGTH 96000U
#define BANDS 25.0
#define PI 3.14159265358979323846

static double reference[LENGTH];
static double noise[LENGTH];
static double test[LENGTH];

// Tones of random phase every 2 Hz: noise of a band, with a power in dB.
static void
fill(double* const out, const double from_hz, const double to_hz, double db)
{
  JamRand      rand;
  const double count  = (to_hz - from_hz) / 2.0;
  const double height = sqrt(2.0 * pow(10.0, 0.1 * db) / count);
  jam_rand_init(&rand, (uint64_t)from_hz, 1U);
  memset(out, 0, LENGTH * sizeof(double));
  for (double hz = from_hz; hz < to_hz; hz += 2.0) {
    const double phase = 2.0 * PI * jam_rand_unit(&rand);
    for (size_t i = 0U; i < LENGTH; ++i) {
      out[i] += height * sin(phase + 2.0 * PI * hz * (double)i / RATE);
    }
  }
}

static void fill_white(double* const out, const uint64_t seed, const double db)
{
  JamRand rand;
  jam_rand_init(&rand, seed, 2U);
  for (size_t i = 0U; i < LENGTH; ++i) {
    out[i] = sqrt(pow(10.0, 0.1 * db)) * jam_rand_normal(&rand);
  }
}

static NmrResult measure(void)
{
  NmrResult result = {0.0, 0.0, 0U};
  for (size_t i = 0U; i < LENGTH; ++i) {
    test[i] = reference[i] + noise[i];
  }
  ck_assert(nmr_measure(reference, test, LENGTH, RATE, &result));
  ck_assert_uint_eq(result.cells, (LENGTH - 960U) / 480U * 25U + 25U);
  return result;
}

START_TEST(no_error_is_no_ratio)
{
  fill_white(reference, 1U, -20.0);
  memset(noise, 0, sizeof(noise));
  const NmrResult result = measure();
  ck_assert(isinf(result.mean_db) && result.mean_db < 0.0);
  ck_assert(isinf(result.p95_db) && result.p95_db < 0.0);
}

END_TEST

// Band 18, about 4400 to 5300 Hz. What it masks in itself is 14.5 + 19 dB below
// it, as the spectrum is not flat at all, and lower by the share of its spread
// that stays.
START_TEST(noise_in_the_band_of_its_masker_is_as_worked_out)
{
  double spread = 0.0;
  for (int d = -6; d <= 18; ++d) {
    const double x = d + 0.474;
    spread += pow(10.0, 0.1 * (15.81 + 7.5 * x - 17.5 * sqrt(1.0 + x * x)));
  }
  fill(reference, 4700.0, 5000.0, -20.0);
  for (int level = -20; level <= 20; level += 20) {
    fill(noise, 4701.0, 5001.0, -20.0 + level);
    // The error is in one band of 25
    const double expected =
      level + 33.5 + 10.0 * log10(spread) - 10.0 * log10(BANDS);
    // A mean of ratios of noises is a little above the ratio of their means
    ck_assert_double_eq_tol(measure().mean_db, expected + 0.7, 0.7);
  }
}

END_TEST

START_TEST(white_noise_hides_a_fainter_one_as_noise_does)
{
  fill_white(reference, 1U, -20.0);
  fill_white(noise, 2U, -40.0);
  const NmrResult result = measure();
  ck_assert_double_ge(result.mean_db, -15.5);
  ck_assert_double_le(result.mean_db, -11.0);
  ck_assert_double_ge(result.p95_db, result.mean_db);
  ck_assert_double_le(result.p95_db, result.mean_db + 5.0);
}

END_TEST

START_TEST(masking_reaches_upwards_more_than_downwards)
{
  fill(reference, 4700.0, 5000.0, -20.0);
  fill(noise, 6800.0, 7100.0, -60.0); // Two bands higher
  const double higher = measure().mean_db;
  fill(noise, 3300.0, 3600.0, -60.0); // Two bands lower
  const double lower = measure().mean_db;
  ck_assert_double_gt(lower, higher + 8.0);
}

END_TEST

START_TEST(what_nobody_hears_does_not_count)
{
  memset(reference, 0, sizeof(reference));
  fill_white(noise, 2U, -120.0);
  ck_assert_double_lt(measure().mean_db, 0.0);
  fill_white(noise, 2U, -70.0);
  ck_assert_double_gt(measure().mean_db, 10.0);
}

END_TEST

START_TEST(the_95th_percentile_ignores_a_short_fault)
{
  fill_white(reference, 1U, -20.0);
  fill_white(noise, 2U, -10.0);
  memset(noise + LENGTH / 50U, 0, (LENGTH - LENGTH / 50U) * sizeof(double));
  const NmrResult few = measure();
  ck_assert_double_gt(few.mean_db, -5.0);
  ck_assert(isinf(few.p95_db));
  fill_white(noise, 2U, -10.0);
  memset(noise + LENGTH / 8U, 0, (LENGTH - LENGTH / 8U) * sizeof(double));
  ck_assert_double_gt(measure().p95_db, 5.0);
}

END_TEST

START_TEST(too_little_is_refused)
{
  NmrResult result;
  ck_assert(!nmr_measure(reference, reference, 959U, RATE, &result));
  ck_assert(nmr_measure(reference, reference, 960U, RATE, &result));
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("lab nmr");
  TCase* const tests = tcase_create("nmr");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, no_error_is_no_ratio);
  tcase_add_test(tests, noise_in_the_band_of_its_masker_is_as_worked_out);
  tcase_add_test(tests, white_noise_hides_a_fainter_one_as_noise_does);
  tcase_add_test(tests, masking_reaches_upwards_more_than_downwards);
  tcase_add_test(tests, what_nobody_hears_does_not_count);
  tcase_add_test(tests, the_95th_percentile_ignores_a_short_fault);
  tcase_add_test(tests, too_little_is_refused);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
