// SPDX-License-Identifier: MIT
// The smallest host of the plug-in: plays a sound file (or a tone) into a room
// and writes what it heard there to a WAV. Read it to see how the shim is used.
//
//   jam-shim-host --link 'jamnet://...' [--out heard.wav] [played.wav]
//
// What it shows, in order: load the library and ask for the callbacks; create;
// bring in the saved state; activate; process from one thread with a steady
// pace; look at the status now and then; save the state; deactivate; destroy.

#include "host_options.h"
#include "jam_shim.h"

#include <sndfile.h>

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TONE_HZ 440.0
#define TONE_LEVEL 0.25
#define TWO_PI 6.283185307179586

typedef struct Host {
  HostOptions      options;
  void*            library;
  const JamShim*   shim;
  JamShimInstance* jam;
  SNDFILE*         in;
  SNDFILE*         out;
  unsigned         in_channels;
  uint64_t         notes;
  double           energy; // Of all that was heard
} Host;

// One symbol, asked for by version; the rest is in the struct behind it.
static bool load_library(Host* const host)
{
  host->library = dlopen(host->options.library, RTLD_NOW | RTLD_LOCAL);
  if (!host->library) {
    return host_complain("The plug-in cannot be loaded: %s.", dlerror());
  }
  JamShimGet  get    = NULL;
  void* const symbol = dlsym(host->library, "jam_shim_get");
  memcpy(&get, &symbol, sizeof(get)); // ISO C has no cast for this
  host->shim = get ? get(JAM_SHIM_VERSION) : NULL;
  if (!host->shim) {
    return host_complain("'%s' is not a JAMNet plug-in of version %u.",
                         host->options.library,
                         JAM_SHIM_VERSION);
  }
  return true;
}

static bool open_files(Host* const host)
{
  HostOptions* const o    = &host->options;
  SF_INFO            info = {0};
  if (o->in) {
    host->in = sf_open(o->in, SFM_READ, &info);
    if (!host->in) {
      return host_complain("'%s' cannot be read: %s", o->in, sf_strerror(NULL));
    }
    if (info.channels > 2) {
      return host_complain("'%s' has %d channels; one or two can be played.",
                           o->in,
                           info.channels);
    }
    host->in_channels = (unsigned)info.channels;
    o->rate_hz        = (double)info.samplerate;
  } else {
    host->in_channels = 1U;
  }
  if (o->out) {
    info            = (SF_INFO){0};
    info.samplerate = (int)o->rate_hz;
    info.channels   = 2;
    info.format     = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
    host->out       = sf_open(o->out, SFM_WRITE, &info);
    if (!host->out) {
      return host_complain("'%s' cannot be written: %s",
                           o->out,
                           sf_strerror(NULL));
    }
  }
  return true;
}

// A host keeps the state as text, unread, with its project.
static bool load_state(const Host* const host)
{
  char        text[JAM_SHIM_STATE_SIZE + 1U];
  char        error[JAM_SHIM_TEXT_SIZE];
  FILE* const file =
    host->options.state ? fopen(host->options.state, "rb") : NULL;
  if (!file) {
    return true; // The first time
  }
  const size_t size = fread(text, 1U, sizeof(text), file);
  (void)fclose(file);
  return host->shim->load(host->jam, text, size, error, sizeof(error)) ||
         host_complain("'%s': %s", host->options.state, error);
}

static bool save_state(const Host* const host)
{
  char text[JAM_SHIM_STATE_SIZE];
  if (!host->options.state) {
    return true;
  }
  const size_t size = host->shim->save(host->jam, text, sizeof(text));
  FILE* const  file = fopen(host->options.state, "wb");
  const bool   done = file && fwrite(text, 1U, size, file) == size;
  const bool   shut = file && fclose(file) == 0;
  return (done && shut) || host_complain("The state '%s' cannot be written.",
                                         host->options.state);
}

// What the user typed replaces what the state said.
static bool set_settings(const Host* const host)
{
  const HostOptions* const o = &host->options;
  JamShimSettings          settings;
  host->shim->get_settings(host->jam, &settings);
  if (o->link && strlen(o->link) >= sizeof(settings.link)) {
    return host_complain("--link is too long for an invite.");
  }
  if (o->name && strlen(o->name) >= sizeof(settings.name)) {
    return host_complain("--name takes up to %u bytes.",
                         JAM_SHIM_NAME_SIZE - 1U);
  }
  if (o->link) {
    strcpy(settings.link, o->link);
  }
  if (o->name) {
    strcpy(settings.name, o->name);
  }
  return host->shim->set_settings(host->jam, &settings);
}

static void fill_input(Host* const    host,
                       float* const   interleaved,
                       float* const   left,
                       float* const   right,
                       const uint64_t position)
{
  const unsigned frames = host->options.block;
  if (!host->in) {
    const double step = TWO_PI * TONE_HZ / host->options.rate_hz;
    for (unsigned i = 0U; i < frames; ++i) {
      left[i] = (float)(TONE_LEVEL * sin(step * (double)(position + i)));
    }
    return;
  }
  const sf_count_t got = sf_readf_float(host->in, interleaved, frames);
  for (unsigned i = 0U; i < frames; ++i) {
    const bool   some = (sf_count_t)i < got;
    const float* from = interleaved + (size_t)i * host->in_channels;
    left[i]           = some ? from[0] : 0.0F;
    right[i]          = some ? from[host->in_channels - 1U] : 0.0F;
  }
}

static bool take_output(Host* const        host,
                        float* const       interleaved,
                        const float* const left,
                        const float* const right)
{
  const sf_count_t frames = (sf_count_t)host->options.block;
  for (sf_count_t i = 0; i < frames; ++i) {
    interleaved[2 * i]     = left[i];
    interleaved[2 * i + 1] = right[i];
    host->energy += (double)left[i] * (double)left[i];
  }
  return !host->out ||
         sf_writef_float(host->out, interleaved, frames) == frames ||
         host_complain("'%s' cannot be written: %s",
                       host->options.out,
                       sf_strerror(host->out));
}

// A sound card would call at the right time; here the clock does.
static void wait_for(const struct timespec* const start, const double seconds)
{
  struct timespec until = *start;
  until.tv_sec += (time_t)seconds;
  until.tv_nsec += (long)((seconds - floor(seconds)) * 1e9);
  if (until.tv_nsec >= 1000000000L) {
    until.tv_nsec -= 1000000000L;
    ++until.tv_sec;
  }
  (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static bool play(Host* const host)
{
  static float             interleaved[2U * HOST_MAX_BLOCK];
  static float             buffers[4][HOST_MAX_BLOCK];
  const HostOptions* const o      = &host->options;
  const float* const       in[2]  = {buffers[0], buffers[1]};
  float* const             out[2] = {buffers[2], buffers[3]};
  const uint64_t           total  = (uint64_t)(o->seconds * o->rate_hz);
  char                     said[JAM_SHIM_TEXT_SIZE] = "";
  JamShimMidi              midi[64];
  struct timespec          start;
  (void)clock_gettime(CLOCK_MONOTONIC, &start);
  for (uint64_t position = 0U; position < total; position += o->block) {
    JamShimBlock block      = {0};
    block.frames            = o->block;
    block.in_channels       = host->in_channels;
    block.in                = in;
    block.out_channels      = 2U;
    block.out               = out;
    block.offline           = o->fast;
    block.midi_out          = midi;
    block.midi_out_capacity = sizeof(midi) / sizeof(midi[0]);
    fill_input(host, interleaved, buffers[0], buffers[1], position);
    if (!o->fast) {
      wait_for(&start, (double)position / o->rate_hz);
    }
    host->shim->process(host->jam, &block);
    host->notes += block.midi_out_count;
    if (!take_output(host, interleaved, buffers[2], buffers[3])) {
      return false;
    }
    // A host with a window would ask from there; one thread is enough here
    JamShimStatus status;
    host->shim->status(host->jam, &status);
    if (strcmp(said, status.sentence) != 0) {
      memcpy(said, status.sentence, sizeof(said));
      (void)printf("%7.3f s: %s\n", (double)position / o->rate_hz, said);
      (void)fflush(stdout);
    }
  }
  return true;
}

static bool run(Host* const host)
{
  const HostOptions* const o = &host->options;
  if (!load_library(host) || !open_files(host)) {
    return false;
  }
  host->jam = host->shim->create();
  if (!host->jam) {
    return host_complain("There is no memory for the plug-in.");
  }
  if (!load_state(host) || !set_settings(host)) {
    return false;
  }
  const JamShimInfo* const info = host->shim->describe();
  (void)printf("%s %s, %g Hz, blocks of %u frames\n",
               info->name,
               info->version,
               o->rate_hz,
               o->block);
  // Even where it says no, process may be called: it gives silence, and the
  // status holds the reason.
  (void)host->shim->activate(host->jam, o->rate_hz, o->block);
  const bool    played = play(host);
  JamShimStatus status;
  host->shim->status(host->jam, &status);
  (void)printf("People: %u. Round trip: %.1f ms. Heard: %.1f dB RMS, %llu MIDI "
               "messages.\n",
               status.people,
               (double)status.round_trip_ms,
               10.0 * log10(host->energy / (o->seconds * o->rate_hz) + 1e-20),
               (unsigned long long)host->notes);
  const bool saved = played && save_state(host);
  host->shim->deactivate(host->jam);
  return saved;
}

int main(int argc, char** argv)
{
  static Host host;
  host.options.library = "libjam_shim.so.1";
  host.options.rate_hz = 48000.0;
  host.options.seconds = 10.0;
  host.options.block   = 256U;
  const bool fine = host_options_read(argc, argv, &host.options) && run(&host);
  if (host.jam) {
    host.shim->destroy(host.jam);
  }
  if (host.in) {
    (void)sf_close(host.in);
  }
  if (host.out && sf_close(host.out) != 0) {
    return EXIT_FAILURE;
  }
  if (host.library) {
    (void)dlclose(host.library);
  }
  return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}
