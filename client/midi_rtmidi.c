// SPDX-License-Identifier: MIT
// MIDI ports through RtMidi.
//
// Its wrapper must be handled with care: after a failed creation anything but
// freeing it crashes, `ok` is never set back to true, and `msg` points to
// freed memory.

#include "midi_state.h"

#include "audio_quiet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLIENT_NAME_SIZE 64U
#define MAX_APIS 8
#define UNUSED_QUEUE 16U // Messages go to the callback, not to RtMidi's queue

typedef struct System {
  const char*    option;
  const char*    name;
  enum RtMidiApi api;
} System;

// In this order; asking RtMidi for "any" gives up at the first that fails.
static const System systems[] = {
  {"jack", "JACK", RTMIDI_API_UNIX_JACK},
  {"alsa", "ALSA", RTMIDI_API_LINUX_ALSA},
  {"coremidi", "CoreMIDI", RTMIDI_API_MACOSX_CORE},
  {"mme", "Windows", RTMIDI_API_WINDOWS_MM}};

#define SYSTEM_COUNT (sizeof(systems) / sizeof(systems[0]))

static bool compiled(const enum RtMidiApi api)
{
  enum RtMidiApi apis[MAX_APIS];
  const int      count = rtmidi_get_compiled_api(apis, MAX_APIS);
  for (int i = 0; i < count && i < MAX_APIS; ++i) {
    if (apis[i] == api) {
      return true;
    }
  }
  return false;
}

// The sound may run on a system that knows no MIDI.
static bool known(const char* const option)
{
  bool found = false;
  for (size_t i = 0U; i < SYSTEM_COUNT; ++i) {
    found = found || (option && !strcmp(option, systems[i].option));
  }
  return found;
}

static bool usable(const RtMidiPtr device)
{
  return device && device->ok && device->ptr;
}

static void free_in(const RtMidiInPtr device)
{
  if (device) {
    rtmidi_in_free(device);
  }
}

static void free_out(const RtMidiOutPtr device)
{
  if (device) {
    rtmidi_out_free(device);
  }
}

static bool port_name(const RtMidiPtr device,
                      const unsigned  index,
                      char            out[MIDI_NAME_SIZE])
{
  int size   = (int)MIDI_NAME_SIZE;
  out[0]     = '\0';
  device->ok = true;
  (void)rtmidi_get_port_name(device, index, out, &size);
  out[MIDI_NAME_SIZE - 1U] = '\0';
  return device->ok && out[0];
}

static unsigned port_count(const RtMidiPtr device)
{
  device->ok           = true;
  const unsigned count = rtmidi_get_port_count(device);
  return device->ok ? count : 0U;
}

// Opens the first port whose name contains `wanted`, or one of our own.
static bool open_port(const RtMidiPtr   device,
                      const char* const wanted,
                      const char* const own_name)
{
  if (!wanted) {
    device->ok = true;
    rtmidi_open_virtual_port(device, own_name);
    return device->ok;
  }
  const unsigned count = port_count(device);
  for (unsigned i = 0U; i < count; ++i) {
    char name[MIDI_NAME_SIZE];
    if (port_name(device, i, name) && strstr(name, wanted)) {
      device->ok = true;
      rtmidi_open_port(device, i, own_name);
      return device->ok;
    }
  }
  return false;
}

static void on_message(const double               delta,
                       const unsigned char* const bytes,
                       const size_t               size,
                       void* const                context)
{
  (void)delta; // Relative to the last message; the clock says it directly
  midi_receive((Midi*)context, bytes, size, jam_now());
}

static void close_ports(Midi* const midi)
{
  free_in(midi->in);
  free_out(midi->out);
  midi->in  = NULL;
  midi->out = NULL;
}

static bool open_system(Midi* const midi, const enum RtMidiApi api)
{
  char              name[CLIENT_NAME_SIZE];
  const char* const base = midi->config.name ? midi->config.name : "jamnet";
  (void)snprintf(name, sizeof(name), "%s-midi-in", base);
  midi->in = rtmidi_in_create(api, name, UNUSED_QUEUE);
  (void)snprintf(name, sizeof(name), "%s-midi-out", base);
  midi->out = rtmidi_out_create(api, name);
  if (!usable(midi->in) || !usable(midi->out)) {
    return false;
  }
  midi->in->ok = true;
  rtmidi_in_ignore_types(midi->in, false, false, false);
  rtmidi_in_set_callback(midi->in, on_message, midi);
  return midi->in->ok && open_port(midi->in, midi->config.input, "in") &&
         open_port(midi->out, midi->config.output, "out");
}

static bool open_any(Midi* const midi, char* const error, const size_t size)
{
  const char* const wanted = known(midi->config.api) ? midi->config.api : NULL;
  const int         kept   = audio_quiet_begin();
  bool              opened = false;
  for (size_t i = 0U; i < SYSTEM_COUNT && !opened; ++i) {
    if (compiled(systems[i].api) &&
        (!wanted || !strcmp(wanted, systems[i].option))) {
      opened = open_system(midi, systems[i].api);
      if (!opened) {
        close_ports(midi);
      }
    }
  }
  audio_quiet_end(kept);
  if (!opened && (midi->config.input || midi->config.output)) {
    (void)snprintf(error,
                   size,
                   "There is no MIDI port like \"%s\".",
                   midi->config.input ? midi->config.input
                                      : midi->config.output);
  } else if (!opened) {
    (void)snprintf(error, size, "There is no MIDI system; MIDI is off.");
  }
  return opened;
}

static bool start(Midi* const midi, char* const error, const size_t size)
{
  if (!open_any(midi, error, size)) {
    return false;
  }
  if (!midi_out_start(midi)) {
    (void)snprintf(error, size, "There is no thread left for MIDI.");
    close_ports(midi);
    return false;
  }
  return true;
}

Midi* midi_open(const MidiConfig* const config,
                Jam* const              jam,
                char* const             error,
                const size_t            error_size)
{
  Midi* const midi = (Midi*)calloc(1U, sizeof(Midi));
  if (!midi) {
    (void)snprintf(error, error_size, "There is not enough memory for MIDI.");
    return NULL;
  }
  midi->config = *config;
  midi->jam    = jam;
  if (!start(midi, error, error_size)) {
    free(midi);
    return NULL;
  }
  return midi;
}

void midi_suspend(Midi* const midi)
{
  midi_out_stop(midi);
  close_ports(midi);
}

bool midi_resume(Midi* const midi, char* const error, const size_t error_size)
{
  return start(midi, error, error_size);
}

void midi_close(Midi* const midi)
{
  if (midi) {
    midi_out_stop(midi);
    close_ports(midi);
    free(midi);
  }
}

MidiCounts midi_counts(const Midi* const midi)
{
  const MidiCounts out = {atomic_load(&midi->received),
                          atomic_load(&midi->refused),
                          atomic_load(&midi->sent)};
  return out;
}

static unsigned list_ports(const RtMidiPtr     device,
                           const bool          input,
                           const System* const system,
                           MidiPort* const     out,
                           const unsigned      capacity)
{
  unsigned       count = 0U;
  const unsigned ports = usable(device) ? port_count(device) : 0U;
  for (unsigned i = 0U; i < ports && count < capacity; ++i) {
    MidiPort* const port = &out[count];
    port->input          = input;
    (void)snprintf(port->system, sizeof(port->system), "%s", system->name);
    count += port_name(device, i, port->name) ? 1U : 0U;
  }
  return count;
}

unsigned midi_list(MidiPort* const out, const unsigned capacity)
{
  unsigned  count = 0U;
  const int kept  = audio_quiet_begin();
  for (size_t i = 0U; i < SYSTEM_COUNT; ++i) {
    if (!compiled(systems[i].api)) {
      continue;
    }
    const RtMidiInPtr in =
      rtmidi_in_create(systems[i].api, "jamnet-list", UNUSED_QUEUE);
    count += list_ports(in, true, &systems[i], out + count, capacity - count);
    free_in(in);
    const RtMidiOutPtr midi_out =
      rtmidi_out_create(systems[i].api, "jamnet-list");
    count +=
      list_ports(midi_out, false, &systems[i], out + count, capacity - count);
    free_out(midi_out);
  }
  audio_quiet_end(kept);
  return count;
}
