// SPDX-License-Identifier: MIT
// jamnet-lab jdat: how small, how exact and how fast the codec is on a file.

#include "lab.h"

#include "base/rand.h"
#include "jellie/predict.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define JACKTRIP_HEADER 16U // Bytes before the samples in its packets
#define PLAIN_TEXT 16384U   // Holds 1024 numbers of 24 bits

typedef struct Options {
  unsigned          bits;
  unsigned          frames; // 0: one unit
  unsigned          lanes;
  bool              plain;
  unsigned          shift;
  unsigned          seed;
  double            noise; // Standard deviation, full scale 1
  const JellieTaps* taps;  // Of another table than the built-in ones, or null
} Options;

typedef struct Result {
  size_t  packets;
  size_t  payload_bytes;
  size_t  inexact;
  double* encode_ns; // One per packet
  double* decode_ns;
} Result;

// Reads a table as the trainer writes it: 512 lines of 16 reflections and 17
// widths.
static bool read_table(const char* const path, JellieTableRow* const out)
{
  FILE* const file = fopen(path, "r");
  bool        good = file != NULL;
  for (unsigned i = 0U; good && i < JELLIE_ROWS; ++i) {
    for (unsigned k = 0U; good && k < 2U * JELLIE_ORDER + 1U; ++k) {
      int value = 0;
      good      = fscanf(file, "%d", &value) == 1 && abs(value) < 32768;
      if (k < JELLIE_ORDER) {
        out[i].reflection[k] = (int16_t)value;
      } else {
        out[i].widths[k - JELLIE_ORDER] = (int8_t)value;
      }
    }
  }
  if (file) {
    (void)fclose(file);
  }
  return good;
}

static bool use_table(const char* const path, Options* const out)
{
  static JellieTableRow table[JELLIE_ROWS];
  static JellieTaps     taps;
  if (!read_table(path, table) || !jellie_derive(table, &taps)) {
    (void)lab_fault("%s holds no table", path);
    return false;
  }
  out->taps = &taps;
  return true;
}

static bool read_noise(const char* const value, Options* const out)
{
  char*        end     = NULL;
  const double decibel = strtod(value, &end);
  if (end == value || *end || !(decibel < 0.0)) {
    (void)lab_fault("--noise %s is not possible: a level in dBFS below 0",
                    value);
    return false;
  }
  out->noise = pow(10.0, decibel / 20.0);
  return true;
}

static bool read_options(int* const argc, char** const argv, Options* const out)
{
  static const unsigned bits[]   = {16U, 24U};
  static const unsigned lanes[]  = {1U, 4U};
  static const unsigned frames[] = {32U, 64U, 128U, 256U, 512U, 1024U};
  static const unsigned shifts[] = {0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U};
  *out = (Options){16U, 0U, 4U, false, 0U, 1U, 0.0, NULL};

  const char* const profile = lab_option(argc, argv, "--profile");
  if (profile && strcmp(profile, "plain") && strcmp(profile, "token")) {
    (void)lab_fault("--profile %s is not possible", profile);
    return false;
  }
  out->plain              = profile && !strcmp(profile, "plain");
  const char* const table = lab_option(argc, argv, "--table");
  const char* const noise = lab_option(argc, argv, "--noise");
  const char* const seed  = lab_option(argc, argv, "--seed");
  if ((table && !use_table(table, out)) || (noise && !read_noise(noise, out))) {
    return false;
  }
  out->seed = seed ? (unsigned)strtoul(seed, NULL, 10) : out->seed;
  return lab_number(argc, argv, "--bits", bits, 2U, &out->bits) &&
         lab_number(argc, argv, "--lanes", lanes, 2U, &out->lanes) &&
         lab_number(argc, argv, "--frames", frames, 6U, &out->frames) &&
         lab_number(argc, argv, "--shift", shifts, 9U, &out->shift);
}

// Codes one block both ways and measures. Returns false if the format has no
// packet for it.
static bool code_block(JellieEncoder* const      encoder,
                       const JellieFormat* const format,
                       const Options* const      options,
                       const int32_t* const      samples,
                       Result* const             result)
{
  static char        text[PLAIN_TEXT];
  static JellieBlock block;
  const uint32_t     counter = (uint32_t)result->packets;

  const int64_t start = lab_now_ns();
  const size_t  size =
    options->plain
       ? jellie_encode_plain(format, counter, samples, text, sizeof(text))
       : jellie_encode(encoder, format, counter, samples, text, sizeof(text));
  const int64_t middle = lab_now_ns();
  if (size == 0U) {
    return false;
  }
  const JamStatus status =
    options->plain
      ? jellie_decode_plain(text, size, &block)
      : jellie_decode_with(encoder->low, encoder->high, text, size, &block);
  const int64_t end = lab_now_ns();

  const bool exact =
    !status && block.frames == format->frames &&
    block.counter == (counter & ((1U << JELLIE_COUNTER_BITS) - 1U)) &&
    !memcmp(block.samples, samples, format->frames * sizeof(int32_t));
  result->inexact += !exact;
  result->payload_bytes += size;
  result->encode_ns[result->packets] = (double)(middle - start);
  result->decode_ns[result->packets] = (double)(end - middle);
  ++result->packets;
  return true;
}

static void print_result(const char* const         path,
                         const JellieFormat* const format,
                         const Result* const       result)
{
  const size_t jacktrip =
    result->packets *
    (JACKTRIP_HEADER + (size_t)format->frames * format->bits / 8U);
  printf("{\"file\":");
  lab_print_string(path);
  printf(",\"bits\":%u,\"frames\":%u,\"lanes\":%u,\"packets\":%zu",
         format->bits,
         format->frames,
         format->lanes,
         result->packets);
  printf(",\"payload_bytes\":%zu,\"jacktrip_bytes\":%zu,\"ratio\":%.4f",
         result->payload_bytes,
         jacktrip,
         (double)result->payload_bytes / (double)jacktrip);
  printf(",\"exact\":%s,\"encode_ns\":%.0f,\"decode_ns\":%.0f}\n",
         result->inexact == 0U ? "true" : "false",
         lab_median(result->encode_ns, result->packets),
         lab_median(result->decode_ns, result->packets));
}

static int code_audio(const char* const         path,
                      const LabAudio* const     audio,
                      const JellieFormat* const format,
                      const Options* const      options,
                      Result* const             result)
{
  const size_t packets = audio->frames / format->frames;
  if (packets == 0U) {
    return lab_fault("%s is shorter than one packet", path);
  }
  result->encode_ns = (double*)calloc(packets, sizeof(double));
  result->decode_ns = (double*)calloc(packets, sizeof(double));
  if (!result->encode_ns || !result->decode_ns) {
    return lab_fault("There is not enough memory for %s", path);
  }
  static JellieEncoder encoder;
  jellie_encoder_init(&encoder);
  if (options->taps) {
    encoder.low  = options->taps;
    encoder.high = options->taps;
  }
  for (size_t i = 0U; i < packets; ++i) {
    if (!code_block(&encoder,
                    format,
                    options,
                    audio->samples + i * format->frames,
                    result)) {
      return lab_fault("Packet %zu of %s does not fit a datagram", i, path);
    }
  }
  print_result(path, format, result);
  return result->inexact == 0U
           ? LAB_OK
           : lab_fault("%zu packets of %s came back changed",
                       result->inexact,
                       path);
}

// What a live input has and a recording of fewer bits lacks.
static void add_noise(const Options* const options, LabAudio* const audio)
{
  JamRand      rand;
  const double top = (double)(1U << (options->bits - 1U));
  jam_rand_init(&rand, options->seed, 0U);
  for (size_t i = 0U; i < audio->frames; ++i) {
    double noisy = audio->samples[i] +
                   floor(options->noise * top * jam_rand_normal(&rand) + 0.5);
    noisy             = noisy > top - 1.0 ? top - 1.0 : noisy;
    audio->samples[i] = (int32_t)(noisy < -top ? -top : noisy);
  }
}

static int code_file(const char* const path, const Options* const options)
{
  LabAudio audio;
  if (!lab_audio_read(path, options->bits, &audio)) {
    return LAB_FAULT;
  }
  if (options->noise > 0.0) {
    add_noise(options, &audio);
  }
  JellieFormat format = {audio.rate_hz, 0U, 0U, 0U, 0U, 0U};
  format.shift        = (uint8_t)options->shift;
  format.bits         = (uint8_t)options->bits;
  format.lanes        = (uint8_t)options->lanes;
  format.frames =
    (uint16_t)(options->frames ? options->frames : jellie_unit(audio.rate_hz));

  Result result = {0U, 0U, 0U, NULL, NULL};
  int    status = LAB_OK;
  if (jellie_format_valid(&format)) {
    status = code_audio(path, &audio, &format, options, &result);
  } else {
    status = lab_fault("--frames %u is not possible at %u Hz",
                       (unsigned)format.frames,
                       (unsigned)audio.rate_hz);
  }
  free(result.encode_ns);
  free(result.decode_ns);
  free(audio.samples);
  return status;
}

int lab_jdat(int argc, char** const argv)
{
  Options options;
  if (!read_options(&argc, argv, &options)) {
    return LAB_FAULT;
  }
  if (argc < 2) {
    return lab_fault("Which files? Name at least one");
  }
  int status = LAB_OK;
  for (int i = 1; i < argc && status == LAB_OK; ++i) {
    status = argv[i][0] == '-' ? lab_fault("%s is not an option", argv[i])
                               : code_file(argv[i], &options);
  }
  return status;
}
