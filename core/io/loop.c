// SPDX-License-Identifier: MIT
// The network thread: wait for the nearest deadline or a datagram, input all,
// tick, output all: what came together leaves together. The simulator runs the
// same steps on a heap of events.

#define _GNU_SOURCE // ppoll

#include "io/io.h"

#include "io/pace.h"

#include "base/memory.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64    // Datagrams taken in before the outputs go
#define PRIORITY 55 // Below audio callbacks (about 65..70), above all else
#define BUFFER_SIZE 2048U // Longer than any datagram we accept

struct IoLoop {
  const JamAllocator* allocator;
  const IoSocket*     sockets;
  unsigned            socket_count;
  IoEngine            engine;
  pthread_t           thread;
  int                 wake[2]; // Pipe: a byte wakes the thread
  atomic_bool         stop;
  _Atomic JamTime     heartbeat;
  _Atomic JamTime     longest_turn;
  _Atomic JamTime     wait; // As in `pace`, for others to see
  IoPace              pace; // Owner: the thread
};

// Returns whether a datagram ended the wait
static bool wait_until(const IoLoop* const loop, const JamTime deadline)
{
  struct pollfd  fds[IO_MAX_SOCKETS + 1U] = {{loop->wake[0], POLLIN, 0}};
  const unsigned count                    = loop->socket_count + 1U;
  for (unsigned i = 1U; i < count; ++i) {
    fds[i].fd     = loop->sockets[i - 1U].fd;
    fds[i].events = POLLIN;
  }
  const JamTime   now  = io_now();
  const JamTime   wait = deadline > now ? deadline - now : 0;
  struct timespec span = {(time_t)(wait / JAM_SECOND),
                          (long)(wait % JAM_SECOND)};
  const int       ready =
    ppoll(fds, count, deadline == JAM_NEVER ? NULL : &span, NULL);
  const bool woken = ready > 0 && (fds[0].revents & POLLIN);
  if (woken) {
    char bytes[64];
    while (read(loop->wake[0], bytes, sizeof(bytes)) > 0) {
    }
  }
  return ready > (woken ? 1 : 0);
}

// More will come that can share a turn and a datagram
static void wait_for_more(const IoLoop* const loop)
{
  const struct timespec span = {0, (long)loop->pace.wait};
  if (loop->pace.wait > 0) {
    (void)ppoll(NULL, 0U, &span, NULL);
  }
}

// Takes in what has come. Returns how long the oldest of it has been waiting
// since before `looked_at`.
static JamTime input_from(const IoLoop* const   loop,
                          const IoSocket* const socket,
                          const JamTime         looked_at)
{
  uint8_t      buffer[BUFFER_SIZE];
  ToastAddress from;
  JamTime      backlog = 0;
  JamTime      age     = 0;
  for (int i = 0; i < BATCH; ++i) {
    const long size =
      io_socket_receive(socket, &from, buffer, sizeof(buffer), &age);
    if (size < 0) {
      break;
    }
    const JamTime now = io_now();
    if (loop->engine.backlog) {
      loop->engine.backlog(loop->engine.context, age);
      const JamTime before = looked_at - (now - age);
      backlog              = before > backlog ? before : backlog;
    }
    loop->engine.input(loop->engine.context, now, &from, buffer, (size_t)size);
  }
  return backlog;
}

static void output_all(const IoLoop* const loop)
{
  uint8_t      buffer[BUFFER_SIZE];
  ToastAddress to;
  size_t       size = 0U;
  while ((size = loop->engine.output(loop->engine.context,
                                     io_now(),
                                     &to,
                                     buffer,
                                     sizeof(buffer))) > 0U) {
    io_socket_send(loop->sockets, loop->socket_count, &to, buffer, size);
  }
}

static void note_turn(IoLoop* const loop, const JamTime turn)
{
  if (turn > atomic_load_explicit(&loop->longest_turn, memory_order_relaxed)) {
    atomic_store_explicit(&loop->longest_turn, turn, memory_order_relaxed);
  }
}

static void turn(IoLoop* const loop, const JamTime looked_at)
{
  const JamTime begin   = io_now();
  JamTime       backlog = 0;
  atomic_store_explicit(&loop->heartbeat, begin, memory_order_relaxed);
  for (unsigned i = 0U; i < loop->socket_count; ++i) {
    const JamTime age = input_from(loop, &loop->sockets[i], looked_at);
    backlog           = age > backlog ? age : backlog;
  }
  loop->engine.tick(loop->engine.context, io_now());
  output_all(loop);
  const JamTime end = io_now();
  note_turn(loop, end - begin);
  if (loop->engine.backlog) {
    io_pace_turn(&loop->pace, end, backlog);
    atomic_store_explicit(&loop->wait, loop->pace.wait, memory_order_relaxed);
  }
}

static void* run(void* const context)
{
  IoLoop* const loop      = (IoLoop*)context;
  JamTime       looked_at = io_now();
  for (bool last = false; !last;) {
    last = atomic_load_explicit(&loop->stop, memory_order_acquire);
    turn(loop, looked_at);
    looked_at = io_now();
    if (!last &&
        wait_until(loop, loop->engine.deadline(loop->engine.context))) {
      wait_for_more(loop);
    }
  }
  return NULL;
}

static bool start_thread(IoLoop* const loop)
{
  if (pthread_create(&loop->thread, NULL, run, loop) != 0) {
    return false;
  }
#if defined(__linux__)
  (void)pthread_setname_np(loop->thread, "jam-network");
#endif
  const struct sched_param param = {.sched_priority = PRIORITY};
  (void)pthread_setschedparam(loop->thread, SCHED_FIFO, &param);
  return true;
}

JamStatus io_loop_start(const JamAllocator* const allocator,
                        const IoSocket* const     sockets,
                        const unsigned            count,
                        const IoEngine* const     engine,
                        IoLoop** const            out)
{
  *out = NULL;
  if (count < 1U || count > IO_MAX_SOCKETS) {
    return JAM_ERR_ARGUMENT;
  }
  IoLoop* const loop = (IoLoop*)jam_mem_new(allocator, sizeof(IoLoop));
  if (!loop) {
    return JAM_ERR_MEMORY;
  }
  loop->allocator    = allocator;
  loop->sockets      = sockets;
  loop->socket_count = count;
  loop->engine       = *engine;
  loop->heartbeat    = io_now();
  loop->pace.at      = loop->heartbeat;
  for (unsigned i = 0U; engine->backlog && i < count; ++i) {
    io_socket_note_arrivals(&sockets[i]);
  }
  if (pipe(loop->wake) != 0) {
    jam_mem_free(allocator, loop);
    return JAM_ERR_NETWORK;
  }
  for (int i = 0; i < 2; ++i) {
    (void)fcntl(loop->wake[i], F_SETFL, O_NONBLOCK);
    (void)fcntl(loop->wake[i], F_SETFD, FD_CLOEXEC);
  }
  if (!start_thread(loop)) {
    (void)close(loop->wake[0]);
    (void)close(loop->wake[1]);
    jam_mem_free(allocator, loop);
    return JAM_ERR_MEMORY;
  }
  *out = loop;
  return JAM_OK;
}

void io_loop_wake(IoLoop* const loop)
{
  const char byte = 1;
  (void)!write(loop->wake[1], &byte, 1U); // Full is awake enough
}

JamTime io_loop_heartbeat(const IoLoop* const loop)
{
  return atomic_load_explicit(&loop->heartbeat, memory_order_relaxed);
}

JamTime io_loop_longest_turn(IoLoop* const loop)
{
  return atomic_exchange_explicit(&loop->longest_turn, 0, memory_order_relaxed);
}

JamTime io_loop_wait(const IoLoop* const loop)
{
  return atomic_load_explicit(&loop->wait, memory_order_relaxed);
}

void io_loop_stop(IoLoop* const loop)
{
  if (!loop) {
    return;
  }
  atomic_store_explicit(&loop->stop, true, memory_order_release);
  io_loop_wake(loop);
  (void)pthread_join(loop->thread, NULL);
  (void)close(loop->wake[0]);
  (void)close(loop->wake[1]);
  jam_mem_free(loop->allocator, loop);
}
