// SPDX-License-Identifier: MIT
// Two estimators, and the report of block minima that rides from node to
// client.

#include "support/clock_pair.h"

#include <math.h>
#include <string.h>

// A node sends more often than this: if the packet that took a report along has
// not come within it, it was lost
#define RIDE_US 1500

void clock_pair_init(ClockPair* const pair)
{
  memset(pair, 0, sizeof(*pair));
}

static void
start(ClockPair* const pair, const int64_t client_us, const int64_t node_us)
{
  if (!pair->started) {
    toast_clock_init(&pair->node, node_us, client_us);
    toast_clock_init(&pair->client, client_us, node_us);
    pair->started = true;
  }
}

void clock_pair_up(ClockPair* const pair,
                   const int64_t    sent,
                   const int64_t    heard)
{
  start(pair, sent, heard);
  (void)toast_clock_arrival(&pair->node, heard, (uint32_t)sent);
  if (pair->node.report_due) {
    pair->report_size =
      toast_clock_report_write(&pair->node, pair->report, sizeof(pair->report));
    pair->report_at = heard;
  }
}

void clock_pair_down(ClockPair* const pair,
                     const int64_t    sent,
                     const int64_t    heard)
{
  start(pair, heard, sent);
  (void)toast_clock_arrival(&pair->client, heard, (uint32_t)sent);
  if (pair->report_size > 0U && sent >= pair->report_at) {
    if (sent - pair->report_at <= RIDE_US) {
      toast_clock_report_read(&pair->client,
                              heard,
                              pair->report,
                              pair->report[1]);
    }
    pair->report_size = 0U;
  }
  toast_clock_update(&pair->client, heard);
}

void clock_pair_echo(ClockPair* const pair,
                     const int64_t    sent,
                     const int64_t    reached,
                     const int64_t    answered,
                     const int64_t    heard)
{
  clock_pair_down(pair, answered, heard);
  toast_clock_echo(&pair->client,
                   heard,
                   (uint32_t)sent,
                   (uint32_t)reached,
                   (uint32_t)answered);
}

bool clock_pair_take(ClockPair* const pair, ClockEstimate* const out)
{
  ToastClock clock;
  if (!pair->client.valid || pair->client.at == pair->published) {
    return false;
  }
  toast_clock_read(&pair->client, &clock);
  pair->published = pair->client.at;
  out->at_us      = pair->client.at;
  out->offset_us  = 0.0 - (double)clock.offset * 1e-3; // Never minus zero
  out->skew_ppm   = 0.0 - clock.skew * 1e6;
  out->error_us   = (double)clock.error * 1e-3;
  return true;
}
