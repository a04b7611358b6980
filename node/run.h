// SPDX-License-Identifier: MIT
// What jamnet-node does once it knows its settings. Each returns the exit
// status.

#ifndef JAM_NODE_RUN_H
#define JAM_NODE_RUN_H

#include "settings.h"

#include <jamnet/jamnet.h>

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/// Relays until asked to stop by SIGTERM or SIGINT.
int node_run(NodeSettings* settings);

/// Tries the configuration and prints what comes of it.
int node_check(NodeSettings* settings);

/// Prints an invite link to a fresh room.
int node_invite(NodeSettings* settings);

/// Lets a configuration of the library point into settings and a note.
void node_config(const NodeSettings* settings,
                 char                note[JAM_NOTE_SIZE],
                 JamNodeConfig*      out);

/// Wipes what is secret in the settings.
void node_forget(NodeSettings* settings);

/// Prints why the library refused. Returns the exit status.
int node_explain(JamStatus status, const char* note);

#endif // JAM_NODE_RUN_H
