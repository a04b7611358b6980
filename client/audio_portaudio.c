// SPDX-License-Identifier: MIT
// Sound through PortAudio: JACK when its server runs, else the best system.

#include "audio_driver.h"
#include "audio_quiet.h"

#include <pa_jack.h>
#include <portaudio.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define SANE_LATENCY_S 1.0 // PortAudio may report what underflowed

typedef struct Port {
  PaStream*  stream;
  AudioGate* gate;
  unsigned   pass;
  unsigned   channels;
  bool       jack;
  bool       started;
} Port;

typedef struct System {
  const char*     option; // As AudioConfig.api names it
  PaHostApiTypeId type;
} System;

// Best first. JACK is listed by PortAudio only while its server runs, and is
// then what the user wants; "default" devices move about between systems.
static const System systems[] = {{"jack", paJACK},
                                 {"alsa", paALSA},
                                 {"oss", paOSS}};

#define SYSTEM_COUNT (sizeof(systems) / sizeof(systems[0]))

static PaError initialize(void)
{
  const int     kept   = audio_quiet_begin();
  const PaError result = Pa_Initialize();
  audio_quiet_end(kept);
  return result;
}

static PaHostApiIndex
find_system(const char* const option, char* const error, const size_t size)
{
  for (size_t i = 0U; i < SYSTEM_COUNT; ++i) {
    if (option && strcmp(option, systems[i].option) != 0) {
      continue;
    }
    const PaHostApiIndex index =
      Pa_HostApiTypeIdToHostApiIndex(systems[i].type);
    if (index >= 0 && Pa_GetHostApiInfo(index)->deviceCount > 0) {
      return index;
    }
  }
  if (option && !strcmp(option, "jack")) {
    audio_say(error, size, "No JACK server is running.");
  } else if (option) {
    audio_say(error, size, "The sound system \"%s\" has no devices.", option);
  } else {
    audio_say(error,
              size,
              "There is no sound device: plug one in, or start a JACK server.");
  }
  return -1;
}

static bool contains(const char* const text, const char* const part)
{
  const size_t length = strlen(part);
  for (const char* at = text; strlen(at) >= length; ++at) {
    size_t i = 0U;
    while (i < length &&
           tolower((unsigned char)at[i]) == tolower((unsigned char)part[i])) {
      ++i;
    }
    if (i == length) {
      return true;
    }
  }
  return false;
}

static bool fits(const PaDeviceIndex  index,
                 const PaHostApiIndex system,
                 const bool           is_input)
{
  const PaDeviceInfo* const info = Pa_GetDeviceInfo(index);
  return info && info->hostApi == system &&
         (is_input ? info->maxInputChannels : info->maxOutputChannels) > 0;
}

// A number is an index of the list; a name is matched whole, then in part.
static PaDeviceIndex find_device(const PaHostApiIndex system,
                                 const char* const    wanted,
                                 const bool           is_input)
{
  const PaHostApiInfo* const info = Pa_GetHostApiInfo(system);
  if (!wanted || !*wanted) {
    return is_input ? info->defaultInputDevice : info->defaultOutputDevice;
  }
  char*      end    = NULL;
  const long number = strtol(wanted, &end, 10);
  if (*end == '\0' && number >= 0 && number < Pa_GetDeviceCount() &&
      fits((PaDeviceIndex)number, system, is_input)) {
    return (PaDeviceIndex)number;
  }
  PaDeviceIndex found = paNoDevice;
  for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount(); ++i) {
    if (fits(i, system, is_input)) {
      const char* const name = Pa_GetDeviceInfo(i)->name;
      if (!strcmp(name, wanted)) {
        return i;
      }
      found = (found == paNoDevice && contains(name, wanted)) ? i : found;
    }
  }
  return found;
}

static int on_block(const void* const                     input,
                    void* const                           output,
                    const unsigned long                   frames,
                    const PaStreamCallbackTimeInfo* const time,
                    const PaStreamCallbackFlags           flags,
                    void* const                           context)
{
  (void)time;
  const Port* const         port = (const Port*)context;
  const float* const* const in   = (const float* const*)input;
  audio_gate_process(port->gate,
                     port->pass,
                     in ? in[0] : NULL,
                     (float* const*)output,
                     port->channels,
                     (unsigned)frames,
                     jam_now());
  if (flags & (paInputOverflow | paOutputUnderflow)) {
    audio_gate_xrun(port->gate);
  }
  return paContinue;
}

static double sane_ms(const double latency_s)
{
  return (latency_s > 0.0 && latency_s < SANE_LATENCY_S) ? latency_s * 1e3
                                                         : 0.0;
}

typedef struct Devices {
  PaHostApiIndex     system;
  PaDeviceIndex      in, out;
  PaStreamParameters in_want, out_want;
} Devices;

static bool choose(const AudioConfig* const config,
                   Devices* const           devices,
                   char* const              error,
                   const size_t             size)
{
  devices->system = find_system(config->api, error, size);
  if (devices->system < 0) {
    return false;
  }
  devices->in  = find_device(devices->system, config->input, true);
  devices->out = find_device(devices->system, config->output, false);
  if (devices->out == paNoDevice ||
      (config->input && devices->in == paNoDevice)) {
    const char* const name =
      devices->out == paNoDevice ? config->output : config->input;
    audio_say(error,
              size,
              "The sound system %s has no %s device%s%s.",
              Pa_GetHostApiInfo(devices->system)->name,
              devices->out == paNoDevice ? "output" : "input",
              name ? " that fits " : "",
              name ? name : "");
    return false;
  }
  const PaDeviceInfo* const out_info = Pa_GetDeviceInfo(devices->out);
  devices->out_want                  = (PaStreamParameters){
                     devices->out,
    config->out_channels == 1U || out_info->maxOutputChannels == 1 ? 1 : 2,
                     paFloat32 | paNonInterleaved,
                     out_info->defaultLowOutputLatency,
                     NULL};
  if (devices->in != paNoDevice) {
    devices->in_want = (PaStreamParameters){
      devices->in,
      1,
      paFloat32 | paNonInterleaved,
      Pa_GetDeviceInfo(devices->in)->defaultLowInputLatency,
      NULL};
  }
  return true;
}

static void describe(const Devices* const devices,
                     PaStream* const      stream,
                     AudioInfo* const     info)
{
  const PaStreamInfo* const stream_info = Pa_GetStreamInfo(stream);
  const PaHostApiInfo*      system      = Pa_GetHostApiInfo(devices->system);
  const bool                has_input   = devices->in != paNoDevice;
  audio_say(info->system, sizeof(info->system), "%s", system->name);
  audio_say(info->output,
            sizeof(info->output),
            "%s",
            Pa_GetDeviceInfo(devices->out)->name);
  audio_say(info->input,
            sizeof(info->input),
            "%s",
            has_input ? Pa_GetDeviceInfo(devices->in)->name : "");
  audio_say(info->note,
            sizeof(info->note),
            "%s",
            has_input ? "" : "There is no microphone; you can only listen.");
  info->out_channels  = (unsigned)devices->out_want.channelCount;
  info->in_latency_ms = stream_info ? sane_ms(stream_info->inputLatency) : 0.0;
  info->out_latency_ms =
    stream_info ? sane_ms(stream_info->outputLatency) : 0.0;
}

static double device_rate(const Devices* const devices,
                          const uint32_t       wanted_hz)
{
  const double own = Pa_GetDeviceInfo(devices->out)->defaultSampleRate;
  const PaStreamParameters* input =
    devices->in == paNoDevice ? NULL : &devices->in_want;
  // A device that has one rate only keeps it; 48010 Hz counts as 48000 Hz
  if (!wanted_hz || audio_nominal_rate(own) == wanted_hz ||
      Pa_IsFormatSupported(input, &devices->out_want, (double)wanted_hz) !=
        paFormatIsSupported) {
    return own;
  }
  return (double)wanted_hz;
}

static bool open_stream(const AudioConfig* const config,
                        Port* const              port,
                        AudioInfo* const         info,
                        char* const              error,
                        const size_t             size)
{
  Devices devices;
  memset(&devices, 0, sizeof(devices));
  if (!choose(config, &devices, error, size)) {
    return false;
  }
  const double rate = device_rate(&devices, config->rate_hz);
  if (!audio_accept_rate(rate, config->rate_hz, info, error, size)) {
    return false;
  }
  port->jack     = Pa_GetHostApiInfo(devices.system)->type == paJACK;
  port->channels = (unsigned)devices.out_want.channelCount;
  // On JACK a fixed block length adds as many frames of delay
  const unsigned long frames =
    port->jack ? paFramesPerBufferUnspecified : config->block_frames;
  const PaError result =
    Pa_OpenStream(&port->stream,
                  devices.in == paNoDevice ? NULL : &devices.in_want,
                  &devices.out_want,
                  rate,
                  frames,
                  paClipOff | paDitherOff,
                  on_block,
                  port);
  if (result != paNoError) {
    audio_say(error,
              size,
              "The sound device \"%s\" cannot be opened: %s.",
              Pa_GetDeviceInfo(devices.out)->name,
              Pa_GetErrorText(result));
    return false;
  }
  describe(&devices, port->stream, info);
  return true;
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
  if (config->name) {
    (void)PaJack_SetClientName(config->name);
  }
  const PaError result = initialize();
  if (result != paNoError) {
    audio_say(error, size, "PortAudio says: %s.", Pa_GetErrorText(result));
    free(port);
    return NULL;
  }
  if (!open_stream(config, port, info, error, size)) {
    (void)Pa_Terminate();
    free(port);
    return NULL;
  }
  return port;
}

static bool port_start(void* const      data,
                       AudioGate* const gate,
                       const unsigned   pass,
                       char* const      error,
                       const size_t     size)
{
  Port* const port     = (Port*)data;
  port->gate           = gate;
  port->pass           = pass;
  const PaError result = Pa_StartStream(port->stream);
  if (result != paNoError) {
    audio_say(error,
              size,
              "The sound device does not start: %s.",
              Pa_GetErrorText(result));
  }
  port->started = result == paNoError;
  return port->started;
}

static bool port_active(const void* const data)
{
  return Pa_IsStreamActive(((const Port*)data)->stream) == 1;
}

static bool port_finished(const void* const data)
{
  (void)data;
  return false;
}

// PortAudio cannot leave a JACK server that is going down: depending on the
// moment it waits ten minutes or aborts the process. So a running client just
// ends with its process, which JACK takes well.
static bool port_close(void* const data)
{
  Port* const port = (Port*)data;
  if (port->jack && port->started) {
    return false;
  }
  (void)Pa_AbortStream(port->stream);
  (void)Pa_CloseStream(port->stream);
  (void)Pa_Terminate();
  free(port);
  return true;
}

static const AudioDriver* port_successor(const void* const data)
{
  if (!((const Port*)data)->jack) {
    return &audio_driver_portaudio;
  }
#ifdef JAM_HAVE_JACK
  return &audio_driver_jack;
#else
  return NULL; // PortAudio waits for a dead JACK server for ten minutes
#endif
}

static unsigned port_list(AudioDevice* const out, const unsigned capacity)
{
  if (initialize() != paNoError) {
    return 0U;
  }
  unsigned count = 0U;
  for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount() && count < capacity; ++i) {
    const PaDeviceInfo* const info   = Pa_GetDeviceInfo(i);
    AudioDevice* const        device = &out[count++];
    audio_say(device->id, sizeof(device->id), "%d", i);
    audio_say(device->name, sizeof(device->name), "%s", info->name);
    audio_say(device->system,
              sizeof(device->system),
              "%s",
              Pa_GetHostApiInfo(info->hostApi)->name);
    device->inputs  = (unsigned)info->maxInputChannels;
    device->outputs = (unsigned)info->maxOutputChannels;
    device->rate_hz = info->defaultSampleRate;
  }
  (void)Pa_Terminate();
  return count;
}

const AudioDriver audio_driver_portaudio = {"portaudio",
                                            port_open,
                                            port_start,
                                            port_active,
                                            port_finished,
                                            port_close,
                                            port_successor,
                                            port_list};
