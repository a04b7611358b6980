// SPDX-License-Identifier: MIT
// Path measures, a few operations per datagram.

#include "toast/path.h"

#define MARK_GAP JAM_SECOND
#define REPORT_GAP (100 * JAM_MS)
#define BIN_ROOM 60000U

// Once a second: what has not come 2 s after its successor is lost, and old
// delays fade from the histogram (a tenth each time: about 10 s of memory)
static void
roll(ToastPath* const path, const JamTime now, const uint32_t expected)
{
  const ToastPathMark* const oldest = &path->marks[TOAST_PATH_MARKS - 1U];
  for (unsigned i = TOAST_PATH_MARKS - 1U; i > 0U; --i) {
    path->marks[i] = path->marks[i - 1U];
  }
  path->marks[0].expected = expected;
  path->marks[0].received = path->received;
  path->lost              = oldest->expected - oldest->received;
  path->mark_at           = now + MARK_GAP;

  path->jitter_total = 0U;
  for (unsigned i = 0U; i < TOAST_PATH_BINS; ++i) {
    const unsigned count = path->jitter[i];
    path->jitter[i]      = (uint16_t)(count - (count + 9U) / 10U);
    path->jitter_total += path->jitter[i];
  }
}

void toast_path_arrival(ToastPath* const path,
                        const JamTime    now,
                        const uint32_t   expected,
                        const uint32_t   number,
                        const size_t     size)
{
  if (now >= path->mark_at) {
    roll(path, now, expected);
  }
  ++path->received;
  path->bytes += (uint32_t)size;
  if (number < expected) {
    ++path->reordered;
    for (unsigned i = 0U; i < TOAST_PATH_MARKS; ++i) {
      path->marks[i].received += number < path->marks[i].expected;
    }
  }
}

// Bins of 16 us up to 2 ms, of 256 us up to 33 ms, of 8 ms up to 1 s
static unsigned bin_of(const int64_t delay_us)
{
  const uint32_t us = delay_us < 0         ? 0U
                      : delay_us > 1048575 ? 1048575U
                                           : (uint32_t)delay_us;
  return us < 2048U    ? us >> 4U
         : us < 32768U ? 128U + (us >> 8U)
                       : 256U + (us >> 13U);
}

static int64_t bin_middle_us(const unsigned bin)
{
  return bin < 128U   ? bin * 16 + 8
         : bin < 256U ? (bin - 128U) * 256 + 128
                      : (bin - 256U) * 8192 + 4096;
}

void toast_path_delay(ToastPath* const path, const int64_t delay_us)
{
  uint16_t* const bin = &path->jitter[bin_of(delay_us)];
  if (*bin < BIN_ROOM) {
    ++*bin;
    ++path->jitter_total;
  }
}

void toast_path_feedback(ToastPath* const path,
                         const JamTime    now,
                         const uint32_t   largest,
                         const uint32_t   missing)
{
  if (path->report_count > 0U && largest < path->newest_report.largest) {
    return; // Overtaken on the way
  }
  const ToastPathReport report = {now, largest, missing};
  const uint32_t        count  = path->report_count;
  path->newest_report          = report;
  if (count == 0U ||
      now - path->reports[(count - 1U) % TOAST_PATH_REPORTS].time >=
        REPORT_GAP) {
    path->reports[count % TOAST_PATH_REPORTS] = report;
    ++path->report_count;
  }
}

JamTime toast_path_jitter(const ToastPath* const path)
{
  const uint32_t wanted = path->jitter_total - path->jitter_total / 20U;
  uint32_t       below  = 0U;
  for (unsigned i = 0U; i < TOAST_PATH_BINS && path->jitter_total > 0U; ++i) {
    below += path->jitter[i];
    if (below >= wanted) {
      return bin_middle_us(i) * JAM_US;
    }
  }
  return 0;
}

double toast_path_peer_loss(const ToastPath* const path)
{
  const uint32_t count = path->report_count;
  if (count == 0U) {
    return 0.0;
  }
  const uint32_t oldest =
    count < TOAST_PATH_REPORTS ? 0U : count % TOAST_PATH_REPORTS;

  const ToastPathReport* const from = &path->reports[oldest];
  const ToastPathReport* const to   = &path->newest_report;
  const double sent   = (double)to->largest - (double)from->largest;
  const double missed = (double)to->missing - (double)from->missing;
  if (sent <= 0.0 || missed <= 0.0) {
    return 0.0; // Or late ones came
  }
  return missed < sent ? missed / sent : 1.0;
}
