// SPDX-License-Identifier: MIT
// Links do what their settings say, and the network delivers.

#include "sim/sim_link.h"
#include "sim/sim_net.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#define PACKETS 200000U
#define PERIOD (1333 * JAM_US)
#define SIZE 300U

typedef struct Measure {
  unsigned arrived, runs, misordered;
  double   loss, mean_run;
  JamTime  least, most;
  double   mean_extra; // Delay above the configured, ms
} Measure;

static Measure measure(const SimLinkConfig* const config, const uint64_t seed)
{
  SimLink link;
  sim_link_init(&link, config, seed, 5U);
  Measure  m      = {.least = JAM_NEVER};
  unsigned lost   = 0U;
  bool     gone   = false;
  JamTime  newest = 0;
  for (unsigned i = 0U; i < PACKETS; ++i) {
    const JamTime  now = i * PERIOD;
    JamTime        arrivals[2];
    const unsigned copies = sim_link_send(&link, now, SIZE, arrivals);
    m.runs += copies == 0U && !gone;
    gone = copies == 0U;
    lost += gone;
    for (unsigned k = 0U; k < copies; ++k) {
      const JamTime delay = arrivals[k] - now;
      m.least             = delay < m.least ? delay : m.least;
      m.most              = delay > m.most ? delay : m.most;
      m.misordered += k == 0U && arrivals[k] < newest;
      newest = arrivals[k] > newest && k == 0U ? arrivals[k] : newest;
      m.mean_extra += k == 0U ? 1e-6 * (double)(delay - config->delay) : 0.0;
      ++m.arrived;
    }
  }
  m.loss     = (double)lost / PACKETS;
  m.mean_run = m.runs ? (double)lost / m.runs : 0.0;
  m.mean_extra /= PACKETS - lost;
  return m;
}

START_TEST(a_plain_link_only_delays)
{
  const SimLinkConfig config = {.delay = 7 * JAM_MS};
  const Measure       m      = measure(&config, 1U);
  ck_assert_uint_eq(m.arrived, PACKETS);
  ck_assert_int_eq(m.least, 7 * JAM_MS);
  ck_assert_int_eq(m.most, 7 * JAM_MS);
}

END_TEST

START_TEST(independent_loss_has_its_share)
{
  const SimLinkConfig config = {.loss = 0.02};
  const Measure       m      = measure(&config, 2U);
  ck_assert_double_eq_tol(m.loss, 0.02, 0.0015);
  ck_assert_double_eq_tol(m.mean_run, 1.0 / 0.98, 0.03);
}

END_TEST

START_TEST(burst_loss_has_its_share_and_its_mean_length)
{
  const SimLinkConfig config = {.loss = 0.05, .burst = 6.0};
  const Measure       m      = measure(&config, 3U);
  ck_assert_double_eq_tol(m.loss, 0.05, 0.006);
  ck_assert_double_eq_tol(m.mean_run, 6.0, 0.5);
}

END_TEST

START_TEST(a_mask_loses_exactly_its_datagrams)
{
  const SimLinkConfig config = {.mask = (1ULL << 3U) | (1ULL << 63U)};
  SimLink             link;
  sim_link_init(&link, &config, 1U, 1U);
  for (unsigned i = 0U; i < 640U; ++i) {
    JamTime        arrivals[2];
    const unsigned expected = (i % 64U == 3U || i % 64U == 63U) ? 0U : 1U;
    ck_assert_uint_eq(sim_link_send(&link, i, SIZE, arrivals), expected);
  }
}

END_TEST

START_TEST(an_outage_loses_everything_until_its_end)
{
  const SimLinkConfig config = {0};
  SimLink             link;
  JamTime             arrivals[2];
  sim_link_init(&link, &config, 1U, 1U);
  sim_link_outage(&link, 100);
  sim_link_outage(&link, 50);
  ck_assert_uint_eq(sim_link_send(&link, 99, SIZE, arrivals), 0U);
  ck_assert_uint_eq(sim_link_send(&link, 100, SIZE, arrivals), 1U);
}

END_TEST

typedef struct JitterCase {
  SimJitter kind;
  double    least, most; // Bounds of the mean extra delay, ms, at 4 ms
} JitterCase;

static const JitterCase jitters[] = {
  {SIM_JITTER_UNIFORM, 1.9, 3.2},
  {SIM_JITTER_NORMAL, 2.6, 5.0},
  {SIM_JITTER_GAMMA, 3.5, 7.0},
  {SIM_JITTER_WIFI, 0.05, 0.4},
  {SIM_JITTER_GRID, 1.5, 2.5},
};

START_TEST(jitter_adds_delay_and_keeps_order_unless_told)
{
  const JitterCase* const c       = &jitters[_i];
  SimLinkConfig           config  = {.delay  = 10 * JAM_MS,
                                     .jitter = c->kind,
                                     .span   = 4 * JAM_MS};
  const Measure           ordered = measure(&config, 4U);
  ck_assert_uint_eq(ordered.arrived, PACKETS);
  ck_assert_uint_eq(ordered.misordered, 0U);
  ck_assert_int_ge(ordered.least, 10 * JAM_MS);
  ck_assert_double_ge(ordered.mean_extra, c->least);
  ck_assert_double_le(ordered.mean_extra, c->most);
  config.reorder = 1.0;
  if (c->kind == SIM_JITTER_UNIFORM || c->kind == SIM_JITTER_GAMMA) {
    ck_assert_uint_gt(measure(&config, 4U).misordered, PACKETS / 20U);
  }
}

END_TEST

START_TEST(wifi_stalls_reach_their_span_and_not_much_more)
{
  const SimLinkConfig config = {.jitter = SIM_JITTER_WIFI, .span = 30 * JAM_MS};
  const Measure       m      = measure(&config, 6U);
  ck_assert_int_ge(m.most, 25 * JAM_MS);
  ck_assert_int_le(m.most, 45 * JAM_MS);
}

END_TEST

START_TEST(duplicates_come_soon_after)
{
  const SimLinkConfig config = {.duplicate = 0.1};
  const Measure       m      = measure(&config, 7U);
  ck_assert_double_eq_tol(m.arrived, 1.1 * PACKETS, 0.005 * PACKETS);
  ck_assert_int_le(m.most, JAM_MS);
}

END_TEST

START_TEST(a_narrow_link_fills_its_queue_then_drops)
{
  // 300 + 28 bytes every 1.333 ms are 1969 kbit/s
  const SimLinkConfig config = {.kbit = 1000.0, .queue = 50 * JAM_MS};
  const Measure       m      = measure(&config, 8U);
  ck_assert_double_eq_tol(m.loss, 1.0 - 1000.0 / 1968.5, 0.01);
  ck_assert_int_le(m.most, 53 * JAM_MS);
  ck_assert_int_ge(m.most, 48 * JAM_MS);
}

END_TEST

START_TEST(a_wide_link_delays_by_serialisation_only)
{
  const SimLinkConfig config = {.kbit = 10000.0, .queue = 50 * JAM_MS};
  const Measure       m      = measure(&config, 8U);
  ck_assert_uint_eq(m.arrived, PACKETS);
  ck_assert_int_eq(m.most, 262400); // 328 bytes at 10 Mbit/s
}

END_TEST

typedef struct Inbox {
  unsigned     count;
  ToastAddress from;
  uint8_t      newest;
} Inbox;

static void take_in(void* const               context,
                    const ToastAddress* const from,
                    const uint8_t* const      data,
                    const size_t              size)
{
  Inbox* const inbox = (Inbox*)context;
  ck_assert_uint_eq(size, SIZE);
  ++inbox->count;
  inbox->from   = *from;
  inbox->newest = data[0];
}

static uint64_t exchange(const uint64_t seed)
{
  SimWorld world;
  SimNet   net;
  Inbox    inbox = {0};
  sim_world_init(&world);
  sim_net_init(&net, &world, seed);
  const unsigned      a      = sim_net_add(&net, take_in, &inbox);
  const unsigned      b      = sim_net_add(&net, take_in, &inbox);
  const SimLinkConfig config = {.delay   = 5 * JAM_MS,
                                .jitter  = SIM_JITTER_GAMMA,
                                .span    = 3 * JAM_MS,
                                .loss    = 0.1,
                                .reorder = 0.1};
  sim_net_link(&net, a, b, &config);
  ToastAddress to;
  sim_net_address(&net, b, &to);
  for (unsigned i = 0U; i < 2000U; ++i) {
    const uint8_t data[SIZE] = {(uint8_t)i};
    sim_net_send(&net, a, &to, data, SIZE);
    sim_world_run(&world, world.now + PERIOD);
  }
  sim_world_run(&world, world.now + JAM_SECOND);
  ck_assert_uint_eq(inbox.count, net.delivered);
  ck_assert_uint_gt(inbox.count, 1700U);
  const uint64_t hash = net.hash;
  sim_net_deinit(&net);
  sim_world_deinit(&world);
  return hash;
}

START_TEST(the_same_seed_gives_the_same_hash_and_another_another)
{
  const uint64_t hash = exchange(11U);
  ck_assert(exchange(11U) == hash);
  ck_assert(exchange(12U) != hash);
}

END_TEST

START_TEST(after_a_rebinding_the_old_address_is_dead)
{
  SimWorld world;
  SimNet   net;
  Inbox    inbox = {0};
  sim_world_init(&world);
  sim_net_init(&net, &world, 1U);
  const unsigned a = sim_net_add(&net, take_in, &inbox);
  const unsigned b = sim_net_add(&net, take_in, &inbox);
  ToastAddress   to_a, to_b;
  sim_net_address(&net, a, &to_a);
  sim_net_address(&net, b, &to_b);
  sim_net_rebind(&net, a);

  const uint8_t data[SIZE] = {42U};
  sim_net_send(&net, b, &to_a, data, SIZE);
  sim_world_run(&world, JAM_SECOND);
  ck_assert_uint_eq(inbox.count, 0U);
  ck_assert_uint_eq(net.unreachable, 1U);

  sim_net_send(&net, a, &to_b, data, SIZE);
  sim_world_run(&world, 2 * JAM_SECOND);
  ck_assert_uint_eq(inbox.count, 1U);
  ck_assert_uint_eq(inbox.newest, 42U);
  ck_assert_uint_ne(inbox.from.port, to_a.port);
  sim_net_deinit(&net);
  sim_world_deinit(&world);
}

END_TEST

static Suite* suite(void)
{
  Suite* const s     = suite_create("sim link");
  TCase* const tests = tcase_create("link");
  tcase_add_test(tests, a_plain_link_only_delays);
  tcase_add_test(tests, independent_loss_has_its_share);
  tcase_add_test(tests, burst_loss_has_its_share_and_its_mean_length);
  tcase_add_test(tests, a_mask_loses_exactly_its_datagrams);
  tcase_add_test(tests, an_outage_loses_everything_until_its_end);
  tcase_add_loop_test(tests,
                      jitter_adds_delay_and_keeps_order_unless_told,
                      0,
                      (int)(sizeof(jitters) / sizeof(jitters[0])));
  tcase_add_test(tests, wifi_stalls_reach_their_span_and_not_much_more);
  tcase_add_test(tests, duplicates_come_soon_after);
  tcase_add_test(tests, a_narrow_link_fills_its_queue_then_drops);
  tcase_add_test(tests, a_wide_link_delays_by_serialisation_only);
  tcase_add_test(tests, the_same_seed_gives_the_same_hash_and_another_another);
  tcase_add_test(tests, after_a_rebinding_the_old_address_is_dead);
  suite_add_tcase(s, tests);
  return s;
}

int main(void)
{
  SRunner* const runner = srunner_create(suite());
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
