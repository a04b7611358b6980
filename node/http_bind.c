// SPDX-License-Identifier: MIT
// Where HTTP listens. The library that serves says little about why it cannot,
// so each address is tried here first.

#include "http_bind.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool fail(char* const       error,
                 const char* const before,
                 const char* const text,
                 const char* const after)
{
  (void)snprintf(error, HTTP_ERROR_SIZE, "%s%.120s%s", before, text, after);
  return false;
}

static bool split(const char* const text, HttpPlace* const out)
{
  const char* const colon = strrchr(text, ':');
  const char*       host  = text;
  size_t            size  = colon ? (size_t)(colon - text) : 0U;
  if (size >= 2U && host[0] == '[' && host[size - 1U] == ']') {
    ++host;
    size -= 2U;
  }
  if (!colon || size >= sizeof(out->host)) {
    return false;
  }
  memset(out, 0, sizeof(*out));
  memcpy(out->host, host, size);
  out->port = (int)strtol(colon + 1, NULL, 10);
  return true;
}

static int try_bind(const struct addrinfo* const info)
{
  const int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return errno;
  }
  const int on = 1;
  (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const bool bound =
    bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, 1) == 0;
  const int error = bound ? 0 : errno;
  (void)close(fd);
  return error;
}

bool http_place(const char* const text,
                HttpPlace* const  out,
                char              error[HTTP_ERROR_SIZE])
{
  struct addrinfo  hints = {0};
  struct addrinfo* info  = NULL;
  char             port[8];
  if (!split(text, out)) {
    return fail(error, "'", text, "' is not ADDR:PORT.");
  }
  (void)snprintf(port, sizeof(port), "%d", out->port);
  hints.ai_flags    = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(out->host[0] ? out->host : "0.0.0.0", port, &hints, &info) !=
      0) {
    return fail(error, "This machine has no address for '", text, "'.");
  }
  out->v6           = info->ai_family == AF_INET6;
  const int problem = try_bind(info);
  const int named   = getnameinfo(info->ai_addr,
                                info->ai_addrlen,
                                out->host,
                                sizeof(out->host),
                                NULL,
                                0U,
                                NI_NUMERICHOST);
  freeaddrinfo(info);
  if (problem == EADDRINUSE) {
    return fail(error, "Another program already listens on ", text, " (TCP).");
  }
  if (problem == EADDRNOTAVAIL) {
    return fail(error, "This machine has no address for '", text, "'.");
  }
  if (problem != 0 || named != 0) {
    return fail(error,
                "The system does not let us listen on ",
                text,
                " (TCP).");
  }
  return true;
}

bool node_http_check(const NodeHttpConfig* const config,
                     char                        error[HTTP_ERROR_SIZE])
{
  HttpPlace place;
  return (!config->health[0] || http_place(config->health, &place, error)) &&
         (!config->metrics[0] || http_place(config->metrics, &place, error));
}
