// SPDX-License-Identifier: MIT
// Plug-ins in rooms of a real node, on loopback: who hears whom, blocks of
// every length, MIDI, and a node that goes and comes back.

#include "rig.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RATE 48000.0

static const JamShim* shim;
static char           folder[] = "/tmp/plugin_room_XXXXXX";
static char           key_file[64];
static RigHost        hosts[4];

static void setup(void)
{
  shim = jam_shim_get(JAM_SHIM_VERSION);
  ck_assert_ptr_nonnull(shim);
}

// What a failed test left running would disturb the next
static void teardown(void)
{
  for (unsigned i = 0U; i < 4U; ++i) {
    rig_stop(&hosts[i]);
  }
}

static void start(const unsigned    which,
                  const char* const name,
                  const char* const link,
                  const int         tone,
                  const RigSizes    sizes)
{
  JamShimInstance* const jam = rig_instance(shim, name, link);
  rig_start(&hosts[which], shim, jam, RATE, tone, sizes);
}

static void stop(const unsigned which)
{
  rig_stop(&hosts[which]);
  ck_assert(!atomic_load(&hosts[which].bad));
  shim->destroy(hosts[which].jam);
}

static void report(const char* const what, const RigWindow* const window)
{
  (void)printf("%s: tones %.5f %.5f %.5f %.5f, rest %.6f\n",
               what,
               window->tones[0],
               window->tones[1],
               window->tones[2],
               window->tones[3],
               window->rest);
}

START_TEST(each_hears_the_own_room_only)
{
  char           red[JAM_LINK_SIZE];
  char           blue[JAM_LINK_SIZE];
  RigWindow      window;
  JamNode* const node = rig_node(0U, NULL);
  rig_invite(node, red);
  rig_invite(node, blue);
  start(0U, "Ana", red, 0, NULL);
  start(1U, "Ben", red, 1, NULL);
  start(2U, "Cem", blue, 2, NULL);
  start(3U, "Dee", blue, 3, NULL);
  for (unsigned i = 0U; i < 4U; ++i) {
    ck_assert(rig_waits_for(&hosts[i], JAM_SHIM_JOINED, 2U));
    ck_assert(rig_hears(&hosts[i], (int)(i ^ 1U), &window));
    report("heard", &window);
  }
  for (unsigned i = 0U; i < 4U; ++i) {
    stop(i);
  }
  jam_node_stop(node);
}

END_TEST

#define SHORT 512U // 1 to 512 once each,
#define STEPS 28U  // longer ones in steps of 128,
#define LENGTHS (SHORT + STEPS + 7U)

static unsigned growing(const uint64_t count)
{
  // and some beyond what the engine takes
  static const unsigned last[] = {4095U, 4097U, 8192U, 12289U, 16384U, 1U, 64U};
  const unsigned        n      = (unsigned)(count % LENGTHS);
  return n < SHORT           ? n + 1U
         : n < SHORT + STEPS ? SHORT + 128U * (n - SHORT + 1U)
                             : last[n - SHORT - STEPS];
}

START_TEST(blocks_of_any_length_pass)
{
  char           link[JAM_LINK_SIZE];
  JamNode* const node = rig_node(0U, NULL);
  rig_invite(node, link);
  start(0U, "Ana", link, 0, NULL);
  start(1U, "Ben", link, 1, growing);
  ck_assert(rig_hears_some(&hosts[0], 1));
  ck_assert(rig_hears_some(&hosts[1], 0));
  ck_assert(rig_waits_for_blocks(&hosts[1], LENGTHS));
  rig_stop(&hosts[1]);
  ck_assert(!atomic_load(&hosts[1].bad));

  // The lengths between, faster than real time, in one activation
  static float       out[2][4096];
  static float       in[4096];
  const float* const ins[1]  = {in};
  float* const       outs[2] = {out[0], out[1]};
  ck_assert(shim->activate(hosts[1].jam, RATE, 4096U));
  for (unsigned frames = 1U; frames <= 4096U; ++frames) {
    JamShimBlock block = {0};
    block.frames       = frames;
    block.in_channels  = 1U;
    block.in           = ins;
    block.out_channels = 2U;
    block.out          = outs;
    shim->process(hosts[1].jam, &block);
  }
  shim->destroy(hosts[1].jam);
  stop(0U);
  jam_node_stop(node);
}

END_TEST

START_TEST(midi_comes_out_at_its_frame)
{
  enum { NOTES = 64 };

  char           link[JAM_LINK_SIZE];
  JamNode* const node = rig_node(0U, NULL);
  rig_invite(node, link);
  start(0U, "Ana", link, -1, NULL);
  start(1U, "Ben", link, -1, NULL);
  ck_assert(rig_waits_for(&hosts[0], JAM_SHIM_JOINED, 2U));
  ck_assert(rig_waits_for(&hosts[1], JAM_SHIM_JOINED, 2U));
  for (unsigned i = 0U; i < NOTES; ++i) {
    rig_play(&hosts[0], 0x91U, (uint8_t)(20U + i), (uint8_t)(i + 1U));
  }
  ck_assert(rig_waits_for_midi(&hosts[1], NOTES));
  for (unsigned i = 0U; i < NOTES; ++i) {
    const JamShimMidi* const got = &hosts[1].heard[i];
    ck_assert_uint_eq(got->size, 3U);
    ck_assert_uint_eq(got->bytes[0], 0x91U);
    ck_assert_uint_eq(got->bytes[1], 20U + i);
    ck_assert_uint_eq(got->bytes[2], i + 1U);
  }
  // The player goes, and nothing hangs on
  stop(0U);
  ck_assert(rig_waits_for_midi(&hosts[1], 2U * NOTES));
  for (unsigned i = NOTES; i < 2U * NOTES; ++i) {
    ck_assert_uint_eq(hosts[1].heard[i].bytes[0] & 0xEFU, 0x81U);
  }
  ck_assert_uint_eq(hosts[0].heard_count, 0U);
  stop(1U);
  jam_node_stop(node);
}

END_TEST

START_TEST(notes_end_when_the_listener_leaves_the_room)
{
  char           link[JAM_LINK_SIZE];
  JamNode* const node = rig_node(0U, NULL);
  rig_invite(node, link);
  start(0U, "Ana", link, -1, NULL);
  start(1U, "Ben", link, -1, NULL);
  ck_assert(rig_waits_for(&hosts[1], JAM_SHIM_JOINED, 2U));
  ck_assert(rig_waits_for(&hosts[0], JAM_SHIM_JOINED, 2U));
  rig_play(&hosts[0], 0x90U, 60U, 100U);
  ck_assert(rig_waits_for_midi(&hosts[1], 1U));
  JamShimSettings settings;
  shim->get_settings(hosts[1].jam, &settings);
  strcpy(settings.name, "Bo"); // Takes another engine
  ck_assert(shim->set_settings(hosts[1].jam, &settings));
  ck_assert(rig_waits_for_midi(&hosts[1], 2U));
  ck_assert_uint_eq(hosts[1].heard[1].bytes[0], 0x80U);
  ck_assert_uint_eq(hosts[1].heard[1].bytes[1], 60U);
  ck_assert(rig_waits_for(&hosts[1], JAM_SHIM_JOINED, 2U));
  stop(0U);
  stop(1U);
  jam_node_stop(node);
}

END_TEST

START_TEST(a_dead_node_is_waited_for)
{
  char           link[JAM_LINK_SIZE];
  JamNode*       node = rig_node(0U, key_file);
  const uint16_t port = jam_node_port(node);
  rig_invite(node, link);
  start(0U, "Ana", link, 0, NULL);
  start(1U, "Ben", link, 1, NULL);
  ck_assert(rig_hears(&hosts[0], 1, NULL));
  jam_node_stop(node);
  ck_assert(rig_waits_for(&hosts[0], JAM_SHIM_RECONNECTING, 0U));
  ck_assert(rig_hears(&hosts[0], -1, NULL));
  node = rig_node(port, key_file);
  ck_assert(rig_waits_for(&hosts[0], JAM_SHIM_JOINED, 2U));
  ck_assert(rig_hears(&hosts[0], 1, NULL));
  ck_assert(rig_hears(&hosts[1], 0, NULL));
  stop(0U);
  stop(1U);
  jam_node_stop(node);
}

END_TEST

START_TEST(a_node_that_starts_late_is_found)
{
  char           link[JAM_LINK_SIZE];
  JamNode*       node = rig_node(0U, key_file);
  const uint16_t port = jam_node_port(node);
  rig_invite(node, link);
  jam_node_stop(node);
  start(0U, "Ana", link, 0, NULL);
  ck_assert(rig_waits_for(&hosts[0], JAM_SHIM_FAILED, 0U));
  JamShimStatus status;
  shim->status(hosts[0].jam, &status);
  ck_assert(strstr(status.sentence, "No answer from the node") != NULL);
  node = rig_node(port, key_file);
  ck_assert(rig_waits_for(&hosts[0], JAM_SHIM_JOINED, 1U));
  stop(0U);
  jam_node_stop(node);
}

END_TEST

START_TEST(wishes_are_heard_in_the_room)
{
  char           red[JAM_LINK_SIZE];
  char           blue[JAM_LINK_SIZE];
  JamNode* const node = rig_node(0U, NULL);
  rig_invite(node, red);
  rig_invite(node, blue);
  start(0U, "Ana", red, 0, NULL);
  start(1U, "Ben", blue, 1, NULL);
  ck_assert(rig_waits_for(&hosts[0], JAM_SHIM_JOINED, 1U));
  ck_assert(rig_waits_for(&hosts[1], JAM_SHIM_JOINED, 1U));
  rig_link(shim, hosts[1].jam, red);
  ck_assert(rig_hears(&hosts[0], 1, NULL));
  ck_assert(shim->set_param(hosts[1].jam, JAM_SHIM_SEND, 0.0F));
  ck_assert(rig_hears(&hosts[0], -1, NULL));
  ck_assert(shim->set_param(hosts[1].jam, JAM_SHIM_SEND, 1.0F));
  ck_assert(rig_hears(&hosts[0], 1, NULL));
  rig_link(shim, hosts[1].jam, "");
  ck_assert(rig_waits_for(&hosts[0], JAM_SHIM_JOINED, 1U));
  ck_assert(rig_hears(&hosts[0], -1, NULL));
  stop(0U);
  stop(1U);
  jam_node_stop(node);
}

END_TEST

START_TEST(an_instance_may_change_its_rate)
{
  static const double rates[] = {44100.0, 96000.0, 192000.0, 48000.0};
  char                link[JAM_LINK_SIZE];
  JamNode* const      node = rig_node(0U, NULL);
  rig_invite(node, link);
  JamShimInstance* const jam = rig_instance(shim, "Ana", link);
  for (unsigned i = 0U; i < 4U; ++i) {
    rig_start(&hosts[0], shim, jam, rates[i], 0, NULL);
    ck_assert(rig_waits_for(&hosts[0], JAM_SHIM_JOINED, 1U));
    rig_stop(&hosts[0]);
  }
  shim->destroy(jam);
  jam_node_stop(node);
}

END_TEST

int main(void)
{
  if (!mkdtemp(folder)) {
    return EXIT_FAILURE;
  }
  (void)snprintf(key_file, sizeof(key_file), "%s/key", folder);
  Suite* const suite = suite_create("plugin_room");
  TCase* const tests = tcase_create("loopback");
  tcase_set_timeout(tests, 200.0);
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, each_hears_the_own_room_only);
  tcase_add_test(tests, blocks_of_any_length_pass);
  tcase_add_test(tests, midi_comes_out_at_its_frame);
  tcase_add_test(tests, notes_end_when_the_listener_leaves_the_room);
  tcase_add_test(tests, a_dead_node_is_waited_for);
  tcase_add_test(tests, a_node_that_starts_late_is_found);
  tcase_add_test(tests, wishes_are_heard_in_the_room);
  tcase_add_test(tests, an_instance_may_change_its_rate);
  suite_add_tcase(suite, tests);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  (void)unlink(key_file);
  (void)rmdir(folder);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
