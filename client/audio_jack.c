// SPDX-License-Identifier: MIT
// Sound through JACK itself. Unlike PortAudio it notices when the server dies
// and can connect to the next one in the same process.

#include "audio_driver.h"
#include "audio_quiet.h"

#include <jack/jack.h>

#include <stdlib.h>

typedef struct Port {
  jack_client_t* client;
  jack_port_t*   in;
  jack_port_t*   out[2];
  unsigned       channels;
  AudioGate*     gate;
  unsigned       pass;
  _Atomic bool   gone; // The server shut us out
} Port;

static int on_block(const jack_nframes_t frames, void* const context)
{
  const Port* const  port = (const Port*)context;
  const JamTime      when = jam_now();
  const float* const in = (const float*)jack_port_get_buffer(port->in, frames);
  float*             out[2] = {NULL, NULL};
  for (unsigned c = 0U; c < port->channels; ++c) {
    out[c] = (float*)jack_port_get_buffer(port->out[c], frames);
  }
  audio_gate_process(port->gate,
                     port->pass,
                     in,
                     out,
                     port->channels,
                     frames,
                     when);
  return 0;
}

static int on_xrun(void* const context)
{
  audio_gate_xrun(((const Port*)context)->gate);
  return 0;
}

static void on_shutdown(void* const context)
{
  atomic_store(&((Port*)context)->gone, true);
}

static bool make_ports(Port* const port)
{
  static const char* const names[2] = {"out_0", "out_1"};
  port->in                          = jack_port_register(port->client,
                                "in_0",
                                JACK_DEFAULT_AUDIO_TYPE,
                                JackPortIsInput,
                                0UL);
  bool made                         = port->in != NULL;
  for (unsigned c = 0U; c < port->channels; ++c) {
    port->out[c] = jack_port_register(port->client,
                                      names[c],
                                      JACK_DEFAULT_AUDIO_TYPE,
                                      JackPortIsOutput,
                                      0UL);
    made         = made && port->out[c];
  }
  return made;
}

// Of the first physical port; 0 when there is none.
static double physical_latency_ms(jack_client_t* const client,
                                  const bool           is_input)
{
  const char** const names = jack_get_ports(
    client,
    NULL,
    JACK_DEFAULT_AUDIO_TYPE,
    (unsigned long)JackPortIsPhysical |
      (unsigned long)(is_input ? JackPortIsOutput : JackPortIsInput));
  jack_latency_range_t range = {0U, 0U};
  jack_port_t* const first = names ? jack_port_by_name(client, names[0]) : NULL;
  if (first) {
    jack_port_get_latency_range(first,
                                is_input ? JackCaptureLatency
                                         : JackPlaybackLatency,
                                &range);
  }
  jack_free((void*)names);
  return (double)range.max / (double)jack_get_sample_rate(client) * 1e3;
}

static void* port_open(const AudioConfig* const config,
                       AudioInfo* const         info,
                       char* const              error,
                       const size_t             size)
{
  Port* const port = (Port*)calloc(1U, sizeof(Port));
  if (!port) {
    audio_say(error, size, "There is not enough memory for sound.");
    return NULL;
  }
  port->channels = config->out_channels == 1U ? 1U : 2U;
  port->client   = jack_client_open(config->name ? config->name : "jamnet",
                                  JackNoStartServer,
                                  NULL);
  if (!port->client) {
    audio_say(error, size, "No JACK server is running.");
    free(port);
    return NULL;
  }
  const double rate = (double)jack_get_sample_rate(port->client);
  if (!audio_accept_rate(rate, config->rate_hz, info, error, size)) {
    (void)jack_client_close(port->client);
    free(port);
    return NULL;
  }
  if (!make_ports(port)) {
    audio_say(error, size, "JACK has no room for another client.");
    (void)jack_client_close(port->client);
    free(port);
    return NULL;
  }
  info->out_channels   = port->channels;
  info->in_latency_ms  = physical_latency_ms(port->client, true);
  info->out_latency_ms = physical_latency_ms(port->client, false);
  audio_say(info->system, sizeof(info->system), "JACK");
  audio_say(info->input, sizeof(info->input), "system");
  audio_say(info->output, sizeof(info->output), "system");
  return port;
}

// To the sound card, as the user expects; other wiring is theirs to make.
static void connect_physical(const Port* const port, const bool is_input)
{
  const unsigned     wanted = is_input ? 1U : port->channels;
  const char** const names  = jack_get_ports(
    port->client,
    NULL,
    JACK_DEFAULT_AUDIO_TYPE,
    (unsigned long)JackPortIsPhysical |
      (unsigned long)(is_input ? JackPortIsOutput : JackPortIsInput));
  for (unsigned c = 0U; names && c < wanted && names[c]; ++c) {
    (void)(is_input
             ? jack_connect(port->client, names[c], jack_port_name(port->in))
             : jack_connect(port->client,
                            jack_port_name(port->out[c]),
                            names[c]));
  }
  jack_free((void*)names);
}

static bool port_start(void* const      data,
                       AudioGate* const gate,
                       const unsigned   pass,
                       char* const      error,
                       const size_t     size)
{
  Port* const port = (Port*)data;
  port->gate       = gate;
  port->pass       = pass;
  jack_on_shutdown(port->client, on_shutdown, port);
  if (jack_set_process_callback(port->client, on_block, port) ||
      jack_set_xrun_callback(port->client, on_xrun, port) ||
      jack_activate(port->client)) {
    audio_say(error, size, "The JACK server does not let the client start.");
    return false;
  }
  connect_physical(port, true);
  connect_physical(port, false);
  return true;
}

static bool port_active(const void* const data)
{
  return !atomic_load(&((const Port*)data)->gone);
}

static bool port_finished(const void* const data)
{
  (void)data;
  return false;
}

static bool port_close(void* const data)
{
  Port* const port = (Port*)data;
  (void)jack_client_close(port->client);
  free(port);
  return true;
}

static const AudioDriver* port_successor(const void* const data)
{
  (void)data;
  return &audio_driver_jack;
}

static unsigned port_list(AudioDevice* const out, const unsigned capacity)
{
  (void)out;
  (void)capacity;
  return 0U; // PortAudio lists the server
}

const AudioDriver audio_driver_jack = {"jack",
                                       port_open,
                                       port_start,
                                       port_active,
                                       port_finished,
                                       port_close,
                                       port_successor,
                                       port_list};
