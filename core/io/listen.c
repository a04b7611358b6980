// SPDX-License-Identifier: MIT
// From a list of names to bound sockets.

#include "io/io.h"

#include <stdio.h>
#include <string.h>

// On Fly.io public datagrams must be answered from the first of these, and
// those between nodes from the second; nowhere else do the names exist.
static const struct {
  const char*  name;
  ToastAddress stands_for;
} fly_names[] = {
  {"fly-global-services", {{[10] = 0xFFU, [11] = 0xFFU}, 0U}},
  {"fly-local-6pn", {{0}, 0U}},
};

static bool stand_in(const char* const name, ToastAddress* const out)
{
  for (size_t i = 0U; i < sizeof(fly_names) / sizeof(fly_names[0]); ++i) {
    if (strcmp(name, fly_names[i].name) == 0) {
      *out = fly_names[i].stands_for;
      return true;
    }
  }
  return false;
}

static void say(char        note[JAM_NOTE_SIZE],
                const char* before,
                const char* what,
                const char* after)
{
  (void)snprintf(note, JAM_NOTE_SIZE, "%s%.80s%s", before, what, after);
}

static JamStatus find(const SessionHost* const host,
                      ToastAddress* const      out,
                      char                     note[JAM_NOTE_SIZE])
{
  unsigned count = 0U;
  if (!host->name[0]) {
    memset(out, 0, sizeof(*out)); // Everything this machine has
  } else if (io_resolve(host, out, 1U, &count) != JAM_OK) {
    if (!stand_in(host->name, out)) {
      say(note, "The name '", host->name, "' to listen on cannot be found.");
      return JAM_ERR_NOT_FOUND;
    }
    say(note,
        "",
        host->name,
        " is unknown outside Fly.io: listening on all addresses instead.");
  }
  out->port = host->port;
  return JAM_OK;
}

static void explain(const JamStatus           status,
                    const ToastAddress* const address,
                    char                      note[JAM_NOTE_SIZE])
{
  char text[IO_ADDRESS_SIZE];
  io_address_write(address, text);
  switch (status) {
  case JAM_ERR_IN_USE:
    say(note, "Another program already listens on ", text, ".");
    break;
  case JAM_ERR_NOT_FOUND:
    say(note, "This machine has no address for '", text, "'.");
    break;
  case JAM_ERR_UNSUPPORTED:
    say(note, "This machine has no IPv6 to listen on ", text, ".");
    break;
  default:
    say(note, "The system does not let us listen on ", text, ".");
    break;
  }
}

static JamStatus find_all(const char* const list,
                          ToastAddress      out[IO_MAX_SOCKETS],
                          unsigned* const   out_count,
                          char              note[JAM_NOTE_SIZE])
{
  SessionHost hosts[IO_MAX_SOCKETS];
  JamStatus   status = io_hosts_parse(list, hosts, IO_MAX_SOCKETS, out_count);
  if (status == JAM_ERR_FULL) {
    say(note, "'", list, "' lists more than four addresses to listen on.");
    return JAM_ERR_ARGUMENT;
  }
  if (status != JAM_OK) {
    say(note, "'", list, "' is not ADDR:PORT, such as 0.0.0.0:4460.");
    return status;
  }
  for (unsigned i = 0U; i < *out_count && status == JAM_OK; ++i) {
    status = find(&hosts[i], &out[i], note);
  }
  return status;
}

JamStatus io_listen(const char* const list,
                    IoSocket          out[IO_MAX_SOCKETS],
                    unsigned* const   out_count,
                    char              note[JAM_NOTE_SIZE])
{
  ToastAddress addresses[IO_MAX_SOCKETS];
  unsigned     count = 0U;
  note[0]            = '\0';
  *out_count         = 0U;
  const bool several = strchr(list, ',') != NULL;
  JamStatus  status  = find_all(list, addresses, &count, note);
  for (unsigned i = 0U; i < count && status == JAM_OK; ++i) {
    status = io_socket_open(&out[i], &addresses[i], several);
    if (status == JAM_OK) {
      ++*out_count;
    } else {
      explain(status, &addresses[i], note);
    }
  }
  while (status != JAM_OK && *out_count > 0U) {
    io_socket_close(&out[--*out_count]);
  }
  return status;
}
