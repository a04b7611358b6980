// SPDX-License-Identifier: MIT
// Every variant of the search writes the same text, with a shift or without,
// and across the wrap of the counter.

#include "jellie/search.h"
#include "lab/signals.h"
#include "unit/jellie_formats.h"

#include <check.h>

#include <stdlib.h>
#include <string.h>

#define BLOCKS 2U

static JellieEncoder fast, plain;
static JellieBlock   block;
static int32_t       samples[JELLIE_MAX_FRAMES];

START_TEST(all_variants_write_the_same_text)
{
  const JellieFormat format = format_number((unsigned)_i);
  char               a[JELLIE_MAX_TEXT], b[JELLIE_MAX_TEXT];
  for (unsigned signal = 0U; signal < SIGNAL_COUNT; ++signal) {
    jellie_encoder_init(&fast);
    jellie_encoder_init(&plain);
    plain.search = jellie_search_plain;
    for (uint32_t n = 0U; n < BLOCKS; ++n) {
      signal_fill((Signal)signal, format.bits, n, samples, format.frames);
      const size_t size =
        jellie_encode(&fast, &format, n, samples, a, sizeof(a));
      ck_assert_uint_eq(
        jellie_encode(&plain, &format, n, samples, b, sizeof(b)),
        size);
      ck_assert_mem_eq(a, b, size);
    }
  }
}

END_TEST

START_TEST(a_shift_leaves_out_low_bits_only)
{
  JellieFormat format = format_number((unsigned)_i);
  char         text[JELLIE_MAX_TEXT];
  jellie_encoder_init(&fast);
  for (unsigned shift = 0U; shift <= JELLIE_MAX_SHIFT; ++shift) {
    format.shift = (uint8_t)shift;
    for (unsigned signal = shift % 3U; signal < SIGNAL_COUNT; signal += 3U) {
      signal_fill((Signal)signal, format.bits, shift, samples, format.frames);
      const size_t size =
        jellie_encode(&fast, &format, UINT32_MAX, samples, text, sizeof(text));
      if (size == 0U) {
        continue; // Noise in the longest blocks
      }
      ck_assert_int_eq(jellie_decode(text, size, &block), JAM_OK);
      ck_assert_uint_eq(block.format.shift, shift);
      ck_assert_uint_eq(block.counter, (1U << JELLIE_COUNTER_BITS) - 1U);
      unsigned wrong = 0U;
      for (unsigned i = 0U; i < format.frames; ++i) {
        const int32_t lost = samples[i] - block.samples[i];
        wrong += lost < 0 || lost >= 1 << shift ||
                 block.samples[i] % (1 << shift) != 0;
      }
      ck_assert_uint_eq(wrong, 0U);
    }
  }
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("jellie paths");
  TCase* const tests = tcase_create("paths");
  tcase_set_timeout(tests, 60.0);
  tcase_add_loop_test(tests, all_variants_write_the_same_text, 0, FORMAT_COUNT);
  tcase_add_loop_test(tests, a_shift_leaves_out_low_bits_only, 0, FORMAT_COUNT);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
