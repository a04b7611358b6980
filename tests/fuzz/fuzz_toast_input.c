// SPDX-License-Identifier: MIT
// A node with one open session takes whatever comes: datagrams of strangers,
// and frames that a malicious member sealed with valid keys.
//
// The input is a list of steps: kind, length (2 bytes), bytes. Kind modulo 4:
// 0 a datagram; 1 frames to be sealed; 2 time passes (as many ms as bytes);
// 3 the node sends the bytes as a frame of each kind.

#include "toast/endpoint.h"

#include <sodium.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

#define SESSIONS 2U
#define MAX_STEPS 200

static const ToastAddress here  = {{1}, 1};
static const ToastAddress there = {{2}, 2};

typedef struct World {
  ToastEndpoint* node;
  ToastEndpoint* member;
  ToastSession   member_session;
  ToastSession   node_session;
  JamTime        now;
} World;

static void must(const bool truth)
{
  if (!truth) {
    abort();
  }
}

static void drain_events(World* const world)
{
  ToastEvent event;
  while (toast_event(world->node, &event)) {
    must(event.session != 0U);
    if (event.kind == TOAST_EVENT_OPEN) {
      world->node_session = event.session;
    } else if (event.kind == TOAST_EVENT_FRAME) {
      must(event.frame.size > 0U && event.frame.size <= TOAST_MAX_DATAGRAM);
      uint8_t copy[TOAST_MAX_DATAGRAM];
      memcpy(copy, event.frame.data, event.frame.size);
    }
  }
}

static void drain_output(World* const world, const bool deliver)
{
  uint8_t      out[TOAST_MAX_DATAGRAM];
  ToastAddress to;
  size_t       size = 0U;
  int          left = 1000; // Far more than can wait
  while (
    (size = toast_output(world->node, world->now, &to, out, sizeof(out)))) {
    must(size <= TOAST_MAX_DATAGRAM && --left > 0);
    if (deliver) {
      toast_input(world->member, world->now, &there, out, size);
    }
  }
}

static void pass_time(World* const world, const JamTime span)
{
  world->now += span;
  toast_tick(world->node, world->now);
  must(toast_deadline(world->node) > world->now);
  drain_events(world);
  drain_output(world, false);
}

static void open_session(World* const world)
{
  uint8_t      key[TOAST_KEY_SIZE];
  uint8_t      out[TOAST_MAX_DATAGRAM];
  ToastAddress to;
  ToastConfig  config = {0};
  size_t       size   = 0U;
  config.max_sessions = SESSIONS;
  must(toast_endpoint_new(&config, NULL, &world->member) == JAM_OK);
  config.accept         = true;
  config.node_id        = 3U;
  config.node_secret[0] = 7U;
  config.seed[0]        = 1U;
  must(toast_endpoint_new(&config, NULL, &world->node) == JAM_OK);
  toast_public_key(config.node_secret, key);
  world->now = 1000 * JAM_SECOND;
  must(toast_connect(world->member,
                     world->now,
                     &there,
                     key,
                     &world->member_session) == JAM_OK);
  for (int round = 0; round < 2; ++round) {
    while (
      (size = toast_output(world->member, world->now, &to, out, sizeof(out)))) {
      toast_input(world->node, world->now, &here, out, size);
      drain_events(world);
    }
    drain_output(world, true);
  }
  must(world->node_session != 0U);
}

static size_t seal(World* const         world,
                   const uint8_t* const frames,
                   const size_t         size,
                   uint8_t* const       out)
{
  ToastPeer* const peer =
    toast_table_find(world->member, world->member_session);
  uint8_t nonce[12];
  out[0] = TOAST_WIRE_SHORT;
  toast_put24(out + TOAST_WIRE_SHORT_CID, peer->remote_cid);
  toast_put32(out + TOAST_WIRE_SHORT_NUMBER, peer->send_number);
  // The stamp too is the member's to make up
  toast_put32(out + TOAST_WIRE_SHORT_STAMP,
              size >= 4U ? toast_get32(frames + size - 4U)
                         : (uint32_t)(world->now / JAM_US));
  toast_nonce(nonce, true, peer->send_number++);
  (void)crypto_aead_chacha20poly1305_ietf_encrypt(out + TOAST_WIRE_SHORT_HEAD,
                                                  NULL,
                                                  frames,
                                                  size,
                                                  out,
                                                  TOAST_WIRE_SHORT_HEAD,
                                                  NULL,
                                                  nonce,
                                                  peer->send_key);
  return size + TOAST_WIRE_SHORT_MIN;
}

static void step(World* const         world,
                 const unsigned       kind,
                 const uint8_t* const data,
                 const size_t         size)
{
  uint8_t out[TOAST_MAX_DATAGRAM];
  switch (kind % 4U) {
  case 0U:
    toast_input(world->node, world->now, &here, data, size);
    break;
  case 1U:
    if (size <= TOAST_WIRE_MAX_FRAMES) {
      toast_input(world->node,
                  world->now,
                  &here,
                  out,
                  seal(world, data, size, out));
    }
    break;
  case 2U:
    pass_time(world, (JamTime)size * JAM_MS);
    break;
  default:
    for (int frame = TOAST_FRAME_MEDIA; frame <= TOAST_FRAME_EVENT; ++frame) {
      const ToastFrame sent = {(ToastFrameKind)frame, 1U, 2U, data, size};
      (void)!toast_send(world->node, world->now, world->node_session, &sent);
    }
    break;
  }
  drain_events(world);
  drain_output(world, false);
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
  World world;
  memset(&world, 0, sizeof(world));
  open_session(&world);
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
  toast_endpoint_free(world.node);
  toast_endpoint_free(world.member);
  return 0;
}
