// SPDX-License-Identifier: MIT
// A few meshes with sessions between them in virtual time, for tests: events
// arrive in order, HELLOs may be lost, nodes crash, links break and heal, and
// users move from node to node.

#ifndef JAM_TEST_NODEMESH_WORLD_H
#define JAM_TEST_NODEMESH_WORLD_H

#include "nodemesh/nodemesh.h"

#include "base/rand.h"

#include <check.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODES 3U
#define PEOPLE 2U
#define WIRES 24U
#define QUEUE 16U
#define TEXT 320U
#define STALE_TIME (5 * JAM_SECOND) // After which a node forgets a mute client

typedef struct Letter {
  size_t size;
  char   text[TEXT];
} Letter;

// What is on the way in one direction
typedef struct Pipe {
  unsigned count;
  Letter   letters[QUEUE];
} Pipe;

// A session between two nodes; end 0 dialled
typedef struct Wire {
  bool         used, accepted, mute;
  unsigned     node[2];
  ToastSession session[2]; // 0: that end has closed
  unsigned     peer[2];    // Its number there; 0: not open yet
  Pipe         to[2];
  JamTime      since;
} Wire;

// A person as a node shows it to its users
typedef struct Shown {
  bool         there, homeless;
  NodemeshUser user;
} Shown;

typedef struct Place {
  unsigned      local; // 0: not here
  SynchubUserId handle;
  JamTime       stale; // When the node gives it up, or never
  uint32_t      epoch; // Of the session there; 0: never had one
} Place;

typedef struct Node {
  Nodemesh*     mesh; // Null: down
  unsigned      lives;
  SynchubUserId last_handle;
  Place         places[PEOPLE];
  Shown         shown[PEOPLE];
  unsigned      user_letters; // USER messages that have reached it
} Node;

typedef struct World {
  JamRand      rand;
  JamTime      now;
  ToastSession last_session;
  Node         nodes[NODES];
  Wire         wires[WIRES];
  bool         cut[NODES][NODES];
  uint32_t     epoch[PEOPLE]; // Of its newest session
  uint32_t     used[PEOPLE];  // Of that in which it is
  int          home[PEOPLE];  // -1: nowhere
  JamTime      again[PEOPLE]; // When it joins there again, or never
} World;

static const uint8_t the_room[SYNCHUB_ROOM_SIZE] = {7U, [31] = 9U};

static inline ToastAddress world_address(const unsigned node)
{
  ToastAddress out = {{0}, (uint16_t)(100U + node)};
  out.ip[15]       = (uint8_t)(node + 1U);
  return out;
}

static inline NodemeshConfig world_config(const unsigned node,
                                          const unsigned life)
{
  NodemeshConfig config      = {.max_users     = 8U,
                                .max_remotes   = 16U,
                                .max_rooms     = 8U,
                                .node_id       = (uint16_t)(node + 1U),
                                .region        = "fra",
                                .address_count = 1U};
  config.seed[0]             = (uint8_t)(node + 1U);
  config.seed[1]             = (uint8_t)life;
  config.addresses[0].ip[15] = (uint8_t)(node + 1U);
  config.addresses[0].port   = 4460U;
  return config;
}

static inline void world_boot(World* const world, const unsigned node)
{
  Node* const          here   = &world->nodes[node];
  const NodemeshConfig config = world_config(node, ++here->lives);
  ck_assert_int_eq(nodemesh_new(&config, NULL, &here->mesh), JAM_OK);
  nodemesh_set_since(here->mesh,
                     1700000000000000 + (int64_t)node + world->now / JAM_US);
  memset(here->shown, 0, sizeof(here->shown));
}

static inline void world_init(World* const world, const uint64_t seed)
{
  memset(world, 0, sizeof(*world));
  jam_rand_init(&world->rand, seed, 1U);
  for (unsigned i = 0U; i < PEOPLE; ++i) {
    world->home[i]  = -1;
    world->again[i] = JAM_NEVER;
  }
  for (unsigned i = 0U; i < NODES; ++i) {
    world_boot(world, i);
  }
}

static inline void world_deinit(World* const world)
{
  for (unsigned i = 0U; i < NODES; ++i) {
    nodemesh_free(world->nodes[i].mesh);
  }
}

static inline Wire* world_wire(World* const       world,
                               const unsigned     node,
                               const ToastSession session,
                               unsigned* const    out_end)
{
  for (unsigned i = 0U; i < WIRES; ++i) {
    Wire* const wire = &world->wires[i];
    for (unsigned end = 0U; wire->used && end < 2U; ++end) {
      if (wire->node[end] == node && wire->session[end] == session) {
        *out_end = end;
        return wire;
      }
    }
  }
  return NULL;
}

static inline bool world_is_up(const World* const world, const Wire* const wire)
{
  return !world->cut[wire->node[0]][wire->node[1]] &&
         world->nodes[wire->node[0]].mesh && world->nodes[wire->node[1]].mesh;
}

static inline void world_close(Wire* const wire, const unsigned end)
{
  wire->session[end] = 0U;
  wire->used         = wire->session[0] || wire->session[1];
}

static inline void world_dial(World* const              world,
                              const unsigned            node,
                              const ToastAddress* const address)
{
  Wire*          wire = NULL;
  const unsigned to   = address->port - 100U;
  for (unsigned i = 0U; !wire && i < WIRES; ++i) {
    wire = world->wires[i].used ? NULL : &world->wires[i];
  }
  ck_assert_ptr_nonnull(wire);
  memset(wire, 0, sizeof(*wire));
  wire->used       = true;
  wire->node[0]    = node;
  wire->node[1]    = to;
  wire->since      = world->now;
  wire->session[0] = ++world->last_session;
  nodemesh_dialled(world->nodes[node].mesh,
                   world->now,
                   address,
                   wire->session[0]);
}

static inline int world_person(const uint8_t uid[SYNCHUB_UID_SIZE])
{
  return (int)uid[0] - 1;
}

static inline bool world_hosts(const World* const world, const unsigned node)
{
  for (unsigned i = 0U; i < PEOPLE; ++i) {
    if (world->nodes[node].places[i].local) {
      return true;
    }
  }
  return false;
}

// Puts the user out of the node; `moved`: it may turn up elsewhere
static inline void world_put_out(World* const   world,
                                 const unsigned node,
                                 const unsigned person,
                                 const bool     moved)
{
  Node* const  here  = &world->nodes[node];
  Place* const place = &here->places[person];
  if (place->local) {
    nodemesh_leave(here->mesh, world->now, place->local, moved);
    place->local = 0U;
    // Those who stay see it as before until they hear more
    here->shown[person].there    = moved && world_hosts(world, node);
    here->shown[person].homeless = true;
  }
}

static inline void world_events(World* const world, const unsigned node)
{
  Node* const   here = &world->nodes[node];
  NodemeshEvent event;
  while (nodemesh_event(here->mesh, &event)) {
    unsigned    end  = 0U;
    Wire* const wire = world_wire(world, node, event.session, &end);
    const int   who  = world_person(event.user.uid);
    switch (event.kind) {
    case NODEMESH_EVENT_DIAL:
      world_dial(world, node, &event.address);
      break;
    case NODEMESH_EVENT_CLOSE:
      ck_assert_ptr_nonnull(wire);
      nodemesh_closed(here->mesh, world->now, event.session);
      world_close(wire, end);
      break;
    case NODEMESH_EVENT_DROP:
      for (unsigned i = 0U; i < PEOPLE; ++i) {
        if (here->places[i].local == event.local) {
          world_put_out(world, node, i, true);
          if (world->home[i] == (int)node) {
            // It is told, and knows better
            ck_assert_uint_lt(world->used[i], world->epoch[i]);
            world->again[i] = world->now + JAM_SECOND / 2;
          }
        }
      }
      break;
    case NODEMESH_EVENT_USER:
      ck_assert_mem_eq(event.room, the_room, sizeof(the_room));
      here->shown[who] = (Shown){true, event.homeless, event.user};
      nodemesh_set_tag(here->mesh, event.person, (uint32_t)who + 1U);
      break;
    case NODEMESH_EVENT_GONE:
      here->shown[who].there = false;
      break;
    case NODEMESH_EVENT_NODE_ID:
    case NODEMESH_EVENT_SIBLINGS:
    case NODEMESH_EVENT_ROUTES:
      break;
    }
  }
}

static inline void world_output(World* const world, const unsigned node)
{
  Node* const    here = &world->nodes[node];
  NodemeshPacket packet;
  while (nodemesh_output(here->mesh, world->now, &packet)) {
    unsigned    end  = 0U;
    Wire* const wire = world_wire(world, node, packet.session, &end);
    ck_assert_ptr_nonnull(wire);
    Pipe* const pipe = &wire->to[1U - end];
    if (!packet.reliable && !world_is_up(world, wire)) {
      continue; // Lost
    }
    if (pipe->count == QUEUE || jam_rand_below(&world->rand, 20U) == 0U) {
      nodemesh_unsent(here->mesh, world->now);
      continue;
    }
    Letter* const letter = &pipe->letters[pipe->count++];
    letter->size         = packet.size;
    ck_assert_uint_le(packet.size, TEXT);
    memcpy(letter->text, packet.text, packet.size);
  }
}

static inline void
world_come_in(World* const world, const unsigned node, const unsigned person)
{
  Node* const  here    = &world->nodes[node];
  Place* const place   = &here->places[person];
  NodemeshUser user    = {.epoch   = world->used[person],
                          .profile = {"Ana", 48000U, 64U, 24U, true, 0U}};
  user.uid[0]          = (uint8_t)(person + 1U);
  user.handle          = ++here->last_handle;
  place->handle        = user.handle;
  place->stale         = JAM_NEVER;
  world->again[person] = JAM_NEVER;
  place->local         = nodemesh_join(here->mesh, world->now, the_room, &user);
  ck_assert_uint_ne(place->local, 0U);
  here->shown[person].there = false;
}

// Lets a node do all that it can without time passing
static inline void world_turn(World* const world, const unsigned node)
{
  Node* const here = &world->nodes[node];
  if (!here->mesh) {
    return;
  }
  for (unsigned i = 0U; i < PEOPLE; ++i) {
    if (here->places[i].local && world->now >= here->places[i].stale) {
      world_put_out(world, node, i, true);
    }
    if (world->home[i] == (int)node && world->now >= world->again[i]) {
      world_come_in(world, node, i);
    }
  }
  unsigned turns = 0U;
  while (nodemesh_deadline(here->mesh) <= world->now) {
    ck_assert_uint_lt(++turns, 50U); // It must come to rest
    nodemesh_tick(here->mesh, world->now);
    world_events(world, node);
    world_output(world, node);
  }
  world_events(world, node);
}

// Lets the next thing happen on a wire; false if there is none
static inline bool
world_deliver(World* const world, Wire* const wire, const unsigned end)
{
  Node* const to = &world->nodes[wire->node[end]];
  if (!wire->used || wire->mute || !world_is_up(world, wire)) {
    return false;
  }
  if (!wire->accepted) {
    wire->accepted   = true;
    wire->session[1] = ++world->last_session;
    for (unsigned side = 0U; side < 2U; ++side) {
      const ToastAddress from = world_address(wire->node[1U - side]);
      wire->peer[side] = nodemesh_opened(world->nodes[wire->node[side]].mesh,
                                         world->now,
                                         wire->session[side],
                                         &from);
      ck_assert_uint_ne(wire->peer[side], 0U);
      world_turn(world, wire->node[side]);
    }
    return true;
  }
  if (!wire->session[end]) {
    return false;
  }
  Pipe* const pipe = &wire->to[end];
  if (pipe->count > 0U) {
    const Letter letter = pipe->letters[0];
    --pipe->count;
    memmove(pipe->letters,
            pipe->letters + 1,
            pipe->count * sizeof(pipe->letters[0]));
    to->user_letters += strstr(letter.text, "{\"user\"") ? 1U : 0U;
    nodemesh_input(to->mesh,
                   world->now,
                   wire->peer[end],
                   letter.text,
                   letter.size);
    world_turn(world, wire->node[end]);
    return true;
  }
  if (!wire->session[1U - end]) {
    // The other end has said goodbye
    nodemesh_closed(to->mesh, world->now, wire->session[end]);
    world_close(wire, end);
    world_turn(world, wire->node[end]);
    return true;
  }
  return false;
}

// Lets time pass, and all that is on the way arrive if `deliver`
static inline void
world_pass(World* const world, const JamTime span, const bool deliver)
{
  const JamTime until = world->now + span;
  while (world->now < until) {
    world->now += 20 * JAM_MS;
    for (unsigned i = 0U; i < NODES; ++i) {
      for (unsigned k = 0U; world->nodes[i].mesh && k < NODES; ++k) {
        const ToastAddress address = world_address(k);
        if (world->now % JAM_SECOND == 0) {
          nodemesh_candidate(world->nodes[i].mesh, world->now, &address);
        }
      }
      world_turn(world, i);
    }
    for (unsigned i = 0U; i < WIRES; ++i) {
      Wire* const wire = &world->wires[i];
      const bool  dead =
        wire->used && !wire->accepted && world->now - wire->since > JAM_SECOND;
      if (dead && world->nodes[wire->node[0]].mesh) {
        nodemesh_closed(world->nodes[wire->node[0]].mesh,
                        world->now,
                        wire->session[0]);
        world_close(wire, 0U);
      }
      while (deliver && (world_deliver(world, wire, 0U) ||
                         world_deliver(world, wire, 1U))) {
      }
    }
  }
}

static inline void
world_set_home(World* const world, const unsigned node, const unsigned person)
{
  for (unsigned i = 0U; i < NODES; ++i) {
    Place* const old = &world->nodes[i].places[person];
    old->stale       = i == node ? JAM_NEVER : world->now + STALE_TIME;
  }
  world->home[person]  = (int)node;
  world->again[person] = JAM_NEVER;
}

// The person goes on at a node, or begins there
static inline void
world_enter(World* const world, const unsigned node, const unsigned person)
{
  Node* const  here  = &world->nodes[node];
  Place* const place = &here->places[person];
  if (!here->mesh) {
    return;
  }
  world_set_home(world, node, person);
  world->used[person] = ++world->epoch[person];
  place->epoch        = world->used[person];
  if (place->local) {
    nodemesh_set_epoch(here->mesh,
                       world->now,
                       place->local,
                       world->used[person]);
  } else {
    world_come_in(world, node, person);
  }
  world_turn(world, node);
}

// The person has changed its mind: it ends its newest session and goes on in
// the one it had at `node`
static inline void
world_return(World* const world, const unsigned node, const unsigned person)
{
  Node* const here = &world->nodes[node];
  const int   home = world->home[person];
  if (!here->mesh || home < 0 || home == (int)node ||
      !world->nodes[home].mesh || here->places[person].epoch == 0U) {
    return;
  }
  world_put_out(world, (unsigned)home, person, true);
  world_turn(world, (unsigned)home);
  world_set_home(world, node, person);
  world->used[person] = here->places[person].epoch;
  if (!here->places[person].local) {
    world_come_in(world, node, person);
  }
  world_turn(world, node);
}

static inline void world_leave(World* const world, const unsigned person)
{
  for (unsigned i = 0U; i < NODES; ++i) {
    world->nodes[i].places[person].epoch = 0U; // All sessions are over
  }
  const int home       = world->home[person];
  world->home[person]  = -1;
  world->again[person] = JAM_NEVER;
  if (home >= 0) {
    world_put_out(world, (unsigned)home, person, false);
    world_turn(world, (unsigned)home);
  }
}

static inline void world_crash(World* const world, const unsigned node)
{
  Node* const here = &world->nodes[node];
  nodemesh_free(here->mesh);
  here->mesh = NULL;
  for (unsigned i = 0U; i < PEOPLE; ++i) {
    world->again[i] = world->home[i] == (int)node ? JAM_NEVER : world->again[i];
  }
  memset(here->places, 0, sizeof(here->places));
  for (unsigned i = 0U; i < WIRES; ++i) {
    Wire* const wire = &world->wires[i];
    for (unsigned end = 0U; wire->used && end < 2U; ++end) {
      if (wire->node[end] == node) {
        // Nobody is told: the other end finds out by the silence
        wire->mute = true;
        world_close(wire, end);
        memset(wire->to, 0, sizeof(wire->to));
      }
    }
  }
}

// Counts how often each node's listeners get one packet of a person, from all
// nodes where it still has a session
static inline void
world_media(World* const world, const unsigned person, unsigned out[NODES])
{
  memset(out, 0, NODES * sizeof(out[0]));
  for (unsigned i = 0U; i < NODES; ++i) {
    const Place* const place = &world->nodes[i].places[person];
    if (!place->local || !world->nodes[i].mesh) {
      continue;
    }
    ++out[i];
    unsigned       peers[NODEMESH_MAX_PEERS];
    bool           sent[NODES] = {false};
    const unsigned count =
      nodemesh_targets(world->nodes[i].mesh, place->local, peers);
    for (unsigned k = 0U; k < count; ++k) {
      for (unsigned w = 0U; w < WIRES; ++w) {
        const Wire* const wire = &world->wires[w];
        for (unsigned end = 0U; wire->used && end < 2U; ++end) {
          const unsigned to  = wire->node[1U - end];
          uint32_t       tag = 0U;
          if (wire->node[end] != i || wire->peer[end] != peers[k] ||
              !wire->session[end] || !wire->session[1U - end]) {
            continue;
          }
          ck_assert(!sent[to]); // Once over each link
          sent[to] = true;
          if (world_is_up(world, wire) && nodemesh_source(world->nodes[to].mesh,
                                                          wire->peer[1U - end],
                                                          place->handle,
                                                          &tag)) {
            ck_assert_uint_eq(tag, person + 1U);
            ++out[to];
          }
        }
      }
    }
  }
}

static inline void world_check(World* const world)
{
  for (unsigned person = 0U; person < PEOPLE; ++person) {
    unsigned heard[NODES];
    world_media(world, person, heard);
    for (unsigned i = 0U; i < NODES; ++i) {
      ck_assert_uint_le(heard[i], 1U);
    }
  }
}

// After all has settled: one home each, everybody is seen and heard everywhere
static inline void world_check_settled(World* const world)
{
  for (unsigned person = 0U; person < PEOPLE; ++person) {
    const int home = world->home[person];
    unsigned  heard[NODES];
    world_media(world, person, heard);
    for (unsigned i = 0U; i < NODES; ++i) {
      const Node* const  here  = &world->nodes[i];
      const Shown* const shown = &here->shown[person];
      if (!here->mesh) {
        continue;
      }
      ck_assert_msg((here->places[person].local != 0U) == (home == (int)i),
                    "person %u, home %d, is at node %u",
                    person,
                    home,
                    i);
      if (home == (int)i || !world_hosts(world, i)) {
        continue;
      }
      ck_assert_msg(shown->there == (home >= 0),
                    "node %u %s person %u, home %d",
                    i,
                    shown->there ? "shows" : "lacks",
                    person,
                    home);
      if (home >= 0) {
        ck_assert(!shown->homeless);
        ck_assert_uint_eq(shown->user.epoch, world->used[person]);
        ck_assert_uint_eq(heard[i], 1U);
      }
    }
  }
  for (unsigned i = 0U; i < NODES; ++i) {
    unsigned alive = 0U;
    for (unsigned k = 0U; k < NODES; ++k) {
      alive += k != i && world->nodes[k].mesh ? 1U : 0U;
    }
    if (world->nodes[i].mesh) {
      ck_assert_uint_eq(nodemesh_sibling_count(world->nodes[i].mesh), alive);
    }
  }
}

// Heals everything, brings everybody in, and waits
static inline void world_settle(World* const world)
{
  memset(world->cut, 0, sizeof(world->cut));
  for (unsigned person = 0U; person < PEOPLE; ++person) {
    const int home = world->home[person];
    // Those whose node has crashed, back or not, go on elsewhere
    if (home >= 0 && !world->nodes[home].places[person].local &&
        world->again[person] == JAM_NEVER) {
      unsigned to = 0U;
      while (to < NODES && !world->nodes[to].mesh) {
        ++to;
      }
      world->home[person] = -1;
      if (to < NODES) {
        world_enter(world, to, person);
      }
    }
  }
  world_pass(world, 12 * JAM_SECOND, true);
  world_check(world);
  world_check_settled(world);
}

#endif // JAM_TEST_NODEMESH_WORLD_H
