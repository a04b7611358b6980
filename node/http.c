// SPDX-License-Identifier: MIT
// Health and metrics over HTTP: three short pages, served by libwebsockets.

#include "http.h"

#include "http_bind.h"
#include "metrics.h"

#include <libwebsockets.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_CONNECTIONS 64U
#define STEP_SECONDS 2U              // For each step of a connection...
#define LIFE_US (5 * LWS_US_PER_SEC) // ...and for all of it
#define FRESH (3 * JAM_SECOND) // A heartbeat younger than this is a live relay
#define TEXT "text/plain; charset=utf-8"
#define METRICS "text/plain; version=0.0.4; charset=utf-8"

// One listening address, and what it serves
typedef struct Site {
  NodeHttp*         http;
  struct lws_vhost* vhost; // Null: not used
  bool              health, metrics;
} Site;

struct NodeHttp {
  JamNode*            node;
  char                region[16];
  double              started_s;
  Site                sites[2]; // Health, and metrics if elsewhere
  struct lws_context* context;
  pthread_t           thread;
  atomic_bool         stop, draining;
};

// What libwebsockets keeps for each connection
typedef struct Answer {
  size_t        size;
  bool          last; // The connection ends with it
  unsigned char data[LWS_PRE + METRICS_SIZE];
} Answer;

typedef struct Page {
  unsigned    status;
  const char* type;
  char*       text;
  size_t      size;
} Page;

static void say(Page* const page, const unsigned status, const char* const text)
{
  page->status   = status;
  page->type     = TEXT;
  const int size = snprintf(page->text, METRICS_SIZE, "%s\n", text);
  page->size     = size > 0 ? (size_t)size : 0U;
}

static void
health(const NodeHttp* const http, Page* const page, const bool ready)
{
  const JamTime age = jam_now() - jam_node_heartbeat(http->node);
  if (age >= FRESH) {
    say(page, HTTP_STATUS_SERVICE_UNAVAILABLE, "The relay is stuck.");
  } else if (ready &&
             atomic_load_explicit(&http->draining, memory_order_relaxed)) {
    say(page, HTTP_STATUS_SERVICE_UNAVAILABLE, "Draining.");
  } else {
    say(page, HTTP_STATUS_OK, "ok");
  }
}

static void metrics(const NodeHttp* const http, Page* const page)
{
  JamNodeView view;
  jam_node_view(http->node, &view);
  const NodeMetrics facts = {&view,
                             jam_version(),
                             http->region,
                             http->started_s,
                             jam_now()};
  page->status            = HTTP_STATUS_OK;
  page->type              = METRICS;
  page->size              = node_metrics_write(&facts, page->text);
}

static void
make_page(const Site* const site, struct lws* const wsi, Page* const page)
{
  char path[16] = "";
  if (!lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI)) {
    say(page, HTTP_STATUS_METHOD_NOT_ALLOWED, "Only GET.");
    return;
  }
  (void)lws_hdr_copy(wsi, path, sizeof(path), WSI_TOKEN_GET_URI);
  if (site->health && strcmp(path, "/healthz") == 0) {
    health(site->http, page, false);
  } else if (site->health && strcmp(path, "/readyz") == 0) {
    health(site->http, page, true);
  } else if (site->metrics && strcmp(path, "/metrics") == 0) {
    metrics(site->http, page);
  } else {
    say(page, HTTP_STATUS_NOT_FOUND, "Not found.");
  }
}

static int
answer(const Site* const site, struct lws* const wsi, Answer* const out)
{
  unsigned char        head[LWS_PRE + 512U];
  unsigned char* const start = head + LWS_PRE;
  unsigned char*       at    = start;
  unsigned char* const end   = head + sizeof(head) - 1U;
  Page                 page  = {0U, TEXT, (char*)out->data + LWS_PRE, 0U};
  make_page(site, wsi, &page);
  out->size = page.size;
  out->last = page.status == HTTP_STATUS_METHOD_NOT_ALLOWED; // May have a body
  if (lws_add_http_common_headers(wsi,
                                  page.status,
                                  page.type,
                                  page.size,
                                  &at,
                                  end) ||
      (out->last && lws_add_http_header_by_name(wsi,
                                                (const unsigned char*)"allow:",
                                                (const unsigned char*)"GET",
                                                3,
                                                &at,
                                                end)) ||
      lws_finalize_write_http_header(wsi, start, &at, end)) {
    return -1;
  }
  (void)lws_callback_on_writable(wsi);
  return 0;
}

static int write_out(struct lws* const wsi, const Answer* const out)
{
  unsigned char* const body = (unsigned char*)(uintptr_t)out->data + LWS_PRE;
  if (lws_write(wsi, body, out->size, LWS_WRITE_HTTP_FINAL) < 0 || out->last ||
      lws_http_transaction_completed(wsi)) {
    return -1;
  }
  return 0;
}

// Zero goes on, else the connection is closed
static int callback(struct lws* const               wsi,
                    const enum lws_callback_reasons reason,
                    void* const                     user,
                    void* const                     in,
                    const size_t                    size)
{
  switch (reason) {
  case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
    lws_set_timer_usecs(wsi, LIFE_US);
    return 0;
  case LWS_CALLBACK_HTTP:
    return answer((const Site*)lws_get_vhost_user(lws_get_vhost(wsi)),
                  wsi,
                  (Answer*)user);
  case LWS_CALLBACK_HTTP_WRITEABLE:
    return write_out(wsi, (const Answer*)user);
  case LWS_CALLBACK_HTTP_BODY: // Nobody reads it
  case LWS_CALLBACK_HTTP_BODY_COMPLETION:
    return 0;
  case LWS_CALLBACK_TIMER:
  case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: // Nothing else is spoken here
  case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
    return -1;
  default:
    return lws_callback_http_dummy(wsi, reason, user, in, size);
  }
}

static const struct lws_protocols protocols[] = {
  {"http", callback, sizeof(Answer), 0U, 0U, NULL, 0U},
  {NULL, NULL, 0U, 0U, 0U, NULL, 0U}};

static void* run(void* const context)
{
  NodeHttp* const http = (NodeHttp*)context;
  while (!atomic_load_explicit(&http->stop, memory_order_acquire) &&
         lws_service(http->context, 0) >= 0) {
  }
  return NULL;
}

static bool open_site(NodeHttp* const   http,
                      Site* const       site,
                      const char* const where,
                      char* const       error)
{
  struct lws_context_creation_info info = {0};
  HttpPlace                        place;
  if (!http_place(where, &place, error)) {
    return false;
  }
  site->http                = http;
  info.vhost_name           = where;
  info.port                 = place.port;
  info.iface                = place.host;
  info.protocols            = protocols;
  info.user                 = site;
  info.timeout_secs         = STEP_SECONDS;
  info.timeout_secs_ah_idle = STEP_SECONDS;
  info.keepalive_timeout    = (int)STEP_SECONDS;
  info.options              = place.v6 ? LWS_SERVER_OPTION_IPV6_V6ONLY_MODIFY |
                              LWS_SERVER_OPTION_IPV6_V6ONLY_VALUE
                                       : LWS_SERVER_OPTION_DISABLE_IPV6;
  site->vhost               = lws_create_vhost(http->context, &info);
  if (!site->vhost || lws_get_vhost_listen_port(site->vhost) <= 0) {
    (void)snprintf(error,
                   HTTP_ERROR_SIZE,
                   "The system does not let us listen on %.120s (TCP).",
                   where);
    return false;
  }
  return true;
}

static bool open_all(NodeHttp* const             http,
                     const NodeHttpConfig* const config,
                     char* const                 error)
{
  const bool same =
    !config->metrics[0] || strcmp(config->health, config->metrics) == 0;
  Site* const health_site  = &http->sites[0];
  Site* const metrics_site = &http->sites[same ? 0 : 1];
  health_site->health      = true;
  metrics_site->metrics    = true;
  return (!config->health[0] ||
          open_site(http, health_site, config->health, error)) &&
         (same || open_site(http, metrics_site, config->metrics, error));
}

NodeHttp* node_http_start(const NodeHttpConfig* const config,
                          char                        error[HTTP_ERROR_SIZE])
{
  NodeHttp* const http = (NodeHttp*)calloc(1U, sizeof(NodeHttp));
  struct lws_context_creation_info info = {0};
  struct timespec                  utc;
  (void)snprintf(error, HTTP_ERROR_SIZE, "There is no memory for HTTP.");
  if (!http) {
    return NULL;
  }
  lws_set_log_level(0, NULL); // Strangers would fill the log
  (void)clock_gettime(CLOCK_REALTIME, &utc);
  http->node      = config->node;
  http->started_s = (double)utc.tv_sec + 1e-9 * (double)utc.tv_nsec;
  (void)snprintf(http->region, sizeof(http->region), "%.15s", config->region);
  info.options              = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
  info.fd_limit_per_thread  = MAX_CONNECTIONS + 8U;
  info.max_http_header_pool = MAX_CONNECTIONS;
  info.max_http_header_data = 2048U;
  info.pt_serv_buf_size     = 4096U;
  http->context             = lws_create_context(&info);
  if (!http->context || !open_all(http, config, error) ||
      pthread_create(&http->thread, NULL, run, http) != 0) {
    if (http->context) {
      lws_context_destroy(http->context);
    }
    free(http);
    return NULL;
  }
  return http;
}

void node_http_drain(NodeHttp* const http)
{
  if (http) {
    atomic_store_explicit(&http->draining, true, memory_order_relaxed);
  }
}

static int port_of(const NodeHttp* const http, const bool of_metrics)
{
  for (unsigned i = 0U; i < 2U; ++i) {
    const Site* const site = &http->sites[i];
    if (site->vhost && (of_metrics ? site->metrics : site->health)) {
      return lws_get_vhost_listen_port(site->vhost);
    }
  }
  return 0;
}

int node_http_health_port(const NodeHttp* const http)
{
  return port_of(http, false);
}

int node_http_metrics_port(const NodeHttp* const http)
{
  return port_of(http, true);
}

void node_http_stop(NodeHttp* const http)
{
  if (!http) {
    return;
  }
  atomic_store_explicit(&http->stop, true, memory_order_release);
  lws_cancel_service(http->context);
  (void)pthread_join(http->thread, NULL);
  lws_context_destroy(http->context);
  free(http);
}
