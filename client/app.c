// SPDX-License-Identifier: MIT
// The jam app: starting it, looking after it, stopping it.

#include "app.h"

#include "addresses.h"

#include <stdio.h>
#include <string.h>

static bool complain(const char* const sentence)
{
  (void)fprintf(stderr, "jamnet: %s\n", sentence);
  return false;
}

static const char* or_null(const char* const text)
{
  return text[0] ? text : NULL;
}

static bool open_audio(App* const app)
{
  const ClientOptions* const o = app->options;
  char                       error[AUDIO_NOTE_SIZE];
  AudioConfig                config = {0};
  const bool                 file   = o->file_in[0] || o->file_out[0];
  config.backend                    = file ? "virtual" : o->audio;
  config.api                        = or_null(o->api);
  config.input                      = or_null(o->input);
  config.output                     = or_null(o->output);
  config.name                       = o->name;
  config.rate_hz                    = o->rate_hz;
  config.out_channels               = o->channels;
  config.file_in                    = or_null(o->file_in);
  config.file_out                   = or_null(o->file_out);
  config.loop                       = o->loop;
  app->audio                        = audio_open(&config, error, sizeof(error));
  return app->audio != NULL || complain(error);
}

static bool open_engine(App* const app)
{
  const ClientOptions* const o = app->options;
  JamConfig                  config;
  jam_config_default(&config);
  config.rate_hz       = audio_info(app->audio)->rate_hz;
  config.packet_frames = o->packet_frames;
  config.bits          = (uint8_t)o->bits;
  config.mode          = o->mode;
  config.midi          = !o->no_midi;
  config.key_log       = or_null(o->key_log);
  memcpy(config.name, o->name, sizeof(config.name));
  const JamStatus status = jam_new(&config, &app->jam);
  if (status == JAM_ERR_FILE) {
    return complain("--key-log takes a file that can be written, and that "
                    "nobody else may read.");
  }
  if (status == JAM_ERR_ARGUMENT) {
    return complain("--frames is half, one, two or four units; a unit is 64 "
                    "at 44.1 and 48 kHz, 128 at 96, 256 at 192.");
  }
  if (status == JAM_OK && config.key_log) {
    (void)fprintf(stderr,
                  "jamnet: WARNING: the keys of this jam are written to '%s'. "
                  "Whoever has that file and the packets can listen. Leave out "
                  "--key-log unless you are looking for a fault.\n",
                  config.key_log);
  }
  return status == JAM_OK || complain(jam_status_text(status));
}

static bool host_failed(const ClientOptions* const o, const JamStatus status)
{
  switch (status) {
  case JAM_ERR_IN_USE:
    (void)fprintf(stderr,
                  "jamnet: Another program already listens on %s. Choose "
                  "another port with --listen.\n",
                  o->listen);
    return false;
  case JAM_ERR_ARGUMENT:
  case JAM_ERR_NOT_FOUND:
    (void)fprintf(stderr,
                  "jamnet: '%s' is not an address of this machine with a "
                  "port, such as 0.0.0.0:4460.\n",
                  o->listen);
    return false;
  case JAM_ERR_FILE:
  case JAM_ERR_CRYPTO:
    (void)fprintf(stderr,
                  "jamnet: The key file '%s' cannot be used: it must hold a "
                  "node key and be readable by its owner alone.\n",
                  o->key_file);
    return false;
  default:
    return complain(jam_status_text(status));
  }
}

static bool host(App* const app)
{
  const ClientOptions* const o = app->options;
  JamNodeConfig              config;
  char                       addresses[512];
  jam_node_config_default(&config);
  config.listen          = o->listen;
  config.key_file        = or_null(o->key_file);
  const JamStatus status = jam_node_start(&config, &app->node);
  if (status != JAM_OK) {
    return host_failed(o, status);
  }
  client_addresses(o->public_address,
                   jam_node_port(app->node),
                   addresses,
                   sizeof(addresses));
  if (jam_node_invite(app->node, addresses, app->invite, sizeof(app->invite)) !=
      JAM_OK) {
    return complain("--public takes HOST:PORT, such as jam.example.org:4460.");
  }
  (void)printf("Others join with this invite:\n  jamnet '%s'\n", app->invite);
  (void)printf(o->public_address[0]
                 ? "It works for everyone who can reach %s (UDP).\n"
                 : "It works for people in your network. For everyone else, "
                   "forward UDP port %s\nto this machine and give its outside "
                   "address with --public.\n",
               o->public_address[0] ? o->public_address
                                    : strrchr(o->listen, ':') + 1);
  return true;
}

static bool join(App* const app)
{
  const char* const link   = app->node ? app->invite : app->options->link;
  const JamStatus   status = jam_join(app->jam, link);
  switch (status) {
  case JAM_OK:
    return true;
  case JAM_ERR_FORMAT:
    return complain("This is not an invite link. It looks like "
                    "jamnet://HOST:PORT/#KEY.SECRET; put it in quotes.");
  case JAM_ERR_NOT_FOUND:
    return complain("The host of this invite cannot be found. Is there a "
                    "network connection?");
  default:
    return complain(jam_status_text(status));
  }
}

static void process(void*         context,
                    const float*  in,
                    float* const* out,
                    unsigned      out_channels,
                    unsigned      frames,
                    JamTime       when) JAM_RT;

static void process(void* const         context,
                    const float* const  in,
                    float* const* const out,
                    const unsigned      out_channels,
                    const unsigned      frames,
                    const JamTime       when)
{
  jam_process((Jam*)context, in, out, out_channels, frames, when);
}

static bool start_devices(App* const app)
{
  const ClientOptions* const o = app->options;
  char                       error[AUDIO_NOTE_SIZE];
  const AudioCallbacks       callbacks = {process, app->jam};
  if (!audio_start(app->audio, &callbacks, error, sizeof(error))) {
    return complain(error);
  }
  if (!o->no_midi) {
    MidiConfig config = {.api    = or_null(o->api),
                         .input  = or_null(o->midi_in),
                         .output = or_null(o->midi_out),
                         .name   = o->name};
    if (!midi_map_read(o->midi_in_map, &config.input_map) ||
        !midi_map_read(o->midi_out_map, &config.output_map)) {
      return complain("A MIDI map in the configuration file is not valid.");
    }
    if (o->midi_record[0]) {
      app->midi_recorder =
        midi_recorder_start(o->midi_record, jam_now(), error, sizeof(error));
      if (!app->midi_recorder) {
        return complain(error);
      }
      config.recorder = app->midi_recorder;
    }
    app->midi = midi_open(&config, app->jam, error, sizeof(error));
    if (!app->midi && (o->midi_in[0] || o->midi_out[0])) {
      return complain(error); // Asked for by name; otherwise just without
    }
  }
  return true;
}

bool app_start(App* const app, const ClientOptions* const options)
{
  memset(app, 0, sizeof(*app));
  app->options = options;
  if (!open_audio(app) || !open_engine(app) ||
      (!options->link[0] && !host(app)) || !join(app) || !start_devices(app)) {
    return false;
  }
  const AudioInfo* const info = audio_info(app->audio);
  (void)printf("Sound: %s, %u Hz.%s%s\n",
               info->system,
               info->rate_hz,
               info->note[0] ? " " : "",
               info->note);
  (void)fflush(stdout);
  return true;
}

// What the command line asks of the band's transport, once its clock is known
static void set_transport(App* const app)
{
  const ClientOptions* const o = app->options;
  if (app->counted || app->view.state != JAM_STATE_JOINED ||
      !app->view.transport.known) {
    return;
  }
  app->counted                 = true;
  const JamCommand commands[4] = {
    {.kind  = JAM_COMMAND_CLICK,
     .value = app->view.transport.click_level,
     .flag  = true},
    {.kind = JAM_COMMAND_ALIGN, .value = (float)o->align},
    {.kind = JAM_COMMAND_TEMPO, .value = (float)o->tempo},
    {.kind = JAM_COMMAND_START},
  };
  const bool wished[4] = {o->click,
                          o->align >= 0,
                          o->tempo > 0.0,
                          o->tempo > 0.0};
  for (unsigned i = 0U; i < 4U; ++i) {
    if (wished[i]) {
      (void)jam_command(app->jam, &commands[i]);
    }
  }
}

bool app_poll(App* const app)
{
  char             text[AUDIO_NOTE_SIZE];
  const AudioEvent event = audio_poll(app->audio, text, sizeof(text));
  if (event != AUDIO_EVENT_NONE && event != AUDIO_EVENT_FINISHED) {
    (void)printf("%s\n", text);
  }
  if (event == AUDIO_EVENT_STOPPED && app->midi) {
    midi_suspend(app->midi);
  } else if (event == AUDIO_EVENT_BACK && app->midi &&
             !midi_resume(app->midi, text, sizeof(text))) {
    (void)printf("%s\n", text);
  }
  jam_view(app->jam, &app->view);
  if (app->view.user_count >= app->heard.user_count) {
    app->heard = app->view;
  }
  if (strcmp(app->shown, app->view.message) != 0) {
    memcpy(app->shown, app->view.message, sizeof(app->shown));
    if (app->shown[0]) {
      (void)printf("%s\n", app->shown);
    }
  }
  (void)fflush(stdout);
  if (app->view.state == JAM_STATE_JOINED && !app->joined) {
    app->joined = jam_now();
  }
  set_transport(app);
  return event != AUDIO_EVENT_FINISHED;
}

bool app_stop(App* const app)
{
  if (app->jam && app->options->report[0]) {
    (void)app_report(app, app->options->report);
  }
  midi_close(app->midi);
  if (!midi_recorder_stop(app->midi_recorder)) {
    (void)complain("Not all MIDI could be recorded.");
  }
  if (app->audio) {
    audio_stop(app->audio);
  }
  jam_free(app->jam);
  jam_node_stop(app->node);
  return audio_close(app->audio);
}
