// SPDX-License-Identifier: MIT
// What TOAST adds to what it carries, and what it makes of a bad path: control
// messages in time, frames that repair brings back. Virtual time, fixed seeds:
// the same figures on every machine.

#include "lab.h"

#include "sim/sim_toast.h"
#include "toast/toast_wire.h"

#include <stdio.h>

#define SEED 1U
#define FRAMES 400000U // Per point: 9 minutes at 750 a second

static SimToastConfig
config_of(const double loss, const double burst, const double rate)
{
  const SimToastConfig config = {
    .seed        = SEED,
    .path        = {.delay = 20 * JAM_MS, .loss = loss, .burst = burst},
    .packets     = FRAMES,
    .packet_gap  = (JamTime)(1e9 / rate),
    .packet_size = 200U,
    .streams     = 1U,
  };
  return config;
}

static bool overhead(void)
{
  static const unsigned streams[] = {1U, 3U, 7U};
  printf("  \"overhead\": {\n"
         "    \"datagram_bytes\": %u,\n    \"media_frame_bytes\": %u,\n"
         "    \"midi_frame_bytes\": %u,\n    \"event_frame_bytes\": %u,\n"
         "    \"played\": [\n",
         TOAST_WIRE_SHORT_MIN,
         TOAST_WIRE_MEDIA_HEAD,
         TOAST_WIRE_MIDI_HEAD,
         TOAST_WIRE_EVENT_HEAD);
  for (size_t i = 0U; i < sizeof(streams) / sizeof(streams[0]); ++i) {
    SimToastConfig config = config_of(0.0, 0.0, 750.0);
    SimToastResult result;
    config.packets = FRAMES / streams[i];
    config.streams = streams[i];
    if (!sim_toast_run(&config, &result)) {
      return false;
    }
    const double frames  = (double)result.frames;
    const double payload = frames * (double)config.packet_size;
    printf("      {\"streams\": %u, \"frames_per_datagram\": %.2f, "
           "\"bytes_beyond_payload_per_frame\": %.2f}%s\n",
           streams[i],
           frames / (double)result.datagrams,
           ((double)result.bytes - payload) / frames,
           i + 1U < sizeof(streams) / sizeof(streams[0]) ? "," : "");
  }
  printf("    ]\n  },\n");
  return true;
}

static bool events(void)
{
  static const double rates[] = {750.0, 375.0, 187.5};
  printf("  \"events\": [\n");
  for (size_t i = 0U; i < sizeof(rates) / sizeof(rates[0]); ++i) {
    SimToastConfig config = config_of(0.05, 2.0, rates[i]);
    SimToastResult result;
    config.event_every = 25U;
    if (!sim_toast_run(&config, &result)) {
      return false;
    }
    printf(
      "    {\"loss\": 0.05, \"burst\": 2, \"packets_per_second\": %g, "
      "\"events\": %llu, \"usable_within_one_way_plus_12_ms_percent\": %.3f, "
      "\"delivered_percent\": %.3f, \"in_order_and_once\": %s}%s\n",
      rates[i],
      (unsigned long long)result.events,
      100.0 * (double)(result.events_delivered - result.events_late) /
        (double)result.events,
      100.0 * (double)result.events_delivered / (double)result.events,
      result.events_intact ? "true" : "false",
      i + 1U < sizeof(rates) / sizeof(rates[0]) ? "," : "");
  }
  printf("  ],\n");
  return true;
}

static bool redundancy(void)
{
  static const struct {
    double loss, burst;
  } paths[] = {{0.01, 1.0}, {0.01, 2.0}, {0.01, 4.0}, {0.05, 2.0}};

  static const unsigned distances[] = {0U, 1U, 2U, 4U, 8U};
  const size_t          count       = sizeof(paths) / sizeof(paths[0]);
  printf("  \"redundancy\": [\n");
  for (size_t i = 0U; i < count; ++i) {
    printf("    {\"loss\": %g, \"burst\": %g, \"missing_percent\": {",
           paths[i].loss,
           paths[i].burst);
    for (size_t k = 0U; k < sizeof(distances) / sizeof(distances[0]); ++k) {
      SimToastConfig config = config_of(paths[i].loss, paths[i].burst, 750.0);
      SimToastResult result;
      config.repair = distances[k];
      if (!sim_toast_run(&config, &result)) {
        return false;
      }
      printf("%s\"%u\": %.4f",
             k ? ", " : "",
             distances[k],
             100.0 * (double)result.frames_missing / (double)result.frames);
    }
    printf("}}%s\n", i + 1U < count ? "," : "");
  }
  printf("  ]\n");
  return true;
}

bool lab_toast_media_print(void)
{
  return overhead() && events() && redundancy();
}
