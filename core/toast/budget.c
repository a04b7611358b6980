// SPDX-License-Identifier: MIT
// A token bucket in byte-nanoseconds: no division per datagram.

#include "toast/budget.h"

#include <base/time.h>

#define BULK_RATE 125000U  // Bytes per second, while no limit is known
#define BULK_SHARE 50U     // A 50th of the rate is bulk's
#define MIN_DEPTH 2400U    // Two datagrams, whatever the rate
#define DEPTH_SHARE 50U    // And 20 ms of it
#define BULK_DEPTH 1200U   // One datagram
#define LONGEST JAM_SECOND // More time than that fills any bucket

static int64_t depth(const ToastBudget* const budget)
{
  const uint32_t span = budget->rate / DEPTH_SHARE;
  return (int64_t)(span > MIN_DEPTH ? span : MIN_DEPTH) * JAM_SECOND;
}

static uint32_t bulk_rate(const ToastBudget* const budget)
{
  const uint32_t share = budget->rate / BULK_SHARE;
  return budget->rate == 0U ? BULK_RATE : share + (share == 0U);
}

static int64_t most(const int64_t a, const int64_t b)
{
  return a < b ? b : a;
}

static int64_t least(const int64_t a, const int64_t b)
{
  return a < b ? a : b;
}

void toast_budget_set(ToastBudget* const budget,
                      const JamTime      now,
                      const uint32_t     rate)
{
  toast_budget_fill(budget, now);
  budget->rate = rate;
  budget->rest = least(budget->rest, depth(budget));
}

void toast_budget_fill(ToastBudget* const budget, const JamTime now)
{
  const JamTime span = least(most(now - budget->at, 0), LONGEST);
  budget->rest =
    least(budget->rest + span * (int64_t)budget->rate, depth(budget));
  budget->share = least(budget->share + span * (int64_t)bulk_rate(budget),
                        (int64_t)BULK_DEPTH * JAM_SECOND);
  budget->at    = now;
}

void toast_budget_spend(ToastBudget* const budget, const size_t size)
{
  budget->rest =
    most(budget->rest - (int64_t)size * JAM_SECOND, -depth(budget));
}

bool toast_budget_repairs(const ToastBudget* const budget, const size_t size)
{
  return budget->rate == 0U || budget->rest >= (int64_t)size * JAM_SECOND;
}

static JamTime
when(const JamTime now, const int64_t lacking, const uint32_t rate)
{
  if (lacking <= 0) {
    return now;
  }
  return rate > 0U ? jam_time_add(now, lacking / rate + 1) : JAM_NEVER;
}

JamTime toast_budget_bulk_at(const ToastBudget* const budget, const size_t size)
{
  const int64_t wanted = (int64_t)size * JAM_SECOND;
  return jam_time_min(
    when(budget->at, wanted - budget->rest, budget->rate),
    when(budget->at, wanted - budget->share, bulk_rate(budget)));
}

void toast_budget_take_bulk(ToastBudget* const budget, const size_t size)
{
  const int64_t wanted = (int64_t)size * JAM_SECOND;
  if (budget->rate == 0U || budget->rest < wanted) {
    budget->share -= wanted;
  }
}
