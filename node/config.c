// SPDX-License-Identifier: MIT
// Settings as the library takes them.

#include "run.h"

#include <stdio.h>
#include <string.h>

static const char* or_null(const char* const text)
{
  return text[0] ? text : NULL;
}

void node_config(const NodeSettings* const settings,
                 char                      note[JAM_NOTE_SIZE],
                 JamNodeConfig* const      out)
{
  jam_node_config_default(out);
  out->listen         = settings->listen;
  out->key_file       = or_null(settings->key_file);
  out->cluster_file   = or_null(settings->cluster_file);
  out->cluster_secret = or_null(settings->cluster_secret);
  out->peers          = or_null(settings->peers);
  out->discover       = or_null(settings->discover);
  out->address        = or_null(settings->address);
  out->region         = or_null(settings->region);
  out->node_id        = (uint16_t)settings->node_id;
  out->max_users      = settings->max_users;
  out->note           = note;
  note[0]             = '\0';
}

void node_forget(NodeSettings* const settings)
{
  explicit_bzero(settings->cluster_secret, sizeof(settings->cluster_secret));
}

int node_explain(const JamStatus status, const char* const note)
{
  if (note[0]) {
    (void)fprintf(stderr, "jamnet-node: %s\n", note);
  } else {
    (void)fprintf(stderr, "jamnet-node: %s.\n", jam_status_text(status));
  }
  return status == JAM_ERR_ARGUMENT ? EXIT_USAGE : EXIT_FAILED;
}
