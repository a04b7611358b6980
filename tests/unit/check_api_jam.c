// SPDX-License-Identifier: MIT
// The public API over real sockets on loopback: a node, two engines, sound and
// MIDI from one to the other, and everything that can be asked wrongly.

#include <jamnet/jamnet.h>

#include <check.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RATE 48000U
#define BLOCK 64U
#define PATIENCE (20 * JAM_SECOND)

// A sound card without sound: calls jam_process at the right times.
typedef struct Card {
  Jam*        jam;
  double      frequency; // Of what the microphone hears; 0: silence
  atomic_bool stop;
  pthread_t   thread;
  atomic_uint heard_milli; // Loudest sample of the last blocks, in 1/1000
} Card;

static void sleep_until(const JamTime time)
{
  while (jam_now() < time) {
    const struct timespec nap = {0, 100000L};
    (void)nanosleep(&nap, NULL);
  }
}

static void* card_run(void* const context)
{
  Card* const   card  = (Card*)context;
  const JamTime start = jam_now();
  float         in[BLOCK];
  float         left[BLOCK];
  float* const  out[1] = {left};
  for (uint64_t n = 0U; !atomic_load(&card->stop); n += BLOCK) {
    sleep_until(start + (JamTime)((double)n * 1e9 / RATE));
    for (unsigned i = 0U; i < BLOCK; ++i) {
      const double phase =
        6.283185307179586 * card->frequency * (double)(n + i) / RATE;
      in[i] = (float)(0.5 * sin(phase));
    }
    jam_process(card->jam, in, out, 1U, BLOCK, jam_now());
    float peak = 0.0f;
    for (unsigned i = 0U; i < BLOCK; ++i) {
      peak = fmaxf(peak, fabsf(left[i]));
    }
    atomic_store(&card->heard_milli, (unsigned)(peak * 1000.0f));
  }
  return NULL;
}

static void card_start(Card* const card, Jam* const jam, const double frequency)
{
  memset(card, 0, sizeof(*card));
  card->jam       = jam;
  card->frequency = frequency;
  ck_assert_int_eq(pthread_create(&card->thread, NULL, card_run, card), 0);
}

static void card_stop(Card* const card)
{
  atomic_store(&card->stop, true);
  (void)pthread_join(card->thread, NULL);
}

static JamNode* start_node(char* const link)
{
  JamNodeConfig config;
  JamNode*      node = NULL;
  jam_node_config_default(&config);
  config.listen = "127.0.0.1:0";
  ck_assert_int_eq(jam_node_start(&config, &node), JAM_OK);
  char     address[32] = "127.0.0.1:";
  char     digits[8]   = {0};
  unsigned at          = 7U;
  for (unsigned port = jam_node_port(node); port > 0U; port /= 10U) {
    digits[--at] = (char)('0' + port % 10U);
  }
  strcat(address, digits + at);
  ck_assert_int_eq(jam_node_invite(node, address, link, JAM_LINK_SIZE), JAM_OK);
  return node;
}

static Jam* start_jam(const char* const name)
{
  JamConfig config;
  Jam*      jam = NULL;
  jam_config_default(&config);
  strcpy(config.name, name);
  config.bits = 16U;
  ck_assert_int_eq(jam_new(&config, &jam), JAM_OK);
  return jam;
}

static bool wait_for_users(Jam* const jam, const unsigned count)
{
  JamView       view;
  const JamTime end = jam_now() + PATIENCE;
  do {
    jam_view(jam, &view);
    sleep_until(jam_now() + 5 * JAM_MS);
  } while (view.user_count != count && jam_now() < end);
  return view.user_count == count;
}

START_TEST(two_engines_hear_and_see_each_other)
{
  char           link[JAM_LINK_SIZE];
  JamNode* const node = start_node(link);
  Jam* const     ana  = start_jam("Ana");
  Jam* const     ben  = start_jam("Ben");
  Card           ana_card;
  Card           ben_card;
  card_start(&ana_card, ana, 440.0);
  card_start(&ben_card, ben, 0.0);
  ck_assert_int_eq(jam_join(ana, link), JAM_OK);
  ck_assert_int_eq(jam_join(ben, link), JAM_OK);
  ck_assert(wait_for_users(ana, 2U));
  ck_assert(wait_for_users(ben, 2U));

  JamView view;
  jam_view(ben, &view);
  ck_assert_str_eq(view.users[0].name, "Ben");
  ck_assert_str_eq(view.users[1].name, "Ana");

  const JamTime end = jam_now() + PATIENCE;
  while (atomic_load(&ben_card.heard_milli) < 400U && jam_now() < end) {
    sleep_until(jam_now() + JAM_MS);
  }
  ck_assert_uint_ge(atomic_load(&ben_card.heard_milli), 400U);
  ck_assert_uint_eq(atomic_load(&ana_card.heard_milli), 0U);

  const JamMidiEvent note = {jam_now(), 0U, 3U, {0x90U, 60U, 100U}};
  JamMidiEvent       got  = {0};
  ck_assert(jam_midi_push(ana, &note));
  while (!jam_midi_pull(ben, &got) && jam_now() < end) {
    sleep_until(jam_now() + JAM_MS);
  }
  ck_assert_uint_eq(got.size, 3U);
  ck_assert_mem_eq(got.bytes, note.bytes, 3U);
  ck_assert_uint_eq(got.user, view.users[1].id);

  card_stop(&ana_card);
  jam_free(ana);
  ck_assert(wait_for_users(ben, 1U));
  card_stop(&ben_card);
  jam_free(ben);
  jam_node_stop(node);
}

END_TEST

START_TEST(an_engine_outlives_its_node)
{
  char       link[JAM_LINK_SIZE];
  JamNode*   node = start_node(link);
  Jam* const ana  = start_jam("Ana");
  Card       card;
  card_start(&card, ana, 440.0);
  ck_assert_int_eq(jam_join(ana, link), JAM_OK);
  ck_assert(wait_for_users(ana, 1U));
  JamView       view;
  const JamTime end = jam_now() + PATIENCE;
  do {
    jam_view(ana, &view);
  } while (view.state != JAM_STATE_JOINED && jam_now() < end);
  jam_node_stop(node);
  do {
    jam_view(ana, &view);
  } while (view.state != JAM_STATE_RECONNECTING && jam_now() < end);
  ck_assert_int_eq(view.state, JAM_STATE_RECONNECTING);
  card_stop(&card);
  jam_free(ana);
}

END_TEST

START_TEST(joining_twice_is_refused_and_leaving_allows_it_again)
{
  char           link[JAM_LINK_SIZE];
  JamNode* const node = start_node(link);
  Jam* const     ana  = start_jam("Ana");
  ck_assert_int_eq(jam_join(ana, link), JAM_OK);
  ck_assert_int_eq(jam_join(ana, link), JAM_ERR_STATE);
  jam_leave(ana);
  ck_assert_int_eq(jam_join(ana, link), JAM_OK);
  jam_free(ana);
  jam_node_stop(node);
}

END_TEST

START_TEST(wrong_configurations_are_refused)
{
  JamConfig config;
  Jam*      jam = NULL;
  jam_config_default(&config);
  config.size = 1U;
  ck_assert_int_eq(jam_new(&config, &jam), JAM_ERR_ARGUMENT);
  jam_config_default(&config);
  config.rate_hz = 12345U;
  ck_assert_int_eq(jam_new(&config, &jam), JAM_ERR_ARGUMENT);
  jam_config_default(&config);
  config.bits = 20U;
  ck_assert_int_eq(jam_new(&config, &jam), JAM_ERR_ARGUMENT);
  jam_config_default(&config);
  config.packet_frames = 65U;
  ck_assert_int_eq(jam_new(&config, &jam), JAM_ERR_ARGUMENT);
  ck_assert_ptr_null(jam);

  JamNodeConfig node_config;
  JamNode*      node = NULL;
  jam_node_config_default(&node_config);
  node_config.listen = "nowhere";
  ck_assert_int_eq(jam_node_start(&node_config, &node), JAM_ERR_ARGUMENT);
  node_config.listen    = "127.0.0.1:0";
  node_config.max_users = 0U;
  ck_assert_int_eq(jam_node_start(&node_config, &node), JAM_ERR_ARGUMENT);
  ck_assert_ptr_null(node);
}

END_TEST

static void node_refused(const JamNodeConfig* const config,
                         const JamStatus            status,
                         const char* const          words)
{
  char          note[JAM_NOTE_SIZE] = "";
  JamNodeConfig asked               = *config;
  JamNode*      node                = NULL;
  asked.note                        = note;
  ck_assert_int_eq(jam_node_start(&asked, &node), status);
  ck_assert_ptr_null(node);
  ck_assert_msg(strstr(note, words) != NULL, "'%s' in '%s'", words, note);
}

START_TEST(mistakes_of_a_node_get_a_sentence)
{
  static const char secret[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE";
  JamNodeConfig     config;
  jam_node_config_default(&config);
  config.listen     = "127.0.0.1:0";
  JamNodeConfig bad = config;
  bad.listen        = "nowhere";
  node_refused(&bad, JAM_ERR_ARGUMENT, "not ADDR:PORT");
  bad         = config;
  bad.node_id = 1024U;
  node_refused(&bad, JAM_ERR_ARGUMENT, "from 1 to 1023");
  bad       = config;
  bad.peers = "127.0.0.1:4460";
  node_refused(&bad, JAM_ERR_ARGUMENT, "cluster secret");
  bad                = config;
  bad.cluster_secret = "AAAA";
  node_refused(&bad, JAM_ERR_CRYPTO, "43 characters");
  bad.cluster_secret = secret;
  bad.key_file       = "/nowhere/key";
  node_refused(&bad, JAM_ERR_ARGUMENT, "one of them");
  bad.key_file = NULL;
  bad.peers    = "127.0.0.1:0";
  node_refused(&bad, JAM_ERR_ARGUMENT, "of a sibling");
  bad.peers   = NULL;
  bad.address = "127.0.0.1";
  node_refused(&bad, JAM_ERR_ARGUMENT, "HOST:PORT");
  bad.address = "nobody.invalid:4460";
  node_refused(&bad, JAM_ERR_NOT_FOUND, "nobody.invalid");
  bad.address        = NULL;
  bad.cluster_secret = NULL;
  bad.cluster_file   = "/nowhere/cluster";
  node_refused(&bad, JAM_ERR_NOT_FOUND, "/nowhere/cluster");
  bad        = config;
  bad.region = "a-region-too-far-away";
  node_refused(&bad, JAM_ERR_ARGUMENT, "too long");
}

END_TEST

START_TEST(nodes_of_a_cluster_share_their_invites)
{
  char secret[JAM_SECRET_SIZE];
  char one[JAM_LINK_SIZE];
  char two[JAM_LINK_SIZE];
  ck_assert_int_eq(jam_new_secret(secret), JAM_OK);
  JamNodeConfig config;
  jam_node_config_default(&config);
  config.listen         = "127.0.0.1:0";
  config.cluster_secret = secret;
  config.address        = "127.0.0.1:4460";
  JamNode* node         = NULL;
  ck_assert_int_eq(jam_node_start(&config, &node), JAM_OK);
  ck_assert_int_eq(jam_node_invite(node, config.address, one, sizeof(one)),
                   JAM_OK);
  ck_assert_int_eq(jam_invite(&config, two, sizeof(two)), JAM_OK);
  const size_t before_room = strlen("jamnet://127.0.0.1:4460/#") + 43U;
  ck_assert_mem_eq(one, two, before_room);
  ck_assert_str_ne(one + before_room, two + before_room);

  JamNodeFacts facts;
  ck_assert_int_eq(jam_node_check(&config, &facts), JAM_OK);
  ck_assert(facts.clustered);
  ck_assert_mem_eq(facts.key, strchr(one, '#') + 1, 43U);
  ck_assert_str_eq(facts.address, config.address);
  jam_node_stop(node);
}

END_TEST

START_TEST(a_node_shows_its_pulse_and_drains)
{
  char           link[JAM_LINK_SIZE];
  JamNode* const node = start_node(link);
  Jam* const     ana  = start_jam("Ana");
  Card           card;
  card_start(&card, ana, 440.0);
  ck_assert_int_eq(jam_join(ana, link), JAM_OK);
  ck_assert(wait_for_users(ana, 1U));
  const JamTime beat = jam_node_heartbeat(node);
  const JamTime end  = jam_now() + PATIENCE;
  while (jam_node_heartbeat(node) == beat && jam_now() < end) {
  }
  ck_assert_int_gt(jam_node_heartbeat(node), beat);

  JamNodeView view;
  do {
    jam_node_view(node, &view);
    sleep_until(jam_now() + 5 * JAM_MS);
  } while (view.users != 1U && jam_now() < end);
  ck_assert_uint_eq(view.users, 1U);
  ck_assert(!view.draining);

  jam_node_drain(node);
  jam_node_view(node, &view);
  ck_assert(view.draining);
  ck_assert(!jam_node_drained(node));
  jam_leave(ana);
  while (!jam_node_drained(node) && jam_now() < end) {
    sleep_until(jam_now() + 5 * JAM_MS);
  }
  ck_assert(jam_node_drained(node));
  card_stop(&card);
  jam_free(ana);
  jam_node_stop(node);
}

END_TEST

START_TEST(checking_a_node_leaves_nothing_behind)
{
  char          note[JAM_NOTE_SIZE];
  JamNodeConfig config;
  JamNodeFacts  facts;
  jam_node_config_default(&config);
  config.listen   = "127.0.0.1:0";
  config.note     = note;
  config.key_file = "check_api_jam.key";
  ck_assert_int_eq(jam_node_check(&config, &facts), JAM_OK);
  ck_assert_str_eq(facts.key, "");
  ck_assert_int_eq(strncmp(facts.listen, "127.0.0.1:", 10U), 0);
  ck_assert_int_eq(jam_node_check(&config, &facts), JAM_OK);
  ck_assert_str_eq(facts.key, "");

  config.key_file       = NULL;
  config.cluster_secret = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE";
  config.peers          = "127.0.0.1:4461";
  config.discover       = "nobody.invalid:4460";
  ck_assert_int_eq(jam_node_check(&config, &facts), JAM_OK);
  ck_assert_str_eq(facts.siblings, "127.0.0.1:4461");
  config.peers = "nobody.invalid:4461";
  ck_assert_int_eq(jam_node_check(&config, &facts), JAM_ERR_NOT_FOUND);
  ck_assert_ptr_nonnull(strstr(note, "nobody.invalid"));
}

END_TEST

START_TEST(wrong_links_are_refused)
{
  Jam* const jam = start_jam("Ana");
  ck_assert_int_eq(jam_join(jam, "hello"), JAM_ERR_FORMAT);
  ck_assert_int_eq(jam_join(jam,
                            "jamnet://nobody.invalid:4460/"
                            "#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA."
                            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
                   JAM_ERR_NOT_FOUND);
  jam_free(jam);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("api_jam");
  TCase* const tests = tcase_create("loopback");
  tcase_set_timeout(tests, 90.0);
  tcase_add_test(tests, two_engines_hear_and_see_each_other);
  tcase_add_test(tests, an_engine_outlives_its_node);
  tcase_add_test(tests, joining_twice_is_refused_and_leaving_allows_it_again);
  tcase_add_test(tests, wrong_configurations_are_refused);
  tcase_add_test(tests, mistakes_of_a_node_get_a_sentence);
  tcase_add_test(tests, nodes_of_a_cluster_share_their_invites);
  tcase_add_test(tests, a_node_shows_its_pulse_and_drains);
  tcase_add_test(tests, checking_a_node_leaves_nothing_behind);
  tcase_add_test(tests, wrong_links_are_refused);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
