// SPDX-License-Identifier: MIT
// A client whose node fails or drains goes on at a sibling: what it hears, what
// is heard of it, and what it shows. The nodes are scripted: each has a clock
// and numbers of its own, and knows one other player, Bo.

#include "session/client_internal.h"

#include "base/time.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NODES 3U
#define RATE 48000U
#define BLOCK 64U
#define STEP (JAM_MS / 5)
#define FLIGHT 8192U
#define SECONDS 60U
#define BLOCKS (SECONDS * RATE / BLOCK)
#define CLIENT_PORT 1000U

static const uint8_t bo_uid[SYNCHUB_UID_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8};

typedef struct Seat {
  ToastSession session;
  bool         joined;
  Midip2pLink* up;   // MIDI of the client
  Midip2pLink* down; // MIDI of Bo
} Seat;

typedef struct Node {
  ToastEndpoint* endpoint;
  JamTime        zero;  // Its clock at time 0
  JamTime        error; // Of what it believes of Bo's clock
  JamTime        delay; // To and from the client
  bool           dead;
  bool           mute; // Only what it says is lost
  bool           refuses;
  bool           lonely; // Bo is not here
  bool           alone;  // Tells of no siblings
  unsigned       joins;
  unsigned       closed;
  ToastReason    reason;
  unsigned       notes; // Held by the client, as heard here
  Seat           seats[8];
} Node;

typedef struct Packet {
  JamTime  at;
  unsigned node;
  bool     up;
  size_t   size;
  uint8_t  data[TOAST_MAX_DATAGRAM];
} Packet;

typedef struct Scene {
  JamTime        now;
  SessionClient* client;
  bool           plays; // The client's sound device runs
  uint64_t       frames;
  Node           nodes[NODES];
  unsigned       in_flight;
  Packet         flight[FLIGHT];
  JamTime        next_table;
  JamTime        worst_reach; // Longest that no block reached any node
  JamTime        reached_at;
  bool           left_room;     // Was ever seen in another state than JOINED
  bool           heard[BLOCKS]; // Blocks of the client that reached a node
} Scene;

static SynchubUserId bo_id(const unsigned node)
{
  return (SynchubUserId)(20U + 7U * node);
}

static SynchubUserId own_id(const unsigned node)
{
  return (SynchubUserId)(20U + 7U * (node + 2U) % 21U + 1U);
}

static JamTime local(const Scene* const scene, const unsigned node)
{
  return scene->now + scene->nodes[node].zero;
}

static ToastAddress node_address(const unsigned node)
{
  ToastAddress out = {{0}, (uint16_t)(2000U + node)};
  out.ip[10] = out.ip[11] = 0xffU;
  out.ip[15]              = (uint8_t)(node + 1U);
  return out;
}

static void start_node(Scene* const scene, const unsigned index)
{
  Node* const node    = &scene->nodes[index];
  ToastConfig config  = {0};
  config.max_sessions = 8U;
  config.accept       = true;
  config.node_id      = (uint16_t)(index + 1U);
  config.clustered    = true;
  memset(config.cluster_secret, 0x77, sizeof(config.cluster_secret));
  toast_cluster_node_secret(config.cluster_secret, config.node_secret);
  memset(config.seed, (int)index + 1, sizeof(config.seed));
  ck_assert_int_eq(toast_endpoint_new(&config, NULL, &node->endpoint), JAM_OK);
  node->zero  = (JamTime)(index + 1U) * 777 * JAM_SECOND;
  node->delay = (JamTime)(4U + 5U * index) * JAM_MS;
  toast_set_utc(node->endpoint, local(scene, index), INT64_C(1700000000000000));
}

static Scene* scene_new(void)
{
  Scene* const scene = (Scene*)calloc(1U, sizeof(*scene));
  ck_assert_ptr_nonnull(scene);
  scene->plays = true;
  for (unsigned i = 0U; i < NODES; ++i) {
    start_node(scene, i);
  }
  SessionClientConfig config = {.mode = PLAYOUT_NORMAL, .dsp = false};
  config.profile             = (SynchubProfile){.rate_hz = RATE,
                                                .frames  = BLOCK,
                                                .bits    = 16U,
                                                .midi    = true};
  config.profile.name[0]     = 'A';
  memset(config.seed, 0x20, sizeof(config.seed));
  ck_assert_int_eq(session_client_new(&config, NULL, &scene->client), JAM_OK);
  return scene;
}

static void scene_free(Scene* const scene)
{
  session_client_free(scene->client);
  for (unsigned i = 0U; i < NODES; ++i) {
    for (unsigned k = 0U; k < 8U; ++k) {
      midip2p_link_free(scene->nodes[i].seats[k].up);
      midip2p_link_free(scene->nodes[i].seats[k].down);
    }
    toast_endpoint_free(scene->nodes[i].endpoint);
  }
  free(scene);
}

static void join(Scene* const scene)
{
  uint8_t            secret[TOAST_KEY_SIZE];
  uint8_t            cluster[TOAST_KEY_SIZE];
  uint8_t            key[TOAST_KEY_SIZE];
  uint8_t            room[SYNCHUB_ROOM_SIZE] = {5};
  const ToastAddress address                 = node_address(0U);
  memset(cluster, 0x77, sizeof(cluster));
  toast_cluster_node_secret(cluster, secret);
  toast_public_key(secret, key);
  ck_assert_int_eq(
    session_client_join(scene->client, scene->now, &address, 1U, key, room),
    JAM_OK);
}

// The scripted nodes

static void tell(Scene* const                scene,
                 const unsigned              index,
                 const ToastSession          to,
                 const SynchubMessage* const message)
{
  char             text[SYNCHUB_MAX_MESSAGE];
  const size_t     size  = synchub_message_write(message, text, sizeof(text));
  const ToastFrame frame = {TOAST_FRAME_EVENT, 0U, 0U, (uint8_t*)text, size};
  ck_assert_uint_gt(size, 0U);
  ck_assert_int_eq(
    toast_send(scene->nodes[index].endpoint, local(scene, index), to, &frame),
    JAM_OK);
}

static void tell_all(Scene* const                scene,
                     const unsigned              index,
                     const SynchubMessage* const message)
{
  for (unsigned k = 0U; k < 8U; ++k) {
    if (scene->nodes[index].seats[k].joined) {
      tell(scene, index, scene->nodes[index].seats[k].session, message);
    }
  }
}

static void tell_user(Scene* const         scene,
                      const unsigned       index,
                      const ToastSession   to,
                      const SynchubUserId  id,
                      const uint8_t* const uid,
                      const char* const    name)
{
  SynchubMessage message = {.kind = SYNCHUB_USER, .user = id};
  memcpy(message.uid, uid, sizeof(message.uid));
  message.profile = (SynchubProfile){.rate_hz = RATE,
                                     .frames  = BLOCK,
                                     .bits    = 16U,
                                     .midi    = true};
  strcpy(message.profile.name, name);
  tell(scene, index, to, &message);
}

static void
tell_siblings(Scene* const scene, const unsigned index, const ToastSession to)
{
  SynchubMessage message = {.kind = SYNCHUB_SIBLINGS,
                            .node = (uint16_t)(index + 1U)};
  for (unsigned i = 0U; i < NODES; ++i) {
    if (i != index) {
      SynchubSibling* const sibling =
        &message.siblings[message.sibling_count++];
      const ToastAddress address = node_address(i);
      sibling->node              = (uint16_t)(i + 1U);
      sibling->address_count     = 1U;
      memcpy(sibling->addresses[0].ip, address.ip, sizeof(address.ip));
      sibling->addresses[0].port = address.port;
    }
  }
  tell(scene, index, to, &message);
}

static void welcome(Scene* const scene, const unsigned index, Seat* const seat)
{
  Node* const    node = &scene->nodes[index];
  ToastIdentity  identity;
  SynchubMessage message = {.kind = SYNCHUB_WELCOME, .user = own_id(index)};
  ++node->joins;
  if (node->refuses) {
    message.kind = SYNCHUB_REFUSED;
    strcpy(message.reason, "No");
    tell(scene, index, seat->session, &message);
    return;
  }
  seat->joined = true;
  ck_assert(toast_identity(node->endpoint, seat->session, &identity));
  tell(scene, index, seat->session, &message);
  tell_user(scene, index, seat->session, own_id(index), identity.id, "A");
  if (!node->lonely) {
    tell_user(scene, index, seat->session, bo_id(index), bo_uid, "Bo");
  }
  if (!node->alone) {
    tell_siblings(scene, index, seat->session);
  }
}

static void take_block(Scene* const scene, const uint16_t seq)
{
  // Blocks of a minute: their low 16 bits are enough
  if (seq < BLOCKS && !scene->heard[seq]) {
    scene->heard[seq] = true;
    const JamTime gap = scene->now - scene->reached_at;
    if (scene->reached_at && gap > scene->worst_reach) {
      scene->worst_reach = gap;
    }
    scene->reached_at = scene->now;
  }
}

static void take_midi(Scene* const            scene,
                      const unsigned          index,
                      Seat* const             seat,
                      const ToastFrame* const frame)
{
  Node* const  node = &scene->nodes[index];
  const char*  text = (const char*)frame->data;
  Midip2pEvent event;
  if (frame->handle == bo_id(index)) {
    midip2p_input(seat->down, local(scene, index), text, frame->size);
    return;
  }
  ck_assert_uint_eq(frame->handle, own_id(index));
  midip2p_input(seat->up, local(scene, index), text, frame->size);
  while (midip2p_event(seat->up, &event)) {
    node->notes += event.bytes[0] == 0x90U;
    node->notes -= event.bytes[0] == 0x80U;
  }
}

static void run_node_events(Scene* const scene, const unsigned index)
{
  Node* const node = &scene->nodes[index];
  ToastEvent  event;
  while (toast_event(node->endpoint, &event)) {
    Seat* seat = (Seat*)event.user_data;
    if (event.kind == TOAST_EVENT_OPEN) {
      seat = &node->seats[event.session % 8U];
      midip2p_link_free(seat->up);
      midip2p_link_free(seat->down);
      memset(seat, 0, sizeof(*seat));
      seat->session = event.session;
      ck_assert_int_eq(midip2p_link_new(NULL, event.session, &seat->up),
                       JAM_OK);
      ck_assert_int_eq(
        midip2p_link_new(NULL, event.session + 90U * (index + 1U), &seat->down),
        JAM_OK);
      toast_set_user_data(node->endpoint, event.session, seat);
    } else if (event.kind == TOAST_EVENT_CLOSED) {
      seat->session = 0U;
      seat->joined  = false;
      node->reason  = event.reason;
      ++node->closed;
    } else if (event.frame.kind == TOAST_FRAME_EVENT) {
      SynchubMessage message;
      ck_assert_int_eq(synchub_message_read((const char*)event.frame.data,
                                            event.frame.size,
                                            &message),
                       JAM_OK);
      if (message.kind == SYNCHUB_JOIN) {
        welcome(scene, index, seat);
      }
    } else if (event.frame.kind == TOAST_FRAME_MEDIA) {
      take_block(scene, event.frame.seq);
    } else if (event.frame.kind == TOAST_FRAME_MIDI) {
      take_midi(scene, index, seat, &event.frame);
    }
  }
}

static void
send_midi(Scene* const scene, const unsigned index, Seat* const seat)
{
  const SynchubUserId handles[2] = {own_id(index), bo_id(index)};
  for (unsigned i = 0U; i < 2U; ++i) {
    char       text[MIDIP2P_MAX_TEXT];
    ToastFrame frame = {TOAST_FRAME_MIDI, handles[i], 0U, (uint8_t*)text, 0U};
    while ((frame.size = midip2p_output(i ? seat->down : seat->up,
                                        local(scene, index),
                                        text,
                                        sizeof(text))) > 0U) {
      (void)!toast_send(scene->nodes[index].endpoint,
                        local(scene, index),
                        seat->session,
                        &frame);
    }
  }
}

static void
send_table(Scene* const scene, const unsigned index, Seat* const seat)
{
  SynchubUser bo = {.id = bo_id(index)};
  char        text[512];
  size_t      count     = 0U;
  bo.row.map.valid      = true;
  bo.row.map.position   = (int64_t)scene->frames;
  bo.row.map.time       = local(scene, index) + scene->nodes[index].error;
  bo.row.map.error      = 20 * JAM_US;
  bo.row.map.skew_error = 1e-7;
  const SynchubUser* const rows[1] = {&bo};
  const ToastFrame         frame   = {
              TOAST_FRAME_TABLE,
              0U,
              0U,
              (uint8_t*)text,
              synchub_table_write(rows, 1U, text, sizeof(text), &count)};
  (void)!toast_send(scene->nodes[index].endpoint,
                    local(scene, index),
                    seat->session,
                    &frame);
}

// Bo's block that has just been captured, from every node to whoever is there
static void bo_plays(Scene* const scene)
{
  const JellieFormat   format = {RATE, BLOCK, 16U, 4U, 0U, 0U};
  static JellieEncoder encoder;
  jellie_encoder_init(&encoder);
  const uint32_t counter        = (uint32_t)(scene->frames / BLOCK - 1U);
  const int32_t  samples[BLOCK] = {0};
  char           text[JELLIE_MAX_TEXT];
  ToastFrame     frame = {
        TOAST_FRAME_MEDIA,
        0U,
        (uint16_t)counter,
        (uint8_t*)text,
        jellie_encode(&encoder, &format, counter, samples, text, sizeof(text))};
  for (unsigned i = 0U; i < NODES; ++i) {
    for (unsigned k = 0U; k < 8U; ++k) {
      Seat* const seat = &scene->nodes[i].seats[k];
      if (seat->joined && !scene->nodes[i].lonely) {
        frame.handle = bo_id(i);
        (void)!toast_send(scene->nodes[i].endpoint,
                          local(scene, i),
                          seat->session,
                          &frame);
      }
    }
  }
}

static void run_node(Scene* const scene, const unsigned index)
{
  Node* const node = &scene->nodes[index];
  toast_tick(node->endpoint, local(scene, index));
  run_node_events(scene, index);
  for (unsigned k = 0U; k < 8U; ++k) {
    Seat* const seat = &node->seats[k];
    if (seat->joined) {
      send_midi(scene, index, seat);
      if (scene->now >= scene->next_table) {
        send_table(scene, index, seat);
      }
    }
  }
}

// The wire

static void launch(Scene* const scene, const Packet* const packet)
{
  const Node* const node = &scene->nodes[packet->node];
  if (node->dead || (node->mute && !packet->up)) {
    return;
  }
  ck_assert_uint_lt(scene->in_flight, FLIGHT);
  Packet* const out = &scene->flight[scene->in_flight++];
  *out              = *packet;
  out->at           = scene->now + node->delay;
}

static void carry(Scene* const scene)
{
  Packet       packet;
  ToastAddress to;
  packet.up = true;
  while ((packet.size = session_client_output(scene->client,
                                              scene->now,
                                              &to,
                                              packet.data,
                                              sizeof(packet.data))) > 0U) {
    packet.node = to.port - 2000U;
    launch(scene, &packet);
  }
  packet.up = false;
  for (packet.node = 0U; packet.node < NODES; ++packet.node) {
    while ((packet.size = toast_output(scene->nodes[packet.node].endpoint,
                                       local(scene, packet.node),
                                       &to,
                                       packet.data,
                                       sizeof(packet.data))) > 0U) {
      launch(scene, &packet);
    }
  }
}

static void deliver(Scene* const scene)
{
  const ToastAddress client = {{9}, CLIENT_PORT};
  unsigned           kept   = 0U;
  for (unsigned i = 0U; i < scene->in_flight; ++i) {
    Packet* const packet = &scene->flight[i];
    Node* const   node   = &scene->nodes[packet->node];
    if (packet->at > scene->now) {
      if (kept != i) {
        scene->flight[kept] = *packet;
      }
      ++kept;
    } else if (node->dead) {
      continue;
    } else if (packet->up) {
      toast_input(node->endpoint,
                  local(scene, packet->node),
                  &client,
                  packet->data,
                  packet->size);
      run_node_events(scene, packet->node);
    } else {
      const ToastAddress from = node_address(packet->node);
      session_client_input(scene->client,
                           scene->now,
                           &from,
                           packet->data,
                           packet->size);
    }
  }
  scene->in_flight = kept;
}

static void sound(Scene* const scene)
{
  float        in[BLOCK] = {0};
  float        out[BLOCK];
  float* const outs[1] = {out};
  if ((double)scene->now < (double)scene->frames * 1e9 / RATE) {
    return;
  }
  if (scene->plays) {
    session_client_process(scene->client, in, outs, 1U, BLOCK, scene->now);
  }
  scene->frames += BLOCK;
  bo_plays(scene);
}

static void run(Scene* const scene, const JamTime span)
{
  const JamTime end = scene->now + span;
  for (; scene->now < end; scene->now += STEP) {
    sound(scene);
    deliver(scene);
    session_client_tick(scene->client, scene->now);
    for (unsigned i = 0U; i < NODES; ++i) {
      run_node(scene, i);
    }
    if (scene->now >= scene->next_table) {
      scene->next_table = scene->now + 100 * JAM_MS;
    }
    carry(scene);
    scene->left_room |= scene->client->state != JAM_STATE_JOINED;
  }
}

static Scene* settled(void)
{
  Scene* const scene = scene_new();
  run(scene, 3 * JAM_SECOND); // Nodes take resumptions from then on
  join(scene);
  run(scene, 6 * JAM_SECOND);
  ck_assert_int_eq(scene->client->state, JAM_STATE_JOINED);
  ck_assert(scene->client->roam.has_ticket);
  scene->left_room   = false;
  scene->worst_reach = 0;
  return scene;
}

static unsigned home(const Scene* const scene)
{
  return toast_peer_node(scene->client->endpoint, scene->client->session) - 1U;
}

static JamView view_of(Scene* const scene)
{
  JamView view;
  session_client_view(scene->client, &view);
  return view;
}

static Remote* bo(Scene* const scene)
{
  return client_remote_by_uid(scene->client, bo_uid);
}

static PlayoutReport report_of(Scene* const scene)
{
  PlayoutReport report;
  playout_report(bo(scene)->playout, &report);
  return report;
}

static unsigned
missing_blocks(const Scene* const scene, const JamTime from, const JamTime to)
{
  unsigned      missing = 0U;
  const int64_t first   = from * (int64_t)RATE / JAM_SECOND / (int64_t)BLOCK;
  const int64_t last    = to * (int64_t)RATE / JAM_SECOND / (int64_t)BLOCK;
  for (int64_t i = first; i < last; ++i) {
    missing += !scene->heard[i];
  }
  return missing;
}

START_TEST(a_draining_node_is_left_without_a_gap)
{
  Scene* const         scene  = settled();
  const SynchubMessage move   = {.kind = SYNCHUB_MOVE};
  const JamTime        began  = scene->now;
  const PlayoutReport  before = report_of(scene);
  const JamView        shown  = view_of(scene);
  tell_all(scene, 0U, &move);
  run(scene, 500 * JAM_MS);
  ck_assert_uint_eq(home(scene), 1U);
  run(scene, 8 * JAM_SECOND);
  const PlayoutReport after = report_of(scene);
  const JamView       later = view_of(scene);
  ck_assert(!scene->left_room);
  ck_assert_uint_eq(home(scene), 1U);
  ck_assert_uint_eq(missing_blocks(scene, began, scene->now - JAM_SECOND), 0U);
  ck_assert_uint_eq(after.concealed, before.concealed);
  ck_assert_uint_eq(after.jumps, before.jumps);
  ck_assert_uint_eq(later.user_count, 2U);
  ck_assert_uint_eq(later.users[0].id, shown.users[0].id);
  ck_assert_uint_eq(later.users[1].id, shown.users[1].id);
  ck_assert_str_eq(later.users[1].name, "Bo");
  ck_assert_uint_eq(scene->nodes[0].closed, 1U);
  ck_assert_int_eq(scene->nodes[0].reason, TOAST_REASON_PEER);
  ck_assert_uint_eq(scene->nodes[1].joins, 1U);
  ck_assert_uint_eq(scene->nodes[2].joins, 0U);
  scene_free(scene);
}

END_TEST

START_TEST(a_dead_node_costs_a_fifth_of_a_second)
{
  Scene* const        scene  = settled();
  const PlayoutReport before = report_of(scene);
  const JamCommand    gain   = {.kind  = JAM_COMMAND_GAIN,
                                .user  = view_of(scene).users[1].id,
                                .value = 0.5f};
  ck_assert(session_client_command(scene->client, &gain));
  scene->nodes[0].dead = true;
  run(scene, 4 * JAM_SECOND);
  const PlayoutReport after = report_of(scene);
  ck_assert(!scene->left_room);
  ck_assert_uint_eq(home(scene), 1U);
  ck_assert_int_lt(scene->worst_reach, 120 * JAM_MS);
  ck_assert_uint_lt(after.concealed - before.concealed, RATE / 5U);
  ck_assert_uint_le(after.jumps, before.jumps + 1U); // The way is longer now
  ck_assert(bo(scene)->gain == 0.5f);
  ck_assert_uint_eq(view_of(scene).user_count, 2U);
  ck_assert_uint_eq(scene->nodes[2].joins, 0U);
  // And again, from there
  scene->nodes[0].dead = false;
  run(scene, 6 * JAM_SECOND);
  scene->worst_reach   = 0;
  scene->nodes[1].dead = true;
  run(scene, 4 * JAM_SECOND);
  ck_assert(!scene->left_room);
  ck_assert_uint_eq(home(scene), 0U);
  ck_assert_int_lt(scene->worst_reach, 120 * JAM_MS);
  scene_free(scene);
}

END_TEST

START_TEST(the_second_sibling_helps_when_the_first_does_not)
{
  Scene* const scene   = settled();
  scene->nodes[0].dead = true;
  scene->nodes[1].dead = true;
  run(scene, JAM_SECOND);
  ck_assert(!scene->left_room);
  ck_assert_uint_eq(home(scene), 2U);
  ck_assert_int_lt(scene->worst_reach, 400 * JAM_MS);
  scene_free(scene);
}

END_TEST

START_TEST(a_sibling_that_refuses_is_passed_over)
{
  Scene* const scene      = settled();
  scene->nodes[0].dead    = true;
  scene->nodes[1].refuses = true;
  run(scene, JAM_SECOND);
  ck_assert(!scene->left_room);
  ck_assert_uint_eq(home(scene), 2U);
  ck_assert_uint_eq(scene->nodes[1].closed, 1U);
  scene_free(scene);
}

END_TEST

START_TEST(a_short_silence_changes_nothing)
{
  Scene* const scene    = settled();
  scene->nodes[1].delay = 60 * JAM_MS;
  scene->nodes[2].delay = 60 * JAM_MS;
  scene->nodes[0].mute  = true;
  run(scene, 110 * JAM_MS);
  scene->nodes[0].mute = false;
  run(scene, 2 * JAM_SECOND);
  ck_assert(!scene->left_room);
  ck_assert_uint_eq(home(scene), 0U);
  ck_assert_uint_eq(scene->nodes[0].closed, 0U);
  ck_assert_uint_eq(scene->nodes[1].joins, 1U); // Tried, and told of the end
  ck_assert_uint_eq(scene->nodes[1].closed, 1U);
  ck_assert_int_eq(scene->nodes[1].reason, TOAST_REASON_PEER);
  ck_assert_uint_eq(view_of(scene).user_count, 2U);
  scene_free(scene);
}

END_TEST

START_TEST(a_node_that_fails_again_and_again_is_left)
{
  Scene* const scene    = settled();
  scene->nodes[1].delay = 60 * JAM_MS;
  for (unsigned i = 0U; i < 12U && home(scene) == 0U; ++i) {
    scene->nodes[0].mute = true;
    run(scene, 170 * JAM_MS);
    scene->nodes[0].mute = false;
    run(scene, 400 * JAM_MS);
  }
  run(scene, JAM_SECOND);
  ck_assert(!scene->left_room);
  ck_assert_uint_ne(home(scene), 0U);
  scene_free(scene);
}

END_TEST

START_TEST(without_a_sound_device_no_alarm_is_raised)
{
  Scene* const scene     = scene_new();
  scene->plays           = false;
  scene->nodes[0].lonely = true;
  run(scene, 3 * JAM_SECOND);
  join(scene);
  run(scene, 20 * JAM_SECOND);
  ck_assert_uint_eq(home(scene), 0U);
  ck_assert_uint_eq(scene->nodes[1].joins + scene->nodes[2].joins, 0U);
  scene_free(scene);
}

END_TEST

START_TEST(without_siblings_it_dials_again_as_ever)
{
  Scene* const scene = scene_new();
  for (unsigned i = 0U; i < NODES; ++i) {
    scene->nodes[i].alone = true;
  }
  run(scene, 3 * JAM_SECOND);
  join(scene);
  run(scene, 4 * JAM_SECOND);
  scene->nodes[0].dead = true;
  run(scene, 4 * JAM_SECOND);
  ck_assert_int_eq(scene->client->state, JAM_STATE_JOINED);
  run(scene, 2 * JAM_SECOND);
  ck_assert_int_eq(scene->client->state, JAM_STATE_RECONNECTING);
  scene->nodes[0].dead = false;
  run(scene, 6 * JAM_SECOND);
  ck_assert_int_eq(scene->client->state, JAM_STATE_JOINED);
  ck_assert_uint_eq(home(scene), 0U);
  scene_free(scene);
}

END_TEST

START_TEST(when_nobody_answers_every_known_node_is_dialled)
{
  Scene* const scene = settled();
  for (unsigned i = 0U; i < NODES; ++i) {
    scene->nodes[i].dead = true;
  }
  run(scene, 7 * JAM_SECOND);
  ck_assert_int_eq(scene->client->state, JAM_STATE_RECONNECTING);
  ck_assert_uint_eq(view_of(scene).user_count, 1U);
  scene->nodes[2].dead = false; // Not in the invite
  run(scene, 8 * JAM_SECOND);
  ck_assert_int_eq(scene->client->state, JAM_STATE_JOINED);
  ck_assert_uint_eq(home(scene), 2U);
  scene_free(scene);
}

END_TEST

START_TEST(a_node_that_closes_is_left_for_a_sibling)
{
  Scene* const scene = settled();
  for (unsigned k = 0U; k < 8U; ++k) {
    toast_close(scene->nodes[0].endpoint,
                local(scene, 0U),
                scene->nodes[0].seats[k].session);
  }
  run(scene, 3 * JAM_SECOND);
  ck_assert(!scene->left_room);
  ck_assert_uint_eq(home(scene), 1U);
  ck_assert_int_lt(scene->worst_reach, 60 * JAM_MS);
  scene_free(scene);
}

END_TEST

START_TEST(who_is_not_at_the_new_node_leaves_after_a_while)
{
  Scene* const scene     = settled();
  scene->nodes[1].lonely = true;
  scene->nodes[0].dead   = true;
  run(scene, JAM_SECOND);
  ck_assert_uint_eq(home(scene), 1U);
  const JamView view = view_of(scene);
  ck_assert_uint_eq(view.user_count, 2U);
  ck_assert_str_eq(view.users[1].name, "Bo");
  run(scene, 2 * JAM_SECOND);
  ck_assert_uint_eq(view_of(scene).user_count, 1U);
  scene_free(scene);
}

END_TEST

START_TEST(who_turns_up_late_keeps_the_strip)
{
  Scene* const scene         = settled();
  scene->nodes[1].lonely     = true;
  scene->nodes[0].dead       = true;
  const Remote* const before = bo(scene);
  run(scene, JAM_SECOND);
  scene->nodes[1].lonely = false;
  for (unsigned k = 0U; k < 8U; ++k) {
    if (scene->nodes[1].seats[k].joined) {
      tell_user(scene,
                1U,
                scene->nodes[1].seats[k].session,
                bo_id(1U),
                bo_uid,
                "Bo");
    }
  }
  run(scene, 6 * JAM_SECOND);
  ck_assert_ptr_eq(bo(scene), before);
  ck_assert_uint_eq(before->user, bo_id(1U));
  ck_assert_uint_eq(view_of(scene).user_count, 2U);
  ck_assert(before->clock.valid);
  scene_free(scene);
}

END_TEST

START_TEST(clocks_of_nodes_that_disagree_are_not_heard)
{
  Scene* const scene        = settled();
  scene->nodes[1].error     = 1300 * JAM_US; // 62 samples
  const SynchubMessage move = {.kind = SYNCHUB_MOVE};
  tell_all(scene, 0U, &move);
  const PlayoutReport before = report_of(scene);
  run(scene, 15 * JAM_SECOND);
  const PlayoutReport after = report_of(scene);
  ck_assert_uint_eq(home(scene), 1U);
  ck_assert_uint_eq(after.concealed, before.concealed);
  ck_assert_uint_eq(after.jumps, before.jumps);
  ck_assert(fabs(bo(scene)->shift) > 40.0);
  ck_assert(!bo(scene)->handover);
  scene_free(scene);
}

END_TEST

static void play(Scene* const scene, const uint8_t status, const uint8_t key)
{
  const JamMidiEvent event = {.time  = scene->now,
                              .size  = 3U,
                              .bytes = {status, key, 100U}};
  ck_assert(session_client_midi_push(scene->client, &event));
}

START_TEST(held_notes_go_along_and_can_be_released)
{
  Scene* const scene = settled();
  play(scene, 0x90U, 60U);
  play(scene, 0x90U, 64U);
  run(scene, 100 * JAM_MS);
  ck_assert_uint_eq(scene->nodes[0].notes, 2U);
  scene->nodes[0].dead = true;
  run(scene, 20 * JAM_MS);
  play(scene, 0x80U, 64U); // While nobody hears it
  run(scene, JAM_SECOND);
  ck_assert_uint_eq(scene->nodes[1].notes, 1U);
  play(scene, 0x80U, 60U);
  run(scene, 200 * JAM_MS);
  ck_assert_uint_eq(scene->nodes[1].notes, 0U);
  scene_free(scene);
}

END_TEST

START_TEST(notes_of_others_do_not_hang)
{
  Scene* const       scene = settled();
  const Midip2pEvent on    = {0, 3U, {0x90U, 50U, 90U}, 0U};
  JamMidiEvent       event;
  int                held = 0;
  for (unsigned k = 0U; k < 8U; ++k) {
    if (scene->nodes[0].seats[k].joined) {
      ck_assert_int_eq(
        midip2p_send(scene->nodes[0].seats[k].down, local(scene, 0U), &on),
        JAM_OK);
    }
  }
  run(scene, 100 * JAM_MS);
  scene->nodes[0].dead = true;
  run(scene, JAM_SECOND);
  // The new node tells of another note only: the old one has ended meanwhile
  for (unsigned k = 0U; k < 8U; ++k) {
    const Midip2pEvent other = {0, 3U, {0x90U, 55U, 90U}, MIDIP2P_RESTORED};
    if (scene->nodes[1].seats[k].joined) {
      ck_assert_int_eq(
        midip2p_send(scene->nodes[1].seats[k].down, local(scene, 1U), &other),
        JAM_OK);
    }
  }
  run(scene, JAM_SECOND);
  bool down[128] = {false};
  while (session_client_midi_pull(scene->client, &event)) {
    ck_assert_uint_eq(event.user, view_of(scene).users[1].id);
    down[event.bytes[1]] = event.bytes[0] == 0x90U;
  }
  for (unsigned key = 0U; key < 128U; ++key) {
    held += down[key];
  }
  ck_assert_int_eq(held, 1);
  ck_assert(down[55]);
  scene_free(scene);
}

END_TEST

START_TEST(whoever_is_taken_for_moved_comes_back_with_a_higher_epoch)
{
  Scene* const         scene  = settled();
  const SynchubMessage gone   = {.kind = SYNCHUB_GONE, .user = own_id(0U)};
  const PlayoutReport  before = report_of(scene);
  ToastIdentity        identity;
  tell_all(scene, 0U, &gone);
  run(scene, 2 * JAM_SECOND);
  ck_assert_uint_eq(home(scene), 0U);
  ck_assert_uint_eq(scene->nodes[0].joins, 2U);
  ck_assert_int_eq(scene->nodes[0].reason, TOAST_REASON_RESUMED);
  ck_assert(
    toast_identity(scene->client->endpoint, scene->client->session, &identity));
  ck_assert_uint_eq(identity.epoch, 1U);
  ck_assert_uint_eq(scene->client->roster.self, own_id(0U));
  // All waits for three bytes a byte until the address is proven
  ck_assert_uint_lt(report_of(scene).concealed - before.concealed, 5U * BLOCK);
  ck_assert(!scene->left_room);
  scene_free(scene);
}

END_TEST

START_TEST(leaving_in_the_middle_of_it_leaves_everywhere)
{
  Scene* const scene   = settled();
  scene->nodes[0].mute = true;
  run(scene, 95 * JAM_MS); // Siblings are being tried
  ck_assert_uint_ne(scene->client->roam.legs[0].session, 0U);
  session_client_leave(scene->client, scene->now);
  run(scene, 500 * JAM_MS);
  ck_assert_int_eq(scene->client->state, JAM_STATE_IDLE);
  ck_assert_uint_eq(scene->nodes[0].closed, 1U);
  ck_assert_uint_eq(scene->nodes[1].closed, 1U);
  // And it can join anew
  scene->nodes[0].mute = false;
  join(scene);
  run(scene, 2 * JAM_SECOND);
  ck_assert_int_eq(scene->client->state, JAM_STATE_JOINED);
  scene_free(scene);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("session_roam");
  TCase* const tcase = tcase_create("roam");
  tcase_set_timeout(tcase, 120.0);
  tcase_add_test(tcase, a_draining_node_is_left_without_a_gap);
  tcase_add_test(tcase, a_dead_node_costs_a_fifth_of_a_second);
  tcase_add_test(tcase, the_second_sibling_helps_when_the_first_does_not);
  tcase_add_test(tcase, a_sibling_that_refuses_is_passed_over);
  tcase_add_test(tcase, a_short_silence_changes_nothing);
  tcase_add_test(tcase, a_node_that_fails_again_and_again_is_left);
  tcase_add_test(tcase, without_a_sound_device_no_alarm_is_raised);
  tcase_add_test(tcase, without_siblings_it_dials_again_as_ever);
  tcase_add_test(tcase, when_nobody_answers_every_known_node_is_dialled);
  tcase_add_test(tcase, a_node_that_closes_is_left_for_a_sibling);
  tcase_add_test(tcase, who_is_not_at_the_new_node_leaves_after_a_while);
  tcase_add_test(tcase, who_turns_up_late_keeps_the_strip);
  tcase_add_test(tcase, clocks_of_nodes_that_disagree_are_not_heard);
  tcase_add_test(tcase, held_notes_go_along_and_can_be_released);
  tcase_add_test(tcase, notes_of_others_do_not_hang);
  tcase_add_test(tcase,
                 whoever_is_taken_for_moved_comes_back_with_a_higher_epoch);
  tcase_add_test(tcase, leaving_in_the_middle_of_it_leaves_everywhere);
  suite_add_tcase(suite, tcase);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
