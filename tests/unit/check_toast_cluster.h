// SPDX-License-Identifier: MIT
// A caller and three nodes of a cluster in virtual time, all on one clock.
//
// End 0 is the caller, ends 1 to 3 are the nodes with those node ids. The
// network delays and loses from a seed. Every datagram is recorded, and with it
// the key and nonce it was sealed with: whoever uses one pair twice is found.

#ifndef CHECK_TOAST_CLUSTER_H
#define CHECK_TOAST_CLUSTER_H

#include "toast/endpoint.h"

#include <base/rand.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define CLUSTER_ENDS 4U
#define CLUSTER_SESSIONS 16U
#define CLUSTER_FLIGHT 4096U
#define CLUSTER_RECORD 16384U
#define CLUSTER_EVENTS 4096U

typedef struct ClusterPacket {
  JamTime  at;
  unsigned from;
  unsigned to;
  size_t   size;
  uint8_t  data[TOAST_MAX_DATAGRAM];
} ClusterPacket;

typedef struct ClusterEvent {
  ToastEvent event;
  uint32_t   word; ///< First four bytes of a frame
} ClusterEvent;

typedef struct ClusterSeal {
  uint8_t  key[TOAST_KEY_SIZE];
  uint32_t number;
  uint32_t up;
} ClusterSeal;

typedef struct Cluster {
  ToastEndpoint* ends[CLUSTER_ENDS];
  JamRand        rand;
  JamTime        now;
  int64_t        utc_us; ///< At time 0
  JamTime        delay;
  JamTime        jitter;
  double         loss;
  bool           dead[CLUSTER_ENDS]; ///< Hears nothing and says nothing
  uint8_t        seed;
  uint8_t        node_key[TOAST_KEY_SIZE];
  unsigned       in_flight;
  ClusterPacket  flight[CLUSTER_FLIGHT];
  unsigned       recorded;
  ClusterPacket  record[CLUSTER_RECORD];
  unsigned       seal_count;
  ClusterSeal    seals[CLUSTER_RECORD];
  unsigned       event_count[CLUSTER_ENDS];
  ClusterEvent   events[CLUSTER_ENDS][CLUSTER_EVENTS];
} Cluster;

static inline ToastAddress cluster_address(const unsigned end)
{
  ToastAddress out = {{0}, (uint16_t)(7000U + end)};
  out.ip[15]       = (uint8_t)(end + 1U);
  return out;
}

/// Starts an end (again, as a new process would).
static inline void cluster_start(Cluster* const cluster, const unsigned end)
{
  ToastConfig config  = {0};
  config.max_sessions = CLUSTER_SESSIONS;
  config.accept       = end > 0U;
  config.node_id      = (uint16_t)end;
  config.clustered    = end > 0U;
  memset(config.cluster_secret, 0x33, sizeof(config.cluster_secret));
  toast_cluster_node_secret(config.cluster_secret, config.node_secret);
  memset(config.seed, cluster->seed++, sizeof(config.seed));
  toast_public_key(config.node_secret, cluster->node_key);
  toast_endpoint_free(cluster->ends[end]);
  ck_assert_int_eq(toast_endpoint_new(&config, NULL, &cluster->ends[end]),
                   JAM_OK);
  if (end > 0U) {
    toast_set_utc(cluster->ends[end],
                  cluster->now,
                  cluster->utc_us + jam_time_to_us(cluster->now));
  }
}

static inline Cluster* cluster_new(const uint64_t seed)
{
  Cluster* const cluster = (Cluster*)calloc(1U, sizeof(*cluster));
  ck_assert_ptr_nonnull(cluster);
  jam_rand_init(&cluster->rand, seed, 5U);
  cluster->delay  = 10 * JAM_MS;
  cluster->seed   = (uint8_t)(1U + 16U * seed);
  cluster->now    = 1000 * JAM_SECOND;
  cluster->utc_us = INT64_C(1700000000000000);
  for (unsigned end = 0U; end < CLUSTER_ENDS; ++end) {
    cluster_start(cluster, end);
  }
  return cluster;
}

static inline int cluster_seal_order(const void* const a, const void* const b)
{
  return memcmp(a, b, sizeof(ClusterSeal));
}

/// No two datagrams were sealed with one key and nonce.
static inline void cluster_check_seals(Cluster* const cluster)
{
  qsort(cluster->seals,
        cluster->seal_count,
        sizeof(ClusterSeal),
        cluster_seal_order);
  for (unsigned i = 1U; i < cluster->seal_count; ++i) {
    ck_assert_int_ne(
      cluster_seal_order(&cluster->seals[i - 1U], &cluster->seals[i]),
      0);
  }
}

static inline void cluster_free(Cluster* const cluster)
{
  cluster_check_seals(cluster);
  for (unsigned end = 0U; end < CLUSTER_ENDS; ++end) {
    toast_endpoint_free(cluster->ends[end]);
  }
  free(cluster);
}

// Notes under which key an end has just sealed a datagram: that of the session
// whose packet number has moved since `before`
static inline void cluster_note_seal(Cluster* const        cluster,
                                     const unsigned        end,
                                     const uint32_t* const before)
{
  unsigned found = 0U;
  for (unsigned i = 0U; i < CLUSTER_SESSIONS; ++i) {
    const ToastPeer* const peer = &cluster->ends[end]->peers[i];
    if (peer->send_number == before[i]) {
      continue;
    }
    ck_assert_uint_eq(peer->send_number, before[i] + 1U);
    ck_assert_uint_lt(cluster->seal_count, CLUSTER_RECORD);
    ClusterSeal* const seal = &cluster->seals[cluster->seal_count++];
    memcpy(seal->key, peer->send_key, TOAST_KEY_SIZE);
    seal->number = before[i];
    seal->up     = peer->dialled;
    ++found;
  }
  ck_assert_uint_le(found, 1U);
}

static inline size_t cluster_output(Cluster* const       cluster,
                                    const unsigned       end,
                                    ToastAddress* const  to,
                                    ClusterPacket* const packet)
{
  uint32_t before[CLUSTER_SESSIONS];
  for (unsigned i = 0U; i < CLUSTER_SESSIONS; ++i) {
    before[i] = cluster->ends[end]->peers[i].send_number;
  }
  packet->size = toast_output(cluster->ends[end],
                              cluster->now,
                              to,
                              packet->data,
                              sizeof(packet->data));
  cluster_note_seal(cluster, end, before);
  return packet->size;
}

static inline void cluster_events(Cluster* const cluster, const unsigned end)
{
  ToastEvent event;
  while (toast_event(cluster->ends[end], &event)) {
    ck_assert_uint_lt(cluster->event_count[end], CLUSTER_EVENTS);
    ClusterEvent* const out =
      &cluster->events[end][cluster->event_count[end]++];
    out->event = event;
    out->word  = 0U;
    if (event.kind == TOAST_EVENT_FRAME) {
      memcpy(&out->word,
             event.frame.data,
             event.frame.size < 4U ? event.frame.size : 4U);
    }
  }
}

/// Gives an end a datagram, as from another end's address.
static inline void cluster_feed(Cluster* const       cluster,
                                const unsigned       end,
                                const unsigned       from,
                                const uint8_t* const data,
                                const size_t         size)
{
  const ToastAddress address = cluster_address(from);
  uint8_t* const     copy    = (uint8_t*)malloc(size + (size == 0U));
  memcpy(copy, data, size);
  toast_input(cluster->ends[end], cluster->now, &address, copy, size);
  cluster_events(cluster, end);
  free(copy);
}

static inline void cluster_drain(Cluster* const cluster, const unsigned end)
{
  ClusterPacket packet = {.from = end};
  ToastAddress  to;
  while (cluster_output(cluster, end, &to, &packet) > 0U) {
    packet.to = to.port - 7000U;
    packet.at = cluster->now;
    ck_assert_uint_lt(packet.to, CLUSTER_ENDS);
    ck_assert_uint_lt(cluster->recorded, CLUSTER_RECORD);
    cluster->record[cluster->recorded++] = packet;
    if (cluster->dead[end] || cluster->dead[packet.to] ||
        jam_rand_unit(&cluster->rand) < cluster->loss) {
      continue;
    }
    ck_assert_uint_lt(cluster->in_flight, CLUSTER_FLIGHT);
    packet.at += cluster->delay + (JamTime)(jam_rand_unit(&cluster->rand) *
                                            (double)cluster->jitter);
    cluster->flight[cluster->in_flight++] = packet;
  }
}

static inline void cluster_settle(Cluster* const cluster)
{
  for (unsigned end = 0U; end < CLUSTER_ENDS; ++end) {
    toast_tick(cluster->ends[end], cluster->now);
    cluster_events(cluster, end);
    cluster_drain(cluster, end);
  }
}

/// Lets `span` pass.
static inline void cluster_run(Cluster* const cluster, const JamTime span)
{
  const JamTime until = cluster->now + span;
  cluster_settle(cluster);
  for (;;) {
    JamTime  next  = JAM_NEVER;
    unsigned index = CLUSTER_FLIGHT;
    for (unsigned i = 0U; i < cluster->in_flight; ++i) {
      if (cluster->flight[i].at < next) {
        next  = cluster->flight[i].at;
        index = i;
      }
    }
    for (unsigned end = 0U; end < CLUSTER_ENDS; ++end) {
      const JamTime at = toast_deadline(cluster->ends[end]);
      if (at < next) {
        next  = at;
        index = CLUSTER_FLIGHT;
      }
    }
    if (next > until) {
      break;
    }
    cluster->now = next > cluster->now ? next : cluster->now;
    if (index < CLUSTER_FLIGHT) {
      const ClusterPacket packet = cluster->flight[index];
      cluster->flight[index]     = cluster->flight[--cluster->in_flight];
      if (!cluster->dead[packet.to]) {
        cluster_feed(cluster, packet.to, packet.from, packet.data, packet.size);
      }
    }
    cluster_settle(cluster);
  }
  cluster->now = until;
}

/// Returns how many events of a kind an end has seen.
static inline unsigned cluster_count(const Cluster* const cluster,
                                     const unsigned       end,
                                     const ToastEventKind kind)
{
  unsigned count = 0U;
  for (unsigned i = 0U; i < cluster->event_count[end]; ++i) {
    count += cluster->events[end][i].event.kind == kind;
  }
  return count;
}

/// Returns how many frames with this first word an end has seen.
static inline unsigned cluster_words(const Cluster* const cluster,
                                     const unsigned       end,
                                     const uint32_t       word)
{
  unsigned count = 0U;
  for (unsigned i = 0U; i < cluster->event_count[end]; ++i) {
    count += cluster->events[end][i].event.kind == TOAST_EVENT_FRAME &&
             cluster->events[end][i].word == word;
  }
  return count;
}

/// Returns the newest session an end has seen open; 0 if none.
static inline ToastSession cluster_newest(const Cluster* const cluster,
                                          const unsigned       end)
{
  for (unsigned i = cluster->event_count[end]; i-- > 0U;) {
    if (cluster->events[end][i].event.kind == TOAST_EVENT_OPEN) {
      return cluster->events[end][i].event.session;
    }
  }
  return 0U;
}

/// Returns the reason of a session's end; 0 while it lives.
static inline ToastReason cluster_reason(const Cluster* const cluster,
                                         const unsigned       end,
                                         const ToastSession   session)
{
  for (unsigned i = 0U; i < cluster->event_count[end]; ++i) {
    const ToastEvent* const event = &cluster->events[end][i].event;
    if (event->kind == TOAST_EVENT_CLOSED && event->session == session) {
      return event->reason;
    }
  }
  return (ToastReason)0;
}

/// Dials a node and waits until the caller has a ticket.
static inline ToastSession cluster_join(Cluster* const     cluster,
                                        const unsigned     node,
                                        ToastTicket* const ticket)
{
  const ToastAddress to      = cluster_address(node);
  ToastSession       session = 0U;
  ck_assert_int_eq(toast_connect(cluster->ends[0],
                                 cluster->now,
                                 &to,
                                 cluster->node_key,
                                 &session),
                   JAM_OK);
  cluster_run(cluster, JAM_SECOND);
  ck_assert(toast_ticket(cluster->ends[0], session, ticket));
  return session;
}

static inline ToastSession cluster_resume(Cluster* const           cluster,
                                          const unsigned           node,
                                          const ToastTicket* const ticket)
{
  const ToastAddress to      = cluster_address(node);
  ToastSession       session = 0U;
  ck_assert_int_eq(toast_resume(cluster->ends[0],
                                cluster->now,
                                &to,
                                (uint16_t)node,
                                ticket,
                                &session),
                   JAM_OK);
  return session;
}

static inline JamStatus cluster_send(Cluster* const       cluster,
                                     const unsigned       end,
                                     const ToastSession   session,
                                     const ToastFrameKind kind,
                                     const uint32_t       word,
                                     const size_t         size)
{
  uint8_t          data[TOAST_MAX_DATAGRAM] = {0};
  const ToastFrame frame = {kind, 7U, (uint16_t)word, data, size};
  memcpy(data, &word, sizeof(word));
  return toast_send(cluster->ends[end], cluster->now, session, &frame);
}

static inline int cluster_main(Suite* const suite)
{
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif // CHECK_TOAST_CLUSTER_H
