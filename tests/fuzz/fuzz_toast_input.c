// SPDX-License-Identifier: MIT
// A node with an open session of a member and one of a sibling takes whatever
// comes: datagrams of strangers, and frames that a malicious peer sealed with
// valid keys.
//
// The input is a list of steps: kind, length (2 bytes), bytes. Kind modulo 12:
// 0 a datagram; 1 frames sealed by the member; 2 time passes (as many ms as
// bytes); 3 the node sends the bytes as a frame of each kind; 4 the member
// resumes, with the frames inside; 5 so again in the same resumption; 6 frames
// sealed by the sibling; 7 the last RESUME again, with bytes changed: pairs of
// place and change; 8 a flood begins, and frames as 1 come from elsewhere, with
// the node's answers taken there; 9 the member dials anew and follows what it
// is told, but for changes to its INIT as in 7; 10 the member's key changes,
// then as 1; 11 the node's key changes, then as 3.
//
// The world is built once and put back as it was before each input.

#include "toast/endpoint.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

#define SESSIONS 4U
#define MAX_STEPS 200
#define MAX_BLOCKS 64U

static const ToastAddress here      = {{1}, 1};
static const ToastAddress there     = {{2}, 2};
static const ToastAddress elsewhere = {{3}, 3};

typedef struct World {
  ToastEndpoint* node;
  ToastEndpoint* member;
  ToastEndpoint* sibling;
  ToastSession   member_session;
  ToastSession   sibling_session;
  ToastSession   node_session; ///< With the member
  uint8_t        key[TOAST_KEY_SIZE];
  ToastTicket    ticket;
  ToastSession   resumption;
  size_t         resume_size;
  uint8_t        resume[TOAST_MAX_DATAGRAM];
  JamTime        now;
} World;

// What an endpoint has allocated, and what stood in it. Frames' bytes are left
// alone: nothing reads them before it has written them
typedef struct Block {
  uint8_t* memory;
  uint8_t* kept;
  size_t   size;
} Block;

static Block    blocks[MAX_BLOCKS];
static unsigned block_count;

static void must(const bool truth)
{
  if (!truth) {
    abort();
  }
}

static void* block_new(void* const context, const size_t size)
{
  (void)context;
  must(block_count < MAX_BLOCKS);
  Block* const block = &blocks[block_count++];
  block->size        = size;
  block->memory      = (uint8_t*)calloc(1U, size);
  return block->memory;
}

static void block_free(void* const context, void* const memory)
{
  (void)context;
  (void)memory; // The world lasts as long as the program
}

static void keep_blocks(const World* const world)
{
  for (unsigned i = 0U; i < block_count; ++i) {
    Block* const      block  = &blocks[i];
    const void* const memory = block->memory;
    if (memory != world->node->buffers && memory != world->member->buffers &&
        memory != world->sibling->buffers) {
      block->kept = (uint8_t*)malloc(block->size);
      must(block->kept != NULL);
      memcpy(block->kept, block->memory, block->size);
    }
  }
}

static void restore_blocks(void)
{
  for (unsigned i = 0U; i < block_count; ++i) {
    if (blocks[i].kept) {
      memcpy(blocks[i].memory, blocks[i].kept, blocks[i].size);
    }
  }
}

static void drain_events(World* const world)
{
  ToastEvent event;
  while (toast_event(world->node, &event)) {
    must(event.session != 0U);
    if (event.kind == TOAST_EVENT_OPEN && !event.sibling) {
      world->node_session = event.session;
    } else if (event.kind == TOAST_EVENT_FRAME) {
      must(event.frame.size > 0U && event.frame.size <= TOAST_MAX_DATAGRAM);
      uint8_t copy[TOAST_MAX_DATAGRAM];
      memcpy(copy, event.frame.data, event.frame.size);
    }
  }
}

// `to`: who takes it; null: nobody
static void drain_output(World* const world, ToastEndpoint* const taker)
{
  uint8_t      out[TOAST_MAX_DATAGRAM];
  ToastAddress to;
  size_t       size = 0U;
  int          left = 1000; // Far more than can wait
  while (
    (size = toast_output(world->node, world->now, &to, out, sizeof(out)))) {
    must(size <= TOAST_MAX_DATAGRAM && --left > 0);
    if (taker) {
      toast_input(taker, world->now, &there, out, size);
    }
  }
}

static void pass_time(World* const world, const JamTime span)
{
  world->now += span;
  toast_tick(world->node, world->now);
  must(toast_deadline(world->node) > world->now);
  drain_events(world);
  drain_output(world, NULL);
}

// Lets an endpoint and the node talk until they have nothing to say
static void talk(World* const world, ToastEndpoint* const end)
{
  uint8_t      out[TOAST_MAX_DATAGRAM];
  ToastAddress to;
  size_t       size = 0U;
  for (int round = 0; round < 8; ++round) {
    world->now += 10 * JAM_MS;
    toast_tick(end, world->now);
    toast_tick(world->node, world->now);
    while ((size = toast_output(end, world->now, &to, out, sizeof(out)))) {
      toast_input(world->node, world->now, &here, out, size);
      drain_events(world);
    }
    drain_output(world, end);
  }
}

static void open_sessions(World* const world)
{
  const JamAllocator allocator = {block_new, block_free, NULL};
  ToastConfig        config    = {0};
  config.max_sessions          = SESSIONS;
  must(toast_endpoint_new(&config, &allocator, &world->member) == JAM_OK);
  config.accept            = true;
  config.node_id           = 3U;
  config.node_secret[0]    = 7U;
  config.clustered         = true;
  config.cluster_secret[0] = 8U;
  config.seed[0]           = 1U;
  config.half_open         = 4U;
  must(toast_endpoint_new(&config, &allocator, &world->node) == JAM_OK);
  config.seed[0]      = 2U;
  config.accept       = false;
  config.max_sessions = 1U;
  must(toast_endpoint_new(&config, &allocator, &world->sibling) == JAM_OK);
  toast_public_key(config.node_secret, world->key);
  toast_set_utc(world->node, 900 * JAM_SECOND, INT64_C(1700000000000000));
  world->now = 1000 * JAM_SECOND;
  must(toast_connect(world->member,
                     world->now,
                     &there,
                     world->key,
                     &world->member_session) == JAM_OK);
  talk(world, world->member);
  must(toast_connect_sibling(world->sibling,
                             world->now,
                             &there,
                             &world->sibling_session) == JAM_OK);
  talk(world, world->sibling);
  must(world->node_session != 0U);
  must(toast_ticket(world->member, world->member_session, &world->ticket));
}

// 0 if the peer's session is over
static size_t seal(World* const         world,
                   ToastPeer* const     peer,
                   const uint8_t* const frames,
                   const size_t         size,
                   uint8_t* const       out)
{
  if (!peer || size > TOAST_WIRE_MAX_FRAMES) {
    return 0U;
  }
  // The stamp too is the member's to make up
  const JamTime stamp =
    size >= 4U ? (JamTime)toast_get32(frames + size - 4U) * JAM_US : world->now;
  memcpy(out + TOAST_WIRE_SHORT_HEAD, frames, size);
  peer->send_phase.until = JAM_NEVER;
  return toast_seal(world->member,
                    peer,
                    stamp,
                    out,
                    size,
                    TOAST_WIRE_CLASS_CONTROL);
}

// A genuine RESUME around these frames, of a new resumption or the last one
static void resume(World* const         world,
                   const bool           anew,
                   const uint8_t* const frames,
                   const size_t         size)
{
  if (anew) {
    toast_close(world->member, world->now, world->resumption);
    if (toast_resume(world->member,
                     world->now,
                     &there,
                     3U,
                     &world->ticket,
                     &world->resumption) != JAM_OK) {
      return;
    }
  }
  ToastPeer* const peer = toast_table_find(world->member, world->resumption);
  if (!peer || size > TOAST_WIRE_RESUME_FRAMES) {
    return;
  }
  memcpy(world->resume + TOAST_WIRE_RESUME_HEAD + TOAST_WIRE_RESUME_PAYLOAD,
         frames,
         size);
  world->resume_size = toast_resume_seal(peer, world->now, world->resume, size);
  toast_input(world->node,
              world->now,
              &here,
              world->resume,
              world->resume_size);
}

static void resume_changed(World* const         world,
                           const uint8_t* const changes,
                           const size_t         size)
{
  uint8_t out[TOAST_MAX_DATAGRAM];
  memcpy(out, world->resume, sizeof(out));
  for (size_t i = 0U; i + 2U < size && world->resume_size > 0U; i += 3U) {
    out[toast_get16(changes + i) % world->resume_size] ^= changes[i + 2U];
  }
  toast_input(world->node, world->now, &there, out, world->resume_size);
}

// A dial that tells the node's answers to its caller; its INITs are changed
static void
dial(World* const world, const uint8_t* const changes, const size_t size)
{
  uint8_t      out[TOAST_MAX_DATAGRAM];
  ToastAddress to;
  ToastSession session = 0U;
  if (toast_connect(world->member, world->now, &there, world->key, &session) !=
      JAM_OK) {
    return;
  }
  for (int round = 0; round < 3; ++round) {
    size_t got = 0U;
    while (
      (got = toast_output(world->member, world->now, &to, out, sizeof(out)))) {
      for (size_t i = 0U; i + 2U < size; i += 3U) {
        out[toast_get16(changes + i) % got] ^= changes[i + 2U];
      }
      toast_input(world->node, world->now, &here, out, got);
      drain_events(world);
    }
    drain_output(world, world->member);
  }
  toast_close(world->member, world->now, session);
}

// The node's cookies are asked for, and the member seems to move
static void
flood_and_move(World* const world, const uint8_t* const data, const size_t size)
{
  uint8_t          out[TOAST_MAX_DATAGRAM];
  ToastPeer* const peer =
    toast_table_find(world->member, world->member_session);
  world->node->cookies.until = world->now + JAM_SECOND;
  toast_input(world->node,
              world->now,
              &elsewhere,
              out,
              seal(world, peer, data, size, out));
  drain_events(world);
  drain_output(world, world->member);
  ToastAddress to;
  size_t       got = 0U;
  while (
    (got = toast_output(world->member, world->now, &to, out, sizeof(out)))) {
    toast_input(world->node, world->now, &elsewhere, out, got);
    drain_events(world);
  }
}

static void turn_key(ToastEndpoint* const endpoint, const ToastSession session)
{
  ToastPeer* const peer = toast_table_find(endpoint, session);
  if (peer) {
    peer->send_phase.limit = 0U;
    peer->send_phase.until = JAM_NEVER;
  }
}

static void
send_all_kinds(World* const world, const uint8_t* const data, const size_t size)
{
  toast_set_repair(world->node, world->node_session, (unsigned)size % 3U);
  for (int kind = TOAST_FRAME_MEDIA; kind <= TOAST_FRAME_BULK; ++kind) {
    const ToastFrame frame = {(ToastFrameKind)kind, 1U, 2U, data, size};
    (void)!toast_send(world->node, world->now, world->node_session, &frame);
  }
}

static void step(World* const         world,
                 const unsigned       kind,
                 const uint8_t* const data,
                 const size_t         size)
{
  uint8_t          out[TOAST_MAX_DATAGRAM];
  const bool       sibling = kind % 12U == 6U;
  ToastPeer* const peer =
    sibling ? toast_table_find(world->sibling, world->sibling_session)
            : toast_table_find(world->member, world->member_session);
  switch (kind % 12U) {
  case 0U:
    toast_input(world->node, world->now, &here, data, size);
    break;
  case 10U:
    turn_key(world->member, world->member_session);
    // Fall through
  case 1U:
  case 6U:
    toast_input(world->node,
                world->now,
                &here,
                out,
                seal(world, peer, data, size, out));
    break;
  case 2U:
    pass_time(world, (JamTime)size * JAM_MS);
    break;
  case 8U:
    flood_and_move(world, data, size);
    break;
  case 9U:
    dial(world, data, size);
    break;
  case 11U:
    turn_key(world->node, world->node_session);
    // Fall through
  case 3U:
    send_all_kinds(world, data, size);
    break;
  case 4U:
  case 5U:
    resume(world, kind % 12U == 4U, data, size);
    break;
  default:
    resume_changed(world, data, size);
    break;
  }
  drain_events(world);
  drain_output(world, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
  static World begun;
  World        world;
  if (block_count == 0U) {
    open_sessions(&begun);
    keep_blocks(&begun);
  }
  restore_blocks();
  world = begun;
  for (int i = 0; i < MAX_STEPS && size >= 3U; ++i) {
    const unsigned kind   = data[0];
    size_t         length = toast_get16(data + 1);
    data += 3;
    size -= 3U;
    length = length < size ? length : size;
    step(&world, kind, data, length);
    data += length;
    size -= length;
  }
  pass_time(&world, 10 * JAM_SECOND);
  pass_time(&world, 10 * JAM_SECOND);
  must(toast_deadline(world.node) == JAM_NEVER); // Nothing outlives silence
  return 0;
}
