// SPDX-License-Identifier: MIT
// jamnet-lab lossy: what a thin line makes of a sound: wire rate, everything
// included, against noise-to-mask ratio, beside Opus on the same measure.

#include "lab.h"

#include "jellie/thrift.h"
#include "lab/lab_opus.h"
#include "lab/nmr.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BITS 16U
#define SCALE 32768.0

// Bytes of a datagram around the text: IPv4 and UDP, head, tag, MEDIA frame
#define DATAGRAM (28U + 12U + 16U + 7U)

// What else a client in a room of three sends while it plays, bytes a second as
// counted in the simulator: FEEDBACK, clock reports, table rows and probes
// within datagrams of media, and ten datagrams that carry nothing else
#define RIDERS (2100U + 10U * (28U + 28U))

typedef struct Case {
  unsigned frames;
  unsigned lanes;
  unsigned kbit; // On the wire; 0: lossless
} Case;

static const Case cases[] = {
  {64U, 4U, 0U},
  {64U, 1U, 0U},
  {64U, 1U, 560U},
  {64U, 1U, 480U},
  {128U, 4U, 0U},
  {128U, 4U, 480U},
  {128U, 1U, 0U},
  {128U, 1U, 480U},
  {128U, 1U, 440U},
  {128U, 1U, 400U},
  {256U, 4U, 0U},
  {256U, 4U, 480U},
  {256U, 1U, 0U},
  {256U, 1U, 480U},
  {256U, 1U, 440U},
  {256U, 1U, 400U},
  {256U, 1U, 360U},
  {256U, 1U, 320U},
};

typedef struct Tally {
  size_t packets;
  size_t bytes; // Text
  size_t half;  // Of the newest half second
  size_t peak;  // Of any half second
  size_t shifts;
  double nanoseconds;
} Tally;

typedef struct Sound {
  const char* path;
  LabAudio    audio;
  double*     reference;
  double*     test;
  uint16_t*   sizes; // One per packet
} Sound;

static double
wire_kbit(const double text_bytes, const double packets, const double seconds)
{
  return ((text_bytes + packets * DATAGRAM) / seconds + RIDERS) * 8e-3;
}

static unsigned payload_bps(const Case* const which, const uint32_t rate_hz)
{
  const double around =
    wire_kbit(0.0, (double)rate_hz / which->frames, 1.0) * 1e3;
  return which->kbit * 1e3 > around ? (unsigned)(which->kbit * 1e3 - around)
                                    : 1U;
}

static void print_db(const char* const name, const double db)
{
  if (isfinite(db)) {
    printf(",\"%s\":%.2f", name, db);
  } else {
    printf(",\"%s\":null", name); // No error at all
  }
}

// Begins a row with the file, and what its error is like.
static void print_nmr(const Sound* const sound)
{
  NmrResult nmr = {0.0, 0.0, 0U};
  (void)nmr_measure(sound->reference,
                    sound->test,
                    sound->audio.frames,
                    sound->audio.rate_hz,
                    &nmr);
  printf("{\"file\":");
  lab_print_string(sound->path);
  print_db("nmr_mean_db", nmr.mean_db);
  print_db("nmr_p95_db", nmr.p95_db);
}

static void print_row(const Sound* const sound,
                      const char* const  how,
                      const double       kbit,
                      const double       peak)
{
  print_nmr(sound);
  printf(",\"wire_kbit\":%.1f,\"peak_kbit\":%.1f,%s}\n", kbit, peak, how);
}

// Codes a packet both ways.
static void
code_packet(JellieThrift* const thrift, Sound* const sound, Tally* const tally)
{
  static char        text[JELLIE_MAX_TEXT];
  static JellieBlock block;
  const size_t       number = tally->packets++;
  const size_t       at     = number * thrift->format.frames;
  const int64_t      start  = lab_now_ns();
  const size_t       size   = jellie_thrift_encode(thrift,
                                           (uint32_t)number,
                                           sound->audio.samples + at,
                                           text,
                                           sizeof(text));
  tally->nanoseconds += (double)(lab_now_ns() - start);
  tally->bytes += size;
  tally->shifts += thrift->format.shift;
  sound->sizes[number] = (uint16_t)size;
  tally->half += size;
  if (number >= thrift->count) {
    tally->half -= sound->sizes[number - thrift->count];
  }
  if (number + 1U >= thrift->count && tally->half > tally->peak) {
    tally->peak = tally->half;
  }
  if (jellie_decode(text, size, &block) == JAM_OK) {
    for (unsigned i = 0U; i < block.frames; ++i) {
      sound->test[at + i] = (double)block.samples[i] / SCALE;
    }
  }
}

static void code(Sound* const sound, const Case* const which)
{
  static JellieThrift thrift;
  const uint32_t      rate   = sound->audio.rate_hz;
  JellieFormat        format = {rate, 0U, BITS, 0U, 0U, 0U};
  format.frames              = (uint16_t)which->frames;
  format.lanes               = (uint8_t)which->lanes;
  if (!jellie_format_valid(&format)) {
    return;
  }
  jellie_thrift_init(&thrift, &format);
  jellie_thrift_set(&thrift, which->kbit ? payload_bps(which, rate) : 0U);
  Tally        tally = {0};
  const size_t count = sound->audio.frames / format.frames;
  memcpy(sound->test, sound->reference, sound->audio.frames * sizeof(double));
  while (tally.packets < count) {
    code_packet(&thrift, sound, &tally);
  }
  const double seconds = (double)(tally.packets * format.frames) / rate;
  const double mean =
    wire_kbit((double)tally.bytes, (double)tally.packets, seconds);
  const double window = (double)(thrift.count * format.frames) / rate;
  char         how[256];
  (void)snprintf(how,
                 sizeof(how),
                 "\"codec\":\"jellie\",\"frames\":%u,\"lanes\":%u,"
                 "\"target_kbit\":%u,\"shift\":%.2f,\"over\":%zu,"
                 "\"encode_ns\":%.0f",
                 which->frames,
                 which->lanes,
                 which->kbit,
                 (double)tally.shifts / (double)tally.packets,
                 (size_t)thrift.over,
                 tally.nanoseconds / (double)tally.packets);
  print_row(sound,
            how,
            mean,
            count < thrift.count
              ? mean // Not half a second in all
              : wire_kbit((double)tally.peak, thrift.count, window));
}

static void
code_opus(Sound* const sound, const unsigned packet, const unsigned kbit)
{
  const size_t frames = sound->audio.frames;
  const size_t bytes =
    lab_opus_code(sound->audio.samples, frames, packet, kbit, sound->test);
  const double rate = wire_kbit((double)bytes,
                                (double)frames / packet,
                                (double)frames / sound->audio.rate_hz);
  char         how[128];
  (void)snprintf(how,
                 sizeof(how),
                 "\"codec\":\"opus\",\"frames\":%u,\"codec_kbit\":%u",
                 packet,
                 kbit);
  if (bytes > 0U) {
    print_row(sound, how, rate, rate);
  }
}

static void code_all(Sound* const sound, const Case* const only)
{
  static const unsigned opus_kbit[] = {64U, 96U, 128U};
  if (only->frames > 0U) {
    code(sound, only);
    return;
  }
  for (size_t i = 0U; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    code(sound, &cases[i]);
  }
  for (unsigned i = 0U; i < 6U && sound->audio.rate_hz == 48000U; ++i) {
    code_opus(sound, i < 3U ? 120U : 240U, opus_kbit[i % 3U]);
  }
}

static int code_file(const char* const path, const Case* const only)
{
  Sound sound = {path, {NULL, 0U, 0U}, NULL, NULL, NULL};
  if (!lab_audio_read(path, BITS, &sound.audio)) {
    return LAB_FAULT;
  }
  const size_t frames = sound.audio.frames;
  int          status = LAB_OK;
  sound.reference     = (double*)calloc(frames, sizeof(double));
  sound.test          = (double*)calloc(frames, sizeof(double));
  sound.sizes         = (uint16_t*)calloc(frames, sizeof(uint16_t));
  if (frames < sound.audio.rate_hz / 25U) {
    status = lab_fault("%s is shorter than 40 ms", path);
  } else if (!sound.reference || !sound.test || !sound.sizes) {
    status = lab_fault("There is not enough memory for %s", path);
  } else {
    for (size_t i = 0U; i < frames; ++i) {
      sound.reference[i] = (double)sound.audio.samples[i] / SCALE;
    }
    code_all(&sound, only);
  }
  free(sound.reference);
  free(sound.test);
  free(sound.sizes);
  free(sound.audio.samples);
  return status;
}

int lab_lossy(int argc, char** const argv)
{
  static const unsigned frames[] = {32U, 64U, 128U, 256U, 512U, 1024U};
  static const unsigned lanes[]  = {1U, 4U};
  Case                  only     = {0U, 1U, 0U};
  const char* const     kbit     = lab_option(&argc, argv, "--kbit");
  if (!lab_number(&argc, argv, "--frames", frames, 6U, &only.frames) ||
      !lab_number(&argc, argv, "--lanes", lanes, 2U, &only.lanes)) {
    return LAB_FAULT;
  }
  only.kbit = kbit ? (unsigned)strtoul(kbit, NULL, 10) : 0U;
  if (argc < 2) {
    return lab_fault("Which files? Name at least one");
  }
  int status = LAB_OK;
  for (int i = 1; i < argc && status == LAB_OK; ++i) {
    status = argv[i][0] == '-' ? lab_fault("%s is not an option", argv[i])
                               : code_file(argv[i], &only);
  }
  return status;
}

// Reads both files of a comparison as full scale 1.
static double* read_file(const char* const path, LabAudio* const audio)
{
  if (!lab_audio_read(path, 24U, audio)) {
    return NULL;
  }
  double* const out = (double*)calloc(audio->frames + 1U, sizeof(double));
  for (size_t i = 0U; out && i < audio->frames; ++i) {
    out[i] = (double)audio->samples[i] / (SCALE * 256.0);
  }
  free(audio->samples);
  return out;
}

int lab_nmr(const int argc, char** const argv)
{
  if (argc != 3) {
    return lab_fault("Which two files? Name the reference, then the test");
  }
  LabAudio      audio[2];
  double* const reference = read_file(argv[1], &audio[0]);
  double* const test      = reference ? read_file(argv[2], &audio[1]) : NULL;
  int           status    = test ? LAB_OK : LAB_FAULT;
  if (test && (audio[0].rate_hz != audio[1].rate_hz ||
               audio[0].frames != audio[1].frames)) {
    status = lab_fault("%s and %s differ in rate or length", argv[1], argv[2]);
  } else if (test) {
    const Sound sound = {argv[2], audio[0], reference, test, NULL};
    print_nmr(&sound);
    printf("}\n");
  }
  free(reference);
  free(test);
  return status;
}
