// SPDX-License-Identifier: MIT
// Command line of jamnet-node.

#ifndef JAM_NODE_OPTIONS_H
#define JAM_NODE_OPTIONS_H

#include "settings.h"

#include <stdbool.h>

typedef enum NodeAction {
  NODE_RUN,
  NODE_INVITE, ///< Print an invite link and exit
  NODE_CHECK,  ///< Try the configuration and exit
  NODE_SECRET, ///< Print a fresh cluster secret and exit
  NODE_HELP,
  NODE_VERSION
} NodeAction;

/// Reads the command line, the environment and the configuration file. False
/// after one sentence on standard error.
bool node_options_read(int           argc,
                       char**        argv,
                       NodeAction*   action,
                       NodeSettings* out);

/// Prints what the options are.
void node_options_help(void);

#endif // JAM_NODE_OPTIONS_H
