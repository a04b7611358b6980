// SPDX-License-Identifier: MIT
// What clients and nodes both ask the library. A file of its own, so that a
// program which is only a node links nothing of a client.

#include <jamnet/jamnet.h>

#include "base/status.h"
#include "io/io.h"

const char* jam_version(void)
{
  return JAM_VERSION;
}

const char* jam_status_text(const JamStatus status)
{
  return jam_strerror(status);
}

JamTime jam_now(void)
{
  return io_now();
}
