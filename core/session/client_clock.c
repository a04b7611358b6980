// SPDX-License-Identifier: MIT
// Where the other players' streams are on the own device's clock, and with what
// delay they play.

#include "session/client_internal.h"

#include <math.h>

#define CLOCK_STEP_SECONDS 3e-4 // More than a settled estimate moves by itself
#define CLOCK_HOLD (100 * JAM_MS)
#define CLOCK_LAG (150 * JAM_MS) // So much later a gap shows, at most
#define CLOCK_ECHO (60 * JAM_MS) // Until arrivals come measured on a new clock
#define CLOCK_YOUNG (2 * JAM_SECOND) // Still being found: every step is taken
#define SILENT_TIME (2 * JAM_SECOND) // Then nobody waits for a player any more
#define HANDOVER_TIME                                                          \
  (3 * JAM_SECOND) // Until a new session's clock has settled

// Where the clock used so far says the stream is at a device position
static double extrapolate(const PlayoutClock* const clock, const int64_t at)
{
  return clock->stream_position +
         (double)(at - clock->device_position) * clock->ratio;
}

// The clocks of two nodes are known with errors of their own. After a move the
// clock used so far goes on, and what the new one says in the end is taken with
// the difference left out: what plays does not notice. Returns whether it does.
static bool hand_over(Remote* const             remote,
                      const JamTime             now,
                      const PlayoutClock* const news)
{
  PlayoutClock* const clock = &remote->clock;
  if (!remote->handover) {
    return false;
  }
  if (!clock->valid || now - remote->clock_since < CLOCK_YOUNG) {
    remote->handover    = false; // Nothing worth keeping yet
    remote->clock_since = now;
    return false;
  }
  if (remote->handover_until == 0) {
    remote->handover_until = now + HANDOVER_TIME;
  }
  const double expected = extrapolate(clock, news->device_position);
  remote->shift += expected - news->stream_position;
  remote->handover       = now < remote->handover_until;
  remote->moved_since    = now;
  clock->stream_position = expected;
  clock->device_position = news->device_position;
  playout_set_clock(remote->playout, clock);
  return true;
}

// A gap in somebody's sound device shows in the clocks one after the other,
// within the hold time; what then still differs is real. Until then the clock
// used so far goes on, so that a gap all devices share is not heard at all, and
// nothing is learnt of delays.
static void use_clock(const SessionClient* const client,
                      Remote* const              remote,
                      const JamTime              now,
                      const PlayoutClock* const  news)
{
  PlayoutClock* const clock    = &remote->clock;
  const int64_t       here     = news->device_position;
  const double        expected = extrapolate(clock, here);
  const double        step     = fabs(news->stream_position - expected);
  const bool          moved =
    clock->valid && step > CLOCK_STEP_SECONDS * remote->format.rate_hz;
  const bool young = now - remote->clock_since <= CLOCK_YOUNG;
  if (!moved) {
    remote->moved_since = now;
  } else if (!young) {
    if (now >= remote->trusted_at) {
      playout_delay_forget(&remote->delay, now, now - CLOCK_LAG);
    }
    remote->trusted_at = now + CLOCK_ECHO;
  } else {
    playout_delay_init(&remote->delay, client->config.mode, 0.0);
  }
  if (moved && !young && now - remote->moved_since < CLOCK_HOLD) {
    clock->stream_position = expected;
    clock->device_position = here;
  } else {
    remote->clock_since = clock->valid ? remote->clock_since : now;
    remote->moved_since = now;
    *clock              = *news;
  }
  playout_set_clock(remote->playout, clock);
}

static void compose_clock(const SessionClient* const client,
                          const ToastClock* const    session,
                          const SynchubMap* const    map,
                          Remote* const              remote,
                          const JamTime              now)
{
  const PlayoutDll* const dll  = &client->report.dll;
  const double            rate = remote->format.rate_hz;
  PlayoutClock            news = {0};
  const int64_t           here = (int64_t)playout_dll_position(dll, now);
  const JamTime           time =
    toast_clock_to_peer(session, playout_dll_time(dll, here));

  // The 26-bit counter gives positions up to a multiple of its cycle; the
  // nearest to the newest packet is meant
  const double cycle =
    (double)(INT64_C(1) << JELLIE_COUNTER_BITS) * remote->format.frames;
  const double position =
    synchub_map_position(map, remote->format.rate_hz, time);
  remote->turn = cycle * round(((double)remote->newest - position) / cycle);

  news.valid           = true;
  news.device_position = here;
  news.stream_position = position + remote->turn + remote->shift;
  news.ratio =
    rate * (1.0 + map->skew) * (1.0 + session->skew) * dll->period * 1e-9;
  news.ratio_error = hypot(map->skew_error, session->skew_error);
  news.position_error =
    hypot((double)map->error, (double)session->error) * 1e-9 * rate;
  if (!hand_over(remote, now, &news)) {
    use_clock(client, remote, now, &news);
  }
}

static void update_delay(Remote* const remote, const JamTime now)
{
  PlayoutArrival arrival;
  const double   us_per_frame = 1e6 / remote->format.rate_hz;
  while (playout_arrival(remote->playout, &arrival)) {
    if (now >= remote->trusted_at) {
      playout_delay_add(&remote->delay,
                        now,
                        arrival.needed_frames * us_per_frame);
    }
  }
  remote->target_us =
    remote->delay.started ? playout_delay_target(&remote->delay, now) : 0.0;
}

// What everybody is to be heard with at least, in us
static double common_delay(const SessionClient* const client, const JamTime now)
{
  double most = 0.0;
  if (client->transport.align == SYNCHUB_ALIGN_LEAST) {
    return most;
  }
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    const Remote* const remote = client->remotes[i];
    if (remote && remote->use == REMOTE_ACTIVE &&
        now - remote->last_packet < SILENT_TIME) {
      most = fmax(most, remote->target_us);
    }
  }
  if (client->transport.align == SYNCHUB_ALIGN_BAR) {
    const double bar_us =
      client_transport_bar_frames(client, now) * 1e6 / client->format.rate_hz;
    most = bar_us > 0.0 ? bar_us * fmax(ceil(most / bar_us), 1.0) : most;
  }
  return most;
}

// Nothing plays before the path has been measured
static void set_delays(const SessionClient* const client, const JamTime now)
{
  const double common_us = common_delay(client, now);
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    const Remote* const remote = client->remotes[i];
    if (remote && remote->use == REMOTE_ACTIVE && remote->delay.started) {
      const double us = fmax(remote->target_us, common_us);
      playout_set_delay(remote->playout, us * 1e-6 * remote->format.rate_hz);
    }
  }
}

// What the node is told of how media fares here
static void tell_fare(SessionClient* const client, const JamTime now)
{
  uint64_t late    = 0U;
  uint64_t packets = 0U;
  double   depth   = HUGE_VAL;
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    const Remote* const remote = client->remotes[i];
    if (remote && remote->use == REMOTE_ACTIVE && remote->heard) {
      PlayoutReport report;
      playout_report(remote->playout, &report);
      late += report.late;
      packets += remote->packets;
      depth = fmin(depth, report.fill_frames / remote->format.rate_hz);
    }
  }
  if (now - client->fare_at >= JAM_SECOND) {
    const bool more = late >= client->fare_late &&
                      packets > client->fare_packets; // Nobody has gone
    client->fare_share   = more ? (double)(late - client->fare_late) /
                                  (double)(packets - client->fare_packets)
                                : 0.0;
    client->fare_late    = late;
    client->fare_packets = packets;
    client->fare_at      = now;
  }
  toast_set_playout(client->endpoint,
                    client->session,
                    client->fare_share,
                    isfinite(depth) ? (JamTime)(fmax(depth, 0.0) * 1e9) : 0);
}

void client_remotes_clock(SessionClient* const client, const JamTime now)
{
  ToastClock session;
  const bool valid = toast_clock(client->endpoint, client->session, &session) &&
                     session.valid && client->report.dll.started;
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    Remote* const remote = client->remotes[i];
    if (!remote || remote->use != REMOTE_ACTIVE) {
      continue;
    }
    const SynchubUser* const user =
      synchub_roster_user(&client->roster, remote->user);
    if (valid && user && user->row.map.valid && remote->heard) {
      compose_clock(client, &session, &user->row.map, remote, now);
    }
    update_delay(remote, now);
  }
  set_delays(client, now);
  tell_fare(client, now);
}
