// SPDX-License-Identifier: MIT
// Health and metrics over HTTP, on a thread of its own. It only reads the
// node's view, so nothing that happens here can hold up the relay.

#ifndef JAM_NODE_HTTP_H
#define JAM_NODE_HTTP_H

#include <jamnet/jamnet.h>

#include <stdbool.h>

#define HTTP_ERROR_SIZE 256U

typedef struct NodeHttpConfig {
  const char* health;  ///< "ADDR:PORT" of /healthz and /readyz; empty: none
  const char* metrics; ///< "ADDR:PORT" of /metrics; empty: the same
  const char* region;  ///< Shown in the metrics; may be empty
  JamNode*    node;    ///< The thread is its view's only reader
} NodeHttpConfig;

typedef struct NodeHttp NodeHttp;

/// Binds and starts. Null after a sentence in `error`.
NodeHttp* node_http_start(const NodeHttpConfig* config,
                          char                  error[HTTP_ERROR_SIZE]);

/// Tries to bind both addresses. False after a sentence in `error`.
bool node_http_check(const NodeHttpConfig* config, char error[HTTP_ERROR_SIZE]);

/// From now on /readyz says no. Any thread; null is ignored.
void node_http_drain(NodeHttp* http);

/// Returns the TCP ports bound, 0 for none.
int node_http_health_port(const NodeHttp* http);
int node_http_metrics_port(const NodeHttp* http);

/// Stops the thread and closes every connection; null is ignored.
void node_http_stop(NodeHttp* http);

#endif // JAM_NODE_HTTP_H
