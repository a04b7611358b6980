// SPDX-License-Identifier: MIT
// A node's counters as text for Prometheus.

#ifndef JAM_NODE_METRICS_H
#define JAM_NODE_METRICS_H

#include <jamnet/jamnet.h>

#define METRICS_SIZE 6144U ///< Room that is always enough, with terminator

typedef struct NodeMetrics {
  const JamNodeView* view;
  const char*        version;
  const char*        region;    ///< May be empty
  double             started_s; ///< UTC, seconds since 1970
  JamTime            now;       ///< Monotonic
} NodeMetrics;

/// Writes all metrics in text format 0.0.4. Returns the length.
size_t node_metrics_write(const NodeMetrics* metrics, char out[METRICS_SIZE]);

#endif // JAM_NODE_METRICS_H
