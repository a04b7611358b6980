// SPDX-License-Identifier: MIT
// The public client API: an engine, a socket and a network thread.

#include <jamnet/jamnet.h>

#include "base/memory.h"
#include "base/ring.h"
#include "io/io.h"
#include "jellie/jellie.h"
#include "session/session.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

// From the embedder's threads to the network thread
typedef struct Request {
  bool         join; // Else leave
  unsigned     count;
  ToastAddress addresses[SESSION_MAX_ADDRESSES];
  uint8_t      node_key[TOAST_KEY_SIZE];
  uint8_t      room_id[SYNCHUB_ROOM_SIZE];
} Request;

struct Jam {
  const JamAllocator* allocator;
  SessionClient*      client;
  IoSocket            socket;
  IoLoop*             loop;
  int                 key_log; // -1: off
  JamRing             requests;
  bool                wanted; // jam_join without jam_leave since
  atomic_bool         failed; // The engine gave up; it may be asked again
};

void jam_config_default(JamConfig* const config)
{
  memset(config, 0, sizeof(*config));
  config->size    = sizeof(*config);
  config->rate_hz = 48000U;
  config->bits    = 24U;
  config->mode    = JAM_MODE_NORMAL;
  config->midi    = true;
  (void)snprintf(config->name, sizeof(config->name), "Player");
}

static void input(void* const               context,
                  const JamTime             now,
                  const ToastAddress* const from,
                  const uint8_t* const      data,
                  const size_t              size)
{
  session_client_input(((Jam*)context)->client, now, from, data, size);
}

static size_t output(void* const         context,
                     const JamTime       now,
                     ToastAddress* const to,
                     uint8_t* const      buffer,
                     const size_t        capacity)
{
  return session_client_output(((Jam*)context)->client,
                               now,
                               to,
                               buffer,
                               capacity);
}

static JamTime deadline(const void* const context)
{
  return session_client_deadline(((const Jam*)context)->client);
}

static void tick(void* const context, const JamTime now)
{
  Jam* const jam = (Jam*)context;
  Request    request;
  while (jam_ring_read(&jam->requests, &request, sizeof(request))) {
    if (!request.join) {
      session_client_leave(jam->client, now);
    } else if (session_client_join(jam->client,
                                   now,
                                   request.addresses,
                                   request.count,
                                   request.node_key,
                                   request.room_id) != JAM_OK) {
      atomic_store_explicit(&jam->failed, true, memory_order_relaxed);
    }
  }
  session_client_tick(jam->client, now);
}

static void log_key(void* const context, const char* const line)
{
  io_key_log_write(((const Jam*)context)->key_log, line);
}

static JamStatus start(Jam* const jam, const JamConfig* const config)
{
  SessionClientConfig session = {0};
  session.profile.rate_hz     = config->rate_hz;
  session.profile.bits        = config->bits;
  session.profile.frames      = config->packet_frames
                                  ? config->packet_frames
                                  : (uint16_t)jellie_unit(config->rate_hz);
  session.profile.midi        = config->midi;
  session.mode                = (PlayoutMode)config->mode;
  session.dsp                 = true;
  memcpy(session.profile.name, config->name, JAM_NAME_SIZE - 1U);

  JamStatus status = io_random(session.seed, sizeof(session.seed));
  if (status == JAM_OK) {
    status =
      jam_ring_init(&jam->requests, jam->allocator, 16U * sizeof(Request));
  }
  if (status == JAM_OK) {
    status = session_client_new(&session, jam->allocator, &jam->client);
  }
  if (status == JAM_OK && config->key_log) {
    status = io_key_log_open(config->key_log, &jam->key_log);
    session_client_set_key_log(jam->client, log_key, jam);
  }
  if (status == JAM_OK) {
    status = io_socket_open(&jam->socket, NULL, false);
  }
  if (status == JAM_OK) {
    const IoEngine engine = {jam, input, output, deadline, tick, NULL};
    status =
      io_loop_start(jam->allocator, &jam->socket, 1U, &engine, &jam->loop);
  }
  return status;
}

JamStatus jam_new(const JamConfig* const config, Jam** const out)
{
  *out = NULL;
  if (config->size != sizeof(*config) || config->mode > JAM_MODE_SAFE) {
    return JAM_ERR_ARGUMENT;
  }
  Jam* const jam = (Jam*)jam_mem_new(config->allocator, sizeof(Jam));
  if (!jam) {
    return JAM_ERR_MEMORY;
  }
  jam->allocator         = config->allocator;
  jam->socket.fd         = -1;
  jam->key_log           = -1;
  const JamStatus status = start(jam, config);
  if (status != JAM_OK) {
    jam_free(jam);
    return status;
  }
  *out = jam;
  return JAM_OK;
}

void jam_free(Jam* const jam)
{
  if (!jam) {
    return;
  }
  if (jam->loop) {
    jam_leave(jam);
  }
  io_loop_stop(jam->loop);
  io_socket_close(&jam->socket);
  session_client_free(jam->client);
  io_key_log_close(jam->key_log);
  jam_ring_deinit(&jam->requests, jam->allocator);
  jam_mem_free(jam->allocator, jam);
}

static unsigned resolve_all(const SessionLink* const link,
                            ToastAddress* const      out,
                            const unsigned           capacity)
{
  unsigned count = 0U;
  for (unsigned i = 0U; i < link->host_count && count < capacity; ++i) {
    unsigned found = 0U;
    if (io_resolve(&link->hosts[i], out + count, capacity - count, &found) ==
        JAM_OK) {
      count += found;
    }
  }
  return count;
}

JamStatus jam_join(Jam* const jam, const char* const link)
{
  SessionLink parsed;
  Request     request = {.join = true};
  if (jam->wanted &&
      !atomic_load_explicit(&jam->failed, memory_order_relaxed)) {
    return JAM_ERR_STATE;
  }
  const JamStatus status = session_link_parse(link, &parsed);
  if (status != JAM_OK) {
    return status;
  }
  request.count =
    resolve_all(&parsed, request.addresses, SESSION_MAX_ADDRESSES);
  if (!request.count) {
    return JAM_ERR_NOT_FOUND;
  }
  memcpy(request.node_key, parsed.node_key, TOAST_KEY_SIZE);
  toast_room_id(parsed.room_secret, request.room_id);
  if (!jam_ring_write(&jam->requests, &request, sizeof(request))) {
    return JAM_ERR_STATE;
  }
  jam->wanted = true;
  atomic_store_explicit(&jam->failed, false, memory_order_relaxed);
  io_loop_wake(jam->loop);
  return JAM_OK;
}

void jam_leave(Jam* const jam)
{
  const Request request = {.join = false};
  (void)jam_ring_write(&jam->requests, &request, sizeof(request));
  jam->wanted = false;
  io_loop_wake(jam->loop);
}

void jam_process(Jam* const          jam,
                 const float* const  in,
                 float* const* const out,
                 const unsigned      out_channels,
                 const unsigned      frames,
                 const JamTime       when)
{
  session_client_process(jam->client, in, out, out_channels, frames, when);
}

bool jam_midi_push(Jam* const jam, const JamMidiEvent* const event)
{
  return session_client_midi_push(jam->client, event);
}

bool jam_midi_pull(Jam* const jam, JamMidiEvent* const out)
{
  return session_client_midi_pull(jam->client, out);
}

void jam_view(Jam* const jam, JamView* const out)
{
  session_client_view(jam->client, out);
  if (out->state == JAM_STATE_FAILED) {
    atomic_store_explicit(&jam->failed, true, memory_order_relaxed);
  }
}

bool jam_command(Jam* const jam, const JamCommand* const command)
{
  return session_client_command(jam->client, command);
}
