// SPDX-License-Identifier: MIT
// jamnet-node: the headless relay.

#include "options.h"
#include "run.h"

#include <stdio.h>

static int print_secret(void)
{
  char            secret[JAM_SECRET_SIZE];
  const JamStatus status = jam_new_secret(secret);
  if (status != JAM_OK) {
    return node_explain(status, "");
  }
  (void)puts(secret);
  return EXIT_OK;
}

int main(int argc, char** argv)
{
  static NodeSettings settings;
  NodeAction          action = NODE_RUN;
  if (!node_options_read(argc, argv, &action, &settings)) {
    node_forget(&settings);
    return EXIT_USAGE;
  }
  switch (action) {
  case NODE_INVITE:
    return node_invite(&settings);
  case NODE_CHECK:
    return node_check(&settings);
  case NODE_SECRET:
    return print_secret();
  case NODE_HELP:
    node_options_help();
    return EXIT_OK;
  case NODE_VERSION:
    (void)printf("jamnet-node %s\n", jam_version());
    return EXIT_OK;
  case NODE_RUN:
    break;
  }
  return node_run(&settings);
}
