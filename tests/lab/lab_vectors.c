// SPDX-License-Identifier: MIT
// jamnet-lab vectors: packets and the samples they stand for, a JSON line each,
// for whoever writes a decoder. tests/vectors/jdat.jsonl is its output.

#include "lab.h"
#include "signals.h"

#include "jellie/packet.h"
#include "jellie/predict.h"
#include "wire/wire.h"

#include <stdio.h>
#include <string.h>

#define SEED 11U
#define LAST_COUNTER ((1U << JELLIE_COUNTER_BITS) - 1U)

static bool print_vector(const char* const text, const size_t size)
{
  static JellieBlock block;
  if (jellie_decode(text, size, &block)) {
    return false;
  }
  printf(",\"stream\":%u,\"seq\":%u,\"rate\":%u,\"bits\":%u,\"frames\":%u",
         (unsigned)block.format.stream,
         (unsigned)block.counter,
         (unsigned)block.format.rate_hz,
         (unsigned)block.format.bits,
         (unsigned)block.format.frames);
  printf(",\"shift\":%u,\"lanes\":%u,\"division\":%u,\"samples\":[",
         (unsigned)block.format.shift,
         (unsigned)block.format.lanes,
         (unsigned)block.division);
  for (unsigned i = 0U; i < block.frames; ++i) {
    printf(i > 0U ? ",%d" : "%d", (int)block.samples[i]);
  }
  printf("]}\n");
  return true;
}

// Prints one packet, thinned to `keep` lanes unless that is 0.
static bool print_case(const Signal              signal,
                       const JellieFormat* const format,
                       const uint32_t            counter,
                       const unsigned            keep)
{
  int32_t samples[JELLIE_MAX_FRAMES];
  char    text[JELLIE_MAX_TEXT + 1U];
  signal_fill(signal, format->bits, SEED, samples, format->frames);
  static JellieEncoder encoder;
  jellie_encoder_init(&encoder);
  size_t size =
    jellie_encode(&encoder, format, counter, samples, text, JELLIE_MAX_TEXT);
  if (keep > 0U) {
    size = jellie_thin(text, size, keep);
  }
  text[size] = '\0';
  printf("{\"name\":\"%s\",\"text\":", signal_name(signal));
  lab_print_string(text);
  return print_vector(text, size);
}

static bool print_signals(void)
{
  bool good = true;
  for (unsigned i = 0U; i < 2U * SIGNAL_COUNT; ++i) {
    JellieFormat format = {48000U, 64U, 16U, 4U, 0U, 0U};
    format.rate_hz      = i % 3U ? 48000U : 44100U;
    format.frames       = i % 4U ? 32U : 64U;
    format.bits         = i % 5U < 2U ? 24U : 16U;
    format.lanes        = i < SIGNAL_COUNT ? 4U : 1U;
    format.stream       = (uint8_t)(i * 5U);
    good =
      print_case((Signal)(i % SIGNAL_COUNT), &format, i * 99991U, 0U) && good;
  }
  return good;
}

// Every length at every rate; the counter goes through its end.
static bool print_lengths(void)
{
  static const uint32_t rates[] = {44100U, 48000U, 96000U, 192000U};
  bool                  good    = true;
  for (unsigned i = 0U; i < 16U; ++i) {
    JellieFormat format = {rates[i % 4U], 0U, 16U, 4U, 127U, 0U};
    format.frames = (uint16_t)((jellie_unit(format.rate_hz) << i / 4U) / 2U);
    format.lanes  = (i + i / 4U) % 2U ? 4U : 1U;
    format.bits   = (i + i / 8U) % 3U ? 24U : 16U;
    const Signal signal = format.frames > 512U ? SIGNAL_HISS
                          : i % 5U             ? SIGNAL_CHORD
                                               : SIGNAL_SINE;
    good =
      print_case(signal, &format, (LAST_COUNTER - 7U + i) & LAST_COUNTER, 0U) &&
      good;
  }
  return good;
}

static bool print_shifted(void)
{
  bool good = true;
  for (unsigned shift = 1U; shift <= JELLIE_MAX_SHIFT; ++shift) {
    JellieFormat format = {48000U, 64U, 16U, 4U, 2U, (uint8_t)shift};
    format.lanes        = shift % 2U ? 4U : 1U;
    format.bits         = shift % 3U ? 16U : 24U;
    good =
      print_case(shift % 4U ? SIGNAL_CHORD : SIGNAL_NOISE, &format, 5U, 0U) &&
      good;
  }
  return good;
}

static bool print_thinned(void)
{
  static const Signal signals[] = {SIGNAL_CHORD,
                                   SIGNAL_SQUARE,
                                   SIGNAL_ALTERNATE,
                                   SIGNAL_ONE_LANE,
                                   SIGNAL_SILENCE};
  bool                good      = true;
  for (unsigned i = 0U; i < 10U; ++i) {
    JellieFormat format = {96000U, 128U, 16U, 4U, 1U, 0U};
    format.shift        = i % 4U ? 0U : 3U;
    format.bits         = i % 3U ? 16U : 24U;
    good = print_case(signals[i / 2U], &format, 0U, 1U + i % 2U) && good;
  }
  return good;
}

// Writes values of a lane as they are, a slope that goes through zero.
static void put_values(WireTextWriter* const writer,
                       const unsigned        count,
                       const unsigned        depth)
{
  for (unsigned i = 0U; i < count; ++i) {
    wire_text_put(writer, i * 5U - count, depth);
  }
}

// Appends a string of a tree that our encoder never has reason to write.
static size_t put_plain_string(const JellieFormat* const format,
                               const unsigned            string,
                               char* const               out,
                               const size_t              room)
{
  const unsigned depth = jellie_depth(format);
  const unsigned count = format->frames / 4U;
  WireTextWriter writer;
  wire_text_writer_init(&writer, out, room);
  if (string == 0U) {
    wire_text_put(&writer, JELLIE_VERBATIM, JELLIE_CODE_BITS);
    wire_text_put(&writer, 300U, JELLIE_ROW_BITS);
  } else {
    wire_text_put(&writer, 1U, JELLIE_ESCAPE + 1U);
  }
  put_values(&writer, count, depth);
  return wire_text_finish(&writer);
}

// A tree whose lanes are plain values, from the first to a last one; the
// others are silent.
static bool print_plain_lanes(const JellieFormat* const format,
                              const unsigned            last)
{
  char   text[JELLIE_MAX_TEXT + 1U] = JELLIE_PREFIX;
  size_t size                       = JELLIE_PREFIX_SIZE + JELLIE_HEAD_SIZE;
  jellie_head_write(format, 1U, text + JELLIE_PREFIX_SIZE);
  for (unsigned string = 0U; string < format->lanes; ++string) {
    if (string > 0U) {
      memcpy(text + size, "\",\"", 3U);
      size += 3U;
    }
    size += string > last ? 0U
                          : put_plain_string(format,
                                             string,
                                             text + size,
                                             JELLIE_MAX_TEXT - 3U - size);
  }
  memcpy(text + size, "\"]}", 4U);
  printf("{\"name\":\"plain_lanes\",\"text\":");
  lab_print_string(text);
  return print_vector(text, size + 3U);
}

static bool print_made(void)
{
  bool good = true;
  for (unsigned last = 0U; last < 4U; ++last) {
    JellieFormat format = {44100U, 32U, 16U, 4U, 9U, 0U};
    format.frames       = last % 2U ? 32U : 64U;
    format.bits         = last < 2U ? 16U : 24U;
    good                = print_plain_lanes(&format, last) && good;
  }
  return good;
}

int lab_vectors(const int argc, char** const argv)
{
  if (argc > 1) {
    return lab_fault("%s is not an option", argv[1]);
  }
  return print_signals() && print_lengths() && print_shifted() &&
             print_thinned() && print_made()
           ? LAB_OK
           : lab_fault("A packet could not be coded");
}
