// SPDX-License-Identifier: MIT
// A node between two clients: what is lost on the way to it comes by repair and
// is passed on, once and as media; the next hop repairs for itself.

#include "session/node_internal.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES 200U
#define STEP (JAM_MS + JAM_MS / 3)

typedef struct Player {
  ToastEndpoint* endpoint;
  ToastAddress   address;
  ToastSession   session;
  bool           lossy; // What it sends is lost
  unsigned       media[FRAMES];
  unsigned       repairs;
} Player;

typedef struct Scene {
  JamTime      now;
  SessionNode* node;
  ToastAddress address;
  Player       players[2];
  bool         deaf; // What the node sends is lost
} Scene;

static void take_events(Player* const player)
{
  ToastEvent event;
  while (toast_event(player->endpoint, &event)) {
    const ToastFrame* const frame = &event.frame;
    if (event.kind == TOAST_EVENT_OPEN) {
      char           text[SYNCHUB_MAX_MESSAGE];
      SynchubMessage join  = {.kind = SYNCHUB_JOIN, .room = {7}};
      join.profile.rate_hz = 48000U;
      join.profile.bits    = 16U;
      join.profile.frames  = 64U;
      strcpy(join.profile.name, "Ana");
      const ToastFrame hello = {
        TOAST_FRAME_EVENT,
        0U,
        0U,
        (const uint8_t*)text,
        synchub_message_write(&join, text, sizeof(text))};
      player->session = event.session;
      ck_assert_int_eq(
        toast_send(player->endpoint, JAM_SECOND, event.session, &hello),
        JAM_OK);
    } else if (event.kind == TOAST_EVENT_FRAME &&
               (frame->kind == TOAST_FRAME_MEDIA ||
                frame->kind == TOAST_FRAME_REPAIR)) {
      ck_assert_uint_lt(frame->seq, FRAMES);
      player->media[frame->seq] += frame->kind == TOAST_FRAME_MEDIA;
      player->repairs += frame->kind == TOAST_FRAME_REPAIR;
    }
  }
}

// All paths take no time
static void settle(Scene* const scene)
{
  uint8_t      data[TOAST_MAX_DATAGRAM];
  ToastAddress to;
  bool         any = true;
  while (any) {
    size_t size = 0U;
    any         = false;
    for (unsigned i = 0U; i < 2U; ++i) {
      Player* const player = &scene->players[i];
      toast_tick(player->endpoint, scene->now);
      take_events(player);
      while ((size = toast_output(player->endpoint,
                                  scene->now,
                                  &to,
                                  data,
                                  sizeof(data))) > 0U) {
        any = true;
        if (!player->lossy) {
          session_node_input(scene->node,
                             scene->now,
                             &player->address,
                             data,
                             size);
        }
      }
    }
    session_node_tick(scene->node, scene->now);
    while ((size = session_node_output(scene->node,
                                       scene->now,
                                       &to,
                                       data,
                                       sizeof(data))) > 0U) {
      any = true;
      if (!scene->deaf) {
        Player* const player = &scene->players[to.port - 1U];
        toast_input(player->endpoint, scene->now, &scene->address, data, size);
        take_events(player);
      }
    }
  }
}

static Scene* scene_new(void)
{
  Scene* const      scene  = (Scene*)calloc(1U, sizeof(*scene));
  SessionNodeConfig config = {.max_users = 4U, .node_id = 3U};
  uint8_t           key[TOAST_KEY_SIZE];
  memset(config.secret, 0x42, sizeof(config.secret));
  memset(config.seed, 9, sizeof(config.seed));
  toast_public_key(config.secret, key);
  scene->now          = JAM_SECOND;
  scene->address.port = 99U;
  ck_assert_int_eq(session_node_new(&config, NULL, &scene->node), JAM_OK);
  for (unsigned i = 0U; i < 2U; ++i) {
    Player* const player = &scene->players[i];
    ToastConfig   toast  = {.max_sessions = 1U};
    memset(toast.seed, (int)i + 1, sizeof(toast.seed));
    player->address.port = (uint16_t)(i + 1U);
    ck_assert_int_eq(toast_endpoint_new(&toast, NULL, &player->endpoint),
                     JAM_OK);
    ck_assert_int_eq(toast_connect(player->endpoint,
                                   scene->now,
                                   &scene->address,
                                   key,
                                   &player->session),
                     JAM_OK);
  }
  settle(scene);
  scene->now += JAM_SECOND;
  settle(scene);
  return scene;
}

static void scene_free(Scene* const scene)
{
  session_node_free(scene->node);
  toast_endpoint_free(scene->players[0].endpoint);
  toast_endpoint_free(scene->players[1].endpoint);
  free(scene);
}

// The first player's frame; those of [from, to) are lost on a hop
static void play(Scene* const   scene,
                 const bool     uplink,
                 const unsigned from,
                 const unsigned to)
{
  for (unsigned i = 0U; i < FRAMES; ++i) {
    static const uint8_t data[60] = {'{'};
    const ToastFrame     frame    = {TOAST_FRAME_MEDIA,
                                     0U,
                                     (uint16_t)i,
                                     data,
                                     sizeof(data)};
    scene->players[0].lossy       = uplink && i >= from && i < to;
    scene->deaf                   = !uplink && i >= from && i < to;
    ck_assert_int_eq(toast_send(scene->players[0].endpoint,
                                scene->now,
                                scene->players[0].session,
                                &frame),
                     JAM_OK);
    settle(scene);
    scene->now += STEP;
  }
}

START_TEST(what_a_repair_brings_is_passed_on_once)
{
  Scene* const scene = scene_new();
  toast_set_repair(scene->players[0].endpoint, scene->players[0].session, 4U);
  play(scene, true, 100U, 103U);
  for (unsigned i = 0U; i < FRAMES; ++i) {
    ck_assert_uint_eq(scene->players[1].media[i], 1U);
  }
  ck_assert_uint_eq(scene->players[1].repairs, 0U);
  ck_assert_uint_eq(scene->node->media_repaired, 3U);
  // Those due in the lost packets were lost as well
  ck_assert_uint_eq(scene->node->media_spare, FRAMES - 4U - 3U - 3U);
  ck_assert_uint_eq(scene->node->media_in, FRAMES);
  scene_free(scene);
}

END_TEST

START_TEST(the_second_hop_repairs_for_itself)
{
  Scene* const scene = scene_new();
  for (unsigned i = 0U; i < scene->node->config.max_users; ++i) {
    toast_set_repair(scene->node->endpoint,
                     scene->node->users[i].end.session,
                     4U);
  }
  play(scene, false, 100U, 103U);
  for (unsigned i = 0U; i < FRAMES; ++i) {
    ck_assert_uint_eq(scene->players[1].media[i], i < 100U || i >= 103U);
  }
  ck_assert_uint_eq(scene->players[1].repairs, FRAMES - 4U - 3U);
  ck_assert_uint_eq(scene->node->media_repaired, 0U);
  scene_free(scene);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("session_repair");
  TCase* const tcase = tcase_create("repair");
  tcase_add_test(tcase, what_a_repair_brings_is_passed_on_once);
  tcase_add_test(tcase, the_second_hop_repairs_for_itself);
  suite_add_tcase(suite, tcase);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
