// SPDX-License-Identifier: MIT
// Two endpoints and a link each way.

#include "sim/sim_toast.h"

#include "base/time.h"
#include "toast/toast.h"

#include <stdlib.h>
#include <string.h>

#define FLIGHT 1024U
#define USABLE (12 * JAM_MS) // Of an event, beyond the one-way delay
#define SETTLE JAM_SECOND    // Before and after

typedef struct Packet {
  JamTime  at;
  unsigned to;
  size_t   size;
  uint8_t  data[TOAST_MAX_DATAGRAM];
} Packet;

typedef struct World {
  const SimToastConfig* config;
  SimToastResult*       out;
  JamTime               now;
  ToastEndpoint*        ends[2]; // Caller, node
  ToastSession          sessions[2];
  ToastAddress          addresses[2];
  SimLink               links[2]; // Towards that end
  unsigned              in_flight;
  Packet                flight[FLIGHT];
  uint8_t*              got;       // Of each frame: 1 first-hand, 2 by repair
  JamTime*              events_at; // When each was sent
  uint32_t              next_event;
} World;

static void send_all(World* const world, const unsigned end)
{
  Packet       packet = {.to = 1U - end};
  ToastAddress to;
  while ((packet.size = toast_output(world->ends[end],
                                     world->now,
                                     &to,
                                     packet.data,
                                     sizeof(packet.data))) > 0U) {
    JamTime        arrivals[2];
    const unsigned copies =
      sim_link_send(&world->links[1U - end], world->now, packet.size, arrivals);
    for (unsigned i = 0U; i < copies && world->in_flight < FLIGHT; ++i) {
      packet.at                         = arrivals[i];
      world->flight[world->in_flight++] = packet;
    }
  }
}

static void take_event(World* const world, const ToastFrame* const frame)
{
  SimToastResult* const out    = world->out;
  uint32_t              number = 0U;
  memcpy(&number, frame->data, sizeof(number));
  out->events_intact &= number == world->next_event && number < out->events;
  if (number < out->events) {
    const JamTime delay = world->now - world->events_at[number];
    ++out->events_delivered;
    out->events_late += delay > world->config->path.delay + USABLE;
  }
  world->next_event = number + 1U;
}

static void take_media(World* const world, const ToastFrame* const frame)
{
  SimToastResult* const out    = world->out;
  const bool            repair = frame->kind == TOAST_FRAME_REPAIR;
  uint32_t              number = 0U;
  memcpy(&number, frame->data, sizeof(number));
  uint8_t* const got =
    &world->got[number * world->config->streams + frame->handle];
  out->frames_spare += repair && *got;
  *got = (uint8_t)(*got | (repair ? 2U : 1U));
}

static void take_all(World* const world, const unsigned end)
{
  ToastEvent event;
  while (toast_event(world->ends[end], &event)) {
    if (event.kind == TOAST_EVENT_OPEN) {
      world->sessions[end] = event.session;
    } else if (event.kind == TOAST_EVENT_FRAME &&
               event.frame.kind == TOAST_FRAME_EVENT) {
      take_event(world, &event.frame);
    } else if (event.kind == TOAST_EVENT_FRAME) {
      take_media(world, &event.frame);
    }
  }
}

static void run_until(World* const world, const JamTime until)
{
  for (;;) {
    for (unsigned end = 0U; end < 2U; ++end) {
      toast_tick(world->ends[end], world->now);
      take_all(world, end);
      send_all(world, end);
    }
    JamTime  next  = jam_time_min(toast_deadline(world->ends[0]),
                                toast_deadline(world->ends[1]));
    unsigned which = FLIGHT;
    for (unsigned i = 0U; i < world->in_flight; ++i) {
      if (world->flight[i].at < next) {
        next  = world->flight[i].at;
        which = i;
      }
    }
    if (next >= until) {
      break;
    }
    world->now = next;
    if (which < FLIGHT) {
      const Packet packet  = world->flight[which];
      world->flight[which] = world->flight[--world->in_flight];
      toast_input(world->ends[packet.to],
                  world->now,
                  &world->addresses[1U - packet.to],
                  packet.data,
                  packet.size);
      take_all(world, packet.to);
    }
  }
  world->now = until;
}

static bool open_session(World* const world)
{
  uint8_t     node_key[TOAST_KEY_SIZE];
  ToastConfig ends[2] = {{.max_sessions = 1U},
                         {.max_sessions = 1U, .accept = true, .node_id = 1U}};
  memset(ends[1].node_secret, 0x42, sizeof(ends[1].node_secret));
  toast_public_key(ends[1].node_secret, node_key);
  for (unsigned end = 0U; end < 2U; ++end) {
    const uint64_t stream = end;
    memcpy(ends[end].seed, &world->config->seed, sizeof(uint64_t));
    memcpy(ends[end].seed + 8, &stream, sizeof(stream));
    world->addresses[end].port = (uint16_t)(1U + end);
    sim_link_init(&world->links[end],
                  &world->config->path,
                  world->config->seed,
                  stream);
    if (toast_endpoint_new(&ends[end], NULL, &world->ends[end]) != JAM_OK) {
      return false;
    }
  }
  world->now = JAM_SECOND;
  if (toast_connect(world->ends[0],
                    world->now,
                    &world->addresses[1],
                    node_key,
                    &world->sessions[0]) != JAM_OK) {
    return false;
  }
  run_until(world, world->now + SETTLE);
  return world->sessions[0] && world->sessions[1];
}

// From the node to the caller, as what musicians hear
static void send_frame(World* const         world,
                       const ToastFrameKind kind,
                       const unsigned       stream,
                       const uint32_t       number,
                       const size_t         size)
{
  uint8_t          data[TOAST_MAX_DATAGRAM] = {0};
  const ToastFrame frame                    = {kind,
                                               (uint16_t)stream,
                                               (uint16_t)number,
                                               data,
                                               size};
  memcpy(data, &number, sizeof(number));
  (void)!toast_send(world->ends[1], world->now, world->sessions[1], &frame);
}

static void play(World* const world)
{
  const SimToastConfig* const config = world->config;
  SimToastResult* const       out    = world->out;
  toast_set_repair(world->ends[1], world->sessions[1], config->repair);
  toast_set_budget(world->ends[1],
                   world->now,
                   world->sessions[1],
                   config->budget);
  ToastStats before;
  (void)toast_stats(world->ends[1], world->sessions[1], &before);
  for (unsigned i = 0U; i < config->packets; ++i) {
    const JamTime begin = world->now;
    for (unsigned stream = 0U; stream < config->streams; ++stream) {
      send_frame(world, TOAST_FRAME_MEDIA, stream, i, config->packet_size);
      ++out->frames;
    }
    run_until(world, begin + config->packet_gap / 3);
    if (config->event_every && i % config->event_every == 0U) {
      const uint32_t number    = (uint32_t)out->events++;
      world->events_at[number] = world->now;
      send_frame(world, TOAST_FRAME_EVENT, 0U, number, 40U);
    }
    run_until(world, begin + config->packet_gap);
  }
  ToastStats  stats;
  ToastReport report;
  (void)toast_stats(world->ends[1], world->sessions[1], &stats);
  out->repairs_sent   = stats.repairs_sent;
  out->repairs_unsent = stats.repairs_unsent;
  out->datagrams      = stats.datagrams_sent - before.datagrams_sent;
  out->bytes          = stats.bytes_sent - before.bytes_sent;
  run_until(world, world->now + SETTLE);
  (void)toast_report(world->ends[1], world->sessions[1], &report);
  out->reports = report.count;
}

static void judge(World* const world)
{
  SimToastResult* const out = world->out;
  for (uint64_t i = 0U; i < out->frames; ++i) {
    out->frames_lost += !(world->got[i] & 1U);
    out->frames_missing += world->got[i] == 0U;
  }
}

bool sim_toast_run(const SimToastConfig* const config,
                   SimToastResult* const       out)
{
  World* const world = (World*)calloc(1U, sizeof(World));
  memset(out, 0, sizeof(*out));
  out->events_intact = true;
  bool fine          = false;
  if (world) {
    world->config = config;
    world->out    = out;
    world->got =
      (uint8_t*)calloc((size_t)config->packets * config->streams, 1U);
    world->events_at = (JamTime*)calloc(config->packets, sizeof(JamTime));
    fine             = world->got && world->events_at && open_session(world);
    if (fine) {
      play(world);
      judge(world);
    }
    toast_endpoint_free(world->ends[0]);
    toast_endpoint_free(world->ends[1]);
    free(world->got);
    free(world->events_at);
  }
  free(world);
  return fine;
}
