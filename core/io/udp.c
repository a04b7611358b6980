// SPDX-License-Identifier: MIT
// UDP sockets.

#include "io/io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define DSCP_EF 0xB8              // RFC 3246, in the upper six bits
#define BUFFER_SIZE (1024 * 1024) // Half a second of a busy node

static const uint8_t v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

static socklen_t to_system(const IoSocket* const          socket,
                           const ToastAddress* const      address,
                           struct sockaddr_storage* const out)
{
  memset(out, 0, sizeof(*out));
  if (!socket->v6) {
    struct sockaddr_in v4 = {0};
    v4.sin_family         = AF_INET;
    v4.sin_port           = htons(address->port);
    memcpy(&v4.sin_addr, address->ip + 12, 4U);
    memcpy(out, &v4, sizeof(v4));
    return sizeof(v4);
  }
  struct sockaddr_in6 v6 = {0};
  v6.sin6_family         = AF_INET6;
  v6.sin6_port           = htons(address->port);
  memcpy(&v6.sin6_addr, address->ip, 16U);
  memcpy(out, &v6, sizeof(v6));
  return sizeof(v6);
}

static void from_system(const struct sockaddr_storage* const in,
                        ToastAddress* const                  out)
{
  if (in->ss_family == AF_INET) {
    struct sockaddr_in v4;
    memcpy(&v4, in, sizeof(v4));
    memcpy(out->ip, v4_prefix, sizeof(v4_prefix));
    memcpy(out->ip + 12, &v4.sin_addr, 4U);
    out->port = ntohs(v4.sin_port);
  } else {
    struct sockaddr_in6 v6;
    memcpy(&v6, in, sizeof(v6));
    memcpy(out->ip, &v6.sin6_addr, 16U);
    out->port = ntohs(v6.sin6_port);
  }
}

// All of these improve matters where the system allows them, and nothing is
// lost where it does not
static void tune(const IoSocket* const socket)
{
  const int dscp = DSCP_EF;
  const int size = BUFFER_SIZE;
  const int fd   = socket->fd;
  (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
  (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
  (void)setsockopt(fd, IPPROTO_IP, IP_TOS, &dscp, sizeof(dscp));
#if defined(IP_MTU_DISCOVER)
  const int never_fragment = IP_PMTUDISC_DO;
  (void)setsockopt(fd,
                   IPPROTO_IP,
                   IP_MTU_DISCOVER,
                   &never_fragment,
                   sizeof(never_fragment));
#endif
  if (socket->v6) {
    (void)setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &dscp, sizeof(dscp));
#if defined(IPV6_MTU_DISCOVER)
    const int never = IPV6_PMTUDISC_DO;
    (void)
      setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &never, sizeof(never));
#endif
  }
#if defined(SO_PRIORITY)
  const int voice = 6; // The Wi-Fi voice queue
  (void)setsockopt(fd, SOL_SOCKET, SO_PRIORITY, &voice, sizeof(voice));
#endif
}

static bool is_v4(const ToastAddress* const address)
{
  return memcmp(address->ip, v4_prefix, sizeof(v4_prefix)) == 0;
}

static JamStatus bind_socket(IoSocket* const           out,
                             const ToastAddress* const bind_to)
{
  struct sockaddr_storage address;
  const int               only = !out->v4;
  const socklen_t         size = to_system(out, bind_to, &address);
  if (out->v6) {
    (void)setsockopt(out->fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
  }
  if (bind(out->fd, (const struct sockaddr*)&address, size) < 0 ||
      fcntl(out->fd, F_SETFL, O_NONBLOCK) < 0 ||
      fcntl(out->fd, F_SETFD, FD_CLOEXEC) < 0) {
    const JamStatus status = io_status(errno);
    io_socket_close(out);
    return status;
  }
  socklen_t bound = sizeof(address);
  out->address    = *bind_to;
  if (getsockname(out->fd, (struct sockaddr*)&address, &bound) == 0) {
    from_system(&address, &out->address);
  }
  tune(out);
  return JAM_OK;
}

JamStatus io_socket_open(IoSocket* const           out,
                         const ToastAddress* const bind_to,
                         const bool                v6_only)
{
  const ToastAddress any    = {{0}, 0U};
  const ToastAddress any_v4 = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 0U};
  const bool         v4     = bind_to && is_v4(bind_to);
  const bool         all    = !bind_to || memcmp(bind_to->ip, any.ip, 16U) == 0;
  out->v6                   = !v4;
  out->v4                   = v4 || (all && !v6_only);
  out->fd                   = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0);
  if (out->fd < 0) {
    // A machine without IPv6 still has IPv4
    const int error = errno;
    return bind_to ? io_status(error) : io_socket_open(out, &any_v4, false);
  }
  const JamStatus status = bind_socket(out, bind_to ? bind_to : &any);
  return (status == JAM_OK || bind_to) ? status
                                       : io_socket_open(out, &any_v4, false);
}

void io_socket_close(IoSocket* const socket)
{
  if (socket->fd >= 0) {
    (void)close(socket->fd);
    socket->fd = -1;
  }
}

void io_socket_note_arrivals(const IoSocket* const socket)
{
#if defined(SO_TIMESTAMPNS)
  const int on = 1;
  (void)setsockopt(socket->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
#else
  (void)socket;
#endif
}

// The system notes arrivals on the clock of the day, which may step: what then
// comes out is no worse than a late datagram
static JamTime age_of(struct msghdr* const message)
{
  JamTime age = 0;
#if defined(SO_TIMESTAMPNS)
  for (struct cmsghdr* head = CMSG_FIRSTHDR(message); head;
       head                 = CMSG_NXTHDR(message, head)) {
    if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_TIMESTAMPNS) {
      struct timespec then;
      struct timespec now;
      memcpy(&then, CMSG_DATA(head), sizeof(then));
      (void)clock_gettime(CLOCK_REALTIME, &now);
      age =
        (now.tv_sec - then.tv_sec) * JAM_SECOND + (now.tv_nsec - then.tv_nsec);
    }
  }
#else
  (void)message;
#endif
  return age > 0 ? age : 0;
}

long io_socket_receive(const IoSocket* const socket,
                       ToastAddress* const   from,
                       uint8_t* const        buffer,
                       const size_t          capacity,
                       JamTime* const        age)
{
  struct sockaddr_storage          address;
  _Alignas(struct cmsghdr) uint8_t control[128];
  for (int tries = 0; tries < 16; ++tries) {
    struct iovec  room     = {buffer, capacity};
    struct msghdr message  = {0};
    message.msg_name       = &address;
    message.msg_namelen    = sizeof(address);
    message.msg_iov        = &room;
    message.msg_iovlen     = 1;
    message.msg_control    = control;
    message.msg_controllen = sizeof(control);
    const ssize_t got      = recvmsg(socket->fd, &message, 0);
    if (got >= 0) {
      from_system(&address, from);
      *age = age_of(&message);
      return (long)got;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return -1;
    }
    // Anything else is an old ICMP answer to something we sent: read on
  }
  return -1;
}

void io_socket_send(const IoSocket* const     sockets,
                    const unsigned            count,
                    const ToastAddress* const to,
                    const uint8_t* const      data,
                    const size_t              size)
{
  const bool v4 = is_v4(to);
  unsigned   i  = 0U;
  while (i < count && !(v4 ? sockets[i].v4 : sockets[i].v6)) {
    ++i;
  }
  if (i == count) {
    return; // No way there
  }
  struct sockaddr_storage address;
  const socklen_t         length = to_system(&sockets[i], to, &address);
  (void)sendto(sockets[i].fd,
               data,
               size,
               0,
               (const struct sockaddr*)&address,
               length);
}
