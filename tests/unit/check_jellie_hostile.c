// SPDX-License-Identifier: MIT
// Text from a peer: any layout of a good packet is read, anything else is
// refused or decodes to samples within the depth.

#include "jellie/jellie.h"

#include "base/rand.h"
#include "lab/signals.h"
#include "unit/jellie_formats.h"
#include "wire/wire.h"

#include <check.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUTATIONS 20000U

static char        text[JELLIE_MAX_TEXT];
static int32_t     samples[JELLIE_MAX_FRAMES];
static JellieBlock block;

// Encodes something that fits into any format.
static size_t encode(const JellieFormat* const format)
{
  const Signal signal = format->frames > 256U ? SIGNAL_HISS : SIGNAL_CHORD;
  signal_fill(signal, format->bits, 5U, samples, format->frames);
  for (unsigned i = 0U; signal == SIGNAL_HISS && i < format->frames; ++i) {
    samples[i] /= 4;
  }
  return format_encode(format, 9U, samples, text, sizeof(text));
}

// As ck_assert, which is too slow for what happens a million times.
static void must(const bool truth, const char* const what)
{
  if (!truth) {
    ck_abort_msg("%s", what);
  }
}

// Decodes from a block of exactly the size, so that a sanitizer sees more.
static JamStatus decode_exact(const char* const from, const size_t size)
{
  char* const exact = (char*)malloc(size > 0U ? size : 1U);
  must(exact, "no memory");
  memcpy(exact, from, size);
  const JamStatus peeked = jellie_peek(exact, size, &block);
  const JamStatus status = jellie_decode(exact, size, &block);
  must(status || !peeked, "what decodes can be peeked into");
  free(exact);
  return status;
}

static void assert_within_depth(void)
{
  const int32_t top = (int32_t)(1U << (block.format.bits - 1U));
  must(jellie_format_valid(&block.format), "the format is valid");
  must(block.frames * block.division == block.format.frames, "the length");
  for (unsigned i = 0U; i < block.frames; ++i) {
    must(block.samples[i] >= -top && block.samples[i] < top, "the range");
  }
}

START_TEST(truncated_text_is_refused)
{
  const JellieFormat format   = format_number((unsigned)_i);
  const size_t       size     = encode(&format);
  const size_t       stride   = 1U + size / 150U;
  unsigned           accepted = 0U;
  for (size_t cut = size - 1U; cut >= stride; cut -= stride) {
    accepted += decode_exact(text, cut) != JAM_ERR_FORMAT;
  }
  ck_assert_uint_eq(accepted, 0U);
  ck_assert_int_eq(decode_exact(text, 0U), JAM_ERR_FORMAT);
}

END_TEST

START_TEST(mutated_text_stays_within_bounds)
{
  const JellieFormat format = format_number((unsigned)_i * 5U % FORMAT_COUNT);
  const size_t       size   = encode(&format);
  char               changed[JELLIE_MAX_TEXT];
  JamRand            rand;
  jam_rand_init(&rand, 1U, (uint64_t)_i);
  for (unsigned round = 0U; round < MUTATIONS / FORMAT_COUNT; ++round) {
    memcpy(changed, text, size);
    for (unsigned i = jam_rand_below(&rand, 4U) + 1U; i > 0U; --i) {
      const uint32_t at = jam_rand_below(&rand, (uint32_t)size);
      changed[at]       = (char)(33U + jam_rand_below(&rand, 94U));
    }
    if (!decode_exact(changed, size)) {
      assert_within_depth();
    }
  }
}

END_TEST

// Writes the packet in `text` with each character of its strings escaped and
// white space wherever it may be.
static size_t spread(char* const out, const size_t size)
{
  bool   inside = false;
  size_t length = 0U;
  for (size_t i = 0U; i < size; ++i) {
    if (text[i] == '"') {
      inside = !inside;
    }
    if (inside && text[i] != '"') {
      length +=
        (size_t)sprintf(out + length, "\\u%04x", (unsigned)(uint8_t)text[i]);
    } else {
      length +=
        (size_t)sprintf(out + length, inside ? "\r\n%c" : "%c\t ", text[i]);
    }
  }
  return length;
}

START_TEST(any_json_layout_decodes_alike)
{
  static char        loose[JELLIE_MAX_TEXT * 6U];
  static JellieBlock first;
  const JellieFormat format = format_number((unsigned)_i);
  const size_t       size   = encode(&format);
  ck_assert_int_eq(jellie_decode(text, size, &first), JAM_OK);
  const size_t length = spread(loose, size);
  ck_assert_int_eq(jellie_decode(loose, length, &block), JAM_OK);
  ck_assert_mem_eq(block.samples,
                   first.samples,
                   format.frames * sizeof(int32_t));
  ck_assert_int_eq(jellie_peek(loose, length, &block), JAM_OK);
  ck_assert_uint_eq(block.counter, 9U);
}

END_TEST

START_TEST(extra_members_are_ignored)
{
  static const char* const good[] = {
    "{\"J\":[\"'W$k!!!!\"],\"S\":\"1abc\"}",
    "{\"J\":[\"'W$k!!!!\"],\"S\":\"\"}",
    "{\"J\":[\"'W$k!!!!\"],\"S\":\"\\u0041\"}",
    "{\"J\":[\"'W$k!!!!\"],\"S\":\"\xC3\xA9\"}",
    "{\"J\":[\"'W$k!!!!\"],\"T\":[1,{\"a\":null}]}",
    "{\"x\":1,\"J\":[\"'W$k!!!!\"]}",
    " {\"J\":[\"'W$k!!!!\"]}",
    "{\"J\":[\"'W$k!!!!\"]}\n",
    "{\"J\":[\"'W%.!!!!\",\"\"]}",
    "{\"J\":[\"'W%.!!!!\"]}",
  };
  for (size_t i = 0U; i < sizeof(good) / sizeof(good[0]); ++i) {
    ck_assert_int_eq(decode_exact(good[i], strlen(good[i])), JAM_OK);
    ck_assert_int_eq(block.samples[0], 0);
  }
}

END_TEST

START_TEST(other_json_is_refused)
{
  static const char* const wrong[] = {
    "",
    "{}",
    "[]",
    "null",
    "{\"J\":1}",
    "{\"J\":\"'W$k!!!!\"}",
    "{\"J\":[]}",
    "{\"J\":[\"'W$k!!!!\",1]}",
    "{\"J\":[\"'W$k!!!!\",\"\"]}",
    "{\"J\":[\"'W%.!!!!\",\"\",\"\"]}",
    "{\"J\":[\"'W%.!!!!\",\"\",\"\",\"\",\"\"]}",
    "{\"J\":[\"'W$k!!!\"]}",
    "{\"J\":[\"~~$k!!!!\"]}",
    "{\"j\":[\"'W$k!!!!\",\"\"]}",
    "{\"J\":[\"'W$k!!!!\"]",
    "{\"J\":[\"'W$k!!!!\"]}}",
    "{\"J\":[\"'W$k!!!!\"]},",
    "{\"J\":[\"'W$k!!!!\"],\"S\":\"\n\"}",
    "{\"J\":[\"'W$k!!!!\"],\"S\":\"a\"",
    "{\"J\":[\"'W$k!!!!!\"]}",
    "{\"J\":[\"'W$k!!!!\xC3\xA9\"]}",
    "{\"J\":[\"'W$k!!!!\\u0000\"]}",
  };
  for (size_t i = 0U; i < sizeof(wrong) / sizeof(wrong[0]); ++i) {
    ck_assert_msg(decode_exact(wrong[i], strlen(wrong[i])) == JAM_ERR_FORMAT,
                  "%s",
                  wrong[i]);
  }
}

END_TEST

// A silent one-lane packet with a head of our own making.
static JamStatus decode_head(const unsigned version,
                             const unsigned size,
                             const unsigned mode,
                             const unsigned shift)
{
  char           head[8];
  char           packet[32];
  WireTextWriter writer;
  wire_text_writer_init(&writer, head, sizeof(head));
  wire_text_put(&writer, version, 4U);
  wire_text_put(&writer, 0U, 7U);
  wire_text_put(&writer, 1U, 2U);
  wire_text_put(&writer, 0U, 1U);
  wire_text_put(&writer, size, 4U);
  wire_text_put(&writer, mode, 4U);
  wire_text_put(&writer, shift, 4U);
  wire_text_put(&writer, 0U, 26U);
  ck_assert_uint_eq(wire_text_finish(&writer), 8U);
  const int length =
    snprintf(packet, sizeof(packet), "{\"J\":[\"%.8s\"]}", head);
  return jellie_decode(packet, (size_t)length, &block);
}

START_TEST(heads_of_the_future_are_refused)
{
  for (unsigned value = 0U; value < 16U; ++value) {
    const bool mode = value == 0U || value == 2U; // One lane; a quarter rate
    ck_assert_int_eq(!decode_head(value, 1U, 0U, 0U), value == 1U);
    ck_assert_int_eq(!decode_head(1U, value, 0U, 0U), value < 4U);
    ck_assert_int_eq(!decode_head(1U, 1U, value, 0U), mode);
    ck_assert_int_eq(!decode_head(1U, 1U, 0U, value), value <= 8U);
  }
}

END_TEST

// Decodes a one-lane packet of 32 frames whose string is given as bits.
static JamStatus decode_bits(const unsigned code,
                             const uint32_t bits,
                             const unsigned width,
                             const unsigned times)
{
  char           lane[1024];
  char           packet[JELLIE_MAX_TEXT];
  WireTextWriter writer;
  wire_text_writer_init(&writer, lane, sizeof(lane));
  wire_text_put(&writer, code, 6U);
  if (code != 63U) {
    wire_text_put(&writer, 0U, 9U);
  }
  for (unsigned i = 0U; i < times; ++i) {
    wire_text_put(&writer, bits, width);
  }
  const size_t size   = wire_text_finish(&writer);
  const int    length = snprintf(packet,
                              sizeof(packet),
                              "{\"J\":[\"'V!!!!!!%.*s\"]}",
                              (int)size,
                              lane);
  return jellie_decode(packet, (size_t)length, &block);
}

START_TEST(impossible_lane_strings_are_refused)
{
  // Verbatim: 32 times a sample, no more, no fewer
  ck_assert_int_eq(decode_bits(63U, 0x9234U, 16U, 32U), JAM_OK);
  ck_assert_int_eq(block.samples[31], 0x9234 - 65536);
  ck_assert_int_eq(decode_bits(63U, 0x1234U, 16U, 31U), JAM_ERR_FORMAT);
  ck_assert_int_eq(decode_bits(63U, 0x1234U, 16U, 33U), JAM_ERR_FORMAT);
  // No larger Rice parameter than the depth, with either code of quotients
  ck_assert_int_eq(decode_bits(32U, 0x10000U, 17U, 32U), JAM_OK);
  ck_assert_int_eq(decode_bits(33U, 0x20000U, 18U, 32U), JAM_OK);
  for (unsigned code = 34U; code < 63U; ++code) {
    ck_assert_int_eq(decode_bits(code, 1U, 32U, 32U), JAM_ERR_FORMAT);
  }
  // Residuals that leave the range, upwards and downwards
  ck_assert_int_eq(decode_bits(32U, 0x1FFFEU, 17U, 32U), JAM_ERR_FORMAT);
  ck_assert_int_eq(decode_bits(32U, 0xFFFFFFFFU, 18U, 32U), JAM_ERR_FORMAT);
  // A run of 21 zeros
  ck_assert_int_eq(decode_bits(0U, 0U, 32U, 8U), JAM_ERR_FORMAT);
}

END_TEST

// Decodes a one-lane packet of 32 frames, all zero, with the steps given as
// bits.
static JamStatus
decode_steps(const unsigned code, const uint32_t steps, const unsigned width)
{
  char           lane[1024];
  char           packet[JELLIE_MAX_TEXT];
  WireTextWriter writer;
  wire_text_writer_init(&writer, lane, sizeof(lane));
  wire_text_put(&writer, 62U, 6U);
  wire_text_put(&writer, code, 6U);
  wire_text_put(&writer, 0U, 9U);
  wire_text_put(&writer, 1U, 4U);
  wire_text_put(&writer, steps, width);
  for (unsigned i = 0U; i < 32U; ++i) {
    wire_text_put(&writer, 1U << 16U, 17U);
  }
  const size_t size   = wire_text_finish(&writer);
  const int    length = snprintf(packet,
                              sizeof(packet),
                              "{\"J\":[\"'V!!!!!!%.*s\"]}",
                              (int)size,
                              lane);
  return jellie_decode(packet, (size_t)length, &block);
}

START_TEST(impossible_steps_are_refused)
{
  ck_assert_int_eq(decode_steps(32U, 3U, 2U), JAM_OK); // Two steps of 0
  ck_assert_int_eq(block.samples[31], 0);
  // Refined twice, refined and verbatim, one step of 20 zeros, and of 19: 10
  // steps down are more than there are
  ck_assert_int_eq(decode_steps(62U, 3U, 2U), JAM_ERR_FORMAT);
  ck_assert_int_eq(decode_steps(63U, 3U, 2U), JAM_ERR_FORMAT);
  ck_assert_int_eq(decode_steps(32U, 3U, 22U), JAM_ERR_FORMAT);
  ck_assert_int_eq(decode_steps(32U, 1U, 32U), JAM_ERR_FORMAT);
}

END_TEST

START_TEST(lanes_need_the_first_one)
{
  static const char wrong[] = "{\"J\":[\"'W%.!!!!\",\"#\"]}";
  ck_assert_int_eq(decode_exact(wrong, sizeof(wrong) - 1U), JAM_ERR_FORMAT);
}

END_TEST

START_TEST(an_escape_carries_any_sample)
{
  // 20 zeros, a one, 16 bits, with either code of quotients
  char           packet[JELLIE_MAX_TEXT];
  char           lane[1024];
  WireTextWriter writer;
  wire_text_writer_init(&writer, lane, sizeof(lane));
  wire_text_put(&writer, (unsigned)_i, 6U);
  wire_text_put(&writer, 0U, 9U);
  for (unsigned i = 0U; i < 32U; ++i) {
    wire_text_put(&writer, 1U, 21U);
    wire_text_put(&writer, i % 2U ? 0x7FFFU : 0x8000U, 16U);
  }
  const int size = (int)wire_text_finish(&writer);
  const int length =
    snprintf(packet, sizeof(packet), "{\"J\":[\"'V!!!!!!%.*s\"]}", size, lane);
  ck_assert_int_eq(jellie_decode(packet, (size_t)length, &block), JAM_OK);
  ck_assert_int_eq(block.samples[30], -32768);
  ck_assert_int_eq(block.samples[31], 32767);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("jellie hostile");
  TCase* const tests = tcase_create("hostile");
  tcase_set_timeout(tests, 60.0);
  tcase_add_loop_test(tests, truncated_text_is_refused, 0, FORMAT_COUNT);
  tcase_add_loop_test(tests, mutated_text_stays_within_bounds, 0, FORMAT_COUNT);
  tcase_add_loop_test(tests, any_json_layout_decodes_alike, 0, FORMAT_COUNT);
  tcase_add_test(tests, extra_members_are_ignored);
  tcase_add_test(tests, other_json_is_refused);
  tcase_add_test(tests, heads_of_the_future_are_refused);
  tcase_add_test(tests, impossible_lane_strings_are_refused);
  tcase_add_loop_test(tests, an_escape_carries_any_sample, 0, 2);
  tcase_add_test(tests, impossible_steps_are_refused);
  tcase_add_test(tests, lanes_need_the_first_one);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
