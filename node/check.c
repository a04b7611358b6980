// SPDX-License-Identifier: MIT
// --check and --invite: what can be told without running.

#include "http.h"
#include "run.h"

#include <stdio.h>

static void line(const char* const name, const char* const value)
{
  (void)printf("%-12s%s\n", name, value);
}

static const char* or_words(const char* const text, const char* const words)
{
  return text[0] ? text : words;
}

static void print_facts(const NodeSettings* const settings,
                        const JamNodeFacts* const facts)
{
  char limits[160];
  (void)snprintf(limits,
                 sizeof(limits),
                 "%u players, %u s to drain, watchdog after %u s",
                 settings->max_users,
                 settings->drain_seconds,
                 settings->watchdog_seconds);
  line("UDP", facts->listen);
  line("health", or_words(settings->http, "not served"));
  line("metrics",
       or_words(settings->metrics, or_words(settings->http, "not served")));
  line("public key",
       or_words(facts->key,
                settings->key_file[0] ? "will be made in the key file"
                                      : "a fresh one at every start"));
  line("cluster", facts->clustered ? "yes" : "no, this node is alone");
  if (facts->clustered) {
    line("siblings", or_words(facts->siblings, "none found yet"));
    line("address",
         or_words(facts->address, "none: players are not sent here"));
    line("region", or_words(settings->region, "unnamed"));
  }
  line("limits", limits);
}

int node_check(NodeSettings* const settings)
{
  char           note[JAM_NOTE_SIZE];
  char           error[HTTP_ERROR_SIZE];
  JamNodeConfig  config;
  JamNodeFacts   facts;
  NodeHttpConfig http = {settings->http, settings->metrics, "", NULL};
  node_config(settings, note, &config);
  const JamStatus status = jam_node_check(&config, &facts);
  node_forget(settings);
  if (status != JAM_OK) {
    return node_explain(status, note);
  }
  if (!node_http_check(&http, error)) {
    return node_explain(JAM_ERR_NETWORK, error);
  }
  print_facts(settings, &facts);
  if (note[0]) {
    line("note", note);
  }
  return EXIT_OK;
}

int node_invite(NodeSettings* const settings)
{
  char          note[JAM_NOTE_SIZE];
  char          link[JAM_LINK_SIZE];
  JamNodeConfig config;
  node_config(settings, note, &config);
  const JamStatus status = jam_invite(&config, link, sizeof(link));
  node_forget(settings);
  if (status != JAM_OK) {
    return node_explain(status, note);
  }
  (void)puts(link);
  return EXIT_OK;
}
