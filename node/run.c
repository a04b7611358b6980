// SPDX-License-Identifier: MIT
// Running: start, look after, drain, stop. The main thread waits for signals
// and is the watchdog; the relay and HTTP have threads of their own.

#include "run.h"

#include "http.h"
#include "watchdog.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOOK (1 * JAM_SECOND)
#define LOOK_DRAINING (50 * JAM_MS)
#define LAST_SECONDS 10U

typedef struct Running {
  const NodeSettings* settings;
  JamNode*            node;
  NodeHttp*           http; // Null: none
  Watchdog            watchdog;
  sigset_t            signals;
} Running;

// Every thread started later inherits the mask, so signals come to us alone
static void block_signals(sigset_t* const out)
{
  (void)sigemptyset(out);
  (void)sigaddset(out, SIGINT);
  (void)sigaddset(out, SIGTERM);
  (void)sigprocmask(SIG_BLOCK, out, NULL);
  (void)signal(SIGPIPE, SIG_IGN);
}

static bool start_http(Running* const r)
{
  const NodeSettings* const settings = r->settings;
  char                      error[HTTP_ERROR_SIZE];
  const NodeHttpConfig      config = {settings->http,
                                      settings->metrics,
                                      settings->region,
                                      r->node};
  if (!settings->http[0] && !settings->metrics[0]) {
    return true;
  }
  r->http = node_http_start(&config, error);
  if (!r->http) {
    (void)fprintf(stderr, "jamnet-node: %s\n", error);
  }
  return r->http != NULL;
}

static void announce(const Running* const r, const char* const note)
{
  char addresses[JAM_NOTE_SIZE] = "";
  if (note[0]) {
    (void)fprintf(stderr, "jamnet-node: %s\n", note);
  }
  if (r->settings->quiet) {
    return;
  }
  jam_node_addresses(r->node, addresses, sizeof(addresses));
  (void)printf("jamnet-node %s listens on %s (UDP).\n",
               jam_version(),
               addresses);
  if (r->http) {
    (void)printf("Health is on TCP port %d, metrics on %d.\n",
                 node_http_health_port(r->http),
                 node_http_metrics_port(r->http));
  }
  (void)fflush(stdout);
}

// Waits for a signal for `span`; looks after the relay. Returns whether one
// came.
static bool wait_signal(Running* const r, const JamTime span)
{
  const struct timespec time = {(time_t)(span / JAM_SECOND),
                                (long)(span % JAM_SECOND)};
  const bool            came = sigtimedwait(&r->signals, NULL, &time) > 0;
  if (watchdog_due(&r->watchdog, jam_now(), jam_node_heartbeat(r->node))) {
    watchdog_bite(&r->watchdog);
  }
  return came;
}

static void drain(Running* const r)
{
  const unsigned span = r->settings->drain_seconds;
  const JamTime  end  = jam_now() + (JamTime)span * JAM_SECOND;
  node_http_drain(r->http);
  jam_node_drain(r->node);
  if (!r->settings->quiet) {
    (void)printf("Draining: players have %u s to move; a second signal stops "
                 "at once.\n",
                 span);
    (void)fflush(stdout);
  }
  while (!jam_node_drained(r->node) && jam_now() < end &&
         !wait_signal(r, LOOK_DRAINING)) {
  }
}

static int go_on(Running* const r)
{
  while (!wait_signal(r, LOOK)) {
  }
  drain(r);
  // Should a thread be stuck now, nobody would look: let the system end us
  (void)alarm(LAST_SECONDS);
  node_http_stop(r->http);
  jam_node_stop(r->node);
  if (!r->settings->quiet) {
    (void)puts("jamnet-node has stopped.");
  }
  return EXIT_OK;
}

int node_run(NodeSettings* const settings)
{
  char          note[JAM_NOTE_SIZE];
  JamNodeConfig config;
  Running       r;
  memset(&r, 0, sizeof(r));
  r.settings       = settings;
  r.watchdog.limit = (JamTime)settings->watchdog_seconds * JAM_SECOND;
  block_signals(&r.signals);
  node_config(settings, note, &config);
  const JamStatus status = jam_node_start(&config, &r.node);
  node_forget(settings);
  if (status != JAM_OK) {
    return node_explain(status, note);
  }
  if (!start_http(&r)) {
    jam_node_stop(r.node);
    return EXIT_FAILED;
  }
  announce(&r, note);
  return go_on(&r);
}
