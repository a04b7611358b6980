// SPDX-License-Identifier: MIT
// Status codes in words.

#include "base/status.h"

const char* jam_strerror(const JamStatus status)
{
  switch (status) {
  case JAM_OK:
    return "Success";
  case JAM_ERR_ARGUMENT:
    return "An argument is outside its range";
  case JAM_ERR_MEMORY:
    return "Out of memory";
  case JAM_ERR_FULL:
    return "No room left";
  case JAM_ERR_FORMAT:
    return "Not in the expected format";
  case JAM_ERR_STATE:
    return "Not possible in the present state";
  case JAM_ERR_CRYPTO:
    return "A key or seal is not valid";
  case JAM_ERR_REFUSED:
    return "The other side refused";
  case JAM_ERR_TIMEOUT:
    return "No answer in time";
  case JAM_ERR_NETWORK:
    return "The network refused the operation";
  case JAM_ERR_IN_USE:
    return "Already in use by another program";
  case JAM_ERR_NOT_FOUND:
    return "Not found";
  case JAM_ERR_UNSUPPORTED:
    return "Not supported here";
  case JAM_ERR_FILE:
    return "The file cannot be read or written";
  case JAM_ERR_DEVICE:
    return "The device failed";
  case JAM_STATUS_COUNT:
    break;
  }
  return "Unknown status";
}
