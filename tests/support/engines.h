// SPDX-License-Identifier: MIT
// A node and a few clients on a perfect wire in virtual time, all on one clock,
// for tests of the engines themselves.

#ifndef JAM_TEST_ENGINES_H
#define JAM_TEST_ENGINES_H

#include "session/session.h"

#include <check.h>
#include <math.h>
#include <string.h>

#define RATE 48000U
#define BLOCK 64U
#define MAX_CLIENTS 3U

// Sees every datagram on its way; may be null.
typedef void (*WorldTap)(void*          context,
                         bool           to_node,
                         const uint8_t* data,
                         size_t         size);

typedef struct World {
  JamTime        now;
  SessionNode*   node;
  SessionClient* clients[MAX_CLIENTS];
  uint64_t       frames; // Device position of all sound cards
  float          loudest[MAX_CLIENTS];
  uint8_t        key[TOAST_KEY_SIZE];
  WorldTap       tap;
  void*          tap_context;
  float*         ear; // What client 1 hears, if anybody wants to know
  size_t         ear_count, ear_room;
} World;

static inline ToastAddress address(const unsigned index)
{
  ToastAddress out = {{0}, (uint16_t)(1000U + index)};
  out.ip[15]       = 1U;
  return out;
}

static inline SessionNodeConfig node_config(const unsigned max_users)
{
  SessionNodeConfig config = {.max_users = max_users, .node_id = 1U};
  memset(config.secret, 0x42, sizeof(config.secret));
  memset(config.seed, 0x11, sizeof(config.seed));
  return config;
}

static inline SessionClientConfig client_config(const unsigned index)
{
  SessionClientConfig config = {.mode = PLAYOUT_TIGHT, .dsp = true};
  config.profile.rate_hz     = RATE;
  config.profile.frames      = BLOCK;
  config.profile.bits        = 16U;
  config.profile.midi        = true;
  config.profile.name[0]     = (char)('A' + (char)index);
  memset(config.seed, (int)(0x20U + index), sizeof(config.seed));
  return config;
}

static inline void world_start(World* const world, const unsigned max_users)
{
  memset(world, 0, sizeof(*world));
  const SessionNodeConfig config = node_config(max_users);
  ck_assert_int_eq(session_node_new(&config, NULL, &world->node), JAM_OK);
  toast_public_key(config.secret, world->key);
}

static inline void
world_join(World* const world, const unsigned index, const uint8_t room)
{
  const SessionClientConfig config = client_config(index);
  const ToastAddress        node   = address(99U);
  uint8_t                   room_id[SYNCHUB_ROOM_SIZE];
  memset(room_id, room, sizeof(room_id));
  ck_assert_int_eq(session_client_new(&config, NULL, &world->clients[index]),
                   JAM_OK);
  ck_assert_int_eq(session_client_join(world->clients[index],
                                       world->now,
                                       &node,
                                       1U,
                                       world->key,
                                       room_id),
                   JAM_OK);
}

static inline void carry_to_node(World* const world, const unsigned index)
{
  const ToastAddress from = address(index);
  ToastAddress       to;
  uint8_t            data[TOAST_MAX_DATAGRAM];
  size_t             size = 0U;
  while ((size = session_client_output(world->clients[index],
                                       world->now,
                                       &to,
                                       data,
                                       sizeof(data))) > 0U) {
    if (world->tap) {
      world->tap(world->tap_context, true, data, size);
    }
    session_node_input(world->node, world->now, &from, data, size);
  }
}

static inline void carry_to_clients(World* const world)
{
  const ToastAddress from = address(99U);
  ToastAddress       to;
  uint8_t            data[TOAST_MAX_DATAGRAM];
  size_t             size = 0U;
  while (
    (size =
       session_node_output(world->node, world->now, &to, data, sizeof(data))) >
    0U) {
    const unsigned index = to.port - 1000U;
    if (world->tap) {
      world->tap(world->tap_context, false, data, size);
    }
    if (index < MAX_CLIENTS && world->clients[index]) {
      session_client_input(world->clients[index],
                           world->now,
                           &from,
                           data,
                           size);
    }
  }
}

static inline void play_blocks(World* const world)
{
  const double due = (double)world->frames * 1e9 / RATE;
  if ((double)world->now < due) {
    return;
  }
  for (unsigned c = 0U; c < MAX_CLIENTS; ++c) {
    float        in[BLOCK];
    float        left[BLOCK];
    float* const out[1] = {left};
    for (unsigned i = 0U; i < BLOCK; ++i) {
      // Client 0 alone makes a sound
      in[i] = c ? 0.0f : 0.25f * sinf(0.05f * (float)(world->frames + i));
    }
    if (!world->clients[c]) {
      continue;
    }
    session_client_process(world->clients[c], in, out, 1U, BLOCK, world->now);
    if (c == 1U && world->ear && world->ear_count + BLOCK <= world->ear_room) {
      memcpy(world->ear + world->ear_count, left, sizeof(left));
      world->ear_count += BLOCK;
    }
    for (unsigned i = 0U; i < BLOCK; ++i) {
      world->loudest[c] = fmaxf(world->loudest[c], fabsf(left[i]));
    }
  }
  world->frames += BLOCK;
}

static inline void world_run(World* const world, const JamTime span)
{
  const JamTime end = world->now + span;
  for (; world->now < end; world->now += JAM_MS / 5) {
    play_blocks(world);
    for (unsigned c = 0U; c < MAX_CLIENTS; ++c) {
      if (world->clients[c]) {
        session_client_tick(world->clients[c], world->now);
        carry_to_node(world, c);
      }
    }
    session_node_tick(world->node, world->now);
    carry_to_clients(world);
  }
}

static inline void world_end(World* const world)
{
  for (unsigned c = 0U; c < MAX_CLIENTS; ++c) {
    session_client_free(world->clients[c]);
  }
  session_node_free(world->node);
}

static inline JamView view_of(World* const world, const unsigned index)
{
  JamView view;
  session_client_view(world->clients[index], &view);
  return view;
}

#endif // JAM_TEST_ENGINES_H
