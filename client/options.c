// SPDX-License-Identifier: MIT
// Command line of jamnet.

#include "options.h"

#include "midi_map.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  OPTION_NAME = 256,
  OPTION_HEADLESS,
  OPTION_SECONDS,
  OPTION_AUDIO,
  OPTION_API,
  OPTION_INPUT,
  OPTION_OUTPUT,
  OPTION_CHANNELS,
  OPTION_RATE,
  OPTION_BITS,
  OPTION_FRAMES,
  OPTION_MODE,
  OPTION_CLICK,
  OPTION_TEMPO,
  OPTION_ALIGN,
  OPTION_MIDI_IN,
  OPTION_MIDI_OUT,
  OPTION_MIDI_IN_MAP,
  OPTION_MIDI_OUT_MAP,
  OPTION_NO_MIDI,
  OPTION_IN,
  OPTION_OUT,
  OPTION_LOOP,
  OPTION_REPORT,
  OPTION_MIDI_RECORD,
  OPTION_LISTEN,
  OPTION_PUBLIC,
  OPTION_KEY,
  OPTION_KEY_LOG,
  OPTION_LIST,
  OPTION_SAVE,
  OPTION_THEME,
  OPTION_SCALE
};

static const struct option long_options[] = {
  {"name", required_argument, NULL, OPTION_NAME},
  {"headless", no_argument, NULL, OPTION_HEADLESS},
  {"seconds", required_argument, NULL, OPTION_SECONDS},
  {"audio", required_argument, NULL, OPTION_AUDIO},
  {"api", required_argument, NULL, OPTION_API},
  {"input", required_argument, NULL, OPTION_INPUT},
  {"output", required_argument, NULL, OPTION_OUTPUT},
  {"channels", required_argument, NULL, OPTION_CHANNELS},
  {"rate", required_argument, NULL, OPTION_RATE},
  {"bits", required_argument, NULL, OPTION_BITS},
  {"frames", required_argument, NULL, OPTION_FRAMES},
  {"mode", required_argument, NULL, OPTION_MODE},
  {"click", no_argument, NULL, OPTION_CLICK},
  {"tempo", required_argument, NULL, OPTION_TEMPO},
  {"align", required_argument, NULL, OPTION_ALIGN},
  {"midi-in", required_argument, NULL, OPTION_MIDI_IN},
  {"midi-out", required_argument, NULL, OPTION_MIDI_OUT},
  {"midi-in-map", required_argument, NULL, OPTION_MIDI_IN_MAP},
  {"midi-out-map", required_argument, NULL, OPTION_MIDI_OUT_MAP},
  {"no-midi", no_argument, NULL, OPTION_NO_MIDI},
  {"in", required_argument, NULL, OPTION_IN},
  {"out", required_argument, NULL, OPTION_OUT},
  {"loop", no_argument, NULL, OPTION_LOOP},
  {"report", required_argument, NULL, OPTION_REPORT},
  {"midi-record", required_argument, NULL, OPTION_MIDI_RECORD},
  {"listen", required_argument, NULL, OPTION_LISTEN},
  {"public", required_argument, NULL, OPTION_PUBLIC},
  {"key-file", required_argument, NULL, OPTION_KEY},
  {"key-log", required_argument, NULL, OPTION_KEY_LOG},
  {"list-devices", no_argument, NULL, OPTION_LIST},
  {"save", no_argument, NULL, OPTION_SAVE},
  {"theme", required_argument, NULL, OPTION_THEME},
  {"scale", required_argument, NULL, OPTION_SCALE},
  {"help", no_argument, NULL, 'h'},
  {"version", no_argument, NULL, 'V'},
  {NULL, 0, NULL, 0}};

static bool complain(const char* const option, const char* const sentence)
{
  (void)fprintf(stderr, "jamnet: %s %s\n", option, sentence);
  return false;
}

bool client_copy(char* const out, const size_t capacity, const char* const text)
{
  const size_t size = strlen(text);
  if (size >= capacity) {
    return false;
  }
  memcpy(out, text, size + 1U);
  return true;
}

static bool
copy(char* const out, const size_t capacity, const char* const option)
{
  return client_copy(out, capacity, optarg) || complain(option, "is too long.");
}

static bool number(const char* const option,
                   const double      minimum,
                   const double      maximum,
                   double* const     out)
{
  char*        end   = NULL;
  const double value = strtod(optarg, &end);
  if (!*optarg || *end || !(value >= minimum && value <= maximum)) {
    (void)fprintf(stderr,
                  "jamnet: %s takes a number from %g to %g, not '%s'.\n",
                  option,
                  minimum,
                  maximum,
                  optarg);
    return false;
  }
  *out = value;
  return true;
}

static bool read_mode(ClientOptions* const out)
{
  static const char* const names[] = {"tight", "normal", "safe"};
  for (int i = 0; i < 3; ++i) {
    if (!strcmp(optarg, names[i])) {
      out->mode = (JamMode)i;
      return true;
    }
  }
  return complain("--mode", "is tight, normal or safe.");
}

static bool read_align(ClientOptions* const out)
{
  static const char* const names[] = {"least", "common", "bar"};
  for (int i = 0; i < 3; ++i) {
    if (!strcmp(optarg, names[i])) {
      out->align = i;
      return true;
    }
  }
  return complain("--align", "is least, common or bar.");
}

static bool read_number(const int option, ClientOptions* const out)
{
  double value = 0.0;
  switch (option) {
  case OPTION_SECONDS:
    return number("--seconds", 0.0, 1e7, &out->seconds);
  case OPTION_TEMPO:
    return number("--tempo", 20.0, 400.0, &out->tempo);
  case OPTION_CHANNELS:
    if (!number("--channels", 1.0, 2.0, &value)) {
      return false;
    }
    out->channels = (unsigned)value;
    return true;
  case OPTION_RATE:
    if (!number("--rate", 1.0, 384000.0, &value)) {
      return false;
    }
    out->rate_hz = (uint32_t)value;
    return (value == 44100.0 || value == 48000.0 || value == 96000.0 ||
            value == 192000.0) ||
           complain("--rate", "is 44100, 48000, 96000 or 192000.");
  case OPTION_BITS:
    if (!number("--bits", 16.0, 24.0, &value)) {
      return false;
    }
    out->bits = (unsigned)value;
    return value == 16.0 || value == 24.0 || complain("--bits", "is 16 or 24.");
  case OPTION_FRAMES:
    if (!number("--frames", 32.0, 1024.0, &value)) {
      return false;
    }
    out->packet_frames = (uint16_t)value;
    return true;
  default:
    if (!number("--scale", 75.0, 300.0, &value)) {
      return false;
    }
    out->scale_percent = (int)value;
    return true;
  }
}

static bool read_map(char* const out, const size_t room)
{
  MidiMap map;
  if (!midi_map_read(optarg, &map)) {
    (void)fprintf(stderr,
                  "jamnet: '%s' is not a list like -12,1>10,2>-.\n",
                  optarg);
    return false;
  }
  return copy(out, room, "a MIDI map");
}

static bool read_text(const int option, ClientOptions* const out)
{
  switch (option) {
  case OPTION_NAME:
    return copy(out->name, sizeof(out->name), "--name");
  case OPTION_AUDIO:
    return copy(out->audio, sizeof(out->audio), "--audio");
  case OPTION_API:
    return copy(out->api, sizeof(out->api), "--api");
  case OPTION_INPUT:
    return copy(out->input, sizeof(out->input), "--input");
  case OPTION_OUTPUT:
    return copy(out->output, sizeof(out->output), "--output");
  case OPTION_MIDI_IN:
    return copy(out->midi_in, sizeof(out->midi_in), "--midi-in");
  case OPTION_MIDI_OUT:
    return copy(out->midi_out, sizeof(out->midi_out), "--midi-out");
  case OPTION_MIDI_IN_MAP:
    return read_map(out->midi_in_map, sizeof(out->midi_in_map));
  case OPTION_MIDI_OUT_MAP:
    return read_map(out->midi_out_map, sizeof(out->midi_out_map));
  case OPTION_IN:
    return copy(out->file_in, sizeof(out->file_in), "--in");
  case OPTION_OUT:
    return copy(out->file_out, sizeof(out->file_out), "--out");
  case OPTION_MIDI_RECORD:
    return copy(out->midi_record, sizeof(out->midi_record), "--midi-record");
  case OPTION_REPORT:
    return copy(out->report, sizeof(out->report), "--report");
  case OPTION_LISTEN:
    return copy(out->listen, sizeof(out->listen), "--listen");
  case OPTION_PUBLIC:
    return copy(out->public_address, sizeof(out->public_address), "--public");
  case OPTION_KEY:
    return copy(out->key_file, sizeof(out->key_file), "--key-file");
  case OPTION_KEY_LOG:
    return copy(out->key_log, sizeof(out->key_log), "--key-log");
  default:
    return copy(out->theme, sizeof(out->theme), "--theme");
  }
}

static bool read_one(const int option, ClientOptions* const out)
{
  switch (option) {
  case OPTION_HEADLESS:
    out->headless = true;
    return true;
  case OPTION_NO_MIDI:
    out->no_midi = true;
    return true;
  case OPTION_LOOP:
    out->loop = true;
    return true;
  case OPTION_SAVE:
    out->save = true;
    return true;
  case OPTION_LIST:
    out->action = CLIENT_LIST_DEVICES;
    return true;
  case 'h':
    out->action = CLIENT_HELP;
    return true;
  case 'V':
    out->action = CLIENT_VERSION;
    return true;
  case OPTION_CLICK:
    out->click = true;
    return true;
  case OPTION_MODE:
    return read_mode(out);
  case OPTION_ALIGN:
    return read_align(out);
  case OPTION_TEMPO:
  case OPTION_SECONDS:
  case OPTION_CHANNELS:
  case OPTION_RATE:
  case OPTION_BITS:
  case OPTION_FRAMES:
  case OPTION_SCALE:
    return read_number(option, out);
  case '?':
    (void)fputs("Try 'jamnet --help'.\n", stderr);
    return false; // getopt has said what is wrong
  default:
    return read_text(option, out);
  }
}

// A link is a secret, and a command line can be read by every user of the
// machine: a file keeps it between friends
static bool read_link_file(const char* const path, ClientOptions* const out)
{
  FILE* const file = fopen(path, "r");
  if (!file) {
    (void)fprintf(stderr, "jamnet: The file '%s' cannot be read.\n", path);
    return false;
  }
  const size_t size = fread(out->link, 1U, sizeof(out->link) - 1U, file);
  (void)fclose(file);
  out->link[size]                       = '\0';
  out->link[strcspn(out->link, "\r\n")] = '\0';
  if (!out->link[0]) {
    (void)fprintf(stderr,
                  "jamnet: The file '%s' does not hold an invite link.\n",
                  path);
    return false;
  }
  return true;
}

static bool read_link(const char* const word, ClientOptions* const out)
{
  if (word[0] == '@') {
    return read_link_file(word + 1, out);
  }
  return client_copy(out->link, sizeof(out->link), word) ||
         complain("The link", "is too long.");
}

bool client_options_read(const int            argc,
                         char** const         argv,
                         ClientOptions* const out)
{
  memset(out, 0, sizeof(*out));
  out->bits     = 24U;
  out->channels = 2U;
  out->mode     = JAM_MODE_NORMAL;
  out->align    = -1;
  (void)client_copy(out->audio, sizeof(out->audio), "portaudio");
  (void)client_copy(out->listen, sizeof(out->listen), "0.0.0.0:4460");
  const char* const user = getenv("USER");
  if (!user || !client_copy(out->name, sizeof(out->name), user)) {
    (void)client_copy(out->name, sizeof(out->name), "Player");
  }
  if (!client_config_load(out)) {
    return false;
  }
  int option = 0;
  while ((option = getopt_long(argc, argv, "hV", long_options, NULL)) != -1) {
    if (!read_one(option, out)) {
      return false;
    }
  }
  if (argc - optind > 1) {
    (void)fprintf(stderr,
                  "jamnet: One link at a time; '%s' is too much.\n",
                  argv[optind + 1]);
    return false;
  }
  return optind == argc || read_link(argv[optind], out);
}
