// SPDX-License-Identifier: MIT
// Command line of jamnet-node.

#ifndef JAM_NODE_OPTIONS_H
#define JAM_NODE_OPTIONS_H

#include <stdbool.h>

typedef enum NodeAction {
  NODE_RUN,
  NODE_INVITE, ///< Print an invite link and exit
  NODE_HELP,
  NODE_VERSION
} NodeAction;

typedef struct NodeOptions {
  NodeAction  action;
  const char* listen;
  const char* key_file; ///< Null: a key that lives as long as the process
  const char* address;  ///< HOST:PORT[,HOST:PORT] that people reach us at
  unsigned    max_users;
  bool        quiet;
} NodeOptions;

/// Reads the command line. False after one sentence on standard error.
bool node_options_read(int argc, char** argv, NodeOptions* out);

/// Prints what the options are.
void node_options_help(void);

#endif // JAM_NODE_OPTIONS_H
