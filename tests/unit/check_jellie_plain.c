// SPDX-License-Identifier: MIT
// The plain profile, and that both profiles say the same.

#include "jellie/jellie.h"
#include "lab/signals.h"
#include "unit/jellie_formats.h"

#include <check.h>

#include <stdlib.h>
#include <string.h>

static int32_t     samples[JELLIE_MAX_FRAMES];
static char        plain[16384];
static char        token[JELLIE_MAX_TEXT];
static char        again[JELLIE_MAX_TEXT];
static JellieBlock block;

START_TEST(both_profiles_convert_into_each_other)
{
  const JellieFormat format = format_number((unsigned)_i);
  for (unsigned signal = 0U; signal < SIGNAL_COUNT; ++signal) {
    signal_fill((Signal)signal, format.bits, 2U, samples, format.frames);
    const size_t size =
      jellie_encode_plain(&format, 77U, samples, plain, sizeof(plain));
    ck_assert_uint_gt(size, 0U);
    ck_assert_int_eq(jellie_decode_plain(plain, size, &block), JAM_OK);
    ck_assert_mem_eq(block.samples, samples, format.frames * sizeof(int32_t));
    ck_assert_uint_eq(block.counter, 77U);
    ck_assert_uint_eq(block.format.stream, format.stream);

    const size_t one =
      format_encode(&format, 77U, samples, token, sizeof(token));
    const size_t two = format_encode(&block.format,
                                     block.counter,
                                     block.samples,
                                     again,
                                     sizeof(again));
    ck_assert_uint_eq(one, two);
    ck_assert_mem_eq(token, again, one);
  }
}

END_TEST

START_TEST(lane_m_holds_every_fourth_sample_from_m)
{
  const JellieFormat format = {48000U, 32U, 16U, 4U, 7U, 0U};
  for (int32_t i = 0; i < 32; ++i) {
    samples[i] = i - 5;
  }
  const size_t size =
    jellie_encode_plain(&format, 123456U, samples, plain, sizeof(plain));
  plain[size] = '\0';
  ck_assert_str_eq(plain,
                   "{\"jdat\":1,\"stream\":7,\"seq\":123456,\"rate\":48000,"
                   "\"bits\":16,\"frames\":32,\"lanes\":["
                   "[-5,-1,3,7,11,15,19,23],[-4,0,4,8,12,16,20,24],"
                   "[-3,1,5,9,13,17,21,25],[-2,2,6,10,14,18,22,26]]}");
}

END_TEST

#define HEAD "{\"jdat\":1,\"stream\":7,\"seq\":1,\"rate\":48000,\"bits\":16,"
#define LANE "[1,2,3,4,5,6,7,8]"
#define LANES "\"lanes\":[" LANE "," LANE "," LANE "," LANE "]}"

START_TEST(any_order_and_extra_members_are_accepted)
{
  static const char text[] =
    " { \"lanes\" : [" LANE "," LANE ",\n" LANE "," LANE "], \"note\":[{}],"
    "\"frames\":32.0,\"bits\":16,\"rate\":48e3,\"seq\":67108863,"
    "\"stream\":0,\"jdat\":1 } ";
  ck_assert_int_eq(jellie_decode_plain(text, sizeof(text) - 1U, &block),
                   JAM_OK);
  ck_assert_uint_eq(block.counter, 67108863U);
  ck_assert_int_eq(block.samples[31], 8);
}

END_TEST

START_TEST(wrong_plain_packets_are_refused)
{
  static const char* const wrong[] = {
    "",
    "[]",
    "{}",
    "null",
    HEAD "\"frames\":32}",
    HEAD "\"frames\":32,\"lanes\":4}",
    HEAD "\"frames\":32,\"lanes\":[]}",
    HEAD "\"frames\":32,\"lanes\":[" LANE "]}",
    HEAD "\"frames\":32,\"lanes\":[" LANE "," LANE "]}",
    HEAD "\"frames\":32,\"lanes\":[" LANE "," LANE "," LANE "]}",
    HEAD "\"frames\":32,\"lanes\":[1,2,3,4]}",
    HEAD "\"frames\":32,\"lanes\":{\"a\":1,\"b\":2,\"c\":3,\"d\":4}}",
    HEAD "\"frames\":32,\"lanes\":[" LANE "," LANE "," LANE ",[1,2]]}",
    HEAD "\"frames\":32,\"lanes\":[" LANE "," LANE "," LANE
         ",[1,2,3,4,5,6,7,8,9]]}",
    HEAD "\"frames\":32,\"lanes\":[" LANE "," LANE "," LANE
         ",[1,2,3,4,5,6,7,32768]]}",
    HEAD "\"frames\":32,\"lanes\":[" LANE "," LANE "," LANE
         ",[1,2,3,4,5,6,7,-32769]]}",
    HEAD "\"frames\":32,\"lanes\":[" LANE "," LANE "," LANE
         ",[1,2,3,4,5,6,7,0.5]]}",
    HEAD "\"frames\":32,\"lanes\":[" LANE "," LANE "," LANE
         ",[1,2,3,4,5,6,7,\"8\"]]}",
    HEAD "\"frames\":33," LANES,
    HEAD "\"frames\":64," LANES,
    HEAD "\"frames\":-32," LANES,
    HEAD "\"frames\":32," LANES "x",
    "{\"jdat\":2,\"stream\":7,\"seq\":1,\"rate\":48000,\"bits\":16,"
    "\"frames\":32," LANES,
    "{\"jdat\":1,\"stream\":128,\"seq\":1,\"rate\":48000,\"bits\":16,"
    "\"frames\":32," LANES,
    "{\"jdat\":1,\"stream\":7,\"seq\":67108864,\"rate\":48000,\"bits\":16,"
    "\"frames\":32," LANES,
    "{\"jdat\":1,\"stream\":7,\"seq\":1,\"rate\":32000,\"bits\":16,"
    "\"frames\":32," LANES,
    "{\"jdat\":1,\"stream\":7,\"seq\":1,\"rate\":48000,\"bits\":20,"
    "\"frames\":32," LANES,
  };
  const char* const text = wrong[_i];
  ck_assert_int_eq(jellie_decode_plain(text, strlen(text), &block),
                   JAM_ERR_FORMAT);
}

END_TEST

#define WRONG 27

START_TEST(truncated_plain_packets_are_refused)
{
  static const char text[] = HEAD "\"frames\":32," LANES;
  for (size_t size = 0U; size < sizeof(text) - 1U; ++size) {
    ck_assert_int_eq(jellie_decode_plain(text, size, &block), JAM_ERR_FORMAT);
  }
  ck_assert_int_eq(jellie_decode_plain(text, sizeof(text) - 1U, &block),
                   JAM_OK);
}

END_TEST

START_TEST(less_room_than_the_numbers_need_is_refused)
{
  const JellieFormat format = format_number(1U);
  signal_fill(SIGNAL_NOISE, 16U, 1U, samples, format.frames);
  const size_t size =
    jellie_encode_plain(&format, 0U, samples, plain, sizeof(plain));
  for (size_t room = 0U; room < size; ++room) {
    ck_assert_uint_eq(jellie_encode_plain(&format, 0U, samples, plain, room),
                      0U);
  }
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("jellie plain");
  TCase* const tests = tcase_create("plain");
  tcase_add_loop_test(tests,
                      both_profiles_convert_into_each_other,
                      0,
                      FORMAT_COUNT);
  tcase_add_test(tests, lane_m_holds_every_fourth_sample_from_m);
  tcase_add_test(tests, any_order_and_extra_members_are_accepted);
  tcase_add_loop_test(tests, wrong_plain_packets_are_refused, 0, WRONG);
  tcase_add_test(tests, truncated_plain_packets_are_refused);
  tcase_add_test(tests, less_room_than_the_numbers_need_is_refused);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
