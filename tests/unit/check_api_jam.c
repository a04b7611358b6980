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
  tcase_add_test(tests, wrong_links_are_refused);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
