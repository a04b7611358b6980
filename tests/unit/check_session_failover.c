// SPDX-License-Identifier: MIT
// Real nodes and clients of a cluster together: a node that drains, dies or is
// cut off for a moment, and what the people in the room notice.

#include "session/client_internal.h"

#include "base/time.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define NODES 2U
#define CLIENTS 3U
#define ENDS (NODES + CLIENTS)
#define RATE 48000U
#define BLOCK 64U
#define STEP (JAM_MS / 5)
#define FLIGHT 16384U

typedef struct Packet {
  JamTime  at;
  unsigned from;
  unsigned to;
  size_t   size;
  uint8_t  data[TOAST_MAX_DATAGRAM];
} Packet;

// Ends 0 and 1 are the nodes, then come the clients. All on one clock.
typedef struct Town {
  JamTime        now;
  SessionNode*   nodes[NODES];
  SessionClient* clients[CLIENTS];
  bool           dead[ENDS];
  uint64_t       frames;
  unsigned       in_flight;
  Packet         flight[FLIGHT];
  bool           left_room[CLIENTS];
} Town;

static ToastAddress address(const unsigned end)
{
  ToastAddress out = {{0}, (uint16_t)(3000U + end)};
  out.ip[15]       = 1U;
  return out;
}

static void start_node(Town* const town, const unsigned index)
{
  SessionNodeConfig config = {.max_users = 8U,
                              .node_id   = (uint16_t)(index + 1U),
                              .clustered = true};
  memset(config.cluster_secret, 0x66, sizeof(config.cluster_secret));
  memset(config.seed, (int)index + 1, sizeof(config.seed));
  config.address_count = 1U;
  config.addresses[0]  = address(index);
  ck_assert_int_eq(session_node_new(&config, NULL, &town->nodes[index]),
                   JAM_OK);
  session_node_set_utc(town->nodes[index],
                       town->now,
                       INT64_C(1700000000000000));
}

static void join(Town* const town, const unsigned index, const unsigned node)
{
  uint8_t             cluster[TOAST_KEY_SIZE];
  uint8_t             secret[TOAST_KEY_SIZE];
  uint8_t             key[TOAST_KEY_SIZE];
  const uint8_t       room[SYNCHUB_ROOM_SIZE] = {1};
  SessionClientConfig config = {.mode = PLAYOUT_NORMAL, .dsp = false};
  config.profile             = (SynchubProfile){.rate_hz = RATE,
                                                .frames  = BLOCK,
                                                .bits    = 16U,
                                                .midi    = true};
  config.profile.name[0]     = (char)('A' + (char)index);
  memset(config.seed, (int)(0x40U + index), sizeof(config.seed));
  memset(cluster, 0x66, sizeof(cluster));
  toast_cluster_node_secret(cluster, secret);
  toast_public_key(secret, key);
  const ToastAddress to = address(node);
  ck_assert_int_eq(session_client_new(&config, NULL, &town->clients[index]),
                   JAM_OK);
  ck_assert_int_eq(
    session_client_join(town->clients[index], town->now, &to, 1U, key, room),
    JAM_OK);
}

static JamTime delay(const unsigned from, const unsigned to)
{
  return (from < NODES && to < NODES ? 8 : 5) * JAM_MS;
}

static void launch(Town* const town, Packet* const packet)
{
  if (packet->to < ENDS && !town->dead[packet->from]) {
    ck_assert_uint_lt(town->in_flight, FLIGHT);
    packet->at = town->now + delay(packet->from, packet->to);
    town->flight[town->in_flight++] = *packet;
  }
}

static void carry(Town* const town)
{
  Packet       packet;
  ToastAddress to;
  for (packet.from = 0U; packet.from < ENDS; ++packet.from) {
    SessionClient* const client =
      packet.from < NODES ? NULL : town->clients[packet.from - NODES];
    while ((packet.size = client ? session_client_output(client,
                                                         town->now,
                                                         &to,
                                                         packet.data,
                                                         sizeof(packet.data))
                          : packet.from < NODES
                            ? session_node_output(town->nodes[packet.from],
                                                  town->now,
                                                  &to,
                                                  packet.data,
                                                  sizeof(packet.data))
                            : 0U) > 0U) {
      packet.to = to.port - 3000U;
      launch(town, &packet);
    }
  }
}

static void deliver(Town* const town)
{
  unsigned kept = 0U;
  for (unsigned i = 0U; i < town->in_flight; ++i) {
    const Packet* const packet = &town->flight[i];
    if (packet->at > town->now) {
      if (kept != i) {
        town->flight[kept] = *packet;
      }
      ++kept;
      continue;
    }
    const ToastAddress from = address(packet->from);
    if (town->dead[packet->to]) {
      continue;
    }
    if (packet->to < NODES) {
      session_node_input(town->nodes[packet->to],
                         town->now,
                         &from,
                         packet->data,
                         packet->size);
    } else {
      session_client_input(town->clients[packet->to - NODES],
                           town->now,
                           &from,
                           packet->data,
                           packet->size);
    }
  }
  town->in_flight = kept;
}

static void sound(Town* const town)
{
  if ((double)town->now < (double)town->frames * 1e9 / RATE) {
    return;
  }
  for (unsigned c = 0U; c < CLIENTS; ++c) {
    const float  in[BLOCK] = {0};
    float        out[BLOCK];
    float* const outs[1] = {out};
    if (town->clients[c]) {
      session_client_process(town->clients[c], in, outs, 1U, BLOCK, town->now);
    }
  }
  town->frames += BLOCK;
}

static void run(Town* const town, const JamTime span)
{
  const JamTime end = town->now + span;
  for (; town->now < end; town->now += STEP) {
    sound(town);
    deliver(town);
    for (unsigned i = 0U; i < NODES; ++i) {
      const ToastAddress other = address(1U - i);
      if (town->now % JAM_SECOND == 0) {
        session_node_sibling(town->nodes[i], town->now, &other);
      }
      session_node_tick(town->nodes[i], town->now);
    }
    for (unsigned c = 0U; c < CLIENTS; ++c) {
      if (town->clients[c]) {
        session_client_tick(town->clients[c], town->now);
        town->left_room[c] |= town->clients[c]->state != JAM_STATE_JOINED;
      }
    }
    carry(town);
  }
}

static Town* town_new(void)
{
  Town* const town = (Town*)calloc(1U, sizeof(*town));
  ck_assert_ptr_nonnull(town);
  start_node(town, 0U);
  start_node(town, 1U);
  run(town, 3 * JAM_SECOND);
  join(town, 0U, 0U);
  join(town, 1U, 0U);
  join(town, 2U, 1U);
  run(town, 6 * JAM_SECOND);
  for (unsigned c = 0U; c < CLIENTS; ++c) {
    ck_assert_int_eq(town->clients[c]->state, JAM_STATE_JOINED);
    ck_assert_uint_eq(town->clients[c]->roster.count, CLIENTS);
    ck_assert_uint_eq(town->clients[c]->roam.sibling_count, 1U);
    ck_assert(town->clients[c]->roam.has_ticket);
    town->left_room[c] = false;
  }
  return town;
}

static void town_free(Town* const town)
{
  for (unsigned c = 0U; c < CLIENTS; ++c) {
    session_client_free(town->clients[c]);
  }
  session_node_free(town->nodes[0]);
  session_node_free(town->nodes[1]);
  free(town);
}

static unsigned home(const Town* const town, const unsigned c)
{
  const SessionClient* const client = town->clients[c];
  return toast_peer_node(client->endpoint, client->session) - 1U;
}

static JamView view_of(Town* const town, const unsigned c)
{
  JamView view;
  session_client_view(town->clients[c], &view);
  return view;
}

static void check_hears_all(const Town* const town, const unsigned c)
{
  unsigned heard = 0U;
  for (unsigned i = 0U; i < MAX_REMOTES; ++i) {
    const Remote* const remote = town->clients[c]->remotes[i];
    heard += remote && remote->use == REMOTE_ACTIVE &&
             town->now - remote->last_packet < 50 * JAM_MS;
  }
  ck_assert_uint_eq(heard, CLIENTS - 1U);
}

// What somebody hears of all others since `before`: nobody missing, no strip
// changed, and at most so many samples of each guessed
static void check_view(Town* const          town,
                       const unsigned       c,
                       const JamView* const before,
                       const uint64_t       most_concealed)
{
  const JamView now = view_of(town, c);
  ck_assert(!town->left_room[c]);
  ck_assert_uint_eq(now.user_count, CLIENTS);
  for (unsigned i = 0U; i < CLIENTS; ++i) {
    const JamUser* old = NULL;
    for (unsigned k = 0U; k < CLIENTS; ++k) {
      if (before->users[k].id == now.users[i].id) {
        old = &before->users[k];
      }
    }
    ck_assert_ptr_nonnull(old);
    ck_assert_str_eq(old->name, now.users[i].name);
    ck_assert_uint_le(now.users[i].concealed - old->concealed, most_concealed);
  }
  check_hears_all(town, c);
}

static void check_all(Town* const    town,
                      const JamView  before[CLIENTS],
                      const uint64_t most_concealed)
{
  for (unsigned c = 0U; c < CLIENTS; ++c) {
    check_view(town, c, &before[c], most_concealed);
  }
}

static void views(Town* const town, JamView out[CLIENTS])
{
  for (unsigned c = 0U; c < CLIENTS; ++c) {
    out[c] = view_of(town, c);
  }
}

START_TEST(a_draining_node_hands_its_people_on)
{
  Town* const town = town_new();
  JamView     before[CLIENTS];
  views(town, before);
  session_node_drain(town->nodes[0], town->now);
  run(town, 3 * JAM_SECOND);
  ck_assert(session_node_drained(town->nodes[0]));
  for (unsigned c = 0U; c < CLIENTS; ++c) {
    ck_assert_uint_eq(home(town, c), 1U);
  }
  check_all(town, before, RATE / 20U);
  town_free(town);
}

END_TEST

START_TEST(a_dead_nodes_people_are_back_within_a_fifth_of_a_second)
{
  Town* const town = town_new();
  JamView     before[CLIENTS];
  views(town, before);
  town->dead[0] = true;
  run(town, 5 * JAM_SECOND);
  for (unsigned c = 0U; c < CLIENTS; ++c) {
    ck_assert_uint_eq(home(town, c), 1U);
  }
  check_all(town, before, RATE / 5U);
  town_free(town);
}

END_TEST

START_TEST(a_moment_of_deafness_moves_nobody)
{
  Town* const town = town_new();
  JamView     before[CLIENTS];
  views(town, before);
  // Long enough for the alarm, too short for a sibling's answer
  town->dead[0] = true;
  run(town, 88 * JAM_MS);
  town->dead[0] = false;
  run(town, 5 * JAM_SECOND);
  check_all(town, before, RATE / 4U);
  town_free(town);
}

END_TEST

START_TEST(after_a_silence_of_any_length_all_hear_each_other)
{
  static const int lengths_ms[] = {100, 115, 130, 150, 180, 230, 300, 700};
  Town* const      town         = town_new();
  for (unsigned i = 0U; i < sizeof(lengths_ms) / sizeof(lengths_ms[0]); ++i) {
    const unsigned node = home(town, 0U);
    town->dead[node]    = true;
    run(town, lengths_ms[i] * JAM_MS);
    town->dead[node] = false;
    run(town, 5 * JAM_SECOND);
    for (unsigned c = 0U; c < CLIENTS; ++c) {
      const JamView view = view_of(town, c);
      ck_assert(!town->left_room[c]);
      ck_assert_uint_eq(view.user_count, CLIENTS);
      check_hears_all(town, c);
    }
  }
  town_free(town);
}

END_TEST

START_TEST(a_room_survives_going_to_and_fro)
{
  Town* const town = town_new();
  JamView     before[CLIENTS];
  views(town, before);
  for (unsigned i = 0U; i < 4U; ++i) {
    const unsigned node = i % 2U;
    town->dead[node]    = true;
    run(town, 3 * JAM_SECOND);
    for (unsigned c = 0U; c < CLIENTS; ++c) {
      ck_assert_uint_eq(home(town, c), 1U - node);
    }
    town->dead[node] = false;
    run(town, 6 * JAM_SECOND);
  }
  check_all(town, before, 4U * RATE / 5U);
  town_free(town);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("session_failover");
  TCase* const tcase = tcase_create("failover");
  tcase_set_timeout(tcase, 120.0);
  tcase_add_test(tcase, a_draining_node_hands_its_people_on);
  tcase_add_test(tcase,
                 a_dead_nodes_people_are_back_within_a_fifth_of_a_second);
  tcase_add_test(tcase, a_moment_of_deafness_moves_nobody);
  tcase_add_test(tcase, after_a_silence_of_any_length_all_hear_each_other);
  tcase_add_test(tcase, a_room_survives_going_to_and_fro);
  suite_add_tcase(suite, tcase);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
