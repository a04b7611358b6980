// SPDX-License-Identifier: MIT
// Where errno stops.

#include "io/io.h"

#include <errno.h>

JamStatus io_status(const int error)
{
  switch (error) {
  case 0:
    return JAM_OK;
  case EADDRINUSE:
    return JAM_ERR_IN_USE;
  case EADDRNOTAVAIL:
  case ENOENT:
    return JAM_ERR_NOT_FOUND;
  case ENOMEM:
  case ENOBUFS:
    return JAM_ERR_MEMORY;
  case EAFNOSUPPORT:
    return JAM_ERR_UNSUPPORTED;
  default:
    return JAM_ERR_NETWORK;
  }
}
