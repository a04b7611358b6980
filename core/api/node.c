// SPDX-License-Identifier: MIT
// The public node API: a node engine on a thread of this process, and invites.

#include <jamnet/jamnet.h>

#include "base/mailbox.h"
#include "base/memory.h"
#include "io/io.h"
#include "session/session.h"

#include <sodium.h>
#include <string.h>

#define DEFAULT_LISTEN "0.0.0.0:4460"
#define DEFAULT_USERS 64U
#define VIEW_PERIOD (250 * JAM_MS)

struct JamNode {
  const JamAllocator* allocator;
  SessionNode*        engine;
  IoSocket            socket;
  IoLoop*             loop;
  JamMailbox          views; // Network thread to the caller's
  JamNodeView         shown;
  JamTime             next_view;
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

static JamTime deadline(const void* const context)
{
  const JamNode* const node   = (const JamNode*)context;
  const JamTime        engine = session_node_deadline(node->engine);
  return engine < node->next_view ? engine : node->next_view;
}

static void tick(void* const context, const JamTime now)
{
  JamNode* const node = (JamNode*)context;
  session_node_tick(node->engine, now);
  if (now >= node->next_view) {
    node->next_view = now + VIEW_PERIOD;
    JamNodeView view;
    session_node_view(node->engine, &view);
    jam_mailbox_write(&node->views, &view);
  }
}

static JamStatus bind_to(const char* const listen, IoSocket* const out)
{
  SessionHost  host;
  ToastAddress address = {{0}, 0U};
  if (!session_host_parse(listen, strlen(listen), &host)) {
    return JAM_ERR_ARGUMENT;
  }
  address.port = host.port;
  if (host.name[0]) {
    unsigned        count  = 0U;
    const JamStatus status = io_resolve(&host, &address, 1U, &count);
    if (status != JAM_OK) {
      return status;
    }
  }
  return io_socket_open(out, &address);
}

static JamStatus start(JamNode* const             node,
                       const JamNodeConfig* const config,
                       SessionNodeConfig* const   session)
{
  session->max_users = config->max_users;
  session->node_id   = 1U;
  JamStatus status   = io_random(session->seed, sizeof(session->seed));
  if (status == JAM_OK) {
    status = config->key_file
               ? io_key_file(config->key_file, session->secret)
               : io_random(session->secret, sizeof(session->secret));
  }
  if (status == JAM_OK) {
    toast_public_key(session->secret, node->key);
    status = session_node_new(session, node->allocator, &node->engine);
  }
  if (status == JAM_OK) {
    status =
      jam_mailbox_init(&node->views, node->allocator, sizeof(JamNodeView));
  }
  if (status == JAM_OK) {
    status = bind_to(config->listen, &node->socket);
  }
  if (status == JAM_OK) {
    const IoEngine engine = {node, input, output, deadline, tick};
    status =
      io_loop_start(node->allocator, &node->socket, &engine, &node->loop);
  }
  return status;
}

JamStatus jam_node_start(const JamNodeConfig* const config, JamNode** const out)
{
  *out = NULL;
  if (config->size != sizeof(*config) || !config->listen) {
    return JAM_ERR_ARGUMENT;
  }
  JamNode* const node =
    (JamNode*)jam_mem_new(config->allocator, sizeof(JamNode));
  if (!node) {
    return JAM_ERR_MEMORY;
  }
  node->allocator           = config->allocator;
  node->socket.fd           = -1;
  SessionNodeConfig session = {0};
  const JamStatus   status  = start(node, config, &session);
  sodium_memzero(&session, sizeof(session));
  if (status != JAM_OK) {
    jam_node_stop(node);
    return status;
  }
  *out = node;
  return JAM_OK;
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
    io_socket_send(&node->socket, &to, buffer, size);
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
  io_socket_close(&node->socket);
  session_node_free(node->engine);
  jam_mailbox_deinit(&node->views, node->allocator);
  jam_mem_free(node->allocator, node);
}

uint16_t jam_node_port(const JamNode* const node)
{
  return node->socket.port;
}

void jam_node_view(JamNode* const node, JamNodeView* const out)
{
  (void)jam_mailbox_read(&node->views, &node->shown);
  *out = node->shown;
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

JamStatus jam_invite(const char* const key_file,
                     const char* const addresses,
                     char* const       out,
                     const size_t      capacity)
{
  uint8_t         secret[TOAST_KEY_SIZE];
  uint8_t         key[TOAST_KEY_SIZE];
  const JamStatus status = io_key_file(key_file, secret);
  if (status != JAM_OK) {
    return status;
  }
  toast_public_key(secret, key);
  sodium_memzero(secret, sizeof(secret));
  return invite(key, addresses, out, capacity);
}
