// SPDX-License-Identifier: MIT
// jamnet-lab vectors: packets and the samples they stand for, a JSON line each,
// for whoever writes a decoder. tests/vectors/jdat.jsonl is its output.

#include "lab.h"
#include "signals.h"

#include "jellie/jellie.h"

#include <stdio.h>

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
  printf(",\"lanes\":%u,\"division\":%u,\"samples\":[",
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

static bool print_rates(void)
{
  static const uint32_t rates[] = {44100U, 48000U, 96000U, 192000U};
  bool                  good    = true;
  for (unsigned i = 0U; i < 8U; ++i) {
    JellieFormat format = {rates[i % 4U], 0U, 24U, 4U, 127U, 0U};
    format.frames       = (uint16_t)jellie_unit(format.rate_hz);
    format.lanes        = i < 4U ? 4U : 1U;
    good = print_case(SIGNAL_CHORD, &format, LAST_COUNTER, 0U) && good;
  }
  return good;
}

static bool print_thinned(void)
{
  const JellieFormat format = {96000U, 128U, 16U, 4U, 1U, 0U};
  bool               good   = true;
  for (unsigned keep = 1U; keep <= 2U; ++keep) {
    good = print_case(SIGNAL_CHORD, &format, 0U, keep) &&
           print_case(SIGNAL_SQUARE, &format, 0U, keep) && good;
  }
  return good;
}

int lab_vectors(const int argc, char** const argv)
{
  if (argc > 1) {
    return lab_fault("%s is not an option", argv[1]);
  }
  return print_signals() && print_rates() && print_thinned()
           ? LAB_OK
           : lab_fault("A packet could not be coded");
}
