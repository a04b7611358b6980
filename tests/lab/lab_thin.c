// SPDX-License-Identifier: MIT
// jamnet-lab thin: what a stream costs and sounds like whose trailing lanes
// were deleted.
//
// How much the ends of packets are heard follows without a reference filter: a
// thinned stream is filtered alike wherever a packet begins, but for what
// happens near its ends. So the sound is coded twice, the second time with
// packets that begin half a packet later; half the energy of the difference is
// that of the artefacts at the rate of packets.

#include "lab.h"
#include "thinning.h"

#include "base/rand.h"
#include "sound.h"

#include <samplerate.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NO_FLOOR 0U // dB below full scale
#define SILENT_DB -999.0

typedef struct Options {
  const char* out;
  unsigned    bits; // 0: of the file
  unsigned    frames;
  unsigned    keep;
  unsigned    rate_hz; // 0: of the file
  unsigned    floor_db;
  unsigned    seed;
} Options;

static bool read_any(int* const        argc,
                     char** const      argv,
                     const char* const name,
                     unsigned* const   out)
{
  const char* const value = lab_option(argc, argv, name);
  char*             end   = NULL;
  if (value) {
    *out = (unsigned)strtoul(value, &end, 10);
  }
  if (end && (end == value || *end)) {
    (void)lab_fault("%s %s is not possible", name, value);
    return false;
  }
  return true;
}

static bool read_options(int* const argc, char** const argv, Options* const out)
{
  static const unsigned bits[]   = {16U, 24U};
  static const unsigned keep[]   = {1U, 2U};
  static const unsigned rates[]  = {44100U, 48000U, 96000U, 192000U};
  static const unsigned frames[] = {32U, 64U, 128U, 256U, 512U, 1024U};
  *out                           = (Options){NULL, 0, 0, 0, 0, NO_FLOOR, 1};
  out->out                       = lab_option(argc, argv, "--out");
  return lab_number(argc, argv, "--bits", bits, 2U, &out->bits) &&
         lab_number(argc, argv, "--keep", keep, 2U, &out->keep) &&
         lab_number(argc, argv, "--rate", rates, 4U, &out->rate_hz) &&
         lab_number(argc, argv, "--frames", frames, 6U, &out->frames) &&
         read_any(argc, argv, "--floor", &out->floor_db) &&
         read_any(argc, argv, "--seed", &out->seed);
}

// Resamples to a higher rate, at the depth of the sound.
static bool
raise_rate(LabAudio* const audio, const unsigned bits, const unsigned rate_hz)
{
  const double full  = (double)(UINT32_C(1) << (bits - 1U));
  const double ratio = (double)rate_hz / (double)audio->rate_hz;
  SRC_DATA     data;
  memset(&data, 0, sizeof(data));
  data.src_ratio     = ratio;
  data.input_frames  = (long)audio->frames;
  data.output_frames = (long)((double)audio->frames * ratio);
  float* const in    = (float*)calloc(audio->frames + 1U, sizeof(float));
  float* const out =
    (float*)calloc((size_t)data.output_frames + 1U, sizeof(float));
  int32_t* const more =
    (int32_t*)calloc((size_t)data.output_frames + 1U, sizeof(int32_t));
  bool good = in && out && more;
  if (good) {
    for (size_t i = 0U; i < audio->frames; ++i) {
      in[i] = (float)((double)audio->samples[i] / full);
    }
    data.data_in  = in;
    data.data_out = out;
    good          = !src_simple(&data, SRC_SINC_BEST_QUALITY, 1);
  }
  if (good) {
    jellie_from_float(out, bits, more, (size_t)data.output_frames_gen);
    free(audio->samples);
    *audio = (LabAudio){more, (size_t)data.output_frames_gen, rate_hz};
  } else {
    free(more);
  }
  free(in);
  free(out);
  return good;
}

static void add_floor(LabAudio* const      audio,
                      const unsigned       bits,
                      const Options* const options)
{
  const double full  = (double)(UINT32_C(1) << (bits - 1U));
  const double level = full * pow(10.0, -(double)options->floor_db / 20.0);
  const double top   = full - 1.0;
  JamRand      rand;
  jam_rand_init(&rand, options->seed, 0U);
  for (size_t i = 0U; i < audio->frames; ++i) {
    const double sum =
      (double)audio->samples[i] + level * jam_rand_normal(&rand);
    audio->samples[i] = (int32_t)lrint(sum > top     ? top
                                       : sum < -full ? -full
                                                     : sum);
  }
}

// Returns half the energy of the difference of two passes, whose packets begin
// half a packet apart, over that of the first, in dB.
static double edge_db(const int32_t* const first,
                      const int32_t* const second,
                      const size_t         half,
                      const size_t         count)
{
  double energy     = 0.0;
  double difference = 0.0;
  for (size_t i = half; i < count; ++i) {
    const double apart = (double)first[i] - (double)second[i - half];
    energy += (double)first[i] * (double)first[i];
    difference += apart * apart / 2.0;
  }
  return energy > 0.0 && difference > 0.0 ? 10.0 * log10(difference / energy)
                                          : SILENT_DB;
}

static int print_result(const char* const         path,
                        const JellieFormat* const format,
                        const Options* const      options,
                        const size_t              packets,
                        const Thinning* const     sums,
                        const double              edges)
{
  printf("{\"file\":");
  lab_print_string(path);
  printf(",\"rate\":%u,\"bits\":%u,\"frames\":%u,\"keep\":%u,\"packets\":%zu",
         (unsigned)format->rate_hz,
         (unsigned)format->bits,
         (unsigned)format->frames,
         options->keep,
         packets);
  printf(",\"audio_bytes\":%zu,\"kept_bytes\":%zu,\"share\":%.4f",
         sums->audio_bytes,
         sums->kept_bytes,
         (double)sums->kept_bytes / (double)sums->audio_bytes);
  printf(",\"payload_bytes\":%zu,\"thinned_bytes\":%zu,\"edge_db\":%.1f",
         sums->payload_bytes,
         sums->thinned_bytes,
         edges);
  printf(",\"floor\":%u,\"seed\":%u}\n", options->floor_db, options->seed);
  return LAB_OK;
}

// Codes the sound twice; see above.
static int thin_audio(const char* const         path,
                      const LabAudio* const     audio,
                      const JellieFormat* const format,
                      const Options* const      options)
{
  const unsigned division = 4U / options->keep;
  const size_t   packets  = audio->frames / format->frames;
  const size_t   count    = packets * format->frames / division;
  const size_t   half     = format->frames / 2U;
  if (packets < 2U) {
    return lab_fault("%s is shorter than two packets", path);
  }
  int32_t* const first  = (int32_t*)calloc(count, sizeof(int32_t));
  int32_t* const second = (int32_t*)calloc(count, sizeof(int32_t));
  Thinning       sums   = {0U, 0U, 0U, 0U};
  Thinning       other  = sums;
  int            status = LAB_OK;
  if (!first || !second) {
    status = lab_fault("There is not enough memory for %s", path);
  } else if (!thinning_run(format,
                           options->keep,
                           audio->samples,
                           packets,
                           first,
                           &sums) ||
             !thinning_run(format,
                           options->keep,
                           audio->samples + half,
                           packets - 1U,
                           second,
                           &other)) {
    status = lab_fault("A packet of %s does not fit a datagram", path);
  } else {
    const size_t shared = count - half / division;
    status              = print_result(path,
                          format,
                          options,
                          packets,
                          &sums,
                          edge_db(first, second, half / division, shared));
  }
  Sound      sound = {first, count, 1U, format->bits, 0U};
  SoundError error;
  sound.rate_hz = format->rate_hz / division;
  if (status == LAB_OK && options->out &&
      !sound_write(options->out, &sound, &error)) {
    status = lab_fault("%s", error.text);
  }
  free(first);
  free(second);
  return status;
}

static bool make_format(const Options* const options,
                        const uint32_t       rate_hz,
                        const unsigned       bits,
                        JellieFormat* const  out)
{
  memset(out, 0, sizeof(*out));
  out->rate_hz = rate_hz;
  out->bits    = (uint8_t)bits;
  out->lanes   = 4U;
  out->frames =
    (uint16_t)(options->frames ? options->frames : jellie_unit(rate_hz));
  if (!jellie_format_valid(out)) {
    (void)lab_fault("--frames %u is not possible at %u Hz",
                    (unsigned)out->frames,
                    (unsigned)rate_hz);
    return false;
  }
  return true;
}

static int thin_file(const char* const path, const Options* const options)
{
  LabAudio     audio;
  JellieFormat format;
  if (!lab_audio_read(path, options->bits, &audio)) {
    return LAB_FAULT;
  }
  int status = LAB_OK;
  if (options->rate_hz &&
      !raise_rate(&audio, options->bits, options->rate_hz)) {
    status = lab_fault("There is not enough memory for %s", path);
  }
  if (status == LAB_OK && options->floor_db != NO_FLOOR) {
    add_floor(&audio, options->bits, options);
  }
  if (status == LAB_OK) {
    status = make_format(options, audio.rate_hz, options->bits, &format)
               ? thin_audio(path, &audio, &format, options)
               : LAB_FAULT;
  }
  free(audio.samples);
  return status;
}

int lab_thin(int argc, char** const argv)
{
  Options options;
  if (!read_options(&argc, argv, &options)) {
    return LAB_FAULT;
  }
  options.bits = options.bits ? options.bits : 24U;
  if (options.keep == 0U) {
    return lab_fault("How many lanes stay? --keep 1 or 2");
  }
  if (argc == 1) {
    JellieFormat format;
    return make_format(&options,
                       options.rate_hz ? options.rate_hz : 192000U,
                       options.bits,
                       &format)
             ? lab_tones(&format, options.keep)
             : LAB_FAULT;
  }
  if (argc != 2 || argv[1][0] == '-') {
    return lab_fault("%s is one file too many or no option", argv[argc - 1]);
  }
  return thin_file(argv[1], &options);
}
