// SPDX-License-Identifier: MIT
// jamnet-lab toast: what a node's processor pays for callers, how soon they are
// in, and how media is carried (lab_toast_media.c).
//
// A handshake is the INIT with its ACCEPT and the packet that opens the
// session. A resumption is checked (ticket, seal, time, epoch) before keys are
// agreed: that alone is what a false or replayed one costs. Times are of the
// thread, the median of many; connecting is in virtual time.

#include "lab.h"

#include "toast/endpoint.h"

#include "base/rand.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define ROUNDS 400U
#define SEEDS 1000U
#define DELAY (10 * JAM_MS) // One way
#define LOSS 0.05
#define UTC INT64_C(1700000000000000)

typedef struct Pair {
  ToastEndpoint* caller;
  ToastEndpoint* node;
  JamTime        now;
  uint8_t        key[TOAST_KEY_SIZE];
} Pair;

typedef struct Datagram {
  JamTime at;
  bool    up;
  size_t  size;
  uint8_t data[TOAST_MAX_DATAGRAM];
} Datagram;

static const ToastAddress caller_address = {{0x20, 1}, 1U};
static const ToastAddress node_address   = {{0x20, 2}, 2U};

static double cpu_us(void)
{
  struct timespec t = {0};
  (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static void pair_end(Pair* const pair)
{
  toast_endpoint_free(pair->caller);
  toast_endpoint_free(pair->node);
}

static bool pair_begin(Pair* const pair, const unsigned seed)
{
  ToastConfig config  = {0};
  config.max_sessions = 4U;
  config.seed[0]      = (uint8_t)seed;
  config.seed[1]      = (uint8_t)(seed >> 8U);
  memset(pair, 0, sizeof(*pair));
  pair->now = 100 * JAM_SECOND;
  if (toast_endpoint_new(&config, NULL, &pair->caller) != JAM_OK) {
    return false;
  }
  config.seed[2]           = 1U;
  config.accept            = true;
  config.node_id           = 1U;
  config.node_secret[0]    = 7U;
  config.half_open         = 8U;
  config.clustered         = true;
  config.cluster_secret[0] = 9U;
  toast_public_key(config.node_secret, pair->key);
  if (toast_endpoint_new(&config, NULL, &pair->node) != JAM_OK) {
    pair_end(pair);
    return false;
  }
  toast_set_utc(pair->node, 0, UTC);
  return true;
}

static size_t say(Pair* const          pair,
                  ToastEndpoint* const from,
                  uint8_t              data[TOAST_MAX_DATAGRAM])
{
  ToastAddress to;
  return toast_output(from, pair->now, &to, data, TOAST_MAX_DATAGRAM);
}

// Takes what it says until it has nothing more to say
static void drain(ToastEndpoint* const end, const JamTime now)
{
  uint8_t      data[TOAST_MAX_DATAGRAM];
  ToastAddress to;
  ToastEvent   event;
  while (toast_output(end, now, &to, data, sizeof(data)) > 0U ||
         toast_event(end, &event)) {
  }
}

// The node's time for one datagram and the answer to it, us
static double serve(Pair* const          pair,
                    const uint8_t* const data,
                    const size_t         size,
                    uint8_t              answer[TOAST_MAX_DATAGRAM],
                    size_t* const        answer_size)
{
  const double start = cpu_us();
  toast_input(pair->node, pair->now, &caller_address, data, size);
  *answer_size = say(pair, pair->node, answer);
  return cpu_us() - start;
}

// Lets both talk without loss or delay, until the caller has a ticket
static void talk(Pair* const pair)
{
  uint8_t data[TOAST_MAX_DATAGRAM];
  for (unsigned i = 0U; i < 40U; ++i) {
    size_t size = 0U;
    pair->now += 5 * JAM_MS;
    toast_tick(pair->caller, pair->now);
    toast_tick(pair->node, pair->now);
    while ((size = say(pair, pair->caller, data)) > 0U) {
      toast_input(pair->node, pair->now, &caller_address, data, size);
    }
    while ((size = say(pair, pair->node, data)) > 0U) {
      toast_input(pair->caller, pair->now, &node_address, data, size);
    }
  }
}

static void hang_up(Pair* const pair, const ToastSession session)
{
  toast_close(pair->caller, pair->now, session);
  drain(pair->caller, pair->now);
  pair->now += JAM_SECOND * 6; // Whatever the other side has is over
  for (unsigned i = 0U; i < 4U; ++i) {
    pair->now += JAM_SECOND;
    toast_tick(pair->node, pair->now);
    toast_tick(pair->caller, pair->now);
    drain(pair->node, pair->now);
    drain(pair->caller, pair->now);
  }
}

static double handshake_us(Pair* const pair)
{
  static double values[ROUNDS];
  uint8_t       data[TOAST_MAX_DATAGRAM];
  uint8_t       answer[TOAST_MAX_DATAGRAM];
  for (unsigned i = 0U; i < ROUNDS; ++i) {
    size_t       size    = 0U;
    ToastSession session = 0U;
    if (toast_connect(pair->caller,
                      pair->now,
                      &node_address,
                      pair->key,
                      &session)) {
      return -1.0;
    }
    const size_t init = say(pair, pair->caller, data);
    values[i]         = serve(pair, data, init, answer, &size);
    toast_input(pair->caller, pair->now, &node_address, answer, size);
    const size_t first = say(pair, pair->caller, data);
    values[i] += serve(pair, data, first, answer, &size);
    hang_up(pair, session);
  }
  return lab_median(values, ROUNDS);
}

// Of a false cookie: two periods are tried
static double cookie_us(Pair* const pair)
{
  uint8_t      init[TOAST_WIRE_INIT_SIZE] = {TOAST_WIRE_INIT, 1U};
  const double start                      = cpu_us();
  unsigned     good                       = 0U;
  for (unsigned i = 0U; i < 20000U; ++i) {
    toast_put32(init + TOAST_WIRE_INIT_COOKIE, i + 1U);
    good += toast_cookie_valid(&pair->node->cookies,
                               pair->now,
                               &caller_address,
                               init);
  }
  return good ? -1.0 : (cpu_us() - start) / 20000.0;
}

// Of a whole INIT without a cookie, with the answer
static double flood_us(Pair* const pair)
{
  uint8_t      init[TOAST_WIRE_INIT_SIZE] = {TOAST_WIRE_INIT, 1U};
  uint8_t      answer[TOAST_MAX_DATAGRAM];
  const double start = cpu_us();
  for (unsigned i = 0U; i < 20000U; ++i) {
    pair->node->cookies.until = pair->now + JAM_SECOND;
    toast_put32(init + TOAST_WIRE_INIT_NOISE, i);
    toast_input(pair->node, pair->now, &caller_address, init, sizeof(init));
    (void)say(pair, pair->node, answer);
  }
  const double spent        = (cpu_us() - start) / 20000.0;
  pair->node->cookies.until = 0;
  return spent;
}

// All of a resumption, and one more packet of it, and a replay at its end
static bool resume_us(Pair* const pair, double out[3])
{
  static double values[3][ROUNDS];
  uint8_t       data[2][TOAST_MAX_DATAGRAM];
  uint8_t       answer[TOAST_MAX_DATAGRAM];
  for (unsigned i = 0U; i < ROUNDS; ++i) {
    size_t           size[2]  = {0U};
    size_t           answered = 0U;
    ToastSession     first    = 0U;
    ToastSession     second   = 0U;
    ToastTicket      ticket;
    const ToastFrame frame = {TOAST_FRAME_MEDIA, 1U, 1U, data[0], 200U};
    (void)!toast_connect(pair->caller,
                         pair->now,
                         &node_address,
                         pair->key,
                         &first);
    talk(pair);
    if (!toast_ticket(pair->caller, first, &ticket) ||
        toast_resume(pair->caller,
                     pair->now,
                     &node_address,
                     1U,
                     &ticket,
                     &second)) {
      return false;
    }
    for (unsigned k = 0U; k < 2U; ++k) {
      (void)!toast_send(pair->caller, pair->now, second, &frame);
      while (size[k] == 0U || data[k][0] != TOAST_WIRE_RESUME) {
        size[k] = say(pair, pair->caller, data[k]);
      }
    }
    values[0][i] = serve(pair, data[0], size[0], answer, &answered);
    values[1][i] = serve(pair, data[1], size[1], answer, &answered);
    hang_up(pair, second);
    hang_up(pair, first);
    values[2][i] = serve(pair, data[0], size[0], answer, &answered);
  }
  for (unsigned k = 0U; k < 3U; ++k) {
    out[k] = lab_median(values[k], ROUNDS);
  }
  return true;
}

// Carries what an end says; a datagram may be lost
static void carry(Pair* const     pair,
                  const bool      up,
                  JamRand* const  rand,
                  Datagram* const flight,
                  unsigned* const count)
{
  Datagram next = {.at = pair->now + DELAY, .up = up};
  while (*count < 64U &&
         (next.size = say(pair, up ? pair->caller : pair->node, next.data)) >
           0U) {
    if (jam_rand_unit(rand) >= LOSS) {
      flight[(*count)++] = next;
    }
  }
}

// Time until sealed sound may leave, ms; negative if it never may
static double connect_ms(const unsigned seed, const bool flooded)
{
  Pair    pair;
  JamRand rand;
  jam_rand_init(&rand, seed, 77U);
  if (!pair_begin(&pair, seed)) {
    return -1.0;
  }
  Datagram      flight[64];
  unsigned      count   = 0U;
  ToastSession  session = 0U;
  const JamTime begin   = pair.now;
  double        out     = -1.0;
  (void)!toast_connect(pair.caller,
                       pair.now,
                       &node_address,
                       pair.key,
                       &session);
  while (out < 0.0 && pair.now < begin + 5 * JAM_SECOND) {
    pair.node->cookies.until = flooded ? JAM_NEVER : 0;
    carry(&pair, true, &rand, flight, &count);
    carry(&pair, false, &rand, flight, &count);
    JamTime  next  = toast_deadline(pair.caller);
    unsigned index = 64U;
    for (unsigned i = 0U; i < count; ++i) {
      if (flight[i].at <= next) {
        next  = flight[i].at;
        index = i;
      }
    }
    pair.now = next > pair.now ? next : pair.now;
    if (index < 64U) {
      const Datagram datagram = flight[index];
      flight[index]           = flight[--count];
      toast_input(datagram.up ? pair.node : pair.caller,
                  pair.now,
                  datagram.up ? &caller_address : &node_address,
                  datagram.data,
                  datagram.size);
    }
    toast_tick(pair.caller, pair.now);
    const ToastPeer* const peer = toast_table_find(pair.caller, session);
    if (peer && peer->state == TOAST_PEER_OPEN) {
      out = (double)(pair.now - begin) / (double)JAM_MS;
    }
  }
  pair_end(&pair);
  return out;
}

static int by_value(const void* const a, const void* const b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

static void print_connect(const char* const name, const bool flooded)
{
  static double values[SEEDS];
  for (unsigned i = 0U; i < SEEDS; ++i) {
    values[i] = connect_ms(i, flooded);
  }
  qsort(values, SEEDS, sizeof(values[0]), by_value);
  printf("  \"%s\": {\"seeds\": %u, \"failed\": %u, \"p50_ms\": %.1f, "
         "\"p99_ms\": %.1f, \"worst_ms\": %.1f},\n",
         name,
         SEEDS,
         values[0] < 0.0 ? 1U : 0U,
         values[SEEDS / 2U],
         values[SEEDS * 99U / 100U - 1U],
         values[SEEDS - 1U]);
}

int lab_toast(const int argc, char** const argv)
{
  Pair   pair;
  double resume[3] = {0.0};
  if (argc > 1) {
    return lab_fault("%s is not an option", argv[1]);
  }
  if (!pair_begin(&pair, 1U)) {
    return lab_fault("There is not enough memory");
  }
  printf("{\n  \"command\": \"jamnet-lab toast\",\n");
  printf("  \"handshake_us\": %.1f,\n", handshake_us(&pair));
  printf("  \"cookie_check_us\": %.2f,\n", cookie_us(&pair));
  printf("  \"init_without_cookie_us\": %.2f,\n", flood_us(&pair));
  const bool complete = resume_us(&pair, resume);
  pair_end(&pair);
  if (!complete) {
    return lab_fault("A resumption failed");
  }
  printf("  \"resume_check_us\": %.1f,\n"
         "  \"resume_with_key_agreement_us\": %.1f,\n"
         "  \"resume_next_packet_us\": %.1f,\n",
         resume[2],
         resume[0],
         resume[1]);
  printf("  \"loss\": %.2f,\n  \"rtt_ms\": %.0f,\n",
         LOSS,
         2.0 * (double)DELAY / (double)JAM_MS);
  print_connect("connect", false);
  print_connect("connect_flooded", true);
  if (!lab_toast_media_print()) {
    return lab_fault("A session of the simulator did not open");
  }
  printf("}\n");
  return LAB_OK;
}
