// SPDX-License-Identifier: MIT
// A node with an open session of a member and one of a sibling takes whatever
// comes: datagrams of strangers, and frames that a malicious peer sealed with
// valid keys.
//
// The input is a list of steps: kind, length (2 bytes), bytes. Kind modulo 8:
// 0 a datagram; 1 frames sealed by the member; 2 time passes (as many ms as
// bytes); 3 the node sends the bytes as a frame of each kind; 4 the member
// resumes, with the frames inside; 5 so again in the same resumption; 6 frames
// sealed by the sibling; 7 the last RESUME again, with bytes changed: pairs of
// place and change.

#include "toast/endpoint.h"

#include <sodium.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

#define SESSIONS 4U
#define MAX_STEPS 200

static const ToastAddress here  = {{1}, 1};
static const ToastAddress there = {{2}, 2};

typedef struct World {
  ToastEndpoint* node;
  ToastEndpoint* member;
  ToastEndpoint* sibling;
  ToastSession   member_session;
  ToastSession   sibling_session;
  ToastSession   node_session; ///< With the member
  ToastTicket    ticket;
  ToastSession   resumption;
  size_t         resume_size;
  uint8_t        resume[TOAST_MAX_DATAGRAM];
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
  uint8_t     key[TOAST_KEY_SIZE];
  ToastConfig config  = {0};
  config.max_sessions = SESSIONS;
  must(toast_endpoint_new(&config, NULL, &world->member) == JAM_OK);
  config.accept            = true;
  config.node_id           = 3U;
  config.node_secret[0]    = 7U;
  config.clustered         = true;
  config.cluster_secret[0] = 8U;
  config.seed[0]           = 1U;
  must(toast_endpoint_new(&config, NULL, &world->node) == JAM_OK);
  config.seed[0] = 2U;
  must(toast_endpoint_new(&config, NULL, &world->sibling) == JAM_OK);
  toast_public_key(config.node_secret, key);
  toast_set_utc(world->node, 900 * JAM_SECOND, INT64_C(1700000000000000));
  world->now = 1000 * JAM_SECOND;
  must(toast_connect(world->member,
                     world->now,
                     &there,
                     key,
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
  uint8_t nonce[12];
  if (!peer || size > TOAST_WIRE_MAX_FRAMES) {
    return 0U;
  }
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
  const bool       sibling = kind % 8U == 6U;
  ToastPeer* const peer =
    sibling ? toast_table_find(world->sibling, world->sibling_session)
            : toast_table_find(world->member, world->member_session);
  switch (kind % 8U) {
  case 0U:
    toast_input(world->node, world->now, &here, data, size);
    break;
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
  case 3U:
    send_all_kinds(world, data, size);
    break;
  case 4U:
  case 5U:
    resume(world, kind % 8U == 4U, data, size);
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
  World world;
  memset(&world, 0, sizeof(world));
  open_sessions(&world);
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
  toast_endpoint_free(world.sibling);
  return 0;
}
