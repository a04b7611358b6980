// SPDX-License-Identifier: MIT
// A node's counters as text for Prometheus.

#include "metrics.h"

#include <stdarg.h>
#include <stdio.h>

typedef struct Page {
  char*  text;
  size_t size;
} Page;

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
put(Page* const page, const char* const format, ...)
{
  va_list words;
  va_start(words, format);
  const int size = vsnprintf(page->text + page->size,
                             METRICS_SIZE - page->size,
                             format,
                             words);
  va_end(words);
  if (size > 0 && (size_t)size < METRICS_SIZE - page->size) {
    page->size += (size_t)size;
  }
}

static void head(Page* const       page,
                 const char* const name,
                 const char* const type,
                 const char* const help)
{
  put(page,
      "# HELP jamnet_%s %s\n# TYPE jamnet_%s %s\n",
      name,
      help,
      name,
      type);
}

static void gauge(Page* const       page,
                  const char* const name,
                  const char* const help,
                  const double      value)
{
  head(page, name, "gauge", help);
  put(page, "jamnet_%s %.15g\n", name, value);
}

static void counter(Page* const       page,
                    const char* const name,
                    const char* const label,
                    const char* const value,
                    const uint64_t    count)
{
  put(page,
      "jamnet_%s{%s=\"%s\"} %llu\n",
      name,
      label,
      value,
      (unsigned long long)count);
}

static void put_traffic(Page* const page, const JamNodeView* const view)
{
  head(page, "datagrams_total", "counter", "UDP datagrams relayed.");
  counter(page, "datagrams_total", "direction", "in", view->datagrams_in);
  counter(page, "datagrams_total", "direction", "out", view->datagrams_out);
  head(page, "bytes_total", "counter", "Bytes of UDP payload relayed.");
  counter(page, "bytes_total", "direction", "in", view->bytes_in);
  counter(page, "bytes_total", "direction", "out", view->bytes_out);

  const char* const            name = "rejected_datagrams_total";
  const JamNodeRejected* const by   = &view->rejected_by;
  head(page, name, "counter", "Datagrams that were no use, by cause.");
  counter(page, name, "cause", "malformed", by->malformed);
  counter(page, name, "cause", "unknown", by->unknown);
  counter(page, name, "cause", "unsealed", by->unsealed);
  counter(page, name, "cause", "replayed", by->replayed);
  counter(page, name, "cause", "full", by->full);
  counter(page, name, "cause", "misplaced", by->misplaced);
}

static double seconds(const JamTime span)
{
  return (double)span / (double)JAM_SECOND;
}

size_t node_metrics_write(const NodeMetrics* const metrics,
                          char                     out[METRICS_SIZE])
{
  const JamNodeView* const view = metrics->view;
  Page                     page = {out, 0U};
  out[0]                        = '\0';
  head(&page, "build_info", "gauge", "Always 1; the labels tell what runs.");
  put(&page,
      "jamnet_build_info{version=\"%s\",region=\"%.15s\"} 1\n",
      metrics->version,
      metrics->region);
  gauge(&page,
        "start_time_seconds",
        "When this process started, in seconds since 1970.",
        metrics->started_s);
  gauge(&page, "users", "Players in rooms.", view->users);
  gauge(&page, "rooms", "Rooms with players.", view->rooms);
  gauge(&page, "siblings", "Nodes of the cluster reached now.", view->siblings);
  gauge(&page,
        "draining",
        "1 while the node sends its players away.",
        view->draining ? 1.0 : 0.0);
  gauge(&page,
        "loop_heartbeat_age_seconds",
        "Since the network thread last turned.",
        seconds(metrics->now - view->heartbeat));
  gauge(&page,
        "loop_longest_turn_seconds",
        "Longest turn of the network thread since the last scrape.",
        seconds(view->longest_turn));
  put_traffic(&page, view);
  return page.size;
}
