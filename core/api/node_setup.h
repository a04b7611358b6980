// SPDX-License-Identifier: MIT
// From what people configure to what a node engine takes: keys read, names
// resolved.

#ifndef JAM_API_NODE_SETUP_H
#define JAM_API_NODE_SETUP_H

#include "io/io.h"
#include "session/session.h"

#include <jamnet/jamnet.h>

typedef struct NodeSetup {
  SessionNodeConfig session;             ///< Holds secrets: wipe after use
  uint8_t           key[TOAST_KEY_SIZE]; ///< Public; zero if not made yet
  SessionHost hosts[IO_MAX_PEERS]; ///< Peers first, then those to discover
  unsigned    peer_count, host_count;
} NodeSetup;

/// Reads everything but the listen list. A missing key file is made only if
/// `make_key`. `note` receives a sentence when this fails.
JAM_NODISCARD JamStatus jam_node_setup(const JamNodeConfig* config,
                                       bool                 make_key,
                                       NodeSetup*           out,
                                       char note[JAM_NOTE_SIZE]);

/// Reads the key alone.
JAM_NODISCARD JamStatus jam_node_setup_key(const JamNodeConfig* config,
                                           bool                 make_key,
                                           NodeSetup*           out,
                                           char note[JAM_NOTE_SIZE]);

/// Writes a note, cut to its size.
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void jam_node_note(char note[JAM_NOTE_SIZE], const char* format, ...);

#endif // JAM_API_NODE_SETUP_H
