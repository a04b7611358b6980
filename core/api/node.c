// SPDX-License-Identifier: MIT
// The public node API: a node engine on a thread of this process, and invites.

#include <jamnet/jamnet.h>

#include "api/node_setup.h"
#include "base/mailbox.h"
#include "base/memory.h"
#include "io/io.h"
#include "session/session.h"
#include "wire/wire.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_LISTEN "0.0.0.0:4460"
#define DEFAULT_USERS 64U
#define VIEW_PERIOD (250 * JAM_MS) // Also the least rate of the heartbeat
#define UTC_PERIOD (5 * JAM_SECOND)
#define DISCOVERY_PERIOD (5 * JAM_SECOND)

struct JamNode {
  const JamAllocator* allocator;
  SessionNode*        engine;
  IoSocket            sockets[IO_MAX_SOCKETS];
  unsigned            socket_count;
  IoLoop*             loop;
  IoDiscovery*        discovery; // Null: no siblings to look for
  JamMailbox          views;     // Network thread to the caller's
  JamNodeView         shown;
  JamTime             next_view, next_utc;
  atomic_bool         drain; // Wanted
  atomic_bool         drained;
  uint8_t             key[TOAST_KEY_SIZE]; // Public
};

void jam_node_config_default(JamNodeConfig* const config)
{
  memset(config, 0, sizeof(*config));
  config->size      = sizeof(*config);
  config->listen    = DEFAULT_LISTEN;
  config->max_users = DEFAULT_USERS;
}

static void input(void* const               context,
                  const JamTime             now,
                  const ToastAddress* const from,
                  const uint8_t* const      data,
                  const size_t              size)
{
  session_node_input(((JamNode*)context)->engine, now, from, data, size);
}

static size_t output(void* const         context,
                     const JamTime       now,
                     ToastAddress* const to,
                     uint8_t* const      buffer,
                     const size_t        capacity)
{
  return session_node_output(((JamNode*)context)->engine,
                             now,
                             to,
                             buffer,
                             capacity);
}

static void backlog(void* const context, const JamTime age)
{
  session_node_set_backlog(((JamNode*)context)->engine, age);
}

static JamTime deadline(const void* const context)
{
  const JamNode* const node   = (const JamNode*)context;
  const JamTime        engine = session_node_deadline(node->engine);
  return engine < node->next_view ? engine : node->next_view;
}

static void look_around(JamNode* const node, const JamTime now)
{
  ToastAddress address;
  while (io_discovery_next(node->discovery, &address)) {
    session_node_sibling(node->engine, now, &address);
  }
  if (now >= node->next_utc) {
    node->next_utc = now + UTC_PERIOD;
    session_node_set_utc(node->engine, now, io_utc_us());
  }
}

static void tick(void* const context, const JamTime now)
{
  JamNode* const node = (JamNode*)context;
  look_around(node, now);
  if (atomic_load_explicit(&node->drain, memory_order_relaxed)) {
    session_node_drain(node->engine, now);
    atomic_store_explicit(&node->drained,
                          session_node_drained(node->engine),
                          memory_order_relaxed);
  }
  session_node_tick(node->engine, now);
  if (now >= node->next_view) {
    node->next_view = now + VIEW_PERIOD;
    JamNodeView view;
    session_node_view(node->engine, &view);
    jam_mailbox_write(&node->views, &view);
  }
}

static JamStatus start(JamNode* const             node,
                       const JamNodeConfig* const config,
                       const NodeSetup* const     setup,
                       char* const                note)
{
  memcpy(node->key, setup->key, sizeof(node->key));
  JamStatus status =
    session_node_new(&setup->session, node->allocator, &node->engine);
  if (status == JAM_OK) {
    status =
      jam_mailbox_init(&node->views, node->allocator, sizeof(JamNodeView));
  }
  if (status == JAM_OK) {
    status =
      io_listen(config->listen, node->sockets, &node->socket_count, note);
  }
  if (status == JAM_OK && setup->host_count > 0U) {
    status = io_discovery_start(setup->hosts,
                                setup->host_count,
                                DISCOVERY_PERIOD,
                                &node->discovery);
  }
  if (status == JAM_OK) {
    const IoEngine engine = {node, input, output, deadline, tick, backlog};
    look_around(node, io_now()); // The engine wants to know UTC first
    status = io_loop_start(node->allocator,
                           node->sockets,
                           node->socket_count,
                           &engine,
                           &node->loop);
  }
  if (status != JAM_OK && node->socket_count > 0U) {
    note[0] = '\0'; // What it says of the sockets is not the reason
  }
  return status;
}

JamStatus jam_node_start(const JamNodeConfig* const config, JamNode** const out)
{
  char        scratch[JAM_NOTE_SIZE];
  char* const note = config->note ? config->note : scratch;
  NodeSetup   setup;
  *out             = NULL;
  JamStatus status = jam_node_setup(config, true, &setup, note);
  if (status == JAM_OK) {
    JamNode* const node =
      (JamNode*)jam_mem_new(config->allocator, sizeof(JamNode));
    status = node ? JAM_OK : JAM_ERR_MEMORY;
    if (node) {
      node->allocator = config->allocator;
      status          = start(node, config, &setup, note);
      *out            = node;
    }
  }
  sodium_memzero(&setup, sizeof(setup));
  if (status != JAM_OK) {
    jam_node_stop(*out);
    *out = NULL;
  }
  return status;
}

// After the thread has gone: CLOSE to everyone, once
static void say_goodbye(JamNode* const node)
{
  uint8_t      buffer[TOAST_MAX_DATAGRAM];
  ToastAddress to;
  size_t       size = 0U;
  session_node_close(node->engine, io_now());
  while ((size = session_node_output(node->engine,
                                     io_now(),
                                     &to,
                                     buffer,
                                     sizeof(buffer))) > 0U) {
    io_socket_send(node->sockets, node->socket_count, &to, buffer, size);
  }
}

void jam_node_stop(JamNode* const node)
{
  if (!node) {
    return;
  }
  if (node->loop) {
    io_loop_stop(node->loop);
    say_goodbye(node);
  }
  io_discovery_stop(node->discovery);
  for (unsigned i = 0U; i < node->socket_count; ++i) {
    io_socket_close(&node->sockets[i]);
  }
  session_node_free(node->engine);
  jam_mailbox_deinit(&node->views, node->allocator);
  jam_mem_free(node->allocator, node);
}

void jam_node_drain(JamNode* const node)
{
  atomic_store_explicit(&node->drain, true, memory_order_relaxed);
  io_loop_wake(node->loop);
}

bool jam_node_drained(const JamNode* const node)
{
  return atomic_load_explicit(&node->drained, memory_order_relaxed);
}

uint16_t jam_node_port(const JamNode* const node)
{
  return node->sockets[0].address.port;
}

void jam_node_addresses(const JamNode* const node,
                        char* const          out,
                        const size_t         capacity)
{
  size_t used = 0U;
  for (unsigned i = 0U; i < node->socket_count && used < capacity; ++i) {
    char text[IO_ADDRESS_SIZE];
    io_address_write(&node->sockets[i].address, text);
    const int size =
      snprintf(out + used, capacity - used, "%s%s", i > 0U ? ", " : "", text);
    used += size > 0 ? (size_t)size : 0U;
  }
}

JamTime jam_node_heartbeat(const JamNode* const node)
{
  return io_loop_heartbeat(node->loop);
}

void jam_node_view(JamNode* const node, JamNodeView* const out)
{
  (void)jam_mailbox_read(&node->views, &node->shown);
  *out              = node->shown;
  out->draining     = atomic_load_explicit(&node->drain, memory_order_relaxed);
  out->heartbeat    = io_loop_heartbeat(node->loop);
  out->longest_turn = io_loop_longest_turn(node->loop);
}

static JamStatus invite(const uint8_t     key[TOAST_KEY_SIZE],
                        const char* const addresses,
                        char* const       out,
                        const size_t      capacity)
{
  SessionLink link = {0};
  if (!session_hosts_parse(addresses, strlen(addresses), &link)) {
    return JAM_ERR_ARGUMENT;
  }
  memcpy(link.node_key, key, TOAST_KEY_SIZE);
  const JamStatus status =
    io_random(link.room_secret, sizeof(link.room_secret));
  if (status != JAM_OK) {
    return status;
  }
  const size_t size = session_link_write(&link, out, capacity);
  sodium_memzero(&link, sizeof(link));
  return size ? JAM_OK : JAM_ERR_FULL;
}

JamStatus jam_node_invite(const JamNode* const node,
                          const char* const    addresses,
                          char* const          out,
                          const size_t         capacity)
{
  return invite(node->key, addresses, out, capacity);
}

JamStatus jam_invite(const JamNodeConfig* const config,
                     char* const                out,
                     const size_t               capacity)
{
  char        scratch[JAM_NOTE_SIZE];
  char* const note = config->note ? config->note : scratch;
  NodeSetup   setup;
  memset(&setup, 0, sizeof(setup));
  note[0]          = '\0';
  JamStatus status = jam_node_setup_key(config, true, &setup, note);
  if (status == JAM_OK) {
    status =
      invite(setup.key, config->address ? config->address : "", out, capacity);
  }
  sodium_memzero(&setup, sizeof(setup));
  return status;
}

JamStatus jam_new_secret(char out[JAM_SECRET_SIZE])
{
  uint8_t         secret[TOAST_KEY_SIZE];
  const JamStatus status = io_random(secret, sizeof(secret));
  if (status == JAM_OK) {
    (void)wire_base64_encode(secret, sizeof(secret), out, JAM_SECRET_SIZE);
  }
  sodium_memzero(secret, sizeof(secret));
  return status;
}
