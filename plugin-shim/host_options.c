// SPDX-License-Identifier: MIT
// Reading the command line of the example host.

#include "host_options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bool host_complain(const char* const format, ...)
{
  va_list args;
  va_start(args, format);
  (void)fputs("jam-shim-host: ", stderr);
  (void)vfprintf(stderr, format, args);
  (void)fputc('\n', stderr);
  va_end(args);
  return false;
}

static bool number(const char* const option,
                   const char* const text,
                   const double      minimum,
                   const double      maximum,
                   double* const     out)
{
  char*        end   = NULL;
  const double value = strtod(text, &end);
  if (!*text || *end || !(value >= minimum && value <= maximum)) {
    return host_complain("--%s takes a number from %g to %g, not '%s'.",
                         option,
                         minimum,
                         maximum,
                         text);
  }
  *out = value;
  return true;
}

static void help(void)
{
  (void)puts("Usage: jam-shim-host [OPTION]... [FILE]\n"
             "Load the JAMNet plug-in, play FILE (or a tone) into a room, and "
             "tell what\n"
             "was heard there.\n"
             "\n"
             "  --link LINK       the room's invite\n"
             "  --name NAME       what the others call you\n"
             "  --out FILE        write what was heard, a stereo WAV\n"
             "  --state FILE      bring in this saved state, if it is there, "
             "and save it\n"
             "                    again at the end\n"
             "  --seconds N       how long (default 10)\n"
             "  --block N         frames per call (default 256)\n"
             "  --rate HZ         without FILE (default 48000)\n"
             "  --fast            as fast as the machine can, like an export\n"
             "  --library FILE    the plug-in (default libjam_shim.so.1)");
}

static bool read_option(const int          option,
                        const char* const  name,
                        const char* const  asked,
                        HostOptions* const o)
{
  double value = 0.0;
  switch (option) {
  case 'l':
    o->link = optarg;
    return true;
  case 'n':
    o->name = optarg;
    return true;
  case 'o':
    o->out = optarg;
    return true;
  case 's':
    o->state = optarg;
    return true;
  case 'p':
    o->library = optarg;
    return true;
  case 'f':
    o->fast = true;
    return true;
  case 't':
    return number(name, optarg, 0.0, 1e6, &o->seconds);
  case 'r':
    return number(name, optarg, 1.0, 1e6, &o->rate_hz);
  case 'b':
    if (!number(name, optarg, 1.0, HOST_MAX_BLOCK, &value)) {
      return false;
    }
    o->block = (unsigned)value;
    return true;
  default:
    return host_complain(
      "'%s' is not an option here, or has no value; see --help.",
      asked);
  }
}

bool host_options_read(const int argc, char** const argv, HostOptions* const o)
{
  static const struct option long_options[] = {
    {"link", required_argument, NULL, 'l'},
    {"name", required_argument, NULL, 'n'},
    {"out", required_argument, NULL, 'o'},
    {"state", required_argument, NULL, 's'},
    {"library", required_argument, NULL, 'p'},
    {"fast", no_argument, NULL, 'f'},
    {"seconds", required_argument, NULL, 't'},
    {"rate", required_argument, NULL, 'r'},
    {"block", required_argument, NULL, 'b'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0}};
  int option = 0;
  int which  = 0;
  opterr     = 0; // Our own sentence
  while ((option = getopt_long(argc, argv, "", long_options, &which)) != -1) {
    if (option == 'h') {
      help();
      exit(EXIT_SUCCESS);
    }
    if (!read_option(option, long_options[which].name, argv[optind - 1], o)) {
      return false;
    }
  }
  if (optind + 1 < argc) {
    return host_complain("One FILE only, not also '%s'.", argv[optind + 1]);
  }
  o->in = argv[optind];
  return true;
}
