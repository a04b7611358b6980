// SPDX-License-Identifier: MIT
// A switch that takes its time: carries Ethernet frames between interfaces,
// each DELAY_MS later, so that a test has a network of any length without help
// from the kernel.
//
//   net_switch DELAY_MS INTERFACE...
//
// Reads commands from its input until that ends: "cut A B" and "heal A B"
// (ports by number, from 0), answered with "ok"; "count A B", answered with the
// bytes that went from A to B so far. Needs the right to open raw sockets.

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_PORTS 16U
#define MAX_FRAME 1600U
#define MAX_FLYING 16384U
#define IPV4_HEAD 20U
#define SOCKET_ROOM (4 * 1024 * 1024)

typedef struct Frame {
  int64_t  due_ns;
  unsigned from;
  size_t   size;
  uint8_t  data[MAX_FRAME];
} Frame;

typedef struct Port {
  int     fd;
  bool    known;
  uint8_t mac[ETH_ALEN]; // Of the one host behind it
} Port;

static Port     ports[MAX_PORTS];
static unsigned port_count;
static bool     cut[MAX_PORTS][MAX_PORTS];
static uint64_t carried[MAX_PORTS][MAX_PORTS]; // Bytes, from and to
static Frame    flying[MAX_FLYING]; // In order: all take the same time
static uint64_t first, end;
static uint64_t dropped;

static int64_t now_ns(void)
{
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static bool open_port(const char* const name)
{
  const int          fd      = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
  const int          yes     = 1;
  const int          room    = SOCKET_ROOM;
  struct sockaddr_ll address = {.sll_family   = AF_PACKET,
                                .sll_protocol = htons(ETH_P_ALL),
                                .sll_ifindex  = (int)if_nametoindex(name)};
  if (fd < 0 || address.sll_ifindex == 0 ||
      setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof(yes)) ||
      bind(fd, (const struct sockaddr*)&address, sizeof(address)) ||
      fcntl(fd, F_SETFL, O_NONBLOCK)) {
    (void)fprintf(stderr, "net_switch: %s: %s\n", name, strerror(errno));
    return false;
  }
  (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
  ports[port_count++].fd = fd;
  return true;
}

// The sender's card was to fill in the checksum, and no card will: none at all
// is allowed over IPv4
static void clear_checksum(Frame* const frame)
{
  const uint8_t* const ip   = frame->data + ETH_HLEN;
  const size_t         head = (size_t)(ip[0] & 0x0FU) * 4U;
  if (frame->size >= ETH_HLEN + IPV4_HEAD + 8U && frame->data[12] == 0x08U &&
      frame->data[13] == 0x00U && ip[9] == IPPROTO_UDP && head >= IPV4_HEAD &&
      frame->size >= ETH_HLEN + head + 8U) {
    frame->data[ETH_HLEN + head + 6U] = 0U;
    frame->data[ETH_HLEN + head + 7U] = 0U;
  }
}

static void take_in(const unsigned from, const int64_t delay_ns)
{
  for (;;) {
    Frame* const  frame = &flying[end % MAX_FLYING];
    const ssize_t size =
      recv(ports[from].fd, frame->data, sizeof(frame->data), 0);
    if (size < (ssize_t)ETH_HLEN) {
      return;
    }
    if (end - first == MAX_FLYING - 1U) {
      ++dropped;
      continue;
    }
    frame->size   = (size_t)size;
    frame->from   = from;
    frame->due_ns = now_ns() + delay_ns;
    memcpy(ports[from].mac, frame->data + ETH_ALEN, ETH_ALEN);
    ports[from].known = true;
    clear_checksum(frame);
    ++end;
  }
}

static void deliver(const Frame* const frame)
{
  const bool everybody = frame->data[0] & 1U;
  for (unsigned i = 0U; i < port_count; ++i) {
    const bool his =
      !ports[i].known || memcmp(ports[i].mac, frame->data, ETH_ALEN) == 0;
    if (i != frame->from && !cut[frame->from][i] && (everybody || his)) {
      dropped += send(ports[i].fd, frame->data, frame->size, 0) < 0 ? 1U : 0U;
      carried[frame->from][i] += frame->size;
    }
  }
}

static void obey(const char* const line)
{
  unsigned a = 0U, b = 0U;
  char     word[8];
  if (sscanf(line, "%7s %u %u", word, &a, &b) == 3 && a < port_count &&
      b < port_count) {
    if (strcmp(word, "count") == 0) {
      (void)printf("%llu\n", (unsigned long long)carried[a][b]);
    } else {
      cut[a][b] = cut[b][a] = strcmp(word, "cut") == 0;
      (void)puts("ok");
    }
    (void)fflush(stdout);
  }
}

static void run(const int64_t delay_ns)
{
  struct pollfd polls[MAX_PORTS + 1U];
  for (unsigned i = 0U; i < port_count; ++i) {
    polls[i] = (struct pollfd){.fd = ports[i].fd, .events = POLLIN};
  }
  polls[port_count] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
  for (;;) {
    const int64_t now = now_ns();
    const int64_t due =
      first == end ? now + 1000000000 : flying[first % MAX_FLYING].due_ns;
    const int64_t   wait = due > now ? due - now : 0;
    struct timespec span = {wait / 1000000000, wait % 1000000000};
    (void)ppoll(polls, port_count + 1U, &span, NULL);
    for (unsigned i = 0U; i < port_count; ++i) {
      if (polls[i].revents) {
        take_in(i, delay_ns);
      }
    }
    while (first != end && flying[first % MAX_FLYING].due_ns <= now_ns()) {
      deliver(&flying[first++ % MAX_FLYING]);
    }
    if (polls[port_count].revents) {
      char line[64];
      if (!fgets(line, sizeof(line), stdin)) {
        return;
      }
      obey(line);
    }
  }
}

int main(const int argc, char** const argv)
{
  if (argc < 4 || argc - 2 > (int)MAX_PORTS) {
    (void)fputs("Usage: net_switch DELAY_MS INTERFACE INTERFACE...\n", stderr);
    return 2;
  }
  for (int i = 2; i < argc; ++i) {
    if (!open_port(argv[i])) {
      return 1;
    }
  }
  (void)setvbuf(stdin, NULL, _IONBF, 0U);
  run((int64_t)(strtod(argv[1], NULL) * 1e6));
  (void)fprintf(stderr,
                "net_switch: %llu carried, %llu dropped\n",
                (unsigned long long)end,
                (unsigned long long)dropped);
  return 0;
}
