// SPDX-License-Identifier: MIT
// Two endpoints and a bad network between them, in virtual time.
//
// End 0 dials, end 1 is the node. Each end has a clock of its own. The network
// delays, loses, doubles and reorders from a seed, records what it carries and
// checks the size of every datagram.

#ifndef CHECK_TOAST_PIPE_H
#define CHECK_TOAST_PIPE_H

#include "toast/toast.h"

#include <base/rand.h>
#include <base/time.h>

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PIPE_FLIGHT 4096U
#define PIPE_RECORD 8192U
#define PIPE_EVENTS 8192U

typedef struct PipePacket {
  JamTime      at;      ///< Arrival, or time of sending in the record
  unsigned     to;      ///< Receiving end
  ToastAddress towards; ///< As the sender addressed it
  size_t       size;
  uint8_t      data[TOAST_MAX_DATAGRAM];
} PipePacket;

typedef struct PipeEvent {
  ToastEventKind kind;
  ToastReason    reason;
  ToastSession   session;
  bool           sibling;
  ToastFrameKind frame;
  uint16_t       handle;
  uint16_t       seq;
  size_t         size;
  uint32_t       word; ///< First four bytes of the frame
} PipeEvent;

typedef struct Pipe {
  ToastEndpoint* ends[2];
  JamRand        rand;
  JamTime        now; ///< True time
  JamTime        clock_zero[2];
  double         clock_ppm[2];
  JamTime        delay[2]; ///< Towards that end
  JamTime        jitter;   ///< Mean of an exponential extra delay
  double         loss;
  double         twice;
  bool           fifo;
  bool           cut;    ///< Nothing gets through
  bool           strict; ///< Only what is addressed to an end reaches it
  JamTime        newest_arrival[2];
  ToastAddress   address[2];
  unsigned       in_flight;
  PipePacket     flight[PIPE_FLIGHT];
  unsigned       recorded;
  PipePacket     record[PIPE_RECORD];
  unsigned       event_count[2];
  PipeEvent      events[2][PIPE_EVENTS];
  uint8_t        node_key[TOAST_KEY_SIZE];
  uint64_t       bytes[2]; ///< Sent towards that end
  unsigned       carried;
} Pipe;

static inline JamTime
pipe_local(const Pipe* const pipe, const unsigned end, const JamTime now)
{
  return pipe->clock_zero[end] + now +
         (JamTime)(pipe->clock_ppm[end] * 1e-6 * (double)now);
}

// True time at which an end's clock shows `local`, never too early
static inline JamTime
pipe_true(const Pipe* const pipe, const unsigned end, const JamTime local)
{
  if (local == JAM_NEVER) {
    return JAM_NEVER;
  }
  const double rate = 1.0 + pipe->clock_ppm[end] * 1e-6;
  JamTime      at   = (JamTime)((double)(local - pipe->clock_zero[end]) / rate);
  while (pipe_local(pipe, end, at) < local) {
    ++at;
  }
  return at;
}

static inline ToastConfig pipe_config(const unsigned end, const uint8_t seed)
{
  ToastConfig config  = {0};
  config.max_sessions = 8U;
  config.accept       = end == 1U;
  config.node_id      = (uint16_t)(end * 5U);
  memset(config.seed, seed + (int)end, sizeof(config.seed));
  memset(config.node_secret, 0x42, sizeof(config.node_secret));
  return config;
}

static inline Pipe* pipe_new_with(const uint64_t           seed,
                                  const ToastConfig* const a,
                                  const ToastConfig* const b)
{
  Pipe* const pipe = (Pipe*)calloc(1U, sizeof(*pipe));
  ck_assert_ptr_nonnull(pipe);
  jam_rand_init(&pipe->rand, seed, 1U);
  ck_assert_int_eq(toast_endpoint_new(a, NULL, &pipe->ends[0]), JAM_OK);
  ck_assert_int_eq(toast_endpoint_new(b, NULL, &pipe->ends[1]), JAM_OK);
  toast_public_key(b->node_secret, pipe->node_key);
  for (unsigned end = 0U; end < 2U; ++end) {
    pipe->clock_zero[end]     = (JamTime)(end + 1U) * 1000 * JAM_SECOND;
    pipe->delay[end]          = 10 * JAM_MS;
    pipe->address[end].ip[15] = (uint8_t)(end + 1U);
    pipe->address[end].port   = (uint16_t)(9000U + end);
  }
  return pipe;
}

static inline Pipe* pipe_new(const uint64_t seed)
{
  const ToastConfig a = pipe_config(0U, (uint8_t)seed);
  const ToastConfig b = pipe_config(1U, (uint8_t)seed);
  return pipe_new_with(seed, &a, &b);
}

static inline void pipe_free(Pipe* const pipe)
{
  toast_endpoint_free(pipe->ends[0]);
  toast_endpoint_free(pipe->ends[1]);
  free(pipe);
}

static inline void
pipe_launch(Pipe* const pipe, const unsigned to, const PipePacket* const packet)
{
  const double gain =
    pipe->jitter > 0 ? -log(1.0 - jam_rand_unit(&pipe->rand)) : 0.0;
  JamTime at =
    pipe->now + pipe->delay[to] + (JamTime)(gain * (double)pipe->jitter);
  if (pipe->fifo && at < pipe->newest_arrival[to]) {
    at = pipe->newest_arrival[to];
  }
  pipe->newest_arrival[to] = at;
  ck_assert_uint_lt(pipe->in_flight, PIPE_FLIGHT);
  PipePacket* const slot = &pipe->flight[pipe->in_flight++];
  slot->at               = at;
  slot->to               = to;
  slot->size             = packet->size;
  memcpy(slot->data, packet->data, packet->size);
}

static inline void pipe_drain(Pipe* const pipe, const unsigned end)
{
  PipePacket   packet;
  ToastAddress to;
  while ((packet.size = toast_output(pipe->ends[end],
                                     pipe_local(pipe, end, pipe->now),
                                     &to,
                                     packet.data,
                                     sizeof(packet.data))) > 0U) {
    ck_assert_uint_le(packet.size, TOAST_MAX_DATAGRAM);
    packet.at      = pipe->now;
    packet.to      = 1U - end;
    packet.towards = to;
    ++pipe->carried;
    pipe->bytes[1U - end] += packet.size;
    if (pipe->recorded < PIPE_RECORD) {
      pipe->record[pipe->recorded++] = packet;
    }
    const bool lost =
      pipe->strict && (to.port != pipe->address[1U - end].port ||
                       memcmp(to.ip, pipe->address[1U - end].ip, 16U) != 0);
    if (pipe->cut || lost || jam_rand_unit(&pipe->rand) < pipe->loss) {
      continue;
    }
    pipe_launch(pipe, 1U - end, &packet);
    if (jam_rand_unit(&pipe->rand) < pipe->twice) {
      pipe_launch(pipe, 1U - end, &packet);
    }
  }
}

static inline void pipe_events(Pipe* const pipe, const unsigned end)
{
  ToastEvent event;
  while (toast_event(pipe->ends[end], &event)) {
    if (pipe->event_count[end] == PIPE_EVENTS) {
      continue;
    }
    PipeEvent* const out = &pipe->events[end][pipe->event_count[end]++];
    memset(out, 0, sizeof(*out));
    out->kind    = event.kind;
    out->session = event.session;
    out->reason  = event.reason;
    out->sibling = event.sibling;
    if (event.kind == TOAST_EVENT_FRAME) {
      out->frame  = event.frame.kind;
      out->handle = event.frame.handle;
      out->seq    = event.frame.seq;
      out->size   = event.frame.size;
      memcpy(&out->word,
             event.frame.data,
             event.frame.size < 4U ? event.frame.size : 4U);
    }
  }
}

static inline void pipe_input(Pipe* const          pipe,
                              const unsigned       end,
                              const ToastAddress*  from,
                              const uint8_t* const data,
                              const size_t         size)
{
  // A copy of just the right size, so that a reader past its end is caught
  uint8_t* const copy = (uint8_t*)malloc(size + (size == 0U));
  memcpy(copy, data, size);
  toast_input(pipe->ends[end],
              pipe_local(pipe, end, pipe->now),
              from,
              copy,
              size);
  pipe_events(pipe, end);
  free(copy);
}

/// Gives an end a datagram from a stranger's address.
static inline void pipe_feed(Pipe* const          pipe,
                             const unsigned       end,
                             const uint8_t* const data,
                             const size_t         size)
{
  const ToastAddress stranger = {{9}, 666};
  pipe_input(pipe, end, &stranger, data, size);
}

static inline void pipe_settle(Pipe* const pipe)
{
  for (unsigned end = 0U; end < 2U; ++end) {
    toast_tick(pipe->ends[end], pipe_local(pipe, end, pipe->now));
    pipe_events(pipe, end);
    pipe_drain(pipe, end);
  }
}

static inline JamTime pipe_next(const Pipe* const pipe, unsigned* const packet)
{
  JamTime next = JAM_NEVER;
  *packet      = PIPE_FLIGHT;
  for (unsigned i = 0U; i < pipe->in_flight; ++i) {
    if (pipe->flight[i].at < next) {
      next    = pipe->flight[i].at;
      *packet = i;
    }
  }
  for (unsigned end = 0U; end < 2U; ++end) {
    const JamTime at = pipe_true(pipe, end, toast_deadline(pipe->ends[end]));
    if (at < next) {
      next    = at;
      *packet = PIPE_FLIGHT;
    }
  }
  return next;
}

/// Lets `span` of true time pass.
static inline void pipe_run(Pipe* const pipe, const JamTime span)
{
  const JamTime until = pipe->now + span;
  pipe_settle(pipe);
  for (;;) {
    unsigned      index = 0U;
    const JamTime next  = pipe_next(pipe, &index);
    if (next > until) {
      break;
    }
    pipe->now = next > pipe->now ? next : pipe->now;
    if (index < PIPE_FLIGHT) {
      const PipePacket packet = pipe->flight[index];
      --pipe->in_flight;
      memmove(&pipe->flight[index],
              &pipe->flight[index + 1U],
              (pipe->in_flight - index) * sizeof(pipe->flight[0]));
      pipe_input(pipe,
                 packet.to,
                 &pipe->address[1U - packet.to],
                 packet.data,
                 packet.size);
    }
    pipe_settle(pipe);
  }
  pipe->now = until;
}

static inline ToastSession pipe_dial(Pipe* const pipe)
{
  ToastSession session = 0U;
  ck_assert_int_eq(toast_connect(pipe->ends[0],
                                 pipe_local(pipe, 0U, pipe->now),
                                 &pipe->address[1],
                                 pipe->node_key,
                                 &session),
                   JAM_OK);
  return session;
}

/// Returns how many events of a kind an end has seen.
static inline unsigned pipe_count(const Pipe* const    pipe,
                                  const unsigned       end,
                                  const ToastEventKind kind)
{
  unsigned count = 0U;
  for (unsigned i = 0U; i < pipe->event_count[end]; ++i) {
    count += pipe->events[end][i].kind == kind;
  }
  return count;
}

/// Returns how many frames of a kind an end has seen.
static inline unsigned pipe_frames(const Pipe* const    pipe,
                                   const unsigned       end,
                                   const ToastFrameKind kind)
{
  unsigned count = 0U;
  for (unsigned i = 0U; i < pipe->event_count[end]; ++i) {
    count += pipe->events[end][i].kind == TOAST_EVENT_FRAME &&
             pipe->events[end][i].frame == kind;
  }
  return count;
}

/// Dials and waits until both sides are open; returns both handles.
static inline void pipe_connect(Pipe* const pipe, ToastSession sessions[2])
{
  sessions[0] = pipe_dial(pipe);
  sessions[1] = 0U;
  pipe_run(pipe, 200 * JAM_MS);
  ck_assert_uint_eq(pipe_count(pipe, 0U, TOAST_EVENT_OPEN), 1U);
  ck_assert_uint_eq(pipe_count(pipe, 1U, TOAST_EVENT_OPEN), 1U);
  for (unsigned i = 0U; i < pipe->event_count[1]; ++i) {
    if (pipe->events[1][i].kind == TOAST_EVENT_OPEN) {
      sessions[1] = pipe->events[1][i].session;
    }
  }
}

/// Sends a frame whose first four bytes are `word`.
static inline JamStatus pipe_send(Pipe* const          pipe,
                                  const unsigned       end,
                                  const ToastSession   session,
                                  const ToastFrameKind kind,
                                  const uint32_t       word,
                                  const size_t         size)
{
  uint8_t          data[TOAST_MAX_BULK + 1U] = {0};
  const ToastFrame frame = {kind, 7U, (uint16_t)word, data, size};
  memcpy(data, &word, sizeof(word));
  return toast_send(pipe->ends[end],
                    pipe_local(pipe, end, pipe->now),
                    session,
                    &frame);
}

static inline int pipe_main(Suite* const suite)
{
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif // CHECK_TOAST_PIPE_H
