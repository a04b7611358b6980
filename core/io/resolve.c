// SPDX-License-Identifier: MIT
// Host names to addresses, and addresses to text.

#include "io/io.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static bool convert(const struct addrinfo* const info, ToastAddress* const out)
{
  memset(out, 0, sizeof(*out));
  if (info->ai_family == AF_INET) {
    struct sockaddr_in v4;
    memcpy(&v4, info->ai_addr, sizeof(v4));
    out->ip[10] = out->ip[11] = 0xFFU;
    memcpy(out->ip + 12, &v4.sin_addr, 4U);
    return true;
  }
  if (info->ai_family == AF_INET6) {
    struct sockaddr_in6 v6;
    memcpy(&v6, info->ai_addr, sizeof(v6));
    memcpy(out->ip, &v6.sin6_addr, 16U);
    return true;
  }
  return false;
}

JamStatus io_resolve(const SessionHost* const host,
                     ToastAddress* const      out,
                     const unsigned           capacity,
                     unsigned* const          out_count)
{
  struct addrinfo  hints = {0};
  struct addrinfo* list  = NULL;
  hints.ai_family        = AF_UNSPEC;
  hints.ai_socktype      = SOCK_DGRAM;
  *out_count             = 0U;
  if (getaddrinfo(host->name, NULL, &hints, &list) != 0) {
    return JAM_ERR_NOT_FOUND;
  }
  for (int family = 0; family < 2; ++family) {
    for (const struct addrinfo* i = list; i; i = i->ai_next) {
      const bool wanted = i->ai_family == (family ? AF_INET6 : AF_INET);
      if (wanted && *out_count < capacity && convert(i, &out[*out_count])) {
        out[(*out_count)++].port = host->port;
      }
    }
  }
  freeaddrinfo(list);
  return *out_count ? JAM_OK : JAM_ERR_NOT_FOUND;
}

JamStatus io_hosts_parse(const char* const  list,
                         SessionHost* const out,
                         const unsigned     capacity,
                         unsigned* const    out_count)
{
  *out_count = 0U;
  for (const char* at = list; at;) {
    const char* const comma  = strchr(at, ',');
    const size_t      length = comma ? (size_t)(comma - at) : strlen(at);
    if (*out_count == capacity) {
      return JAM_ERR_FULL;
    }
    if (!session_host_parse(at, length, &out[*out_count])) {
      return JAM_ERR_ARGUMENT;
    }
    ++*out_count;
    at = comma ? comma + 1 : NULL;
  }
  return JAM_OK;
}

void io_address_write(const ToastAddress* const address,
                      char                      out[IO_ADDRESS_SIZE])
{
  static const uint8_t v4_prefix[12]        = {[10] = 0xFFU, [11] = 0xFFU};
  char                 ip[INET6_ADDRSTRLEN] = "?";
  if (memcmp(address->ip, v4_prefix, sizeof(v4_prefix)) == 0) {
    (void)inet_ntop(AF_INET, address->ip + 12, ip, sizeof(ip));
    (void)snprintf(out, IO_ADDRESS_SIZE, "%s:%u", ip, address->port);
  } else {
    (void)inet_ntop(AF_INET6, address->ip, ip, sizeof(ip));
    (void)snprintf(out, IO_ADDRESS_SIZE, "[%s]:%u", ip, address->port);
  }
}
