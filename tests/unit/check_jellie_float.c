// SPDX-License-Identifier: MIT
// Floats and integers: exact where it can be, sane where it cannot.

#include "jellie/jellie.h"

#include "base/rand.h"

#include <check.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static int32_t convert(const float sample, const unsigned bits)
{
  int32_t out = 0;
  jellie_from_float(&sample, bits, &out, 1U);
  return out;
}

static bool survives(const int32_t number, const unsigned bits)
{
  float sample = 0.0F;
  jellie_to_float(&number, bits, &sample, 1U);
  return sample >= -1.0F && sample < 1.0F && convert(sample, bits) == number;
}

START_TEST(every_16_bit_integer_survives_float)
{
  unsigned lost = 0U;
  for (int32_t number = -32768; number <= 32767; ++number) {
    lost += !survives(number, 16U);
  }
  ck_assert_uint_eq(lost, 0U);
}

END_TEST

START_TEST(every_24_bit_integer_survives_float)
{
  unsigned lost = 0U;
  for (int32_t number = -8388608; number <= 8388607; ++number) {
    lost += !survives(number, 24U);
  }
  ck_assert_uint_eq(lost, 0U);
}

END_TEST

START_TEST(values_beyond_full_scale_are_clamped)
{
  static const float over[] = {1.0F, 1.5F, 1e30F, (float)INFINITY};
  for (unsigned bits = 16U; bits <= 24U; bits += 8U) {
    const int32_t top = (int32_t)(1U << (bits - 1U)) - 1;
    for (size_t i = 0U; i < sizeof(over) / sizeof(over[0]); ++i) {
      ck_assert_int_eq(convert(over[i], bits), top);
      ck_assert_int_eq(convert(-over[i], bits), -top - 1);
    }
    ck_assert_int_eq(convert(nextafterf(1.0F, 0.0F), bits), top);
  }
}

END_TEST

START_TEST(what_is_not_a_number_is_silence)
{
  ck_assert_int_eq(convert((float)NAN, 16U), 0);
  ck_assert_int_eq(convert(-(float)NAN, 24U), 0);
}

END_TEST

START_TEST(rounding_goes_to_the_nearest_integer)
{
  static const float   steps[]   = {0.49F, 0.51F, 1.49F, -0.49F, -0.51F, -7.6F};
  static const int32_t nearest[] = {0, 1, 1, 0, -1, -8};
  for (size_t i = 0U; i < sizeof(steps) / sizeof(steps[0]); ++i) {
    ck_assert_int_eq(convert(steps[i] / 32768.0F, 16U), nearest[i]);
    ck_assert_int_eq(convert(steps[i] / 8388608.0F, 24U), nearest[i]);
  }
  JamRand rand;
  jam_rand_init(&rand, 1U, 1U);
  for (unsigned i = 0U; i < 10000U; ++i) {
    const float  sample = (float)(1.98 * jam_rand_unit(&rand) - 0.99);
    const double error  = convert(sample, 16U) - (double)sample * 32768.0;
    ck_assert(fabs(error) <= 0.5);
  }
}

END_TEST

START_TEST(tiny_values_are_zero)
{
  ck_assert_int_eq(convert(1e-40F, 24U), 0);
  ck_assert_int_eq(convert(-0.0F, 24U), 0);
  ck_assert_int_eq(convert(-1e-20F, 16U), 0);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("jellie float");
  TCase* const tests = tcase_create("float");
  tcase_set_timeout(tests, 60.0);
  tcase_add_test(tests, every_16_bit_integer_survives_float);
  tcase_add_test(tests, every_24_bit_integer_survives_float);
  tcase_add_test(tests, values_beyond_full_scale_are_clamped);
  tcase_add_test(tests, what_is_not_a_number_is_silence);
  tcase_add_test(tests, rounding_goes_to_the_nearest_integer);
  tcase_add_test(tests, tiny_values_are_zero);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
