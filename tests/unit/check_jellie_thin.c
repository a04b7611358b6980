// SPDX-License-Identifier: MIT
// Deleting lanes from the text gives the encoder's own signal at a lower rate.

#include "jellie/lift.h"
#include "jellie/jellie.h"
#include "lab/signals.h"
#include "unit/jellie_formats.h"

#include <check.h>

#include <stdlib.h>
#include <string.h>

static char        text[JELLIE_MAX_TEXT + 64U];
static int32_t     samples[JELLIE_MAX_FRAMES];
static JellieBlock block;

static size_t encode(const JellieFormat* const format, const Signal signal)
{
  signal_fill(signal, format->bits, 5U, samples, format->frames);
  return format_encode(format, 9U, samples, text, JELLIE_MAX_TEXT);
}

// What the encoder makes of the samples before it drops lanes.
static void assert_low_rate(const JellieFormat* const format,
                            const unsigned            division)
{
  static int32_t lifted[JELLIE_MAX_FRAMES];
  const int32_t  top = (int32_t)(1U << (format->bits - 1U)) - 1;
  memcpy(lifted, samples, format->frames * sizeof(lifted[0]));
  jellie_lift(lifted, format->frames);
  jellie_unlift(lifted, format->frames, division);
  for (unsigned i = 0U; i < block.frames; ++i) {
    const int32_t value = lifted[i * division];
    ck_assert_int_eq(block.samples[i],
                     value > top        ? top
                     : value < -top - 1 ? -top - 1
                                        : value);
  }
}

static void assert_decimated(const size_t              size,
                             const JellieFormat* const format,
                             const unsigned            division)
{
  ck_assert_int_eq(jellie_decode(text, size, &block), JAM_OK);
  ck_assert_uint_eq(block.division, division);
  ck_assert_uint_eq(block.frames, format->frames / division);
  ck_assert_uint_eq(block.format.frames, format->frames);
  ck_assert_uint_eq(block.format.rate_hz, format->rate_hz);
  ck_assert_uint_eq(block.counter, 9U);
  assert_low_rate(format, division);
}

START_TEST(thinned_text_decodes_to_the_lower_rate)
{
  JellieFormat format = format_number((unsigned)_i);
  format.lanes        = 4U;
  for (unsigned signal = 0U; signal < SIGNAL_COUNT; ++signal) {
    size_t size = encode(&format, (Signal)signal);
    if (size == 0U) {
      continue; // Noise in the longest blocks
    }
    const size_t half = jellie_thin(text, size, 2U);
    ck_assert_uint_le(half, size);
    assert_decimated(half, &format, 2U);
    const size_t quarter = jellie_thin(text, half, 1U);
    ck_assert_uint_le(quarter, half);
    assert_decimated(quarter, &format, 4U);

    size = encode(&format, (Signal)signal);
    ck_assert_uint_eq(jellie_thin(text, size, 1U), quarter);
    assert_decimated(quarter, &format, 4U);
  }
}

END_TEST

// Packets end somewhere, and nothing of that may be heard: slow sound passes
// as if it had been decimated, up to what the last bit rounds.
START_TEST(slow_sound_passes_unchanged)
{
  const JellieFormat format = {192000U, 256U, 24U, 4U, 0U, 0U};
  for (unsigned i = 0U; i < 256U; ++i) {
    const int32_t at = (int32_t)i - 128;
    samples[i]       = 3 * at * at * at / 16 - 40 * at * at + 900 * at;
  }
  const size_t size =
    format_encode(&format, 9U, samples, text, JELLIE_MAX_TEXT);
  ck_assert_int_eq(jellie_decode(text, jellie_thin(text, size, 1U), &block),
                   JAM_OK);
  for (unsigned i = 0U; i < 64U; ++i) {
    ck_assert_int_le(abs(block.samples[i] - samples[4U * i]), 300);
  }
}

END_TEST

START_TEST(a_spare_lane_stays_when_text_is_thinned)
{
  static const char  spare[] = ",\"S\":\"1abc\"}";
  const JellieFormat format  = format_number(1U);
  size_t             size    = encode(&format, SIGNAL_CHORD) - 1U;
  memcpy(text + size, spare, sizeof(spare));
  size += sizeof(spare) - 1U;
  const size_t half = jellie_thin(text, size, 2U);
  ck_assert_uint_gt(half, 0U);
  ck_assert_mem_eq(text + half - 12U, spare, 12U);
  assert_decimated(half, &format, 2U);
}

END_TEST

START_TEST(thinning_to_what_is_there_changes_nothing)
{
  const JellieFormat format = format_number(1U);
  const size_t       size   = encode(&format, SIGNAL_CHORD);
  const size_t       half   = jellie_thin(text, size, 2U);
  ck_assert_uint_eq(jellie_thin(text, half, 2U), half);
  assert_decimated(half, &format, 2U);
}

END_TEST

START_TEST(what_cannot_be_thinned_is_refused)
{
  JellieFormat format  = format_number(1U);
  size_t       size    = encode(&format, SIGNAL_CHORD);
  const size_t quarter = jellie_thin(text, size, 1U);
  ck_assert_uint_eq(jellie_thin(text, quarter, 2U), 0U);

  size = encode(&format, SIGNAL_CHORD);
  ck_assert_uint_eq(jellie_thin(text, size, 0U), 0U);
  ck_assert_uint_eq(jellie_thin(text, size, 3U), 0U);
  ck_assert_uint_eq(jellie_thin(text, size, 4U), 0U);
  ck_assert_uint_eq(jellie_thin(text, 0U, 1U), 0U);
  for (size_t cut = 1U; cut < size; ++cut) {
    ck_assert_uint_eq(jellie_thin(text, cut, 2U), 0U);
  }
  format.lanes = 1U;
  size         = encode(&format, SIGNAL_CHORD);
  ck_assert_uint_eq(jellie_thin(text, size, 1U), 0U);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("jellie thin");
  TCase* const tests = tcase_create("thin");
  tcase_add_loop_test(tests, thinned_text_decodes_to_the_lower_rate, 0, 32);
  tcase_add_test(tests, slow_sound_passes_unchanged);
  tcase_add_test(tests, a_spare_lane_stays_when_text_is_thinned);
  tcase_add_test(tests, thinning_to_what_is_there_changes_nothing);
  tcase_add_test(tests, what_cannot_be_thinned_is_refused);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
