// SPDX-License-Identifier: MIT
// What a node's configuration comes to, tried without running it.

#include "api/node_setup.h"

#include "wire/wire.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

static void append(char* const               out,
                   const size_t              capacity,
                   const ToastAddress* const address)
{
  char         text[IO_ADDRESS_SIZE];
  const size_t used = strlen(out);
  io_address_write(address, text);
  (void)snprintf(out + used, capacity - used, "%s%s", used ? ", " : "", text);
}

static JamStatus try_listen(const JamNodeConfig* const config,
                            JamNodeFacts* const        out,
                            char* const                note)
{
  IoSocket        sockets[IO_MAX_SOCKETS];
  unsigned        count  = 0U;
  const JamStatus status = io_listen(config->listen, sockets, &count, note);
  for (unsigned i = 0U; i < count; ++i) {
    append(out->listen, sizeof(out->listen), &sockets[i].address);
    io_socket_close(&sockets[i]);
  }
  return status;
}

// Names to discover may have no address before other nodes run; peers are
// there or misspelt
static JamStatus find_siblings(const NodeSetup* const setup,
                               JamNodeFacts* const    out,
                               char* const            note)
{
  ToastAddress found[IO_MAX_PEERS];
  for (unsigned i = 0U; i < setup->host_count; ++i) {
    unsigned        count = 0U;
    const JamStatus status =
      io_resolve(&setup->hosts[i], found, IO_MAX_PEERS, &count);
    if (status != JAM_OK && i < setup->peer_count) {
      jam_node_note(note,
                    "The peer '%.120s' cannot be found.",
                    setup->hosts[i].name);
      return status;
    }
    for (unsigned k = 0U; k < count; ++k) {
      append(out->siblings, sizeof(out->siblings), &found[k]);
    }
    out->sibling_count += count;
  }
  return JAM_OK;
}

JamStatus jam_node_check(const JamNodeConfig* const config,
                         JamNodeFacts* const        out)
{
  char        scratch[JAM_NOTE_SIZE];
  char* const note = config->note ? config->note : scratch;
  NodeSetup   setup;
  memset(out, 0, sizeof(*out));
  JamStatus status = jam_node_setup(config, false, &setup, note);
  if (status == JAM_OK) {
    out->clustered = setup.session.clustered;
    if (!sodium_is_zero(setup.key, sizeof(setup.key)) &&
        (config->key_file || out->clustered)) {
      (void)wire_base64_encode(setup.key,
                               sizeof(setup.key),
                               out->key,
                               sizeof(out->key));
    }
    for (unsigned i = 0U; i < setup.session.address_count; ++i) {
      append(out->address, sizeof(out->address), &setup.session.addresses[i]);
    }
    status = find_siblings(&setup, out, note);
  }
  sodium_memzero(&setup, sizeof(setup));
  return status == JAM_OK ? try_listen(config, out, note) : status;
}
