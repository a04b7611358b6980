// SPDX-License-Identifier: MIT
// Delivery of datagrams over links.

#include "sim/sim_net.h"

#include "sim/sim_hash.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_PORT 4460U
#define NONE UINT32_MAX

static const SimLinkConfig plain_link = {.delay = 100 * JAM_US};

void sim_net_init(SimNet* const net, SimWorld* const world, const uint64_t seed)
{
  memset(net, 0, sizeof(*net));
  net->world      = world;
  net->seed       = seed;
  net->hash       = sim_hash_start();
  net->first_free = NONE;
  net->links =
    (SimLink*)sim_grow(NULL, sizeof(SimLink) * SIM_MAX_HOSTS * SIM_MAX_HOSTS);
}

void sim_net_deinit(SimNet* const net)
{
  free(net->links);
  free(net->flying);
  memset(net, 0, sizeof(*net));
}

unsigned
sim_net_add(SimNet* const net, const SimReceive receive, void* const context)
{
  const unsigned number = net->host_count++;
  SimHost* const host   = &net->hosts[number];
  // 2001:db8::, the prefix of documentation
  host->address        = (ToastAddress){{0x20, 0x01, 0x0D, 0xB8}, FIRST_PORT};
  host->address.ip[15] = (uint8_t)number;
  host->receive        = receive;
  host->context        = context;
  sim_net_link(net, number, number, &plain_link);
  for (unsigned i = 0U; i < number; ++i) {
    sim_net_link(net, i, number, &plain_link);
    sim_net_link(net, number, i, &plain_link);
  }
  return number;
}

SimLink* sim_net_find(SimNet* const net, const unsigned from, const unsigned to)
{
  return &net->links[from * SIM_MAX_HOSTS + to];
}

void sim_net_link(SimNet* const              net,
                  const unsigned             from,
                  const unsigned             to,
                  const SimLinkConfig* const config)
{
  const uint64_t stream = 1000U + from * SIM_MAX_HOSTS + to;
  sim_link_init(sim_net_find(net, from, to), config, net->seed, stream);
}

static uint32_t take_slot(SimNet* const net)
{
  if (net->first_free == NONE) {
    const uint32_t old  = net->flying_count;
    const uint32_t more = old ? old : 64U;
    net->flying =
      (SimDatagram*)sim_grow(net->flying,
                             (size_t)(old + more) * sizeof(SimDatagram));
    for (uint32_t i = old; i < old + more; ++i) {
      net->flying[i].next_free = i + 1U < old + more ? i + 1U : NONE;
    }
    net->flying_count = old + more;
    net->first_free   = old;
  }
  const uint32_t slot = net->first_free;
  net->first_free     = net->flying[slot].next_free;
  return slot;
}

static SimHost* host_at(SimNet* const net, const ToastAddress* const address)
{
  const unsigned number = address->ip[15];
  SimHost* const host   = &net->hosts[number % SIM_MAX_HOSTS];
  return number < net->host_count && host->address.port == address->port &&
             memcmp(host->address.ip, address->ip, sizeof(address->ip)) == 0
           ? host
           : NULL;
}

static void arrive(void* const context, const uint64_t argument)
{
  SimNet* const     net       = (SimNet*)context;
  const uint32_t    slot      = (uint32_t)argument;
  const SimDatagram datagram  = net->flying[slot]; // The pool may move
  net->flying[slot].next_free = net->first_free;
  net->first_free             = slot;

  SimHost* const host = host_at(net, &datagram.to);
  if (!host) {
    ++net->unreachable;
    return;
  }
  ++net->delivered;
  ++host->datagrams_in;
  host->bytes_in += datagram.size;
  net->hash = sim_hash_u64(net->hash, (uint64_t)net->world->now);
  net->hash = sim_hash_u64(net->hash, datagram.to.ip[15]);
  net->hash = sim_hash_bytes(net->hash, datagram.data, datagram.size);
  host->receive(host->context, &datagram.from, datagram.data, datagram.size);
}

void sim_net_send(SimNet* const             net,
                  const unsigned            from,
                  const ToastAddress* const to,
                  const uint8_t* const      data,
                  const size_t              size)
{
  const SimHost* const host = host_at(net, to);
  if (!host || size > TOAST_MAX_DATAGRAM) {
    ++net->unreachable;
    return;
  }
  if (net->capture) {
    sim_capture_packet(net->capture,
                       net->world->now,
                       &net->hosts[from].address,
                       to,
                       data,
                       size);
  }
  const unsigned number = (unsigned)(host - net->hosts);
  JamTime        arrivals[2];
  const unsigned copies = sim_link_send(sim_net_find(net, from, number),
                                        net->world->now,
                                        size,
                                        arrivals);
  for (unsigned i = 0U; i < copies; ++i) {
    const uint32_t     slot     = take_slot(net);
    SimDatagram* const datagram = &net->flying[slot];
    datagram->from              = net->hosts[from].address;
    datagram->to                = *to;
    datagram->size              = (uint32_t)size;
    memcpy(datagram->data, data, size);
    sim_world_at(net->world, arrivals[i], arrive, net, slot);
  }
}

void sim_net_rebind(SimNet* const net, const unsigned host)
{
  ++net->hosts[host].address.port;
}

void sim_net_address(const SimNet* const net,
                     const unsigned      host,
                     ToastAddress* const out)
{
  *out = net->hosts[host].address;
}
