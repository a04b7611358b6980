// SPDX-License-Identifier: MIT
// The client's sound devices without an engine: what comes in goes out. Tells
// what happens to the device; ends on a signal, after SECONDS, or with a file.
//
//   jack_loop BACKEND NAME SECONDS

#include "audio.h"

#include <jamnet/jamnet.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t quit;

static void on_signal(const int number)
{
  (void)number;
  quit = 1;
}

static void pass_on(void* const         context,
                    const float* const  in,
                    float* const* const out,
                    const unsigned      out_channels,
                    const unsigned      frames,
                    const JamTime       when) JAM_RT
{
  (void)context;
  (void)when;
  for (unsigned c = 0U; c < out_channels; ++c) {
    for (unsigned i = 0U; i < frames; ++i) {
      out[c][i] = in ? in[i] : 0.0F;
    }
  }
}

static int complain(const char* const sentence)
{
  (void)fprintf(stderr, "jack_loop: %s\n", sentence);
  return 1;
}

static void look_after(Audio* const audio, const double seconds)
{
  static const struct timespec moment = {0, 100000000};
  const JamTime end = jam_now() + (JamTime)(seconds * (double)JAM_SECOND);
  while (!quit && jam_now() < end) {
    char             text[AUDIO_NOTE_SIZE];
    const AudioEvent event = audio_poll(audio, text, sizeof(text));
    if (event != AUDIO_EVENT_NONE) {
      (void)puts(text);
      (void)fflush(stdout);
    }
    (void)nanosleep(&moment, NULL);
  }
}

int main(int argc, char** argv)
{
  if (argc != 4) {
    return complain("BACKEND NAME SECONDS");
  }
  char                 error[AUDIO_NOTE_SIZE] = "";
  const AudioCallbacks callbacks              = {pass_on, NULL};
  AudioConfig          config;
  memset(&config, 0, sizeof(config));
  config.backend      = argv[1];
  config.name         = argv[2];
  config.out_channels = 2U;
  (void)signal(SIGTERM, on_signal);
  (void)signal(SIGINT, on_signal);
  Audio* const audio = audio_open(&config, error, sizeof(error));
  if (!audio || !audio_start(audio, &callbacks, error, sizeof(error))) {
    if (!audio_close(audio)) {
      _exit(complain(error));
    }
    return complain(error);
  }
  (void)printf("%s at %u Hz.\n",
               audio_info(audio)->system,
               (unsigned)audio_info(audio)->rate_hz);
  (void)fflush(stdout);
  look_after(audio, strtod(argv[3], NULL));
  const AudioHealth health = audio_alive(audio);
  (void)printf("Ended %s.\n", health.alive ? "alive" : "dead");
  (void)fflush(stdout);
  if (!audio_close(audio)) {
    _exit(0);
  }
  return 0;
}
