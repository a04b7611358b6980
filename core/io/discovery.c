// SPDX-License-Identifier: MIT
// A thread that keeps asking the system's resolver where other nodes are.
//
// A resolver can be stuck for many seconds and cannot be interrupted, so nobody
// waits for this thread: whoever lets go last, the thread or its owner,
// releases what both use. That is why its memory is the C library's.

#include "io/io.h"

#include "base/memory.h"
#include "base/ring.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define MAX_FOUND 64U // Addresses of one name
#define WAITING 256U  // Addresses in the ring; more come with the next round

struct IoDiscovery {
  SessionHost hosts[IO_MAX_PEERS];
  unsigned    count;
  JamTime     period;
  JamRing     found;
  int         wake[2]; // Pipe: its end tells the thread to go
  atomic_int  users;   // The thread and the owner
};

static void let_go(IoDiscovery* const d)
{
  if (atomic_fetch_sub_explicit(&d->users, 1, memory_order_acq_rel) == 1) {
    (void)close(d->wake[0]);
    jam_ring_deinit(&d->found, NULL);
    jam_mem_free(NULL, d);
  }
}

static bool alone(const IoDiscovery* const d)
{
  return atomic_load_explicit(&d->users, memory_order_acquire) == 1;
}

static void resolve_all(IoDiscovery* const d)
{
  ToastAddress found[MAX_FOUND];
  for (unsigned i = 0U; i < d->count && !alone(d); ++i) {
    unsigned count = 0U;
    if (io_resolve(&d->hosts[i], found, MAX_FOUND, &count) != JAM_OK) {
      continue; // It may not have started yet
    }
    for (unsigned k = 0U; k < count; ++k) {
      (void)jam_ring_write(&d->found, &found[k], sizeof(found[k]));
    }
  }
}

static void* run(void* const context)
{
  IoDiscovery* const d = (IoDiscovery*)context;
  while (!alone(d)) {
    struct pollfd wake = {d->wake[0], POLLIN, 0};
    resolve_all(d);
    (void)poll(&wake, 1U, (int)(d->period / JAM_MS));
  }
  let_go(d);
  return NULL;
}

static bool start_thread(IoDiscovery* const d)
{
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, d) != 0) {
    return false;
  }
  (void)pthread_detach(thread);
  return true;
}

JamStatus io_discovery_start(const SessionHost* const hosts,
                             const unsigned           count,
                             const JamTime            period,
                             IoDiscovery** const      out)
{
  *out = NULL;
  if (count < 1U || count > IO_MAX_PEERS || period < JAM_MS) {
    return JAM_ERR_ARGUMENT;
  }
  IoDiscovery* const d = (IoDiscovery*)jam_mem_new(NULL, sizeof(IoDiscovery));
  if (!d || jam_ring_init(&d->found, NULL, WAITING * sizeof(ToastAddress)) !=
              JAM_OK) {
    jam_mem_free(NULL, d);
    return JAM_ERR_MEMORY;
  }
  memcpy(d->hosts, hosts, count * sizeof(*hosts));
  d->count  = count;
  d->period = period;
  d->users  = 2;
  if (pipe(d->wake) != 0) {
    jam_ring_deinit(&d->found, NULL);
    jam_mem_free(NULL, d);
    return JAM_ERR_NETWORK;
  }
  (void)fcntl(d->wake[0], F_SETFD, FD_CLOEXEC);
  (void)fcntl(d->wake[1], F_SETFD, FD_CLOEXEC);
  if (!start_thread(d)) {
    d->users = 1;
    io_discovery_stop(d);
    return JAM_ERR_MEMORY;
  }
  *out = d;
  return JAM_OK;
}

bool io_discovery_next(IoDiscovery* const d, ToastAddress* const out)
{
  return d && jam_ring_read(&d->found, out, sizeof(*out));
}

void io_discovery_stop(IoDiscovery* const d)
{
  if (d) {
    const int wake = d->wake[1];
    let_go(d);
    (void)close(wake);
  }
}
