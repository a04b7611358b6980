// SPDX-License-Identifier: MIT
// jamnet-jdat COMMAND FILES: the command line.

#include "jdat.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum {
  OPTION_BITS = 256,
  OPTION_FRAMES,
  OPTION_LANES,
  OPTION_STREAM,
  OPTION_PROFILE,
};

static const struct option long_options[] = {
  {"bits", required_argument, NULL, OPTION_BITS},
  {"frames", required_argument, NULL, OPTION_FRAMES},
  {"lanes", required_argument, NULL, OPTION_LANES},
  {"stream", required_argument, NULL, OPTION_STREAM},
  {"profile", required_argument, NULL, OPTION_PROFILE},
  {"help", no_argument, NULL, 'h'},
  {"version", no_argument, NULL, 'V'},
  {NULL, 0, NULL, 0}};

static void help(void)
{
  puts(
    "Usage: jamnet-jdat encode [OPTION]... SOUND [PACKETS]\n"
    "       jamnet-jdat decode PACKETS SOUND\n"
    "       jamnet-jdat convert [--profile token|plain] [PACKETS [PACKETS]]\n"
    "       jamnet-jdat sizes [OPTION]... SOUND...\n"
    "Turn sound (WAV, FLAC) into JDAT packets, one of JSON per line, and "
    "back,\n"
    "bit by bit; turn packets of one profile into the other; or print how "
    "many\n"
    "bytes a packet has in each way beside raw samples and JackTrip.\n"
    "A file named - or left out is standard input or output.\n"
    "\n"
    "  --profile token|plain  compact as in a jam (default), or with numbers\n"
    "  --bits 16|24           depth (default: that of the file)\n"
    "  --frames N             samples per packet (default 64 at 48 kHz)\n"
    "  --lanes 1|4            4 can be thinned (default)\n"
    "  --stream N             number of the first channel (default 0)\n"
    "  --help, --version");
}

static int misuse(const char* const sentence)
{
  (void)fprintf(stderr,
                "jamnet-jdat: %s Try 'jamnet-jdat --help'.\n",
                sentence);
  return JDAT_MISUSE;
}

// Reads a number from `low` to `high`.
static bool number(const char* const text,
                   const unsigned    low,
                   const unsigned    high,
                   unsigned* const   out)
{
  char*               end   = NULL;
  const unsigned long value = strtoul(text, &end, 10);
  if (end == text || *end || text[0] == '-' || value < low || value > high) {
    return false;
  }
  *out = (unsigned)value;
  return true;
}

// Takes one option. Returns null, or what is wrong with it.
static const char*
take(const int option, const char* const value, JdatOptions* const out)
{
  switch (option) {
  case OPTION_BITS:
    return number(value, 16U, 24U, &out->bits) && out->bits % 8U == 0U
             ? NULL
             : "--bits is 16 or 24.";
  case OPTION_FRAMES:
    return number(value, 1U, JELLIE_MAX_FRAMES, &out->frames)
             ? NULL
             : "--frames is a number of samples such as 64.";
  case OPTION_LANES:
    return number(value, 1U, 4U, &out->lanes) && out->lanes % 3U == 1U
             ? NULL
             : "--lanes is 1 or 4.";
  case OPTION_STREAM:
    return number(value, 0U, JELLIE_MAX_STREAM, &out->stream)
             ? NULL
             : "--stream is a number from 0 to 127.";
  case OPTION_PROFILE:
    out->plain       = !strcmp(value, "plain");
    out->any_profile = false;
    return out->plain || !strcmp(value, "token")
             ? NULL
             : "--profile is token or plain.";
  default:
    return "There is an option that is none of these, or lacks its value.";
  }
}

static int run(const JdatOptions* const options, char** const words, int count)
{
  const char* const command = words[0];
  const char* const in      = count > 1 ? words[1] : "-";
  const char* const out     = count > 2 ? words[2] : "-";
  if (!strcmp(command, "sizes") && count > 1) {
    int status = JDAT_OK;
    for (int i = 1; i < count && status == JDAT_OK; ++i) {
      status = jdat_sizes(options, words[i]);
    }
    return status;
  }
  if (!strcmp(command, "encode") && (count == 2 || count == 3)) {
    return jdat_encode(options, in, out);
  }
  if (!strcmp(command, "decode") && count == 3) {
    return jdat_decode(options, in, out);
  }
  if (!strcmp(command, "convert") && count <= 3) {
    return jdat_convert(options, in, out);
  }
  return misuse("There is no such command, or it takes other files.");
}

int main(const int argc, char** const argv)
{
  JdatOptions options;
  memset(&options, 0, sizeof(options));
  options.lanes       = 4U;
  options.any_profile = true;
  opterr              = 0;
  for (int option = getopt_long(argc, argv, "hV", long_options, NULL);
       option != -1;
       option = getopt_long(argc, argv, "hV", long_options, NULL)) {
    if (option == 'h') {
      help();
      return JDAT_OK;
    }
    if (option == 'V') {
      puts("jamnet-jdat " JDAT_VERSION);
      return JDAT_OK;
    }
    const char* const wrong = take(option, optarg, &options);
    if (wrong) {
      return misuse(wrong);
    }
  }
  if (optind == argc) {
    return misuse("What shall be done?");
  }
  return run(&options, argv + optind, argc - optind);
}
