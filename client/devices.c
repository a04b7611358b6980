// SPDX-License-Identifier: MIT
// jamnet --list-devices.

#include "app.h"

#include <stdio.h>

#define MAX_LISTED 64U

void app_list_devices(void)
{
  AudioDevice    devices[MAX_LISTED];
  MidiPort       ports[MAX_LISTED];
  const unsigned count = audio_list(devices, MAX_LISTED);
  (void)puts(count ? "Sound devices (--input, --output):"
                   : "No sound device was found.");
  for (unsigned i = 0U; i < count; ++i) {
    (void)printf("  %-4s %-40s %-8s %u in, %u out, %g Hz\n",
                 devices[i].id,
                 devices[i].name,
                 devices[i].system,
                 devices[i].inputs,
                 devices[i].outputs,
                 devices[i].rate_hz);
  }
  const unsigned midi = midi_list(ports, MAX_LISTED);
  (void)puts(midi ? "MIDI ports (--midi-in, --midi-out):"
                  : "No MIDI port was found.");
  for (unsigned i = 0U; i < midi; ++i) {
    (void)printf("  %-3s %-44s %s\n",
                 ports[i].input ? "in" : "out",
                 ports[i].name,
                 ports[i].system);
  }
}
