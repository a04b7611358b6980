// SPDX-License-Identifier: MIT
// The invariants, in the order in which a person would ask.

#include "sim/sim_invariants.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// Further than any engine may be from its deadlines: more turns are a busy loop
#define MOST_TURNS_PER_SECOND 12000.0

#define SIGMAS 6.0 // No clock is further off than it says so many times

typedef struct Judge {
  const SimJam*   jam;
  const Scenario* scenario;
  const Report*   report;
  char*           fault;
  size_t          room;
} Judge;

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static bool
blame(const Judge* const judge, const char* const format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(judge->fault, judge->room, format, arguments);
  va_end(arguments);
  return false;
}

static bool everybody_is_in(const Judge* const judge)
{
  for (unsigned i = 0U; i < judge->scenario->client_count; ++i) {
    const char* const name = judge->scenario->clients[i].name;
    JamView           view;
    session_client_view(sim_jam_client(judge->jam, name), &view);
    if (view.state != JAM_STATE_JOINED) {
      return blame(judge,
                   "%s is in state %d at the end (%s)",
                   name,
                   (int)view.state,
                   view.message);
    }
    if (view.user_count != judge->scenario->client_count) {
      return blame(judge, "%s sees %u people", name, view.user_count);
    }
    if (view.overruns > 0U) {
      return blame(judge, "%s lost captured blocks", name);
    }
  }
  return true;
}

static const SimLinkConfig* link_of(const Judge* const judge,
                                    const char* const  name)
{
  for (unsigned i = 0U; i < judge->scenario->link_count; ++i) {
    if (strcmp(judge->scenario->links[i].a, name) == 0) {
      return &judge->scenario->links[i].config;
    }
  }
  return NULL;
}

static double block_ms(const Judge* const judge, const char* const name)
{
  const int     number = scenario_client(judge->scenario, name);
  const int64_t block  = judge->scenario->clients[number].block;
  const int64_t frames = block ? block : judge->scenario->frames;
  return 1e3 * (double)frames / (double)judge->scenario->rate;
}

// Way, waiting for the packet to fill, cards, the buffer the mode allows, and
// 16 ms for what the player adds to all that, 4 of them where the clock has
// stepped and delays are measured anew. Where packets keep their order, even
// the fastest wait behind late ones: a part of the jitter counts as way
static double delay_bound(const Judge* const          judge,
                          const ReportListener* const row)
{
  static const double         caps_ms[] = {10.0, 30.0, 80.0, 1e6};
  const SimLinkConfig* const  up        = link_of(judge, row->from);
  const SimLinkConfig* const  down      = link_of(judge, row->at);
  const ScenarioClient* const listener =
    &judge->scenario->clients[scenario_client(judge->scenario, row->at)];
  const double way = 1e-6 * (double)(up->delay + down->delay) +
                     0.15e-6 * (double)(up->span + down->span);
  return way + caps_ms[listener->mode] + 2.0 * block_ms(judge, row->from) +
         2.0 * block_ms(judge, row->at) + 16.0;
}

// Shares of both ways and five sigma of bursts, where packets of one callback
// share their fate; and what others have overtaken and is still on the way
static double loss_bound(const Judge* const          judge,
                         const ReportListener* const row)
{
  const SimLinkConfig* const up     = link_of(judge, row->from);
  const SimLinkConfig* const down   = link_of(judge, row->at);
  const double               share  = up->loss + down->loss;
  const double               shared = fmax(
    fmax(block_ms(judge, row->from), block_ms(judge, row->at)) *
      (double)judge->scenario->rate / 1e3 / (double)judge->scenario->frames,
    1.0);
  const double burst   = shared * fmax(fmax(up->burst, down->burst), 1.0);
  const double packets = judge->scenario->seconds *
                         (double)judge->scenario->rate /
                         (double)judge->scenario->frames;
  double disrupted = up->reorder + down->reorder > 0.0 ? 0.1 : 0.0; // Seconds
  for (unsigned i = 0U; i < judge->scenario->event_count; ++i) {
    disrupted += judge->scenario->events[i].seconds + 6.0;
  }
  return share * packets + 5.0 * burst * sqrt(share * packets * burst) + 5.0 +
         disrupted * packets / judge->scenario->seconds;
}

static bool sound_is_good(const Judge* const          judge,
                          const ReportListener* const row)
{
  const double bound_ms = delay_bound(judge, row);
  if (!(row->delay_ms_p50 > 0.0) || row->delay_ms_p50 > bound_ms) {
    return blame(judge,
                 "%s hears %s after %.1f ms; %.1f ms should do",
                 row->at,
                 row->from,
                 row->delay_ms_p50,
                 bound_ms);
  }
  const double most = loss_bound(judge, row);
  if ((double)row->lost > most) {
    return blame(judge,
                 "%s missed %llu packets of %s; at most %.0f were lost",
                 row->at,
                 (unsigned long long)row->lost,
                 row->from,
                 most);
  }
  return true;
}

static bool everybody_is_heard(const Judge* const judge)
{
  for (unsigned i = 0U; i < judge->scenario->client_count; ++i) {
    for (unsigned k = 0U; k < judge->scenario->client_count; ++k) {
      const char* const     at   = judge->scenario->clients[i].name;
      const char* const     from = judge->scenario->clients[k].name;
      const ReportListener* row  = report_listener(judge->report, at, from);
      if (i == k) {
        continue;
      }
      if (!row) {
        return blame(judge, "%s never heard %s", at, from);
      }
      if (!sound_is_good(judge, row)) {
        return false;
      }
    }
  }
  return true;
}

static bool clocks_agree(const Judge* const judge)
{
  for (unsigned i = 0U; i < judge->report->clock_count; ++i) {
    const ReportClock* const   clock = &judge->report->clocks[i];
    const SimLinkConfig* const link  = link_of(judge, clock->client);
    // A path whose fastest packets are rare hides its length
    const double bound_us = 200.0 + 1e-3 * 0.45 * (double)link->span;
    if (!(fabs(clock->last_us) < fmin(bound_us, SIGMAS * clock->sigma_us))) {
      return blame(judge,
                   "The clock of %s is off by %.0f us, sigma %.0f us",
                   clock->client,
                   clock->last_us,
                   clock->sigma_us);
    }
  }
  return true;
}

uint64_t sim_midi_late(const SimJam* const jam, const ReportMidi* const row)
{
  JamView view;
  session_client_view(sim_jam_client(jam, row->at), &view);
  for (unsigned i = 0U; i < view.user_count; ++i) {
    if (!strcmp(view.users[i].name, row->from)) {
      return view.users[i].midi_late;
    }
  }
  return 0U;
}

static bool midi_is_whole(const Judge* const judge)
{
  for (unsigned i = 0U; i < judge->report->midi_count; ++i) {
    const ReportMidi* const row = &judge->report->midi[i];
    if (!row->received) {
      return blame(judge, "No MIDI of %s reached %s", row->from, row->at);
    }
    if (judge->scenario->event_count == 0U &&
        (row->extra || row->lost > sim_midi_late(judge->jam, row))) {
      return blame(judge,
                   "MIDI of %s to %s: %llu lost, %llu not in order",
                   row->from,
                   row->at,
                   (unsigned long long)row->lost,
                   (unsigned long long)row->extra);
    }
  }
  return true;
}

static bool nobody_spins(const Judge* const judge)
{
  const double turns = sim_jam_busiest(judge->jam);
  return turns < MOST_TURNS_PER_SECOND
           ? true
           : blame(judge, "An engine woke up %.0f times a second", turns);
}

bool sim_invariants_hold(const SimJam* const   jam,
                         const Scenario* const scenario,
                         const Report* const   report,
                         char* const           fault,
                         const size_t          room)
{
  const Judge judge = {jam, scenario, report, fault, room};
  return everybody_is_in(&judge) && everybody_is_heard(&judge) &&
         clocks_agree(&judge) && midi_is_whole(&judge) && nobody_spins(&judge);
}
