// SPDX-License-Identifier: MIT
// The client engine's life and its five verbs.

#include "session/client_internal.h"

#include "base/memory.h"
#include "base/time.h"

#include <string.h>

#define CAPTURE_SECONDS 0.25   // What the network thread may sleep through
#define MIDI_RING_EVENTS 4096U // A long message takes one for three bytes
#define ROW_PERIOD (100 * JAM_MS)
#define CLOCK_PERIOD (20 * JAM_MS)
#define CLICK_LEVEL 0.25f
#define VIEW_PERIOD (16 * JAM_MS)

static JamStatus init_rings(SessionClient* const      client,
                            const JamAllocator* const a)
{
  const size_t capture_size =
    (size_t)(CAPTURE_SECONDS * client->format.rate_hz) * sizeof(float) +
    64U * sizeof(CaptureHead) + PLAYOUT_MAX_FRAMES * sizeof(float);

  const struct {
    JamRing* ring;
    size_t   size;
  } rings[] = {
    {&client->capture, capture_size},
    {&client->rt_commands, 256U * sizeof(RtCommand)},
    {&client->rt_returns, 2U * MAX_REMOTES * sizeof(uint32_t)},
    {&client->midi_in, MIDI_RING_EVENTS * sizeof(JamMidiEvent)},
    {&client->midi_out, MIDI_RING_EVENTS * sizeof(JamMidiEvent)},
    {&client->commands, 256U * sizeof(JamCommand)},
  };

  for (size_t i = 0U; i < sizeof(rings) / sizeof(rings[0]); ++i) {
    const JamStatus status = jam_ring_init(rings[i].ring, a, rings[i].size);
    if (status != JAM_OK) {
      return status;
    }
  }
  JamStatus status = jam_mailbox_init(&client->reports, a, sizeof(RtReport));
  if (status == JAM_OK) {
    status = jam_mailbox_init(&client->plans, a, sizeof(ClickPlan));
  }
  return status != JAM_OK
           ? status
           : jam_mailbox_init(&client->views, a, sizeof(JamView));
}

static void init_rt(SessionClient* const client)
{
  const double    rate = client->format.rate_hz;
  ClientRt* const rt   = &client->rt;
  playout_dll_init(&rt->report.dll, rate);
  playout_meter_init(&rt->report.meter, rate);
  client_gain_start(&rt->monitor, rate, 0.0f, 0.0f, true);
  client_click_init(&rt->click, rate);
  rt->sending    = true;
  rt->dsp        = client->config.dsp;
  client->report = rt->report;
}

static JamStatus init(SessionClient* const             client,
                      const SessionClientConfig* const config,
                      const JamAllocator* const        allocator)
{
  client->allocator             = allocator;
  client->config                = *config;
  client->format                = (JellieFormat){config->profile.rate_hz,
                                                 config->profile.frames,
                                                 config->profile.bits,
                                                 4U,
                                                 0U,
                                                 0U};
  client->config.profile.tables = jellie_table_checksum();
  client->sending               = true;
  client->monitor_gain          = 1.0f;
  client->retry_at              = JAM_NEVER;
  client->fit_slot              = MAX_REMOTES - 1U;
  client->plan.level            = CLICK_LEVEL;
  synchub_roster_init(&client->roster);
  synchub_transport_init(&client->transport);
  if (!jellie_format_valid(&client->format)) {
    return JAM_ERR_ARGUMENT;
  }
  jellie_thrift_init(&client->thrift, &client->format);
  ToastConfig toast  = {0};
  toast.max_sessions = MAX_DIALS + 2U;
  memcpy(toast.seed, config->seed, sizeof(toast.seed));
  JamStatus status = init_rings(client, allocator);
  if (status == JAM_OK) {
    status = toast_endpoint_new(&toast, allocator, &client->endpoint);
  }
  if (status == JAM_OK && config->dsp) {
    client->fit = pntbtr_fit_new(allocator);
    status      = client->fit ? JAM_OK : JAM_ERR_MEMORY;
  }
  init_rt(client);
  return status;
}

JamStatus session_client_new(const SessionClientConfig* const config,
                             const JamAllocator* const        allocator,
                             SessionClient** const            out)
{
  *out = NULL;
  SessionClient* const client =
    (SessionClient*)jam_mem_new(allocator, sizeof(SessionClient));
  if (!client) {
    return JAM_ERR_MEMORY;
  }
  const JamStatus status = init(client, config, allocator);
  if (status != JAM_OK) {
    session_client_free(client);
    return status;
  }
  client_view_publish(client, 0);
  *out = client;
  return JAM_OK;
}

void session_client_free(SessionClient* const client)
{
  if (!client) {
    return;
  }
  const JamAllocator* const a = client->allocator;
  jam_mem_free(a, client->fit);
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    if (client->remotes[i]) {
      playout_free(client->remotes[i]->playout);
      midip2p_link_free(client->remotes[i]->midi);
      jam_mem_free(a, client->remotes[i]);
    }
  }
  midip2p_link_free(client->midi);
  toast_endpoint_free(client->endpoint);
  jam_ring_deinit(&client->capture, a);
  jam_ring_deinit(&client->rt_commands, a);
  jam_ring_deinit(&client->rt_returns, a);
  jam_ring_deinit(&client->midi_in, a);
  jam_ring_deinit(&client->midi_out, a);
  jam_ring_deinit(&client->commands, a);
  jam_mailbox_deinit(&client->reports, a);
  jam_mailbox_deinit(&client->views, a);
  jam_mailbox_deinit(&client->plans, a);
  jam_mem_free(a, client);
}

static void frame_input(SessionClient* const    client,
                        const JamTime           now,
                        const ToastFrame* const frame)
{
  Remote* remote = NULL;
  switch (frame->kind) {
  case TOAST_FRAME_MEDIA:
  case TOAST_FRAME_REPAIR:
    remote = client_remote_of(client, &client->roster, frame->handle);
    if (remote) {
      const bool first = frame->kind == TOAST_FRAME_MEDIA;
      client_media(client, now, remote, first, frame);
    }
    break;
  case TOAST_FRAME_MIDI:
    client_midi_frame(client, now, frame);
    break;
  case TOAST_FRAME_TABLE:
    if (!synchub_roster_table(&client->roster,
                              (const char*)frame->data,
                              frame->size)) {
      client_message(client, now, frame);
    }
    break;
  case TOAST_FRAME_EVENT:
    client_message(client, now, frame);
    break;
  case TOAST_FRAME_MESH: // Between nodes only
  case TOAST_FRAME_BULK: // Nobody sends any yet
    break;
  }
}

static void run_events(SessionClient* const client, const JamTime now)
{
  ToastEvent event;
  while (toast_event(client->endpoint, &event)) {
    ClientLeg* const leg = client_leg_find(client, event.session);
    switch (event.kind) {
    case TOAST_EVENT_OPEN:
      if (leg) {
        client_leg_opened(client, now, leg);
      } else {
        client_connect_opened(client, now, event.session);
      }
      break;
    case TOAST_EVENT_CLOSED:
      if (leg) {
        memset(leg, 0, sizeof(*leg));
      } else {
        client_connect_closed(client, now, &event);
      }
      break;
    case TOAST_EVENT_FRAME:
      if (leg) {
        client_leg_frame(client, now, leg, &event.frame);
      } else if (event.session == client->session) {
        frame_input(client, now, &event.frame);
      }
      break;
    }
  }
}

void session_client_input(SessionClient* const      client,
                          const JamTime             now,
                          const ToastAddress* const from,
                          const uint8_t* const      data,
                          const size_t              size)
{
  client->bytes_received += size;
  toast_input(client->endpoint, now, from, data, size);
  run_events(client, now);
  client_roam_heard(client, now);
}

size_t session_client_output(SessionClient* const client,
                             const JamTime        now,
                             ToastAddress* const  to,
                             uint8_t* const       buffer,
                             const size_t         capacity)
{
  const size_t size = toast_output(client->endpoint, now, to, buffer, capacity);
  client->bytes_sent += size;
  return size;
}

JamTime session_client_deadline(const SessionClient* const client)
{
  JamTime due = toast_deadline(client->endpoint);
  due         = jam_time_min(due, client->capture_due);
  due         = jam_time_min(due, client->retry_at);
  due         = jam_time_min(due, client->next_view);
  due         = jam_time_min(due, client_roam_deadline(client));
  if (client->session) {
    due = jam_time_min(due, client->next_row);
    due = jam_time_min(due, client->next_clock);
    due = jam_time_min(due, client_midi_deadline(client));
  }
  return due;
}

// The device has had a gap: the others must know at once, since their clocks
// are wrong until then
static void read_report(SessionClient* const client, const JamTime now)
{
  const double age = client->report.dll.phase_age;
  if (jam_mailbox_read(&client->reports, &client->report) &&
      client->report.dll.phase_age < age) {
    client->next_row = jam_time_min(client->next_row, now);
  }
}

void session_client_tick(SessionClient* const client, const JamTime now)
{
  read_report(client, now);
  client_commands(client, now);
  if (now >= toast_deadline(client->endpoint)) {
    toast_tick(client->endpoint, now);
    run_events(client, now);
  }
  client_connect_tick(client, now);
  client_roam_tick(client, now);
  client_remotes_reap(client);
  client_capture_drain(client, now);
  client_midi_run(client, now);
  if (client->session && now >= client->next_row) {
    client->next_row = now + ROW_PERIOD;
    client_send_row(client, now);
  }
  if (client->session && now >= client->next_clock) {
    client->next_clock = now + CLOCK_PERIOD;
    client_remotes_clock(client, now);
    client_transport_run(client, now);
  }
  if (now >= client->next_view) {
    client->next_view = now + VIEW_PERIOD;
    client_view_publish(client, now);
  }
}

void session_client_set_key_log(SessionClient* const client,
                                const ToastKeyLog    log,
                                void* const          context)
{
  toast_set_key_log(client->endpoint, log, context);
}

void session_client_clock(const SessionClient* const client,
                          ToastClock* const          out)
{
  memset(out, 0, sizeof(*out));
  (void)toast_clock(client->endpoint, client->session, out);
}
