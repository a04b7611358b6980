// SPDX-License-Identifier: MIT
// The size table: bytes of a packet in each way a file can be coded, and their
// share of what raw samples take in JackTrip's packets (a header of 16 bytes).

#include "jdat.h"

#define JACKTRIP_HEADER 16U
#define SIZES 4U

typedef struct Way {
  const char* name;
  uint8_t     lanes;
  bool        plain;
} Way;

static const Way ways[] = {{"token, 1 lane", 1U, false},
                           {"token, 4 lanes", 4U, false},
                           {"plain", 4U, true}};

#define WAYS (sizeof(ways) / sizeof(ways[0]))

// Returns the bytes of all packets of all channels, or 0 if one does not fit.
static size_t bytes_of(const Sound* const        sound,
                       const JellieFormat* const first,
                       const bool                plain)
{
  static char      text[JDAT_MAX_LINE];
  int32_t          samples[JELLIE_MAX_FRAMES];
  const size_t     blocks = sound->frames / first->frames;
  size_t           bytes  = 0U;
  size_t           size   = 1U;
  JdatCoder* const coder  = jdat_coder_new();
  for (size_t i = 0U; coder && size && i < blocks * sound->channels; ++i) {
    const unsigned channel = (unsigned)(i % sound->channels);
    const size_t   number  = i / sound->channels;
    JellieFormat   format  = *first;
    format.stream          = (uint8_t)(first->stream + channel);
    (void)jdat_cut(sound, channel, number, format.frames, samples);
    size = jdat_code(coder,
                     &format,
                     (uint32_t)number,
                     samples,
                     format.frames,
                     plain,
                     text);
    bytes += size;
  }
  jdat_coder_free(coder);
  return size > 0U ? bytes : 0U;
}

static void print_row(const Sound* const sound, JellieFormat* const format)
{
  const size_t packets  = sound->frames / format->frames * sound->channels;
  const double raw      = (double)format->frames * format->bits / 8.0;
  const double jacktrip = raw + JACKTRIP_HEADER;
  printf("%6u %6.0f %9.0f", (unsigned)format->frames, raw, jacktrip);
  for (size_t w = 0U; w < WAYS; ++w) {
    format->lanes      = ways[w].lanes;
    const size_t bytes = bytes_of(sound, format, ways[w].plain);
    if (bytes == 0U) {
      printf(" %16s", "-");
    } else {
      const double mean = (double)bytes / (double)packets;
      printf(" %9.1f (%.2f)", mean, mean / jacktrip);
    }
  }
  printf("\n");
}

static int print_table(const char* const        path,
                       const Sound* const       sound,
                       const JdatOptions* const options)
{
  JellieFormat format;
  if (!jdat_format(path, sound, options, &format)) {
    return JDAT_FAULT;
  }
  const unsigned unit = jellie_unit(sound->rate_hz);
  if (sound->frames < unit * 4U) {
    return jdat_fault("%s is shorter than a packet.", path);
  }
  printf("%s: %u Hz, %u bit, channels: %u, %.1f s\n%6s %6s %9s",
         path,
         (unsigned)sound->rate_hz,
         sound->bits,
         sound->channels,
         (double)sound->frames / (double)sound->rate_hz,
         "frames",
         "raw",
         "JackTrip");
  for (size_t w = 0U; w < WAYS; ++w) {
    printf(" %16s", ways[w].name);
  }
  printf("\n");
  for (unsigned code = 0U; code < SIZES; ++code) {
    format.frames = (uint16_t)((unit << code) / 2U);
    print_row(sound, &format);
  }
  return JDAT_OK;
}

int jdat_sizes(const JdatOptions* const options, const char* const in)
{
  Sound      sound;
  SoundError error;
  if (!sound_read(in, options->bits, &sound, &error)) {
    return jdat_fault("%s", error.text);
  }
  const int status = print_table(in, &sound, options);
  sound_free(&sound);
  return status;
}
