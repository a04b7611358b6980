// SPDX-License-Identifier: MIT
// At which addresses others could reach a jam hosted here.

#include "addresses.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define MAX_ADDRESSES 8U

typedef struct List {
  char*    text;
  size_t   capacity;
  size_t   size;
  unsigned count;
} List;

static void append(List* const list, const char* const host_port)
{
  const int more = snprintf(list->text + list->size,
                            list->capacity - list->size,
                            "%s%s",
                            list->count ? "," : "",
                            host_port);
  if (more > 0 && list->size + (size_t)more < list->capacity) {
    list->size += (size_t)more;
    ++list->count;
  } else {
    list->text[list->size] = '\0';
  }
}

static bool format(const struct ifaddrs* const i,
                   const uint16_t              port,
                   char* const                 out,
                   const size_t                capacity)
{
  char host[INET_ADDRSTRLEN];
  if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET ||
      !(i->ifa_flags & IFF_UP)) {
    return false; // The node listens on IPv4
  }
  struct sockaddr_in v4;
  memcpy(&v4, i->ifa_addr, sizeof(v4));
  if (!inet_ntop(AF_INET, &v4.sin_addr, host, sizeof(host))) {
    return false;
  }
  (void)snprintf(out, capacity, "%s:%u", host, port);
  return true;
}

void client_addresses(const char* const public_address,
                      const uint16_t    port,
                      char* const       out,
                      const size_t      capacity)
{
  List            list       = {out, capacity, 0U, 0U};
  struct ifaddrs* interfaces = NULL;
  out[0]                     = '\0';
  if (public_address && public_address[0]) {
    append(&list, public_address);
  }
  if (getifaddrs(&interfaces) == 0) {
    for (int loopback = 0; loopback < 2; ++loopback) {
      for (const struct ifaddrs* i = interfaces; i; i = i->ifa_next) {
        char       one[INET_ADDRSTRLEN + 8];
        const bool is_loopback = (i->ifa_flags & IFF_LOOPBACK) != 0U;
        if (is_loopback == (loopback == 1) && list.count < MAX_ADDRESSES &&
            format(i, port, one, sizeof(one))) {
          append(&list, one);
        }
      }
    }
    freeifaddrs(interfaces);
  }
  if (!list.count) {
    char one[32];
    (void)snprintf(one, sizeof(one), "127.0.0.1:%u", port);
    append(&list, one);
  }
}
