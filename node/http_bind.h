// SPDX-License-Identifier: MIT
// Where HTTP listens.

#ifndef JAM_NODE_HTTP_BIND_H
#define JAM_NODE_HTTP_BIND_H

#include "http.h"

#include <stdbool.h>

typedef struct HttpPlace {
  char host[64]; ///< A numeric address
  int  port;
  bool v6;
} HttpPlace;

/// Reads "ADDR:PORT" and tries to bind it. False after a sentence in `error`.
bool http_place(const char* text, HttpPlace* out, char error[HTTP_ERROR_SIZE]);

#endif // JAM_NODE_HTTP_BIND_H
