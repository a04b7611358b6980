// SPDX-License-Identifier: MIT
// A node that serves a jam while somebody sends it rubbish, over the sockets of
// this machine.
//
//   net_flood [DATAGRAMS_PER_SECOND [SECONDS]]
//
// Two players; one sends 750 packets of sound a second, the other notes what
// comes and how late. First without the flood, then with. The rubbish is of
// every kind: INITs, packets of the living sessions with false seals, packets
// of none, noise. Prints one JSON object. Fails if the jam loses a session, the
// node's memory grows or, unless packets were lost before the node could read
// them, sound is lost.

#include "io/io.h"
#include "session/session.h"
#include "synchub/synchub.h"
#include "toast/toast.h"
#include "toast/toast_wire.h"

#include "base/rand.h"
#include "base/time.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 20000U
#define GAP (JAM_SECOND / 750)
#define SOUND 200U
#define BURST 32U

typedef struct Player {
  IoSocket       socket;
  ToastEndpoint* end;
  ToastSession   session;
  bool           open;
  bool           closed;
} Player;

typedef struct Run {
  unsigned sent;
  unsigned heard;
  double   us[MOST];
} Run;

typedef struct Flood {
  uint16_t         port;
  unsigned         rate;
  _Atomic uint64_t sent;
  _Atomic uint32_t cid; // Of a living session at the node
  atomic_bool      on;
  atomic_bool      end;
} Flood;

static Flood  flood;
static Player players[2];

static void die(const char* const what)
{
  (void)fprintf(stderr, "net_flood: %s\n", what);
  exit(EXIT_FAILURE);
}

static void must(const bool truth, const char* const what)
{
  if (!truth) {
    die(what);
  }
}

// Resident memory, KiB
static long resident(void)
{
  long        size = 0;
  long        rss  = 0;
  FILE* const file = fopen("/proc/self/statm", "r");
  must(file && fscanf(file, "%ld %ld", &size, &rss) == 2, "no /proc");
  (void)fclose(file);
  return rss * (sysconf(_SC_PAGESIZE) / 1024);
}

static size_t rubbish(JamRand* const rand, uint8_t* const out)
{
  const unsigned kind = jam_rand_below(rand, 4U);
  const size_t   size = kind == 0U ? TOAST_WIRE_INIT_SIZE : 200U;
  for (size_t i = 0U; i < 80U; ++i) {
    out[i] = (uint8_t)jam_rand_u32(rand);
  }
  if (kind == 0U) {
    out[0] = TOAST_WIRE_INIT;
    out[1] = TOAST_WIRE_VERSION;
  } else if (kind < 3U) {
    out[0] = TOAST_WIRE_SHORT;
  }
  if (kind == 1U) {
    toast_put24(out + TOAST_WIRE_SHORT_CID, atomic_load(&flood.cid));
  }
  return size;
}

static void* flood_main(void* const context)
{
  JamRand            rand;
  struct sockaddr_in to                       = {.sin_family = AF_INET};
  uint8_t            data[TOAST_MAX_DATAGRAM] = {0};
  const int          fd                       = socket(AF_INET, SOCK_DGRAM, 0);
  (void)context;
  jam_rand_init(&rand, 1U, 1U);
  to.sin_port        = htons(flood.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  must(fd >= 0, "no socket");
  JamTime next = io_now();
  while (!atomic_load(&flood.end)) {
    const JamTime now = io_now();
    if (!atomic_load(&flood.on) || now < next) {
      next = atomic_load(&flood.on) ? next : now;
      (void)poll(NULL, 0, 1);
      continue;
    }
    for (unsigned i = 0U; i < BURST; ++i) {
      const size_t size = rubbish(&rand, data);
      (void)sendto(fd,
                   data,
                   size,
                   MSG_DONTWAIT,
                   (const struct sockaddr*)&to,
                   sizeof(to));
    }
    (void)atomic_fetch_add(&flood.sent, BURST);
    // What cannot be sent now is not sent later
    next = next + BURST * JAM_SECOND / flood.rate;
    next = next < now - 5 * JAM_MS ? now : next;
  }
  (void)close(fd);
  return NULL;
}

static void take_sound(Run* const run, const ToastFrame* const frame)
{
  JamTime sent = 0;
  if (run && frame->kind == TOAST_FRAME_MEDIA && frame->size == SOUND) {
    memcpy(&sent, frame->data, sizeof(sent));
    if (run->heard < MOST) {
      run->us[run->heard++] = (double)(io_now() - sent) * 1e-3;
    }
  }
}

static void serve(Player* const player, Run* const run)
{
  uint8_t      data[TOAST_MAX_DATAGRAM];
  ToastAddress address;
  ToastEvent   event;
  JamTime      age  = 0;
  long         got  = 0;
  size_t       size = 0U;
  while ((got = io_socket_receive(&player->socket,
                                  &address,
                                  data,
                                  sizeof(data),
                                  &age)) >= 0) {
    toast_input(player->end, io_now(), &address, data, (size_t)got);
    while (toast_event(player->end, &event)) {
      player->open |= event.kind == TOAST_EVENT_OPEN;
      player->closed |= event.kind == TOAST_EVENT_CLOSED;
      if (event.kind == TOAST_EVENT_FRAME) {
        take_sound(run, &event.frame);
      }
    }
  }
  toast_tick(player->end, io_now());
  while (
    (size = toast_output(player->end, io_now(), &address, data, sizeof(data))) >
    0U) {
    io_socket_send(&player->socket, 1U, &address, data, size);
    if (data[0] & TOAST_WIRE_SHORT) {
      atomic_store(&flood.cid, toast_get24(data + TOAST_WIRE_SHORT_CID));
    }
  }
}

static void play(Run* const run, const JamTime span, const bool sounds)
{
  const JamTime end  = io_now() + span;
  JamTime       next = io_now();
  while (io_now() < end + (sounds ? JAM_SECOND / 5 : 0)) {
    struct pollfd fds[2] = {{players[0].socket.fd, POLLIN, 0},
                            {players[1].socket.fd, POLLIN, 0}};
    (void)poll(fds, 2U, 1);
    const JamTime now = io_now();
    while (sounds && next <= now && next < end) {
      uint8_t          data[SOUND] = {0};
      const ToastFrame frame       = {TOAST_FRAME_MEDIA,
                                      0U,
                                      (uint16_t)(64U * run->sent),
                                      data,
                                      SOUND};
      memcpy(data, &now, sizeof(now));
      must(toast_send(players[0].end, now, players[0].session, &frame) ==
             JAM_OK,
           "a player cannot send");
      ++run->sent;
      serve(&players[0], NULL);
      next += GAP;
    }
    serve(&players[0], NULL);
    serve(&players[1], run);
  }
}

static void join(Player* const       player,
                 const unsigned      number,
                 const ToastAddress* node,
                 const uint8_t*      key)
{
  const ToastAddress any    = {{[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1},
                               0};
  ToastConfig        config = {0};
  SynchubMessage     message = {.kind = SYNCHUB_JOIN, .room = {1U}};
  char               text[SYNCHUB_MAX_MESSAGE];
  config.max_sessions = 2U;
  must(io_random(config.seed, sizeof(config.seed)) == JAM_OK &&
         io_socket_open(&player->socket, &any, false) == JAM_OK &&
         toast_endpoint_new(&config, NULL, &player->end) == JAM_OK &&
         toast_connect(player->end, io_now(), node, key, &player->session) ==
           JAM_OK,
       "a player cannot begin");
  for (unsigned i = 0U; i < 3000U && !player->open; ++i) {
    serve(player, NULL);
    (void)poll(NULL, 0, 1);
  }
  must(player->open, "no answer");
  (void)
    snprintf(message.profile.name, sizeof(message.profile.name), "p%u", number);
  message.profile.rate_hz = 48000U;
  message.profile.bits    = 16U;
  message.profile.frames  = 64U;
  const size_t     size   = synchub_message_write(&message, text, sizeof(text));
  const ToastFrame frame  = {TOAST_FRAME_EVENT,
                             0U,
                             0U,
                             (const uint8_t*)text,
                             size};
  must(toast_send(player->end, io_now(), player->session, &frame) == JAM_OK,
       "a player cannot join");
}

static double players_sent(void)
{
  double sum = 0.0;
  for (unsigned i = 0U; i < 2U; ++i) {
    ToastStats stats;
    (void)toast_stats(players[i].end, players[i].session, &stats);
    sum += (double)stats.datagrams_sent + 1.0; // And its INIT
  }
  return sum;
}

static int by_value(const void* const a, const void* const b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

static double percentile(Run* const run, const unsigned percent)
{
  qsort(run->us, run->heard, sizeof(run->us[0]), by_value);
  return run->heard ? run->us[(run->heard - 1U) * percent / 100U] : -1.0;
}

static void print_run(const char* const name, Run* const run)
{
  printf("\"%s\":{\"sent\":%u,\"lost\":%u,\"p50_us\":%.0f,\"p99_us\":%.0f},",
         name,
         run->sent,
         run->sent - run->heard,
         percentile(run, 50U),
         percentile(run, 99U));
}

static void node_input(void*               context,
                       JamTime             now,
                       const ToastAddress* from,
                       const uint8_t*      data,
                       size_t              size)
{
  session_node_input((SessionNode*)context, now, from, data, size);
}

static size_t node_output(void*         context,
                          JamTime       now,
                          ToastAddress* to,
                          uint8_t*      buffer,
                          size_t        capacity)
{
  return session_node_output((SessionNode*)context, now, to, buffer, capacity);
}

static JamTime node_deadline(const void* context)
{
  return session_node_deadline((const SessionNode*)context);
}

static void node_tick(void* context, JamTime now)
{
  session_node_tick((SessionNode*)context, now);
}

static void node_backlog(void* context, JamTime age)
{
  session_node_set_backlog((SessionNode*)context, age);
}

int main(const int argc, char** const argv)
{
  static Run         quiet;
  static Run         loud;
  SessionNodeConfig  config = {.max_users = 8U};
  SessionNode*       node   = NULL;
  IoLoop*            loop   = NULL;
  IoSocket           socket;
  pthread_t          thread;
  JamNodeView        view;
  uint8_t            key[TOAST_KEY_SIZE];
  const ToastAddress any = {{[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1},
                            0};
  const JamTime      span =
    (argc > 2 ? (JamTime)strtol(argv[2], NULL, 10) : 5) * JAM_SECOND;
  flood.rate = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 100000U;
  must(flood.rate > 0U && span > 0 && span <= 20 * JAM_SECOND, "wrong words");
  must(io_random(config.seed, sizeof(config.seed)) == JAM_OK &&
         io_random(config.secret, sizeof(config.secret)) == JAM_OK &&
         session_node_new(&config, NULL, &node) == JAM_OK &&
         io_socket_open(&socket, &any, false) == JAM_OK,
       "no node");
  const IoEngine engine =
    {node, node_input, node_output, node_deadline, node_tick, node_backlog};
  must(io_loop_start(NULL, &socket, 1U, &engine, &loop) == JAM_OK, "no loop");
  toast_public_key(config.secret, key);
  flood.port = socket.address.port;
  must(pthread_create(&thread, NULL, flood_main, NULL) == 0, "no thread");
  join(&players[0], 0U, &socket.address, key);
  join(&players[1], 1U, &socket.address, key);
  play(NULL, JAM_SECOND, false);

  play(&quiet, span, true);
  const long before = resident();
  atomic_store(&flood.on, true);
  const JamTime begin = io_now();
  play(&loud, span, true);
  const double seconds = (double)(io_now() - begin) / (double)JAM_SECOND;
  atomic_store(&flood.on, false);
  const long grown = resident() - before;
  play(NULL, JAM_SECOND / 2, false);
  atomic_store(&flood.end, true);
  (void)pthread_join(thread, NULL);
  io_loop_stop(loop);
  session_node_view(node, &view);

  const double sent = (double)atomic_load(&flood.sent);
  const double read = (double)view.datagrams_in - players_sent();
  printf("{\"command\":\"net_flood %u\",", flood.rate);
  print_run("quiet", &quiet);
  print_run("flooded", &loud);
  printf("\"flood_per_s\":%.0f,\"read_by_node\":%.3f,\"grown_kib\":%ld,"
         "\"sessions_lost\":%u}\n",
         sent / seconds,
         read / sent,
         grown,
         (unsigned)players[0].closed + (unsigned)players[1].closed);
  const bool roomy = read > 0.999 * sent;
  const bool good  = !players[0].closed && !players[1].closed &&
                    quiet.heard > 0U && grown < 1024 &&
                    (!roomy || loud.heard == loud.sent);
  for (unsigned i = 0U; i < 2U; ++i) {
    toast_endpoint_free(players[i].end);
    io_socket_close(&players[i].socket);
  }
  io_socket_close(&socket);
  session_node_free(node);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
