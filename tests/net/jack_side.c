// SPDX-License-Identifier: MIT
// A player or recorder on one JACK server.

#include "jack_side.h"

#include <jack/jack.h>
#include <jack/midiport.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STALL_NS 1000000L // A machine this late stalled
#define WATCH_PRIORITY 60
#define POLL_NS 20000000L
#define GONE_S 3.0 // Without progress the server is gone

typedef struct Client {
  Side*           side;
  jack_client_t*  jack;
  jack_port_t*    audio;
  jack_port_t*    midi;
  size_t          next_note;
  _Atomic int64_t reached; // Frame
  _Atomic bool    ended;
} Client;

static void pause_ns(const long ns)
{
  const struct timespec span = {0, ns};
  (void)nanosleep(&span, NULL);
}

// The time as it is: the server's own estimate needs seconds after a gap
static void note_time(Client* const client, const int64_t at)
{
  Side* const side = client->side;
  if (side->point_count < side->point_capacity) {
    side->points[side->point_count++] =
      (ClockPoint){at, (int64_t)jack_get_time()};
  }
}

static void play_audio(const Client* const  client,
                       const int64_t        at,
                       const jack_nframes_t frames,
                       const bool           on)
{
  const Side* const side = client->side;
  float* const      out  = (float*)jack_port_get_buffer(client->audio, frames);
  for (jack_nframes_t i = 0U; i < frames; ++i) {
    const int64_t place = at + (int64_t)i;
    out[i]              = on && place >= 0 && place < (int64_t)side->frames
                            ? side->samples[place]
                            : 0.0F;
  }
}

static void play_midi(Client* const        client,
                      const int64_t        at,
                      const jack_nframes_t frames,
                      const bool           on)
{
  Side* const side   = client->side;
  void* const buffer = jack_port_get_buffer(client->midi, frames);
  jack_midi_clear_buffer(buffer);
  while (on && client->next_note < side->note_count &&
         side->notes[client->next_note].frame < at + (int64_t)frames) {
    const NoteEvent* const note   = &side->notes[client->next_note++];
    const int64_t          offset = note->frame > at ? note->frame - at : 0;
    (void)jack_midi_event_write(buffer,
                                (jack_nframes_t)offset,
                                note->bytes,
                                sizeof(note->bytes));
  }
}

static void record_audio(const Client* const  client,
                         const int64_t        at,
                         const jack_nframes_t frames)
{
  Side* const        side = client->side;
  const float* const in =
    (const float*)jack_port_get_buffer(client->audio, frames);
  for (jack_nframes_t i = 0U; i < frames; ++i) {
    const int64_t place = at + (int64_t)i;
    if (place >= 0 && place < (int64_t)side->frames) {
      side->samples[place] = in[i];
    }
  }
}

static void record_midi(const Client* const  client,
                        const int64_t        at,
                        const jack_nframes_t frames)
{
  Side* const    side   = client->side;
  void* const    buffer = jack_port_get_buffer(client->midi, frames);
  const uint32_t count  = jack_midi_get_event_count(buffer);
  for (uint32_t i = 0U; i < count; ++i) {
    jack_midi_event_t event;
    if (jack_midi_event_get(&event, buffer, i) == 0 && event.size <= 3U &&
        side->note_count < side->note_capacity) {
      NoteEvent* const note = &side->notes[side->note_count++];
      note->frame           = at + (int64_t)event.time;
      memcpy(note->bytes, event.buffer, event.size);
    }
  }
}

static int on_block(const jack_nframes_t frames, void* const context)
{
  Client* const client = (Client*)context;
  Side* const   side   = client->side;
  const bool    on     = atomic_load(&side->start_set);
  const int64_t at =
    (int32_t)(jack_last_frame_time(client->jack) - atomic_load(&side->start));
  if (side->player) {
    play_audio(client, at, frames, on);
    play_midi(client, at, frames, on);
  } else if (on) {
    record_audio(client, at, frames);
    record_midi(client, at, frames);
  }
  if (on) {
    note_time(client, at);
    atomic_store(&client->reached, at + (int64_t)frames);
  }
  return 0;
}

static void note_trouble(Side* const side, const double when_us)
{
  const unsigned k = atomic_fetch_add(&side->xruns, 1U);
  if (k < SIDE_MAX_XRUNS) {
    side->xruns_us[k] = when_us;
  }
}

static int on_xrun(void* const context)
{
  note_trouble(((Client*)context)->side, (double)jack_get_time());
  return 0;
}

static void on_shutdown(void* const context)
{
  atomic_store(&((Client*)context)->side->server_died, true);
}

// Wakes twice a millisecond with real-time priority. When that comes late, the
// machine is not able to run anybody's audio, and that moment proves nothing.
static void* watch(void* const context)
{
  Client* const            client   = (Client*)context;
  const struct sched_param priority = {.sched_priority = WATCH_PRIORITY};
  if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority)) {
    return NULL;
  }
  while (!atomic_load(&client->ended)) {
    const jack_time_t before = jack_get_time();
    pause_ns(500000L);
    const jack_time_t after = jack_get_time();
    if (after - before > (jack_time_t)((500000L + STALL_NS) / 1000L)) {
      (void)atomic_fetch_add(&client->side->stalls, 1U);
      note_trouble(client->side, (double)after);
    }
  }
  return NULL;
}

static bool
fail(Side* const side, const char* const what, const char* const name)
{
  (void)snprintf(side->error,
                 sizeof(side->error),
                 "%s \"%s\"",
                 what,
                 name ? name : "");
  return false;
}

static bool open_client(Client* const client)
{
  Side* const          side   = client->side;
  const bool           player = side->player;
  const unsigned long  way    = player ? JackPortIsOutput : JackPortIsInput;
  const jack_options_t options =
    (jack_options_t)(JackNoStartServer |
                     (side->server ? JackServerName : JackNullOption));
  client->jack = jack_client_open(player ? "harness-play" : "harness-rec",
                                  options,
                                  NULL,
                                  side->server);
  if (!client->jack) {
    return fail(side, "no JACK server", side->server);
  }
  side->rate_hz = (double)jack_get_sample_rate(client->jack);
  side->period  = (unsigned)jack_get_buffer_size(client->jack);
  client->audio = jack_port_register(client->jack,
                                     "audio",
                                     JACK_DEFAULT_AUDIO_TYPE,
                                     way,
                                     0UL);
  client->midi =
    jack_port_register(client->jack, "midi", JACK_DEFAULT_MIDI_TYPE, way, 0UL);
  if (!client->audio || !client->midi ||
      jack_set_process_callback(client->jack, on_block, client) ||
      jack_set_xrun_callback(client->jack, on_xrun, client)) {
    return fail(side, "no ports in", side->server);
  }
  jack_on_shutdown(client->jack, on_shutdown, client);
  return jack_activate(client->jack) == 0 ||
         fail(side, "no start in", side->server);
}

// Waits for the other program's port, takes it off everything else, connects.
static bool
patch(Client* const client, jack_port_t* const own, const char* const other)
{
  Side* const side = client->side;
  if (!other) {
    return true;
  }
  for (double waited = 0.0; waited < side->wait_s; waited += 0.1) {
    jack_port_t* const port = jack_port_by_name(client->jack, other);
    if (port) {
      if (side->player) {
        (void)jack_port_disconnect(client->jack, port);
      }
      const char* const from = side->player ? jack_port_name(own) : other;
      const char* const to   = side->player ? other : jack_port_name(own);
      if (jack_connect(client->jack, from, to) == 0) {
        return true;
      }
    }
    pause_ns(100000000L);
  }
  return fail(side, "no JACK port", other);
}

// Both sides of one server count from the same frame.
static void set_start(Client* const client)
{
  Side* const side = client->side;
  while (!atomic_load(&side->go) ||
         (side->same && !atomic_load(&side->same->start_set))) {
    pause_ns(1000000L);
  }
  if (side->same) {
    atomic_store(&side->start, atomic_load(&side->same->start));
  } else {
    const unsigned soon =
      jack_frame_time(client->jack) + (unsigned)(side->rate_hz / 4.0);
    atomic_store(&side->start, soon - soon % side->period);
  }
  atomic_store(&side->start_set, true);
}

static void wait_for_end(const Client* const client)
{
  const Side* const side  = client->side;
  int64_t           last  = -1;
  double            stuck = 0.0;
  while (!atomic_load(&side->server_died) && stuck < GONE_S &&
         atomic_load(&client->reached) < (int64_t)side->frames) {
    pause_ns(POLL_NS);
    const int64_t now = atomic_load(&client->reached);
    stuck             = now == last ? stuck + (double)POLL_NS * 1e-9 : 0.0;
    last              = now;
  }
}

int side_run(Side* const side)
{
  Client    client = {.side = side};
  pthread_t watcher;
  if (!open_client(&client) ||
      !patch(&client, client.audio, side->audio_port) ||
      !patch(&client, client.midi, side->midi_port)) {
    atomic_store(&side->ready, 2U);
    return 1;
  }
  const bool watched =
    !side->player && pthread_create(&watcher, NULL, watch, &client) == 0;
  atomic_store(&side->ready, 1U);
  set_start(&client);
  wait_for_end(&client);
  atomic_store(&client.ended, true);
  if (watched) {
    (void)pthread_join(watcher, NULL);
  }
  if (!atomic_load(&side->server_died)) {
    (void)jack_client_close(client.jack);
  }
  return 0;
}
